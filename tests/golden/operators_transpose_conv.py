# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE_CONV: all types, with and without bias, fused activations. An int32 bias with int16 activations is LiteRT's alone:
Micro reads it as if it were int64."""
import numpy as np

from operator_cases import Family, constant, draw, generator, schema, tensor
from operators_convolution import ACTIVATIONS, SAME, TYPES, VALID, weights

# input, kernel, stride, padding
WINDOWS = [((1, 4, 3), (3, 3), (2, 2), SAME), ((2, 3, 4), (2, 3), (1, 2), VALID), ((1, 5, 2), (3, 1), (1, 1), SAME),
           ((1, 1, 1), (2, 2), (2, 2), VALID), ((1, 3, 3), (1, 1), (2, 3), SAME), ((1, 2, 5), (4, 2), (3, 1), VALID),
           ((1, 3, 2), (2, 5), (2, 1), SAME), ((1, 4, 4), (1, 2), (3, 3), VALID)]
DEPTHS = [(3, 4), (1, 1), (5, 2), (2, 3), (7, 1), (1, 5), (4, 4)]  # input's channels, outputs


def out_size(size, kernel, stride, padding):
    return size * stride if padding == SAME else (size - 1) * stride + max(kernel, stride)


def transpose_conv(family, kind, version):
    kinds = TYPES[kind]
    for number in range(24):
        image, kernel, stride, padding = WINDOWS[number % len(WINDOWS)]
        channels, outs = DEPTHS[number % len(DEPTHS)]
        has_bias = number % 9 != 4
        activation = ACTIVATIONS[(number + number // 8) % 4]
        name = f"{kind}_{number}"
        random = generator(name)
        out_shape = (image[0], *(out_size(*axis, padding) for axis in zip(image[1:], kernel, stride)), outs)
        x, out = tensor(random, kinds[0], (*image, channels), "x"), tensor(random, kinds[0], out_shape, "out")
        w, b = weights(random, kinds, (outs, *kernel, channels), 0, kernel[0] * kernel[1] * channels, x, out, number)
        options = schema.TransposeConvOptionsT()
        options.padding, (options.strideH, options.strideW) = padding, stride
        options.fusedActivationFunction = activation
        if kind == "i16_bias32":
            if not has_bias:
                continue
            options.quantizedBiasType = schema.TensorType.INT32
        shape, samples = constant("i32", out_shape, "shape"), None
        if number % 8 == 6 and kind != "i16_bias32":  # a computed shape, which Micro does not look at
            shape.values, samples = None, [np.tile(np.int32(out_shape), (4, 1)), draw(random, x, 4)]
        operands = [shape, w, x] + ([b] if has_bias else [])
        family.add(name, "TRANSPOSE_CONV", max(version, 4 if activation else 1), options, operands, [out], samples)


def make():
    family = Family("transpose_conv")
    for kind, version in {"f32": 1, "i8": 3, "i16": 3}.items():
        transpose_conv(family, kind, version)
    family.save()
    family = Family("transpose_conv_litert", engine="litert")
    transpose_conv(family, "i16_bias32", 5)
    transpose_conv(family, "u8", 1)
    family.save()
