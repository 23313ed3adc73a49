# SPDX-License-Identifier: Apache-2.0
"""Images and blocks: SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND, SPACE_TO_DEPTH, DEPTH_TO_SPACE."""
import numpy as np

from operator_cases import Family, constant, generator, schema, tensor

CASES = 20


def moved(random, kind, shape, like):
    return tensor(random, kind, shape, "out", scale=like.scale, zero_point=like.zero_point)


def space_to_batch(family_name, kinds, engine="micro", cases=CASES):
    family = Family(family_name, engine)
    for kind, version in kinds.items():
        for number in range(cases):
            name = f"{kind}_{number}"
            random = generator(name)
            axes = 1 + (number % 4 != 3)
            block = random.integers(1, 3, axes, endpoint=True)
            space = random.integers(1, 6, axes, endpoint=True)
            paddings = random.integers(0, 3, (axes, 2))
            paddings[:, 1] += -(space + paddings.sum(1)) % block
            n, c = int(random.integers(1, 3)), int(random.integers(1, 5))
            x = tensor(random, kind, (n, *space, c), "x")
            out = moved(random, kind, (n * int(np.prod(block)), *((space + paddings.sum(1)) // block), c), x)
            family.add(name, "SPACE_TO_BATCH_ND", version if axes == 2 else 3, None,
                       [x, constant("i32", block, "block"), constant("i32", paddings, "paddings")], [out], count=3)
    family.save()


def batch_to_space(family_name, kinds, engine="micro", cases=CASES):
    family = Family(family_name, engine)
    for kind, version in kinds.items():
        for number in range(cases):
            name = f"{kind}_{number}"
            random = generator(name)
            axes = 1 + (number % 4 != 3)
            block = random.integers(1, 3, axes, endpoint=True)
            blocks = random.integers(1, 4, axes, endpoint=True)
            crops = random.integers(0, 2, (axes, 2), endpoint=True)
            crops[blocks * block - crops.sum(1) < 1] = 0
            n, c = int(random.integers(1, 3)), int(random.integers(1, 5))
            x = tensor(random, kind, (n * int(np.prod(block)), *blocks, c), "x")
            out = moved(random, kind, (n, *(blocks * block - crops.sum(1)), c), x)
            family.add(name, "BATCH_TO_SPACE_ND", version if axes == 2 else 3, None,
                       [x, constant("i32", block, "block"), constant("i32", crops, "crops")], [out], count=3)
    family.save()


def depth(operator, options_type):
    family = Family(operator.lower())
    for kind, version in {"f32": 1, "i8": 2}.items():
        for number in range(CASES):
            name = f"{kind}_{number}"
            random = generator(name)
            options = options_type()
            options.blockSize = block = 1 + number % 3
            n, h, w, c = (int(d) for d in random.integers(1, 3, 4, endpoint=True))
            space, deep = (n, h * block, w * block, c), (n, h, w, c * block * block)
            shape, out_shape = (space, deep) if operator == "SPACE_TO_DEPTH" else (deep, space)
            x = tensor(random, kind, shape, "x")
            family.add(name, operator, version, options, [x], [moved(random, kind, out_shape, x)], count=3)
    family.save()


def make():
    space_to_batch("space_to_batch_nd", {"f32": 1, "i8": 2})
    batch_to_space("batch_to_space_nd", {"f32": 1, "i8": 2})
    space_to_batch("space_to_batch_nd_litert", {"i32": 1, "i64": 1}, "litert")
    batch_to_space("batch_to_space_nd_litert", {"u8": 1, "i16": 4, "i32": 1, "i64": 1}, "litert")
    depth("SPACE_TO_DEPTH", schema.SpaceToDepthOptionsT)
    depth("DEPTH_TO_SPACE", schema.DepthToSpaceOptionsT)
