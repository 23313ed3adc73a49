/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case relu_cases[] = {
    {"one value", .in = {INPUT(1, 1)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case relu6_cases[] = {
    {"one value", .in = {INPUT(1, 1)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};
