/* ADD: a, b -> a + b, where an operand repeats along axes in which it has one element. A constant of int8
 * or float32 is always the second operand of the kernel, which finds it in its parameters.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_ADD_H
#define MRT_OPS_ADD_H

#include "../kernels/add.h"
#include "scaled_sum.h"

MRT_FIELDS(mrt_add_i8_params, count, rank, a_zero, a_mult, a_shift, b_zero, b_mult, b_shift, out_zero, out_mult, out_shift,
           act_min, act_max, walk, constant);
MRT_FIELDS(mrt_add_f32_params, count, rank, act_min, act_max, walk, constant);
MRT_KERNEL(mrt_add_u8, mrt_scaled_sum_params, "kernels/add.h");
MRT_KERNEL(mrt_add_i16, mrt_scaled_sum_params, "kernels/add.h");
MRT_KERNEL(mrt_add_i32, mrt_pairs_params, "kernels/add.h");

/* The operands as the kernel takes them. */
static MRT_UNUSED const mrt_tensor *mrt_add_a(const mrt_call *c)
{
    return &c->in[mrt_is_const(c, 0) ? 1 : 0];
}

static MRT_UNUSED const mrt_tensor *mrt_add_b(const mrt_call *c)
{
    return &c->in[mrt_is_const(c, 0) ? 0 : 1];
}

static MRT_UNUSED int mrt_add_has_constant(const mrt_call *c)
{
    return mrt_add_b(c)->kind == MRT_CONST;
}

static MRT_COLD mrt_reason mrt_add_fill_i8(mrt_call *c, mrt_add_i8_params *p)
{
    const mrt_tensor *a = mrt_add_a(c), *b = mrt_add_b(c);
    mrt_add_i8_scales scales;

    MRT_TRY(mrt_check_scales(c));
    scales.a = mrt_scale(a);
    scales.b = mrt_scale(b);
    scales.out = mrt_scale(&c->out[0]);
    scales.activation = c->activation;
    p->count = (int32_t)c->out[0].count;
    p->a_zero = mrt_zero(a);
    p->b_zero = mrt_zero(b);
    p->out_zero = mrt_zero(&c->out[0]);
    MRT_REQUIRE(c, mrt_add_i8_prepare(p, &scales), SCALES, "output scale %g is too fine for input scales %g and %g",
                (double)scales.out, (double)scales.a, (double)scales.b);
    p->walk = mrt_take_walk(c, a, b, &p->rank);
    p->constant = b->kind == MRT_CONST ? (const int8_t *)c->side->constant(c, b, "constant", 0) : NULL;
    c->in_place = mrt_elementwise_in_place(c);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_add_prepare_i8(mrt_call *c)
{
    mrt_add_i8_params p;

    MRT_TRY(mrt_add_fill_i8(c, &p));
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_add_prepare_f32(mrt_call *c)
{
    const mrt_tensor  *a = mrt_add_a(c), *b = mrt_add_b(c);
    mrt_add_f32_params p;

    p.count = (int32_t)c->out[0].count;
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    p.walk = mrt_take_walk(c, a, b, &p.rank);
    p.constant = b->kind == MRT_CONST ? (const float *)c->side->constant(c, b, "constant", 0) : NULL;
    c->in_place = mrt_elementwise_in_place(c);
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

/* Whatever the fused activation is: the reference ignores it. */
static MRT_COLD mrt_reason mrt_add_prepare_i32(mrt_call *c)
{
    MRT_TRY(mrt_check_whole_numbers(c));
    return mrt_prepare_pairs(c);
}

static MRT_UNUSED void mrt_add_either_i8(const mrt_add_i8_params *p, const mrt_io *io)
{
    if (p->constant)
        mrt_add_const_i8(p, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
    else
        mrt_add_i8(p, (const int8_t *)io->in[0], (const int8_t *)io->in[1], (int8_t *)io->out[0]);
}

static MRT_UNUSED void mrt_add_either_f32(const mrt_add_f32_params *p, const mrt_io *io)
{
    if (p->constant)
        mrt_add_const_f32(p, (const float *)io->in[0], (float *)io->out[0]);
    else
        mrt_add_f32(p, (const float *)io->in[0], (const float *)io->in[1], (float *)io->out[0]);
}

#if !defined(MRT_SENTENCES)
#include "../interpreter/fast/add.h"
#endif

MRT_KERNELS_OF(mrt_add_i8, mrt_add_either_i8, mrt_add_i8_params);
MRT_KERNELS_OF(mrt_add_f32, mrt_add_either_f32, mrt_add_f32_params);

static const mrt_row mrt_add_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8}, 2, 2, 5, MRT_WITH(MRT_FASTER(mrt_add_prepare_fast, mrt_add_prepare_i8), mrt_add_i8)},
    {MRT_I16, {MRT_I16, MRT_I16}, 2, 3, 5, MRT_WITH(mrt_prepare_scaled_sum, mrt_add_i16)},
    {MRT_I32, {MRT_I32, MRT_I32}, 2, 1, 5, MRT_WITH(mrt_add_prepare_i32, mrt_add_i32)},
    {MRT_F32, {MRT_F32, MRT_F32}, 2, 1, 5, MRT_FLOATS(mrt_add_prepare_f32, mrt_add_f32)},
    {MRT_U8, {MRT_U8, MRT_U8}, 2, 1, 5, MRT_WITH(mrt_prepare_scaled_sum, mrt_add_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_add = {
    0, 11, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_add_fields), mrt_shape_of_pairs, mrt_add_rows};

#endif
