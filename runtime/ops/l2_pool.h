/* L2_POOL_2D: in [N, H, W, C] -> out [N, out_h, out_w, C], the root of the mean square under each window.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_L2_POOL_H
#define MRT_OPS_L2_POOL_H

#include "../kernels/l2_pool.h"
#include "pool_2d.h"

MRT_KERNEL(mrt_l2_pool_2d_f32, mrt_pool_2d_f32_params, "kernels/l2_pool.h");

static MRT_COLD mrt_reason mrt_l2_pool_2d_prepare(mrt_call *c)
{
    MRT_TRY(mrt_pool_2d_prepare_f32(c));
    c->constants = 1;
    return MRT_REASON_NONE;
}

static const mrt_row mrt_l2_pool_2d_rows[] = {
    {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_l2_pool_2d_prepare, mrt_l2_pool_2d_f32)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_l2_pool_2d = {
    12, 5, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_pool_2d_fields), mrt_pool_2d_shape, mrt_l2_pool_2d_rows};

#endif
