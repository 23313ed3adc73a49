/* CONV_2D: in [N, H, W, I], weights [O, kernel_h, kernel_w, I], bias [O] or absent -> out [N, out_h, out_w, O].
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../kernels/conv_2d.h"
#include "../operators.h"
#include "convolution.h"

enum { MRT_CONV_2D_ACTIVATION = 3, MRT_CONV_2D_CHANNEL_AXIS = 0 };

static mrt_reason mrt_conv_2d_check(mrt_build *b)
{
    const mrt_tensor *in = &b->in[0], *w = &b->in[1];

    if (in->rank != 4 || w->rank != 4 || in->dim[3] != w->dim[3])
        return MRT_REASON_SHAPE;
    return mrt_convolution_check(b, MRT_CONV_2D_ACTIVATION, w->dim[0], w->dim[3]);
}

static mrt_reason mrt_conv_2d_prepare_i8(mrt_build *b)
{
    return mrt_convolution_prepare_i8(b, MRT_CONV_2D_ACTIVATION, MRT_CONV_2D_CHANNEL_AXIS);
}

static mrt_reason mrt_conv_2d_prepare_f32(mrt_build *b)
{
    return mrt_convolution_prepare_f32(b, MRT_CONV_2D_ACTIVATION, b->in[1].dim[0]);
}

static void mrt_conv_2d_run_i8(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i8((const mrt_conv_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static void mrt_conv_2d_run_f32(const void *params, const mrt_io *io)
{
    mrt_conv_2d_f32((const mrt_conv_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}

static const mrt_operator_row mrt_conv_2d_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8, MRT_I32}, mrt_conv_2d_prepare_i8, mrt_conv_2d_run_i8},
    {MRT_F32, {MRT_F32, MRT_F32, MRT_F32}, mrt_conv_2d_prepare_f32, mrt_conv_2d_run_f32},
};

MRT_API_DATA const mrt_operator mrt_operator_conv_2d = {3, 8, 1, 2, 3, 2, mrt_conv_2d_check, mrt_conv_2d_rows};
