/* SLICE, STRIDED_SLICE, DYNAMIC_UPDATE_SLICE.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SLICE_H
#define MRT_OPS_SLICE_H

#include "../attributes.h"
#include "../op.h"

static const mrt_row mrt_slice_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_slice = {
    65, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_slice_rows};

static const mrt_attribute mrt_strided_slice_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, begin_mask, 0, 0),
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, end_mask, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, ellipsis_mask, 2, 0),
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, new_axis_mask, 3, 0),
    MRT_ATTRIBUTE(I32, mrt_strided_slice_attributes, shrink_axis_mask, 4, 0),
    MRT_ATTRIBUTE(BOOL, mrt_strided_slice_attributes, offset, 5, 0)};

static const mrt_row mrt_strided_slice_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_strided_slice = {45,
                                                                   32,
                                                                   4,
                                                                   4,
                                                                   1,
                                                                   1,
                                                                   MRT_COUNT(mrt_strided_slice_fields),
                                                                   mrt_strided_slice_fields,
                                                                   mrt_shape_as_first,
                                                                   mrt_strided_slice_rows};

static const mrt_row mrt_dynamic_update_slice_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_dynamic_update_slice = {
    151, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_dynamic_update_slice_rows};

#endif
