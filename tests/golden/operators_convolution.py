# SPDX-License-Identifier: Apache-2.0
"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED: all types, grouped convolutions, all fused activations."""
import dataclasses
import math

import numpy as np

from operator_cases import ACTIVATION, KINDS, Family, Tensor, generator, schema, tensor

SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
ACTIVATIONS = [ACTIVATION.NONE, ACTIVATION.RELU, ACTIVATION.RELU_N1_TO_1, ACTIVATION.RELU6]
# kind of the operator -> kinds of input and output, weights, bias
TYPES = {"f32": ("f32", "f32", "f32"), "i8": ("i8", "i8", "i32"), "i16": ("i16", "i8", "i64"),
         "i16_bias32": ("i16", "i8", "i32"), "i4": ("i8", "i4", "i32"), "u8": ("u8", "u8", "i32")}
ENGINES = {"u8": "litert"}  # Micro's for all others
# input, kernel, stride, dilation, padding
WINDOWS = [((1, 5, 7), (3, 3), (1, 1), (1, 1), SAME), ((2, 4, 5), (2, 3), (2, 1), (1, 1), VALID),
           ((1, 7, 6), (3, 2), (1, 1), (2, 2), SAME), ((1, 1, 1), (1, 1), (1, 1), (1, 1), VALID),
           ((1, 8, 3), (5, 1), (3, 2), (1, 1), SAME), ((3, 3, 4), (3, 4), (1, 1), (1, 1), VALID),
           ((1, 6, 5), (1, 1), (2, 2), (1, 1), SAME), ((1, 9, 8), (2, 2), (1, 2), (3, 1), VALID)]
DEPTHS = [(3, 4), (1, 1), (5, 7), (2, 3), (16, 2), (1, 6), (4, 4)]                    # input's channels, outputs
GROUPED = [(4, 2, 6), (6, 3, 4), (4, 1, 4), (6, 2, 3), (8, 4, 2), (5, 1, 10), (9, 3, 3)]  # input's, weights', outputs
MULTIPLIERS = [(3, 1), (1, 1), (5, 1), (2, 3), (4, 2), (1, 7), (9, 1)]                 # input's channels, multiplier


def out_size(size, kernel, stride, dilation, padding):
    return -(-size // stride) if padding == SAME else -(-(size - (kernel - 1) * dilation) // stride)


def weights(random, kinds, shape, axis, terms, x, out, number):
    """(weights, bias): a random sum fills the output's range, or goes beyond it, or stays far below."""
    channels = shape[axis]
    if kinds[0] == "f32":
        values = random.normal(0, 1 / math.sqrt(terms), shape).astype(np.float32)
        return (Tensor("FLOAT32", shape, "w", values=values),
                Tensor("FLOAT32", (channels,), "b", values=random.normal(0, 1, channels).astype(np.float32)))
    wide, largest = kinds[0] == "i16", 7 if kinds[1] == "i4" else 127
    typical = (18900 if wide else 74) * largest * 0.58 * math.sqrt(terms)
    wanted = (12000 if wide else 50) * float(random.choice([1, 1, 6, 0.02]))
    scale = float(out.scale) * wanted / (float(x.scale) * typical)
    per_channel = number % 4 != 1 and kinds[1] != "u8"
    scales = np.float32(scale * (random.uniform(0.4, 2.0, channels) if per_channel else np.ones(1)))
    if kinds[1] == "u8":
        zero = [128, int(random.integers(100, 156)), 0, 255][number % 4 if number % 3 == 0 else 1]
        values = random.integers(0, 256, shape, np.uint8)
    else:
        zero, values = 0, random.integers(-largest - (number % 5 == 0), largest, shape, np.int8, endpoint=True)
    bias = random.integers(-int(typical), int(typical), channels, np.dtype(KINDS[kinds[2]].lower()))
    return (Tensor(KINDS[kinds[1]], shape, "w", scales, zero, axis if per_channel else 0, values),
            Tensor(KINDS[kinds[2]], (channels,), "b", np.float32(x.scale) * scales, 0, 0, bias))


def conv_options(operator, window, activation, multiplier):
    made = schema.DepthwiseConv2DOptionsT() if operator == "DEPTHWISE_CONV_2D" else schema.Conv2DOptionsT()
    if operator == "DEPTHWISE_CONV_2D":
        made.depthMultiplier = multiplier
    _, _, stride, dilation, made.padding = window
    made.strideH, made.strideW = stride
    made.dilationHFactor, made.dilationWFactor = dilation
    made.fusedActivationFunction = activation
    return made


def convolution(family, operator, kind, version, prefix, number, channels, depth, outs):
    """depth: the weights' channels; 0: depthwise."""
    kinds = TYPES[kind]
    image, kernel, stride, dilation, padding = window = WINDOWS[number % len(WINDOWS)]
    name = f"{prefix}_{number}"
    random = generator(name)
    out_shape = (image[0], *(out_size(*axis, padding) for axis in zip(image[1:], kernel, stride, dilation)), outs)
    x, out = tensor(random, kinds[0], (*image, channels), "x"), tensor(random, kinds[0], out_shape, "out")
    shape = (outs, *kernel, depth) if depth else (1, *kernel, outs)
    terms = kernel[0] * kernel[1] * max(depth, 1)
    w, b = weights(random, kinds, shape, 0 if depth else 3, terms, x, out, number)
    options = conv_options(operator, window, ACTIVATIONS[number % 4], outs // channels)
    has_bias = number % 9 != 4 or (kind == "u8" and depth)  # LiteRT has no CONV_2D without
    family.add(name, operator, version, options, [x, w, b] if has_bias else [x, w], [out], engine=ENGINES.get(kind))


def conv_2d():
    family = Family("conv_2d")
    for kind, version in {"f32": 1, "i8": 3, "i16": 4, "i16_bias32": 8, "i4": 7, "u8": 1}.items():
        for number in range(22):
            channels, outs = DEPTHS[number % len(DEPTHS)]
            convolution(family, "CONV_2D", kind, version, kind, number, channels, channels, outs)
    for kind in TYPES:
        for number in range(22):
            channels, depth, outs = GROUPED[number % len(GROUPED)]
            convolution(family, "CONV_2D", kind, {"i16_bias32": 8, "i4": 7}.get(kind, 6), kind + "_grouped", number, channels,
                        depth, outs)
    family.save()


def depthwise_conv_2d():
    family = Family("depthwise_conv_2d")
    for kind, version in {"f32": 2, "i8": 3, "i16": 5, "i4": 7, "u8": 2}.items():
        for number in range(24):
            channels, multiplier = MULTIPLIERS[number % len(MULTIPLIERS)]
            convolution(family, "DEPTHWISE_CONV_2D", kind, version, kind, number, channels, 0, channels * multiplier)
    family.save()


# input, outputs, whether it keeps its dimensions
DENSE = [((1, 10), 8, False), ((3, 7), 5, False), ((1, 1), 1, False), ((2, 3, 4), 5, True), ((1, 2, 3, 4), 3, False),
         ((1, 129), 2, False), ((1, 2), 9, True)]


def dense(family, kind, version, number, w_zero=0, per_channel=None):
    kinds = TYPES[kind]
    shape, outs, keeps = DENSE[number % len(DENSE)]
    name = f"{kind}_{number}" + ("_zero" if w_zero else "") + ("_per_channel" if per_channel else "")
    random = generator(name)
    depth = shape[-1] if keeps else int(np.prod(shape)) // (shape[0] if len(shape) == 2 else 1)
    rows = int(np.prod(shape)) // depth
    x = tensor(random, kinds[0], shape, "x")
    out = tensor(random, kinds[0], (*shape[:-1], outs) if keeps else (rows, outs), "out")
    # one scale, where Micro has no scales by channel
    w, b = weights(random, kinds, (outs, depth), 0, depth, x, out,
                   0 if per_channel else number if kind in ("i8", "u8") and not w_zero else 1)
    w = dataclasses.replace(w, zero_point=w_zero) if kind != "u8" else w
    options = schema.FullyConnectedOptionsT()
    options.fusedActivationFunction, options.keepNumDims = ACTIVATIONS[number % 4], keeps
    operands = [x, w, b] if number % 6 != 4 else [x, w, None]
    if kind == "i4" and per_channel:  # which Micro answers with int8 weights
        family.add(name, "FULLY_CONNECTED", version, options, operands, [out],
                   answered_with=[x, dataclasses.replace(w, kind="INT8"), operands[2]])
    else:
        family.add(name, "FULLY_CONNECTED", version, options, operands, [out], engine=ENGINES.get(kind))


def fully_connected():
    family = Family("fully_connected")
    for kind, version in {"f32": 1, "i8": 4, "i16": 7, "i4": 10, "u8": 5}.items():
        for number in range(24):
            dense(family, kind, version, number)
    for number in range(20):
        dense(family, "i8", 4, number, w_zero=[-3, 17, -128, 127, 1][number % 5])
    for number in range(7):
        dense(family, "i4", 10, number, w_zero=[-3, 7, -8][number % 3])
        dense(family, "i4", 10, number, per_channel=True)
    family.save()


def make():
    conv_2d()
    depthwise_conv_2d()
    fully_connected()
