# SPDX-License-Identifier: Apache-2.0
"""ELU, HARD_SWISH, LOG_SOFTMAX, L2_NORMALIZATION, L2_POOL_2D; GELU, RELU_N1_TO_1, RELU_0_TO_1."""
import numpy as np

from operator_cases import ACTIVATION, Family, draw, generator, schema, tensor
from operators_unary import NEAR, apart, floats, near, quantized, same

ROWS = [(1, 10), (3, 1), (1, 2, 3, 7), (4, 33), (1, 257), (5,), (2, 3, 5), (1, 1, 1, 1)]


def rows(family, operator, kind, version, out_scale=None, out_zero=None, options=None):
    """Over the last axis."""
    for number in range(24):
        name = f"{kind}_{number}"
        random = generator(operator + name)
        shape = ROWS[number % len(ROWS)]
        scale = np.float32(np.exp(random.uniform(np.log(0.001), np.log([0.1, 2, 20][number % 3])))) if kind == "i8" else None
        a = tensor(random, kind, shape, "in", None, scale)
        out = tensor(random, kind, shape, "out", None, out_scale, out_zero)
        samples = draw(random, a, 6)
        if kind == "i8":
            samples[4] = (samples[4].astype(np.float64) / 16).astype(a.dtype)  # near each other
            samples[5] = a.zero_point
        else:
            samples[4] *= 1e-4
            samples[5] = 0
        family.add(name, operator, version, options, [a], [out], [samples])


def pool(family):
    activations = [ACTIVATION.NONE, ACTIVATION.RELU, ACTIVATION.RELU_N1_TO_1, ACTIVATION.RELU6]
    for number in range(24):
        name = f"f32_{number}"
        random = generator("L2_POOL_2D" + name)
        n, c = int(random.integers(1, 3)), int(random.integers(1, 5))
        filter_h, filter_w = (int(k) for k in random.integers(1, 5, 2))
        h, w = (int(k + extra) for k, extra in zip((filter_h, filter_w), random.integers(0, 6, 2)))
        options = schema.Pool2DOptionsT()
        options.filterHeight, options.filterWidth = filter_h, filter_w
        options.strideH, options.strideW = (int(s) for s in random.integers(1, 4, 2))
        options.padding = [schema.Padding.SAME, schema.Padding.VALID][number % 2]
        options.fusedActivationFunction = activations[number // 2 % 4]

        def size(length, kernel, stride):
            return -(-length // stride) if options.padding == schema.Padding.SAME else (length - kernel) // stride + 1

        a = tensor(random, "f32", (n, h, w, c), "in")
        out = tensor(random, "f32", (n, size(h, filter_h, options.strideH), size(w, filter_w, options.strideW), c), "out")
        family.add(name, "L2_POOL_2D", 1, options, [a], [out])


def swish(random):
    """Inputs of some -6 to 6, as networks have them."""
    a = np.exp(random.uniform(np.log(0.01), np.log(0.2)))
    return a, a * random.uniform(0.3, 1.2)


def make():
    family = Family("elu")
    floats(family, "ELU", [(-3, 3), (-100, 1e30)])
    quantized(family, "ELU", "i8", 1, NEAR + [lambda r: (np.exp(r.uniform(-4, -2)), 1 / 128)])
    family.save()
    family = Family("hard_swish")
    floats(family, "HARD_SWISH", [(-4, 4), (-1e15, 1e15)])
    quantized(family, "HARD_SWISH", "i8", 1, [swish, near, same, apart, lambda r: (np.exp(r.uniform(-9, -4)), 30.0),
                                              lambda r: (np.exp(r.uniform(0, 12)), 1e4)])
    family.save()
    family = Family("log_softmax")
    rows(family, "LOG_SOFTMAX", "f32", 1)
    rows(family, "LOG_SOFTMAX", "i8", 2, 16 / 256, 127)
    family.save()
    family = Family("l2_normalization")
    rows(family, "L2_NORMALIZATION", "f32", 1, options=schema.L2NormOptionsT())
    rows(family, "L2_NORMALIZATION", "i8", 2, 1 / 128, 0, schema.L2NormOptionsT())
    family.save()
    family = Family("l2_pool_2d")
    pool(family)
    family.save()
    def gelu(number):
        options = schema.GeluOptionsT()
        options.approximate = bool(number % 2)
        return options

    family = Family("gelu", engine="litert")  # Micro has none of these
    floats(family, "GELU", [(-4, 4), (-4, 4), (-100, 1e10), (-100, 1e10)], gelu)
    quantized(family, "GELU", "i8", 2, NEAR + [swish], gelu)
    family.save()
    for operator in ("RELU_N1_TO_1", "RELU_0_TO_1"):
        family = Family(operator.lower(), engine="litert")
        floats(family, operator, [(-3, 3), (-1e30, 1e30)])
        quantized(family, operator, "i8", 1, NEAR)
        family.save()
