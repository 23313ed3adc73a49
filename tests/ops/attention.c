/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#define HEADS(count) .attrs.attention = {.heads = (count)}

const mote_op_case attention_cases[] = {
    {"one head", .in = {INPUT(1, 4, 3), INPUT(1, 4, 3), INPUT(1, 4, 3)}, HEADS(1)},
    {"three heads, wider values", .in = {INPUT(1, 3, 6), INPUT(1, 5, 6), INPUT(1, 5, 12)}, HEADS(3)},
    {"more keys than a vector", .in = {INPUT(1, 2, 4), INPUT(1, 21, 4), INPUT(1, 21, 2)}, HEADS(2)},
    {"one query, one key", .in = {INPUT(1, 1, 2), INPUT(1, 1, 2), INPUT(1, 1, 2)}, HEADS(2)},
    {0},
};
