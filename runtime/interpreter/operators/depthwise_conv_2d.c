/* DEPTHWISE_CONV_2D: in [N, H, W, I], weights [1, kernel_h, kernel_w, O], bias [O] or absent -> out [N, out_h, out_w, O];
 * O is a multiple of I.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../arch/depthwise_conv_2d_bytes.h"
#include "../../arch/depthwise_conv_2d_dsp.h"
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

/* ---- int8: a plane of each channel ---- */

/* A larger plane costs more memory than it is worth. */
enum { MRT_DEPTHWISE_PLANE_MAX = 32768 };

/* In 64 bits: the plane's own functions may be asked only when it is small. */
static int mrt_depthwise_plane_fits(const mrt_window *w)
{
    const int64_t rows = (int64_t)(w->out_h + 3) * w->stride_h + (int64_t)w->kernel_h * w->dilation_h;
    const int64_t columns = (int64_t)(w->out_w + 3) * w->stride_w + (int64_t)w->kernel_w * w->dilation_w;

    return rows < MRT_DEPTHWISE_PLANE_MAX && columns < MRT_DEPTHWISE_PLANE_MAX && rows * columns <= MRT_DEPTHWISE_PLANE_MAX;
}

/* What an output row costs in units of one output: its beginning is worth about one. */
static int64_t mrt_depthwise_cost(int32_t rows, int32_t columns, int32_t unit)
{
    return (int64_t)rows * ((columns + unit - 1) / unit * unit + 1);
}

static int mrt_depthwise_is_transposed(const mrt_window *w, int32_t unit)
{
    return mrt_depthwise_cost(w->out_w, w->out_h, unit) < mrt_depthwise_cost(w->out_h, w->out_w, unit);
}

static void mrt_depthwise_run_dsp(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i8_dsp((const mrt_depthwise_plane_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0],
                                 io->scratch);
}

static void mrt_depthwise_run_bytes(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i8_bytes((const mrt_depthwise_plane_params *)params, (const int8_t *)io->in[0],
                                   (int8_t *)io->out[0], io->scratch);
}

static void mrt_depthwise_choose(mrt_build *b, mrt_depthwise_plane_params *p)
{
    const mrt_window *w = &p->window;

    if (mrt_arch_of(b) == MRT_ARCH_ARM_DSP) {
        p->is_transposed = mrt_depthwise_is_transposed(w, MRT_DEPTHWISE_DSP_UNIT);
        b->scratch_bytes = (uint32_t)mrt_depthwise_dsp_scratch(w, p->is_transposed);
        b->run = mrt_depthwise_run_dsp;
    } else {
        p->is_transposed = mrt_depthwise_is_transposed(w, MRT_DEPTHWISE_BYTES_UNIT);
        b->scratch_bytes = (uint32_t)mrt_depthwise_bytes_scratch(w, p->is_transposed);
        b->run = mrt_depthwise_run_bytes;
    }
    /* a channel is read whole before it is written; of several samples the later ones must not be written over */
    b->in_place = w->in_c == w->out_c && (int64_t)w->out_h * w->out_w <= (int64_t)w->in_h * w->in_w;
}

static mrt_reason mrt_depthwise_prepare_i8(mrt_build *b)
{
    mrt_conv_i8_params         reference;
    mrt_depthwise_plane_params p;
    mrt_convolution_layout     layout;

    MRT_TRY(mrt_convolution_window(b, MRT_DEPTHWISE_ACTIVATION, b->in[1].dim[3], &p.window));
    if (!mrt_depthwise_plane_fits(&p.window))
        return mrt_convolution_prepare_i8(b, MRT_DEPTHWISE_ACTIVATION, MRT_DEPTHWISE_CHANNEL_AXIS);
    MRT_TRY(mrt_convolution_fill_i8(b, MRT_DEPTHWISE_ACTIVATION, MRT_DEPTHWISE_CHANNEL_AXIS, 0, &reference));
    p.in_zero = reference.in_zero;
    p.w = reference.w = mrt_constant_bytes(b, 1, 0);
    layout.channel_step = 1;
    layout.tap_step = p.window.out_c;
    layout.tap_count = p.window.kernel_h * p.window.kernel_w;
    layout.folds_zero = 1;
    p.channels = mrt_convolution_channels(b, &reference, &layout, &p.output);
    mrt_depthwise_choose(b, &p);
    mrt_store(b, &p, sizeof p, 2);
    return MRT_REASON_NONE;
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
