# SPDX-License-Identifier: Apache-2.0
"""ADD, SUB, DIV, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE, FLOOR_DIV, FLOOR_MOD, ADD_N, PRELU."""
import numpy as np

from operator_cases import Family, draw, generator, schema, tensor
from operators_arithmetic import ACTIVATIONS, SHAPES, binary, broadcast

PLAIN = {"plain": 0}


def options_of(table, with_activation=True, **fields):
    """A maker of options: activation -> table. Half of the operators without fields have no table in TensorFlow's files."""
    def make(activation):
        made = getattr(schema, table + "T")()
        if with_activation:
            made.fusedActivationFunction = activation
        for field, value in fields.items():
            setattr(made, field, value)
        return made
    return make


def quantized(random, kind, shape, name, scale, zero_point=0, values=None):
    return tensor(random, kind, shape, name, values, np.float32(scale), zero_point)


# ---- halves ----

RATIOS = [(7, 10), (3, 4), (11, 6), (9, 14), (1, 2), (13, 22), (5, 2), (17, 30), (19, 34), (23, 18), (25, 38), (37, 26)]


def halves(family, operator, versions, options, b_kind=None, b_values=(0, 1, 2, 3)):
    """All of a's values, and scales with which many answers lie next to halves: whether multipliers were worked out in float
    or in double decides them. b is b_values in its units, one a sample."""
    for kind, version in versions.items():
        for number, (over, under) in enumerate(RATIOS):
            name = f"{kind}_halves_{number}"
            random = generator(name)
            a = quantized(random, kind, (1, 256), "a", np.exp(random.uniform(-5, -3)))
            b = quantized(random, b_kind or kind, (1, 1), "b", np.exp(random.uniform(-5, -3)))
            if operator == "SUB" or operator == "ADD":
                out_scale = float(a.scale) * under / over
            elif operator == "DIV":
                out_scale = float(a.scale) / float(b.scale) * under / over / 4
            elif operator == "PRELU":
                b.scale = np.float32(over / under) if number % 2 else b.scale
                out_scale = float(a.scale) * (1 if number % 2 else under / over)
            else:
                out_scale = float(max(a.scale, b.scale)) ** 2 * under / over * 80
            out = quantized(random, kind, (1, 256), "out", out_scale)
            values = np.arange(-128, 128) * (1 if kind == "i8" else 37)
            given = [np.broadcast_to(values.astype(a.dtype), (4, 1, 256)), np.array(b_values, b.dtype).reshape(4, 1, 1)]
            family.add(name, operator, version, options(0), [a, b], [out], given)


# ---- ADD and SUB ----

# a's scale, b's, the output's; zero points of int8.
SCALES = [(0.5, 0.5, 0.5, (0, 0, 0)), (0.5, 0.25, 1.0, (-128, 127, 5)), (1e-6, 1.0, 1.0, (1, -1, 0)), (3.0, 7e-5, 0.02, (127, 127, -128)),
          (0.01, 0.01, 10.0, (-128, -128, -128)), (0.1, 0.3, 0.0001, (0, 3, 127)), (1e-9, 2e-9, 3e-9, (4, 5, 6)),
          (1e6, 3e6, 2e6, (-7, 8, 9)), (0.0078125, 0.03125, 0.0078125, (0, 0, 0)), (0.33333334, 0.1, 0.7, (100, -100, 50))]


def extreme(family, operator, table, versions):
    for kind, version in versions.items():
        for number, (a_scale, b_scale, out_scale, zeros) in enumerate(SCALES):
            name = f"{kind}_scales_{number}"
            random = generator(name)
            zeros = zeros if kind == "i8" else (0, 0, 0)
            activation = number % 4
            a = quantized(random, kind, (1, 3, 17), "a", a_scale, zeros[0])
            b = quantized(random, kind, (1, 3, 17) if number % 2 else (17,), "b", b_scale, zeros[1])
            out = quantized(random, kind, (1, 3, 17), "out", out_scale, zeros[2])
            family.add(name, operator, version, options_of(table, potScaleInt16=number % 2 == 0)(activation), [a, b], [out])


def wrapping(family, operator, kind, version, options):
    """All of the type's numbers, whose sums and squares wrap."""
    for number, activation in enumerate(ACTIVATIONS.values()):
        random = generator(f"{kind}_wrapping_{number}")
        a, b, out = (tensor(random, kind, (3, 5), name) for name in ("a", "b", "out"))
        limits = np.iinfo(a.dtype)
        samples = [random.integers(limits.min, limits.max, (4, 3, 5), a.dtype, endpoint=True) for _ in range(2)]
        samples[0][0], samples[1][0] = limits.max, limits.min
        samples[0][1], samples[1][1] = limits.min, limits.min
        family.add(f"{kind}_wrapping_{number}", operator, version, options(activation), [a, b], [out], samples)


def sums():
    for operator, versions in (("ADD", {"f32": 1, "i8": 2, "i16": 3, "i32": 1}), ("SUB", {"f32": 1, "i8": 2, "i16": 5, "i32": 1})):
        family = Family(operator.lower())
        table = operator.capitalize() + "Options"
        binary(family, operator, options_of(table, potScaleInt16=False), versions)
        extreme(family, operator, table, {kind: versions[kind] for kind in ("i8", "i16")})
        wrapping(family, operator, "i32", 1, options_of(table))
        halves(family, operator, {kind: versions[kind] for kind in ("i8", "i16")}, options_of(table))
        family.save()


# ---- DIV ----

def by_no_zero(random, a, b):
    """Floats as they come; integers without a divisor of 0."""
    if a.kind != "INT32":
        return None
    x, y = draw(random, a, 4), random.integers(1, 40, (4, *b.shape), np.int32) * random.choice([-1, 1], (4, *b.shape))
    x[3].flat[0], y[3].flat[-1] = np.iinfo(np.int32).max, 1000000007
    return [x, y.astype(np.int32)]


def defined_quotients(random, a, b):
    """The reference leaves some quotients undefined: y = 0, and x / y where bits(y) + headroom(x) - shift > 31."""
    if a.scale is None:
        return None
    shape = broadcast(a.shape, b.shape)
    x, y = (draw(random, t, 4) for t in (a, b))
    for _ in range(200):
        bad = undefined(x, y, a, b, shape)
        if not bad.any():
            break
        # Redraw what meets anything undefined; x is drawn large more and more often, and y small.
        for t, values in ((a, x), (b, y)):
            meets = reduce_like(bad, (4, *t.shape))
            fresh = random.integers(-128, 127, values.shape, np.int8, endpoint=True)
            away = np.where(random.random(values.shape) < 0.5, -128, 127) if t is a else t.zero_point + random.choice([-1, 1, 2, 3], values.shape)
            fresh = np.where(random.random(values.shape) < 0.5, np.clip(away, -128, 127), fresh)
            values[meets] = fresh[meets]
    assert not undefined(x, y, a, b, shape).any()
    return [x, y]


def reduce_like(bad, shape):
    """Whether an element of an operand meets anything bad, where operands repeat."""
    padded = (shape[0], *(1,) * (bad.ndim - len(shape)), *shape[1:])
    axes = tuple(i for i in range(1, bad.ndim) if padded[i] == 1)
    return bad.any(axis=axes, keepdims=True).reshape(shape)


def undefined(x, y, a, b, shape):
    def spread(values, t):
        values = values.astype(np.int64) - t.zero_point
        return np.broadcast_to(values.reshape(4, *(1,) * (len(shape) - len(t.shape)), *t.shape), (4, *shape))
    x, y = spread(x, a), spread(y, b)
    x = np.where(y < 0, -x, x)
    length = np.vectorize(lambda v: int(v).bit_length())
    headroom, bits = 31 - length(np.where(x < 0, ~x, x)), length(np.abs(y)) - 1
    shift = int(np.frexp(float(a.scale) / (float(b.scale) * float(DIV_SCALE[id(a)])))[1])
    right = bits + headroom - shift
    return (y == 0) | (right > 31) | (right < 0)


DIV_SCALE = {}  # of the output, by its first operand


def quotients():
    family = Family("div")
    options = options_of("DivOptions")
    binary(family, "DIV", options, {"f32": 1, "i32": 1}, samples=by_no_zero)
    for number in range(30):
        a_shape, b_shape = SHAPES[number % len(SHAPES)]
        if number % 3 == 1:
            a_shape, b_shape = b_shape, a_shape
        name = f"i8_{number}"
        random = generator(name)
        a, b, out = (tensor(random, "i8", shape, t) for shape, t in ((a_shape, "a"), (b_shape, "b"), (broadcast(a_shape, b_shape), "out")))
        b.scale = np.float32(a.scale / (out.scale * random.choice([0.3, 0.6, 1.7, 5.0, 80.0, 3000.0])))
        b.zero_point = 0 if number % 2 else b.zero_point
        DIV_SCALE[id(a)] = out.scale
        given = defined_quotients(random, a, b)
        if number % 5 == 2:
            b.values = given.pop()[3]
            x, y = given[0], np.broadcast_to(b.values, (4, *b.shape))
            keep = ~reduce_like(undefined(x, y, a, b, out.shape), x.shape)
            x[~keep] = np.broadcast_to(x[3:], x.shape)[~keep]
        family.add(name, "DIV", 1, options(number // 2 % 4), [a, b], [out], given)
    halves(family, "DIV", {"i8": 1}, options, b_values=(1, -1, 1, -1))
    family.save()


# ---- FLOOR_DIV, FLOOR_MOD ----

def floors():
    for operator in ("FLOOR_DIV", "FLOOR_MOD"):
        family = Family(operator.lower())
        binary(family, operator, lambda _: None, {"f32": 1}, PLAIN)
        for number, make in enumerate((whole, far, near, tiny, special)):
            random = generator(f"{number}")
            a, b, out = (tensor(random, "f32", (3, 31), t) for t in ("a", "b", "out"))
            family.add(f"f32_{make.__name__}", operator, 1, None if number % 2 else options_of(
                "FloorDivOptions" if operator == "FLOOR_DIV" else "FloorModOptions", False)(0), [a, b], [out],
                       [v.astype(np.float32) for v in make(random)])
        family.save()
        family = Family(operator.lower() + "_i32", engine="litert")  # Micro has floats only
        binary(family, operator, lambda _: None, {"i32": 1}, PLAIN, by_no_zero)
        family.save()


def signed(random, values):
    return (values * random.choice([-1, 1], values.shape)).astype(np.float32)


def whole(random):
    """Whole numbers, and tenths: many quotients are whole, or are rounded to such."""
    b = signed(random, random.integers(1, 9, (4, 3, 31)) / random.choice([1, 10], (4, 3, 31)))
    return signed(random, random.integers(0, 60, (4, 3, 31)) / random.choice([1, 10], (4, 3, 31))), b


def far(random):
    """Of very different size."""
    return (signed(random, np.exp(random.uniform(-60, 60, (4, 3, 31)))), signed(random, np.exp(random.uniform(-20, 20, (4, 3, 31)))))


def near(random):
    """Multiples, and the floats beside them."""
    b = signed(random, random.uniform(0.1, 9, (4, 3, 31)))
    a = (b * random.integers(-30, 30, b.shape)).astype(np.float32)
    return np.nextafter(a, random.choice(np.float32([-np.inf, 0, np.inf]), a.shape)), b


def tiny(random):
    """Subnormal numbers."""
    b = signed(random, random.integers(1, 1 << 25, (4, 3, 31)) * 2.0 ** -149)
    return signed(random, random.integers(0, 1 << 27, (4, 3, 31)) * 2.0 ** -149), b


def special(random):
    """Infinite numbers, zeros and NaN; none is divided by 0."""
    a = random.choice(np.float32([0, -0.0, 1, -1, 3e38, -3e38, np.inf, -np.inf, np.nan]), (4, 3, 31))
    return a, random.choice(np.float32([1, -1, 1e-30, 3e38, np.inf, -np.inf, np.nan, 2.5]), (4, 3, 31))


# ---- MAXIMUM, MINIMUM, SQUARED_DIFFERENCE ----

def extrema():
    for operator in ("MAXIMUM", "MINIMUM"):
        family = Family(operator.lower())
        options = options_of("MaximumMinimumOptions", False)
        binary(family, operator, options, {"f32": 1, "i8": 2, "i16": 4, "i32": 1, "i64": 1}, PLAIN)
        for kind in ("i32", "i64"):
            wrapping(family, operator, kind, 1, lambda _: None)
        random = generator("special")
        a, b, out = (tensor(random, "f32", (3, 31), t) for t in ("a", "b", "out"))
        given = [random.choice(np.float32([0, -0.0, 1, np.inf, -np.inf, np.nan]), (4, 3, 31)) for _ in range(2)]
        family.add("f32_special", operator, 1, None, [a, b], [out], given)
        family.save()


def squared_differences():
    family = Family("squared_difference")
    options = options_of("SquaredDifferenceOptions", False)
    versions = {"f32": 1, "i8": 2, "i16": 1, "i32": 1}
    binary(family, "SQUARED_DIFFERENCE", options, versions, PLAIN)
    for kind in ("i8", "i16"):
        for number, (a_scale, b_scale, out_scale, zeros) in enumerate(SCALES):
            name = f"{kind}_scales_{number}"
            random = generator(name)
            zeros = zeros if kind == "i8" else (0, 0, 0)
            wide = (1 if kind == "i8" else 256) * max(a_scale, b_scale) ** 2 * (100 if number % 2 else 1)
            a, b, out = (quantized(random, kind, (2, 3, 7), t, s, z) for t, s, z in
                         zip(("a", "b", "out"), (a_scale, b_scale, out_scale * wide), zeros))
            family.add(name, "SQUARED_DIFFERENCE", versions[kind], None, [a, b], [out])
    wrapping(family, "SQUARED_DIFFERENCE", "i32", 1, options)
    halves(family, "SQUARED_DIFFERENCE", {"i8": 2, "i16": 1}, options)
    family.save()


# ---- ADD_N ----

def sums_of_many():
    shapes = [(1, 7), (5,), (1, 3, 5, 2), (2, 3, 4), (1, 1), (1, 2, 3, 1, 2)]
    for kind in ("f32", "i8", "i32"):
        family = Family("add_n_i32", engine="litert") if kind == "i32" else Family("add_n") if kind == "f32" else family
        for number in range(20):
            name = f"{kind}_{number}"
            random = generator(name)
            shape, count = shapes[number % len(shapes)], (2, 3, 4, 7, 20)[number % 5]
            first = tensor(random, kind, shape, "x0")
            operands = [first] + [tensor(random, kind, shape, f"x{i}", None, first.scale, first.zero_point) for i in range(1, count)]
            if number % 4 == 1:
                operands[number % count].values = draw(random, operands[number % count], 4)[3]
            out = tensor(random, kind, shape, "out")
            if kind == "i8":
                out.scale = np.float32(first.scale * random.choice([0.001, 0.7, count, 100]))
            family.add(name, "ADD_N", 1, options_of("AddNOptions", False)(0) if number % 2 else None, operands, [out])
        if kind != "f32":
            family.save()


# ---- PRELU ----

def slopes():
    family = Family("prelu")
    shapes = [((1, 4, 5, 3), (1, 1, 3)), ((1, 4, 5, 3), (1, 1, 1, 3)), ((1, 7), (7,)), ((1, 4, 5, 3), (4, 5, 3)), ((1, 6), (1, 1)),
              ((2, 3, 4), (2, 1, 4)), ((1, 3, 4), (3, 4)), ((1, 5, 1, 2), (1, 5, 1, 1)), ((9,), (9,)), ((1, 2, 3, 4), (1, 2, 3, 4))]
    for kind in ("f32", "i8", "i16"):
        for number in range(22):
            name = f"{kind}_{number}"
            random = generator(name)
            x_shape, alpha_shape = shapes[number % len(shapes)]
            x, out = tensor(random, kind, x_shape, "x"), tensor(random, kind, x_shape, "out")
            alpha = tensor(random, "f32" if kind == "f32" else "i8", alpha_shape, "alpha")
            if kind != "f32" and number % 4 == 3:
                out.scale, alpha.scale = np.float32(out.scale * random.choice([1e-4, 30])), np.float32(random.choice([1e-5, 5]))
            if number % 3:
                alpha.values = draw(random, alpha, 4)[3]
            family.add(name, "PRELU", 1, None, [x, alpha], [out])
    halves(family, "PRELU", {"i8": 1, "i16": 1}, lambda _: None, "i8", (1, -1, 3, -128))
    family.save()


def make():
    sums()
    quotients()
    floors()
    extrema()
    squared_differences()
    sums_of_many()
    slopes()
