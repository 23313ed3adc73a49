# SPDX-License-Identifier: Apache-2.0
"""Float activations with int8 weights, as dynamic-range quantization writes them. TFLite Micro has no such kernels: LiteRT's
reference kernels answer."""
import dataclasses

import numpy as np

from operator_cases import Family, Tensor, constant, generator, schema
from operators_batch_matmul import SHAPES as MATMUL_SHAPES, options_of, repeated
from operators_convolution import ACTIVATIONS, DENSE, DEPTHS, GROUPED, MULTIPLIERS, WINDOWS, conv_options, out_size
from operators_recurrent import SVDF_SHAPES, state, svdf_options
from operators_transpose_conv import DEPTHS as SPREAD_DEPTHS, WINDOWS as SPREADS, out_size as spread_size


def floats(random, shape, name, size=1.0):
    return Tensor("FLOAT32", shape, name, values=random.normal(0, size, shape).astype(np.float32))


def bytes_of(random, shape, name, scales, axis=0):
    values = random.integers(-127, 127, shape, np.int8, endpoint=True)
    return Tensor("INT8", shape, name, np.float32(scales), 0, axis, values)


def real(shape, name):
    return Tensor("FLOAT32", tuple(shape), name)


def at_halves(random, parts, is_asymmetric):
    """Halves, and what lies next to them, of the step that each part's ends make; half of them next to 0.5 and -0.5, where
    it matters how the engine rounds."""
    step = np.float32(random.uniform(0.01, 0.1))
    zero = int(random.integers(-100, 100)) if is_asymmetric else 0
    low, high = (-128 - zero, 127 - zero) if is_asymmetric else (-127, 127)
    near_0, anywhere = random.random(parts.shape) < 0.5, random.integers(low, high, parts.shape)
    whole = np.where(near_0, random.integers(-1, 1, parts.shape), anywhere)
    values = step * (whole + np.float32(0.5)).astype(np.float32)
    parts[:] = np.where(random.random(parts.shape) < 0.5, np.nextafter(values, np.float32(0)), values)
    parts[:, 0], parts[:, -1] = step * np.float32(high), step * np.float32(low)


def samples_of(random, x, number, part_count, is_asymmetric):
    """Normal with a part of zeros; of one sign; next to halves; all zeros, or tiny, or huge. A part is quantized by itself."""
    values = random.normal(0, 2, (4, *x.shape)).astype(np.float32)
    parts = values.reshape(4, part_count, -1)
    parts[0, -1] = 0 if part_count > 1 else parts[0, -1]
    parts[1] = np.abs(parts[1]) * np.float32([1, -1][number % 2])
    at_halves(random, parts[2], is_asymmetric)
    parts[3] *= np.float32([0, 1e-6, 1e3][number % 3])
    return [values]


def convolution(family, operator, prefix, number, channels, depth, outs, per_channel):
    """depth: the weights' channels; 0: depthwise."""
    image, kernel, stride, dilation, padding = window = WINDOWS[number % len(WINDOWS)]
    name = f"hybrid_{prefix}_{number}" + ("_per_channel" if per_channel else "")
    random = generator(name)
    out_shape = (image[0], *(out_size(*axis, padding) for axis in zip(image[1:], kernel, stride, dilation)), outs)
    x, out = real((*image, channels), "x"), real(out_shape, "out")
    shape, axis = ((outs, *kernel, depth), 0) if depth else ((1, *kernel, outs), 3)
    w = bytes_of(random, shape, "w", random.uniform(0.001, 0.02, outs if per_channel else 1), axis if per_channel else 0)
    options = conv_options(operator, window, ACTIVATIONS[number % 4], outs // channels)
    version = (6 if per_channel else 4) if not depth else 6 if depth != channels else 5 if per_channel else 2
    asked = [x, w, floats(random, (outs,), "b")]
    if not depth and not per_channel:  # LiteRT reads a scale for each channel there, be there one or not
        asked[1] = dataclasses.replace(w, scale=np.repeat(w.scale, outs), axis=axis)
    family.add(name, operator, version, options, [x, w, asked[2]], [out],
               samples_of(random, x, number, image[0], per_channel or not depth), answered_with=asked)


def conv_2d():
    family = Family("hybrid_conv_2d", engine="litert")
    for per_channel in (False, True):
        for number in range(22):
            channels, outs = DEPTHS[number % len(DEPTHS)]
            convolution(family, "CONV_2D", "plain", number, channels, channels, outs, per_channel and outs > 1)
    for number in range(22):
        channels, depth, outs = GROUPED[number % len(GROUPED)]
        convolution(family, "CONV_2D", "grouped", number, channels, depth, outs, True)
    family.save()


def depthwise_conv_2d():
    family = Family("hybrid_depthwise_conv_2d", engine="litert")
    for per_channel in (False, True):
        for number in range(22):
            channels, multiplier = MULTIPLIERS[number % len(MULTIPLIERS)]
            convolution(family, "DEPTHWISE_CONV_2D", "plain", number, channels, 0, channels * multiplier, per_channel)
    family.save()


def fully_connected():
    family = Family("hybrid_fully_connected", engine="litert")
    for is_asymmetric in (False, True):
        for per_channel in (False, True):
            for number in range(22):
                dense(family, number, is_asymmetric, per_channel)
    family.save()


def dense(family, number, is_asymmetric, per_channel):
    shape, outs, keeps = DENSE[number % len(DENSE)]
    name = f"hybrid_{number}" + ("_asymmetric" if is_asymmetric else "") + ("_per_channel" if per_channel else "")
    random = generator(name)
    depth = shape[-1] if keeps else int(np.prod(shape)) // (shape[0] if len(shape) == 2 else 1)
    x, out = real(shape, "x"), real((*shape[:-1], outs) if keeps else (int(np.prod(shape)) // depth, outs), "out")
    w = bytes_of(random, (outs, depth), "w", random.uniform(0.001, 0.02, outs if per_channel else 1))
    options = schema.FullyConnectedOptionsT()
    options.fusedActivationFunction, options.keepNumDims = ACTIVATIONS[number % 4], keeps
    options.asymmetricQuantizeInputs = is_asymmetric
    bias = floats(random, (outs,), "b") if number % 6 != 4 else None
    family.add(name, "FULLY_CONNECTED", 12 if per_channel else 9 if is_asymmetric else 3, options, [x, w, bias], [out],
               samples_of(random, x, number, int(np.prod(shape)) // depth, is_asymmetric))


def svdf():
    family = Family("hybrid_svdf", engine="litert")
    for is_asymmetric in (False, True):
        for number in range(22):
            batch, inputs, units, rank, memory = sizes = SVDF_SHAPES[number % len(SVDF_SHAPES)]
            name = f"hybrid_{number}" + ("_asymmetric" if is_asymmetric else "")
            random = generator(name)
            x, out = real((batch, inputs), "x"), real((batch, units), "out")
            options = svdf_options(rank, ACTIVATIONS[number % 2])
            options.asymmetricQuantizeInputs = is_asymmetric
            operands = [x, bytes_of(random, (units * rank, inputs), "w", random.uniform(0.001, 0.02)),
                        bytes_of(random, (units * rank, memory), "w_time", random.uniform(0.001, 0.02)),
                        floats(random, (units,), "bias") if number % 6 != 5 else None,
                        state("f32", (batch, units * rank * memory), "state")]
            given = np.concatenate([samples_of(random, x, number + i, batch, is_asymmetric)[0] for i in range(2)])
            family.add(name, "SVDF", 4 if is_asymmetric else 2, options, operands, [out], [given])
    family.save()


def one_batch_axis(b, batch):
    values = np.broadcast_to(b.values, (*batch, *b.shape[-2:])).reshape(-1, *b.shape[-2:])
    return dataclasses.replace(b, shape=values.shape, values=np.ascontiguousarray(values))


def batch_matmul():
    """LiteRT mixes up the rows' scales where a has several batch axes: it is asked with one instead."""
    family = Family("hybrid_batch_matmul", engine="litert")
    for is_asymmetric in (False, True):
        for number in range(22):
            a_batch, b_batch, (rows, depth, columns) = MATMUL_SHAPES[number % len(MATMUL_SHAPES)]
            adj_x, adj_y = number // 2 % 2, number % 2
            name = f"hybrid_{number}_{'t' if adj_x else 'n'}{'t' if adj_y else 'n'}" + ("_asymmetric" if is_asymmetric else "")
            random = generator(name)
            a = real(a_batch + ((depth, rows) if adj_x else (rows, depth)), "a")
            b = bytes_of(random, b_batch + ((columns, depth) if adj_y else (depth, columns)), "b", random.uniform(0.001, 0.02))
            out = real(repeated(a_batch, b_batch) + (rows, columns), "out")
            options = options_of(adj_x, adj_y)
            options.asymmetricQuantizeInputs = is_asymmetric
            count = int(np.prod(a.shape)) // depth
            if adj_x:  # rows are quantized, which lie across
                given = samples_of(random, real((count, depth), "a"), number, count, is_asymmetric)[0]
                given = np.swapaxes(given.reshape(4, *a_batch, rows, depth), -1, -2)
            else:
                given = samples_of(random, a, number, count, is_asymmetric)[0]
            asked = [a, b]
            if sum(axis > 1 for axis in a_batch) > 1 and a_batch == repeated(a_batch, b_batch):
                asked = [dataclasses.replace(a, shape=(int(np.prod(a_batch)), *a.shape[-2:])), one_batch_axis(b, a_batch)]
                given = given.reshape(4, *asked[0].shape)
            family.add(name, "BATCH_MATMUL", 4 if is_asymmetric else 1, options, [a, b], [out], [given], answered_with=asked)
    family.save()


def transpose_conv():
    family = Family("hybrid_transpose_conv", engine="litert")
    for per_channel in (False, True):
        for number in range(22):
            image, kernel, stride, padding = SPREADS[number % len(SPREADS)]
            channels, outs = SPREAD_DEPTHS[number % len(SPREAD_DEPTHS)]
            name = f"hybrid_{number}" + ("_per_channel" if per_channel else "")
            random = generator(family.name + name)
            out_shape = (image[0], *(spread_size(*axis, padding) for axis in zip(image[1:], kernel, stride)), outs)
            x, out = real((*image, channels), "x"), real(out_shape, "out")
            w = bytes_of(random, (outs, *kernel, channels), "w", random.uniform(0.001, 0.02, outs if per_channel else 1))
            options = schema.TransposeConvOptionsT()
            options.padding, (options.strideH, options.strideW) = padding, stride
            options.fusedActivationFunction = ACTIVATIONS[number % 4]
            bias = [floats(random, (outs,), "b")] if number % 6 != 4 else []
            family.add(name, "TRANSPOSE_CONV", 4, options, [constant("i32", out_shape, "shape"), w, x, *bias], [out],
                       samples_of(random, x, number, image[0], True))
    family.save()


def embedding_lookup():
    """A scale for all rows, or one for each."""
    family = Family("hybrid_embedding_lookup", engine="litert")
    for number in range(24):
        rows, columns, count = [(5, 3, 4), (1, 1, 1), (9, 6, 2), (3, 8, 7)][number % 4]
        random = generator(f"hybrid_embedding_{number}")
        shape = (rows, columns) if number % 3 else (rows, 2, columns)
        w = bytes_of(random, shape, "w", random.uniform(0.001, 0.02, rows if number % 2 else 1))
        indices, out = Tensor("INT32", (count,), "indices"), real((count, *shape[1:]), "out")
        family.add(f"hybrid_{number}", "EMBEDDING_LOOKUP", 3, None, [indices, w], [out],
                   [random.integers(0, rows, (4, count)).astype(np.int32)])
    family.save()


def make():
    conv_2d()
    depthwise_conv_2d()
    fully_connected()
    svdf()
    batch_matmul()
    transpose_conv()
    embedding_lookup()
