/* FULLY_CONNECTED: in [..., I], weights [O, I], bias [O] or absent -> out [N, O] (or [..., O] with keep_num_dims).
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../kernels/fully_connected.h"
#include "../build.h"
#include "../operators.h"

enum { MRT_FULLY_CONNECTED_ACTIVATION = 0, MRT_FULLY_CONNECTED_FORMAT = 1, MRT_FULLY_CONNECTED_KEEP_DIMS = 2 };

static mrt_reason mrt_fully_connected_check_shape(mrt_build *b)
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

static mrt_reason mrt_fully_connected_check(mrt_build *b)
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

static mrt_reason mrt_fully_connected_fill_i8(mrt_build *b, mrt_fully_connected_i8_params *p)
{
    const mrt_tensor *w = &b->in[1];

    if (b->in[0].scales.count == 0 || b->out.scales.count == 0 || w->scales.count == 0 ||
        (w->scales.count > 1 && w->axis != 0))
        return MRT_REASON_QUANTIZATION;
    p->rows = (int32_t)b->in[0].count / w->dim[1];
    p->in_count = w->dim[1];
    p->out_count = w->dim[0];
    p->in_zero = mrt_zero_of(b->m, &b->in[0], 0);
    p->w_zero = mrt_zero_of(b->m, w, 0);
    p->out_zero = mrt_zero_of(b->m, &b->out, 0);
    p->w = (const int8_t *)mrt_constant_operand(b, 1, 1);
    return MRT_REASON_NONE;
}

static mrt_reason mrt_fully_connected_prepare_i8(mrt_build *b)
{
    const mrt_vector             *w_scale = &b->in[1].scales;
    mrt_fully_connected_i8_params p;
    mrt_fully_connected_i8_scales scales;
    int32_t                      *mult;
    int8_t                       *shift;

    MRT_TRY(mrt_fully_connected_fill_i8(b, &p));
    p.bias = (const int32_t *)mrt_constant_operand(b, 2, 4);
    scales.in_scale = mrt_scale_of(b->m, &b->in[0]);
    scales.out_scale = mrt_scale_of(b->m, &b->out);
    scales.w_scale = (const float *)mrt_constant(b, w_scale->at, 4 * w_scale->count, 4);
    scales.w_scale_count = (int32_t)w_scale->count;
    scales.activation = b->activation;
    mult = (int32_t *)mrt_take(b->memory, 4 * (size_t)w_scale->count, 0);
    shift = (int8_t *)mrt_take(b->memory, w_scale->count, 0);
    if (shift)
        mrt_fully_connected_i8_prepare(&p, &scales, mult, shift);
    mrt_store(b, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

static mrt_reason mrt_fully_connected_prepare_f32(mrt_build *b)
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

static void mrt_fully_connected_run_i8(const void *params, const mrt_io *io)
{
    mrt_fully_connected_i8((const mrt_fully_connected_i8_params *)params, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static void mrt_fully_connected_run_f32(const void *params, const mrt_io *io)
{
    mrt_fully_connected_f32((const mrt_fully_connected_f32_params *)params, (const float *)io->in[0], (float *)io->out[0]);
}

static const mrt_operator_row mrt_fully_connected_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8, MRT_I32}, mrt_fully_connected_prepare_i8, mrt_fully_connected_run_i8},
    {MRT_F32, {MRT_F32, MRT_F32, MRT_F32}, mrt_fully_connected_prepare_f32, mrt_fully_connected_run_f32},
};

MRT_API_DATA const mrt_operator mrt_operator_fully_connected = {
    9, 12, 8, 2, 3, 2, mrt_fully_connected_check, mrt_fully_connected_rows};
