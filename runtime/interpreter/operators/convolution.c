/* SPDX-License-Identifier: Apache-2.0 */
#include "convolution.h"

MRT_API mrt_reason mrt_convolution_window(mrt_build *b, uint32_t activation_field, int32_t out_c, mrt_window *window)
{
    window->kernel_h = b->in[1].dim[1];
    window->kernel_w = b->in[1].dim[2];
    window->stride_w = (int32_t)mrt_option(b, 1, 4, 0);
    window->stride_h = (int32_t)mrt_option(b, 2, 4, 0);
    window->dilation_w = (int32_t)mrt_option(b, activation_field + 1, 4, 1);
    window->dilation_h = (int32_t)mrt_option(b, activation_field + 2, 4, 1);
    return mrt_resolve_window(b, mrt_option(b, 0, 1, MRT_PADDING_SAME), out_c, window);
}

MRT_API mrt_reason mrt_convolution_check(mrt_build *b, uint32_t activation_field, int32_t out_c, int32_t macs_per_tap)
{
    mrt_window window;

    MRT_TRY(mrt_fused_activation(b, activation_field));
    MRT_TRY(mrt_check_weights(b, out_c));
    if (b->in[1].count == 0)
        return MRT_REASON_SHAPE;
    MRT_TRY(mrt_convolution_window(b, activation_field, out_c, &window));
    /* no overflow: a factor below 2^31, and the taps of the weights, which are in the file */
    b->work = (uint64_t)b->out.count * ((uint64_t)window.kernel_h * (uint64_t)window.kernel_w * (uint64_t)macs_per_tap);
    return MRT_REASON_NONE;
}

static mrt_reason mrt_convolution_check_scales(const mrt_build *b, int32_t channel_axis)
{
    const mrt_tensor *w = &b->in[1];
    uint32_t          o;

    MRT_TRY(mrt_check_scale(&b->in[0]));
    MRT_TRY(mrt_check_scale(&b->out));
    if (w->scales.count == 0 || (w->scales.count > 1 && w->axis != channel_axis))
        return MRT_REASON_QUANTIZATION;
    for (o = 0; o < w->zeros.count && o < w->scales.count; o++)
        if (mrt_zero_of(b->m, w, o) != 0)
            return MRT_REASON_SCALES;
    return MRT_REASON_NONE;
}

/* Multipliers and clamps, by the kernel's own prepare. */
static void mrt_convolution_scales(mrt_build *b, int lasts, mrt_conv_i8_params *p)
{
    const mrt_vector  *w_scale = &b->in[1].scales;
    const size_t       count = w_scale->count;
    mrt_conv_i8_scales scales;
    int32_t           *mult = (int32_t *)(lasts ? mrt_take(b->memory, 4 * count, 0) : mrt_take_work(b->memory, 4 * count));
    int8_t            *shift = (int8_t *)(lasts ? mrt_take(b->memory, count, 0) : mrt_take_work(b->memory, count));

    scales.in_scale = mrt_scale_of(b->m, &b->in[0]);
    scales.out_scale = mrt_scale_of(b->m, &b->out);
    scales.w_scale = (const float *)mrt_constant_for_prepare(b, w_scale->at, 4 * w_scale->count, 4);
    scales.w_scale_count = (int32_t)w_scale->count;
    scales.activation = b->activation;
    if (mult)
        mrt_conv_i8_prepare(p, &scales, mult, shift);
}

MRT_API mrt_reason mrt_convolution_fill_i8(mrt_build *b, uint32_t activation_field, int32_t channel_axis, int lasts,
                                           mrt_conv_i8_params *p)
{
    const mrt_tensor *bias = mrt_operand(b, 2);

    MRT_TRY(mrt_convolution_check_scales(b, channel_axis));
    MRT_TRY(mrt_convolution_window(b, activation_field, b->in[1].dim[channel_axis], &p->window));
    p->in_zero = mrt_zero_of(b->m, &b->in[0], 0);
    p->out_zero = mrt_zero_of(b->m, &b->out, 0);
    p->bias = NULL;
    if (bias)
        p->bias = (const int32_t *)(lasts ? mrt_constant(b, bias->data, bias->bytes, 4)
                                          : mrt_constant_for_prepare(b, bias->data, bias->bytes, 4));
    mrt_convolution_scales(b, lasts, p);
    return MRT_REASON_NONE;
}

MRT_API mrt_reason mrt_convolution_prepare_i8(mrt_build *b, uint32_t activation_field, int32_t channel_axis)
{
    mrt_conv_i8_params p;

    MRT_TRY(mrt_convolution_fill_i8(b, activation_field, channel_axis, 1, &p));
    p.w = mrt_constant_bytes(b, 1, 0);
    mrt_store(b, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

MRT_API const int32_t *mrt_convolution_channels(mrt_build *b, const mrt_conv_i8_params *p,
                                                const mrt_convolution_layout *layout, mrt_output *output)
{
    mrt_fold fold;

    fold.count = p->window.out_c;
    fold.channel_step = layout->channel_step;
    fold.tap_step = layout->tap_step;
    fold.tap_count = layout->tap_count;
    fold.w = p->w;
    fold.bias = p->bias;
    fold.mult = p->mult;
    fold.shift = p->shift;
    fold.mult_step = p->step;
    fold.in_zero = p->in_zero;
    fold.folds_zero = layout->folds_zero;
    output->zero = p->out_zero;
    output->act_min = p->act_min;
    output->act_max = p->act_max;
    return mrt_channels_prepare(b, &fold, output);
}

#if !defined(MRT_NO_F32)
MRT_API mrt_reason mrt_convolution_prepare_f32(mrt_build *b, uint32_t activation_field, int32_t out_c)
{
    mrt_conv_f32_params p;

    MRT_TRY(mrt_convolution_window(b, activation_field, out_c, &p.window));
    mrt_activation_range_f32(b->activation, &p.act_min, &p.act_max);
    p.w = (const float *)mrt_constant_operand(b, 1, 4);
    p.bias = (const float *)mrt_constant_operand(b, 2, 4);
    mrt_store(b, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}
#endif
