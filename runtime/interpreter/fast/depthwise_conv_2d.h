/* DEPTHWISE_CONV_2D, int8: the fast kernels of each machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_DEPTHWISE_CONV_2D_H
#include "../../ops/depthwise_conv_2d.h" /* which has this in its middle */
#elif !defined(MRT_INTERPRETER_FAST_DEPTHWISE_CONV_2D_H)
#define MRT_INTERPRETER_FAST_DEPTHWISE_CONV_2D_H

#include "../../arch/depthwise_conv_2d_bytes.h"
#include "../../arch/depthwise_conv_2d_dsp.h"
#include "convolution.h"

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

/* Like CONV_2D's: once for any layer, again for most. */
typedef enum mrt_depthwise_class {
    MRT_DEPTHWISE_ANY,
    MRT_DEPTHWISE_RELU_3X3,  /* stride 1 */
    MRT_DEPTHWISE_RELU_3X3_2 /* stride 2 */
} mrt_depthwise_class;

static mrt_depthwise_class mrt_depthwise_class_of(const mrt_depthwise_plane_params *p)
{
    const mrt_output *o = &p->output;
    const mrt_window *w = &p->window;

    if (!MRT_HAS_OWN || !o->is_fast || !o->is_relu || o->act_min != -128 || o->act_max != 127 || !mrt_plane_is_3x3(w) ||
        w->stride_h != w->stride_w)
        return MRT_DEPTHWISE_ANY;
    return w->stride_h == 1 ? MRT_DEPTHWISE_RELU_3X3 : w->stride_h == 2 ? MRT_DEPTHWISE_RELU_3X3_2 : MRT_DEPTHWISE_ANY;
}

typedef struct mrt_depthwise_fast_params {
    mrt_depthwise_plane_params p; /* without channels, unless they last */
    mrt_convolution_source     source;
} mrt_depthwise_fast_params;

static mrt_fold mrt_depthwise_fold(const mrt_depthwise_fast_params *f)
{
    mrt_fold fold;

    fold.count = fold.tap_step = f->p.window.out_c;
    fold.channel_step = 1;
    fold.tap_count = f->p.window.kernel_h * f->p.window.kernel_w;
    fold.w = f->p.w;
    fold.bias = f->source.bias;
    fold.in_zero = f->p.in_zero;
    fold.folds_zero = 1;
    return fold;
}

static MRT_NOINLINE const int32_t *mrt_depthwise_table(const mrt_depthwise_fast_params *f, void *scratch)
{
    const mrt_fold fold = mrt_depthwise_fold(f);

    if (f->source.table_bytes == 0)
        return f->p.channels;
    mrt_channels_fill(&fold, &f->source.scales, &f->p.output, (int32_t *)scratch);
    return (const int32_t *)scratch;
}

MRT_INLINE mrt_depthwise_plane_params mrt_depthwise_params_of(const mrt_depthwise_fast_params *f,
                                                              mrt_depthwise_class              its_class)
{
    mrt_depthwise_plane_params p = f->p;

    if (its_class == MRT_DEPTHWISE_ANY)
        return p;
    p.output.act_min = -128;
    p.output.act_max = 127;
    p.output.is_fast = p.output.is_relu = 1;
    p.window.kernel_h = p.window.kernel_w = 3;
    p.window.dilation_h = p.window.dilation_w = 1;
    p.window.stride_h = p.window.stride_w = its_class == MRT_DEPTHWISE_RELU_3X3 ? 1 : 2;
    return p;
}

#define MRT_DEPTHWISE_RUN(NAME, KERNEL, CLASS)                                                                              \
    static MRT_NOINLINE void NAME##_with(const mrt_depthwise_fast_params *f, const int32_t *table, const mrt_io *io)        \
    {                                                                                                                       \
        mrt_depthwise_plane_params p = mrt_depthwise_params_of(f, CLASS);                                                   \
        p.channels = table;                                                                                                 \
        KERNEL(&p, (const int8_t *)io->in[0], (int8_t *)io->out[0], (uint8_t *)io->scratch + f->source.table_bytes);        \
    }                                                                                                                       \
    static void NAME(const void *params, const mrt_io *io)                                                                  \
    {                                                                                                                       \
        const mrt_depthwise_fast_params *f = (const mrt_depthwise_fast_params *)params;                                     \
        NAME##_with(f, mrt_depthwise_table(f, io->scratch), io);                                                            \
    }
#define MRT_DEPTHWISE_RUNS(WAY, KERNEL)                                                                                     \
    MRT_DEPTHWISE_RUN(mrt_depthwise_run_##WAY, KERNEL, MRT_DEPTHWISE_ANY)                                                   \
    MRT_DEPTHWISE_RUN(mrt_depthwise_run_3x3_##WAY, KERNEL, MRT_DEPTHWISE_RELU_3X3)                                          \
    MRT_DEPTHWISE_RUN(mrt_depthwise_run_3x3_2_##WAY, KERNEL, MRT_DEPTHWISE_RELU_3X3_2)
#define MRT_DEPTHWISE_TAKES(CLASS) (its_class == (CLASS) && MRT_HAS_CLASS(MRT_VARIANT_DEPTHWISE, CLASS))
#define MRT_DEPTHWISE_CHOOSE(WAY)                                                                                           \
    (MRT_DEPTHWISE_TAKES(MRT_DEPTHWISE_RELU_3X3)     ? mrt_depthwise_run_3x3_##WAY                                          \
     : MRT_DEPTHWISE_TAKES(MRT_DEPTHWISE_RELU_3X3_2) ? mrt_depthwise_run_3x3_2_##WAY                                        \
     : MRT_DEPTHWISE_TAKES(MRT_DEPTHWISE_ANY)        ? mrt_depthwise_run_##WAY                                              \
                                                     : NULL)

MRT_DEPTHWISE_RUNS(dsp, mrt_depthwise_conv_2d_i8_dsp)
MRT_DEPTHWISE_RUNS(bytes, mrt_depthwise_conv_2d_i8_bytes)

MRT_INLINE mrt_run_function *mrt_depthwise_run_of(mrt_arch arch, mrt_depthwise_class its_class)
{
    return arch == MRT_ARCH_ARM_DSP ? MRT_DEPTHWISE_CHOOSE(dsp) : MRT_DEPTHWISE_CHOOSE(bytes);
}

static void mrt_depthwise_choose(mrt_call *c, mrt_depthwise_plane_params *p)
{
    const mrt_window         *w = &p->window;
    const mrt_depthwise_class its_class = mrt_depthwise_class_of(p);

    if (mrt_arch_of(c) == MRT_ARCH_ARM_DSP) {
        p->is_transposed = mrt_depthwise_is_transposed(w, MRT_DEPTHWISE_DSP_UNIT);
        c->scratch_bytes = (uint32_t)mrt_depthwise_dsp_scratch(w, p->is_transposed);
    } else {
        p->is_transposed = mrt_depthwise_is_transposed(w, MRT_DEPTHWISE_BYTES_UNIT);
        c->scratch_bytes = (uint32_t)mrt_depthwise_bytes_scratch(w, p->is_transposed);
    }
    mrt_choose(c, MRT_VARIANT_DEPTHWISE + (int32_t)its_class, mrt_depthwise_run_of(mrt_arch_of(c), its_class));
    /* a channel is read whole before it is written; of several samples the later ones must not be written over */
    c->in_place = w->in_c == w->out_c && (int64_t)w->out_h * w->out_w <= (int64_t)w->in_h * w->in_w;
}

static MRT_COLD mrt_reason mrt_depthwise_prepare_fast(mrt_call *c)
{
    mrt_depthwise_fast_params f;
    mrt_fold                  fold;

    MRT_TRY(mrt_convolution_window(c, c->in[1].dim[3], &f.p.window));
    if (MRT_HAS_VARIANT(MRT_VARIANT_DEPTHWISE_REFERENCE) && !mrt_depthwise_plane_fits(&f.p.window)) {
        mrt_choose(c, MRT_VARIANT_DEPTHWISE_REFERENCE, MRT_RUN(mrt_depthwise_conv_2d_i8));
        return mrt_depthwise_conv_2d_prepare_i8(c);
    }
    MRT_TRY(mrt_convolution_begin(c, MRT_DEPTHWISE_CHANNEL_AXIS, &f.p.window, &f.p.in_zero, &f.p.output, &f.source));
    f.p.w = (const int8_t *)c->side->constant(c, &c->in[1], "weights", 0);
    fold = mrt_depthwise_fold(&f);
    f.p.channels = mrt_convolution_channels(c, &fold, &f.source, &f.p.output);
    mrt_depthwise_choose(c, &f.p);
    c->scratch_bytes += f.source.table_bytes;
    c->side->store(c, &f, sizeof f, 4);
    return MRT_REASON_NONE;
}

#endif
