# SPDX-License-Identifier: Apache-2.0
"""Slices by index: GATHER, GATHER_ND, EMBEDDING_LOOKUP."""
import numpy as np

from operator_cases import Family, Tensor, constant, draw, generator, schema, tensor

CASES = 24


def values(random, kind, shape, is_constant, name="x"):
    x = tensor(random, kind, shape, name)
    if is_constant:
        x.values = draw(random, x, 4)[3]
    return x


def indices_of(random, shape, limits, is_constant, kind="i32"):
    """Samples of indices below the limits along the last axis; or a constant, and no samples."""
    samples = random.integers(0, limits, (4, *shape)).astype({"i32": np.int32, "i64": np.int64}[kind])
    if is_constant:
        return constant(kind, samples[0], "indices"), []
    return Tensor({"i32": "INT32", "i64": "INT64"}[kind], tuple(shape), "indices"), [samples]


def run(family, name, operator, version, options, operands, samples, out):
    """samples: of those operands that have their own; the others' are drawn."""
    random = generator(family.name + name)
    given = [draw(random, t, 4) if s is None else s for t, s in zip(operands, samples) if t.values is None]
    family.add(name, operator, version, options, operands, [out], given, may_fail=family.engine == "litert")


def gather_cases(family, kind, index_kind, versions, cases):
    for number in range(cases):
        name = f"{kind}_{index_kind}_{number}"
        random = generator(name)
        rank = 1 + number % 4
        shape = [int(d) for d in random.integers(1, 6, rank, endpoint=True)]
        axis = int(random.integers(0, rank))
        batch_dims = int(random.integers(0, axis, endpoint=True)) if number % 2 else 0
        tail = [int(d) for d in random.integers(1, 4, int(random.integers(0 if batch_dims else 1, 3)))]
        index_shape = shape[:batch_dims] + tail
        options = schema.GatherOptionsT()
        options.axis = axis - rank if number % 3 == 2 else axis
        options.batchDims = batch_dims - len(index_shape) if number % 5 == 1 and batch_dims and tail else batch_dims
        x = values(random, kind, shape, number % 6 == 4)
        indices, samples = indices_of(random, index_shape, shape[axis], number % 4 == 3)
        if index_kind == "i64":
            indices, samples = indices_of(random, index_shape, shape[axis], number % 4 == 3, "i64")
        out = tensor(random, kind, shape[:axis] + tail + shape[axis + 1:], "out", scale=x.scale, zero_point=x.zero_point)
        run(family, name, "GATHER", 5 if batch_dims else versions[kind], options, [x, indices],
            [None, samples[0] if samples else None], out)


def gather():
    family = Family("gather")
    for kind in ("f32", "i8"):
        gather_cases(family, kind, "i32", {"f32": 1, "i8": 2}, CASES)
    family.save()


def gather_litert():
    family = Family("gather_litert", engine="litert")
    for kind in ("i16", "i32", "i64", "bool", "u8"):
        gather_cases(family, kind, "i32", {"i16": 4, "i32": 1, "i64": 1, "bool": 3, "u8": 1}, 28)
    gather_cases(family, "f32", "i64", {"f32": 1}, 28)
    family.save()


def gather_nd_cases(family, kind, version, cases, index_kind="i32"):
    for number in range(cases):
        name = f"{kind}_{index_kind}_{number}"
        random = generator(name)
        rank = 1 + number % 4
        shape = [int(d) for d in random.integers(1, 6, rank, endpoint=True)]
        depth = int(random.integers(1, rank, endpoint=True))
        head = [int(d) for d in random.integers(1, 4, int(random.integers(1, 3)))]
        x = values(random, kind, shape, number % 6 == 4)
        indices, samples = indices_of(random, head + [depth], shape[:depth], number % 4 == 3, index_kind)
        out = tensor(random, kind, head + shape[depth:], "out", scale=x.scale, zero_point=x.zero_point)
        run(family, name, "GATHER_ND", version, None, [x, indices], [None, samples[0] if samples else None], out)


def gather_nd():
    family = Family("gather_nd")
    for kind in ("f32", "i8"):
        gather_nd_cases(family, kind, 1, CASES)
    family.save()


def gather_nd_litert():
    family = Family("gather_nd_litert", engine="litert")
    for kind, version in {"i16": 3, "i32": 1, "i64": 1, "bool": 5, "u8": 1}.items():
        gather_nd_cases(family, kind, version, 20)
    gather_nd_cases(family, "f32", 1, 20, "i64")
    family.save()


def embedding_lookup():
    family = Family("embedding_lookup")
    for kind, out_kind in (("f32", "f32"), ("i8", "i8"), ("i8", "f32")):
        for number in range(CASES):
            name = f"{kind}_to_{out_kind}_{number}"
            random = generator(name)
            shape = [int(d) for d in random.integers(1, 7, 2 + number % 3, endpoint=True)]
            count = int(random.integers(1, 7))
            x = values(random, kind, shape, number % 3 != 2)
            if kind != out_kind:
                x.zero_point = 0
            indices, samples = indices_of(random, [count], shape[0], number % 6 == 5)
            quantization = {"scale": x.scale, "zero_point": x.zero_point} if out_kind == kind else {}
            out = tensor(random, out_kind, [count] + shape[1:], "out", **quantization)
            run(family, name, "EMBEDDING_LOOKUP", 1, None, [indices, x], [samples[0] if samples else None, None], out)
    family.save()


def make():
    gather()
    gather_nd()
    embedding_lookup()
    gather_litert()
    gather_nd_litert()
