# SPDX-License-Identifier: Apache-2.0
"""BATCH_MATMUL: transposed operands, batch axes that repeat, constant operands."""
import numpy as np

from operator_cases import Family, draw, generator, schema, tensor

# batch axes of a and b; rows, depth, columns
SHAPES = [((), (), (3, 4, 5)), ((2,), (2,), (2, 7, 3)), ((1,), (3,), (4, 2, 1)), ((2, 3), (2, 3), (1, 5, 2)),
          ((2, 3), (3,), (2, 3, 2)),
          ((), (4,), (3, 1, 3)), ((2, 1), (1, 3), (3, 2, 4)), ((3,), (1,), (1, 6, 1)), ((1, 2), (2, 1), (2, 9, 2)),
          ((2, 1, 3), (1, 2, 1), (2, 2, 3)), ((3, 1, 2), (3, 1, 2), (1, 4, 3))]


def repeated(a, b):
    rank = max(len(a), len(b))
    return tuple(max(x, y) for x, y in zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b))


def out_scale(random, a, b, kind, depth):
    """A random sum fills the output's range, or goes beyond it, or stays far below."""
    typical, wanted = {"i8": (74, 50), "i16": (18900, 12000)}[kind]
    return np.float32(a.scale * b.scale * typical**2 * depth**0.5 / wanted / random.choice([1, 1, 5, 0.05]))


def options_of(adj_x, adj_y):
    made = schema.BatchMatMulOptionsT()
    made.adjX, made.adjY = bool(adj_x), bool(adj_y)
    return made


def product_at_half(kind):
    """Scales of a, b and out, for which a product taken in double gives another 16-bit multiplier than one in float."""
    def upper(ratio):
        mantissa, _ = np.frexp(ratio)
        return (round(float(mantissa) * 2**31) + 0x8000) >> 16

    random = generator(kind + "_half")
    while True:
        a, b, out = np.float32(random.uniform(1e-4, 2e-4, 3))
        out *= np.float32(300)
        if upper(float(a * b) / float(out)) != upper(float(a) * float(b) / float(out)):
            return a, b, out


def make():
    family = Family("batch_matmul")
    for kind, version in {"f32": 1, "i8": 2, "i16": 3}.items():
        for number in range(33):
            a_batch, b_batch, (rows, depth, columns) = SHAPES[number % len(SHAPES)]
            adj_x, adj_y = number // 2 % 2, number % 2
            name = f"{kind}_{'t' if adj_x else 'n'}{'t' if adj_y else 'n'}_{number}"
            random = generator(name)
            a = tensor(random, kind, a_batch + ((depth, rows) if adj_x else (rows, depth)), "a")
            b = tensor(random, kind, b_batch + ((columns, depth) if adj_y else (depth, columns)), "b")
            scale = None if kind == "f32" else out_scale(random, a, b, kind, depth)
            out = tensor(random, kind, repeated(a_batch, b_batch) + (rows, columns), "out", None, scale)
            if number % 3 == 1:
                b.values = draw(random, b, 4)[3]
            elif number % 7 == 2:
                a.values = draw(random, a, 4)[3]
            family.add(name, "BATCH_MATMUL", version, options_of(adj_x, adj_y), [a, b], [out])
    for number in range(3):
        random = generator(f"half_{number}")
        a_scale, b_scale, scale = product_at_half(f"i16_{number}")
        a, b = tensor(random, "i16", (20, 2), "a", None, a_scale), tensor(random, "i16", (2, 9), "b", None, b_scale)
        out = tensor(random, "i16", (20, 9), "out", None, scale)
        family.add(f"i16_half_{number}", "BATCH_MATMUL", 3, options_of(0, 0), [a, b], [out])
    family.save()
