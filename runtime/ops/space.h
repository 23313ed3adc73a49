/* SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND, SPACE_TO_DEPTH, DEPTH_TO_SPACE.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SPACE_H
#define MRT_OPS_SPACE_H

#include "../attributes.h"
#include "../op.h"

static const mrt_row mrt_space_to_batch_nd_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_space_to_batch_nd = {
    38, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_space_to_batch_nd_rows};

static const mrt_row mrt_batch_to_space_nd_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_batch_to_space_nd = {
    37, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_batch_to_space_nd_rows};

static const mrt_attribute mrt_space_to_depth_fields[] = {MRT_ATTRIBUTE(I32, mrt_block_attributes, block_size, 0, 0)};

static const mrt_row mrt_space_to_depth_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_space_to_depth = {26,
                                                                    19,
                                                                    1,
                                                                    1,
                                                                    1,
                                                                    1,
                                                                    MRT_COUNT(mrt_space_to_depth_fields),
                                                                    mrt_space_to_depth_fields,
                                                                    mrt_shape_as_first,
                                                                    mrt_space_to_depth_rows};

static const mrt_attribute mrt_depth_to_space_fields[] = {MRT_ATTRIBUTE(I32, mrt_block_attributes, block_size, 0, 0)};

static const mrt_row mrt_depth_to_space_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_depth_to_space = {5,
                                                                    94,
                                                                    1,
                                                                    1,
                                                                    1,
                                                                    1,
                                                                    MRT_COUNT(mrt_depth_to_space_fields),
                                                                    mrt_depth_to_space_fields,
                                                                    mrt_shape_as_first,
                                                                    mrt_depth_to_space_rows};

#endif
