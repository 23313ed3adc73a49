/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case dropout_cases[] = {
    {"half", .in = {INPUT(1, 37)}, .attrs.dropout = {.rate = 0.5f}},
    {"a fifth of an image", .in = {INPUT(1, 5, 4, 3)}, .attrs.dropout = {.rate = 0.2f}},
    {"nothing", .in = {INPUT(1, 9)}, .attrs.dropout = {.rate = 0}},
    {"inference", .in = {INPUT(1, 9)}, .attrs.dropout = {.rate = 0.5f}, .is_inferring = true},
    {"whole channels", .in = {INPUT(1, 5, 4, 3)}, .attrs.dropout = {.rate = 0.4f, .noise = MRT_NOISE_CHANNELS}},
    {"more channels than a block", .in = {INPUT(1, 3, 70)}, .attrs.dropout = {.rate = 0.4f, .noise = MRT_NOISE_CHANNELS}},
    {"to SELU's lowest", .in = {INPUT(1, 37)}, .attrs.dropout = {.rate = 0.3f, .noise = MRT_NOISE_ALPHA}},
    {"times a normal number", .in = {INPUT(1, 37)}, .attrs.dropout = {.stddev = 0.7f, .noise = MRT_NOISE_PRODUCT}},
    {"plus a normal number", .in = {INPUT(1, 5, 4, 3)}, .attrs.dropout = {.stddev = 0.7f, .noise = MRT_NOISE_SUM}},
    {"noise in inference", .in = {INPUT(1, 9)}, .attrs.dropout = {.stddev = 1, .noise = MRT_NOISE_SUM},
     .is_inferring = true},
    {0},
};
