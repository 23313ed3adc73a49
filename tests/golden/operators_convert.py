# SPDX-License-Identifier: Apache-2.0
"""CAST, ZEROS_LIKE, FILL; CAST of uint8 and int64, which TFLite Micro has not, by LiteRT's reference kernel.
Chains of them and of comparisons, in which outputs take the place of operands."""
import numpy as np

from operator_cases import KINDS, Family, Tensor, constant, draw, generator, schema, tensor
from tflite_builder import build_graph

SHAPES = [(1, 7), (1, 3, 5, 3), (9,), (1,), (), (2, 3, 4), (1, 1, 1, 5), (2, 1, 2, 1, 3), (1, 40), (6, 1)]
# float32 beyond an integer type stops at its end; NaN is 0.
FLOATS = np.float32([0, -0.0, 0.5, -0.5, 0.99999994, 1.7, -1.7, 127, 127.9, 128, -128, -128.9, -129, 255.5, 256, 32767.5, 32768,
                     -32768.5, -32769, 65536, 1e6, -1e6, 2147483520, 2147483648, -2147483648, -2147483904, 4294967040,
                     4294967296, -1, 1e10, -1e10, np.inf, -np.inf, np.nan, 1e-40, 8388609, 16777215])


def edges(kind):
    if kind == "f32":
        return FLOATS
    if kind == "bool":
        return np.array([False, True])
    limits = np.iinfo(KINDS[kind].lower())
    near = [limits.min, limits.min + 1, -1, 0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 16777217, -16777219, 33554435,
            2147483647, 2147483648, 1099511627776, limits.max - 1, limits.max]
    return np.array([v for v in near if limits.min <= v <= limits.max], KINDS[kind].lower())


def cast_samples(random, t, kind):
    edge = edges(kind)
    # [1, 40] has room for each of them, once
    first = np.resize(edge, t.shape) if np.prod(t.shape) >= len(edge) else random.choice(edge, t.shape)
    scale = np.float32(np.exp(random.uniform(0, 25))) if kind == "f32" else 1
    return np.stack([first, draw(random, t, 4)[3] * scale]).astype(t.dtype)


def cast_options(before, after):
    made = schema.CastOptionsT()
    made.inDataType, made.outDataType = (getattr(schema.TensorType, KINDS[kind]) for kind in (before, after))
    return made


def cast_cases(family, before, after, count):
    version = 3 if "i8" in (before, after) else 2 if "u32" in (before, after) else 1
    for number in range(count):
        name = f"{before}_{after}_{number}"
        random = generator("CAST" + name)
        shape = SHAPES[number % len(SHAPES)]
        x, out = Tensor(KINDS[before], shape, "in"), Tensor(KINDS[after], shape, "out")
        family.add(name, "CAST", version, cast_options(before, after) if number % 4 else None, [x], [out],
                   [cast_samples(random, x, before)])


def cast():
    family, kinds = Family("cast"), ("f32", "i8", "i16", "i32", "u32", "bool")
    for before in kinds:
        for after in kinds:
            if before != after:
                cast_cases(family, before, after, 20)
    family.save()


def cast_litert():
    """NaN is left out: there it is the highest number."""
    global FLOATS
    family, kinds, floats = Family("cast_litert", engine="litert"), ("f32", "i8", "i16", "i32", "u32", "bool"), FLOATS
    FLOATS = FLOATS[~np.isnan(FLOATS)]
    for new in ("u8", "i64"):
        for other in kinds + (("i64",) if new == "u8" else ("u8",)):
            cast_cases(family, new, other, 10)
            if other in kinds:
                cast_cases(family, other, new, 10)
    FLOATS = floats
    family.save()


def zeros_like():
    family = Family("zeros_like")
    for kind in ("f32", "i8", "i32", "i64"):
        for number in range(20):
            random = generator(f"ZEROS_LIKE{kind}_{number}")
            shape = SHAPES[number % len(SHAPES)]
            x = tensor(random, kind, shape, "in")
            out = tensor(random, kind, shape, "out", scale=x.scale, zero_point=x.zero_point)
            family.add(f"{kind}_{number}", "ZEROS_LIKE", 1, None, [x], [out], count=2)
    family.save()


def fill(name, kinds, engine="micro"):
    family = Family(name, engine)
    for kind, version in kinds:
        for number in range(20):
            random = generator(f"FILL{kind}_{number}")
            shape = SHAPES[number % len(SHAPES)] or (3, 2, 1, 1)
            dims = constant(("i32", "i64")[number // 2 % 2], shape, "dims")
            value = Tensor(KINDS[kind], (), "value")
            family.add(f"{kind}_{number}", "FILL", version, None, [dims, value], [Tensor(KINDS[kind], shape, "out")],
                       [np.resize(edges(kind), 50)[number:number + 5]])
    family.save()


def chain(family, number):
    random = generator(f"CHAIN{number}")
    shape = SHAPES[number % len(SHAPES)]
    x, y = (tensor(random, "f32", shape, letter) for letter in "xy")
    steps = []

    def then(operator, kind, *operands, version=3, scale=None, zero_point=0):
        out = Tensor(KINDS[kind], shape, f"{operator}{len(steps)}", scale, zero_point)
        steps.append((operator, version, None, operands, [out]))
        return out

    wide, near = (then("CAST", "i32", t, version=1) for t in (x, y))
    is_greater = then("GREATER", "bool", wide, near, version=1)
    narrow = then("CAST", "i8", then("CAST", "u32", wide, version=2))
    is_new = then("LOGICAL_NOT", "bool", then("LOGICAL_OR", "bool", then("CAST", "bool", narrow), is_greater, version=1), version=1)
    q = then("QUANTIZE", "i16", y, version=2, scale=np.float32(0.001))
    q = then("QUANTIZE", "i16", q, version=2, scale=np.float32(0.0017), zero_point=77)
    q = then("QUANTIZE", "i8", q, version=1, scale=np.float32(0.037), zero_point=-5)
    q = then("QUANTIZE", "i8", q, version=1, scale=np.float32(0.05), zero_point=9)
    other = then("QUANTIZE", "i8", then("QUANTIZE", "i16", x, version=2, scale=np.float32(0.002)), version=1,
                 scale=np.float32(0.05), zero_point=9)
    chosen = then("SELECT_V2", "i8", is_new, q, other, version=1, scale=np.float32(0.05), zero_point=9)
    is_less = then("LESS", "bool", chosen, other, version=2)
    real = then("DEQUANTIZE", "f32", chosen, version=2)
    zeros = then("ZEROS_LIKE", "f32", then("SELECT_V2", "f32", is_less, real, y, version=1), version=1)
    last = then("EQUAL", "bool", then("CAST", "i32", zeros, version=1), then("CAST", "i32", real, version=1), version=1)
    outputs = [last, is_less, chosen]
    family.add_model(f"chain_{number}", build_graph([x, y], steps, outputs), [draw(random, t, 6) * np.float32(3) for t in (x, y)], outputs)


def chains():
    family = Family("convert_chain")
    for number in range(20):
        chain(family, number)
    family.save()


def make():
    chains()
    cast()
    cast_litert()
    zeros_like()
    fill("fill", (("f32", 1), ("i8", 3), ("i32", 1)))
    fill("fill_litert", (("i16", 3), ("i64", 1), ("bool", 2), ("u8", 1)), "litert")
