# SPDX-License-Identifier: Apache-2.0
"""Reductions: MEAN, SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_ALL; by LiteRT, which alone has them, axes in more than two runs,
REDUCE_PROD, REDUCE_ANY and further types."""
import numpy as np

from operator_cases import Family, constant, draw, generator, schema, tensor

SHAPES = [((1, 4, 5, 3), (1, 2)), ((1, 7), (1,)), ((1, 5, 7, 3), (-2, 1)), ((1, 4, 3, 6), (3,)), ((1, 4, 3, 6), (1, 3)),
          ((3, 4, 5), (0, 2)), ((1, 1, 1, 9), (1, 2)), ((6,), (0,)), ((2, 3, 4, 3), (1, 2)), ((5, 3), (-1,)),
          ((3, 2, 5, 2), (2,)), ((2, 9, 3), (1,))]
MORE_AXES = [((2, 3, 4), (0, 1, 2)), ((2, 3, 4, 2), (1, 2, 3)), ((2, 3, 2, 3), (0, 1, 3)), ((2, 2, 3), (-1, 0, 1, 2))]
RUNS = [((2, 3, 4, 2, 5), (0, 2, 4)), ((3, 2, 2, 4, 3), (4, 0, -3)), ((2, 3, 2, 2, 3, 2), (1, 3, 5)),
        ((2, 3, 2, 2, 3), (0, 2, 4)), ((2, 2, 3, 2, 2, 2, 2, 2), (0, 2, 4, 6)),
        ((2, 3, 2, 2, 2, 2, 3), (1, 3, 5)), ((1, 3, 2, 3, 2, 2, 3), (2, 4, 6)),
        ((2, 1, 3, 2, 4, 3), (0, 3, 5))]


def reduced(shape, axes, keep_dims):
    axes = {a % len(shape) for a in axes}
    return tuple(1 if i in axes else d for i, d in enumerate(shape) if keep_dims or i not in axes)


def reduce_cases(family, operator, kind, version, shapes, case_count, rescales=False, sample_count=4):
    for number in range(case_count):
        shape, axes = shapes[number % len(shapes)]
        keep_dims = number // len(shapes) % 2 == 0 if len(shapes) > 4 else number % 2 == 0
        name = f"{operator.lower()}_{kind}_{number}_{'x'.join(map(str, shape))}"
        random = generator(name)
        options = schema.ReducerOptionsT()
        options.keepDims = bool(keep_dims)
        x = tensor(random, kind, shape, "x")
        scale, zero_point = x.scale, x.zero_point
        way = (number + number // len(shapes)) % 3
        if rescales and way and scale is not None:
            if way == 2:
                scale = np.float32(scale * np.exp(random.uniform(-1.5, 3)))
            if kind == "i8":
                zero_point = int(random.integers(-128, 127, endpoint=True))
        out = tensor(random, kind, reduced(shape, axes, keep_dims), "out", None, scale, zero_point)
        samples = [draw(random, x, sample_count)]
        if operator == "REDUCE_PROD" and kind == "i32":
            samples = [samples[0] % 5 - 2]
        if kind == "bool":
            samples[0][0], samples[0][1] = True, False
        family.add(name, operator, version, options, [x, constant("i32", axes, "axes")], [out], samples)


def make():
    family = Family("mean")
    for kind, version in {"f32": 1, "i8": 2, "i16": 3}.items():
        reduce_cases(family, "MEAN", kind, version, SHAPES, 24, rescales=True)
    family.save()
    family = Family("sum")
    for kind in ("f32", "i8", "i16"):
        reduce_cases(family, "SUM", kind, 1, SHAPES, 24, rescales=True)
    family.save()
    for operator in ("REDUCE_MAX", "REDUCE_MIN"):
        family = Family(operator.lower())
        for kind in ("f32", "i8"):
            reduce_cases(family, operator, kind, 2 if kind == "i8" else 1, SHAPES, 20)
            reduce_cases(family, operator, kind, 2 if kind == "i8" else 1, MORE_AXES + RUNS[:6], 10)
        family.save()
    family = Family("reduce_all")
    reduce_cases(family, "REDUCE_ALL", "bool", 1, SHAPES + MORE_AXES, 28)
    family.save()

    family = Family("reduce_litert", engine="litert")
    for kind, version in {"f32": 1, "i8": 2, "i16": 3}.items():
        reduce_cases(family, "MEAN", kind, version, RUNS + MORE_AXES, 20, rescales=True, sample_count=2)
    for kind in ("f32", "i32"):
        reduce_cases(family, "SUM", kind, 1, RUNS + MORE_AXES, 20, sample_count=2)
        reduce_cases(family, "REDUCE_PROD", kind, 1, RUNS + SHAPES, 20, sample_count=2)
    for operator in ("REDUCE_MAX", "REDUCE_MIN"):
        for kind in ("i16", "i32"):
            reduce_cases(family, operator, kind, 3 if kind == "i16" else 1, SHAPES + RUNS, 20, sample_count=2)
    reduce_cases(family, "REDUCE_ANY", "bool", 1, SHAPES + RUNS, 20, sample_count=2)
    family.save()
