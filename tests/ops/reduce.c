/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case sum_cases[] = {
    {"the last axis", .in = {INPUT(1, 4, 5), INTS(2)}, .attrs.sum = {.keep_dims = 1}},
    {"an image to its channels", .in = {INPUT(1, 4, 5, 3), INTS(1, 2)}},
    {"every other axis", .in = {INPUT(1, 4, 5, 3), INTS(1, 3)}, .attrs.sum = {.keep_dims = 1}},
    {0},
};
