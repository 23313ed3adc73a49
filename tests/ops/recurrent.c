/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#define LSTM            .cell = MOTE_MATH_LSTM, .activation = MOTE_MATH_CURVE_TANH, .recurrent_activation = MOTE_MATH_CURVE_SIGMOID
#define GRU             .cell = MOTE_MATH_GRU, .activation = MOTE_MATH_CURVE_TANH, .recurrent_activation = MOTE_MATH_CURVE_SIGMOID
#define RNN             .cell = MOTE_MATH_RNN, .activation = MOTE_MATH_CURVE_TANH
#define ATTRIBUTES(...) .attrs.recurrent = {__VA_ARGS__}

const mote_op_case recurrent_cases[] = {
    {"simple", .in = {INPUT(1, 4, 3), PARAM(5, 3), PARAM(5, 5), PARAM(5)}, ATTRIBUTES(RNN)},
    {"simple, no bias, backwards", .in = {INPUT(1, 4, 3), PARAM(2, 3), PARAM(2, 2)},
     ATTRIBUTES(RNN, .goes_backwards = 1, .returns_sequences = 1)},
    {"simple, linear", .in = {INPUT(1, 3, 2), PARAM(4, 2), PARAM(4, 4), PARAM(4)},
     ATTRIBUTES(.cell = MOTE_MATH_RNN, .activation = MOTE_MATH_CURVE_LINEAR)},
    {"LSTM", .in = {INPUT(1, 4, 3), PARAM(20, 3), PARAM(20, 5), PARAM(20)}, ATTRIBUTES(LSTM)},
    {"LSTM, sequences, wider than a vector", .in = {INPUT(1, 3, 2), PARAM(76, 2), PARAM(76, 19), PARAM(76)},
     ATTRIBUTES(LSTM, .returns_sequences = 1)},
    {"LSTM, backwards, in the order of time", .in = {INPUT(1, 4, 3), PARAM(8, 3), PARAM(8, 2)},
     ATTRIBUTES(LSTM, .goes_backwards = 1, .keeps_time = 1, .returns_sequences = 1)},
    {"LSTM, one step", .in = {INPUT(1, 1, 3), PARAM(8, 3), PARAM(8, 2), PARAM(8)}, ATTRIBUTES(LSTM)},
    {"LSTM, one value, one unit", .in = {INPUT(1, 5, 1), PARAM(4, 1), PARAM(4, 1), PARAM(4)}, ATTRIBUTES(LSTM)},
    {"LSTM, dropout", .in = {INPUT(1, 4, 6), PARAM(8, 6), PARAM(8, 2), PARAM(8)},
     ATTRIBUTES(LSTM, .dropout = 0.4f, .returns_sequences = 1)},
    {"GRU", .in = {INPUT(1, 4, 3), PARAM(15, 3), PARAM(15, 5), PARAM(30)}, ATTRIBUTES(GRU, .resets_after = 1)},
    /* The values that are drawn here bend a GRU too much for differences; test_sequences.c has its other forms. */
    {0},
};
