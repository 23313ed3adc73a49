/* CAST, ZEROS_LIKE, FILL.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONVERT_H
#define MRT_OPS_CONVERT_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_cast_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_cast_attributes, in_type, 0, 0),
                                                MRT_ATTRIBUTE(BYTE, mrt_cast_attributes, out_type, 1, 0)};

static const mrt_row mrt_cast_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_cast = {
    53, 37, 1, 1, 1, 1, MRT_COUNT(mrt_cast_fields), mrt_cast_fields, mrt_shape_as_first, mrt_cast_rows};

static const mrt_row mrt_zeros_like_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_zeros_like = {
    93, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_zeros_like_rows};

static const mrt_row mrt_fill_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_fill = {94,           0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_fill_rows};

#endif
