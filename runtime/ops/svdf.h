/* SVDF: in [N, I], weights [F, I], weights of time [F, M], bias [U] or absent, state [N, F * M] -> out [N, U], F = U * rank.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SVDF_H
#define MRT_OPS_SVDF_H

#include "../kernels/svdf.h"
#include "../kernels/svdf_hybrid.h"
#include "recurrent.h"

MRT_FIELDS(mrt_svdf_i8_params, batch, in_count, units, rank, memory, in_zero, state_zero, out_zero, state_mult, state_shift,
           out_mult, out_shift, w, w_time, bias);
MRT_FIELDS(mrt_svdf_i16_params, batch, in_count, units, rank, memory, in_zero, state_zero, out_zero, state_mult, state_shift,
           out_mult, out_shift, w, w_time, bias);
MRT_FIELDS(mrt_svdf_f32_params, batch, in_count, units, rank, memory, act_min, act_max, w, w_time, bias);
MRT_FIELDS(mrt_svdf_hybrid_params, batch, in_count, units, rank, memory, is_asymmetric, act_min, act_max, w_scale,
           time_scale, w, w_time, bias);
MRT_KERNEL(mrt_svdf_i8, mrt_svdf_i8_params, "kernels/svdf.h");
MRT_KERNEL(mrt_svdf_i16, mrt_svdf_i16_params, "kernels/svdf.h");
MRT_KERNEL(mrt_svdf_f32, mrt_svdf_f32_params, "kernels/svdf.h");
MRT_KERNEL(mrt_svdf_hybrid, mrt_svdf_hybrid_params, "kernels/svdf_hybrid.h");

enum { MRT_SVDF_WEIGHTS = 1, MRT_SVDF_TIME = 2, MRT_SVDF_BIAS = 3, MRT_SVDF_STATE = 4 };

static const mrt_attribute mrt_svdf_fields[] = {MRT_ATTRIBUTE(I32, mrt_svdf_attributes, rank, 0, 0), MRT_FUSED_ACTIVATION(1),
                                                MRT_ATTRIBUTE(BOOL, mrt_svdf_attributes, asymmetric_quantize_inputs, 2, 0)};

static MRT_COLD mrt_reason mrt_svdf_shape(mrt_call *c)
{
    const int32_t     rank = ((const mrt_svdf_attributes *)c->attributes)->rank;
    const mrt_tensor *in = &c->in[0], *w = &c->in[MRT_SVDF_WEIGHTS], *w_time = &c->in[MRT_SVDF_TIME];
    int32_t           dim[2];

    MRT_REQUIRE(c, in->rank == 2 && w->rank == 2 && w_time->rank == 2 && !mrt_is_const(c, 0), SHAPE,
                "input %s, weights %s and %s: all must have 2 dimensions, and the input must be computed", MRT_SHAPE(in),
                MRT_SHAPE(w), MRT_SHAPE(w_time));
    MRT_REQUIRE(c, in->count > 0 && w->count > 0 && w_time->count > 0, SHAPE, "input %s, weights %s or %s are empty",
                MRT_SHAPE(in), MRT_SHAPE(w), MRT_SHAPE(w_time));
    MRT_REQUIRE(c, rank >= 1 && w->dim[0] % rank == 0, OPTIONS, "%d filters do not go with rank %d", (int)w->dim[0],
                (int)rank);
    MRT_TRY(mrt_check_matrix(c, MRT_SVDF_WEIGHTS, w->dim[0], in->dim[1]));
    MRT_TRY(mrt_check_matrix(c, MRT_SVDF_TIME, w->dim[0], w_time->dim[1]));
    if (mrt_has(c, MRT_SVDF_BIAS))
        MRT_TRY(mrt_check_matrix(c, MRT_SVDF_BIAS, w->dim[0] / rank, 0));
    MRT_TRY(mrt_check_state(c, MRT_SVDF_STATE, (uint64_t)in->dim[0] * w_time->count));
    c->work = (uint64_t)in->dim[0] * ((uint64_t)w->count + w_time->count);
    dim[0] = in->dim[0];
    dim[1] = w->dim[0] / rank;
    return mrt_set_shape(c, 0, in->type, 2, dim);
}

/* The product of the first two scales by the third in float, as TensorFlow Lite Micro has it. */
static MRT_COLD void mrt_svdf_multiplier(const mrt_tensor *a, const mrt_tensor *b, const mrt_tensor *out, int32_t *mult,
                                         int32_t *shift)
{
    const float product = mrt_scale(a) * mrt_scale(b);

    mrt_quantize_multiplier((double)(product / mrt_scale(out)), mult, shift);
}

static MRT_COLD mrt_reason mrt_svdf_check_i8(mrt_call *c, mrt_type state)
{
    MRT_TRY(mrt_check_type(c, MRT_SVDF_STATE, state));
    if (mrt_has(c, MRT_SVDF_BIAS))
        MRT_TRY(mrt_check_type(c, MRT_SVDF_BIAS, MRT_I32));
    MRT_TRY(mrt_check_scale(c, &c->in[0]));
    MRT_TRY(mrt_check_symmetric(c, MRT_SVDF_WEIGHTS));
    MRT_TRY(mrt_check_symmetric(c, MRT_SVDF_TIME));
    MRT_TRY(mrt_check_scale(c, &c->in[MRT_SVDF_STATE]));
    return mrt_check_scale(c, &c->out[0]);
}

/* The scalars, which are the same in both structs. */
static MRT_COLD void mrt_svdf_fill(mrt_call *c, mrt_svdf_i8_params *p)
{
    const mrt_tensor *in = &c->in[0], *w = &c->in[MRT_SVDF_WEIGHTS], *w_time = &c->in[MRT_SVDF_TIME];
    const mrt_tensor *state = &c->in[MRT_SVDF_STATE], *out = &c->out[0];

    p->batch = in->dim[0];
    p->in_count = in->dim[1];
    p->rank = ((const mrt_svdf_attributes *)c->attributes)->rank;
    p->units = w->dim[0] / p->rank;
    p->memory = w_time->dim[1];
    p->in_zero = mrt_zero(in);
    p->state_zero = mrt_zero(state);
    p->out_zero = mrt_zero(out);
    mrt_svdf_multiplier(in, w, state, &p->state_mult, &p->state_shift);
    mrt_svdf_multiplier(state, w_time, out, &p->out_mult, &p->out_shift);
}

static MRT_COLD mrt_reason mrt_svdf_prepare_i8(mrt_call *c)
{
    mrt_svdf_i8_params p;

    MRT_TRY(mrt_svdf_check_i8(c, MRT_I8));
    mrt_svdf_fill(c, &p);
    p.w = (const int8_t *)c->side->constant(c, &c->in[MRT_SVDF_WEIGHTS], "weights", 0);
    p.w_time = (const int8_t *)c->side->constant(c, &c->in[MRT_SVDF_TIME], "time", 0);
    p.bias = mrt_has(c, MRT_SVDF_BIAS) ? (const int32_t *)c->side->constant(c, &c->in[MRT_SVDF_BIAS], "bias", 0) : NULL;
    c->side->store(c, &p, sizeof p, 3);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_svdf_prepare_i16(mrt_call *c)
{
    mrt_svdf_i8_params  same;
    mrt_svdf_i16_params p;

    MRT_TRY(mrt_svdf_check_i8(c, MRT_I16));
    mrt_svdf_fill(c, &same);
    p.batch = same.batch;
    p.in_count = same.in_count;
    p.units = same.units;
    p.rank = same.rank;
    p.memory = same.memory;
    p.in_zero = same.in_zero;
    p.state_zero = same.state_zero;
    p.out_zero = same.out_zero;
    p.state_mult = same.state_mult;
    p.state_shift = same.state_shift;
    p.out_mult = same.out_mult;
    p.out_shift = same.out_shift;
    p.w = (const int8_t *)c->side->constant(c, &c->in[MRT_SVDF_WEIGHTS], "weights", 0);
    p.w_time = (const int16_t *)c->side->constant(c, &c->in[MRT_SVDF_TIME], "time", 0);
    p.bias = mrt_has(c, MRT_SVDF_BIAS) ? (const int32_t *)c->side->constant(c, &c->in[MRT_SVDF_BIAS], "bias", 0) : NULL;
    c->side->store(c, &p, sizeof p, 3);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_svdf_prepare_f32(mrt_call *c)
{
    mrt_svdf_f32_params p;

    p.batch = c->in[0].dim[0];
    p.in_count = c->in[0].dim[1];
    p.rank = ((const mrt_svdf_attributes *)c->attributes)->rank;
    p.units = c->in[MRT_SVDF_WEIGHTS].dim[0] / p.rank;
    p.memory = c->in[MRT_SVDF_TIME].dim[1];
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    p.w = (const float *)c->side->constant(c, &c->in[MRT_SVDF_WEIGHTS], "weights", 0);
    p.w_time = (const float *)c->side->constant(c, &c->in[MRT_SVDF_TIME], "time", 0);
    p.bias = mrt_has(c, MRT_SVDF_BIAS) ? (const float *)c->side->constant(c, &c->in[MRT_SVDF_BIAS], "bias", 0) : NULL;
    c->side->store(c, &p, sizeof p, 3);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_svdf_prepare_hybrid(mrt_call *c)
{
    const mrt_svdf_attributes *as = (const mrt_svdf_attributes *)c->attributes;
    mrt_svdf_hybrid_params     p;

    MRT_TRY(mrt_check_type(c, MRT_SVDF_STATE, MRT_F32));
    if (mrt_has(c, MRT_SVDF_BIAS))
        MRT_TRY(mrt_check_type(c, MRT_SVDF_BIAS, MRT_F32));
    MRT_TRY(mrt_check_symmetric(c, MRT_SVDF_WEIGHTS));
    MRT_TRY(mrt_check_symmetric(c, MRT_SVDF_TIME));
    p.batch = c->in[0].dim[0];
    p.in_count = c->in[0].dim[1];
    p.rank = as->rank;
    p.units = c->in[MRT_SVDF_WEIGHTS].dim[0] / p.rank;
    p.memory = c->in[MRT_SVDF_TIME].dim[1];
    p.is_asymmetric = as->asymmetric_quantize_inputs;
    p.w_scale = mrt_scale(&c->in[MRT_SVDF_WEIGHTS]);
    p.time_scale = mrt_scale(&c->in[MRT_SVDF_TIME]);
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    p.w = (const int8_t *)c->side->constant(c, &c->in[MRT_SVDF_WEIGHTS], "weights", 0);
    p.w_time = (const int8_t *)c->side->constant(c, &c->in[MRT_SVDF_TIME], "time", 0);
    p.bias = mrt_has(c, MRT_SVDF_BIAS) ? (const float *)c->side->constant(c, &c->in[MRT_SVDF_BIAS], "bias", 0) : NULL;
    c->scratch_bytes = (uint32_t)p.in_count;
    c->side->store(c, &p, sizeof p, 3);
    return MRT_REASON_NONE;
}

/* The types of bias and state are checked in prepare. */
static const mrt_row mrt_svdf_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8, MRT_I8, MRT_ANY}, 4, 3, 4, MRT_WITH(mrt_svdf_prepare_i8, mrt_svdf_i8)},
    {MRT_I8, {MRT_I8, MRT_I8, MRT_I16, MRT_ANY}, 4, 3, 4, MRT_WITH(mrt_svdf_prepare_i16, mrt_svdf_i16)},
    {MRT_F32, {MRT_F32}, 1, 1, 4, MRT_FLOATS(mrt_svdf_prepare_f32, mrt_svdf_f32)},
    MRT_LINE_OF(mrt_svdf_hybrid,
                {MRT_F32, {MRT_F32, MRT_I8, MRT_I8, MRT_ANY}, 4, 2, 4, MRT_FLOATS(mrt_svdf_prepare_hybrid, mrt_svdf_hybrid)})
        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_svdf = {
    27, 6, 3, 5, 1, 1, MRT_ATTRIBUTES(mrt_svdf_fields), mrt_svdf_shape, mrt_svdf_rows};

#endif
