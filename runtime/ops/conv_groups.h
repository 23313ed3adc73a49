/* How CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED prepare the kernels of kernels/conv_groups.h: grouped convolution,
 * uint8, int16 activations, int4 weights. An operator says what its window and groups are; all else is the same.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONV_GROUPS_H
#define MRT_OPS_CONV_GROUPS_H

#include "../kernels/conv_groups.h"
#include "convolution.h"

#define MRT_GROUPED_FIELDS                                                                                                  \
    window.batch, window.in_h, window.in_w, window.in_c, window.out_h, window.out_w, window.out_c, window.kernel_h,         \
        window.kernel_w, window.stride_h, window.stride_w, window.dilation_h, window.dilation_w, window.pad_top,            \
        window.pad_left, groups.depth, groups.outs, groups.w_out, groups.w_tap

MRT_FIELDS(mrt_conv_groups_i8_params, MRT_GROUPED_FIELDS, in_zero, out_zero, act_min, act_max, step, w, bias, mult, shift);
MRT_FIELDS(mrt_conv_groups_i4_params, MRT_GROUPED_FIELDS, in_zero, w_zero, out_zero, act_min, act_max, step, w, bias, mult,
           shift);
MRT_FIELDS(mrt_conv_groups_u8_params, MRT_GROUPED_FIELDS, in_zero, w_zero, out_zero, mult, shift, act_min, act_max, w, bias);
MRT_FIELDS(mrt_conv_groups_i16_params, MRT_GROUPED_FIELDS, act_min, act_max, step, w, bias, mult, shift);
MRT_FIELDS(mrt_conv_groups_i16_bias32_params, MRT_GROUPED_FIELDS, act_min, act_max, step, w, bias, mult, shift);
MRT_FIELDS(mrt_conv_groups_f32_params, MRT_GROUPED_FIELDS, act_min, act_max, w, bias);
MRT_KERNEL_1(mrt_conv_groups_i8, mrt_conv_groups_i8_params, "kernels/conv_groups.h", int8_t, int8_t);
MRT_KERNEL_1(mrt_conv_groups_i4, mrt_conv_groups_i4_params, "kernels/conv_groups.h", int8_t, int8_t);
MRT_KERNEL_1(mrt_conv_groups_u8, mrt_conv_groups_u8_params, "kernels/conv_groups.h", uint8_t, uint8_t);
MRT_KERNEL_1(mrt_conv_groups_i16, mrt_conv_groups_i16_params, "kernels/conv_groups.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_conv_groups_i16_bias32, mrt_conv_groups_i16_bias32_params, "kernels/conv_groups.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_conv_groups_f32, mrt_conv_groups_f32_params, "kernels/conv_groups.h", float, float);

/* What an operator is as a convolution in groups. */
typedef struct mrt_grouping {
    mrt_window window;
    mrt_groups groups;
} mrt_grouping;

/* ---- what all share ---- */

/* The output may run over the input: all channels of a position read its window. */
static MRT_COLD void mrt_groups_set_overlap(mrt_call *c, const mrt_window *window)
{
    (void)window;
    MRT_SET_OVERLAP(c, mrt_window_overlap(window, mrt_type_bits(c->in[0].type) / 8, window->out_c - 1));
}

static MRT_COLD const void *mrt_groups_bias(mrt_call *c)
{
    return mrt_has(c, 2) ? c->side->constant(c, &c->in[2], "bias", 0) : NULL;
}

/* In the output's integers. */
static MRT_COLD void mrt_groups_clamps(const mrt_call *c, int32_t *act_min, int32_t *act_max)
{
    const mrt_tensor *out = &c->out[0];
    int32_t           low = 0, high = 0;

    mrt_type_limits(out->type, &low, &high);
    mrt_activation_range(c->activation, mrt_scale(out), mrt_zero(out), low, high, act_min, act_max);
}

static MRT_COLD mrt_reason mrt_groups_check_scales(mrt_call *c, int32_t channel_axis)
{
    const mrt_tensor *w = &c->in[1];

    MRT_TRY(mrt_check_scale(c, &c->in[0]));
    MRT_TRY(mrt_check_scale(c, &c->out[0]));
    MRT_REQUIRE(c, w->scale_count > 0, QUANTIZATION, "%s weights without scales", mrt_type_name(w->type));
    MRT_REQUIRE(c, w->scale_count == 1 || w->axis == channel_axis, QUANTIZATION,
                "weights have scales along dimension %d, %d expected", (int)w->axis, (int)channel_axis);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_groups_check_zeros(mrt_call *c)
{
    const mrt_tensor *w = &c->in[1];
    uint32_t          o;

    for (o = 0; o < w->zero_count && o < w->scale_count; o++)
        MRT_REQUIRE(c, mrt_zero_at(w, o) == 0, SCALES, "weights have zero point %d, 0 expected", (int)mrt_zero_at(w, o));
    return MRT_REASON_NONE;
}

/* ---- int8 ---- */

static MRT_COLD mrt_reason mrt_groups_prepare_i8(mrt_call *c, const mrt_grouping *grouping, int32_t channel_axis)
{
    const mrt_tensor         *w = &c->in[1];
    mrt_conv_groups_i8_params p;
    int32_t                  *mult;
    int8_t                   *shift;

    MRT_TRY(mrt_groups_check_scales(c, channel_axis));
    MRT_TRY(mrt_groups_check_zeros(c));
    p.window = grouping->window;
    p.groups = grouping->groups;
    p.in_zero = mrt_zero(&c->in[0]);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_groups_clamps(c, &p.act_min, &p.act_max);
    p.step = w->scale_count > 1;
    p.w = (const int8_t *)c->side->constant(c, w, "weights", 0);
    p.bias = (const int32_t *)mrt_groups_bias(c);
    p.mult = mult = (int32_t *)c->side->take(c, "mult", MRT_I32, w->scale_count);
    p.shift = shift = (int8_t *)c->side->take(c, "shift", MRT_I8, w->scale_count);
    mrt_fill_multipliers(c, mult, shift);
    mrt_groups_set_overlap(c, &p.window);
    MRT_RUN_INSTEAD(c, mrt_conv_groups_i8);
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

/* The weights' bytes. */
static MRT_COLD const uint8_t *mrt_groups_nibbles(mrt_call *c)
{
    mrt_tensor packed = c->in[1];

    packed.type = MRT_U8;
    packed.count = packed.bytes;
    return (const uint8_t *)c->side->constant(c, &packed, "weights", 0);
}

static MRT_COLD mrt_reason mrt_groups_prepare_i4(mrt_call *c, const mrt_grouping *grouping, int32_t channel_axis)
{
    const mrt_tensor         *w = &c->in[1];
    mrt_conv_groups_i4_params p;
    int32_t                  *mult;
    int8_t                   *shift;

    MRT_TRY(mrt_groups_check_scales(c, channel_axis));
    p.window = grouping->window;
    p.groups = grouping->groups;
    p.in_zero = mrt_zero(&c->in[0]);
    p.w_zero = mrt_zero(w);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_groups_clamps(c, &p.act_min, &p.act_max);
    p.step = w->scale_count > 1;
    p.w = mrt_groups_nibbles(c);
    p.bias = (const int32_t *)mrt_groups_bias(c);
    p.mult = mult = (int32_t *)c->side->take(c, "mult", MRT_I32, w->scale_count);
    p.shift = shift = (int8_t *)c->side->take(c, "shift", MRT_I8, w->scale_count);
    mrt_fill_multipliers(c, mult, shift);
    mrt_groups_set_overlap(c, &p.window);
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

/* ---- uint8 ---- */

/* Input, weights and output have one scale and zero point each. */
static MRT_COLD mrt_reason mrt_groups_check_scales_u8(mrt_call *c)
{
    MRT_TRY(mrt_check_scale(c, &c->in[0]));
    MRT_TRY(mrt_check_scale(c, &c->in[1]));
    return mrt_check_scale(c, &c->out[0]);
}

/* The product of scales is taken in float.
 * Source: TensorFlow Lite's GetQuantizedConvolutionMultipler (kernels/kernel_util.cc). */
static MRT_COLD mrt_reason mrt_groups_fill_u8(mrt_call *c, const mrt_grouping *grouping, mrt_conv_groups_u8_params *p)
{
    const mrt_tensor *in = &c->in[0], *w = &c->in[1], *out = &c->out[0];

    MRT_TRY(mrt_groups_check_scales_u8(c));
    p->window = grouping->window;
    p->groups = grouping->groups;
    p->in_zero = mrt_zero(in);
    p->w_zero = mrt_zero(w);
    p->out_zero = mrt_zero(out);
    mrt_quantize_multiplier((double)(mrt_scale(in) * mrt_scale(w)) / (double)mrt_scale(out), &p->mult, &p->shift);
    mrt_groups_clamps(c, &p->act_min, &p->act_max);
    p->w = (const uint8_t *)c->side->constant(c, w, "weights", 0);
    p->bias = (const int32_t *)mrt_groups_bias(c);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_groups_prepare_u8(mrt_call *c, const mrt_grouping *grouping)
{
    mrt_conv_groups_u8_params p;

    MRT_TRY(mrt_groups_fill_u8(c, grouping, &p));
    mrt_groups_set_overlap(c, &p.window);
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

/* ---- int16 ---- */

static MRT_COLD mrt_reason mrt_groups_check_i16(mrt_call *c, int32_t channel_axis)
{
    MRT_TRY(mrt_groups_check_scales(c, channel_axis));
    MRT_TRY(mrt_groups_check_zeros(c));
    MRT_REQUIRE(c, mrt_zero(&c->in[0]) == 0 && mrt_zero(&c->out[0]) == 0, SCALES,
                "int16 input and output must have zero point 0");
    return MRT_REASON_NONE;
}

/* mult and shift, where there is memory for them. */
static MRT_COLD mrt_reason mrt_groups_fill_upper(mrt_call *c, int16_t *mult, int8_t *shift)
{
    const mrt_ratio ratio = mrt_ratio_of(mrt_scale(&c->in[0]), mrt_scale(&c->out[0]));
    uint32_t        o;

    for (o = 0; o < c->in[1].scale_count; o++) {
        const mrt_multiplier m = mrt_ratio_multiplier(&ratio, mrt_float_bits(mrt_scale_at(&c->in[1], o)));
        MRT_REQUIRE(c, m.shift <= MRT_RESCALE_I64_SHIFT_MAX, SCALES,
                    "the output's scale is too fine for the input's and the weights'");
        if (mult && shift) {
            mult[o] = mrt_upper_multiplier(m.mult);
            shift[o] = (int8_t)m.shift;
        }
    }
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_groups_prepare_i16(mrt_call *c, const mrt_grouping *grouping, int32_t channel_axis)
{
    const mrt_tensor          *w = &c->in[1];
    mrt_conv_groups_i16_params p;
    int16_t                   *mult;
    int8_t                    *shift;

    MRT_TRY(mrt_groups_check_i16(c, channel_axis));
    p.window = grouping->window;
    p.groups = grouping->groups;
    mrt_groups_clamps(c, &p.act_min, &p.act_max);
    p.step = w->scale_count > 1;
    p.w = (const int8_t *)c->side->constant(c, w, "weights", 0);
    p.bias = (const int64_t *)mrt_groups_bias(c);
    p.mult = mult = (int16_t *)c->side->take(c, "mult", MRT_I16, w->scale_count);
    p.shift = shift = (int8_t *)c->side->take(c, "shift", MRT_I8, w->scale_count);
    MRT_TRY(mrt_groups_fill_upper(c, mult, shift));
    mrt_groups_set_overlap(c, &p.window);
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_groups_prepare_i16_bias32(mrt_call *c, const mrt_grouping *grouping, int32_t channel_axis)
{
    const mrt_tensor                 *w = &c->in[1];
    mrt_conv_groups_i16_bias32_params p;
    int32_t                          *mult;
    int8_t                           *shift;

    MRT_TRY(mrt_groups_check_i16(c, channel_axis));
    p.window = grouping->window;
    p.groups = grouping->groups;
    mrt_groups_clamps(c, &p.act_min, &p.act_max);
    p.step = w->scale_count > 1;
    p.w = (const int8_t *)c->side->constant(c, w, "weights", 0);
    p.bias = (const int32_t *)mrt_groups_bias(c);
    p.mult = mult = (int32_t *)c->side->take(c, "mult", MRT_I32, w->scale_count);
    p.shift = shift = (int8_t *)c->side->take(c, "shift", MRT_I8, w->scale_count);
    mrt_fill_multipliers(c, mult, shift);
    mrt_groups_set_overlap(c, &p.window);
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

/* ---- float32 ---- */

static MRT_COLD mrt_reason mrt_groups_prepare_f32(mrt_call *c, const mrt_grouping *grouping)
{
    mrt_conv_groups_f32_params p;

    p.window = grouping->window;
    p.groups = grouping->groups;
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    p.w = (const float *)c->side->constant(c, &c->in[1], "weights", 0);
    p.bias = (const float *)mrt_groups_bias(c);
    mrt_groups_set_overlap(c, &p.window);
    MRT_RUN_INSTEAD(c, mrt_conv_groups_f32);
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

#endif
