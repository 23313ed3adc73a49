# SPDX-License-Identifier: Apache-2.0
"""Comparisons, logic, selecting: EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, LOGICAL_AND, LOGICAL_OR,
LOGICAL_NOT, SELECT_V2; SELECT by LiteRT's reference kernel."""
import numpy as np

from operator_cases import Family, Tensor, draw, generator, tensor
from operators_arithmetic import SHAPES, broadcast

SCALES = [(0.05, 0.05), (0.02, 0.07), (0.9999, 0.5), (1e-4, 1e-4), (1e-5, 0.3), (1e-7, 1e-8)]
FLOATS = np.float32([0, -0.0, 1, -1, 0.5, np.inf, -np.inf, np.nan, 1e-40, -1e-40, 3.4e38, -3.4e38])


def set_type(kind, operator):
    """What there is in another version of a file than 1."""
    return 2 if kind == "i8" and operator not in ("SELECT", "SELECT_V2") else 1


def close_values(random, t, other, count):
    """Samples of which many are equal to the other operand's, as numbers."""
    values = draw(random, t, count)
    if t.kind == "BOOL":
        return values
    if t.kind == "FLOAT32":
        values = np.round(values).astype(np.float32)
        values[1] = random.choice(FLOATS, t.shape)
        return values
    if t.scale is not None:
        real = (random.integers(-128, 128, t.shape) - other.zero_point) * other.scale
        values[3] = np.clip(np.round(real / t.scale) + t.zero_point, -128, 127)
        return values
    values[0] = random.integers(-2, 3, t.shape)
    limits = np.iinfo(t.dtype)
    values[1] = random.choice(np.array([limits.min, limits.min + 1, -1, 0, 1, limits.max - 1, limits.max], t.dtype), t.shape)
    return values


def comparison(operator, kinds):
    family = Family(operator.lower())
    for kind in kinds:
        for number in range(22):
            name = f"{kind}_{number}"
            random = generator(operator + name)
            shapes = SHAPES[number % len(SHAPES)]
            if number % 3 == 1:
                shapes = shapes[::-1]
            scales = SCALES[number % len(SCALES)] if kind == "i8" else (None, None)
            a, b = (tensor(random, kind, shape, letter, scale=None if scale is None else np.float32(scale))
                    for shape, letter, scale in zip(shapes, "ab", scales))
            if number % 4 == 1 and kind == "i8":  # the same numbers, so that many are equal
                b.scale, b.zero_point = a.scale, a.zero_point
            out = Tensor("BOOL", broadcast(*shapes), "out")
            samples = [close_values(random, a, b, 4), close_values(random, b, a, 4)]
            if number % 5 == 2:
                b.values = samples.pop()[3]
            elif number % 7 == 3:
                a.values = samples.pop(0)[1]
            family.add(name, operator, set_type(kind, operator), None, [a, b], [out], samples)
    family.save()


def logical_not():
    family = Family("logical_not")
    for number in range(20):
        shape = (SHAPES[number % len(SHAPES)][0] + (1, 2, 3))[:1 + number % 5]
        family.add(f"bool_{number}", "LOGICAL_NOT", 1, None, [Tensor("BOOL", shape, "in")], [Tensor("BOOL", shape, "out")])
    family.save()


SELECTED = [((1, 7), (1, 7), (1, 7)), ((1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3)), ((1, 4, 5, 1), (1, 4, 5, 3), (1, 4, 5, 3)),
            ((3,), (1, 4, 5, 3), (1, 4, 5, 3)), ((2, 3), (2, 3), (1,)), ((2, 3), (1,), (2, 3)), ((2, 3), (), ()),
            ((), (2, 3), (2, 3)), ((1, 4, 1, 1), (1, 1, 5, 1), (1, 1, 1, 3)), ((4,), (3, 1), (2, 1, 1)), ((5, 1), (5,), (1, 5)),
            ((1, 1, 3), (2, 4, 3), (2, 1, 1)), ((2, 1, 2, 1, 3), (1, 2, 1, 2, 1), (3,)), ((1,), (1,), (1,)), ((2, 3, 1), (1, 3, 4), (2, 1, 4))]


def select_v2(name, kinds, engine="micro"):
    family = Family(name, engine)
    for kind in kinds:
        for number in range(30):
            name = f"{kind}_{number}"
            random = generator("SELECT_V2" + name)
            shapes = SELECTED[number % len(SELECTED)]
            condition = Tensor("BOOL", shapes[0], "condition")
            x = tensor(random, kind, shapes[1], "x")
            y = tensor(random, kind, shapes[2], "y", scale=x.scale, zero_point=x.zero_point)
            out = tensor(random, kind, broadcast(shapes[0], broadcast(*shapes[1:])), "out", scale=x.scale,
                         zero_point=x.zero_point)
            given = [condition, x, y]
            if number >= len(SELECTED):  # each of them constant in its turn
                t = given[number % 3]
                t.values = draw(random, t, 4)[3]
            family.add(name, "SELECT_V2", 2 if kind == "u32" else 1, None, given, [out])
    family.save()


SELECTED_1 = [((1, 7), (1, 7)), ((1, 4, 5, 3), (1, 4, 5, 3)), ((), (2, 3)), ((), (1, 4, 5, 3)), ((4,), (4, 3)), ((4,), (4,)),
              ((3,), (3, 2, 2)), ((1,), (1, 5, 2)), ((2,), (2, 3, 1, 2)), ((5,), (5, 5))]


def select():
    family = Family("select", engine="litert")
    for kind in ("f32", "i8", "i16", "i32", "i64", "u8", "u32", "bool"):
        for number in range(20):
            name = f"{kind}_{number}"
            random = generator("SELECT" + name)
            condition_shape, shape = SELECTED_1[number % len(SELECTED_1)]
            condition = Tensor("BOOL", condition_shape, "condition")
            x = tensor(random, kind, shape, "x")
            y, out = (tensor(random, kind, shape, t, scale=x.scale, zero_point=x.zero_point) for t in ("y", "out"))
            given = [condition, x, y]
            if number >= len(SELECTED_1):
                t = given[number % 3]
                t.values = draw(random, t, 4)[3]
            family.add(name, "SELECT", 4 if kind == "u32" else 1, None, given, [out])
    family.save()


def make():
    for operator in ("EQUAL", "NOT_EQUAL"):
        comparison(operator, ("f32", "i8", "i32", "i64", "bool"))
    for operator in ("GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"):
        comparison(operator, ("f32", "i8", "i32", "i64"))
    for operator in ("LOGICAL_AND", "LOGICAL_OR"):
        comparison(operator, ("bool",))
    logical_not()
    select_v2("select_v2", ("f32", "i8", "i16"))
    select_v2("select_v2_litert", ("u8", "i32", "i64", "u32", "bool"), "litert")
    select()
