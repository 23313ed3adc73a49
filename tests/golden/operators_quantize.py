# SPDX-License-Identifier: Apache-2.0
"""QUANTIZE and DEQUANTIZE; DEQUANTIZE of float16, which TFLite Micro has not, by LiteRT's reference kernel."""
import numpy as np

from operator_cases import KINDS, Family, Tensor, draw, generator, tensor

SHAPES = [(1, 7), (1, 3, 5, 3), (9,), (1,), (), (2, 3, 4), (1, 1, 1, 5), (2, 1, 2, 1, 3), (1, 40), (6, 1)]
QUANTIZED = [("f32", "i8"), ("f32", "i16"), ("i8", "i8"), ("i8", "i16"), ("i8", "i32"), ("i16", "i8"), ("i16", "i16"),
             ("i16", "i32"), ("i32", "i8"), ("i32", "i16"), ("u8", "i8"), ("i8", "u8"), ("u8", "i16"), ("f32", "u8")]
RATIOS = [1, 1, 0.5, 2, 0.37, 1.618, 255.3, 1 / 300.7, 1e5, 1e-6, 1e-11, 0.99999994]


def scaled(random, kind, shape, name, scale):
    """int32 has a zero point, too."""
    t = tensor(random, kind, shape, name, scale=np.float32(scale))
    if kind in ("i16", "i32") and random.integers(0, 3) == 0:
        t.zero_point = int(random.integers(-30000, 30000))
    return t


def quantize_samples(random, x, out):
    values = draw(random, x, 4)
    if x.kind == "FLOAT32":
        # Around the halves, all over the type and its ends, some beyond; not beyond int32, where Micro's result is undefined.
        limits = np.iinfo(out.dtype)
        values[0] = (random.integers(-20, 20, x.shape) + 0.5) * out.scale
        values[1] = (random.uniform(limits.min, limits.max, x.shape) - out.zero_point) * out.scale
        values[2] = random.choice(np.float32([-1e6, 1e6, 0, 0.49999997, -0.49999997, 1, limits.min, limits.max]), x.shape) * out.scale
    elif x.kind == "INT32":
        values = random.integers(-2**31, 2**31, values.shape) >> random.integers(0, 31, values.shape)
        values[0] = random.choice(np.array([-2**31, 2**31 - 1, -1, 0, 1]), x.shape)
        values = values.astype(np.int32)
    return values


def quantize():
    family = Family("quantize")
    for before, after in QUANTIZED:
        for number in range(24):
            name = f"{before}_{after}_{number}"
            random = generator("QUANTIZE" + name)
            shape, ratio = SHAPES[number % len(SHAPES)], RATIOS[number % len(RATIOS)]
            if before == "f32":
                x, scale = Tensor("FLOAT32", shape, "in"), np.exp(random.uniform(np.log(1e-4), np.log(10)))
            else:
                x = scaled(random, before, shape, "in", np.exp(random.uniform(np.log(1e-3), np.log(0.1))))
                scale = x.scale / ratio
            out = scaled(random, after, shape, "out", scale)
            if number % len(RATIOS) == 1 and {before, after} == {"i8", "u8"}:
                # Only a bit changes.
                i8, u8 = (x, out) if before == "i8" else (out, x)
                u8.zero_point = i8.zero_point + 128
            family.add(name, "QUANTIZE", 2 if after == "i16" else 1, None, [x], [out], [quantize_samples(random, x, out)],
                       engine="litert" if (before, after) in (("u8", "i16"), ("f32", "u8")) else None)
    family.save()


def dequantize():
    family = Family("dequantize")
    for kind, version in (("i8", 2), ("i16", 3), ("u8", 1)):
        for number in range(22):
            name = f"{kind}_{number}"
            random = generator("DEQUANTIZE" + name)
            shape = SHAPES[number % len(SHAPES)]
            x = scaled(random, kind, shape, "in", np.exp(random.uniform(np.log(1e-6), np.log(1e3))))
            family.add(name, "DEQUANTIZE", version, None, [x], [Tensor("FLOAT32", shape, "out")])
    family.save()


def dequantize_f16():
    """All kinds of bits: subnormal numbers, infinities, NaN."""
    family = Family("dequantize_f16", engine="litert")
    edges = np.array([0, 0x8000, 1, 0x8001, 0x3ff, 0x83ff, 0x400, 0x8400, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0x3c00, 0xbc00],
                     np.uint16).view(np.float16)
    for number in range(20):
        random = generator(f"DEQUANTIZEf16_{number}")
        shape = SHAPES[number % len(SHAPES)]
        x = Tensor("FLOAT16", shape, "in")
        samples = np.stack([np.resize(edges, shape) if np.prod(shape) >= len(edges) else random.choice(edges, shape),
                            random.integers(0, 0x7c00, shape, np.uint16).view(np.float16),
                            random.normal(0, 3, shape).astype(np.float16)])
        family.add(f"f16_{number}", "DEQUANTIZE", 3, None, [x], [Tensor("FLOAT32", shape, "out")], [samples])
    family.save()


def make():
    quantize()
    dequantize()
    dequantize_f16()
