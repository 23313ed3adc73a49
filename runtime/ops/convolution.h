/* What CONV_2D and DEPTHWISE_CONV_2D share: weights and bias are constants; they differ in the weights' layout.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONVOLUTION_H
#define MRT_OPS_CONVOLUTION_H

#include "../kernels/conv_params.h"
#include "../kernels/ratio.h"
#include "window.h"

MRT_FIELDS(mrt_conv_i8_params, window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w, window.out_c,
           window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h, window.dilation_w,
           window.pad_top, window.pad_left, in_zero, out_zero, act_min, act_max, step, w, bias, mult, shift);
MRT_FIELDS(mrt_conv_f32_params, window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w,
           window.out_c, window.kernel_h, window.kernel_w, window.stride_h, window.stride_w, window.dilation_h,
           window.dilation_w, window.pad_top, window.pad_left, act_min, act_max, w, bias);

static MRT_COLD mrt_reason mrt_convolution_window(mrt_call *c, int32_t out_c, mrt_window *window)
{
    const mrt_conv_attributes *as = (const mrt_conv_attributes *)c->attributes;

    window->kernel_h = c->in[1].dim[1];
    window->kernel_w = c->in[1].dim[2];
    window->stride_w = as->stride_w;
    window->stride_h = as->stride_h;
    window->dilation_w = as->dilation_w;
    window->dilation_h = as->dilation_h;
    return mrt_resolve_window(c, as->padding, out_c, window);
}

/* Weights [operand 1] and bias [operand 2, may be absent] are constants; the bias has out_c values. */
static MRT_COLD mrt_reason mrt_check_weights(mrt_call *c, int32_t out_c)
{
    MRT_REQUIRE(c, mrt_is_const(c, 1) && (!mrt_has(c, 2) || mrt_is_const(c, 2)), CONSTANT,
                "weights and bias must be constants");
    MRT_REQUIRE(c, !mrt_has(c, 2) || c->in[2].count == (uint32_t)out_c, SHAPE, "bias has shape %s, [%d] expected",
                MRT_SHAPE(&c->in[2]), (int)out_c);
    return MRT_REASON_NONE;
}

/* Shape and work, by the weights' channels. */
static MRT_COLD mrt_reason mrt_convolution_shape(mrt_call *c, int32_t out_c, int32_t macs_per_tap)
{
    mrt_window window;

    MRT_TRY(mrt_check_weights(c, out_c));
    MRT_REQUIRE(c, c->in[1].count > 0, SHAPE, "weights %s are empty", MRT_SHAPE(&c->in[1]));
    MRT_TRY(mrt_convolution_window(c, out_c, &window));
    MRT_TRY(mrt_set_window_shape(c, &window));
    /* no overflow: a factor below 2^31, and the taps of the weights, which are in the file */
    c->work = (uint64_t)c->out[0].count * ((uint64_t)window.kernel_h * (uint64_t)window.kernel_w * (uint64_t)macs_per_tap);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_convolution_check_scales(mrt_call *c, int32_t channel_axis)
{
    const mrt_tensor *w = &c->in[1];
    uint32_t          o;

    MRT_TRY(mrt_check_scale(c, &c->in[0]));
    MRT_TRY(mrt_check_scale(c, &c->out[0]));
    MRT_REQUIRE(c, w->scale_count > 0, QUANTIZATION, "int8 weights without scales");
    MRT_REQUIRE(c, w->scale_count == 1 || w->axis == channel_axis, QUANTIZATION,
                "weights have scales along dimension %d, %d expected", (int)w->axis, (int)channel_axis);
    for (o = 0; o < w->zero_count && o < w->scale_count; o++)
        MRT_REQUIRE(c, mrt_zero_at(w, o) == 0, SCALES, "weights have zero point %d, 0 expected", (int)mrt_zero_at(w, o));
    return MRT_REASON_NONE;
}

/* A multiplier for each of the weights' scales, which need not be as many as channels: mult and shift, where there is memory
 * for them. The product of scales is taken in double, with one weight scale too.
 * Source: TensorFlow Lite's PopulateConvolutionQuantizationParams. */
static MRT_COLD void mrt_fill_multipliers(mrt_call *c, int32_t *mult, int8_t *shift)
{
    const mrt_tensor *w = &c->in[1];
    const mrt_ratio   ratio = mrt_ratio_of(mrt_scale(&c->in[0]), mrt_scale(&c->out[0]));
    uint32_t          o;

    for (o = 0; mult && shift && o < w->scale_count; o++) {
        const mrt_multiplier m = mrt_ratio_multiplier(&ratio, mrt_float_bits(mrt_scale_at(w, o)));
        mult[o] = m.mult;
        shift[o] = (int8_t)m.shift;
    }
}

/* The reference kernel's parameters but weights and multipliers, scales lying along channel_axis. */
static MRT_COLD mrt_reason mrt_convolution_fill_common(mrt_call *c, int32_t channel_axis, mrt_conv_i8_params *p)
{
    MRT_TRY(mrt_convolution_check_scales(c, channel_axis));
    MRT_TRY(mrt_convolution_window(c, c->in[1].dim[channel_axis], &p->window));
    p->in_zero = mrt_zero(&c->in[0]);
    p->out_zero = mrt_zero(&c->out[0]);
    p->bias = mrt_has(c, 2) ? (const int32_t *)c->side->constant(c, &c->in[2], "bias", 0) : NULL;
    p->step = c->in[1].scale_count > 1;
    mrt_activation_range(c->activation, mrt_scale(&c->out[0]), p->out_zero, -128, 127, &p->act_min, &p->act_max);
    return MRT_REASON_NONE;
}

/* All but the weights. */
static MRT_COLD mrt_reason mrt_convolution_fill_i8(mrt_call *c, int32_t channel_axis, mrt_conv_i8_params *p)
{
    int32_t *mult;
    int8_t  *shift;

    MRT_TRY(mrt_convolution_fill_common(c, channel_axis, p));
    mult = (int32_t *)c->side->take(c, "mult", MRT_I32, c->in[1].scale_count);
    shift = (int8_t *)c->side->take(c, "shift", MRT_I8, c->in[1].scale_count);
    mrt_fill_multipliers(c, mult, shift);
    p->mult = mult;
    p->shift = shift;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_convolution_prepare_i8(mrt_call *c, int32_t channel_axis, mrt_conv_i8_params *p)
{
    p->w = (const int8_t *)c->side->constant(c, &c->in[1], "weights", 0);
    MRT_TRY(mrt_convolution_fill_i8(c, channel_axis, p));
    c->side->store(c, p, sizeof *p, 4);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_convolution_prepare_f32(mrt_call *c, int32_t out_c, mrt_conv_f32_params *p)
{
    MRT_TRY(mrt_convolution_window(c, out_c, &p->window));
    mrt_activation_range_f32(c->activation, &p->act_min, &p->act_max);
    p->bias = mrt_has(c, 2) ? (const float *)c->side->constant(c, &c->in[2], "bias", 0) : NULL;
    p->w = (const float *)c->side->constant(c, &c->in[1], "weights", 0);
    c->side->store(c, p, sizeof *p, 2);
    return MRT_REASON_NONE;
}

#endif
