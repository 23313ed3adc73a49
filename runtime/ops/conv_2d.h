/* CONV_2D: in [N, H, W, I], weights [O, kernel_h, kernel_w, I], bias [O] or absent -> out [N, out_h, out_w, O].
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONV_2D_H
#define MRT_OPS_CONV_2D_H

#include "../kernels/conv_2d.h"
#include "convolution.h"

MRT_KERNEL_WITH_FASTER(mrt_conv_2d_i8, mrt_conv_i8_params, int8_t, int8_t);
MRT_KERNEL_1(mrt_conv_2d_f32, mrt_conv_f32_params, "kernels/conv_2d.h", float, float);

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
    MRT_REQUIRE(c, w->dim[3] < 1 || w->dim[3] >= in->dim[3] || in->dim[3] % w->dim[3] != 0, SHAPE,
                "input has %d channels, weights %d: grouped convolution has no kernel", (int)in->dim[3], (int)w->dim[3]);
    MRT_REQUIRE(c, in->dim[3] == w->dim[3], SHAPE, "input has %d channels, weights %d", (int)in->dim[3], (int)w->dim[3]);
    return mrt_convolution_shape(c, w->dim[0], w->dim[3]);
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_i8(mrt_call *c)
{
    mrt_conv_i8_params p;

    MRT_TRY(mrt_convolution_prepare_i8(c, MRT_CONV_2D_CHANNEL_AXIS, &p));
    MRT_SET_OVERLAP(c, mrt_window_overlap(&p.window, 1, p.window.out_c - 1));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_f32(mrt_call *c)
{
    mrt_conv_f32_params p;

    MRT_TRY(mrt_convolution_prepare_f32(c, c->in[1].dim[0], &p));
    MRT_SET_OVERLAP(c, mrt_window_overlap(&p.window, 4, p.window.out_c - 1));
    return MRT_REASON_NONE;
}

#if !defined(MRT_SENTENCES)
#include "../interpreter/fast/conv_2d.h"
#endif

static const mrt_row mrt_conv_2d_rows[] = {
    {MRT_I8,
     {MRT_I8, MRT_I8, MRT_I32},
     3,
     3,
     8,
     MRT_FASTER(mrt_conv_2d_prepare_fast, mrt_conv_2d_prepare_i8),
     MRT_RUN_ON_HOST(mrt_conv_2d_i8)},
    {MRT_F32, {MRT_F32, MRT_F32, MRT_F32}, 3, 1, 8, MRT_FLOATS(mrt_conv_2d_prepare_f32, mrt_conv_2d_f32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_conv_2d = {
    3, 1, 2, 3, 1, 1, MRT_COUNT(mrt_conv_2d_fields), mrt_conv_2d_fields, mrt_conv_2d_shape, mrt_conv_2d_rows};

#endif
