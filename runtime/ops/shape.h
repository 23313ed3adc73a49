/* SHAPE, RANK, EXPAND_DIMS, SQUEEZE.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SHAPE_H
#define MRT_OPS_SHAPE_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_shape_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_out_type_attributes, out_type, 0, 0)};

static const mrt_row mrt_shape_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_shape = {
    77, 55, 1, 1, 1, 1, MRT_COUNT(mrt_shape_fields), mrt_shape_fields, mrt_shape_as_first, mrt_shape_rows};

static const mrt_row mrt_rank_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_rank = {110,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_rank_rows};

static const mrt_row mrt_expand_dims_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_expand_dims = {
    70, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_expand_dims_rows};

static const mrt_row mrt_squeeze_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_squeeze = {
    43, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_squeeze_rows};

#endif
