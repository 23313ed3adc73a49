/* CONV_2D, int8: the fast kernels of each machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONV_2D_H
#include "../../ops/conv_2d.h" /* which has this in its middle */
#elif !defined(MRT_INTERPRETER_FAST_CONV_2D_H)
#define MRT_INTERPRETER_FAST_CONV_2D_H

#include "../../arch/conv_2d_2x3.h"
#include "../../arch/conv_2d_4x4.h"
#include "../../arch/conv_2d_dsp.h"
#include "convolution.h"

/* ---- int8: panels of patches, one way for each machine ----
 *
 * A kernel is compiled once for any layer, and where speed counts again for the layers that are most of all: their clamps
 * are those of int8, and how patches get into the panel is known. */

typedef enum mrt_conv_2d_class {
    MRT_CONV_2D_ANY,
    MRT_CONV_2D_RELU_POINTS, /* RELU, or an output that begins with its zero point */
    MRT_CONV_2D_RELU_WORDS,
    MRT_CONV_2D_RELU_ROWS,
    MRT_CONV_2D_POINTS,
    MRT_CONV_2D_WORDS,
    MRT_CONV_2D_CLASSES
} mrt_conv_2d_class;

static mrt_conv_2d_class mrt_conv_2d_class_of(const mrt_conv_2d_tiled_params *p)
{
    const mrt_output *o = &p->output;

    if (!MRT_HAS_OWN || !o->is_fast || o->act_min != -128 || o->act_max != 127)
        return MRT_CONV_2D_ANY;
    if (p->patches == MRT_PATCHES_POINTS)
        return o->is_relu ? MRT_CONV_2D_RELU_POINTS : MRT_CONV_2D_POINTS;
    if (p->patches == MRT_PATCHES_WORDS)
        return o->is_relu ? MRT_CONV_2D_RELU_WORDS : MRT_CONV_2D_WORDS;
    return o->is_relu ? MRT_CONV_2D_RELU_ROWS : MRT_CONV_2D_ANY;
}

typedef struct mrt_conv_2d_fast_params {
    mrt_conv_2d_tiled_params p; /* without channels, unless they last */
    mrt_convolution_source   source;
} mrt_conv_2d_fast_params;

static mrt_fold mrt_conv_2d_fold(const mrt_conv_2d_fast_params *f, mrt_panel_format format)
{
    mrt_fold fold;

    fold.count = f->p.window.out_c;
    fold.channel_step = fold.tap_count = mrt_conv_2d_depth(&f->p.window);
    fold.tap_step = 1;
    fold.w = f->p.w;
    fold.bias = f->source.bias;
    fold.in_zero = f->p.in_zero;
    fold.folds_zero = format == MRT_PANEL_BYTES;
    return fold;
}

static MRT_NOINLINE const int32_t *mrt_conv_2d_table(const mrt_conv_2d_fast_params *f, mrt_panel_format format,
                                                     void *scratch)
{
    const mrt_fold fold = mrt_conv_2d_fold(f, format);

    if (f->source.table_bytes == 0)
        return f->p.channels;
    mrt_channels_fill(&fold, &f->source.scales, &f->p.output, (int32_t *)scratch);
    return (const int32_t *)scratch;
}

/* The parameters with what the class says as constants. */
MRT_INLINE mrt_conv_2d_tiled_params mrt_conv_2d_params_of(const mrt_conv_2d_fast_params *f, mrt_conv_2d_class its_class)
{
    mrt_conv_2d_tiled_params p = f->p;

    if (its_class == MRT_CONV_2D_ANY)
        return p;
    p.output.act_min = -128;
    p.output.act_max = 127;
    p.output.is_fast = 1;
    p.output.is_relu = its_class < MRT_CONV_2D_POINTS;
    p.patches = its_class == MRT_CONV_2D_RELU_POINTS || its_class == MRT_CONV_2D_POINTS ? MRT_PATCHES_POINTS
                : its_class == MRT_CONV_2D_RELU_ROWS                                    ? MRT_PATCHES_ROWS
                                                                                        : MRT_PATCHES_WORDS;
    return p;
}

#define MRT_CONV_2D_RUN(NAME, KERNEL, FORMAT, CLASS)                                                                        \
    static MRT_NOINLINE void NAME##_with(const mrt_conv_2d_fast_params *f, const int32_t *table, const mrt_io *io)          \
    {                                                                                                                       \
        mrt_conv_2d_tiled_params p = mrt_conv_2d_params_of(f, CLASS);                                                       \
        p.channels = table;                                                                                                 \
        KERNEL(&p, (const int8_t *)io->in[0], (int8_t *)io->out[0], (uint8_t *)io->scratch + f->source.table_bytes);        \
    }                                                                                                                       \
    static void NAME(const void *params, const mrt_io *io)                                                                  \
    {                                                                                                                       \
        const mrt_conv_2d_fast_params *f = (const mrt_conv_2d_fast_params *)params;                                         \
        NAME##_with(f, mrt_conv_2d_table(f, FORMAT, io->scratch), io);                                                      \
    }
#define MRT_CONV_2D_RUNS(WAY, KERNEL, FORMAT)                                                                               \
    MRT_CONV_2D_RUN(mrt_conv_2d_run_##WAY, KERNEL, FORMAT, MRT_CONV_2D_ANY)                                                 \
    MRT_CONV_2D_RUN(mrt_conv_2d_run_relu_points_##WAY, KERNEL, FORMAT, MRT_CONV_2D_RELU_POINTS)                             \
    MRT_CONV_2D_RUN(mrt_conv_2d_run_relu_words_##WAY, KERNEL, FORMAT, MRT_CONV_2D_RELU_WORDS)                               \
    MRT_CONV_2D_RUN(mrt_conv_2d_run_relu_rows_##WAY, KERNEL, FORMAT, MRT_CONV_2D_RELU_ROWS)                                 \
    MRT_CONV_2D_RUN(mrt_conv_2d_run_points_##WAY, KERNEL, FORMAT, MRT_CONV_2D_POINTS)                                       \
    MRT_CONV_2D_RUN(mrt_conv_2d_run_words_##WAY, KERNEL, FORMAT, MRT_CONV_2D_WORDS)

/* In a chip's build only its own way is there. */
#define MRT_CONV_2D_TAKES(CLASS) (its_class == (CLASS) && MRT_HAS_CLASS(MRT_VARIANT_CONV_2D, CLASS))
#define MRT_CONV_2D_CHOOSE(WAY)                                                                                             \
    (MRT_CONV_2D_TAKES(MRT_CONV_2D_RELU_POINTS)  ? mrt_conv_2d_run_relu_points_##WAY                                        \
     : MRT_CONV_2D_TAKES(MRT_CONV_2D_RELU_WORDS) ? mrt_conv_2d_run_relu_words_##WAY                                         \
     : MRT_CONV_2D_TAKES(MRT_CONV_2D_RELU_ROWS)  ? mrt_conv_2d_run_relu_rows_##WAY                                          \
     : MRT_CONV_2D_TAKES(MRT_CONV_2D_POINTS)     ? mrt_conv_2d_run_points_##WAY                                             \
     : MRT_CONV_2D_TAKES(MRT_CONV_2D_WORDS)      ? mrt_conv_2d_run_words_##WAY                                              \
     : MRT_CONV_2D_TAKES(MRT_CONV_2D_ANY)        ? mrt_conv_2d_run_##WAY                                                    \
                                                 : NULL)

MRT_CONV_2D_RUNS(dsp, mrt_conv_2d_i8_dsp, MRT_PANEL_PAIRS)
MRT_CONV_2D_RUNS(4x4, mrt_conv_2d_i8_4x4, MRT_PANEL_BYTES)
MRT_CONV_2D_RUNS(2x3, mrt_conv_2d_i8_2x3, MRT_PANEL_BYTES)

MRT_INLINE mrt_run_function *mrt_conv_2d_run_of(mrt_arch arch, mrt_conv_2d_class its_class)
{
    if (arch == MRT_ARCH_ARM_DSP)
        return MRT_CONV_2D_CHOOSE(dsp);
    return arch == MRT_ARCH_RISCV ? MRT_CONV_2D_CHOOSE(4x4) : MRT_CONV_2D_CHOOSE(2x3);
}

typedef struct mrt_conv_2d_way {
    mrt_panel_format format;
    int32_t          positions;
    uint32_t         beyond; /* so many bytes behind the weights may be read */
} mrt_conv_2d_way;

static mrt_conv_2d_way mrt_conv_2d_way_of(mrt_arch arch)
{
    const mrt_conv_2d_way dsp = {MRT_PANEL_PAIRS, MRT_DSP_POSITIONS, 8}, riscv = {MRT_PANEL_BYTES, MRT_4X4_POSITIONS, 0},
                          portable = {MRT_PANEL_BYTES, MRT_2X3_POSITIONS, 0};

    return arch == MRT_ARCH_ARM_DSP ? dsp : arch == MRT_ARCH_RISCV ? riscv : portable;
}

static MRT_COLD mrt_reason mrt_conv_2d_prepare_fast(mrt_call *c)
{
    const mrt_conv_2d_way   way = mrt_conv_2d_way_of(mrt_arch_of(c));
    mrt_conv_2d_fast_params f;
    mrt_conv_2d_class       its_class;
    mrt_fold                fold;

    if (MRT_KEEPS(mrt_conv_groups_i8) && mrt_conv_2d_is_grouped(c))
        return mrt_conv_2d_prepare_groups_i8(c);
    MRT_TRY(mrt_convolution_begin(c, MRT_CONV_2D_CHANNEL_AXIS, &f.p.window, &f.p.in_zero, &f.p.output, &f.source));
    f.p.patches = (int32_t)mrt_conv_2d_patches_of(&f.p.window);
    f.p.w = (const int8_t *)c->side->constant(c, &c->in[1], "weights", way.beyond);
    fold = mrt_conv_2d_fold(&f, way.format);
    f.p.channels = mrt_convolution_channels(c, &fold, &f.source, &f.p.output);
    c->scratch_bytes = f.source.table_bytes + (uint32_t)mrt_conv_2d_scratch(&f.p.window, way.format, way.positions);
    /* a block's inputs are read before its first output is written */
    c->in_place = f.p.patches == MRT_PATCHES_POINTS && f.p.window.out_c <= f.p.window.in_c;
    its_class = mrt_conv_2d_class_of(&f.p);
    mrt_choose(c, MRT_VARIANT_CONV_2D + (int32_t)its_class, mrt_conv_2d_run_of(mrt_arch_of(c), its_class));
    c->side->store(c, &f, sizeof f, 4);
    return MRT_REASON_NONE;
}

#endif
