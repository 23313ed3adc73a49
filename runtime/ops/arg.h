/* ARG_MAX, ARG_MIN: x, axis -> where along the axis the largest value (the smallest) lies first, without the axis.
 * TOPK_V2: x, k -> the k largest values along the last axis, and their places.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_ARG_H
#define MRT_OPS_ARG_H

#include "../attributes.h"
#include "../kernels/arg.h"
#include "axis.h"

/* ---- ARG_MAX, ARG_MIN ---- */

MRT_FIELDS(mrt_arg_params, outer, size, inner, is_min, is_wide);
MRT_KERNEL(mrt_arg_i8, mrt_arg_params, "kernels/arg.h");
MRT_KERNEL(mrt_arg_u8, mrt_arg_params, "kernels/arg.h");
MRT_KERNEL(mrt_arg_f32, mrt_arg_params, "kernels/arg.h");

static const mrt_attribute mrt_arg_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_out_type_attributes, out_type, 0, 0)};

static MRT_COLD mrt_reason mrt_arg_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], axis, i;

    MRT_TRY(mrt_read_axis(c, 1, &c->in[0], &axis));
    MRT_REQUIRE(c, in->count > 0, SHAPE, "input %s is empty", MRT_SHAPE(in));
    for (i = 0; i < in->rank - 1; i++)
        dim[i] = in->dim[i < axis ? i : i + 1];
    return mrt_set_shape(c, 0, c->out[0].type, in->rank - 1, dim);
}

static MRT_COLD mrt_reason mrt_arg_store(mrt_call *c, int32_t is_min)
{
    const mrt_tensor *in = &c->in[0];
    mrt_arg_params    p;
    int32_t           axis;

    MRT_TRY(mrt_read_axis(c, 1, &c->in[0], &axis));
    p.outer = mrt_count_axes(in, 0, axis);
    p.size = in->dim[axis];
    p.inner = mrt_count_axes(in, axis + 1, in->rank);
    p.is_min = is_min;
    p.is_wide = c->out[0].type == MRT_I64;
    c->constants = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_arg_max_prepare(mrt_call *c)
{
    return mrt_arg_store(c, 0);
}

static MRT_COLD mrt_reason mrt_arg_min_prepare(mrt_call *c)
{
    return mrt_arg_store(c, 1);
}

static const mrt_row mrt_arg_max_rows[] = {
    {MRT_I64, {MRT_I8, MRT_INDEX}, 2, 2, 3, MRT_WITH(mrt_arg_max_prepare, mrt_arg_i8)},
    {MRT_I64, {MRT_F32, MRT_INDEX}, 2, 1, 3, MRT_FLOATS(mrt_arg_max_prepare, mrt_arg_f32)},
    {MRT_I32, {MRT_I8, MRT_INDEX}, 2, 2, 3, MRT_WITH(mrt_arg_max_prepare, mrt_arg_i8)},
    {MRT_I32, {MRT_F32, MRT_INDEX}, 2, 1, 3, MRT_FLOATS(mrt_arg_max_prepare, mrt_arg_f32)},
    {MRT_I64, {MRT_U8, MRT_INDEX}, 2, 1, 3, MRT_WITH(mrt_arg_max_prepare, mrt_arg_u8)},
    {MRT_I32, {MRT_U8, MRT_INDEX}, 2, 1, 3, MRT_WITH(mrt_arg_max_prepare, mrt_arg_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_arg_max = {
    56, 40, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_arg_fields), mrt_arg_shape, mrt_arg_max_rows};

static const mrt_row mrt_arg_min_rows[] = {
    {MRT_I64, {MRT_I8, MRT_INDEX}, 2, 2, 3, MRT_WITH(mrt_arg_min_prepare, mrt_arg_i8)},
    {MRT_I64, {MRT_F32, MRT_INDEX}, 2, 1, 3, MRT_FLOATS(mrt_arg_min_prepare, mrt_arg_f32)},
    {MRT_I32, {MRT_I8, MRT_INDEX}, 2, 2, 3, MRT_WITH(mrt_arg_min_prepare, mrt_arg_i8)},
    {MRT_I32, {MRT_F32, MRT_INDEX}, 2, 1, 3, MRT_FLOATS(mrt_arg_min_prepare, mrt_arg_f32)},
    {MRT_I64, {MRT_U8, MRT_INDEX}, 2, 1, 3, MRT_WITH(mrt_arg_min_prepare, mrt_arg_u8)},
    {MRT_I32, {MRT_U8, MRT_INDEX}, 2, 1, 3, MRT_WITH(mrt_arg_min_prepare, mrt_arg_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_arg_min = {
    79, 57, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_arg_fields), mrt_arg_shape, mrt_arg_min_rows};

/* ---- TOPK_V2 ---- */

MRT_FIELDS(mrt_topk_params, rows, size, k, bytes, is_float, is_unsigned);
MRT_KERNEL(mrt_topk, mrt_topk_params, "kernels/arg.h");

static MRT_COLD mrt_reason mrt_topk_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *k = &c->in[1];
    int32_t           dim[MRT_RANK_MAX], i;

    MRT_REQUIRE(c, in->rank >= 1 && in->count > 0, SHAPE, "input %s has no last axis to search", MRT_SHAPE(in));
    MRT_REQUIRE(c, in->rank > 1 || !in->is_batched, AXES, "axis 0 counts samples and cannot be searched");
    MRT_REQUIRE(c, mrt_is_const(c, 1) && k->type == MRT_I32 && k->count == 1, CONSTANT,
                "k must be a constant, one int32 number");
    for (i = 0; i < in->rank; i++)
        dim[i] = in->dim[i];
    dim[in->rank - 1] = mrt_index_at(k, 0);
    MRT_REQUIRE(c, dim[in->rank - 1] >= 0 && dim[in->rank - 1] <= in->dim[in->rank - 1], OPTIONS,
                "the %d largest of %d values", (int)dim[in->rank - 1], (int)in->dim[in->rank - 1]);
    MRT_TRY(mrt_set_shape(c, 0, in->type, in->rank, dim));
    return mrt_set_shape(c, 1, MRT_I32, in->rank, dim);
}

/* Rows tell one type for all outputs: this tells the two apart. */
static MRT_COLD mrt_reason mrt_topk_prepare(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    mrt_topk_params   p;

    MRT_REQUIRE(c, c->out[0].type == in->type && c->out[1].type == MRT_I32, TYPES,
                "outputs are %s and %s, %s and int32 expected", mrt_type_name(c->out[0].type), mrt_type_name(c->out[1].type),
                mrt_type_name(in->type));
    p.size = in->dim[in->rank - 1];
    p.rows = (int32_t)in->count / p.size;
    p.k = mrt_index_at(&c->in[1], 0);
    p.bytes = mrt_width(in);
    p.is_float = in->type == MRT_F32;
    p.is_unsigned = in->type == MRT_U8;
    c->constants = 1;
    c->work = (uint64_t)in->count * (uint64_t)mrt_max_i32(1, p.k);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_topk_v2_rows[] = {{MRT_ANY, {MRT_I8, MRT_I32}, 2, 2, 3, MRT_WITH(mrt_topk_prepare, mrt_topk)},
                                           {MRT_ANY, {MRT_I16, MRT_I32}, 2, 3, 3, MRT_WITH(mrt_topk_prepare, mrt_topk)},
                                           {MRT_ANY, {MRT_U8, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_topk_prepare, mrt_topk)},
                                           {MRT_ANY, {MRT_I32}, 1, 1, 3, MRT_WITH(mrt_topk_prepare, mrt_topk)},
                                           {MRT_ANY, {MRT_I64, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_topk_prepare, mrt_topk)},
                                           {MRT_ANY, {MRT_F32, MRT_I32}, 2, 1, 3, MRT_FLOATS(mrt_topk_prepare, mrt_topk)},
                                           MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_topk_v2 = {
    48, 0, 2, 2, 2, 2, MRT_NO_ATTRIBUTES, mrt_topk_shape, mrt_topk_v2_rows};

#endif
