/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case mul_cases[] = {
    {"one value", .in = {INPUT(1, 1), INPUT(1, 1)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37), INPUT(1, 37)}},
    {"images", .in = {INPUT(1, 4, 5, 3), INPUT(1, 4, 5, 3)}},
    {"fused RELU", .in = {INPUT(1, 4, 9), INPUT(1, 4, 9)}, .activation = MRT_ACT_RELU},
    {"fused RELU6", .in = {INPUT(1, 4, 9), INPUT(1, 4, 1)}, .activation = MRT_ACT_RELU6},
    {"a number to every value", .in = {INPUT(1, 3, 4), PARAM(1)}},
    {"a vector to every pixel", .in = {INPUT(1, 4, 5, 3), PARAM(3)}},
    {"every pixel to a vector, RELU", .in = {PARAM(3), INPUT(1, 4, 5, 3)}, .activation = MRT_ACT_RELU},
    {"squeeze and excite", .in = {INPUT(1, 4, 5, 19), INPUT(1, 1, 1, 19)}},
    {"excite and squeeze", .in = {INPUT(1, 1, 1, 19), INPUT(1, 4, 5, 19)}},
    {"a map to every channel", .in = {INPUT(1, 4, 5, 19), INPUT(1, 4, 5, 1)}},
    {"a column to every column", .in = {INPUT(1, 4, 5, 3), INPUT(1, 4, 1, 3)}},
    {"both repeat", .in = {INPUT(1, 4, 1, 3), INPUT(1, 1, 5, 1)}},
    {"a constant of the same shape", .in = {INPUT(1, 4, 3), PARAM(1, 4, 3)}},
    {"eight dimensions, every other one repeats", .in = {INPUT(1, 2, 1, 3, 1, 2, 1, 2), INPUT(1, 1, 2, 1, 3, 1, 2, 1)}},
    {"three rows, not a batch", .in = {INPUT(3, 4), INPUT(3, 4)}},
    {0},
};
