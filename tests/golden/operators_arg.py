# SPDX-License-Identifier: Apache-2.0
"""Where the largest and the smallest value lies: ARG_MAX, ARG_MIN."""
import numpy as np

from operator_cases import Family, Tensor, constant, draw, generator, schema, tensor

CASES = 24


def arg(operator, options_type):
    family = Family(operator.lower())
    for kind, version in {"f32": 1, "i8": 2}.items():
        for number in range(CASES):
            name = f"{kind}_{number}"
            random = generator(name)
            rank = 1 + number % 4
            shape = [int(d) for d in random.integers(1, 7, rank, endpoint=True)]
            axis = int(random.integers(0, rank))
            options = options_type()
            options.outputType = schema.TensorType.INT32
            x = tensor(random, kind, shape, "x")
            samples = draw(random, x, 5)
            samples[4] = np.round(samples[4] / 8) * 8 if kind == "f32" else samples[4] // 64  # equal ones: the first counts
            operand = constant("i32", [axis - rank if number % 3 == 1 else axis], "axis")
            if number % 5 == 3:
                operand = constant("i32", operand.values[0], "axis")
            out = Tensor("INT32", tuple(shape[:axis] + shape[axis + 1:]), "out")
            family.add(name, operator, version, options, [x, operand], [out], [samples])
    family.save()


def make():
    arg("ARG_MAX", schema.ArgMaxOptionsT)
    arg("ARG_MIN", schema.ArgMinOptionsT)
