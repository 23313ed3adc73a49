/* CONV_2D: in [N, H, W, I], weights [O, kernel_h, kernel_w, I], bias [O] or absent -> out [N, out_h, out_w, O].
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../arch/conv_2d_2x3.h"
#include "../../arch/conv_2d_4x4.h"
#include "../../arch/conv_2d_dsp.h"
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

/* ---- int8: panels of patches, one way for each machine ---- */

typedef struct mrt_conv_2d_way {
    mrt_panel_format  format;
    int32_t           positions;
    uint32_t          beyond; /* so many bytes behind the weights may be read */
    mrt_run_function *run;
} mrt_conv_2d_way;

static void mrt_conv_2d_run_dsp(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i8_dsp((const mrt_conv_2d_tiled_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0],
                       io->scratch);
}

static void mrt_conv_2d_run_4x4(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i8_4x4((const mrt_conv_2d_tiled_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0],
                       io->scratch);
}

static void mrt_conv_2d_run_2x3(const void *params, const mrt_io *io)
{
    mrt_conv_2d_i8_2x3((const mrt_conv_2d_tiled_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0],
                       io->scratch);
}

static mrt_conv_2d_way mrt_conv_2d_way_of(const mrt_build *b)
{
    const mrt_conv_2d_way dsp = {MRT_PANEL_PAIRS, MRT_DSP_POSITIONS, 8, mrt_conv_2d_run_dsp},
                          riscv = {MRT_PANEL_BYTES, MRT_4X4_POSITIONS, 0, mrt_conv_2d_run_4x4},
                          portable = {MRT_PANEL_BYTES, MRT_2X3_POSITIONS, 0, mrt_conv_2d_run_2x3};

    return mrt_arch_of(b) == MRT_ARCH_ARM_DSP ? dsp : mrt_arch_of(b) == MRT_ARCH_RISCV ? riscv : portable;
}

static mrt_reason mrt_conv_2d_prepare_i8(mrt_build *b)
{
    const mrt_conv_2d_way    way = mrt_conv_2d_way_of(b);
    mrt_conv_i8_params       reference;
    mrt_conv_2d_tiled_params p;
    mrt_convolution_layout   layout;

    MRT_TRY(mrt_convolution_fill_i8(b, MRT_CONV_2D_ACTIVATION, MRT_CONV_2D_CHANNEL_AXIS, 0, &reference));
    p.window = reference.window;
    p.patches = (int32_t)mrt_conv_2d_patches_of(&p.window);
    p.in_zero = reference.in_zero;
    p.w = reference.w = mrt_constant_bytes(b, 1, way.beyond);
    layout.channel_step = layout.tap_count = mrt_conv_2d_depth(&p.window);
    layout.tap_step = 1;
    layout.folds_zero = way.format == MRT_PANEL_BYTES;
    p.channels = mrt_convolution_channels(b, &reference, &layout, &p.output);
    b->scratch_bytes = (uint32_t)mrt_conv_2d_scratch(&p.window, way.format, way.positions);
    /* a block's inputs are read before its first output is written */
    b->in_place = p.patches == MRT_PATCHES_POINTS && p.window.out_c <= p.window.in_c;
    b->run = way.run;
    mrt_store(b, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

/* ---- float32 ---- */

static mrt_reason mrt_conv_2d_prepare_f32(mrt_build *b)
{
    return mrt_convolution_prepare_f32(b, MRT_CONV_2D_ACTIVATION, b->in[1].dim[0]);
}

static void mrt_conv_2d_run_f32(const void *params, const mrt_io *io)
{
    mrt_conv_2d_f32((const mrt_conv_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}

static const mrt_operator_row mrt_conv_2d_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8, MRT_I32}, mrt_conv_2d_prepare_i8, NULL},
    {MRT_F32, {MRT_F32, MRT_F32, MRT_F32}, mrt_conv_2d_prepare_f32, mrt_conv_2d_run_f32},
};

MRT_API_DATA const mrt_operator mrt_operator_conv_2d = {3, 8, 1, 2, 3, 2, mrt_conv_2d_check, mrt_conv_2d_rows};
