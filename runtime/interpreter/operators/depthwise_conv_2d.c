/* DEPTHWISE_CONV_2D: in [N, H, W, I], weights [1, kernel_h, kernel_w, O], bias [O] or absent -> out [N, out_h, out_w, O];
 * O is a multiple of I.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../kernels/depthwise_conv_2d.h"
#include "../operators.h"
#include "convolution.h"

enum { MRT_DEPTHWISE_MULTIPLIER = 3, MRT_DEPTHWISE_ACTIVATION = 4, MRT_DEPTHWISE_CHANNEL_AXIS = 3 };

/* The shapes decide the multiplier; files may leave it 0, but not contradict. */
static mrt_reason mrt_depthwise_check(mrt_build *b)
{
    const mrt_tensor *in = &b->in[0], *w = &b->in[1];
    int32_t           multiplier;

    if (in->rank != 4 || w->rank != 4 || w->dim[0] != 1 || in->dim[3] < 1 || w->dim[3] < 1 || w->dim[3] % in->dim[3] != 0)
        return MRT_REASON_SHAPE;
    multiplier = (int32_t)mrt_option(b, MRT_DEPTHWISE_MULTIPLIER, 4, 0);
    if (multiplier != 0 && multiplier != w->dim[3] / in->dim[3])
        return MRT_REASON_SHAPE;
    return mrt_convolution_check(b, MRT_DEPTHWISE_ACTIVATION, w->dim[3], 1);
}

static mrt_reason mrt_depthwise_prepare_i8(mrt_build *b)
{
    return mrt_convolution_prepare_i8(b, MRT_DEPTHWISE_ACTIVATION, MRT_DEPTHWISE_CHANNEL_AXIS);
}

static mrt_reason mrt_depthwise_prepare_f32(mrt_build *b)
{
    return mrt_convolution_prepare_f32(b, MRT_DEPTHWISE_ACTIVATION, b->in[1].dim[3]);
}

static void mrt_depthwise_run_i8(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i8((const mrt_conv_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static void mrt_depthwise_run_f32(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_f32((const mrt_conv_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}

static const mrt_operator_row mrt_depthwise_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8, MRT_I32}, mrt_depthwise_prepare_i8, mrt_depthwise_run_i8},
    {MRT_F32, {MRT_F32, MRT_F32, MRT_F32}, mrt_depthwise_prepare_f32, mrt_depthwise_run_f32},
};

MRT_API_DATA const mrt_operator mrt_operator_depthwise_conv_2d = {4, 7, 2, 2, 3, 2, mrt_depthwise_check, mrt_depthwise_rows};
