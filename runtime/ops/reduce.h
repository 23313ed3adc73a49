/* SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ALL, REDUCE_ANY.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_REDUCE_H
#define MRT_OPS_REDUCE_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_sum_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_reduce_attributes, keep_dims, 0, 0)};

static const mrt_row mrt_sum_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_sum = {
    74, 27, 2, 2, 1, 1, MRT_COUNT(mrt_sum_fields), mrt_sum_fields, mrt_shape_as_first, mrt_sum_rows};

static const mrt_attribute mrt_reduce_max_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_reduce_attributes, keep_dims, 0, 0)};

static const mrt_row mrt_reduce_max_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_max = {
    82, 27, 2, 2, 1, 1, MRT_COUNT(mrt_reduce_max_fields), mrt_reduce_max_fields, mrt_shape_as_first, mrt_reduce_max_rows};

static const mrt_attribute mrt_reduce_min_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_reduce_attributes, keep_dims, 0, 0)};

static const mrt_row mrt_reduce_min_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_min = {
    89, 27, 2, 2, 1, 1, MRT_COUNT(mrt_reduce_min_fields), mrt_reduce_min_fields, mrt_shape_as_first, mrt_reduce_min_rows};

static const mrt_attribute mrt_reduce_prod_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_reduce_attributes, keep_dims, 0, 0)};

static const mrt_row mrt_reduce_prod_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_prod = {
    81, 27, 2, 2, 1, 1, MRT_COUNT(mrt_reduce_prod_fields), mrt_reduce_prod_fields, mrt_shape_as_first, mrt_reduce_prod_rows};

static const mrt_attribute mrt_reduce_all_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_reduce_attributes, keep_dims, 0, 0)};

static const mrt_row mrt_reduce_all_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_all = {
    140, 27, 2, 2, 1, 1, MRT_COUNT(mrt_reduce_all_fields), mrt_reduce_all_fields, mrt_shape_as_first, mrt_reduce_all_rows};

static const mrt_attribute mrt_reduce_any_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_reduce_attributes, keep_dims, 0, 0)};

static const mrt_row mrt_reduce_any_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_any = {
    91, 27, 2, 2, 1, 1, MRT_COUNT(mrt_reduce_any_fields), mrt_reduce_any_fields, mrt_shape_as_first, mrt_reduce_any_rows};

#endif
