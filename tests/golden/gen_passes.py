# SPDX-License-Identifier: Apache-2.0
"""Two files that have work for every pass of mote_model_optimize, and what TFLite Micro answers to them as they are.

    python gen_passes.py     writes passes/NAME.tflite, passes/golden.npz, and both files for fuzzing to begin with
"""
import numpy as np
from ai_edge_litert import schema_py_generated as schema

import tflite_builder as tb
from common import FOLDER

SAMPLES = 4
CORPORA = FOLDER.parent / "fuzz" / "corpus"


def options(kind, **fields):
    made = getattr(schema, kind + "T")()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


class Sketch:
    """Operators one after the other; `kind` is INT8 or FLOAT32, whose tensors have one scale unless told."""

    def __init__(self, kind, rng):
        self.kind, self.rng, self.steps, self.count = kind, rng, [], 0

    def tensor(self, shape, scale=0.05, zero_point=-3, values=None, kind=None):
        self.count += 1
        kind = kind or self.kind
        numbers = kind in ("INT8", "UINT8")
        return tb.Tensor(kind, shape, f"t{self.count}", scale if numbers else None, zero_point if numbers else 0, values=values)

    def numbers(self, values):
        values = np.array(values, np.int32)
        return tb.Tensor("INT32", values.shape, f"n{len(self.steps)}_{self.count}", values=values)

    def weights(self, shape):
        if self.kind == "FLOAT32":
            return self.tensor(shape, values=self.rng.uniform(-1, 1, shape).astype(np.float32))
        return self.tensor(shape, 0.01, 0, self.rng.integers(-127, 128, shape).astype(np.int8))

    def bias(self, count):
        if self.kind == "FLOAT32":
            return self.tensor((count,), values=self.rng.uniform(-1, 1, count).astype(np.float32))
        values = self.rng.integers(-900, 900, count).astype(np.int32)
        return tb.Tensor("INT32", (count,), f"b{self.count}", 0.05 * 0.01, 0, values=values)

    def add(self, operator, operands, shape, fields=None, version=1, **made):
        out = self.tensor(shape, **made)
        self.steps.append((operator, version, fields, operands, [out]))
        return out

    def reshape(self, x, shape):
        return self.add("RESHAPE", [x, self.numbers(shape)], shape)

    def conv(self, x, out, stride):
        size = (x.shape[1] - 3) // stride + 1
        fields = options("Conv2DOptions", padding=1, strideH=stride, strideW=stride)
        return self.add("CONV_2D", [x, self.weights((out, 3, 3, x.shape[3])), self.bias(out)], (1, size, size, out), fields, 3)

    def pad(self, x, before, behind):
        shape = (1, x.shape[1] + before + behind, x.shape[2] + before + behind, x.shape[3])
        paddings = self.numbers([[0, 0], [before, behind], [before, behind], [0, 0]])
        return self.add("PAD", [x, paddings], shape, options("PadOptions"), 2)

    def plus(self, a, b):
        return self.add("ADD", [a, b], a.shape, options("AddOptions"), 2)


def network(kind, rng):
    s = Sketch(kind, rng)
    start = s.tensor((1, 8, 8, 2))
    x = s.conv(s.pad(start, 1, 1), 4, 1)                         # fold_padding: SAME
    x = s.add("RELU", [x], x.shape, version=2)                   # fuse_activations
    x = s.pad(x, 0, 0)                                           # drop_identities
    if kind == "INT8":                                           # fuse_quantization
        x = s.add("DEQUANTIZE", [x], x.shape, version=2, kind="FLOAT32")
        x = s.add("QUANTIZE", [x], x.shape, version=1)
    else:
        x = s.add("MUL", [x, s.tensor((1,), values=np.ones(1, np.float32))], x.shape, options("MulOptions"))
    kept = s.conv(s.pad(x, 1, 1), 3, 2)                          # stays: SAME begins elsewhere
    x = s.conv(s.pad(x, 0, 1), 3, 2)                             # fold_padding: stride 2
    x, kept = s.reshape(x, (1, 16, 3)), s.reshape(kept, (1, 16, 3))
    x, kept = s.reshape(x, (1, 48)), s.reshape(kept, (1, 48))    # merge_views
    a, b = s.plus(x, kept), s.plus(x, kept)                      # share_subexpressions
    s.add("NEG" if kind == "FLOAT32" else "ABS", [a], a.shape)   # drop_unread
    x = s.plus(a, b)
    x = s.add("RELU6", [x], x.shape, version=2)                  # fuse_activations
    return tb.build_graph([start], s.steps, [x])


def main():
    rng = np.random.default_rng(16)
    golden = {}
    (FOLDER / "passes").mkdir(exist_ok=True)
    for name, kind in (("image_int8", "INT8"), ("image_float32", "FLOAT32")):
        model = network(kind, rng)
        shape = (SAMPLES, 1, 8, 8, 2)
        samples = (rng.integers(-128, 128, shape).astype(np.int8) if kind == "INT8"
                   else rng.normal(0, 2, shape).astype(np.float32))
        golden[f"{name}/in0"], golden[f"{name}/out0"] = samples, tb.run_micro(model, [samples])
        (FOLDER / "passes" / f"{name}.tflite").write_bytes(model)
        for corpus in ("tflite", "interpreter"):
            (CORPORA / corpus / f"passes_{name}.tflite").write_bytes(model)
    np.savez_compressed(FOLDER / "passes" / "golden.npz", **golden)


if __name__ == "__main__":
    main()
