/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#define KERAS .attrs.batch_normalization = {.momentum = 0.99f, .epsilon = 1e-3f}

const mote_op_case batch_normalization_cases[] = {
    {"image", .in = {INPUT(1, 4, 5, 3), PARAM(3), PARAM(3), MOVING(3), MOVING(3)}, KERAS},
    {"one channel", .in = {INPUT(1, 4, 5, 1), PARAM(1), PARAM(1), MOVING(1), MOVING(1)}, KERAS},
    {"vectors", .in = {INPUT(1, 19), PARAM(19), PARAM(19), MOVING(19), MOVING(19)}, KERAS},
    {"no gamma", .in = {INPUT(1, 3, 6), {0}, PARAM(6), MOVING(6), MOVING(6)}, KERAS},
    {"no beta", .in = {INPUT(1, 3, 6), PARAM(6), {0}, MOVING(6), MOVING(6)}, KERAS},
    {"neither", .in = {INPUT(1, 3, 6), {0}, {0}, MOVING(6), MOVING(6)}, KERAS},
    {"inference", .in = {INPUT(1, 3, 6), PARAM(6), PARAM(6), MOVING(6), MOVING(6)}, .is_inferring = true, KERAS},
    {"inference, neither", .in = {INPUT(1, 3, 6), {0}, {0}, MOVING(6), MOVING(6)}, .is_inferring = true, KERAS},
    {0},
};
