/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case fully_connected_cases[] = {
    {"one input, one output", .in = {INPUT(1, 1), PARAM(1, 1), PARAM(1)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 19), PARAM(7, 19), PARAM(7)}},
    {"long rows", .in = {INPUT(1, 257), PARAM(5, 257), PARAM(5)}},
    {"groups of sixteen", .in = {INPUT(1, 48), PARAM(16, 48), PARAM(16)}},
    {"one output of many inputs", .in = {INPUT(1, 50), PARAM(1, 50), PARAM(1)}},
    {"many outputs of one input", .in = {INPUT(1, 1), PARAM(18, 1), PARAM(18)}},
    {"no bias, two operands", .in = {INPUT(1, 12), PARAM(6, 12)}},
    {"fused RELU", .in = {INPUT(1, 9), PARAM(8, 9), PARAM(8)}, .activation = MRT_ACT_RELU},
    {"fused RELU6", .in = {INPUT(1, 9), PARAM(8, 9), PARAM(8)}, .activation = MRT_ACT_RELU6},
    {"three rows", .in = {INPUT(3, 10), PARAM(4, 10), PARAM(4)}},
    {"three rows, no multiple of anything, RELU", .in = {INPUT(3, 21), PARAM(11, 21), PARAM(11)},
     .activation = MRT_ACT_RELU},
    {"flattens what is in front", .in = {INPUT(2, 3, 2, 4), PARAM(5, 12), PARAM(5)}},
    {"keeps leading dimensions", .in = {INPUT(1, 3, 6), PARAM(4, 6), PARAM(4)},
     .attrs.fully_connected = {.keep_num_dims = true}},
    {"few weights", .in = {INPUT(1, 96), PARAM(12, 96), PARAM(12)}, .twist = MOTE_TWIST_SPARSE},
    {"few weights, far apart, three rows, RELU", .in = {INPUT(3, 1500), PARAM(11, 1500), PARAM(11)},
     .activation = MRT_ACT_RELU, .twist = MOTE_TWIST_SPARSE},
    {0},
};
