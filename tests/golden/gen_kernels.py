# SPDX-License-Identifier: Apache-2.0
"""One-operator .tflite files with random inputs, and what TFLite Micro's reference kernels answer: ops/.

    python gen_kernels.py            (pins: requirements.txt; rewrites all of ops/)

ops/NAME.tflite, and in ops/golden.npz NAME/in0 (NAME/in1) and NAME/out0, samples stacked in a new leading axis.
NAME is operator_type_case; type: i8, i16 (int16 activations, int8 weights), f32; for QUANTIZE and DEQUANTIZE from_to.
Each case draws from its own generator, seeded by its name: a new case changes no other.  Prints where LiteRT differs.
"""
import math
import zlib

import numpy as np

from common import FOLDER, normal, save_npz
from tflite_builder import Tensor, build, run_litert, run_micro, schema

SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
ACTIVATION = schema.ActivationFunctionType
KINDS = {"i8": "INT8", "u8": "UINT8", "i16": "INT16", "i32": "INT32", "f32": "FLOAT32"}
CASES = {}  # name -> (model's bytes, samples)


def generator(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def activation(kind, shape, name, scale, zero_point):
    if kind == "FLOAT32":
        return Tensor(kind, tuple(shape), name)
    return Tensor(kind, tuple(shape), name, scale, 0 if kind == "INT16" else zero_point)


def draw(random, tensor, count, spread=2.0, near_zero=False):
    """Samples for one input. Integers: all lowest, all highest, the two mixed, uniform. Floats: at most 3, normal."""
    shape = (count, *tensor.shape)
    if tensor.kind == "FLOAT32":
        return normal(random, (min(count, 3), *tensor.shape), spread)
    limits = np.iinfo(tensor.dtype)
    samples = random.integers(limits.min, limits.max, shape, tensor.dtype, endpoint=True)
    samples[0], samples[1] = limits.min, limits.max
    samples[2] = random.choice(np.array([limits.min, limits.max], tensor.dtype), tensor.shape)
    if near_zero:
        samples[3:] = tensor.zero_point + random.integers(-12, 12, samples[3:].shape, endpoint=True)
    return samples


def add_case(name, random, operator, versions, options, inputs, output, count=8, samples=None, near_zero=False):
    """versions: type -> the operator version that TensorFlow Lite's converter would write."""
    kind = name.removeprefix(operator.lower() + "_").split("_")[0]
    model = build(operator, versions[kind], options, inputs, [output])
    if samples is None:
        samples = [draw(random, t, count, near_zero=near_zero) for t in inputs if t is not None and t.values is None]
    assert name not in CASES
    CASES[name] = (model, samples)


def out_size(size, kernel, stride, dilation, padding):
    effective = (kernel - 1) * dilation + 1
    return -(-size // stride) if padding == SAME else -(-(size - effective + 1) // stride)


def weights(random, kind, shape, axis, per_channel, in_scale, out_scale, terms, row):
    """(filter, bias), scaled so that a random sum of `terms` products covers the output's range times headroom."""
    channels = shape[axis]
    if kind == "FLOAT32":
        values = normal(random, shape, 1 / math.sqrt(terms))
        bias = normal(random, channels)
        return Tensor(kind, shape, "w", values=values), Tensor(kind, (channels,), "b", values=bias)
    wide = kind == "INT16"
    typical = (18900 if wide else 74) * 73 * math.sqrt(terms)  # standard deviations of uniform activations and weights
    wanted = (12000 if wide else 50) * row.get("headroom", 1.0)
    scale = out_scale * wanted / (in_scale * typical)
    scales = np.float32(scale * (random.uniform(0.4, 2.0, channels) if per_channel else np.ones(1)))
    largest, reach = (3, 30) if row.get("tiny") else (127, int(typical))
    values = random.integers(-largest, largest, shape, np.int8, endpoint=True)
    bias = random.integers(-reach, reach, channels, np.int64 if wide else np.int32)
    return (Tensor("INT8", shape, "w", scales, 0, axis if per_channel else 0, values),
            Tensor("INT64" if wide else "INT32", (channels,), "b", np.float32(in_scale) * scales, 0, 0, bias))


def fused(name):
    return getattr(ACTIVATION, {None: "NONE", "relu": "RELU", "relu6": "RELU6"}[name])


# One row a case: what the defaults in the function below do not say.
FULLY_CONNECTED = {
    "plain": dict(),
    "per_channel": dict(per_channel=True),
    "no_bias": dict(bias=False),
    "per_channel_no_bias": dict(per_channel=True, bias=False),
    "relu": dict(act="relu"),
    "relu6": dict(act="relu6", out=(0.05, -128)),
    "per_channel_relu": dict(per_channel=True, act="relu", out=(0.04, -128)),
    "zero_points_low": dict(inp=(0.02, -128), out=(0.1, -128)),
    "zero_points_high": dict(inp=(0.02, 127), out=(0.1, 127)),
    "zero_points_none": dict(inp=(0.02, 0), out=(0.1, 0)),
    "long_sum": dict(shape=(1, 257), units=3),
    "one_unit": dict(shape=(1, 7), units=1),
    "one_input": dict(shape=(1, 1), units=9, out=(0.05, 3)),
    "batch_3": dict(shape=(3, 6), units=4, per_channel=True),
    "image_input": dict(shape=(1, 2, 3, 4), units=5),
    "keep_num_dims": dict(shape=(1, 3, 4), units=5, keep=True),
    "saturating": dict(headroom=8.0),
    "faint": dict(headroom=0.01),
    "left_shift": dict(shape=(1, 2), units=8, headroom=400.0, tiny=True),
}


def fully_connected(kind, row, name):
    random, shape, units = generator(name), row.get("shape", (1, 10)), row.get("units", 8)
    (in_scale, in_zero), (out_scale, out_zero) = row.get("inp", (0.03, -5)), row.get("out", (0.07, 12))
    depth = shape[-1] if row.get("keep") else int(np.prod(shape)) // (shape[0] if len(shape) == 2 else 1)
    w, b = weights(random, kind, (units, depth), 0, row.get("per_channel"), in_scale, out_scale, depth, row)
    options = schema.FullyConnectedOptionsT()
    options.fusedActivationFunction, options.keepNumDims = fused(row.get("act")), bool(row.get("keep"))
    out_shape = (*shape[:-1], units) if row.get("keep") else (int(np.prod(shape)) // depth, units)
    version = {"f32": 1, "i8": 12 if row.get("per_channel") else 4, "i16": 7}
    if row.get("keep"):
        version.update(f32=5, i8=max(5, version["i8"]))
    if row.get("bias") is False:
        version.update(f32=6, i8=max(6, version["i8"]))
    add_case(name, random, "FULLY_CONNECTED", version, options,
             [activation(kind, shape, "x", in_scale, in_zero), w] + ([b] if row.get("bias", True) else [None]),
             activation(kind, out_shape, "y", out_scale, out_zero), near_zero=row.get("tiny"))


CONV_2D = {
    "valid": dict(),
    "same": dict(pad=SAME),
    "valid_s2": dict(stride=(2, 2)),
    "same_s2": dict(pad=SAME, stride=(2, 2)),
    "same_s2_even": dict(shape=(1, 6, 8, 3), pad=SAME, stride=(2, 2)),
    "same_s21": dict(pad=SAME, stride=(2, 1)),
    "same_s3": dict(shape=(1, 8, 10, 2), pad=SAME, stride=(3, 3)),
    "same_even_kernel": dict(kernel=(2, 4), pad=SAME),
    "same_large_kernel": dict(shape=(1, 3, 4, 2), kernel=(5, 7), pad=SAME),
    "kernel_5x1": dict(kernel=(5, 1), pad=SAME),
    "kernel_10x4_s2": dict(shape=(1, 12, 8, 1), kernel=(10, 4), stride=(2, 2), pad=SAME, filters=4),
    "pointwise": dict(kernel=(1, 1), shape=(1, 4, 5, 8)),
    "pointwise_s2": dict(kernel=(1, 1), stride=(2, 2), pad=SAME),
    "dilation_2_valid": dict(dilation=(2, 2), shape=(1, 7, 8, 2)),
    "dilation_2_same": dict(dilation=(2, 2), shape=(1, 7, 8, 2), pad=SAME),
    "dilation_31_same": dict(dilation=(3, 1), shape=(1, 7, 6, 2), pad=SAME),
    "channels_1_to_1": dict(shape=(1, 5, 5, 1), filters=1),
    "channels_5_to_7": dict(shape=(1, 5, 4, 5), filters=7, pad=SAME),
    "channels_16_to_8": dict(shape=(1, 3, 4, 16), filters=8, pad=SAME),
    "window_is_image": dict(shape=(1, 4, 3, 3), kernel=(4, 3), filters=6),
    "batch_2": dict(shape=(2, 4, 4, 3)),
    "no_bias": dict(bias=False),
    "per_tensor": dict(per_channel=False, pad=SAME),
    "relu": dict(act="relu", pad=SAME),
    "relu6": dict(act="relu6", out=(0.05, -128)),
    "zero_points_low": dict(inp=(0.02, -128), out=(0.1, -128), pad=SAME),
    "zero_points_high": dict(inp=(0.02, 127), out=(0.1, 127), pad=SAME),
    "saturating": dict(headroom=8.0),
    "faint": dict(headroom=0.01),
    "left_shift": dict(kernel=(1, 1), shape=(1, 3, 3, 1), filters=8, headroom=300.0, tiny=True),
}
DEPTHWISE_CONV_2D = {
    "valid": dict(),
    "same": dict(pad=SAME),
    "valid_s2": dict(stride=(2, 2)),
    "same_s2": dict(pad=SAME, stride=(2, 2)),
    "same_s2_even": dict(shape=(1, 6, 8, 3), pad=SAME, stride=(2, 2)),
    "multiplier_2": dict(multiplier=2, pad=SAME),
    "multiplier_2_valid_s2": dict(multiplier=2, stride=(2, 2)),
    "multiplier_8_of_1": dict(multiplier=8, shape=(1, 6, 5, 1), pad=SAME, stride=(2, 2)),
    "kernel_5x1": dict(kernel=(5, 1), pad=SAME),
    "kernel_2x4": dict(kernel=(2, 4), pad=SAME),
    "dilation_2_valid": dict(dilation=(2, 2), shape=(1, 7, 8, 2)),
    "dilation_2_same": dict(dilation=(2, 2), shape=(1, 7, 8, 2), pad=SAME),
    "channels_1": dict(shape=(1, 5, 5, 1)),
    "channels_16": dict(shape=(1, 4, 5, 16), pad=SAME),
    "channels_5_batch_2": dict(shape=(2, 4, 4, 5)),
    "window_is_image": dict(shape=(1, 4, 3, 5), kernel=(4, 3)),
    "no_bias": dict(bias=False),
    "per_tensor": dict(per_channel=False, pad=SAME),
    "relu": dict(act="relu", pad=SAME),
    "relu6": dict(act="relu6", out=(0.05, -128), pad=SAME),
    "zero_points_low": dict(inp=(0.02, -128), out=(0.1, -128), pad=SAME),
    "zero_points_high": dict(inp=(0.02, 127), out=(0.1, 127), pad=SAME),
    "saturating": dict(headroom=8.0),
    "faint": dict(headroom=0.01),
    "left_shift": dict(kernel=(1, 1), shape=(1, 3, 3, 8), headroom=300.0, tiny=True),
}


def convolution(operator, kind, row, name):
    depthwise = operator == "DEPTHWISE_CONV_2D"
    random, shape, kernel = generator(name), row.get("shape", (1, 5, 7, 3)), row.get("kernel", (3, 3))
    stride, dilation, padding = row.get("stride", (1, 1)), row.get("dilation", (1, 1)), row.get("pad", VALID)
    (in_scale, in_zero), (out_scale, out_zero) = row.get("inp", (0.03, -5)), row.get("out", (0.07, 12))
    multiplier = row.get("multiplier", 1)
    filters = shape[3] * multiplier if depthwise else row.get("filters", 4)
    filter_shape = (1, *kernel, filters) if depthwise else (filters, *kernel, shape[3])
    terms = kernel[0] * kernel[1] * (1 if depthwise else shape[3])
    w, b = weights(random, kind, filter_shape, 3 if depthwise else 0, row.get("per_channel", True), in_scale, out_scale,
                   terms, row)
    options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
    if depthwise:
        options.depthMultiplier = multiplier
    options.padding, options.fusedActivationFunction = padding, fused(row.get("act"))
    options.strideH, options.strideW = stride
    options.dilationHFactor, options.dilationWFactor = dilation
    out_shape = (shape[0], *(out_size(*axis, padding) for axis in zip(shape[1:3], kernel, stride, dilation)), filters)
    dilated = depthwise and dilation != (1, 1)
    add_case(name, random, operator, {"f32": 2 if dilated else 1, "i8": 3, "i16": 5 if depthwise else 4}, options,
             [activation(kind, shape, "x", in_scale, in_zero), w] + ([b] if row.get("bias", True) else []),
             activation(kind, out_shape, "y", out_scale, out_zero), near_zero=row.get("tiny"))


POOL = {
    "valid": dict(),
    "same": dict(pad=SAME),
    "same_odd": dict(shape=(1, 5, 7, 3), pad=SAME),
    "valid_odd": dict(shape=(1, 5, 7, 3)),
    "overlapping": dict(shape=(1, 6, 7, 2), window=(3, 3), stride=(1, 2)),
    "overlapping_same": dict(shape=(1, 6, 7, 2), window=(3, 3), stride=(2, 1), pad=SAME),
    "stride_over_window": dict(shape=(1, 7, 8, 2), window=(2, 2), stride=(3, 3)),
    "window_is_image": dict(shape=(1, 5, 3, 4), window=(5, 3), stride=(1, 1)),
    "window_2x1": dict(window=(2, 1), stride=(2, 1)),
    "batch_2": dict(shape=(2, 4, 4, 3)),
    "relu": dict(act="relu", pad=SAME, shape=(1, 5, 5, 2)),
    "relu6": dict(act="relu6", quant=(0.05, -20)),
    "zero_point_high": dict(quant=(0.05, 127), pad=SAME, shape=(1, 5, 5, 2)),
}


def pool(operator, kind, row, name):
    random, shape, window = generator(name), row.get("shape", (1, 4, 6, 3)), row.get("window", (2, 2))
    stride, padding = row.get("stride", (2, 2)), row.get("pad", VALID)
    options = schema.Pool2DOptionsT()
    options.padding, options.fusedActivationFunction = padding, fused(row.get("act"))
    options.filterHeight, options.filterWidth = window
    options.strideH, options.strideW = stride
    out_shape = (shape[0], *(out_size(*axis, 1, padding) for axis in zip(shape[1:3], window, stride)), shape[3])
    quant = row.get("quant", (0.05, 3))
    add_case(name, random, operator, {"f32": 1, "i8": 2, "i16": 3}, options, [activation(kind, shape, "x", *quant)],
             activation(kind, out_shape, "y", *quant))


ADD = {
    "plain": dict(),
    "equal_scales": dict(a=(0.05, 0), b=(0.05, 0), out=(0.05, 0)),
    "far_scales": dict(a=(0.5, 3), b=(0.0007, -9), out=(0.5, 0)),
    "fine_output": dict(a=(0.05, 3), b=(0.07, -9), out=(0.02, 0)),
    "coarse_output": dict(a=(0.05, 3), b=(0.07, -9), out=(1.5, 0)),
    "zero_points_low": dict(a=(0.05, -128), b=(0.03, -128), out=(0.06, -128)),
    "zero_points_high": dict(a=(0.05, 127), b=(0.03, 127), out=(0.06, 127)),
    "relu": dict(act="relu"),
    "relu6": dict(act="relu6", out=(0.06, -100)),
    "vector": dict(shape=(1, 19)),
    "batch_2": dict(shape=(2, 3, 2, 5)),
}


def add(kind, row, name):
    random, shape = generator(name), row.get("shape", (1, 3, 4, 5))
    options = schema.AddOptionsT()
    options.fusedActivationFunction = fused(row.get("act"))
    if kind == "INT16":
        options.potScaleInt16 = False
    add_case(name, random, "ADD", {"f32": 1, "i8": 2, "i16": 3}, options,
             [activation(kind, shape, "a", *row.get("a", (0.05, 4))),
              activation(kind, shape, "b", *row.get("b", (0.031, -17)))],
             activation(kind, shape, "y", *row.get("out", (0.08, -3))), count=10)


MEAN = {
    "plain": dict(),
    "keep_dims": dict(keep=True),
    "rescale": dict(out=(0.02, 5)),
    "rescale_keep_dims": dict(out=(0.02, 5), keep=True),
    "coarse_output": dict(out=(0.2, -60)),
    "odd": dict(shape=(1, 5, 7, 3)),
    "large": dict(shape=(1, 12, 11, 2), out=(0.03, -40)),
    "one_by_one": dict(shape=(1, 1, 1, 9), out=(0.06, 4)),
    "batch_2": dict(shape=(2, 3, 4, 3), out=(0.02, 5)),
    "zero_points_low": dict(inp=(0.05, -128), out=(0.05, -128)),
}


def mean(kind, row, name):
    random, shape, keep = generator(name), row.get("shape", (1, 4, 6, 5)), bool(row.get("keep"))
    options = schema.ReducerOptionsT()
    options.keepDims = keep
    inp = row.get("inp", (0.05, 3))
    add_case(name, random, "MEAN", {"f32": 1, "i8": 2, "i16": 3}, options,
             [activation(kind, shape, "x", *inp), Tensor("INT32", (2,), "axes", values=np.int32([1, 2]))],
             activation(kind, (shape[0], 1, 1, shape[3]) if keep else (shape[0], shape[3]), "y", *row.get("out", inp)))


RESHAPE = {
    "to_vector": dict(shape=(1, 2, 3, 4), to=(1, 24)),
    "to_image": dict(shape=(1, 24), to=(1, 4, 3, 2)),
    "minus_one": dict(shape=(2, 3, 4), to=(2, 12), asked=(2, -1)),
    "options_only": dict(shape=(1, 2, 6), to=(1, 12), tensor=False),
}


def reshape(kind, row, name):
    random, asked = generator(name), row.get("asked", row["to"])
    options = schema.ReshapeOptionsT()
    options.newShape = list(asked)
    shape_input = [Tensor("INT32", (len(asked),), "shape", values=np.int32(asked))] if row.get("tensor", True) else []
    add_case(name, random, "RESHAPE", {"f32": 1, "i8": 1, "i16": 1}, options,
             [activation(kind, row["shape"], "x", 0.05, 3)] + shape_input,
             activation(kind, row["to"], "y", 0.05, 3), count=4)


SOFTMAX = {
    "plain": dict(),
    "sharp": dict(inp=(0.5, 10)),
    "flat": dict(inp=(0.002, -30)),
    "beta_2": dict(beta=2.0),
    "one_class": dict(shape=(1, 1)),
    "two_classes": dict(shape=(1, 2)),
    "many_classes": dict(shape=(1, 100)),
    "batch_3": dict(shape=(3, 6)),
    "image": dict(shape=(1, 2, 3, 4)),
}


def softmax(kind, row, name):
    random, shape = generator(name), row.get("shape", (1, 10))
    options = schema.SoftmaxOptionsT()
    options.beta = row.get("beta", 1.0)
    add_case(name, random, "SOFTMAX", {"f32": 1, "i8": 2, "i16": 3}, options,
             [activation(kind, shape, "x", *row.get("inp", (0.05, 7)))],
             activation(kind, shape, "y", 1 / 32768 if kind == "INT16" else 1 / 256, -128), count=12)


# Functions of one value: the int8 input holds every value once.
UNARY = {
    "LOGISTIC": {"plain": dict(inp=(0.05, 7)), "fine": dict(inp=(0.003, -90)), "wide": dict(inp=(0.25, 0)),
                 "low_zero_point": dict(inp=(0.05, -128))},
    "TANH": {"plain": dict(inp=(0.03, 7)), "fine": dict(inp=(0.003, -90)), "wide": dict(inp=(0.25, 0)),
             "low_zero_point": dict(inp=(0.05, -128))},
    "RELU": {"plain": dict(inp=(0.05, -20), out=(0.05, -20)), "rescale": dict(inp=(0.05, -20), out=(0.03, -128)),
             "rescale_up": dict(inp=(0.05, 40), out=(0.2, -60)),
             "zero_point_high": dict(inp=(0.05, 127), out=(0.05, 127))},
    "RELU6": {"plain": dict(inp=(0.05, -20), out=(0.05, -20)),
              "low_zero_point": dict(inp=(0.04, -128), out=(0.04, -128)),
              "rescale": dict(inp=(0.05, -20), out=(6 / 255, -128))},
    "LEAKY_RELU": {"plain": dict(inp=(0.05, -20), out=(0.05, -20), alpha=0.3),
                   "tenth": dict(inp=(0.05, 10), out=(0.04, -90), alpha=0.1),
                   "rescale_up": dict(inp=(0.05, 0), out=(0.2, 5), alpha=0.01),
                   "over_one": dict(inp=(0.05, 0), out=(0.2, 5), alpha=1.5),
                   "negative": dict(inp=(0.05, 0), out=(0.04, 5), alpha=-0.5, f32=True)},
}
FIXED_OUTPUT = {("LOGISTIC", "INT8"): (1 / 256, -128), ("LOGISTIC", "INT16"): (1 / 32768, 0),
                ("TANH", "INT8"): (1 / 128, 0), ("TANH", "INT16"): (1 / 32768, 0)}


def unary(operator, kind, row, name):
    random, (scale, zero_point) = generator(name), row["inp"]
    if kind == "INT16":
        scale /= 256
    output = FIXED_OUTPUT.get((operator, kind), row.get("out"))
    if kind == "INT16" and "out" in row:
        output = (row["out"][0] / 256, 0)
    x = activation(kind, (1, 4, 8, 8), "x", scale, zero_point)
    if kind == "FLOAT32":
        output = (None, 0)
        samples = draw(random, x, 3, 3.0)
        samples[0] = np.linspace(-12, 12, 256).reshape(x.shape)
        samples[1].flat[:6] = 0.0, -0.0, 6.0, 100.0, -100.0, 1e-30
    elif kind == "INT8":
        samples = np.arange(-128, 128, dtype=np.int8).reshape(1, *x.shape)
    else:
        samples = draw(random, x, 5)
        samples[0] = np.linspace(-32768, 32767, 256).astype(np.int16).reshape(x.shape)
    options = None
    if operator == "LEAKY_RELU":
        options = schema.LeakyReluOptionsT()
        options.alpha = row["alpha"]
    version = {"f32": 1, "i8": 2, "i16": 3 if operator in ("LOGISTIC", "TANH") else 2}
    add_case(name, random, operator, version, options, [x], activation(kind, x.shape, "y", *output), samples=[samples])


# (from, to): name -> (input scale and zero point, output scale and zero point)
QUANTIZE = {
    ("f32", "i8"): {"plain": (None, (0.05, 3)), "coarse": (None, (1.0, -128)), "unit": (None, (1 / 256, -128))},
    ("f32", "u8"): {"plain": (None, (0.05, 131))},
    ("f32", "i16"): {"plain": (None, (0.0003, 0))},
    ("i8", "u8"): {"same_scale": ((0.05, 3), (0.05, 131)), "rescale": ((0.05, 3), (0.021, 100))},
    ("u8", "i8"): {"same_scale": ((0.05, 131), (0.05, 3)), "rescale": ((0.05, 131), (0.08, -100))},
    ("i8", "i8"): {"rescale_down": ((0.05, 3), (0.11, -8)), "rescale_up": ((0.05, 3), (0.013, -8)),
                   "zero_point": ((0.05, 3), (0.05, -8))},
    ("i8", "i16"): {"rescale": ((0.05, 3), (0.0004, 0))},
    ("i16", "i8"): {"rescale": ((0.0003, 0), (0.07, -8))},
    ("i16", "i16"): {"rescale": ((0.0003, 0), (0.0005, 0))},
}
DEQUANTIZE = {
    ("i8", "f32"): {"plain": (0.05, 3), "softmax": (1 / 256, -128)},
    ("u8", "f32"): {"plain": (0.05, 131)},
    ("i16", "f32"): {"plain": (0.0003, 0)},
}


def every_value(random, tensor):
    """Every value of an 8-bit type once; for others the extremes and random ones."""
    if tensor.kind in ("INT8", "UINT8"):
        limits = np.iinfo(tensor.dtype)
        return np.arange(limits.min, limits.max + 1).astype(tensor.dtype).reshape(1, *tensor.shape)
    return draw(random, tensor, 4, 4.0)


def convert(operator, source, target, inp, out, name):
    random = generator(name)
    x = Tensor(KINDS[source], (1, 4, 64), "x", *(inp or (None, 0)))
    y = Tensor(KINDS[target], (1, 4, 64), "y", *(out or (None, 0)))
    samples = every_value(random, x)
    if source == "f32":
        samples[0] = (np.arange(256).reshape(x.shape) - 128) * (out[0] / 2)  # half steps: ties in rounding
        samples[1].flat[:6] = 0.0, -0.0, 1e6, -1e6, 1e-30, -1e-30
    narrow = source == "f32" and target != "i16" or operator == "DEQUANTIZE" and source != "i16"
    version = {"QUANTIZE": 1 if narrow else 2, "DEQUANTIZE": {"u8": 1, "i8": 2}.get(source, 3)}[operator]
    options = schema.QuantizeOptionsT() if operator == "QUANTIZE" else schema.DequantizeOptionsT()
    add_case(name, random, operator, {source: version}, options, [x], y, samples=[samples])


# int16 takes the rows that differ from int8 in more than zero points.
INT16_ROWS = {
    "FULLY_CONNECTED": ("plain", "per_channel", "no_bias", "relu", "long_sum", "saturating", "faint"),
    "CONV_2D": ("valid", "same_s2", "dilation_2_same", "pointwise", "relu", "no_bias", "saturating"),
    "DEPTHWISE_CONV_2D": ("valid", "same_s2", "multiplier_2", "relu", "no_bias", "saturating"),
    "MAX_POOL_2D": ("valid", "same_odd", "relu"), "AVERAGE_POOL_2D": ("valid", "same_odd", "relu"),
    "ADD": ("plain", "equal_scales", "fine_output", "relu"), "MEAN": ("plain", "keep_dims", "rescale"),
    "RESHAPE": ("to_vector",), "SOFTMAX": ("plain", "sharp", "many_classes"),
    "LOGISTIC": ("plain", "wide"), "TANH": ("plain", "wide"), "RELU": ("plain", "rescale"), "RELU6": ("plain",),
    "LEAKY_RELU": ("plain", "tenth"),
}
# float32 has no scales: rows that differ in nothing else are left out.
ONLY_QUANTIZED = ("zero_point", "saturating", "faint", "left_shift", "per_channel", "per_tensor", "rescale", "scales",
                  "fine", "coarse", "low_zero", "wide", "over_one", "flat", "sharp")
TABLES = {
    "FULLY_CONNECTED": (FULLY_CONNECTED, fully_connected),
    "CONV_2D": (CONV_2D, lambda *a: convolution("CONV_2D", *a)),
    "DEPTHWISE_CONV_2D": (DEPTHWISE_CONV_2D, lambda *a: convolution("DEPTHWISE_CONV_2D", *a)),
    "MAX_POOL_2D": (POOL, lambda *a: pool("MAX_POOL_2D", *a)),
    "AVERAGE_POOL_2D": (POOL, lambda *a: pool("AVERAGE_POOL_2D", *a)),
    "ADD": (ADD, add), "MEAN": (MEAN, mean), "RESHAPE": (RESHAPE, reshape), "SOFTMAX": (SOFTMAX, softmax),
    **{op: (rows, lambda *a, op=op: unary(op, *a)) for op, rows in UNARY.items()},
}


WEIGHTED = {"inp": 0.03, "out": 0.07}
DEFAULT_SCALES = {"FULLY_CONNECTED": WEIGHTED, "CONV_2D": WEIGHTED, "DEPTHWISE_CONV_2D": WEIGHTED,
                  "MAX_POOL_2D": {"quant": 0.05}, "AVERAGE_POOL_2D": {"quant": 0.05},
                  "ADD": {"a": 0.05, "b": 0.031, "out": 0.08}, "MEAN": {"inp": 0.05}, "SOFTMAX": {"inp": 0.05}}


def finer(operator, row):
    """The row for int16: steps 256 times finer, zero points 0."""
    scales = {key: row.get(key, (default,))[0] for key, default in DEFAULT_SCALES.get(operator, {}).items()}
    if operator == "MEAN" and "out" in row:
        scales["out"] = row["out"][0]
    return {**row, **{key: (scale / 256, 0) for key, scale in scales.items()}}


def make_cases():
    for operator, (rows, make) in TABLES.items():
        for case, row in rows.items():
            for short in ("i8", "i16", "f32"):
                if short == "i16" and case not in INT16_ROWS[operator]:
                    continue
                if short == "f32" and case.startswith(ONLY_QUANTIZED) or short == "f32" and case.endswith("scales"):
                    continue
                if short == "i16" and operator not in UNARY:
                    row = finer(operator, row)
                make(KINDS[short], row, f"{operator}_{short}_{case}".lower())
    for (source, target), rows in QUANTIZE.items():
        for case, (inp, out) in rows.items():
            convert("QUANTIZE", source, target, inp, out, f"quantize_{source}_{target}_{case}")
    for (source, target), rows in DEQUANTIZE.items():
        for case, inp in rows.items():
            convert("DEQUANTIZE", source, target, inp, None, f"dequantize_{source}_{target}_{case}")


# Micro quantizes float32 to int8 and int16 only; here LiteRT's reference kernel answers.
NOT_IN_MICRO = ("quantize_f32_u8_plain",)


def report_difference(name, ours, other):
    """Prints how LiteRT's reference kernels differ from Micro's."""
    gap = np.abs(ours.astype(np.float64) - other)
    worst = gap.max(initial=0)
    if ours.dtype.kind == "f":
        worst = worst if worst > 1e-6 * max(1.0, float(np.abs(ours).max())) else 0
    if worst:
        print(f"LiteRT differs: {name}: {(gap > 0).sum()} of {gap.size} values, by at most {worst:g}")


def main():
    make_cases()
    folder, arrays = FOLDER / "ops", {}
    for old in folder.glob("*.tflite"):
        old.unlink()
    for name, (model, samples) in CASES.items():
        output = (run_litert if name in NOT_IN_MICRO else run_micro)(model, samples)
        (folder / f"{name}.tflite").write_bytes(model)
        for index, values in enumerate(samples):
            arrays[f"{name}/in{index}"] = values
        arrays[f"{name}/out0"] = output
        try:
            report_difference(name, output, run_litert(model, samples))
        except (RuntimeError, ValueError) as error:
            print(f"LiteRT refuses {name}: {str(error).splitlines()[0]}")
    save_npz("ops/golden.npz", arrays)
    sizes = [p.stat().st_size for p in folder.glob("*.tflite")]
    print(f"{len(sizes)} models, {sum(sizes)} bytes, largest {max(sizes)}")


if __name__ == "__main__":
    main()
