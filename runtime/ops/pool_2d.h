/* MAX_POOL_2D, AVERAGE_POOL_2D: in [N, H, W, C] -> out [N, out_h, out_w, C], the greatest or mean value under each window.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_POOL_2D_H
#define MRT_OPS_POOL_2D_H

#include "../kernels/pool_2d.h"
#include "window.h"

MRT_FIELDS(mrt_pool_2d_i8_params, window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w,
           window.out_c, window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h,
           window.dilation_w, window.pad_top, window.pad_left, act_min, act_max);
MRT_FIELDS(mrt_pool_2d_u8_params, window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w,
           window.out_c, window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h,
           window.dilation_w, window.pad_top, window.pad_left, act_min, act_max);
MRT_FIELDS(mrt_pool_2d_i16_params, window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w,
           window.out_c, window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h,
           window.dilation_w, window.pad_top, window.pad_left, act_min, act_max);
MRT_FIELDS(mrt_pool_2d_f32_params, window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w,
           window.out_c, window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h,
           window.dilation_w, window.pad_top, window.pad_left, act_min, act_max);
MRT_KERNEL_WITH_FASTER(mrt_max_pool_2d_i8, mrt_pool_2d_i8_params, int8_t, int8_t);
MRT_KERNEL_WITH_FASTER(mrt_average_pool_2d_i8, mrt_pool_2d_i8_params, int8_t, int8_t);
MRT_KERNEL_1(mrt_max_pool_2d_u8, mrt_pool_2d_u8_params, "kernels/pool_2d.h", uint8_t, uint8_t);
MRT_KERNEL_1(mrt_average_pool_2d_u8, mrt_pool_2d_u8_params, "kernels/pool_2d.h", uint8_t, uint8_t);
MRT_KERNEL_1(mrt_max_pool_2d_i16, mrt_pool_2d_i16_params, "kernels/pool_2d.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_average_pool_2d_i16, mrt_pool_2d_i16_params, "kernels/pool_2d.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_max_pool_2d_f32, mrt_pool_2d_f32_params, "kernels/pool_2d.h", float, float);
MRT_KERNEL_1(mrt_average_pool_2d_f32, mrt_pool_2d_f32_params, "kernels/pool_2d.h", float, float);

/* Averages add up a window in 32 bits, and then half its size. */
enum { MRT_POOL_2D_WINDOW_MAX = 1 << 23, MRT_POOL_2D_I16_WINDOW_MAX = (1 << 16) - 2 };

static const mrt_attribute mrt_pool_2d_fields[] = {
    MRT_ATTRIBUTE(PADDING, mrt_pool_attributes, padding, 0, 0), MRT_ATTRIBUTE(I32, mrt_pool_attributes, stride_w, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_pool_attributes, stride_h, 2, 0),    MRT_ATTRIBUTE(I32, mrt_pool_attributes, filter_w, 3, 0),
    MRT_ATTRIBUTE(I32, mrt_pool_attributes, filter_h, 4, 0),    MRT_FUSED_ACTIVATION(5),
};

static MRT_COLD mrt_reason mrt_pool_2d_window(mrt_call *c, mrt_window *window)
{
    const mrt_pool_attributes *as = (const mrt_pool_attributes *)c->attributes;

    window->stride_w = as->stride_w;
    window->stride_h = as->stride_h;
    window->kernel_w = as->filter_w;
    window->kernel_h = as->filter_h;
    window->dilation_h = window->dilation_w = 1;
    return mrt_resolve_window(c, as->padding, c->in[0].rank == 4 ? c->in[0].dim[3] : 0, window);
}

/* Values of a window, as far as one image has them. */
static MRT_UNUSED int64_t mrt_pool_2d_inside(const mrt_window *window)
{
    return (int64_t)mrt_min_i32(window->kernel_h, window->in_h) * mrt_min_i32(window->kernel_w, window->in_w);
}

static MRT_COLD mrt_reason mrt_pool_2d_check_inside(mrt_call *c, const mrt_window *window, int32_t most)
{
    MRT_REQUIRE(c, mrt_pool_2d_inside(window) <= most, SIZE, "a window of %d x %d values is larger than %d",
                (int)window->kernel_h, (int)window->kernel_w, (int)most);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_pool_2d_shape(mrt_call *c)
{
    mrt_window window;

    MRT_TRY(mrt_pool_2d_window(c, &window));
    MRT_TRY(mrt_pool_2d_check_inside(c, &window, MRT_POOL_2D_WINDOW_MAX));
    MRT_TRY(mrt_set_window_shape(c, &window));
    c->work = (uint64_t)c->out[0].count * (uint64_t)mrt_pool_2d_inside(&window);
    return MRT_REASON_NONE;
}

/* int8, uint8 and int16. The kernels do not rescale. Source of the tolerance: TensorFlow Lite's pooling.cc. */
static MRT_COLD mrt_reason mrt_pool_2d_fill(mrt_call *c, mrt_pool_2d_i8_params *p)
{
    const mrt_tensor *in = &c->in[0], *out = &c->out[0];
    const float       apart = mrt_scale(in) - mrt_scale(out);
    int32_t           low = 0, high = 0;

    MRT_TRY(mrt_check_scales(c));
    MRT_REQUIRE(c, apart <= 1e-6f && apart >= -1e-6f && mrt_zero(in) == mrt_zero(out), SCALES,
                "output has scale %g and zero point %d, the input's %g and %d expected", (double)mrt_scale(out),
                (int)mrt_zero(out), (double)mrt_scale(in), (int)mrt_zero(in));
    MRT_TRY(mrt_pool_2d_window(c, &p->window));
    mrt_type_limits(out->type, &low, &high);
    mrt_activation_range(c->activation, mrt_scale(out), mrt_zero(out), low, high, &p->act_min, &p->act_max);
    MRT_SET_OVERLAP(c, mrt_window_overlap(&p->window, mrt_type_bits(out->type) / 8, 0));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_pool_2d_prepare_i8(mrt_call *c)
{
    mrt_pool_2d_i8_params p;

    MRT_TRY(mrt_pool_2d_fill(c, &p));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_pool_2d_prepare_u8(mrt_call *c)
{
    mrt_pool_2d_u8_params p;

    MRT_TRY(mrt_pool_2d_fill(c, &p));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_pool_2d_prepare_i16(mrt_call *c)
{
    mrt_pool_2d_i16_params p;

    MRT_TRY(mrt_pool_2d_fill(c, &p));
    MRT_TRY(mrt_pool_2d_check_inside(c, &p.window, MRT_POOL_2D_I16_WINDOW_MAX));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_pool_2d_prepare_f32(mrt_call *c)
{
    mrt_pool_2d_f32_params p;

    MRT_TRY(mrt_pool_2d_window(c, &p.window));
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    MRT_SET_OVERLAP(c, mrt_window_overlap(&p.window, 4, 0));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

#if !defined(MRT_SENTENCES)
#include "../interpreter/fast/pool_2d.h"
#endif

static const mrt_row mrt_max_pool_2d_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 3, MRT_WITH_FASTER(mrt_max_pool_2d_prepare_fast, mrt_pool_2d_prepare_i8, mrt_max_pool_2d_i8)},
    {MRT_I16, {MRT_I16}, 1, 3, 3, MRT_WITH(mrt_pool_2d_prepare_i16, mrt_max_pool_2d_i16)},
    {MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_pool_2d_prepare_f32, mrt_max_pool_2d_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_pool_2d_prepare_u8, mrt_max_pool_2d_u8)},
    MRT_ROWS_END};

static const mrt_row mrt_average_pool_2d_rows[] = {
    {MRT_I8,
     {MRT_I8},
     1,
     2,
     3,
     MRT_WITH_FASTER(mrt_average_pool_2d_prepare_fast, mrt_pool_2d_prepare_i8, mrt_average_pool_2d_i8)},
    {MRT_I16, {MRT_I16}, 1, 3, 3, MRT_WITH(mrt_pool_2d_prepare_i16, mrt_average_pool_2d_i16)},
    {MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_pool_2d_prepare_f32, mrt_average_pool_2d_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_pool_2d_prepare_u8, mrt_average_pool_2d_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_max_pool_2d = {
    17, 5, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_pool_2d_fields), mrt_pool_2d_shape, mrt_max_pool_2d_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_average_pool_2d = {
    1, 5, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_pool_2d_fields), mrt_pool_2d_shape, mrt_average_pool_2d_rows};

#endif
