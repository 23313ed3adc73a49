# SPDX-License-Identifier: Apache-2.0
"""Where the largest and the smallest value lies: ARG_MAX, ARG_MIN; and the largest in order: TOPK_V2."""
import numpy as np

from operator_cases import Family, Tensor, constant, draw, generator, schema, tensor

CASES = 24


def arg(operator, options_type, engine="micro", out_kind="INT32", cases=CASES):
    family = Family(operator.lower() + ("" if engine == "micro" else "_" + engine), engine)
    for kind, version in {"f32": 1, "i8": 2}.items():
        for number in range(cases):
            name = f"{kind}_{number}"
            random = generator(name)
            rank = 1 + number % 4
            shape = [int(d) for d in random.integers(1, 7, rank, endpoint=True)]
            axis = int(random.integers(0, rank))
            options = options_type()
            options.outputType = getattr(schema.TensorType, out_kind)
            x = tensor(random, kind, shape, "x")
            samples = draw(random, x, 5)
            samples[4] = np.round(samples[4] / 8) * 8 if kind == "f32" else samples[4] // 64  # equal ones: the first counts
            operand = constant("i32", [axis - rank if number % 3 == 1 else axis], "axis")
            if number % 5 == 3:
                operand = constant("i32", operand.values[0], "axis")
            out = Tensor(out_kind, tuple(shape[:axis] + shape[axis + 1:]), "out")
            family.add(name, operator, version, options, [x, operand], [out], [samples])
    family.save()


def topk():
    family = Family("topk_v2", engine="litert")
    for kind, version in {"f32": 1, "i8": 2, "i16": 3, "i32": 1, "i64": 1, "u8": 1}.items():
        for number in range(20):
            name = f"{kind}_{number}"
            random = generator(name)
            shape = [int(d) for d in random.integers(1, 9, 1 + number % 4, endpoint=True)]
            shape[:-1] = [min(d, 4) for d in shape[:-1]]
            k = int(random.integers(1, shape[-1], endpoint=True))
            x = tensor(random, kind, shape, "x")
            samples = draw(random, x, 5)
            samples[4] = np.round(samples[4] / 2) * 2 if kind == "f32" else samples[4] // 64  # equal ones stay in order
            out = tensor(random, kind, shape[:-1] + [k], "values", scale=x.scale, zero_point=x.zero_point)
            family.add(name, "TOPK_V2", version, None, [x, constant("i32", k, "k")],
                       [out, Tensor("INT32", out.shape, "places")], [samples])
    family.save()


def make():
    arg("ARG_MAX", schema.ArgMaxOptionsT)
    arg("ARG_MIN", schema.ArgMinOptionsT)
    arg("ARG_MAX", schema.ArgMaxOptionsT, "litert", "INT64", 20)
    arg("ARG_MIN", schema.ArgMinOptionsT, "litert", "INT64", 20)
    topk()
