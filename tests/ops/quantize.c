/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case quantize_cases[] = {
    {"one value", .in = {INPUT(1, 1)}},
    {"more values than int8 has", .in = {INPUT(1, 301)}},
    {"image", .in = {INPUT(1, 3, 4, 5)}},
    {0},
};

const mote_op_case dequantize_cases[] = {
    {"one value", .in = {INPUT(1, 1)}},
    {"more values than int8 has", .in = {INPUT(1, 301)}},
    {"image", .in = {INPUT(1, 3, 4, 5)}},
    {0},
};
