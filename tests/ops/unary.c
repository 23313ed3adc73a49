/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case abs_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case exp_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case neg_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};

const mote_op_case square_cases[] = {
    {"a few values", .in = {INPUT(1, 5)}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}},
    {"image", .in = {INPUT(1, 5, 7, 3)}},
    {0},
};
