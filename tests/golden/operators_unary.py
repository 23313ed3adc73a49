# SPDX-License-Identifier: Apache-2.0
"""Operators of one operand that work on each value alone: ABS, CEIL, ... SQUARE, and the activations that are operators."""
import numpy as np

from operator_cases import Family, draw, generator, tensor

SHAPES = [(7,), (1, 11), (1, 3, 5), (2, 3, 4, 5), (1,), (1, 1, 1, 1), (3, 1, 7), (1, 4, 1, 6), (13, 2), (1, 1, 17)]


def spread(random, low, high, count, shape):
    """Uniform floats, some of the range's ends among them."""
    values = random.uniform(low, high, (count, *shape)).astype(np.float32)
    flat = values.reshape(-1)
    flat[:: max(5, flat.size // 7)] = low
    flat[3:: max(5, flat.size // 5)] = high
    return values


def floats(family, operator, ranges, options=None, version=1):
    """ranges: (low, high) that cases take in turn."""
    for number in range(22):
        name = f"f32_{number}"
        random = generator(operator + name)
        shape = SHAPES[number % len(SHAPES)]
        a, out = tensor(random, "f32", shape, "in"), tensor(random, "f32", shape, "out")
        samples = [spread(random, *ranges[number % len(ranges)], 3, shape)]
        family.add(name, operator, version, options(number) if options else None, [a], [out], samples)


def quantized(family, operator, kind, version, scales, options=None, positive=False, fixed=None):
    """scales: functions of a generator that give input scale, output scale. fixed: the output's scale and zero point."""
    info = np.iinfo({"i8": np.int8, "i16": np.int16}[kind])
    for number in range(24):
        name = f"{kind}_{number}"
        random = generator(operator + name)
        shape = SHAPES[number % len(SHAPES)]
        in_scale, out_scale = scales[number % len(scales)](random)
        zeros = [0, 0] if kind == "i16" else [int(z) for z in random.integers(info.min, info.max, 2, endpoint=True)]
        if kind == "i8" and number % 6 == 0:
            zeros = [info.min, info.max]
        if kind == "i8" and number % 6 == 3:
            zeros = [info.max if not positive else 0, info.min]
        if fixed:
            out_scale, zeros[1] = fixed
        a = tensor(random, kind, shape, "in", None, np.float32(in_scale), zeros[0])
        out = tensor(random, kind, shape, "out", None, np.float32(out_scale), zeros[1])
        samples = [draw(random, a, 5)]
        if positive:
            samples = [np.maximum(samples[0], zeros[0]).astype(a.dtype)]
        family.add(name, operator, version, options(number) if options else None, [a], [out], samples)


def near(random):
    """Both scales of one size."""
    a = np.exp(random.uniform(np.log(0.005), np.log(0.1)))
    return a, a * np.exp(random.uniform(-0.7, 0.7))


def same(random):
    a = np.exp(random.uniform(np.log(0.005), np.log(0.1)))
    return a, a


def apart(random):
    """Far apart from each other."""
    return np.exp(random.uniform(np.log(1e-4), np.log(10))), np.exp(random.uniform(np.log(1e-4), np.log(10)))


def fine(scales):
    """The same for int16."""
    return lambda random: tuple(s / 256 for s in scales(random))


NEAR = [near, same, near, apart]


def make_abs():
    family = Family("abs")
    floats(family, "ABS", [(-3, 3), (-1e30, 1e30)])
    quantized(family, "ABS", "i8", 2, NEAR)
    quantized(family, "ABS", "i16", 3, [fine(s) for s in NEAR])
    for number, shape in enumerate(SHAPES[:3]):
        random = generator(f"abs plain {number}")
        a, out = tensor(random, "i16", shape, "in", scale=1), tensor(random, "i16", shape, "out", scale=1)
        a.scale = out.scale = None
        family.add(f"i16_plain_{number}", "ABS", 4, None, [a], [out], [draw(random, a, 5)])
    family.save()


def make_rsqrt():
    family = Family("rsqrt")
    floats(family, "RSQRT", [(1e-3, 30), (1e-38, 1e-30), (1, 1e38)])
    rough = [lambda r: (lambda s: (s, np.exp(r.uniform(-5.5, -2)) / np.sqrt(s)))(np.exp(r.uniform(-6, 1))), near, apart]
    quantized(family, "RSQRT", "i8", 2, rough, positive=True)
    quantized(family, "RSQRT", "i16", 3, [lambda r: (lambda s: (s, np.exp(r.uniform(-10, -7)) / np.sqrt(s)))(np.exp(r.uniform(-10, 1))),
                                          fine(near), fine(apart)], positive=True)
    family.save()


def make():
    make_abs()
    make_rsqrt()
    for operator, ranges in {
        "CEIL": [(-3, 3), (-1e7, 1e7), (-1e30, 1e30)],
        "COS": [(-4, 4), (-1000, 1000), (-1e30, 1e30), (-1e7, 1e7)],
        "EXP": [(-4, 4), (-100, 0), (0, 80)],
        "FLOOR": [(-3, 3), (-1e7, 1e7), (-1e30, 1e30)],
        "LOG": [(1e-3, 10), (0.9, 1.1), (1e-44, 1e-36), (1, 3e38), (0, 2)],
        "NEG": [(-3, 3), (-1e30, 1e30)],
        "ROUND": [(-3, 3), (-1e7, 1e7), (-2.5, 2.5), (-1e30, 1e30)],
        "SIN": [(-4, 4), (-1000, 1000), (-1e30, 1e30), (-1e7, 1e7)],
        "SQRT": [(0, 10), (1e-44, 1e-36), (0, 3e38)],
        "SQUARE": [(-3, 3), (-1e15, 1e15)],
    }.items():
        family = Family(operator.lower())
        floats(family, operator, ranges)
        for number, (low, high) in enumerate([(-0.5, 0.5), (-1.5, 2.5)]):  # halves, zeros with signs, no numbers
            random = generator(f"{operator} special {number}")
            a, out = tensor(random, "f32", (1, 12), "in"), tensor(random, "f32", (1, 12), "out")
            values = np.array([[low, high, 0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, 1.5, 3.5, 8388607.5, -8388607.5]],
                              np.float32)
            family.add(f"f32_special_{number}", operator, 1, None, [a], [out], [values[None]])
        family.save()
