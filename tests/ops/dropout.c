/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case dropout_cases[] = {
    {"half", .in = {INPUT(1, 37)}, .attrs.dropout = {.rate = 0.5f}},
    {"a fifth of an image", .in = {INPUT(1, 5, 4, 3)}, .attrs.dropout = {.rate = 0.2f}},
    {"nothing", .in = {INPUT(1, 9)}, .attrs.dropout = {.rate = 0}},
    {"inference", .in = {INPUT(1, 9)}, .attrs.dropout = {.rate = 0.5f}, .is_inferring = true},
    {0},
};
