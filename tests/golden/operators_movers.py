# SPDX-License-Identifier: Apache-2.0
"""What moves values: CONCATENATION, PACK, UNPACK, SPLIT, SPLIT_V, SLICE, STRIDED_SLICE, DYNAMIC_UPDATE_SLICE, PAD, PADV2,
MIRROR_PAD, SHAPE, RANK, EXPAND_DIMS, SQUEEZE, RESHAPE; and chains of them, in which outputs take the place of operands."""
import numpy as np

from operator_cases import Family, constant, draw, generator, schema, tensor
from tflite_builder import build_graph

COUNT = 24
COUNT_LITERT = 20


def filled(name, **fields):
    """An options table of that name with these fields."""
    made = getattr(schema, name + "OptionsT")()
    for key, value in fields.items():
        setattr(made, key, value)
    return made


def shape_of(random, low=1, high=4, most=6):
    return [int(random.integers(1, most)) for _ in range(random.integers(low, high, endpoint=True))]


def alike(random, kind, shapes, names, of=None):
    """Tensors of one scale and zero point."""
    first = of or tensor(random, kind, shapes[0], names[0])
    return [tensor(random, kind, s, n, None, first.scale, first.zero_point) for s, n in zip(shapes, names)]


def fixed(random, t):
    """The same tensor as a constant."""
    t.values = draw(random, t, 4)[3]
    return t


def signed(random, axis, rank):
    return axis - rank if random.integers(2) else axis


def cases(family, kinds):
    """(kind, number, its generator, the case's name) of every case; the generator differs for each operator and kind."""
    for kind in kinds:
        for number in range(COUNT if family.engine == "micro" else COUNT_LITERT):
            name = f"{kind}_{number}"
            yield kind, number, generator(family.name + name), name


# ---- several and one ----

def concatenation(family, versions, rescales=False):
    for kind, number, random, name in cases(family, versions):
        shape = shape_of(random)
        axis, count = int(random.integers(len(shape))), int(random.integers(1, 10)) if number % 6 == 0 else number % 4 + 1
        sizes = [int(random.integers(0 if number % 7 == 3 and i and not rescales else 1, 5)) for i in range(count)]
        shapes = [shape[:axis] + [n] + shape[axis + 1:] for n in sizes]
        made = alike(random, kind, shapes + [shape[:axis] + [sum(sizes)] + shape[axis + 1:]],
                     [f"in{i}" for i in range(count)] + ["out"])
        if count > 1 and number % 3 == 2:
            fixed(random, made[int(random.integers(count))])
        if rescales:
            for t in made[number % 2:-1]:  # the first may be as the output
                t.scale = np.float32(t.scale * np.exp(random.uniform(-2, 2)))
                t.zero_point = int(random.integers(0, 256))
        options = filled("Concatenation", axis=signed(random, axis, len(shape)))
        family.add(name, "CONCATENATION", versions[kind], options, made[:-1], made[-1:])


def concatenation_rescaled(family, versions):
    concatenation(family, versions, rescales=True)


def pack(family, versions):
    for kind, number, random, name in cases(family, versions):
        shape = shape_of(random, 1, 4) if number % 6 != 4 else []
        axis, count = int(random.integers(len(shape) + 1)), number % 5 + 1
        made = alike(random, kind, [shape] * count + [shape[:axis] + [count] + shape[axis:]],
                     [f"in{i}" for i in range(count)] + ["out"])
        if count > 1 and number % 3 == 2:
            fixed(random, made[int(random.integers(count))])
        options = filled("Pack", valuesCount=count, axis=signed(random, axis, len(shape) + 1))
        family.add(name, "PACK", versions[kind], options, made[:-1], made[-1:])


def unpack(family, versions):
    for kind, number, random, name in cases(family, versions):
        shape = shape_of(random, 1 if number % 4 == 0 else 2, 4)
        axis = int(random.integers(len(shape)))
        made = alike(random, kind, [shape] + [shape[:axis] + shape[axis + 1:]] * shape[axis],
                     ["in"] + [f"out{i}" for i in range(shape[axis])])
        options = filled("Unpack", num=shape[axis], axis=signed(random, axis, len(shape)))
        family.add(name, "UNPACK", versions[kind], options, made[:1], made[1:])


def split(family, versions):
    for kind, number, random, name in cases(family, versions):
        shape, count = shape_of(random), number % 5 + 1
        axis = int(random.integers(len(shape)))
        part = list(shape)
        shape[axis] *= count
        made = alike(random, kind, [shape] + [part] * count, ["in"] + [f"out{i}" for i in range(count)])
        where = signed(random, axis, len(shape))
        family.add(name, "SPLIT", versions[kind], filled("Split", numSplits=count),
                   [constant("i32", [where] if number % 2 else where, "axis"), made[0]], made[1:])


def split_v(family, versions):
    for kind, number, random, name in cases(family, versions):
        shape, count = shape_of(random), number % 5 + 1
        axis = int(random.integers(len(shape)))
        sizes = [int(random.integers(1, 5)) for _ in range(count)]
        parts = [shape[:axis] + [n] + shape[axis + 1:] for n in sizes]
        shape[axis] = sum(sizes)
        made = alike(random, kind, [shape] + parts, ["in"] + [f"out{i}" for i in range(count)])
        said, samples = list(sizes), None
        if number % 3 == 1:
            said[int(random.integers(count))] = -1
        told = constant("i64" if number % 4 == 3 else "i32", said, "sizes")
        if number % 8 == 6:
            samples = [draw(random, made[0], 4), np.tile(np.int32(sizes), (4, 1))]
            told = tensor(random, "i32", [count], "sizes")
        axis = constant("i32", signed(random, axis, len(shape)), "axis")
        family.add(name, "SPLIT_V", versions[kind], filled("SplitV", numSplits=count), [made[0], told, axis], made[1:],
                   samples)


# ---- parts ----

def slice_(family, versions):
    for kind, number, random, name in cases(family, versions):
        shape = shape_of(random, 1, 5)
        begin = [int(random.integers(0, d)) for d in shape]
        size = [int(random.integers(1, d - b + 1)) for d, b in zip(shape, begin)]
        if number % 5 == 1:  # all of the inner axes: longer runs
            keep = int(random.integers(len(shape)))
            begin[keep:], size[keep:] = [0] * (len(shape) - keep), shape[keep:]
        made = alike(random, kind, [shape, size], ["in", "out"])
        index, samples = "i64" if number % 4 == 3 else "i32", None
        said = [-1 if b + s == d and random.integers(2) else s for b, s, d in zip(begin, size, shape)]
        begins, sizes = constant(index, begin, "begin"), constant(index, said, "size")
        if number % 4 >= 2:  # begin is computed, and size too now and then
            dtype = np.int64 if index == "i64" else np.int32
            starts = np.stack([[random.integers(0, d - s + 1) if v != -1 else d - s
                                for d, s, v in zip(shape, size, said)] for _ in range(4)]).astype(dtype)
            samples = [draw(random, made[0], 4), starts]
            begins = tensor(random, index, [len(shape)], "begin")
            if number % 8 >= 6:
                samples.append(np.tile(np.array(said, dtype), (4, 1)))
                sizes = tensor(random, index, [len(shape)], "size")
        family.add(name, "SLICE", versions[kind], None, [made[0], begins, sizes], made[1:], samples)


def strided(shape, begin, end, strides, masks):
    """NumPy's answer to the same question, for its shape."""
    return np.zeros(shape, np.int8)[tuple(
        (b if masks[2] >> i & 1 else slice(None if masks[0] >> i & 1 else b, None if masks[1] >> i & 1 else e, s))
        for i, (b, e, s) in enumerate(zip(begin, end, strides)))].shape


def strided_slice(family, versions):
    for kind, number, random, name in cases(family, versions):
        out = ()
        while not out or 0 in out:
            shape = shape_of(random, 1, 4, 8)
            rank = len(shape)
            begin = [int(random.integers(-d, d)) for d in shape]
            end = [int(random.integers(-d - 2, d + 3)) for d in shape]
            strides = [int(random.choice([-3, -2, -1, 1, 1, 2, 3])) for _ in shape]
            if number % 3 == 0:
                strides = [1] * rank
            masks = [int(random.integers(1 << rank)) if random.integers(2) else 0 for _ in range(3)]
            masks[2] &= int(random.integers(1 << rank)) if number % 2 else 0
            masks[0] &= ~masks[2]
            strides = [1 if masks[2] >> i & 1 else s for i, s in enumerate(strides)]
            out = strided(shape, begin, end, strides, masks)
        made = alike(random, kind, [shape, list(out)], ["in", "out"])
        options = filled("StridedSlice", beginMask=masks[0], endMask=masks[1], shrinkAxisMask=masks[2])
        family.add(name, "STRIDED_SLICE", versions[kind], options,
                   [made[0], *(constant("i32", v, n) for v, n in ((begin, "begin"), (end, "end"), (strides, "strides")))],
                   made[1:])


# in, begin, end, strides; masks of begin, end, ellipsis, new axes, shrunk axes: what Micro does not have
LITERT_SLICES = [((4, 5), [0, 1], [0, 3], [1, 1], (0, 0, 1, 0, 0)),
                 ((2, 3, 4), [1, 0, -2], [2, 0, 4], [1, 1, 1], (0, 0, 2, 0, 0)),
                 ((2, 3, 4), [0, 2], [0, 3], [1, 1], (0, 0, 1, 0, 2)),
                 ((2, 3, 4), [1, 0], [2, 0], [1, 1], (0, 0, 2, 0, 1)),
                 ((4, 5), [0, 1, 0], [0, 3, 3], [1, 1, 1], (0, 0, 0, 1, 0)),
                 ((4, 5), [1, 0, 0], [3, 0, 5], [1, 1, 2], (0, 0, 0, 2, 0)),
                 ((4, 5), [1, 0, 0], [3, 0, 0], [1, 1, 1], (4, 4, 0, 2, 0)),
                 ((4, 5), [0, 0, 0], [0, 0, 0], [1, 1, 1], (0, 0, 2, 5, 0)),
                 ((3, 4, 5), [0, 0, 1], [0, 0, 4], [1, 1, -1], (0, 4, 1, 2, 0)),
                 ((4, 5), [1], [3], [1], (0, 0, 0, 0, 0)),
                 ((3, 4, 5), [-1], [0], [1], (0, 0, 0, 0, 1)),
                 ((2, 1, 3, 2, 4), [0, 0, 2, 1, -1], [2, 1, 0, 2, 0], [1, 1, -1, 1, -2], (0, 0, 0, 0, 8))]
# in, begin, end, strides, what comes out: the end counts from the begin. LiteRT allots too much where it is beyond the end
LITERT_OFFSETS = [((4, 5), [1, 1], [2, 3], [1, 1], (2, 3)), ((4, 5), [-3, 0], [2, 5], [1, 2], (2, 3)),
                  ((7,), [2], [4], [2], (2,)), ((7,), [-6], [4], [3], (2,)),
                  ((2, 6), [1, 3], [1, 2], [1, 1], (1, 2)), ((5, 3, 2), [2, 1, 0], [3, 2, 1], [1, 1, 1], (3, 2, 1)),
                  ((9,), [0], [9], [4], (3,)), ((7,), [-1], [-3], [-1], (3,))]


def litert_slices(family, kinds):
    """Ellipsis, new axes, fewer numbers than axes, five axes."""
    for kind in kinds:
        for number, (shape, begin, end, strides, masks) in enumerate(LITERT_SLICES):
            index = [Ellipsis if masks[2] >> i & 1 else None if masks[3] >> i & 1 else b if masks[4] >> i & 1 else
                     slice(None if masks[0] >> i & 1 else b, None if masks[1] >> i & 1 else e, s)
                     for i, (b, e, s) in enumerate(zip(begin, end, strides))]
            random = generator(f"{family.name}{kind}{number}")
            made = alike(random, kind, [shape, np.zeros(shape)[tuple(index)].shape], ["in", "out"])
            options = filled("StridedSlice", beginMask=masks[0], endMask=masks[1], ellipsisMask=masks[2],
                             newAxisMask=masks[3], shrinkAxisMask=masks[4])
            family.add(f"{kind}_{number}", "STRIDED_SLICE", 4, options,
                       [made[0], constant("i32", begin, "begin"), constant("i32", end, "end"),
                        constant("i32", strides, "strides")], made[1:])


def litert_offsets(family, kinds):
    for kind in kinds:
        for number, (shape, begin, end, strides, out) in enumerate(LITERT_OFFSETS):
            made = alike(generator(f"{kind}{number}"), kind, [shape, out], ["in", "out"])
            family.add(f"{kind}_offset_{number}", "STRIDED_SLICE", 4, filled("StridedSlice", offset=True),
                       [made[0], constant("i32", begin, "begin"), constant("i32", end, "end"),
                        constant("i32", strides, "strides")], made[1:])


def strided_masks(family, kinds):
    litert_slices(family, kinds)
    litert_offsets(family, kinds)


def dynamic_update_slice(family, versions):
    for kind, number, random, name in cases(family, versions):
        shape = shape_of(random)
        size = [int(random.integers(1, d + 1)) for d in shape]
        if number % 6 == 5:
            size = list(shape)
        made = alike(random, kind, [shape, size, shape], ["in", "update", "out"])
        index = "i64" if number % 4 == 3 else "i32"
        dtype = np.int64 if index == "i64" else np.int32
        starts = random.integers(-2, 8, (4, len(shape))).astype(dtype)
        starts[0], starts[1] = np.iinfo(dtype).min, np.iinfo(dtype).max
        given = tensor(random, index, [len(shape)], "starts")
        samples = [draw(random, made[0], 4), draw(random, made[1], 4), starts]
        if number % 3 == 2:  # starts, or another operand, are a constant
            which = number // 3 % 3
            (made[0], made[1], given)[which].values = samples.pop(which)[2]
        family.add(name, "DYNAMIC_UPDATE_SLICE", 4 if kind == "i16" else 2 if index == "i64" else 1, None,
                   [made[0], made[1], given], made[2:], samples)


# ---- around ----

def paddings(random, number, shape, most=3):
    pads = random.integers(0, most + 1, (len(shape), 2))
    if number % 4 == 1:
        pads[int(random.integers(len(shape))):] = 0
    return pads, [int(d + a + b) for d, (a, b) in zip(shape, pads)]


def pad(family, versions):
    for kind, number, random, name in cases(family, versions):
        shape = shape_of(random, 1, 5, 5)
        pads, size = paddings(random, number, shape, 2)
        made = alike(random, kind, [shape, size], ["in", "out"])
        family.add(name, "PAD", versions[kind], None, [made[0], constant("i32", pads, "paddings")], made[1:])


def padv2(family, versions):
    for kind, number, random, name in cases(family, versions):
        shape = shape_of(random, 1, 5, 5)
        pads, size = paddings(random, number, shape, 2)
        made = alike(random, kind, [shape, [1] if number % 4 else [], size], ["in", "value", "out"])
        if number % 3:
            fixed(random, made[1])
        family.add(name, "PADV2", versions[kind], None, [made[0], constant("i32", pads, "paddings"), made[1]], made[2:])


def mirror_pad(family, versions):
    for kind, number, random, name in cases(family, versions):
        shape, mode = [d + 1 for d in shape_of(random, 1, 4, 5)], number % 2
        pads = np.stack([random.integers(0, d + mode, 2) for d in shape])
        if number % 4 == 1:
            pads[int(random.integers(len(shape))):] = 0
        size = [int(d + a + b) for d, (a, b) in zip(shape, pads)]
        made = alike(random, kind, [shape, size], ["in", "out"])
        index, samples = "i64" if number % 3 == 2 else "i32", None
        said = constant(index, pads, "paddings")
        if number % 5 == 3:
            samples = [draw(random, made[0], 4), np.tile(said.values, (4, 1, 1))]
            said = tensor(random, index, said.shape, "paddings")
        family.add(name, "MIRROR_PAD", versions[kind], filled("MirrorPad", mode=mode), [made[0], said], made[1:], samples)


# ---- shapes ----

def shape(family, kinds, outs=("i32",)):
    for kind, number, random, name in cases(family, kinds):
        for out in outs:
            given = tensor(random, kind, shape_of(random, 1, 6, 4), "in")
            options = filled("Shape", outType=getattr(schema.TensorType, {"i32": "INT32", "i64": "INT64"}[out]))
            family.add(f"{name}_{out}", "SHAPE", 1, options, [given], [tensor(random, out, [len(given.shape)], "out")],
                       count=1)


def shape_i64(family, kinds):
    shape(family, kinds, ["i64"])


def rank(family, kinds):
    for kind, number, random, name in cases(family, kinds):
        family.add(name, "RANK", 1, None, [tensor(random, kind, shape_of(random, 1, 6, 4), "in")],
                   [tensor(random, "i32", (), "out")], count=1)


def expand_dims(family, kinds):
    for kind, number, random, name in cases(family, kinds):
        small = shape_of(random)
        axis = int(random.integers(len(small) + 1))
        made = alike(random, kind, [small, small[:axis] + [1] + small[axis:]], ["in", "out"])
        where = signed(random, axis, len(small) + 1)
        family.add(name, "EXPAND_DIMS", 1, None, [made[0], constant("i32", [where] if number % 2 else where, "axis")],
                   made[1:], count=2)


def squeeze(family, kinds):
    for kind, number, random, name in cases(family, kinds):
        large = [1 if random.integers(2) else int(random.integers(2, 5)) for _ in range(random.integers(1, 6))]
        large.insert(int(random.integers(len(large) + 1)), 1)
        ones = [i for i, d in enumerate(large) if d == 1]
        dims = [i for i in ones if random.integers(2)] if number % 3 else []
        gone = dims or ones
        made = alike(random, kind, [large, [d for i, d in enumerate(large) if i not in gone]], ["in", "out"])
        family.add(name, "SQUEEZE", 1, filled("Squeeze", squeezeDims=[signed(random, i, len(large)) for i in dims]),
                   made[:1], made[1:], count=2)


def reshape(family, kinds):
    for kind, number, random, name in cases(family, kinds):
        old = shape_of(random)
        left, new = int(np.prod(old)), []
        while left > 1 and len(new) < 5:
            new.append(int(random.choice([d for d in range(1, left + 1) if left % d == 0])))
            left //= new[-1]
        new += [left] if left > 1 or not new else []
        made = alike(random, kind, [old, new], ["in", "out"])
        said, samples = list(new), None
        if number % 3 == 1:
            said[int(random.integers(len(new)))] = -1
        operands = [made[0], constant("i32", said, "shape")]
        if number % 4 == 2:
            operands.pop()
        if number % 4 == 3:
            samples = [draw(random, made[0], 2), np.tile(np.int32(new), (2, 1))]
            operands[1] = tensor(random, "i32", [len(new)], "shape")
        family.add(name, "RESHAPE", 1, filled("Reshape", newShape=said), operands, made[1:], samples, count=2)


# ---- several in a row ----

def chain(family, name, kind, versions):
    """versions: of SPLIT, CONCATENATION, SLICE, PAD, UNPACK, PACK, STRIDED_SLICE."""
    random = generator(family.name + name)
    rows, columns = int(random.integers(3, 7)), int(random.integers(2, 6))
    x = tensor(random, kind, [1, 2 * rows * columns], "x")
    starts = tensor(random, "i32", [3], "starts")
    steps = []

    def then(operator, version, options, operands, *shapes):
        made = alike(random, kind, shapes, [f"{operator}{len(steps)}_{i}" for i in range(len(shapes))], x)
        steps.append((operator, version, options, operands, made))
        return made if len(made) > 1 else made[0]

    def numbers(*values):
        return constant("i32", values, f"numbers{len(steps)}_{values}")

    split_, join, cut, pad_, unpack_, pack_, strided_ = versions
    y = then("RESHAPE", 1, None, [x, numbers(2, rows, -1)], [2, rows, columns])
    y = then("STRIDED_SLICE", strided_, filled("StridedSlice", endMask=7), [y, numbers(0, 1, 0), numbers(0, 0, 0),
             numbers(1, 1, 1)], [2, rows - 1, columns])
    a, b = then("SPLIT", split_, filled("Split", numSplits=2), [constant("i32", 0, "axis"), y], *[[1, rows - 1, columns]] * 2)
    a = then("SLICE", cut, None, [a, numbers(0, 1, 1), numbers(1, -1, -1)], [1, rows - 2, columns - 1])
    b = then("DYNAMIC_UPDATE_SLICE", 4 if kind == "i16" else 1, None, [b, a, starts], [1, rows - 1, columns])
    ones = [then("EXPAND_DIMS", 1, None, [t, numbers(0)], [1, *t.shape]) for t in (a, b)] if kind != "i32" else \
        [then("RESHAPE", 1, None, [t, numbers(1, *t.shape)], [1, *t.shape]) for t in (a, b)]
    a = then("PAD", pad_, None, [ones[0], constant("i32", [[0, 0], [0, 0], [1, 0], [0, 1]], "paddings")], ones[1].shape)
    y = then("CONCATENATION", join, filled("Concatenation", axis=2), [a, ones[1], a], [1, 1, 3 * (rows - 1), columns])
    y = then("SQUEEZE", 1, filled("Squeeze", squeezeDims=[0, 1]), [y], [3 * (rows - 1), columns])
    parts = then("UNPACK", unpack_, filled("Unpack", num=columns, axis=1), [y], *[[3 * (rows - 1)]] * columns)
    y = then("PACK", pack_, filled("Pack", valuesCount=columns, axis=0), parts[::-1], [columns, 3 * (rows - 1)])
    y = then("STRIDED_SLICE", strided_, filled("StridedSlice", beginMask=3, endMask=3), [y, numbers(0, 0), numbers(0, 0),
             numbers(-1, 2)], [columns, (3 * rows - 2) // 2])
    samples = [draw(random, x, 4), random.integers(-1, 4, (4, 3)).astype(np.int32)]
    family.add_model(name, build_graph([x, starts], steps, [y, b]), samples, [y, b])


def chains(family, versions):
    for kind, number, random, name in cases(family, versions):
        if number < 6:
            chain(family, name, kind, versions[kind])


def make():
    eight = {"f32": 1, "i8": 2}
    families = [("concatenation", concatenation, {**eight, "i16": 3, "i32": 1, "i64": 1, "bool": 1}),
                ("pack", pack, {**eight, "i16": 3, "i32": 1, "i64": 1}),
                ("unpack", unpack, {**eight, "i16": 4, "i32": 1}),
                ("split", split, {**eight, "i16": 4, "i32": 3}),
                ("split_v", split_v, {**eight, "i16": 1, "i32": 1}),
                ("slice", slice_, {**eight, "i16": 4, "i32": 1, "bool": 1}),
                ("strided_slice", strided_slice, {**eight, "i16": 1, "i32": 1, "bool": 3}),
                ("dynamic_update_slice", dynamic_update_slice, ["f32", "i8", "i16", "i32"]),
                ("pad", pad, {**eight, "i16": 3, "i32": 1}),
                ("padv2", padv2, {**eight, "i16": 3, "i32": 1}),
                ("mirror_pad", mirror_pad, eight),
                ("shape", shape, ["f32", "i8", "i16", "i32"]),
                ("expand_dims", expand_dims, ["f32", "i8", "i16"]),
                ("squeeze", squeeze, ["f32", "i8", "i16", "i32"]),
                ("movers_chain", chains, {"f32": (1, 1, 1, 1, 1, 1, 1), "i8": (2, 2, 2, 2, 2, 2, 2),
                                          "i16": (4, 3, 4, 3, 4, 3, 1), "i32": (3, 1, 1, 1, 1, 1, 1)}),
                ("reshape", reshape, ["f32", "i8", "i16", "i32", "i64", "bool"])]
    for name, add, kinds in families:
        family = Family(name)
        add(family, kinds)
        family.save()
    litert = [("strided_slice_masks", strided_masks, ["f32", "i8"]), ("shape_i64", shape_i64, ["f32", "i8"]),
              ("rank", rank, ["f32", "i8"]), ("concatenation_litert", concatenation, {"u8": 1}),
              ("concatenation_rescaled", concatenation_rescaled, {"u8": 1}), ("pack_litert", pack, {"u8": 1}), ("unpack_litert", unpack, {"u8": 2, "bool": 3}),
              ("split_litert", split, {"u8": 1}), ("slice_litert", slice_, {"u8": 1, "i64": 1}),
              ("strided_slice_litert", strided_slice, {"u8": 1, "i64": 1}),
              ("dynamic_update_slice_litert", dynamic_update_slice, ["i64", "bool"]),
              ("pad_litert", pad, {"u8": 1, "i64": 1, "bool": 5}), ("padv2_litert", padv2, {"bool": 5}), ("mirror_pad_litert", mirror_pad, {"i32": 1, "i64": 1, "i16": 3}),
              ("expand_dims_litert", expand_dims, ["i32", "i64", "bool"]), ("squeeze_litert", squeeze, ["i64", "bool"])]
    for name, add, kinds in litert:
        family = Family(name, engine="litert")
        add(family, kinds)
        family.save()
