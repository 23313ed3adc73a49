/* ARG_MAX, ARG_MIN, TOPK_V2.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_ARG_H
#define MRT_OPS_ARG_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_arg_max_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_out_type_attributes, out_type, 0, 0)};

static const mrt_row mrt_arg_max_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_arg_max = {
    56, 40, 2, 2, 1, 1, MRT_COUNT(mrt_arg_max_fields), mrt_arg_max_fields, mrt_shape_as_first, mrt_arg_max_rows};

static const mrt_attribute mrt_arg_min_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_out_type_attributes, out_type, 0, 0)};

static const mrt_row mrt_arg_min_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_arg_min = {
    79, 57, 2, 2, 1, 1, MRT_COUNT(mrt_arg_min_fields), mrt_arg_min_fields, mrt_shape_as_first, mrt_arg_min_rows};

static const mrt_row mrt_topk_v2_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_topk_v2 = {
    48, 0, 2, 2, 2, 2, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_topk_v2_rows};

#endif
