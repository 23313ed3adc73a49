/* EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT, SELECT, SELECT_V2.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_COMPARE_H
#define MRT_OPS_COMPARE_H

#include "../attributes.h"
#include "../op.h"

static const mrt_row mrt_equal_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_equal = {
    71, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_equal_rows};

static const mrt_row mrt_not_equal_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_not_equal = {
    72, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_not_equal_rows};

static const mrt_row mrt_greater_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_greater = {
    61, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_greater_rows};

static const mrt_row mrt_greater_equal_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_greater_equal = {
    62, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_greater_equal_rows};

static const mrt_row mrt_less_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_less = {58,           0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_less_rows};

static const mrt_row mrt_less_equal_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_less_equal = {
    63, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_less_equal_rows};

static const mrt_row mrt_logical_and_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_logical_and = {
    86, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_logical_and_rows};

static const mrt_row mrt_logical_or_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_logical_or = {
    84, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_logical_or_rows};

static const mrt_row mrt_logical_not_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_logical_not = {
    87, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_logical_not_rows};

static const mrt_row mrt_select_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_select = {
    64, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_select_rows};

static const mrt_row mrt_select_v2_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_select_v2 = {
    123, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_select_v2_rows};

#endif
