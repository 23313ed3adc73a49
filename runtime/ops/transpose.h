/* Operators that write elements in another order, or several times:
 *
 *   TRANSPOSE       x, perm -> y, whose axis i is x' axis perm[i]
 *   REVERSE_V2      x, axes -> y of the same shape, back to front along these axes
 *   TILE            x, multiples -> y, x repeated so often along each axis
 *   BROADCAST_TO    x, shape -> y of that shape, x repeated along axes where it has one element
 *   BROADCAST_ARGS  two shapes -> the shape that both repeat to
 *
 * All but BROADCAST_ARGS need their second operand as a constant.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_TRANSPOSE_H
#define MRT_OPS_TRANSPOSE_H

#include "../attributes.h"
#include "../kernels/broadcast_args.h"
#include "broadcast.h"
#include "move.h"

/* ---- TRANSPOSE ---- */

static MRT_COLD mrt_reason mrt_transpose_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], i;
    uint32_t          seen = 0;

    MRT_TRY(mrt_check_list(c, 1, in->rank));
    for (i = 0; i < in->rank; i++) {
        const int32_t axis = mrt_index_at(&c->in[1], (uint32_t)i);
        MRT_REQUIRE(c, axis >= 0 && axis < in->rank && !(seen >> axis & 1u), OPTIONS,
                    "entry %d of the permutation is %d, each of 0..%d expected once", (int)i, (int)axis, (int)in->rank - 1);
        seen |= 1u << axis;
        dim[i] = in->dim[axis];
    }
    /* The batch, one sample, may go anywhere: nothing is mixed, the output is just not counted in samples any more. */
    c->mixes = in->is_batched && mrt_index_at(&c->in[1], 0) != 0;
    return mrt_set_shape(c, 0, in->type, in->rank, dim);
}

static MRT_COLD mrt_reason mrt_transpose_prepare(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    mrt_moves         moves = {0, 0, {{0, 0}}};
    int32_t           i;

    for (i = 0; i < in->rank; i++) {
        const int32_t axis = mrt_index_at(&c->in[1], (uint32_t)i);
        mrt_moves_add(&moves, in->dim[axis], mrt_count_axes(in, axis + 1, in->rank));
    }
    return mrt_moves_store(c, &moves);
}

static const mrt_row mrt_transpose_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 2, 7, MRT_WITH(mrt_transpose_prepare, mrt_slice)},
    {MRT_I16, {MRT_I16, MRT_I32}, 2, 5, 7, MRT_WITH(mrt_transpose_prepare, mrt_slice)},
    {MRT_BOOL, {MRT_BOOL, MRT_I32}, 2, 3, 7, MRT_WITH(mrt_transpose_prepare, mrt_slice)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_I32}, 2, 1, 7, MRT_WITH(mrt_transpose_prepare, mrt_slice)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_transpose = {
    39, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_transpose_shape, mrt_transpose_rows};

/* ---- REVERSE_V2 ---- */

/* Bit i: axis i is reversed. */
static MRT_COLD mrt_reason mrt_reversed_axes(mrt_call *c, uint32_t *axes)
{
    uint32_t i;

    *axes = 0;
    MRT_TRY(mrt_check_list(c, 1, c->in[1].rank == 1 ? c->in[1].dim[0] : 0));
    for (i = 0; i < c->in[1].count; i++) {
        const int32_t named = mrt_index_at(&c->in[1], i);
        int32_t       axis;
        MRT_TRY(mrt_find_axis(c, named, c->in[0].rank, 0, &axis));
        MRT_REQUIRE(c, !(*axes >> axis & 1u), OPTIONS, "axis %d is named twice", (int)named);
        *axes |= 1u << axis;
    }
    MRT_REQUIRE(c, !c->in[0].is_batched || !(*axes & 1u), AXES, "axis 0 counts samples and cannot be reversed");
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_reverse_shape(mrt_call *c)
{
    uint32_t axes;

    MRT_TRY(mrt_reversed_axes(c, &axes));
    return mrt_shape_as_first(c);
}

static MRT_COLD mrt_reason mrt_reverse_prepare(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    mrt_moves         moves = {0, 0, {{0, 0}}};
    uint32_t          axes;
    int32_t           i;

    MRT_TRY(mrt_reversed_axes(c, &axes));
    for (i = 0; i < in->rank; i++) {
        const int32_t step = mrt_count_axes(in, i + 1, in->rank), is_reversed = (int32_t)(axes >> i & 1u);
        mrt_moves_add(&moves, in->dim[i], is_reversed ? -step : step);
        if (is_reversed && in->count > 0)
            moves.start += (in->dim[i] - 1) * step;
    }
    return mrt_moves_store(c, &moves);
}

static const mrt_row mrt_reverse_v2_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 3, 3, MRT_WITH(mrt_reverse_prepare, mrt_slice)},
    {MRT_BOOL, {MRT_BOOL, MRT_I32}, 2, 2, 3, MRT_WITH(mrt_reverse_prepare, mrt_slice)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_reverse_prepare, mrt_slice)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_reverse_v2 = {
    105, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_reverse_shape, mrt_reverse_v2_rows};

/* ---- TILE ---- */

static MRT_COLD mrt_reason mrt_tile_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], i;

    MRT_TRY(mrt_check_list(c, 1, in->rank));
    for (i = 0; i < in->rank; i++) {
        const int64_t multiple = mrt_index_at(&c->in[1], (uint32_t)i), size = in->dim[i] * multiple;
        MRT_REQUIRE(c, multiple >= 0 && size <= INT32_MAX, OPTIONS, "%s cannot be repeated %d times along axis %d",
                    MRT_SHAPE(in), (int)multiple, (int)i);
        dim[i] = (int32_t)size;
    }
    MRT_REQUIRE(c, !in->is_batched || dim[0] == in->dim[0], AXES, "axis 0 counts samples and cannot be repeated");
    return mrt_set_shape(c, 0, in->type, in->rank, dim);
}

static MRT_COLD mrt_reason mrt_tile_prepare(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    mrt_moves         moves = {0, 0, {{0, 0}}};
    int32_t           i;

    for (i = 0; i < in->rank; i++) {
        mrt_moves_add(&moves, mrt_index_at(&c->in[1], (uint32_t)i), 0);
        mrt_moves_add(&moves, in->dim[i], mrt_count_axes(in, i + 1, in->rank));
    }
    return mrt_moves_store(c, &moves);
}

static const mrt_row mrt_tile_rows[] = {{MRT_I8, {MRT_I8, MRT_INDEX}, 2, 3, 3, MRT_WITH(mrt_tile_prepare, mrt_slice)},
                                        {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 1, 3, MRT_WITH(mrt_tile_prepare, mrt_slice)},
                                        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_tile = {69,           0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_tile_shape,
                                                          mrt_tile_rows};

/* ---- BROADCAST_TO ---- */

static MRT_COLD mrt_reason mrt_broadcast_to_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    const int32_t     rank = c->in[1].rank == 1 ? c->in[1].dim[0] : 0;
    int32_t           dim[MRT_RANK_MAX], i;

    MRT_TRY(mrt_check_list(c, 1, rank));
    MRT_REQUIRE(c, rank >= in->rank && rank <= MRT_RANK_MAX, SHAPE, "%s cannot become a tensor of %d dimensions",
                MRT_SHAPE(in), (int)rank);
    for (i = 0; i < rank; i++) {
        const int32_t size = mrt_size_from_last(in, rank - 1 - i);
        dim[i] = mrt_index_at(&c->in[1], (uint32_t)i);
        MRT_REQUIRE(c, dim[i] >= 0 && (size == 1 || size == dim[i]), SHAPE, "%s cannot be repeated to %d along axis %d",
                    MRT_SHAPE(in), (int)dim[i], (int)i);
    }
    MRT_REQUIRE(c, mrt_keeps_samples(in, rank, dim), AXES, "axis 0 of %s counts samples and cannot be repeated or moved",
                MRT_SHAPE(in));
    return mrt_set_shape(c, 0, in->type, rank, dim);
}

static MRT_COLD mrt_reason mrt_broadcast_to_prepare(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *out = &c->out[0];
    mrt_moves         moves = {0, 0, {{0, 0}}};
    int32_t           i;

    for (i = 0; i < out->rank; i++) {
        const int32_t axis = i - (out->rank - in->rank);
        const int     repeats = axis < 0 || in->dim[axis] == 1;
        mrt_moves_add(&moves, out->dim[i], repeats ? 0 : mrt_count_axes(in, axis + 1, in->rank));
    }
    return mrt_moves_store(c, &moves);
}

static const mrt_row mrt_broadcast_to_rows[] = {
    {MRT_I8, {MRT_I8, MRT_INDEX}, 2, 3, 3, MRT_WITH(mrt_broadcast_to_prepare, mrt_slice)},
    {MRT_I16, {MRT_I16, MRT_INDEX}, 2, 3, 3, MRT_WITH(mrt_broadcast_to_prepare, mrt_slice)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 2, 3, MRT_WITH(mrt_broadcast_to_prepare, mrt_slice)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_broadcast_to = {
    130, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_broadcast_to_shape, mrt_broadcast_to_rows};

/* ---- BROADCAST_ARGS ---- */

MRT_FIELDS(mrt_broadcast_args_params, a_count, b_count, count);
MRT_KERNEL(mrt_broadcast_args_i32, mrt_broadcast_args_params, "kernels/broadcast_args.h");
MRT_KERNEL(mrt_broadcast_args_i64, mrt_broadcast_args_params, "kernels/broadcast_args.h");

static MRT_COLD mrt_reason mrt_broadcast_args_shape(mrt_call *c)
{
    const mrt_tensor *a = &c->in[0], *b = &c->in[1];
    int32_t           count;

    MRT_REQUIRE(c, a->rank == 1 && b->rank == 1, SHAPE, "%s and %s are no lists of dimensions", MRT_SHAPE(a), MRT_SHAPE(b));
    MRT_REQUIRE(c, !a->is_batched && !b->is_batched, AXES, "axis 0 counts samples; it cannot count dimensions");
    count = mrt_max_i32(a->dim[0], b->dim[0]);
    return mrt_set_shape(c, 0, a->type, 1, &count);
}

static MRT_COLD mrt_reason mrt_broadcast_args_prepare(mrt_call *c)
{
    mrt_broadcast_args_params p;

    p.a_count = c->in[0].dim[0];
    p.b_count = c->in[1].dim[0];
    p.count = c->out[0].dim[0];
    c->constants = 3;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_broadcast_args_rows[] = {
    {MRT_I32, {MRT_I32}, 1, 1, 1, MRT_WITH(mrt_broadcast_args_prepare, mrt_broadcast_args_i32)},
    {MRT_I64, {MRT_I64}, 1, 1, 1, MRT_WITH(mrt_broadcast_args_prepare, mrt_broadcast_args_i64)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_broadcast_args = {
    145, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_broadcast_args_shape, mrt_broadcast_args_rows};

#endif
