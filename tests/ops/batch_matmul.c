/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case batch_matmul_cases[] = {
    {"a matrix of each", .in = {INPUT(1, 4, 5), INPUT(1, 5, 3)}},
    {"the first transposed", .in = {INPUT(1, 5, 4), INPUT(1, 5, 3)}, .attrs.batch_matmul = {.adj_x = 1}},
    {"the second transposed", .in = {INPUT(1, 4, 5), INPUT(1, 3, 5)}, .attrs.batch_matmul = {.adj_y = 1}},
    {"both transposed", .in = {INPUT(1, 5, 4), INPUT(1, 3, 5)}, .attrs.batch_matmul = {.adj_x = 1, .adj_y = 1}},
    {"four dimensions, one of which repeats", .in = {INPUT(1, 2, 4, 5), INPUT(1, 1, 5, 3)}},
    {0},
};
