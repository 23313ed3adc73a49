/* L2_POOL_2D.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_L2_POOL_H
#define MRT_OPS_L2_POOL_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_l2_pool_2d_fields[] = {
    MRT_ATTRIBUTE(PADDING, mrt_pool_attributes, padding, 0, 0), MRT_ATTRIBUTE(I32, mrt_pool_attributes, stride_w, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_pool_attributes, stride_h, 2, 0),    MRT_ATTRIBUTE(I32, mrt_pool_attributes, filter_w, 3, 0),
    MRT_ATTRIBUTE(I32, mrt_pool_attributes, filter_h, 4, 0),    MRT_FUSED_ACTIVATION(5)};

static const mrt_row mrt_l2_pool_2d_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_l2_pool_2d = {
    12, 5, 1, 1, 1, 1, MRT_COUNT(mrt_l2_pool_2d_fields), mrt_l2_pool_2d_fields, mrt_shape_as_first, mrt_l2_pool_2d_rows};

#endif
