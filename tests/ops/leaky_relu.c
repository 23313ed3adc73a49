/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case leaky_relu_cases[] = {
    {"one value", .in = {INPUT(1, 1)}, .attrs.leaky_relu = {.alpha = 0.3f}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}, .attrs.leaky_relu = {.alpha = 0.1f}},
    {"image", .in = {INPUT(1, 5, 7, 3)}, .attrs.leaky_relu = {.alpha = 0.3f}},
    {"flat below zero", .in = {INPUT(1, 37)}, .attrs.leaky_relu = {.alpha = 0}},
    {"steeper below zero", .in = {INPUT(1, 37)}, .attrs.leaky_relu = {.alpha = 1.7f}},
    {"rising to both sides", .in = {INPUT(1, 37)}, .attrs.leaky_relu = {.alpha = -0.5f}},
    {0},
};
