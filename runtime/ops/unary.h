/* ABS, CEIL, COS, EXP, FLOOR, LOG, NEG, ROUND, RSQRT, SIN, SQRT, SQUARE.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_UNARY_H
#define MRT_OPS_UNARY_H

#include "../attributes.h"
#include "../op.h"

static const mrt_row mrt_abs_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_abs = {101,         0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_abs_rows};

static const mrt_row mrt_ceil_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_ceil = {104,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_ceil_rows};

static const mrt_row mrt_cos_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_cos = {108,         0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_cos_rows};

static const mrt_row mrt_exp_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_exp = {47,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_exp_rows};

static const mrt_row mrt_floor_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_floor = {
    8, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_floor_rows};

static const mrt_row mrt_log_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_log = {73,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_log_rows};

static const mrt_row mrt_neg_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_neg = {59,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_neg_rows};

static const mrt_row mrt_round_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_round = {
    116, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_round_rows};

static const mrt_row mrt_rsqrt_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_rsqrt = {
    76, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_rsqrt_rows};

static const mrt_row mrt_sin_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_sin = {66,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_sin_rows};

static const mrt_row mrt_sqrt_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_sqrt = {75,           0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_sqrt_rows};

static const mrt_row mrt_square_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_square = {
    92, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_square_rows};

#endif
