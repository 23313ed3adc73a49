/* SPDX-License-Identifier: Apache-2.0 */
#include "pool_2d.h"

enum { MRT_POOL_2D_ACTIVATION = 5, MRT_POOL_2D_WINDOW_MAX = 1 << 23 }; /* int8 averages add up a window in 32 bits */

static mrt_reason mrt_pool_2d_window(mrt_build *b, mrt_window *window)
{
    window->stride_w = (int32_t)mrt_option(b, 1, 4, 0);
    window->stride_h = (int32_t)mrt_option(b, 2, 4, 0);
    window->kernel_w = (int32_t)mrt_option(b, 3, 4, 0);
    window->kernel_h = (int32_t)mrt_option(b, 4, 4, 0);
    window->dilation_h = window->dilation_w = 1;
    return mrt_resolve_window(b, mrt_option(b, 0, 1, MRT_PADDING_SAME), b->in[0].rank == 4 ? b->in[0].dim[3] : 0, window);
}

MRT_API mrt_reason mrt_pool_2d_check(mrt_build *b)
{
    mrt_window window;
    int64_t    inside;

    MRT_TRY(mrt_fused_activation(b, MRT_POOL_2D_ACTIVATION));
    MRT_TRY(mrt_pool_2d_window(b, &window));
    inside = (int64_t)mrt_min_i32(window.kernel_h, window.in_h) * mrt_min_i32(window.kernel_w, window.in_w);
    if (inside > MRT_POOL_2D_WINDOW_MAX)
        return MRT_REASON_SIZE;
    b->work = (uint64_t)b->out.count * (uint64_t)inside;
    return MRT_REASON_NONE;
}

/* The kernels do not rescale. Source of the tolerance: TensorFlow Lite's pooling.cc. */
MRT_API mrt_reason mrt_pool_2d_prepare_i8(mrt_build *b)
{
    mrt_pool_2d_i8_params p;
    float                 apart;

    MRT_TRY(mrt_check_scales(b));
    apart = mrt_scale_of(b->m, &b->in[0]) - mrt_scale_of(b->m, &b->out);
    if (apart > 1e-6f || apart < -1e-6f || mrt_zero_of(b->m, &b->in[0], 0) != mrt_zero_of(b->m, &b->out, 0))
        return MRT_REASON_SCALES;
    MRT_TRY(mrt_pool_2d_window(b, &p.window));
    mrt_pool_2d_i8_prepare(&p, mrt_scale_of(b->m, &b->out), mrt_zero_of(b->m, &b->out, 0), b->activation);
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

#if !defined(MRT_NO_F32)
MRT_API mrt_reason mrt_pool_2d_prepare_f32(mrt_build *b)
{
    mrt_pool_2d_f32_params p;

    MRT_TRY(mrt_pool_2d_window(b, &p.window));
    mrt_activation_range_f32(b->activation, &p.act_min, &p.act_max);
    mrt_store(b, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}
#endif
