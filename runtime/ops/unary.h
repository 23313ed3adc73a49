/* ABS, CEIL, COS, EXP, FLOOR, LOG, NEG, ROUND, RSQRT, SIN, SQRT, SQUARE: x of any shape -> y of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_UNARY_H
#define MRT_OPS_UNARY_H

#include "../kernels/unary.h"
#include "lookup.h"

MRT_FIELDS(mrt_unary_f32_params, count);
MRT_FIELDS(mrt_abs_params, count, in_zero, out_zero, mult, shift, act_min, act_max);
MRT_FIELDS(mrt_rsqrt_params, count, in_zero, out_zero, mult, shift, act_min, act_max);
MRT_KERNEL(mrt_abs_all_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_ceil_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_cos_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_exp_all_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_floor_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_log_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_neg_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_round_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_rsqrt_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_sin_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_sqrt_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_square_f32, mrt_unary_f32_params, "kernels/unary.h");
MRT_KERNEL(mrt_abs_i8, mrt_abs_params, "kernels/unary.h");
MRT_KERNEL(mrt_abs_i16, mrt_abs_params, "kernels/unary.h");
MRT_KERNEL(mrt_rsqrt_i16, mrt_rsqrt_params, "kernels/unary.h");

static MRT_COLD mrt_reason mrt_unary_prepare_f32(mrt_call *c)
{
    mrt_unary_f32_params p;

    p.count = (int32_t)c->in[0].count;
    c->constants = 1;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

/* int8 and int16. */
static MRT_COLD mrt_reason mrt_abs_prepare(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *out = &c->out[0];
    const int         is_plain = in->type == MRT_I16 && in->scale_count == 0 && out->scale_count == 0;
    mrt_abs_params    p;

    if (!is_plain)
        MRT_TRY(mrt_check_scales(c));
    p.count = (int32_t)in->count;
    p.in_zero = mrt_zero(in);
    p.out_zero = mrt_zero(out);
    mrt_quantize_multiplier((double)mrt_scale(in) / (double)mrt_scale(out), &p.mult, &p.shift);
    mrt_type_limits(out->type, &p.act_min, &p.act_max);
    if (is_plain)
        p.act_max = 32768;
    c->constants = 1;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_rsqrt_begin(mrt_call *c, mrt_rsqrt_params *p)
{
    MRT_TRY(mrt_check_scales(c));
    p->count = (int32_t)c->in[0].count;
    p->in_zero = mrt_zero(&c->in[0]);
    p->out_zero = mrt_zero(&c->out[0]);
    mrt_type_limits(c->out[0].type, &p->act_min, &p->act_max);
    mrt_rsqrt_prepare(p, mrt_scale(&c->in[0]), mrt_scale(&c->out[0]));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_rsqrt_prepare_i8(mrt_call *c)
{
    mrt_rsqrt_params p;
    int8_t          *table;
    int32_t          x;

    MRT_TRY(mrt_rsqrt_begin(c, &p));
    table = mrt_store_lookup(c);
    for (x = -128; table && x < 128; x++)
        table[x + 128] = (int8_t)mrt_rsqrt_one(&p, x);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_rsqrt_prepare_i16(mrt_call *c)
{
    mrt_rsqrt_params p;

    MRT_TRY(mrt_rsqrt_begin(c, &p));
    c->constants = 1;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_abs_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 5, MRT_FLOATS(mrt_unary_prepare_f32, mrt_abs_all_f32)},
                                       {MRT_I8, {MRT_I8}, 1, 2, 5, mrt_abs_prepare, MRT_RUN(mrt_abs_i8)},
                                       {MRT_I16, {MRT_I16}, 1, 3, 5, mrt_abs_prepare, MRT_RUN(mrt_abs_i16)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_abs = {101,         0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_abs_rows};

static const mrt_row mrt_ceil_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_unary_prepare_f32, mrt_ceil_f32)},
                                        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_ceil = {104,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_ceil_rows};

static const mrt_row mrt_cos_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_unary_prepare_f32, mrt_cos_f32)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_cos = {108,         0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_cos_rows};

static const mrt_row mrt_exp_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_unary_prepare_f32, mrt_exp_all_f32)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_exp = {47,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_exp_rows};

static const mrt_row mrt_floor_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_unary_prepare_f32, mrt_floor_f32)},
                                         MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_floor = {
    8, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_floor_rows};

static const mrt_row mrt_log_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_unary_prepare_f32, mrt_log_f32)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_log = {73,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_log_rows};

static const mrt_row mrt_neg_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_unary_prepare_f32, mrt_neg_f32)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_neg = {59,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_neg_rows};

static const mrt_row mrt_round_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_unary_prepare_f32, mrt_round_f32)},
                                         MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_round = {
    116, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_round_rows};

static const mrt_row mrt_rsqrt_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_unary_prepare_f32, mrt_rsqrt_f32)},
                                         {MRT_I8, {MRT_I8}, 1, 2, 3, mrt_rsqrt_prepare_i8, MRT_RUN(mrt_lookup_i8)},
                                         {MRT_I16, {MRT_I16}, 1, 3, 3, mrt_rsqrt_prepare_i16, MRT_RUN(mrt_rsqrt_i16)},
                                         MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_rsqrt = {
    76, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_rsqrt_rows};

static const mrt_row mrt_sin_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_unary_prepare_f32, mrt_sin_f32)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_sin = {66,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_sin_rows};

static const mrt_row mrt_sqrt_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_unary_prepare_f32, mrt_sqrt_f32)},
                                        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_sqrt = {75,           0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_sqrt_rows};

static const mrt_row mrt_square_rows[] = {{MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_unary_prepare_f32, mrt_square_f32)},
                                          MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_square = {
    92, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_square_rows};

#endif
