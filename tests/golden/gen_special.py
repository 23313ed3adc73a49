# SPDX-License-Identifier: Apache-2.0
"""Values at the edge: infinities, NaN and the largest floats through every float32 operator, and every int8 value through
LEAKY_RELU where its products lie halfway between two integers, as TFLite Micro answers: special/.

    python gen_special.py            (pins: requirements.txt; rewrites all of special/)

special/NAME.tflite and special/golden.npz, named and stored as ops/ is.
"""
import numpy as np

import gen_kernels as kernels
from common import FOLDER, save_npz
from tflite_builder import Tensor, run_litert, run_micro, schema

LARGEST = np.finfo(np.float32).max
VALUES = np.float32([np.inf, -np.inf, np.nan, LARGEST, -LARGEST, 0.0, -0.0, 1e-40, 1.0, -1.0, 6.5, 3e38, 88.8, -104.5])


def fill(inputs, count):
    """Every value at every place of the first input at least once, among ordinary ones and among its own kind."""
    tensors = [t for t in inputs if t is not None and t.values is None]
    samples = []
    for t in tensors:
        size = int(np.prod(t.shape))
        rows = np.resize(np.float32([0.5, -1.5, 2.0, 7.0, -0.25]), (count, size))
        for i, value in enumerate(VALUES):
            rows[i, ::3] = value                # here and there
            rows[len(VALUES) + i, :] = value    # nothing else
        rows[2 * len(VALUES)] = np.resize(VALUES, size)
        samples.append(rows.reshape(count, *t.shape))
    if len(samples) == 2:                       # the second runs backwards: infinity meets minus infinity
        samples[1] = samples[1][::-1].copy()
    return samples


def make_cases():
    rows = {"none": {}, "relu": dict(act="relu"), "relu6": dict(act="relu6")}
    for name, row in rows.items():
        for operator, extra in (("ADD", {}), ("FULLY_CONNECTED", {}), ("CONV_2D", dict(shape=(1, 3, 3, 2), pad=kernels.SAME)),
                                ("DEPTHWISE_CONV_2D", dict(shape=(1, 3, 3, 2), pad=kernels.SAME)), ("MAX_POOL_2D", {}),
                                ("AVERAGE_POOL_2D", {})):
            kernels.TABLES[operator][1]("FLOAT32", {**row, **extra}, f"{operator.lower()}_f32_{name}")
    kernels.mean("FLOAT32", {}, "mean_f32_plain")
    kernels.softmax("FLOAT32", {}, "softmax_f32_plain")
    kernels.reshape("FLOAT32", dict(shape=(1, 14), to=(1, 7, 2)), "reshape_f32_plain")
    for operator in ("RELU", "RELU6", "LOGISTIC", "TANH"):
        kernels.unary(operator, "FLOAT32", dict(inp=(0.05, 0)), f"{operator.lower()}_f32_plain")
    for case, alpha in (("tenth", 0.1), ("negative", -0.5), ("zero", 0.0)):
        kernels.unary("LEAKY_RELU", "FLOAT32", dict(inp=(0.05, 0), alpha=alpha), f"leaky_relu_f32_{case}")
    for case, alpha, inp, out in (("half", -0.5, (0.05, 0), (0.05, 0)), ("one", -1.0, (0.05, 3), (0.1, -5)),
                                  ("quarter", -0.25, (0.02, -128), (0.02, 7)), ("two", -2.0, (0.05, 100), (0.2, 20)),
                                  ("odd", -0.3, (0.031, -17), (0.027, 11)), ("large", -5.0, (0.05, 0), (0.01, 0)),
                                  # multipliers that are ties in float, and are none in double, in which they are taken
                                  ("alpha_5_7", 0.7, (0.05, 0), (0.07, 0)), ("alpha_5_1", 0.5, (0.05, 0), (0.01, 0)),
                                  ("identity_7_8", 0.1, (0.007, 0), (0.008, 0)),
                                  ("identity_22_36", 0.1, (0.022, 0), (0.036, 0))):
        kernels.unary("LEAKY_RELU", "INT8", dict(inp=inp, out=out, alpha=alpha), f"leaky_relu_i8_{case}")
    return {name: model for name, (model, _) in kernels.CASES.items()}


def inputs_of(model):
    read = schema.ModelT.InitFromPackedBuf(model)
    graph = read.subgraphs[0]
    kinds = {schema.TensorType.FLOAT32: "FLOAT32", schema.TensorType.INT8: "INT8"}
    return [Tensor(kinds[graph.tensors[i].type], tuple(graph.tensors[i].shape), "x") for i in graph.inputs]


def main():
    folder, arrays = FOLDER / "special", {}
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.tflite"):
        old.unlink()
    np.seterr(all="ignore")
    for name, model in make_cases().items():
        inputs = inputs_of(model)
        samples = (fill(inputs, 2 * len(VALUES) + 1) if inputs[0].kind == "FLOAT32"
                   else [np.arange(-128, 128, dtype=np.int8).reshape(1, *inputs[0].shape)])
        output = run_micro(model, samples)
        (folder / f"{name}.tflite").write_bytes(model)
        for index, values in enumerate(samples):
            arrays[f"{name}/in{index}"] = values
        arrays[f"{name}/out0"] = output
        try:
            other = run_litert(model, samples)
            same = np.isclose(output, other, 1e-5, 1e-5, equal_nan=True)
            if not same.all():
                print(f"LiteRT differs: {name}: {(~same).sum()} of {same.size} values: Micro {output[~same][:4]}, "
                      f"LiteRT {other[~same][:4]}")
        except (RuntimeError, ValueError) as error:
            print(f"LiteRT refuses {name}: {str(error).splitlines()[0]}")
    save_npz("special/golden.npz", arrays)


if __name__ == "__main__":
    main()
