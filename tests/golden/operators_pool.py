# SPDX-License-Identifier: Apache-2.0
"""MAX_POOL_2D and AVERAGE_POOL_2D."""
from operator_cases import ACTIVATION, Family, generator, schema, tensor

ACTIVATIONS = {"plain": ACTIVATION.NONE, "relu": ACTIVATION.RELU, "n1": ACTIVATION.RELU_N1_TO_1, "relu6": ACTIVATION.RELU6}
# input, window, strides
SHAPES = [((1, 5, 7, 3), (2, 2), (2, 2)), ((1, 6, 5, 1), (3, 2), (1, 2)), ((2, 4, 4, 5), (2, 3), (1, 1)), ((1, 7, 1, 4), (3, 1), (2, 1)),
          ((1, 3, 3, 6), (3, 3), (1, 1)), ((1, 4, 9, 2), (1, 4), (3, 3)), ((1, 1, 1, 7), (1, 1), (1, 1))]


def pool_cases(operator):
    family = Family(operator.lower())
    for kind, version in {"f32": 1, "i8": 2, "i16": 3}.items():
        for number in range(28):
            shape, window, strides = SHAPES[number % len(SHAPES)]
            activation = list(ACTIVATIONS)[(number + number // 7) % 4]
            padding = ["SAME", "VALID"][number // 2 % 2]
            name = f"{kind}_{activation}_{padding.lower()}_{number}"
            random = generator(name)
            options = schema.Pool2DOptionsT()
            options.padding = getattr(schema.Padding, padding)
            options.filterHeight, options.filterWidth = window
            options.strideH, options.strideW = strides
            options.fusedActivationFunction = ACTIVATIONS[activation]
            x = tensor(random, kind, shape, "x")
            if padding == "SAME":
                size = [-(-d // s) for d, s in zip(shape[1:3], strides)]
            else:
                size = [(d - k) // s + 1 for d, k, s in zip(shape[1:3], window, strides)]
            out = tensor(random, kind, (shape[0], *size, shape[3]), "out", None, x.scale, x.zero_point)
            family.add(name, operator, version, options, [x], [out])
    family.save()


def make():
    pool_cases("MAX_POOL_2D")
    pool_cases("AVERAGE_POOL_2D")
