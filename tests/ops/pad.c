/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case pad_cases[] = {
    {"images, one around", .in = {INPUT(1, 3, 4, 2), INTS(0, 0, 1, 1, 1, 1, 0, 0)}},
    {"images, below and to the right", .in = {INPUT(1, 5, 4, 3), INTS(0, 0, 0, 1, 0, 1, 0, 0)}},
    {"nothing", .in = {INPUT(1, 2, 3, 2), INTS(0, 0, 0, 0, 0, 0, 0, 0)}},
    {"channels", .in = {INPUT(1, 2, 3, 2), INTS(0, 0, 0, 0, 0, 0, 2, 1)}},
    {"a vector", .in = {INPUT(1, 4), INTS(0, 0, 3, 2)}},
    {"a series", .in = {INPUT(1, 4, 2), INTS(0, 0, 2, 0, 0, 0)}},
    {0},
};
