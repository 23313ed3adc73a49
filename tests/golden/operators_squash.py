# SPDX-License-Identifier: Apache-2.0
"""RELU, RELU6, LEAKY_RELU, LOGISTIC, TANH and SOFTMAX, in all their types."""
import numpy as np

from operator_cases import Family, draw, generator, schema, tensor
from operators_unary import NEAR, SHAPES, fine, floats, near, quantized, same

LOGISTIC_I8, TANH_I8, SIXTEEN = (1 / 256, -128), (1 / 128, 0), (1 / 32768, 0)


def leaky(number):
    options = schema.LeakyReluOptionsT()
    options.alpha = [0.01, 0.2, 1.5, -0.3, 0.0][number % 5]
    return options


def six(random):
    """Scales that have 6 within an int16."""
    a = np.exp(random.uniform(np.log(2e-4), np.log(0.01)))
    return a, a


def fixed(scale):
    return lambda random: (scale, 0)


def wide(random):
    return np.exp(random.uniform(np.log(1e-5), np.log(1))), 0


def softmax_options(number):
    options = schema.SoftmaxOptionsT()
    options.beta = [1.0, 1.0, 0.5, 3.0][number % 4]
    return options


def softmax(family, kind, out_kind, version, out_scale, out_zero, scales):
    for number in range(24):
        name = f"{kind}_{out_kind}_{number}"
        random = generator("SOFTMAX" + name)
        shape = [(1, 10), (3, 1), (1, 2, 3, 7), (4, 33), (1, 257), (5,), (2, 3, 5)][number % 7]
        a = tensor(random, kind, shape, "in", None, np.float32(scales[number % len(scales)](random)),
                   None if kind == "i8" else 0)
        out = tensor(random, out_kind, shape, "out", None, np.float32(out_scale), out_zero)
        samples = draw(random, a, 6)
        samples[4] = (samples[4].astype(np.float64) / 16).astype(a.dtype)  # near each other
        family.add(name, "SOFTMAX", version, softmax_options(number), [a], [out], [samples])


def make():
    family = Family("relu")
    floats(family, "RELU", [(-3, 3), (-1e30, 1e30)])
    quantized(family, "RELU", "i8", 2, NEAR)
    quantized(family, "RELU", "i16", 3, [fine(s) for s in NEAR])
    family.save()
    family = Family("relu6")
    floats(family, "RELU6", [(-9, 9), (-1e30, 1e30)])
    quantized(family, "RELU6", "i8", 2, [same, near])
    quantized(family, "RELU6", "i16", 3, [six, fine(near)])
    family.save()
    family = Family("leaky_relu")
    floats(family, "LEAKY_RELU", [(-3, 3), (-1e30, 1e30)], leaky)
    quantized(family, "LEAKY_RELU", "i8", 1, NEAR, leaky)
    quantized(family, "LEAKY_RELU", "i16", 2, [fine(s) for s in NEAR], leaky)
    family.save()
    sixteen = [wide, fixed(2**-12), fixed(2**-11), wide, fixed(10 / 32768), fixed(1 / 32768), fixed(2**-12 * 1.0006),
               fixed(2**-13), fixed(2.5), fixed(2**-20), fixed(2**-12 * 1.0008)]
    for operator, eight in {"LOGISTIC": LOGISTIC_I8, "TANH": TANH_I8}.items():
        family = Family(operator.lower())
        floats(family, operator, [(-4, 4), (-100, 100)])
        quantized(family, operator, "i8", 2, NEAR, fixed=eight)
        quantized(family, operator, "i16", 3, sixteen, fixed=SIXTEEN)
        for scale in (2**-12, 2**-11, 1.7e-4):  # the whole range
            a = tensor(generator("a"), "i16", (1, 1725), "in", None, np.float32(scale), 0)
            out = tensor(generator("a"), "i16", (1, 1725), "out", None, np.float32(SIXTEEN[0]), 0)
            values = np.arange(-32768, 32768, 19, dtype=np.int16)[:3450].reshape(2, 1, 1725)
            family.add(f"i16_all_{scale:.2g}", operator, 3, None, [a], [out], [values])
        family.save()
    family = Family("softmax")
    for number in range(21):
        name = f"f32_{number}"
        random = generator("SOFTMAX" + name)
        shape = [(1, 10), (3, 1), (1, 2, 3, 7), (4, 33), (1, 257), (5,), (2, 3, 5)][number % 7]
        a, out = tensor(random, "f32", shape, "in"), tensor(random, "f32", shape, "out")
        family.add(name, "SOFTMAX", 1, softmax_options(number), [a], [out])
    scales = [lambda r: np.exp(r.uniform(np.log(1e-3), np.log(1))), lambda r: 0.1, lambda r: 1e-4]
    softmax(family, "i8", "i8", 2, 1 / 256, -128, scales)
    softmax(family, "i8", "i16", 2, 1 / 65536, -32768, scales)
    softmax(family, "i16", "i16", 3, 1 / 32768, 0, [lambda r: s(r) / 256 for s in scales] + [lambda r: 10 / 65535])
    family.save()
