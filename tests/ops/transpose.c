/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case transpose_cases[] = {
    {"an image's axes around", .in = {INPUT(1, 4, 5, 3), INTS(0, 3, 1, 2)}},
    {"a matrix", .in = {INPUT(1, 7, 5), INTS(0, 2, 1)}},
    {"nothing moves", .in = {INPUT(1, 4, 5), INTS(0, 1, 2)}},
    {0},
};

const mote_op_case tile_cases[] = {
    {"a vector three times", .in = {INPUT(1, 1, 5), INTS(1, 3, 1)}},
    {"along two axes", .in = {INPUT(1, 2, 3), INTS(1, 3, 2)}},
    {0},
};
