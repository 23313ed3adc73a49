# SPDX-License-Identifier: Apache-2.0
"""Elements in another order, or several times: TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, BROADCAST_ARGS."""
import numpy as np

from operator_cases import Family, constant, generator, tensor

CASES = 20


def shape_of(random, rank, most=6):
    shape = random.integers(1, most, rank, endpoint=True)
    if rank > 1 and random.integers(0, 3) == 0:
        shape[random.integers(0, rank)] = 1
    return tuple(int(d) for d in shape)


def moved(random, kind, shape, like, name):
    """An output with its input's quantization."""
    return tensor(random, kind, shape, name, scale=like.scale, zero_point=like.zero_point)


def transpose(name, kinds, engine="micro"):
    family = Family(name, engine)
    for kind, version in kinds.items():
        for number in range(CASES):
            name = f"{kind}_{number}"
            random = generator(name)
            shape = shape_of(random, 1 + number % 5, 5)
            perm = random.permutation(len(shape))
            x = tensor(random, kind, shape, "x")
            out = moved(random, kind, [shape[i] for i in perm], x, "out")
            family.add(name, "TRANSPOSE", version, None, [x, constant("i32", perm, "perm")], [out])
    family.save()


def reverse():
    family = Family("reverse_v2")
    versions = {"f32": 1, "i8": 3, "i16": 1, "i32": 1, "i64": 1, "bool": 2, "u8": 1}
    for kind, version in versions.items():
        for number in range(CASES):
            name = f"{kind}_{number}"
            random = generator(name)
            shape = shape_of(random, 1 + number % 4)
            first = int(random.integers(0, len(shape)))
            axes = np.arange(first, int(random.integers(first + 1, len(shape), endpoint=True)))  # neighbours, as Micro wants
            axes = random.permutation(axes)
            axes = np.where(random.integers(0, 2, len(axes)) == 1, axes - len(shape), axes)
            x = tensor(random, kind, shape, "x")
            family.add(name, "REVERSE_V2", version, None, [x, constant("i32", axes, "axes")],
                       [moved(random, kind, shape, x, "out")], count=3)
    family.save()


def broadcast_to():
    family = Family("broadcast_to")
    for kind, version in {"f32": 2, "i8": 3, "i16": 3, "i32": 2, "i64": 2}.items():
        for number in range(CASES):
            name = f"{kind}_{number}"
            random = generator(name)
            out_shape = shape_of(random, 1 + number % 5, 4)
            shape = out_shape[int(random.integers(0, len(out_shape))) if number % 4 == 3 else 0:]
            shape = tuple(1 if random.integers(0, 2) else d for d in shape)
            x = tensor(random, kind, shape, "x")
            to = constant("i64" if number % 3 == 2 else "i32", out_shape, "shape")
            family.add(name, "BROADCAST_TO", version, None, [x, to], [moved(random, kind, out_shape, x, "out")], count=3)
    family.save()


def broadcast_args():
    family = Family("broadcast_args")
    for kind in ("i32", "i64"):
        dtype = {"i32": np.int32, "i64": np.int64}[kind]
        for number in range(CASES):
            name = f"{kind}_{number}"
            random = generator(name)
            counts = random.integers(1, 6, 2, endpoint=True)
            samples = [np.ones((4, n), dtype) for n in counts]
            for sample in range(4):
                full = random.integers(2, 2000, max(counts))
                for s, n in zip(samples, counts):
                    kept = full[max(counts) - n:]
                    s[sample] = np.where(random.integers(0, 2, n) == 1, kept, 1)
            operands = [tensor(random, kind, (n,), name) for n, name in zip(counts, "ab")]
            if number % 4 == 3:
                which = number // 4 % 2
                operands[which] = constant(kind, samples[which][0], "ab"[which])
                samples[which][:] = samples[which][0]
                other = 1 - which  # it must go with the constant in every sample
                samples[other] = np.repeat(samples[other][:1], 4, axis=0)
                samples = [samples[other]]
            family.add(name, "BROADCAST_ARGS", 1, None, operands, [tensor(random, kind, (max(counts),), "out")], samples)
    family.save()


def tile():
    family = Family("tile", engine="litert")
    for kind in ("f32", "i8", "i32", "i64", "bool", "u8"):  # int8 is version 3, which LiteRT's reference kernels do not claim
        for number in range(CASES):
            name = f"{kind}_{number}"
            random = generator(name)
            shape = shape_of(random, 1 + number % 4, 4)
            multiples = random.integers(1, 3, len(shape), endpoint=True)
            x = tensor(random, kind, shape, "x")
            out = moved(random, kind, shape * multiples, x, "out")
            operand = constant("i64" if number % 3 == 2 else "i32", multiples, "multiples")
            family.add(name, "TILE", 1, None, [x, operand], [out], count=2)
    family.save()


def make():
    transpose("transpose", {"f32": 1, "i8": 2, "i16": 5})
    transpose("transpose_litert", {"bool": 3}, "litert")
    reverse()
    broadcast_to()
    broadcast_args()
    tile()
