# SPDX-License-Identifier: Apache-2.0
"""CUMSUM."""
import numpy as np

from operator_cases import Family, constant, generator, schema, tensor

CASES = 32


def make():
    family = Family("cumsum")
    for kind in ("f32", "i8"):
        for number in range(CASES):
            name = f"{kind}_{number}"
            random = generator(name)
            rank = 1 + number % 4
            shape = [int(d) for d in random.integers(1, 7, rank, endpoint=True)]
            axis = int(random.integers(0, rank))
            if number % 6 == 5:
                shape[axis] = 40  # int8 sums pass what an int32 holds, and wrap
            options = schema.CumsumOptionsT()
            options.exclusive, options.reverse = bool(number & 1), bool(number // 2 & 1)
            scales = np.exp(random.uniform(np.log(1e-4), np.log(10), 2)) if number % 4 == 2 else (None, None)
            zeros = (-128, 127) if number % 8 == 4 else (127, -128) if number % 8 == 0 else (None, None)
            x, out = (tensor(random, kind, shape, end, scale=s if kind == "i8" else None, zero_point=z if kind == "i8" else None)
                      for end, s, z in zip(("x", "out"), scales, zeros))
            operand = constant("i32", [axis - rank if number % 3 == 1 else axis], "axis")
            if number % 5 == 3:
                operand = constant("i32", operand.values[0], "axis")
            family.add(name, "CUMSUM", 1, options, [x, operand], [out])
    family.save()
