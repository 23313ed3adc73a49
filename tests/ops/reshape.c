/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case reshape_cases[] = {
    {"flattens an image", .in = {INPUT(1, 4, 3, 2), INTS(1, 24)}},
    {"makes an image", .in = {INPUT(1, 30), INTS(1, 5, 3, 2)}},
    {"-1 is what is left over", .in = {INPUT(1, 4, 6), INTS(1, 2, -1, 3)}},
    {"-1 in front is the batch", .in = {INPUT(1, 4, 6), INTS(-1, 24)}},
    {"the same shape", .in = {INPUT(1, 7), INTS(1, 7)}},
    {"eight dimensions", .in = {INPUT(1, 24), INTS(1, 1, 2, 1, 3, 1, 4, 1)}},
    {0},
};
