# SPDX-License-Identifier: Apache-2.0
"""Operators with states: UNIDIRECTIONAL_SEQUENCE_LSTM, SVDF. Samples run one after the other, and the states go on."""
import dataclasses

import numpy as np

from operator_cases import ACTIVATION, KINDS, Family, Tensor, draw, generator, schema, tensor

# batch, time, inputs, units
LSTM_SHAPES = [(1, 1, 1, 1), (1, 3, 2, 2), (1, 5, 3, 4), (2, 4, 3, 5), (3, 2, 5, 3), (1, 7, 1, 6), (2, 1, 4, 1), (1, 2, 9, 7)]
GATES = ("input", "forget", "cell", "output")


def floats(random, shape, size, name):
    return Tensor("FLOAT32", shape, name, values=random.normal(0, size, shape).astype(np.float32))


def integers(random, kind, shape, name, scale, low=-127, high=127):
    values = random.integers(low, high, shape, np.dtype(KINDS[kind].lower()), endpoint=True)
    return Tensor(KINDS[kind], shape, name, np.float32(scale), 0, 0, values)


def state(kind, shape, name, scale=None, zero_point=0):
    return Tensor(KINDS[kind], shape, name, scale, zero_point, is_variable=True)


def lstm_options(time_major, clip):
    made = schema.UnidirectionalSequenceLSTMOptionsT()
    made.fusedActivationFunction = ACTIVATION.TANH
    made.cellClip, made.projClip, made.timeMajor = clip, 0.0, time_major
    return made


def lstm_operands(x, weights, recurrent, biases, hidden, cell):
    return [x, *weights, *recurrent, None, None, None, *biases, None, None, hidden, cell, None, None, None, None]


def lstm_float(random, x, sizes):
    batch, _, inputs, units = sizes
    size = random.choice([0.2, 1.0, 3.0])
    weights = [floats(random, (units, inputs), size, f"w_{gate}") for gate in GATES]
    recurrent = [floats(random, (units, units), size, f"r_{gate}") for gate in GATES]
    biases = [floats(random, (units,), 0.5, f"b_{gate}") for gate in GATES]
    return lstm_operands(x, weights, recurrent, biases, state("f32", (batch, units), "hidden"),
                         state("f32", (batch, units), "cell"))


def lstm_integer(random, kind, x, sizes, number):
    """Weights' scales such that gates lie within some units; sometimes far beyond."""
    batch, _, inputs, units = sizes
    bias, wide = ("i32", 1 << 15) if kind == "i8" else ("i64", 1 << 22)
    hidden_scale = np.float32(random.uniform(0.5, 1.2) / (128 if kind == "i8" else 32768))
    hidden_zero = int(random.integers(-60, 60)) if kind == "i8" and number % 3 else 0
    reach = (128 if kind == "i8" else 32768) * 127
    spread = float(random.choice([0.5, 3, 20]))
    power = int(random.choice([-15, -12, -11, -9, -13]))
    w_scales = [spread * random.uniform(0.5, 1) / (reach * float(x.scale)) for _ in GATES]
    r_scales = [spread * random.uniform(0.5, 1) / (reach * float(hidden_scale)) for _ in GATES]
    weights = [integers(random, "i8", (units, inputs), f"w_{g}", s) for g, s in zip(GATES, w_scales)]
    recurrent = [integers(random, "i8", (units, units), f"r_{g}", s) for g, s in zip(GATES, r_scales)]
    biases = [integers(random, bias, (units,), f"b_{g}", float(x.scale) * s, -wide, wide) for g, s in zip(GATES, w_scales)]
    return lstm_operands(x, weights, recurrent, biases,
                         state(kind, (batch, units), "hidden", hidden_scale, hidden_zero),
                         state("i16", (batch, units), "cell", np.float32(2.0 ** power)))


def lstm():
    family = Family("unidirectional_sequence_lstm")
    for kind, version in {"f32": 1, "i8": 1, "i16": 5}.items():
        for number in range(26):
            time_major, clip = number % 3 == 1, [0.0, 0.0, 0.7, 0.0, 0.05][number % 5]
            batch, time, inputs, units = sizes = LSTM_SHAPES[number % len(LSTM_SHAPES)]
            name = f"{kind}_{number}" + ("_time_major" if time_major else "") + ("_clipped" if clip else "")
            random = generator(name)
            order = (time, batch) if time_major else (batch, time)
            x = tensor(random, kind, (*order, inputs), "x")
            operands = lstm_float(random, x, sizes) if kind == "f32" else lstm_integer(random, kind, x, sizes, number)
            hidden = operands[18]
            out = Tensor(KINDS[kind], (*order, units), "out", hidden.scale, hidden.zero_point)
            family.add(name, "UNIDIRECTIONAL_SEQUENCE_LSTM", version, lstm_options(time_major, clip), operands, [out], count=5)
    family.save()


# batch, inputs, units, rank, memory
SVDF_SHAPES = [(1, 1, 1, 1, 1), (1, 3, 2, 1, 4), (2, 4, 3, 2, 3), (1, 8, 4, 2, 10), (3, 2, 5, 1, 2), (1, 5, 1, 4, 6), (2, 7, 3, 1, 1)]
ACTIVATIONS = [ACTIVATION.NONE, ACTIVATION.RELU, ACTIVATION.RELU_N1_TO_1, ACTIVATION.RELU6]


def svdf_options(rank, activation):
    made = schema.SVDFOptionsT()
    made.rank, made.fusedActivationFunction = rank, activation
    return made


def svdf_float(random, x, sizes):
    batch, inputs, units, rank, memory = sizes
    return [x, floats(random, (units * rank, inputs), 1, "w"), floats(random, (units * rank, memory), 1, "w_time"),
            floats(random, (units,), 1, "bias"), state("f32", (batch, units * rank * memory), "state")]


def svdf_integer(random, x, out, state_kind, sizes):
    """The state's scale: some states saturate."""
    batch, inputs, units, rank, memory = sizes
    reach = 127 if state_kind == "i8" else 32767
    w_scale, time_scale = np.float32(random.uniform(0.002, 0.02)), np.float32(random.uniform(0.002, 0.02) * 127 / reach)
    largest = float(x.scale) * 128 * float(w_scale) * 80 * np.sqrt(inputs)
    state_scale = np.float32(largest / reach * random.choice([0.3, 1, 2]))
    zero = int(random.integers(-40, 40)) if state_kind == "i8" else 0
    bias_scale = state_scale * time_scale
    return [x, integers(random, "i8", (units * rank, inputs), "w", w_scale),
            integers(random, state_kind, (units * rank, memory), "w_time", time_scale, -reach, reach),
            integers(random, "i32", (units,), "bias", bias_scale, -reach * 100, reach * 100),
            state(state_kind, (batch, units * rank * memory), "state", state_scale, zero)]


def svdf():
    family = Family("svdf")
    for kind in ("f32", "i8_i16", "i8_i8"):
        for number in range(24):
            batch, inputs, units, rank, memory = sizes = SVDF_SHAPES[number % len(SVDF_SHAPES)]
            has_bias = number % 6 != 5
            name = f"{kind}_{number}" + ("" if has_bias else "_no_bias")
            random = generator(name)
            x = tensor(random, kind[:3] if kind == "f32" else "i8", (batch, inputs), "x")
            out = tensor(random, "f32" if kind == "f32" else "i8", (batch, units), "out")
            operands = svdf_float(random, x, sizes) if kind == "f32" else svdf_integer(random, x, out, kind[3:], sizes)
            full = [dataclasses.replace(t, values=np.zeros_like(t.values)) if t.name == "bias" else t for t in operands]
            options = svdf_options(rank, ACTIVATIONS[number % 4])
            if has_bias:
                family.add(name, "SVDF", 1 if kind == "f32" else 3, options, operands, [out], count=8)
            else:  # Micro crashes without a bias
                bare = [None if t.name == "bias" else t for t in operands]
                family.add(name, "SVDF", 1 if kind == "f32" else 3, options, bare, [out], count=8, answered_with=full)
    bare_float(family)
    family.save()


def bare_float(family):
    """Float without bias as LiteRT has it, which takes that."""
    for number, sizes in enumerate(SVDF_SHAPES[:3]):
        random = generator(f"bare{number}")
        x, out = tensor(random, "f32", sizes[:2], "x"), tensor(random, "f32", (sizes[0], sizes[2]), "out")
        operands = [None if t.name == "bias" else t for t in svdf_float(random, x, sizes)]
        family.add(f"f32_litert_{number}_no_bias", "SVDF", 1, svdf_options(sizes[3], ACTIVATION.RELU), operands, [out], count=5,
                   engine="litert")


def make():
    lstm()
    svdf()
