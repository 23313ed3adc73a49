/* SOFTMAX over the last axis: x [..., C] -> y of the same shape, rows that sum to 1.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SOFTMAX_H
#define MRT_OPS_SOFTMAX_H

#include "../attributes.h"
#include "../kernels/softmax.h"
#include "../op.h"

MRT_FIELDS(mrt_softmax_i8_params, rows, depth, mult, shift, diff_min);
MRT_FIELDS(mrt_softmax_i16_params, rows, depth, mult, shift, diff_min, exp_table, reciprocal_table);
MRT_FIELDS(mrt_softmax_f32_params, rows, depth, beta);
MRT_KERNEL_1(mrt_softmax_i8, mrt_softmax_i8_params, "kernels/softmax.h", int8_t, int8_t);
MRT_KERNEL_1(mrt_softmax_u8, mrt_softmax_i8_params, "kernels/softmax.h", uint8_t, uint8_t);
MRT_KERNEL_1(mrt_softmax_i8_i16, mrt_softmax_i8_params, "kernels/softmax.h", int8_t, int16_t);
MRT_KERNEL_1(mrt_softmax_i16, mrt_softmax_i16_params, "kernels/softmax.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_softmax_f32, mrt_softmax_f32_params, "kernels/softmax.h", float, float);

static const mrt_attribute mrt_softmax_fields[] = {MRT_ATTRIBUTE(F32, mrt_softmax_attributes, beta, 0, 0)};

static float mrt_softmax_beta(const mrt_call *c)
{
    return ((const mrt_softmax_attributes *)c->attributes)->beta;
}

static int32_t mrt_softmax_depth(const mrt_call *c)
{
    return c->in[0].dim[c->in[0].rank - 1];
}

static MRT_COLD mrt_reason mrt_softmax_shape(mrt_call *c)
{
    const float beta = mrt_softmax_beta(c);

    MRT_REQUIRE(c, c->in[0].rank >= 1 && mrt_softmax_depth(c) >= 1, SHAPE, "input %s has no last dimension to sum over",
                MRT_SHAPE(&c->in[0]));
    MRT_REQUIRE(c, mrt_is_finite(beta) && beta > 0.0f, OPTIONS, "beta is %g, a positive number expected", (double)beta);
    return mrt_set_shape(c, 0, c->in[0].type == MRT_I8 && c->out[0].type == MRT_I16 ? MRT_I16 : c->in[0].type, c->in[0].rank,
                         c->in[0].dim);
}

/* int8 to int8 or int16, uint8 to uint8. */
static MRT_COLD mrt_reason mrt_softmax_prepare_i8(mrt_call *c)
{
    const int             is_wide = c->out[0].type == MRT_I16;
    mrt_softmax_i8_params p;

    MRT_TRY(mrt_check_fixed(c, is_wide ? 1.0f / 65536.0f : 1.0f / 256.0f,
                            is_wide                    ? -32768
                            : c->out[0].type == MRT_U8 ? 0
                                                       : -128));
    p.depth = mrt_softmax_depth(c);
    p.rows = (int32_t)c->in[0].count / p.depth;
    mrt_softmax_i8_prepare(&p, mrt_scale(&c->in[0]), mrt_softmax_beta(c));
    c->in_place = is_wide ? 0u : 1u;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_softmax_prepare_i16(mrt_call *c)
{
    mrt_softmax_i16_params p;
    int16_t               *exp_table, *reciprocal_table;

    MRT_TRY(mrt_check_fixed(c, 1.0f / 32768.0f, 0));
    exp_table = (int16_t *)c->side->take(c, "exp", MRT_I16, MRT_LOOKUP_I16_COUNT);
    reciprocal_table = (int16_t *)c->side->take(c, "reciprocal", MRT_I16, MRT_LOOKUP_I16_COUNT);
    if (exp_table && reciprocal_table)
        mrt_softmax_i16_fill(exp_table, reciprocal_table);
    p.depth = mrt_softmax_depth(c);
    p.rows = (int32_t)c->in[0].count / p.depth;
    p.exp_table = exp_table;
    p.reciprocal_table = reciprocal_table;
    mrt_softmax_i16_prepare(&p, mrt_scale(&c->in[0]), mrt_softmax_beta(c));
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_softmax_prepare_f32(mrt_call *c)
{
    mrt_softmax_f32_params p;

    p.depth = mrt_softmax_depth(c);
    p.rows = (int32_t)c->in[0].count / p.depth;
    p.beta = mrt_softmax_beta(c);
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_softmax_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 3, MRT_WITH(mrt_softmax_prepare_i8, mrt_softmax_i8)},
    {MRT_I16, {MRT_I8}, 1, 2, 3, MRT_WITH(mrt_softmax_prepare_i8, mrt_softmax_i8_i16)},
    {MRT_I16, {MRT_I16}, 1, 3, 3, MRT_WITH(mrt_softmax_prepare_i16, mrt_softmax_i16)},
    {MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_softmax_prepare_f32, mrt_softmax_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_softmax_prepare_i8, mrt_softmax_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_softmax = {
    25, 9, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_softmax_fields), mrt_softmax_shape, mrt_softmax_rows};

#endif
