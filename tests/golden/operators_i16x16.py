# SPDX-License-Identifier: Apache-2.0
"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED with int16 weights. No engine but mote has them: the answers are the formula of
runtime/kernels/conv_i16x16.h in Python's integers; where scales are powers of two, they are the real numbers' nearest, halves up."""
import math

import numpy as np

from operator_cases import ACTIVATION, Family, Tensor, generator, schema, tensor
from operators_convolution import (ACTIVATIONS, DENSE, DEPTHS, GROUPED, MULTIPLIERS, WINDOWS, SAME, conv_options, out_size)

VERSION = 100  # MRT_OWN_VERSION


def multiplier(real):
    part, exponent = math.frexp(real)
    whole = math.floor(part * 2 ** 31 + 0.5)
    if whole == 2 ** 31:
        whole, exponent = whole // 2, exponent + 1
    return ((whole + 0x8000) >> 16 if whole < 0x7fff0000 else 0x7fff), exponent


def clamps(activation, scale):
    low, high = {ACTIVATION.NONE: (-32768, 32767), ACTIVATION.RELU: (0, 32767), ACTIVATION.RELU6: (0, round(6 / scale)),
                 ACTIVATION.RELU_N1_TO_1: (round(-1 / scale), round(1 / scale))}[activation]
    return max(low, -32768), min(high, 32767)


def rescaled(sums, x, w, out, activation):
    """sums: [..., channels], Python's integers."""
    scales = np.broadcast_to(np.float32(w.scale), sums.shape[-1:])
    low, high = clamps(activation, float(out.scale))
    answers = np.empty(sums.shape, np.int16)
    for o, scale in enumerate(scales):
        mult, shift = multiplier(float(x.scale) * float(scale) / float(out.scale))
        for at in np.ndindex(sums.shape[:-1]):
            y = (int(sums[at + (o,)]) * mult + (1 << (14 - shift))) >> (15 - shift)
            answers[at + (o,)] = min(max(y, low), high)
    return answers


def convolved(x, w, bias, window, depth, out_shape):
    """One sample; depth: the weights' channels, 0: depthwise."""
    image, kernel, stride, dilation, padding = window
    outs, channels = out_shape[-1], x.shape[-1]
    pads = [max((out_shape[1 + k] - 1) * stride[k] + (kernel[k] - 1) * dilation[k] + 1 - x.shape[1 + k], 0) // 2
            if padding == SAME else 0 for k in range(2)]
    filters_a_group = outs // channels if depth == 0 else outs // (channels // depth)
    sums = np.empty(out_shape, object)
    for b, oy, ox, o in np.ndindex(*out_shape):
        group = o // filters_a_group
        taken = slice(group, group + 1) if depth == 0 else slice(group * depth, (group + 1) * depth)
        acc = int(bias[o]) if bias is not None else 0
        for ky, kx in np.ndindex(*kernel):
            iy, ix = oy * stride[0] - pads[0] + ky * dilation[0], ox * stride[1] - pads[1] + kx * dilation[1]
            if 0 <= iy < x.shape[1] and 0 <= ix < x.shape[2]:
                taps = w[0, ky, kx, o:o + 1] if depth == 0 else w[o, ky, kx]
                acc += int(np.dot(x[b, iy, ix, taken].astype(np.int64), taps.astype(np.int64)))
        sums[b, oy, ox, o] = acc
    return sums


def power(scale):
    return np.float32(2.0 ** np.round(np.log2(scale)))


def operands(random, shape, axis, terms, x, out, number):
    """(weights, bias): a random sum fills the output's range, or goes beyond it, or stays far below. Two of three cases have powers of
    two."""
    channels = shape[axis]
    typical = 18900 * 18900 * math.sqrt(terms)
    wanted = 12000 * float(random.choice([1, 1, 6, 0.02]))
    scale = float(out.scale) * wanted / (float(x.scale) * typical)
    per_channel = number % 4 == 2
    scales = np.float32(scale * (random.uniform(0.4, 2.0, channels) if per_channel else np.ones(1)))
    if number % 3:
        scales = power(scales)
    values = random.integers(-32768, 32767, shape, np.int16, endpoint=True)
    bias = random.integers(-int(typical), int(typical), channels, np.int64)
    return (Tensor("INT16", shape, "w", scales, 0, axis if per_channel else 0, values),
            Tensor("INT64", (channels,), "b", np.float32(x.scale) * scales, 0, 0, bias))


def ends(random, number, in_shape, out_shape):
    x, out = tensor(random, "i16", in_shape, "x"), tensor(random, "i16", out_shape, "out")
    if number % 3:
        x.scale, out.scale = power(x.scale), power(out.scale)
    return x, out


def convolution(family, operator, version, prefix, number, channels, depth, outs):
    image, kernel, stride, dilation, padding = window = WINDOWS[number % len(WINDOWS)]
    name = f"{prefix}_{number}"
    random = generator(name)
    out_shape = (image[0], *(out_size(*axis, padding) for axis in zip(image[1:], kernel, stride, dilation)), outs)
    x, out = ends(random, number, (*image, channels), out_shape)
    w, b = operands(random, (outs, *kernel, depth) if depth else (1, *kernel, outs), 0 if depth else 3,
                    kernel[0] * kernel[1] * max(depth, 1), x, out, number)
    activation = ACTIVATIONS[number % 4]
    has_bias = number % 9 != 4

    def answer(samples):
        return b"".join(rescaled(convolved(s, w.values, b.values if has_bias else None, window, depth, out_shape), x, w, out,
                                 activation).tobytes() for s in samples[0])

    family.add(name, operator, version, conv_options(operator, window, activation, outs // channels),
               [x, w, b] if has_bias else [x, w], [out], engine=answer)


def dense(family, number):
    shape, outs, keeps = DENSE[number % len(DENSE)]
    name = f"dense_{number}"
    random = generator(name)
    depth = shape[-1] if keeps else int(np.prod(shape)) // (shape[0] if len(shape) == 2 else 1)
    rows = int(np.prod(shape)) // depth
    out_shape = (*shape[:-1], outs) if keeps else (rows, outs)
    x, out = ends(random, number, shape, out_shape)
    w, b = operands(random, (outs, depth), 0, depth, x, out, number)
    options = schema.FullyConnectedOptionsT()
    activation = options.fusedActivationFunction = ACTIVATIONS[number % 4]
    options.keepNumDims = keeps
    has_bias = number % 6 != 4

    def answer(samples):
        answers = b""
        for s in samples[0]:
            sums = s.reshape(rows, depth).astype(object) @ w.values.T.astype(object) + (b.values.astype(object) if has_bias else 0)
            answers += rescaled(sums, x, w, out, activation).tobytes()
        return answers

    family.add(name, "FULLY_CONNECTED", VERSION, options, [x, w, b if has_bias else None], [out], engine=answer)


def make():
    family = Family("i16x16")
    for number in range(22):
        channels, outs = DEPTHS[number % len(DEPTHS)]
        convolution(family, "CONV_2D", VERSION, "conv", number, channels, channels, outs)
        channels, depth, outs = GROUPED[number % len(GROUPED)]
        convolution(family, "CONV_2D", VERSION, "grouped", number, channels, depth, outs)
        channels, times = MULTIPLIERS[number % len(MULTIPLIERS)]
        convolution(family, "DEPTHWISE_CONV_2D", VERSION, "depthwise", number, channels, 0, channels * times)
        dense(family, number)
    family.save()
