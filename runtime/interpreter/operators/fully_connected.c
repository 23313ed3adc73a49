/* FULLY_CONNECTED: in [..., I], weights [O, I], bias [O] or absent -> out [N, O] (or [..., O] with keep_num_dims).
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../arch/fully_connected_dsp.h"
#include "../../arch/fully_connected_rows.h"
#include "../../arch/fully_connected_rows_8.h"
#include "../../kernels/fully_connected.h"
#include "../operators.h"
#include "channels.h"

enum { MRT_FULLY_CONNECTED_ACTIVATION = 0, MRT_FULLY_CONNECTED_FORMAT = 1, MRT_FULLY_CONNECTED_KEEP_DIMS = 2 };

static MRT_COLD mrt_reason mrt_fully_connected_check_shape(mrt_build *b)
{
    const mrt_tensor *in = &b->in[0], *w = &b->in[1];
    int32_t           dim[MRT_RANK_MAX], i;

    if (mrt_option(b, MRT_FULLY_CONNECTED_KEEP_DIMS, 1, 0) == 0) {
        dim[0] = (int32_t)in->count / w->dim[1];
        dim[1] = w->dim[0];
        return mrt_check_shape(b, 2, dim);
    }
    for (i = 0; i < in->rank; i++)
        dim[i] = in->dim[i];
    if (dim[in->rank - 1] != w->dim[1])
        return MRT_REASON_SHAPE;
    dim[in->rank - 1] = w->dim[0];
    return mrt_check_shape(b, in->rank, dim);
}

static MRT_COLD mrt_reason mrt_fully_connected_check(mrt_build *b)
{
    const mrt_tensor *in = &b->in[0], *w = &b->in[1];

    MRT_TRY(mrt_fused_activation(b, MRT_FULLY_CONNECTED_ACTIVATION));
    if (mrt_option(b, MRT_FULLY_CONNECTED_FORMAT, 1, 0) != 0)
        return MRT_REASON_OPTIONS;
    if (w->rank != 2 || w->dim[0] < 1 || w->dim[1] < 1 || in->rank < 1 || in->count == 0 ||
        in->count % (uint32_t)w->dim[1] != 0)
        return MRT_REASON_SHAPE;
    MRT_TRY(mrt_check_weights(b, w->dim[0]));
    b->work = (uint64_t)in->count * (uint32_t)w->dim[0];
    return mrt_fully_connected_check_shape(b);
}

/* ---- int8 ---- */

/* All but the weights. bias, mult and shift last where `lasts`, else they are there in prepare only. */
static MRT_COLD mrt_reason mrt_fully_connected_fill_i8(mrt_build *b, int lasts, mrt_fully_connected_i8_params *p)
{
    const mrt_tensor             *w = &b->in[1], *bias = mrt_operand(b, 2);
    const size_t                  count = w->scales.count;
    mrt_fully_connected_i8_scales scales;
    int32_t                      *mult;
    int8_t                       *shift;

    if (b->in[0].scales.count == 0 || b->out.scales.count == 0 || count == 0 || (count > 1 && w->axis != 0))
        return MRT_REASON_QUANTIZATION;
    p->rows = (int32_t)b->in[0].count / w->dim[1];
    p->in_count = w->dim[1];
    p->out_count = w->dim[0];
    p->in_zero = mrt_zero_of(b->m, &b->in[0], 0);
    p->w_zero = mrt_zero_of(b->m, w, 0);
    p->out_zero = mrt_zero_of(b->m, &b->out, 0);
    p->bias = NULL;
    if (bias)
        p->bias = (const int32_t *)(lasts ? mrt_constant(b, bias->data, bias->bytes, 4)
                                          : mrt_constant_for_prepare(b, bias->data, bias->bytes, 4));
    scales.in_scale = mrt_scale_of(b->m, &b->in[0]);
    scales.out_scale = mrt_scale_of(b->m, &b->out);
    scales.w_scale = (const float *)mrt_constant_for_prepare(b, w->scales.at, 4 * w->scales.count, 4);
    scales.w_scale_count = (int32_t)count;
    scales.activation = b->activation;
    mult = (int32_t *)(lasts ? mrt_take(b->memory, 4 * count, 0) : mrt_take_work(b->memory, 4 * count));
    shift = (int8_t *)(lasts ? mrt_take(b->memory, count, 0) : mrt_take_work(b->memory, count));
    if (mult)
        mrt_fully_connected_i8_prepare(p, &scales, mult, shift);
    return MRT_REASON_NONE;
}

/* Weights with a zero point: only the oldest files have them. */
static void mrt_fully_connected_run_i8(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8((const mrt_fully_connected_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static MRT_COLD mrt_reason mrt_fully_connected_prepare_askew(mrt_build *b)
{
    mrt_fully_connected_i8_params p;

    MRT_TRY(mrt_fully_connected_fill_i8(b, 1, &p));
    p.w = mrt_constant_bytes(b, 1, 0);
    b->run = mrt_fully_connected_run_i8;
    mrt_store(b, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

static void mrt_fully_connected_run_dsp(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_dsp((const mrt_fully_connected_channels_params *)params, (const int8_t *)io->in[0],
                               (int8_t *)io->out[0]);
}

/* The same where the clamps are those of int8, as they are in most layers. */
static void mrt_fully_connected_run_dsp_fast(const void *params, const mrt_io *io)
{
    mrt_fully_connected_channels_params p = *(const mrt_fully_connected_channels_params *)params;

    p.output.act_min = -128;
    p.output.act_max = 127;
    p.output.is_fast = 1;
    if (p.output.is_relu) {
        p.output.is_relu = 1; /* now a constant */
        mrt_fully_connected_i8_dsp(&p, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
    } else {
        mrt_fully_connected_i8_dsp(&p, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
    }
}

MRT_INLINE mrt_run_function *mrt_fully_connected_dsp_of(const mrt_output *output)
{
    return output->is_fast && output->act_min == -128 && output->act_max == 127 ? mrt_fully_connected_run_dsp_fast
                                                                                : mrt_fully_connected_run_dsp;
}

static void mrt_fully_connected_run_rows_8(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_rows_8((const mrt_fully_connected_channels_params *)params, (const int8_t *)io->in[0],
                                  (int8_t *)io->out[0]);
}

static void mrt_fully_connected_run_rows(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8_rows((const mrt_fully_connected_channels_params *)params, (const int8_t *)io->in[0],
                                (int8_t *)io->out[0]);
}

static const int32_t *mrt_fully_connected_channels(mrt_build *b, const mrt_fully_connected_i8_params *p, mrt_output *output)
{
    mrt_fold fold;

    fold.count = p->out_count;
    fold.channel_step = fold.tap_count = p->in_count;
    fold.tap_step = 1;
    fold.w = p->w;
    fold.bias = p->bias;
    fold.mult = p->mult;
    fold.shift = p->shift;
    fold.mult_step = p->step;
    fold.in_zero = p->in_zero;
    fold.folds_zero = 1;
    output->zero = p->out_zero;
    output->act_min = p->act_min;
    output->act_max = p->act_max;
    return mrt_channels_prepare(b, &fold, output);
}

static MRT_COLD mrt_reason mrt_fully_connected_prepare_i8(mrt_build *b)
{
    mrt_fully_connected_i8_params       reference;
    mrt_fully_connected_channels_params p;

    if (mrt_zero_of(b->m, &b->in[1], 0) != 0)
        return mrt_fully_connected_prepare_askew(b);
    MRT_TRY(mrt_fully_connected_fill_i8(b, 0, &reference));
    p.rows = reference.rows;
    p.in_count = reference.in_count;
    p.out_count = reference.out_count;
    p.w = reference.w = mrt_constant_bytes(b, 1, 0);
    p.channels = mrt_fully_connected_channels(b, &reference, &p.output);
    b->run = mrt_arch_of(b) == MRT_ARCH_ARM_DSP ? mrt_fully_connected_dsp_of(&p.output)
             : mrt_arch_of(b) == MRT_ARCH_RISCV ? mrt_fully_connected_run_rows_8
                                                : mrt_fully_connected_run_rows;
    mrt_store(b, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

/* ---- float32 ---- */

#if !defined(MRT_NO_F32)
static MRT_COLD mrt_reason mrt_fully_connected_prepare_f32(mrt_build *b)
{
    const mrt_tensor              *w = &b->in[1];
    mrt_fully_connected_f32_params p;

    p.rows = (int32_t)b->in[0].count / w->dim[1];
    p.in_count = w->dim[1];
    p.out_count = w->dim[0];
    mrt_activation_range_f32(b->activation, &p.act_min, &p.act_max);
    p.w = (const float *)mrt_constant_operand(b, 1, 4);
    p.bias = (const float *)mrt_constant_operand(b, 2, 4);
    mrt_store(b, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static void mrt_fully_connected_run_f32(const void *params, const mrt_io *io)
{
    mrt_fully_connected_f32((const mrt_fully_connected_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}
#endif

static const mrt_operator_row mrt_fully_connected_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8, MRT_I32}, mrt_fully_connected_prepare_i8, NULL},
#if !defined(MRT_NO_F32)
    {MRT_F32, {MRT_F32, MRT_F32, MRT_F32}, mrt_fully_connected_prepare_f32, mrt_fully_connected_run_f32},
#endif
};

MRT_API_DATA const mrt_operator mrt_operator_fully_connected = {
    9, 12, 8, 2, 3, MRT_ROWS(mrt_fully_connected_rows), mrt_fully_connected_check, mrt_fully_connected_rows};
