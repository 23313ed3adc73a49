/* MUL: a, b -> a * b, where an operand repeats along axes in which it has one element.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_MUL_H
#define MRT_OPS_MUL_H

#include "../kernels/mul.h"
#include "broadcast.h"

MRT_FIELDS(mrt_mul_params, count, rank, a_zero, b_zero, out_zero, mult, shift, act_min, act_max, walk);
MRT_FIELDS(mrt_mul_i32_params, count, rank, act_min, act_max, walk);
MRT_FIELDS(mrt_mul_f32_params, count, rank, act_min, act_max, walk);
MRT_KERNEL(mrt_mul_i8, mrt_mul_params, "kernels/mul.h");
MRT_KERNEL(mrt_mul_u8, mrt_mul_params, "kernels/mul.h");
MRT_KERNEL(mrt_mul_i16, mrt_mul_params, "kernels/mul.h");
MRT_KERNEL(mrt_mul_i32, mrt_mul_i32_params, "kernels/mul.h");
MRT_KERNEL(mrt_mul_f32, mrt_mul_f32_params, "kernels/mul.h");

static const mrt_attribute mrt_mul_fields[] = {MRT_FUSED_ACTIVATION(0)};

static MRT_COLD mrt_reason mrt_mul_shape(mrt_call *c)
{
    return mrt_broadcast_shape(c, c->in[0].type);
}

/* int8, uint8 and int16. */
static MRT_COLD mrt_reason mrt_mul_prepare(mrt_call *c)
{
    const mrt_tensor *a = &c->in[0], *b = &c->in[1], *out = &c->out[0];
    mrt_mul_params    p;
    int32_t           low = 0, high = 0;

    MRT_TRY(mrt_check_scales(c));
    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    p.a_zero = mrt_zero(a);
    p.b_zero = mrt_zero(b);
    p.out_zero = mrt_zero(out);
    mrt_quantize_multiplier((double)mrt_scale(a) * (double)mrt_scale(b) / (double)mrt_scale(out), &p.mult, &p.shift);
    mrt_type_limits(out->type, &low, &high);
    mrt_activation_range(c->activation, mrt_scale(out), p.out_zero, low, high, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_mul_prepare_i32(mrt_call *c)
{
    mrt_mul_i32_params p;

    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    mrt_activation_range(c->activation, 1.0f, 0, INT32_MIN, INT32_MAX, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_mul_prepare_f32(mrt_call *c)
{
    mrt_mul_f32_params p;

    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_mul_rows[] = {{MRT_I8, {MRT_I8}, 1, 2, 7, MRT_WITH(mrt_mul_prepare, mrt_mul_i8)},
                                       {MRT_I16, {MRT_I16}, 1, 4, 7, MRT_WITH(mrt_mul_prepare, mrt_mul_i16)},
                                       {MRT_I32, {MRT_I32}, 1, 1, 7, MRT_WITH(mrt_mul_prepare_i32, mrt_mul_i32)},
                                       {MRT_F32, {MRT_F32}, 1, 1, 7, MRT_FLOATS(mrt_mul_prepare_f32, mrt_mul_f32)},
                                       {MRT_U8, {MRT_U8}, 1, 1, 7, MRT_WITH(mrt_mul_prepare, mrt_mul_u8)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_mul = {
    18, 21, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_mul_fields), mrt_mul_shape, mrt_mul_rows};

#endif
