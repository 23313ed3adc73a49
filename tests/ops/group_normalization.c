/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#define OVER(n)    .attrs.group_normalization = {.axes = n, .groups = 1, .is_centered = 1, .epsilon = 1e-3f}
#define GROUPS(n)  .attrs.group_normalization = {.groups = n, .is_centered = 1, .epsilon = 1e-3f}
#define NO_MEAN(n) .attrs.group_normalization = {.axes = n, .groups = 1, .epsilon = 1e-3f}

const mote_op_case group_normalization_cases[] = {
    {"vectors", .in = {INPUT(1, 19), PARAM(19), PARAM(19)}, OVER(1)},
    {"each position", .in = {INPUT(1, 3, 4, 5), PARAM(5), PARAM(5)}, OVER(1)},
    {"two axes", .in = {INPUT(1, 3, 4, 5), PARAM(4, 5), PARAM(4, 5)}, OVER(2)},
    {"no gamma", .in = {INPUT(1, 3, 6), {0}, PARAM(6)}, OVER(1)},
    {"no beta", .in = {INPUT(1, 3, 6), PARAM(6)}, OVER(1)},
    {"groups of an image", .in = {INPUT(1, 3, 4, 6), PARAM(6), PARAM(6)}, GROUPS(3)},
    {"each channel", .in = {INPUT(1, 3, 4, 5), PARAM(5), PARAM(5)}, GROUPS(5)},
    {"groups of a vector", .in = {INPUT(1, 34), PARAM(34), PARAM(34)}, GROUPS(2)},
    {"mean left out", .in = {INPUT(1, 3, 19), PARAM(19)}, NO_MEAN(1)},
    {0},
};
