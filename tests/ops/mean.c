/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case mean_cases[] = {
    {"global average pooling", .in = {INPUT(1, 4, 6, 5), INTS(1, 2)}},
    {"axes from the attributes", .in = {INPUT(1, 4, 6, 5)}, .attrs.mean = {.axis = {1, 2}, .axis_count = 2}},
    {"axes stay as 1", .in = {INPUT(1, 5, 7, 3), INTS(1, 2)}, .attrs.mean.keep_dims = true},
    {"axes from the end, in any order, one twice", .in = {INPUT(1, 5, 7, 3), INTS(-2, 1, 2)}},
    {"the last axis", .in = {INPUT(1, 4, 3, 6), INTS(3)}},
    {"two axes apart", .in = {INPUT(1, 4, 3, 6), INTS(1, 3)}},
    {"two axes apart that stay", .in = {INPUT(1, 2, 4, 3, 6), INTS(1, 3)}, .attrs.mean.keep_dims = true},
    {"the first axis and the last", .in = {INPUT(3, 4, 5), INTS(0, 2)}},
    {"everything", .in = {INPUT(2, 3, 4), INTS(0, 1, 2)}},
    {"one position", .in = {INPUT(1, 1, 1, 9), INTS(1, 2)}},
    {"many positions", .in = {INPUT(1, 31, 33, 2), INTS(1, 2)}},
    {"positions apart, six values each", .in = {INPUT(1, 3, 2, 4, 6), INTS(1, 3)}},
    {"three axes apart", .in = {INPUT(1, 3, 2, 3, 4, 2), INTS(1, 3, 5)}},
    {"four axes apart that stay", .in = {INPUT(2, 2, 3, 2, 2, 3, 2, 2), INTS(0, 2, 4, 6)}, .attrs.mean.keep_dims = true},
    {"batch of 2", .in = {INPUT(2, 3, 4, 3), INTS(1, 2)}},
    {0},
};
