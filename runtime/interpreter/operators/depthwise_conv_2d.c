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
static MRT_COLD mrt_reason mrt_depthwise_check(mrt_build *b)
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

/* Like CONV_2D's: once for any layer, again for most. */
#if defined(MRT_SMALL)
enum { MRT_DEPTHWISE_HAS_OWN = 0 };
#else
enum { MRT_DEPTHWISE_HAS_OWN = 1 };
#endif

typedef enum mrt_depthwise_class {
    MRT_DEPTHWISE_ANY,
    MRT_DEPTHWISE_RELU_3X3,  /* stride 1 */
    MRT_DEPTHWISE_RELU_3X3_2 /* stride 2 */
} mrt_depthwise_class;

static mrt_depthwise_class mrt_depthwise_class_of(const mrt_depthwise_plane_params *p)
{
    const mrt_output *o = &p->output;
    const mrt_window *w = &p->window;

    if (!MRT_DEPTHWISE_HAS_OWN || !o->is_fast || !o->is_relu || o->act_min != -128 || o->act_max != 127 ||
        !mrt_plane_is_3x3(w) || w->stride_h != w->stride_w)
        return MRT_DEPTHWISE_ANY;
    return w->stride_h == 1 ? MRT_DEPTHWISE_RELU_3X3 : w->stride_h == 2 ? MRT_DEPTHWISE_RELU_3X3_2 : MRT_DEPTHWISE_ANY;
}

MRT_INLINE mrt_depthwise_plane_params mrt_depthwise_params_of(const void *params, mrt_depthwise_class its_class)
{
    mrt_depthwise_plane_params p = *(const mrt_depthwise_plane_params *)params;

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
    static MRT_NOINLINE void NAME(const void *params, const mrt_io *io)                                                     \
    {                                                                                                                       \
        const mrt_depthwise_plane_params p = mrt_depthwise_params_of(params, CLASS);                                        \
        KERNEL(&p, (const int8_t *)io->in[0], (int8_t *)io->out[0], io->scratch);                                           \
    }
#define MRT_DEPTHWISE_RUNS(WAY, KERNEL)                                                                                     \
    MRT_DEPTHWISE_RUN(mrt_depthwise_run_##WAY, KERNEL, MRT_DEPTHWISE_ANY)                                                   \
    MRT_DEPTHWISE_RUN(mrt_depthwise_run_3x3_##WAY, KERNEL, MRT_DEPTHWISE_RELU_3X3)                                          \
    MRT_DEPTHWISE_RUN(mrt_depthwise_run_3x3_2_##WAY, KERNEL, MRT_DEPTHWISE_RELU_3X3_2)
#define MRT_DEPTHWISE_CHOOSE(WAY)                                                                                           \
    (its_class == MRT_DEPTHWISE_RELU_3X3     ? mrt_depthwise_run_3x3_##WAY                                                  \
     : its_class == MRT_DEPTHWISE_RELU_3X3_2 ? mrt_depthwise_run_3x3_2_##WAY                                                \
                                             : mrt_depthwise_run_##WAY)

MRT_DEPTHWISE_RUNS(dsp, mrt_depthwise_conv_2d_i8_dsp)
MRT_DEPTHWISE_RUNS(bytes, mrt_depthwise_conv_2d_i8_bytes)

MRT_INLINE mrt_run_function *mrt_depthwise_run_of(mrt_arch arch, mrt_depthwise_class its_class)
{
    return arch == MRT_ARCH_ARM_DSP ? MRT_DEPTHWISE_CHOOSE(dsp) : MRT_DEPTHWISE_CHOOSE(bytes);
}

static void mrt_depthwise_choose(mrt_build *b, mrt_depthwise_plane_params *p)
{
    const mrt_window *w = &p->window;

    if (mrt_arch_of(b) == MRT_ARCH_ARM_DSP) {
        p->is_transposed = mrt_depthwise_is_transposed(w, MRT_DEPTHWISE_DSP_UNIT);
        b->scratch_bytes = (uint32_t)mrt_depthwise_dsp_scratch(w, p->is_transposed);
    } else {
        p->is_transposed = mrt_depthwise_is_transposed(w, MRT_DEPTHWISE_BYTES_UNIT);
        b->scratch_bytes = (uint32_t)mrt_depthwise_bytes_scratch(w, p->is_transposed);
    }
    b->run = p->channels ? mrt_depthwise_run_of(mrt_arch_of(b), mrt_depthwise_class_of(p)) : NULL;
    /* a channel is read whole before it is written; of several samples the later ones must not be written over */
    b->in_place = w->in_c == w->out_c && (int64_t)w->out_h * w->out_w <= (int64_t)w->in_h * w->in_w;
}

static MRT_COLD mrt_reason mrt_depthwise_prepare_i8(mrt_build *b)
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

#if !defined(MRT_NO_F32)
static MRT_COLD mrt_reason mrt_depthwise_prepare_f32(mrt_build *b)
{
    return mrt_convolution_prepare_f32(b, MRT_DEPTHWISE_ACTIVATION, b->in[1].dim[3]);
}
#endif

static void mrt_depthwise_run_i8(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_i8((const mrt_conv_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

#if !defined(MRT_NO_F32)
static void mrt_depthwise_run_f32(const void *params, const mrt_io *io)
{
    mrt_depthwise_conv_2d_f32((const mrt_conv_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}
#endif

static const mrt_operator_row mrt_depthwise_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8, MRT_I32}, mrt_depthwise_prepare_i8, mrt_depthwise_run_i8},
#if !defined(MRT_NO_F32)
    {MRT_F32, {MRT_F32, MRT_F32, MRT_F32}, mrt_depthwise_prepare_f32, mrt_depthwise_run_f32},
#endif
};

MRT_API_DATA const mrt_operator mrt_operator_depthwise_conv_2d = {
    4, 7, 2, 2, 3, MRT_ROWS(mrt_depthwise_rows), mrt_depthwise_check, mrt_depthwise_rows};
