/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case sub_cases[] = {
    {"no multiple of a vector's width", .in = {INPUT(1, 37), INPUT(1, 37)}},
    {"a number to every value", .in = {INPUT(1, 3, 4), PARAM(1)}},
    {"every value to a number", .in = {PARAM(1), INPUT(1, 3, 4)}},
    {"squeeze and excite", .in = {INPUT(1, 4, 5, 19), INPUT(1, 1, 1, 19)}},
    {"a map to every channel", .in = {INPUT(1, 4, 5, 19), INPUT(1, 4, 5, 1)}},
    {"both repeat", .in = {INPUT(1, 4, 1, 3), INPUT(1, 1, 5, 1)}},
    {0},
};

const mote_op_case maximum_cases[] = {
    {"no multiple of a vector's width", .in = {INPUT(1, 37), INPUT(1, 37)}},
    {"squeeze and excite", .in = {INPUT(1, 4, 5, 19), INPUT(1, 1, 1, 19)}},
    {"a map to every channel", .in = {INPUT(1, 4, 5, 19), INPUT(1, 4, 5, 1)}},
    {"both repeat", .in = {INPUT(1, 4, 1, 3), INPUT(1, 1, 5, 1)}},
    {0},
};

const mote_op_case minimum_cases[] = {
    {"no multiple of a vector's width", .in = {INPUT(1, 37), INPUT(1, 37)}},
    {"squeeze and excite", .in = {INPUT(1, 4, 5, 19), INPUT(1, 1, 1, 19)}},
    {"a map to every channel", .in = {INPUT(1, 4, 5, 19), INPUT(1, 4, 5, 1)}},
    {"both repeat", .in = {INPUT(1, 4, 1, 3), INPUT(1, 1, 5, 1)}},
    {0},
};

const mote_op_case prelu_cases[] = {
    {"an alpha for each value", .in = {INPUT(1, 4, 5, 3), PARAM(4, 5, 3)}},
    {"an alpha for each channel", .in = {INPUT(1, 4, 5, 19), PARAM(1, 1, 19)}},
    {"one alpha", .in = {INPUT(1, 37), PARAM(1)}},
    {0},
};
