/* SHAPE, RANK, EXPAND_DIMS, SQUEEZE: what is known of a shape, and the same values in another one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SHAPE_H
#define MRT_OPS_SHAPE_H

#include "../attributes.h"
#include "../kernels/shape.h"
#include "part.h"

MRT_FIELDS(mrt_numbers_params, count, is_wide, number);
MRT_KERNEL(mrt_numbers, mrt_numbers_params, "kernels/shape.h");

/* ---- SHAPE: x -> its dimensions [rank], int32 or int64 ---- */

static const mrt_attribute mrt_shape_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_out_type_attributes, out_type, 0, 0)};

/* As Micro does, the output's own type where the option says none: its default is float32. */
static MRT_COLD mrt_reason mrt_shape_shape(mrt_call *c)
{
    const int32_t said = ((const mrt_out_type_attributes *)c->attributes)->out_type, stored = (int32_t)c->out[0].type;
    const int32_t type = said != MRT_F32 ? said : stored == MRT_I64 ? MRT_I64 : MRT_I32;

    MRT_REQUIRE(c, type == MRT_I32 || type == MRT_I64, OPTIONS, "out_type is %d, 2 (int32) or 4 (int64) expected",
                (int)type);
    c->mixes = 1;
    return mrt_set_shape(c, 0, (mrt_type)type, 1, &c->in[0].rank);
}

/* The kernel's parameters. */
static MRT_COLD mrt_reason mrt_store_numbers(mrt_call *c, const int32_t *number, int32_t count)
{
    int32_t           *array = count > 0 ? (int32_t *)c->side->take(c, "numbers", MRT_I32, (size_t)count) : NULL, i;
    mrt_numbers_params p;

    for (i = 0; array && i < count; i++)
        array[i] = number[i];
    p.count = count;
    p.is_wide = c->out[0].type == MRT_I64;
    p.number = array;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_shape_prepare(mrt_call *c)
{
    return mrt_store_numbers(c, c->in[0].dim, c->in[0].rank);
}

static const mrt_row mrt_shape_rows[] = {{MRT_INDEX, {MRT_ANY}, 1, 1, 1, MRT_WITH(mrt_shape_prepare, mrt_numbers)},
                                         MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_shape = {
    77, 55, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_shape_fields), mrt_shape_shape, mrt_shape_rows};

/* ---- RANK: x -> how many dimensions it has, int32 [] ---- */

static MRT_COLD mrt_reason mrt_rank_shape(mrt_call *c)
{
    c->mixes = 1;
    return mrt_set_shape(c, 0, MRT_I32, 0, NULL);
}

static MRT_COLD mrt_reason mrt_rank_prepare(mrt_call *c)
{
    return mrt_store_numbers(c, &c->in[0].rank, 1);
}

static const mrt_row mrt_rank_rows[] = {{MRT_I32, {MRT_ANY}, 1, 1, 1, MRT_WITH(mrt_rank_prepare, mrt_numbers)},
                                        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_rank = {110,          0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_rank_shape,
                                                          mrt_rank_rows};

/* ---- EXPAND_DIMS: x, axis -> x with a dimension of 1 more. Nothing moves: the output is a view ---- */

static MRT_COLD mrt_reason mrt_expand_dims_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], axis, i;

    MRT_TRY(mrt_check_numbers(c, 1, 1));
    MRT_REQUIRE(c, mrt_is_const(c, 1), CONSTANT, "the axis must be a constant");
    MRT_REQUIRE(c, in->rank < MRT_RANK_MAX, RANK, "an output of more than %d dimensions", (int)MRT_RANK_MAX);
    MRT_TRY(mrt_find_axis(c, mrt_index_at(&c->in[1], 0), in->rank + 1, in->is_batched, &axis));
    for (i = 0; i <= in->rank; i++)
        dim[i] = i == axis ? 1 : in->dim[i < axis ? i : i - 1];
    return mrt_set_shape(c, 0, in->type, in->rank + 1, dim);
}

static const mrt_row mrt_expand_dims_rows[] = {{MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 1, 1, NULL, MRT_VIEW}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_expand_dims = {
    70, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_expand_dims_shape, mrt_expand_dims_rows};

/* ---- SQUEEZE: x -> x without dimensions of 1: which, the output's stored shape says. A view, too ---- */

/* Whether b is a without some dimensions of 1. */
static MRT_COLD int mrt_is_squeezed(const mrt_tensor *a, const mrt_tensor *b)
{
    int32_t i, used = 0;

    for (i = 0; i < a->rank; i++)
        if (used < b->rank && a->dim[i] == b->dim[used])
            used++;
        else if (a->dim[i] != 1)
            return 0;
    return used == b->rank;
}

static MRT_COLD mrt_reason mrt_squeeze_shape(mrt_call *c)
{
    mrt_tensor made = c->out[0];

    MRT_REQUIRE(c, mrt_is_squeezed(&c->in[0], &made), SHAPE, "%s without dimensions of 1 is not %s", MRT_SHAPE(&c->in[0]),
                MRT_SHAPE(&made));
    return mrt_set_shape(c, 0, c->in[0].type, made.rank, made.dim);
}

static const mrt_row mrt_squeeze_rows[] = {{MRT_AS_FIRST, {MRT_ANY}, 1, 1, 2, NULL, MRT_VIEW}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_squeeze = {
    43, 30, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_squeeze_shape, mrt_squeeze_rows};

#endif
