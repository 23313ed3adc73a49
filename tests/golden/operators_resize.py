# SPDX-License-Identifier: Apache-2.0
"""RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR."""
from operator_cases import Family, constant, generator, schema, tensor

# input, height and width
SIZES = [((1, 2, 3, 2), (4, 6)), ((1, 5, 7, 3), (3, 2)), ((1, 4, 4, 1), (4, 4)), ((2, 3, 2, 3), (7, 5)), ((1, 1, 1, 4), (3, 2)),
         ((1, 6, 5, 2), (1, 1)), ((1, 3, 8, 1), (11, 3)), ((1, 9, 2, 2), (4, 9)), ((1, 2, 2, 5), (5, 1)), ((1, 7, 1, 3), (2, 3))]
# align_corners, half_pixel_centers
WAYS = {"plain": (False, False), "corners": (True, False), "centers": (False, True), "both": (True, True)}


def resize_cases(operator, options_type, kinds, ways):
    family = Family(operator.lower())
    for kind, version in kinds.items():
        for number in range(10 * len(ways)):
            shape, size = SIZES[number % len(SIZES)]
            way = ways[number // 10]
            name = f"{kind}_{way}_{number}"
            random = generator(name)
            options = options_type()
            options.alignCorners, options.halfPixelCenters = WAYS[way]
            x = tensor(random, kind, shape, "x")
            out = tensor(random, kind, (shape[0], *size, shape[3]), "out", None, x.scale, x.zero_point)
            family.add(name, operator, version, options, [x, constant("i32", size, "size")], [out])
    family.save()


def make():
    resize_cases("RESIZE_BILINEAR", schema.ResizeBilinearOptionsT, {"f32": 3, "i8": 3}, ["plain", "corners", "centers"])
    resize_cases("RESIZE_NEAREST_NEIGHBOR", schema.ResizeNearestNeighborOptionsT, {"f32": 3, "i8": 3, "i16": 4},
                 ["plain", "corners", "centers", "both"])
