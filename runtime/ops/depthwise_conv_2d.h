/* DEPTHWISE_CONV_2D: in [N, H, W, I], weights [1, kernel_h, kernel_w, O], bias [O] or absent -> out [N, out_h, out_w, O].
 * O = I * depth_multiplier; output channel o reads input channel o / depth_multiplier.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_DEPTHWISE_CONV_2D_H
#define MRT_OPS_DEPTHWISE_CONV_2D_H

#include "../kernels/depthwise_conv_2d.h"
#include "conv_hybrid.h"
#include "conv_i16x16.h"

MRT_KERNEL_WITH_FASTER(mrt_depthwise_conv_2d_i8, mrt_conv_i8_params, int8_t, int8_t);
MRT_KERNEL_1(mrt_depthwise_conv_2d_u8, mrt_conv_groups_u8_params, "kernels/depthwise_conv_2d.h", uint8_t, uint8_t);
MRT_KERNEL_1(mrt_depthwise_conv_2d_f32, mrt_conv_f32_params, "kernels/depthwise_conv_2d.h", float, float);

MRT_LIST(mrt_depthwise_conv_2d_i4);
MRT_LIST(mrt_depthwise_conv_2d_i16);

enum { MRT_DEPTHWISE_CHANNEL_AXIS = 3 };

static const mrt_attribute mrt_depthwise_conv_2d_fields[] = {
    MRT_ATTRIBUTE(PADDING, mrt_conv_attributes, padding, 0, 0),
    MRT_ATTRIBUTE(I32, mrt_conv_attributes, stride_w, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_conv_attributes, stride_h, 2, 0),
    MRT_ATTRIBUTE(I32, mrt_conv_attributes, depth_multiplier, 3, 0),
    MRT_FUSED_ACTIVATION(4),
    MRT_ATTRIBUTE(I32, mrt_conv_attributes, dilation_w, 5, 1),
    MRT_ATTRIBUTE(I32, mrt_conv_attributes, dilation_h, 6, 1),
};

/* The shapes decide the multiplier; files may leave it 0, but not contradict. */
static MRT_COLD mrt_reason mrt_depthwise_conv_2d_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *w = &c->in[1];
    const int32_t     multiplier = ((const mrt_conv_attributes *)c->attributes)->depth_multiplier;

    MRT_REQUIRE(c, in->rank == 4 && w->rank == 4 && w->dim[0] == 1, SHAPE,
                "input %s and weights %s: [N,H,W,I] and [1,h,w,O] expected", MRT_SHAPE(in), MRT_SHAPE(w));
    MRT_REQUIRE(c, in->dim[3] >= 1 && w->dim[3] >= 1 && w->dim[3] % in->dim[3] == 0, SHAPE,
                "input has %d channels, weights %d, which is no multiple", (int)in->dim[3], (int)w->dim[3]);
    MRT_REQUIRE(c, multiplier == 0 || multiplier == w->dim[3] / in->dim[3], SHAPE,
                "depth multiplier %d, but input has %d channels, weights %d", (int)multiplier, (int)in->dim[3],
                (int)w->dim[3]);
    return mrt_convolution_shape(c, w->dim[3], 1);
}

/* With a multiplier m, m outputs are written where one input channel is read: the last input channel is still to be read
 * after out_c - 1 values were written, which is out_c - in_c more than with one output a channel. */
static MRT_COLD mrt_reason mrt_depthwise_conv_2d_prepare_i8(mrt_call *c)
{
    mrt_conv_i8_params p;

    MRT_TRY(mrt_convolution_prepare_i8(c, MRT_DEPTHWISE_CHANNEL_AXIS, &p));
    MRT_SET_OVERLAP(c, mrt_window_overlap(&p.window, 1, p.window.out_c - p.window.in_c));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_depthwise_conv_2d_prepare_f32(mrt_call *c)
{
    mrt_conv_f32_params p;

    MRT_TRY(mrt_convolution_prepare_f32(c, c->in[1].dim[3], &p));
    MRT_SET_OVERLAP(c, mrt_window_overlap(&p.window, 4, p.window.out_c - p.window.in_c));
    return MRT_REASON_NONE;
}

/* Each input channel is a group of its own. */
static MRT_COLD mrt_reason mrt_depthwise_find_groups(mrt_call *c, mrt_grouping *out)
{
    const int32_t out_c = c->in[1].dim[3];

    MRT_TRY(mrt_convolution_window(c, out_c, &out->window));
    out->groups.depth = 1;
    out->groups.outs = out_c / out->window.in_c;
    out->groups.w_tap = out_c;
    out->groups.w_out = 1;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_depthwise_conv_2d_prepare_i4(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_groups_check_zeros(c));
    MRT_TRY(mrt_depthwise_find_groups(c, &grouping));
    return mrt_groups_prepare_i4(c, &grouping, MRT_DEPTHWISE_CHANNEL_AXIS);
}

static MRT_COLD mrt_reason mrt_depthwise_conv_2d_prepare_u8(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_depthwise_find_groups(c, &grouping));
    return mrt_groups_prepare_u8(c, &grouping);
}

static MRT_COLD mrt_reason mrt_depthwise_conv_2d_prepare_i16(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_depthwise_find_groups(c, &grouping));
    return mrt_groups_prepare_i16(c, &grouping, MRT_DEPTHWISE_CHANNEL_AXIS);
}

static MRT_COLD mrt_reason mrt_depthwise_conv_2d_prepare_i16x16(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_depthwise_find_groups(c, &grouping));
    return mrt_i16x16_prepare(c, &grouping, MRT_DEPTHWISE_CHANNEL_AXIS);
}

/* LiteRT reads a scale for each channel even where the weights have one: that one is taken for all. */
static MRT_COLD mrt_reason mrt_depthwise_conv_2d_prepare_hybrid(mrt_call *c)
{
    mrt_hybrid_rule rule;
    mrt_grouping    grouping;

    rule.channel_axis = MRT_DEPTHWISE_CHANNEL_AXIS;
    rule.is_asymmetric = 1;
    rule.by_channel_first = 0;
    MRT_TRY(mrt_depthwise_find_groups(c, &grouping));
    return mrt_hybrid_prepare(c, &grouping, &rule);
}

#if !defined(MRT_SENTENCES)
#include "../interpreter/fast/depthwise_conv_2d.h"
#endif

static const mrt_row mrt_depthwise_conv_2d_rows[] = {
    {MRT_I8,
     {MRT_I8, MRT_I8, MRT_I32},
     3,
     3,
     7,
     MRT_WITH_FASTER(mrt_depthwise_prepare_fast, mrt_depthwise_conv_2d_prepare_i8, mrt_depthwise_conv_2d_i8)},
    {MRT_F32,
     {MRT_F32, MRT_F32, MRT_F32},
     3,
     1,
     7,
     MRT_FLOATS(mrt_depthwise_conv_2d_prepare_f32, mrt_depthwise_conv_2d_f32)},
    {MRT_I16,
     {MRT_I16, MRT_I8, MRT_I64},
     3,
     5,
     7,
     MRT_WITH_LIST(mrt_depthwise_conv_2d_prepare_i16, mrt_conv_groups_i16, mrt_depthwise_conv_2d_i16)},
    {MRT_I8,
     {MRT_I8, MRT_I4, MRT_I32},
     3,
     7,
     7,
     MRT_WITH_LIST(mrt_depthwise_conv_2d_prepare_i4, mrt_conv_groups_i4, mrt_depthwise_conv_2d_i4)},
    {MRT_U8, {MRT_U8, MRT_U8, MRT_I32}, 3, 1, 7, MRT_WITH(mrt_depthwise_conv_2d_prepare_u8, mrt_depthwise_conv_2d_u8)},
    MRT_LINE_OF(mrt_conv_i16x16, {MRT_I16,
                                  {MRT_I16, MRT_I16, MRT_I64},
                                  3,
                                  MRT_OWN_VERSION,
                                  MRT_OWN_VERSION,
                                  MRT_WITH(mrt_depthwise_conv_2d_prepare_i16x16, mrt_conv_i16x16)})
        MRT_LINE_OF(mrt_conv_hybrid, {MRT_F32,
                                      {MRT_F32, MRT_I8, MRT_F32},
                                      3,
                                      4,
                                      7,
                                      MRT_FLOATS(mrt_depthwise_conv_2d_prepare_hybrid, mrt_conv_hybrid)}) MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_depthwise_conv_2d = {
    4, 2, 2, 3, 1, 1, MRT_ATTRIBUTES(mrt_depthwise_conv_2d_fields), mrt_depthwise_conv_2d_shape, mrt_depthwise_conv_2d_rows};

#endif
