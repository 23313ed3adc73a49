/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case hard_swish_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case elu_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case log_softmax_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case l2_normalization_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case relu_n1_to_1_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case relu_0_to_1_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case gelu_cases[] = {
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"by the tangent", .in = {INPUT(1, 5, 7, 3)}, .attrs.gelu = {.approximate = 1}},
    {0},
};
