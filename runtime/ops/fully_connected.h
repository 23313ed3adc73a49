/* FULLY_CONNECTED: in [..., I], weights [O, I], bias [O] or absent -> out [N, O] (or [..., O] with keep_num_dims).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_FULLY_CONNECTED_H
#define MRT_OPS_FULLY_CONNECTED_H

#include "../kernels/fully_connected.h"
#include "conv_hybrid.h"
#include "conv_i16x16.h"

MRT_FIELDS(mrt_fully_connected_i8_params, rows, in_count, out_count, in_zero, w_zero, out_zero, act_min, act_max, step, w,
           bias, mult, shift);
MRT_FIELDS(mrt_fully_connected_f32_params, rows, in_count, out_count, act_min, act_max, w, bias);
MRT_FIELDS(mrt_fully_connected_u8_params, rows, in_count, out_count, in_zero, w_zero, out_zero, mult, shift, act_min,
           act_max, w, bias);
MRT_KERNEL_1(mrt_fully_connected_u8, mrt_fully_connected_u8_params, "kernels/fully_connected.h", uint8_t, uint8_t);
MRT_KERNEL_WITH_FASTER(mrt_fully_connected_i8, mrt_fully_connected_i8_params, int8_t, int8_t);
MRT_KERNEL_1(mrt_fully_connected_f32, mrt_fully_connected_f32_params, "kernels/fully_connected.h", float, float);

MRT_LIST(mrt_fully_connected_i4);
MRT_LIST(mrt_fully_connected_i16);

static const mrt_attribute mrt_fully_connected_fields[] = {
    MRT_FUSED_ACTIVATION(0), MRT_ATTRIBUTE(BYTE, mrt_fully_connected_attributes, weights_format, 1, 0),
    MRT_ATTRIBUTE(BOOL, mrt_fully_connected_attributes, keep_num_dims, 2, 0),
    MRT_LINE_OF(mrt_conv_hybrid, MRT_ATTRIBUTE(BOOL, mrt_fully_connected_attributes, asymmetric_quantize_inputs, 3, 0))};

static MRT_COLD mrt_reason mrt_fully_connected_shape(mrt_call *c)
{
    const mrt_fully_connected_attributes *as = (const mrt_fully_connected_attributes *)c->attributes;
    const mrt_tensor                     *in = &c->in[0], *w = &c->in[1];
    int32_t                               dim[MRT_RANK_MAX], i;

    MRT_REQUIRE(c, as->weights_format == 0, OPTIONS, "shuffled weights are not supported");
    MRT_REQUIRE(c, w->rank == 2, SHAPE, "weights have %d dimensions, 2 expected", (int)w->rank);
    MRT_TRY(mrt_check_weights(c, w->dim[0]));
    MRT_REQUIRE(c,
                in->rank >= 1 && w->dim[1] >= 1 && w->dim[0] >= 1 && in->count > 0 && in->count % (uint32_t)w->dim[1] == 0,
                SHAPE, "input %s does not go with weights %s", MRT_SHAPE(in), MRT_SHAPE(w));
    c->work = (uint64_t)in->count * (uint32_t)w->dim[0];
    if (!as->keep_num_dims) {
        dim[0] = (int32_t)in->count / w->dim[1];
        dim[1] = w->dim[0];
        return mrt_set_shape(c, 0, in->type, 2, dim);
    }
    MRT_REQUIRE(c, in->dim[in->rank - 1] == w->dim[1], SHAPE, "input %s does not end in %d", MRT_SHAPE(in), (int)w->dim[1]);
    for (i = 0; i < in->rank; i++)
        dim[i] = in->dim[i];
    dim[in->rank - 1] = w->dim[0];
    return mrt_set_shape(c, 0, in->type, in->rank, dim);
}

/* As mrt_convolution_fill_common. */
static MRT_COLD mrt_reason mrt_fully_connected_fill_common(mrt_call *c, mrt_fully_connected_i8_params *p)
{
    const mrt_tensor *w = &c->in[1];

    MRT_REQUIRE(c, c->in[0].scale_count == 1 && c->out[0].scale_count == 1 && w->scale_count > 0, QUANTIZATION,
                "int8 operands without scales");
    MRT_REQUIRE(c, w->scale_count == 1 || w->axis == 0, QUANTIZATION, "weights have scales along dimension %d, 0 expected",
                (int)w->axis);
    p->rows = (int32_t)c->in[0].count / w->dim[1];
    p->in_count = w->dim[1];
    p->out_count = w->dim[0];
    p->in_zero = mrt_zero(&c->in[0]);
    p->w_zero = mrt_zero(w);
    p->out_zero = mrt_zero(&c->out[0]);
    p->bias = mrt_has(c, 2) ? (const int32_t *)c->side->constant(c, &c->in[2], "bias", 0) : NULL;
    p->step = w->scale_count > 1;
    mrt_activation_range(c->activation, mrt_scale(&c->out[0]), p->out_zero, -128, 127, &p->act_min, &p->act_max);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_fully_connected_prepare_i8(mrt_call *c)
{
    mrt_fully_connected_i8_params p;
    int32_t                      *mult;
    int8_t                       *shift;

    p.w = (const int8_t *)c->side->constant(c, &c->in[1], "weights", 0);
    MRT_TRY(mrt_fully_connected_fill_common(c, &p));
    mult = (int32_t *)c->side->take(c, "mult", MRT_I32, c->in[1].scale_count);
    shift = (int8_t *)c->side->take(c, "shift", MRT_I8, c->in[1].scale_count);
    mrt_fill_multipliers(c, mult, shift);
    p.mult = mult;
    p.shift = shift;
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_fully_connected_prepare_f32(mrt_call *c)
{
    const mrt_tensor              *w = &c->in[1];
    mrt_fully_connected_f32_params p;

    p.rows = (int32_t)c->in[0].count / w->dim[1];
    p.in_count = w->dim[1];
    p.out_count = w->dim[0];
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    p.bias = mrt_has(c, 2) ? (const float *)c->side->constant(c, &c->in[2], "bias", 0) : NULL;
    p.w = (const float *)c->side->constant(c, w, "weights", 0);
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

/* A row of the input is a position of an image of one row, which a 1x1 window looks at. */
static MRT_COLD void mrt_fully_connected_find_groups(const mrt_call *c, mrt_grouping *out)
{
    const mrt_tensor *w = &c->in[1];
    mrt_window       *window = &out->window;

    window->batch = window->in_h = window->out_h = 1;
    window->in_w = window->out_w = (int32_t)c->in[0].count / w->dim[1];
    window->in_c = w->dim[1];
    window->out_c = w->dim[0];
    window->kernel_h = window->kernel_w = window->stride_h = window->stride_w = 1;
    window->dilation_h = window->dilation_w = 1;
    window->pad_top = window->pad_left = 0;
    out->groups.depth = out->groups.w_tap = out->groups.w_out = w->dim[1];
    out->groups.outs = w->dim[0];
}

static MRT_COLD mrt_reason mrt_fully_connected_prepare_i4(mrt_call *c)
{
    mrt_grouping grouping;

    mrt_fully_connected_find_groups(c, &grouping);
    return mrt_groups_prepare_i4(c, &grouping, 0);
}

/* The product of scales is taken in double. */
static MRT_COLD mrt_reason mrt_fully_connected_prepare_u8(mrt_call *c)
{
    const mrt_tensor             *in = &c->in[0], *w = &c->in[1], *out = &c->out[0];
    mrt_fully_connected_u8_params p;

    MRT_TRY(mrt_groups_check_scales_u8(c));
    p.rows = (int32_t)in->count / w->dim[1];
    p.in_count = w->dim[1];
    p.out_count = w->dim[0];
    p.in_zero = mrt_zero(in);
    p.w_zero = mrt_zero(w);
    p.out_zero = mrt_zero(out);
    mrt_quantize_multiplier((double)mrt_scale(in) * (double)mrt_scale(w) / (double)mrt_scale(out), &p.mult, &p.shift);
    mrt_groups_clamps(c, &p.act_min, &p.act_max);
    p.w = (const uint8_t *)c->side->constant(c, w, "weights", 0);
    p.bias = (const int32_t *)mrt_groups_bias(c);
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_fully_connected_prepare_i16(mrt_call *c)
{
    mrt_grouping grouping;

    mrt_fully_connected_find_groups(c, &grouping);
    return mrt_groups_prepare_i16(c, &grouping, 0);
}

static MRT_COLD mrt_reason mrt_fully_connected_prepare_i16x16(mrt_call *c)
{
    mrt_grouping grouping;

    mrt_fully_connected_find_groups(c, &grouping);
    return mrt_i16x16_prepare(c, &grouping, 0);
}

/* Each row is quantized by itself. */
static MRT_COLD mrt_reason mrt_fully_connected_prepare_hybrid(mrt_call *c)
{
    mrt_hybrid_rule rule;
    mrt_grouping    grouping;

    rule.channel_axis = 0;
    rule.is_asymmetric = ((const mrt_fully_connected_attributes *)c->attributes)->asymmetric_quantize_inputs;
    rule.by_channel_first = 0;
    mrt_fully_connected_find_groups(c, &grouping);
    grouping.window.batch = grouping.window.in_w;
    grouping.window.in_w = grouping.window.out_w = 1;
    return mrt_hybrid_prepare(c, &grouping, &rule);
}

#if !defined(MRT_SENTENCES)
#include "../interpreter/fast/fully_connected.h"
#endif

static const mrt_row mrt_fully_connected_rows[] = {
    {MRT_I8,
     {MRT_I8, MRT_I8, MRT_I32},
     3,
     4,
     12,
     MRT_WITH_FASTER(mrt_fully_connected_prepare_fast, mrt_fully_connected_prepare_i8, mrt_fully_connected_i8)},
    {MRT_F32, {MRT_F32, MRT_F32, MRT_F32}, 3, 1, 12, MRT_FLOATS(mrt_fully_connected_prepare_f32, mrt_fully_connected_f32)},
    {MRT_I16,
     {MRT_I16, MRT_I8, MRT_I64},
     3,
     7,
     12,
     MRT_WITH_LIST(mrt_fully_connected_prepare_i16, mrt_conv_groups_i16, mrt_fully_connected_i16)},
    {MRT_I8,
     {MRT_I8, MRT_I4, MRT_I32},
     3,
     10,
     12,
     MRT_WITH_LIST(mrt_fully_connected_prepare_i4, mrt_conv_groups_i4, mrt_fully_connected_i4)},
    {MRT_U8, {MRT_U8, MRT_U8, MRT_I32}, 3, 1, 12, MRT_WITH(mrt_fully_connected_prepare_u8, mrt_fully_connected_u8)},
    MRT_LINE_OF(mrt_conv_i16x16, {MRT_I16,
                                  {MRT_I16, MRT_I16, MRT_I64},
                                  3,
                                  MRT_OWN_VERSION,
                                  MRT_OWN_VERSION,
                                  MRT_WITH(mrt_fully_connected_prepare_i16x16, mrt_conv_i16x16)})
        MRT_LINE_OF(
            mrt_conv_hybrid,
            {MRT_F32, {MRT_F32, MRT_I8, MRT_F32}, 3, 3, 12, MRT_FLOATS(mrt_fully_connected_prepare_hybrid, mrt_conv_hybrid)})
            MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_fully_connected = {
    9, 8, 2, 3, 1, 1, MRT_ATTRIBUTES(mrt_fully_connected_fields), mrt_fully_connected_shape, mrt_fully_connected_rows};

#endif
