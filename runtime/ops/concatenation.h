/* CONCATENATION, PACK, UNPACK, SPLIT, SPLIT_V.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONCATENATION_H
#define MRT_OPS_CONCATENATION_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_concatenation_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, axis, 0, 0),
                                                         MRT_FUSED_ACTIVATION(1)};

static const mrt_row mrt_concatenation_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_concatenation = {2,
                                                                   10,
                                                                   1,
                                                                   64,
                                                                   1,
                                                                   1,
                                                                   MRT_COUNT(mrt_concatenation_fields),
                                                                   mrt_concatenation_fields,
                                                                   mrt_shape_as_first,
                                                                   mrt_concatenation_rows};

static const mrt_attribute mrt_pack_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, count, 0, 0),
                                                MRT_ATTRIBUTE(I32, mrt_axis_attributes, axis, 1, 0)};

static const mrt_row mrt_pack_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_pack = {
    83, 59, 1, 64, 1, 1, MRT_COUNT(mrt_pack_fields), mrt_pack_fields, mrt_shape_as_first, mrt_pack_rows};

static const mrt_attribute mrt_unpack_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, count, 0, 0),
                                                  MRT_ATTRIBUTE(I32, mrt_axis_attributes, axis, 1, 0)};

static const mrt_row mrt_unpack_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_unpack = {
    88, 64, 1, 1, 1, 16, MRT_COUNT(mrt_unpack_fields), mrt_unpack_fields, mrt_shape_as_first, mrt_unpack_rows};

static const mrt_attribute mrt_split_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, count, 0, 0)};

static const mrt_row mrt_split_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_split = {
    49, 35, 2, 2, 1, 16, MRT_COUNT(mrt_split_fields), mrt_split_fields, mrt_shape_as_first, mrt_split_rows};

static const mrt_attribute mrt_split_v_fields[] = {MRT_ATTRIBUTE(I32, mrt_axis_attributes, count, 0, 0)};

static const mrt_row mrt_split_v_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_split_v = {
    102, 79, 3, 3, 1, 16, MRT_COUNT(mrt_split_v_fields), mrt_split_v_fields, mrt_shape_as_first, mrt_split_v_rows};

#endif
