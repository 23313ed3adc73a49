/* CONV_2D: in [N, H, W, I], weights [O, kernel_h, kernel_w, I], bias [O] or absent -> out [N, out_h, out_w, O]. Weights of
 * fewer channels, D, make it grouped: I / D groups, each of D input channels and as many of the output channels.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONV_2D_H
#define MRT_OPS_CONV_2D_H

#include "../kernels/conv_2d.h"
#include "conv_hybrid.h"
#include "conv_i16x16.h"

MRT_KERNEL_WITH_FASTER(mrt_conv_2d_i8, mrt_conv_i8_params, int8_t, int8_t);
MRT_KERNEL_WITH_FASTER(mrt_conv_2d_f32, mrt_conv_f32_params, float, float);

MRT_LIST(mrt_conv_2d_i4);
MRT_LIST(mrt_conv_2d_i16);

enum { MRT_CONV_2D_CHANNEL_AXIS = 0 };

static const mrt_attribute mrt_conv_2d_fields[] = {
    MRT_ATTRIBUTE(PADDING, mrt_conv_attributes, padding, 0, 0), MRT_ATTRIBUTE(I32, mrt_conv_attributes, stride_w, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_conv_attributes, stride_h, 2, 0),    MRT_FUSED_ACTIVATION(3),
    MRT_ATTRIBUTE(I32, mrt_conv_attributes, dilation_w, 4, 1),  MRT_ATTRIBUTE(I32, mrt_conv_attributes, dilation_h, 5, 1),
};

static MRT_COLD mrt_reason mrt_conv_2d_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *w = &c->in[1];

    MRT_REQUIRE(c, in->rank == 4 && w->rank == 4, SHAPE, "input %s and weights %s must have 4 dimensions", MRT_SHAPE(in),
                MRT_SHAPE(w));
    MRT_REQUIRE(c, w->dim[3] >= 1 && in->dim[3] % w->dim[3] == 0, SHAPE, "input has %d channels, weights %d",
                (int)in->dim[3], (int)w->dim[3]);
    MRT_REQUIRE(c, in->dim[3] == 0 || w->dim[0] % (in->dim[3] / w->dim[3]) == 0, SHAPE, "%d outputs in %d groups",
                (int)w->dim[0], (int)(in->dim[3] / w->dim[3]));
    return mrt_convolution_shape(c, w->dim[0], w->dim[3]);
}

static MRT_COLD int mrt_conv_2d_is_grouped(const mrt_call *c)
{
    return c->in[1].dim[3] != c->in[0].dim[3];
}

static MRT_COLD mrt_reason mrt_conv_2d_find_groups(mrt_call *c, mrt_grouping *out)
{
    const mrt_tensor *w = &c->in[1];

    MRT_TRY(mrt_convolution_window(c, w->dim[0], &out->window));
    out->groups.depth = w->dim[3];
    out->groups.outs = w->dim[0] / (out->window.in_c / w->dim[3]);
    out->groups.w_tap = w->dim[3];
    out->groups.w_out = w->dim[1] * w->dim[2] * w->dim[3];
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_groups_i8(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_conv_2d_find_groups(c, &grouping));
    return mrt_groups_prepare_i8(c, &grouping, MRT_CONV_2D_CHANNEL_AXIS);
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_i8(mrt_call *c)
{
    mrt_conv_i8_params p;

    if (mrt_conv_2d_is_grouped(c))
        return mrt_conv_2d_prepare_groups_i8(c);
    MRT_TRY(mrt_convolution_prepare_i8(c, MRT_CONV_2D_CHANNEL_AXIS, &p));
    MRT_SET_OVERLAP(c, mrt_window_overlap(&p.window, 1, p.window.out_c - 1));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_f32(mrt_call *c)
{
    mrt_conv_f32_params p;
    mrt_grouping        grouping;

    if (MRT_KEEPS(mrt_conv_groups_f32) && mrt_conv_2d_is_grouped(c)) {
        MRT_TRY(mrt_conv_2d_find_groups(c, &grouping));
        return mrt_groups_prepare_f32(c, &grouping);
    }
    MRT_TRY(mrt_convolution_prepare_f32(c, c->in[1].dim[0], &p));
    MRT_SET_OVERLAP(c, mrt_window_overlap(&p.window, 4, p.window.out_c - 1));
    return MRT_REASON_NONE;
}

/* These kernels take groups, too. */
static MRT_COLD mrt_reason mrt_conv_2d_prepare_i4(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_groups_check_zeros(c));
    MRT_TRY(mrt_conv_2d_find_groups(c, &grouping));
    return mrt_groups_prepare_i4(c, &grouping, MRT_CONV_2D_CHANNEL_AXIS);
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_u8(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_conv_2d_find_groups(c, &grouping));
    return mrt_groups_prepare_u8(c, &grouping);
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_i16(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_conv_2d_find_groups(c, &grouping));
    return mrt_groups_prepare_i16(c, &grouping, MRT_CONV_2D_CHANNEL_AXIS);
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_i16_bias32(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_conv_2d_find_groups(c, &grouping));
    return mrt_groups_prepare_i16_bias32(c, &grouping, MRT_CONV_2D_CHANNEL_AXIS);
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_i16x16(mrt_call *c)
{
    mrt_grouping grouping;

    MRT_TRY(mrt_conv_2d_find_groups(c, &grouping));
    return mrt_i16x16_prepare(c, &grouping, MRT_CONV_2D_CHANNEL_AXIS);
}

/* With a scale for each of several channels the input is quantized asymmetrically, with one for all symmetrically: no option
 * says it. Groups have the former only. */
static MRT_COLD mrt_reason mrt_conv_2d_prepare_hybrid(mrt_call *c)
{
    mrt_hybrid_rule rule;
    mrt_grouping    grouping;

    rule.channel_axis = MRT_CONV_2D_CHANNEL_AXIS;
    rule.is_asymmetric = rule.by_channel_first = c->in[1].scale_count > 1;
    MRT_TRY(mrt_conv_2d_find_groups(c, &grouping));
    return mrt_hybrid_prepare(c, &grouping, &rule);
}

#if !defined(MRT_SENTENCES)
#include "../interpreter/fast/conv_2d.h"
#endif

/* int16 without a bias is summed in 64 bits: that row comes first. */
static const mrt_row mrt_conv_2d_rows[] = {
    {MRT_I8,
     {MRT_I8, MRT_I8, MRT_I32},
     3,
     3,
     8,
     MRT_WITH_FASTER(mrt_conv_2d_prepare_fast, mrt_conv_2d_prepare_i8, mrt_conv_2d_i8)},
    {MRT_F32, {MRT_F32, MRT_F32, MRT_F32}, 3, 1, 8, MRT_FLOATS(mrt_conv_2d_prepare_f32, mrt_conv_2d_f32)},
    {MRT_I16,
     {MRT_I16, MRT_I8, MRT_I64},
     3,
     4,
     8,
     MRT_WITH_LIST(mrt_conv_2d_prepare_i16, mrt_conv_groups_i16, mrt_conv_2d_i16)},
    {MRT_I16, {MRT_I16, MRT_I8, MRT_I32}, 3, 8, 8, MRT_WITH(mrt_conv_2d_prepare_i16_bias32, mrt_conv_groups_i16_bias32)},
    {MRT_I8, {MRT_I8, MRT_I4, MRT_I32}, 3, 7, 8, MRT_WITH_LIST(mrt_conv_2d_prepare_i4, mrt_conv_groups_i4, mrt_conv_2d_i4)},
    {MRT_U8, {MRT_U8, MRT_U8, MRT_I32}, 3, 1, 8, MRT_WITH(mrt_conv_2d_prepare_u8, mrt_conv_groups_u8)},
    MRT_LINE_OF(mrt_conv_i16x16, {MRT_I16,
                                  {MRT_I16, MRT_I16, MRT_I64},
                                  3,
                                  MRT_OWN_VERSION,
                                  MRT_OWN_VERSION,
                                  MRT_WITH(mrt_conv_2d_prepare_i16x16, mrt_conv_i16x16)})
        MRT_LINE_OF(mrt_conv_hybrid,
                    {MRT_F32, {MRT_F32, MRT_I8, MRT_F32}, 3, 2, 8, MRT_FLOATS(mrt_conv_2d_prepare_hybrid, mrt_conv_hybrid)})
            MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_conv_2d = {
    3, 1, 2, 3, 1, 1, MRT_ATTRIBUTES(mrt_conv_2d_fields), mrt_conv_2d_shape, mrt_conv_2d_rows};

#endif
