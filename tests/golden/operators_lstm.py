# SPDX-License-Identifier: Apache-2.0
"""LSTM with what TFLite Micro has no kernels for: coupled gates, peepholes, projection, layer normalization, two directions,
int8 weights with float activations. LiteRT's reference kernels answer; samples run one after the other, states go on."""

import numpy as np

from operator_cases import ACTIVATION, Family, Tensor, generator, schema
from operators_hybrid import real
from operators_recurrent import GATES, LSTM_SHAPES, floats, state

# what a direction has, by number
CHOICES = [set(), {"coupled"}, {"peepholes"}, {"projection"}, {"projection", "projection_bias"}, {"coupled", "peepholes"},
           {"peepholes", "projection"}, {"coupled", "peepholes", "projection", "projection_bias"}]
PROJECTION = {"projection", "projection_bias"}
ACTIVATIONS = [ACTIVATION.TANH, ACTIVATION.TANH, ACTIVATION.TANH, ACTIVATION.RELU6, ACTIVATION.TANH, ACTIVATION.RELU_N1_TO_1]


def weight(random, hybrid, shape, size, name):
    """Real, or int8 of about the same size."""
    if not hybrid:
        return floats(random, shape, size, name)
    values = random.integers(-127, 127, shape, np.int8, endpoint=True)
    return Tensor("INT8", shape, name, np.float32(size / 74 * random.uniform(0.7, 1.3)), 0, 0, values)


def gates(random, hybrid, has, shape, size, name):
    made = [weight(random, hybrid, shape, size, f"{name}_{gate}") for gate in GATES]
    return [None if "coupled" in has else made[0], *made[1:]]


def direction(random, hybrid, has, inputs, cells, units, name):
    """Its 17 operands."""
    size = float(random.choice([0.3, 1.0, 2.0]))
    peepholes = gates(random, hybrid, has, (cells,), size, name + "p")
    projection = weight(random, hybrid, (units, cells), size, name + "projection")
    return [*gates(random, hybrid, has, (cells, inputs), size, name + "w"),
            *gates(random, hybrid, has, (cells, units), size, name + "r"),
            *([peepholes[0], peepholes[1], peepholes[3]] if "peepholes" in has else [None] * 3),
            *gates(random, False, has, (cells,), 0.5, name + "b"),
            projection if "projection" in has else None,
            floats(random, (units,), 0.5, name + "pb") if "projection_bias" in has else None]


def sizes_of(number, has):
    batch, time, inputs, cells = LSTM_SHAPES[number % len(LSTM_SHAPES)]
    return batch, time, inputs, cells, 1 + (cells + number) % 5 if "projection" in has else cells


def fill(options, number, time_major, asymmetric):
    options.fusedActivationFunction = ACTIVATIONS[number % len(ACTIVATIONS)]
    options.cellClip, options.projClip = [0.0, 0.7, 0.0, 0.0, 0.2][number % 5], [0.0, 0.0, 0.3][number % 3]
    options.timeMajor, options.asymmetricQuantizeInputs = time_major, asymmetric
    return options


def samples(random, inputs):
    """Three, whose second has zeros only."""
    made = [random.normal(0, 1.5, (3, *x.shape)).astype(np.float32) for x in inputs]
    for values in made:
        values[1] = 0
    return made


def words(*choices):
    return "".join(f"_{word}" for word, is_so in choices if is_so)


def one_direction(family, number, has, hybrid, asymmetric):
    batch, time, inputs, cells, units = sizes_of(number, has)
    time_major = number % 3 == 1
    name = f"{'hybrid' if hybrid else 'f32'}_{number}" + words(("asymmetric", asymmetric), ("time_major", time_major),
                                                               *((word, True) for word in sorted(has)))
    random = generator(family.name + name)
    order = (time, batch) if time_major else (batch, time)
    x, out = real((*order, inputs), "x"), real((*order, units), "out")
    norms = gates(random, False, has, (cells,), 1.0, "n") if "norms" in has else [None] * 4
    operands = [x, *direction(random, hybrid, has, inputs, cells, units, ""), state("f32", (batch, units), "hidden"),
                state("f32", (batch, cells), "cell"), *norms]
    options = fill(schema.UnidirectionalSequenceLSTMOptionsT(), number, time_major, asymmetric)
    family.add(name, "UNIDIRECTIONAL_SEQUENCE_LSTM", 3 if asymmetric else 2 if hybrid else 1, options, operands, [out],
               samples(random, [x]))


def unidirectional():
    family = Family("lstm_directions", engine="litert")
    for number in range(32):
        has = CHOICES[number % 8] | ({"norms"} if number // 8 % 2 else set())
        one_direction(family, number, has, False, False)
        for asymmetric in (False, True):
            one_direction(family, number, has, True, asymmetric)
    family.save()


def two_directions(family, number, hybrid, asymmetric):
    has = CHOICES[number % 8]
    back = CHOICES[(number * 3 + 1) % 8] - PROJECTION | has & PROJECTION  # LiteRT wants both directions of one size
    aux = [None, None, "weights", "input"][number % 4]  # a further input with weights, or as backward's input
    batch, time, inputs, cells, units = sizes_of(number, has)
    merge = number % 5 in (1, 2)
    time_major = number % 3 == 1 or (merge and batch > 1)  # else LiteRT takes other samples' states for merged outputs
    aux_count = inputs if aux == "input" else 1 + number % 4
    name = f"{'hybrid' if hybrid else 'f32'}_{number}" + words(("asymmetric", asymmetric), ("time_major", time_major),
                                                               ("merged", merge), (f"aux_{aux}", aux))
    random = generator(family.name + name)
    order = (time, batch) if time_major else (batch, time)
    x, further = real((*order, inputs), "x"), real((*order, aux_count), "aux")
    aux_weights = [None] * 8
    if aux == "weights":
        aux_weights = (gates(random, hybrid, has, (cells, aux_count), 0.5, "fv")
                       + gates(random, hybrid, back, (cells, aux_count), 0.5, "bv"))
    operands = [x, *direction(random, hybrid, has, inputs, cells, units, "f"),
                *direction(random, hybrid, back, inputs, cells, units, "b"),
                state("f32", (batch, units), "fh"), state("f32", (batch, cells), "fc"),
                state("f32", (batch, units), "bh"), state("f32", (batch, cells), "bc"),
                further if aux else None, *aux_weights]
    outs = [real((*order, units + units), "out")] if merge else [real((*order, units), "forward"),
                                                                      real((*order, units), "backward")]
    options = fill(schema.BidirectionalSequenceLSTMOptionsT(), number, time_major, asymmetric)
    options.mergeOutputs = merge
    family.add(name, "BIDIRECTIONAL_SEQUENCE_LSTM", 3 if asymmetric else 2 if hybrid else 1, options, operands, outs,
               samples(random, [x, further] if aux else [x]))


def bidirectional():
    family = Family("bidirectional_sequence_lstm", engine="litert")
    for number in range(24):
        two_directions(family, number, False, False)
        for asymmetric in (False, True):
            two_directions(family, number, True, asymmetric)
    family.save()


def make():
    unidirectional()
    bidirectional()
