/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case concatenation_cases[] = {
    {"two numbers", .in = {INPUT(1, 1), INPUT(1, 1)}, .attrs.concatenation = {.axis = 1}},
    {"rows of other widths", .in = {INPUT(1, 5), INPUT(1, 3)}, .attrs.concatenation = {.axis = -1}},
    {"three", .in = {INPUT(1, 2), INPUT(1, 7), INPUT(1, 1)}, .attrs.concatenation = {.axis = 1}},
    {"channels of images", .in = {INPUT(1, 4, 5, 3), INPUT(1, 4, 5, 2)}, .attrs.concatenation = {.axis = 3}},
    {"images below each other", .in = {INPUT(1, 4, 5, 3), INPUT(1, 2, 5, 3)}, .attrs.concatenation = {.axis = 1}},
    {"images beside each other", .in = {INPUT(1, 4, 5, 3), INPUT(1, 4, 1, 3)}, .attrs.concatenation = {.axis = -2}},
    {0},
};
