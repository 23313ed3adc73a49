/* Operators that look up slices:
 *
 *   GATHER            x, indices -> x' slices along `axis`; the first batch_dims axes of the two go together
 *   GATHER_ND         x, indices [..., D] -> slices of x, each at D indices
 *   EMBEDDING_LOOKUP  indices [K], x [N, ...] -> rows of x; int8 rows may become real numbers
 *
 * Constant indices are checked here; one that is computed and points outside gives zeros.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_GATHER_H
#define MRT_OPS_GATHER_H

#include "../attributes.h"
#include "../kernels/gather.h"
#include "axis.h"

MRT_FIELDS(mrt_gather_params, batches, outer, size, coords, run, is_wide);
MRT_FIELDS(mrt_gather_nd_params, slices, depth, run, is_wide, axes);
MRT_FIELDS(mrt_embedding_lookup_f32_params, size, coords, run, step, scale);
MRT_KERNEL(mrt_gather, mrt_gather_params, "kernels/gather.h");
MRT_KERNEL(mrt_gather_nd, mrt_gather_nd_params, "kernels/gather.h");
MRT_KERNEL(mrt_embedding_lookup, mrt_gather_params, "kernels/gather.h");
MRT_KERNEL(mrt_embedding_lookup_f32, mrt_embedding_lookup_f32_params, "kernels/gather.h");

/* Where indices are constant: entries first, first + step ... of `indices` lie in 0 .. size - 1. */
static MRT_COLD mrt_reason mrt_check_indices(mrt_call *c, const mrt_tensor *indices, uint32_t first, uint32_t step,
                                             int32_t size)
{
    uint32_t i;

    if (indices->kind != MRT_CONST)
        return MRT_REASON_NONE;
    for (i = first; i < indices->count; i += step) {
        const int32_t index = mrt_index_at(indices, i);
        MRT_REQUIRE(c, index >= 0 && index < size, OPTIONS, "index %d, 0..%d expected", (int)index, (int)size - 1);
    }
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_check_index_type(mrt_call *c, const mrt_tensor *indices)
{
    MRT_REQUIRE(c, indices->type == MRT_I32 || indices->type == MRT_I64, TYPES, "indices are %s, int32 or int64 expected",
                mrt_type_name(indices->type));
    return MRT_REASON_NONE;
}

/* ---- GATHER ---- */

static const mrt_attribute mrt_gather_fields[] = {MRT_ATTRIBUTE(I32, mrt_gather_attributes, axis, 0, 0),
                                                  MRT_ATTRIBUTE(I32, mrt_gather_attributes, batch_dims, 1, 0)};

/* Negative batch_dims count from the indices' last axis. */
static MRT_COLD mrt_reason mrt_gather_axes(mrt_call *c, int32_t *axis, int32_t *batch_dims)
{
    const mrt_gather_attributes *as = (const mrt_gather_attributes *)c->attributes;
    const mrt_tensor            *in = &c->in[0], *indices = &c->in[1];
    const int32_t                given = as->batch_dims;
    int32_t                      i;

    MRT_TRY(mrt_find_axis(c, as->axis, in->rank, 0, axis));
    *batch_dims = given < 0 ? given + indices->rank : given;
    MRT_REQUIRE(c, given >= -indices->rank && *batch_dims <= indices->rank && *batch_dims <= *axis, OPTIONS,
                "batch_dims is %d for indices %s; at most the axis, %d, and the indices' dimensions expected", (int)given,
                MRT_SHAPE(indices), (int)*axis);
    for (i = 0; i < *batch_dims; i++)
        MRT_REQUIRE(c, in->dim[i] == indices->dim[i], SHAPE, "indices %s do not go with %s: the first %d axes differ",
                    MRT_SHAPE(indices), MRT_SHAPE(in), (int)*batch_dims);
    return MRT_REASON_NONE;
}

/* Samples stay apart where axis 0 goes through: the input's, or the indices' (into what has none), or both together. */
static MRT_COLD mrt_reason mrt_gather_check_samples(mrt_call *c, int32_t axis, int32_t batch_dims)
{
    const int in = c->in[0].is_batched, indices = c->in[1].is_batched;

    if (batch_dims > 0)
        MRT_REQUIRE(c, in == indices, AXES, "axis 0 counts samples of one input only; batch_dims needs it in both");
    else
        MRT_REQUIRE(c, in ? axis > 0 && !indices : !indices || axis == 0, AXES,
                    "axis 0 counts samples: values are gathered along it, or indices move it");
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_gather_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *indices = &c->in[1];
    int32_t           dim[MRT_RANK_MAX], axis, batch_dims, rank = 0, i;

    MRT_TRY(mrt_check_index_type(c, indices));
    MRT_TRY(mrt_gather_axes(c, &axis, &batch_dims));
    MRT_TRY(mrt_gather_check_samples(c, axis, batch_dims));
    MRT_TRY(mrt_check_indices(c, indices, 0, 1, in->dim[axis]));
    MRT_REQUIRE(c, in->rank - 1 + indices->rank - batch_dims <= MRT_RANK_MAX, RANK, "output of more than %d dimensions",
                (int)MRT_RANK_MAX);
    for (i = 0; i < axis; i++)
        dim[rank++] = in->dim[i];
    for (i = batch_dims; i < indices->rank; i++)
        dim[rank++] = indices->dim[i];
    for (i = axis + 1; i < in->rank; i++)
        dim[rank++] = in->dim[i];
    return mrt_set_shape(c, 0, in->type, rank, dim);
}

static MRT_COLD mrt_reason mrt_gather_prepare(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *indices = &c->in[1];
    mrt_gather_params p = {0, 0, 0, 0, 0, 0};
    int32_t           axis, batch_dims;

    MRT_TRY(mrt_gather_axes(c, &axis, &batch_dims));
    if (c->out[0].count > 0) {
        p.batches = mrt_count_axes(in, 0, batch_dims);
        p.outer = mrt_count_axes(in, batch_dims, axis);
        p.coords = mrt_count_axes(indices, batch_dims, indices->rank);
        p.run = mrt_count_axes(in, axis + 1, in->rank) * mrt_width(in);
    }
    p.size = in->dim[axis];
    p.is_wide = indices->type == MRT_I64;
    c->constants = 3;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_gather_rows[] = {
    {MRT_I8, {MRT_I8, MRT_INDEX}, 2, 2, 7, MRT_WITH(mrt_gather_prepare, mrt_gather)},
    {MRT_BOOL, {MRT_BOOL, MRT_INDEX}, 2, 3, 7, MRT_WITH(mrt_gather_prepare, mrt_gather)},
    {MRT_I16, {MRT_I16, MRT_INDEX}, 2, 4, 7, MRT_WITH(mrt_gather_prepare, mrt_gather)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 1, 7, MRT_WITH(mrt_gather_prepare, mrt_gather)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_gather = {
    36, 23, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_gather_fields), mrt_gather_shape, mrt_gather_rows};

/* ---- GATHER_ND ---- */

static MRT_COLD mrt_reason mrt_gather_nd_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *indices = &c->in[1];
    const int32_t     depth = indices->rank > 0 ? indices->dim[indices->rank - 1] : 0;
    int32_t           dim[MRT_RANK_MAX], rank = 0, i;

    MRT_TRY(mrt_check_index_type(c, indices));
    MRT_REQUIRE(c, in->rank >= 1 && indices->rank >= 1 && depth <= in->rank, SHAPE, "indices %s do not go with %s",
                MRT_SHAPE(indices), MRT_SHAPE(in));
    MRT_REQUIRE(c, indices->rank - 1 + in->rank - depth <= MRT_RANK_MAX, RANK, "output of more than %d dimensions",
                (int)MRT_RANK_MAX);
    MRT_REQUIRE(c, !in->is_batched && (!indices->is_batched || indices->rank > 1), AXES,
                "axis 0 counts samples and cannot be indexed");
    for (i = 0; i < depth; i++)
        MRT_TRY(mrt_check_indices(c, indices, (uint32_t)i, (uint32_t)depth, in->dim[i]));
    for (i = 0; i < indices->rank - 1; i++)
        dim[rank++] = indices->dim[i];
    for (i = depth; i < in->rank; i++)
        dim[rank++] = in->dim[i];
    return mrt_set_shape(c, 0, in->type, rank, dim);
}

static MRT_COLD mrt_reason mrt_gather_nd_prepare(mrt_call *c)
{
    const mrt_tensor    *in = &c->in[0], *indices = &c->in[1];
    mrt_gather_nd_params p = {0, 0, 0, 0, NULL};
    int32_t             *axes = NULL, i;

    p.is_wide = indices->type == MRT_I64;
    if (c->out[0].count > 0) {
        p.depth = indices->dim[indices->rank - 1];
        p.slices = mrt_count_axes(indices, 0, indices->rank - 1);
        p.run = mrt_count_axes(in, p.depth, in->rank) * mrt_width(in);
    }
    if (p.depth > 0)
        axes = (int32_t *)c->side->take(c, "axes", MRT_I32, 2 * (size_t)p.depth);
    for (i = 0; axes && i < p.depth; i++) {
        axes[2 * i] = in->dim[i];
        axes[2 * i + 1] = in->count > 0 ? mrt_count_axes(in, i + 1, in->rank) * mrt_width(in) : 0;
    }
    p.axes = axes;
    c->constants = 3;
    c->work = (uint64_t)c->out[0].count + indices->count;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_gather_nd_rows[] = {
    {MRT_I16, {MRT_I16, MRT_INDEX}, 2, 3, 5, MRT_WITH(mrt_gather_nd_prepare, mrt_gather_nd)},
    {MRT_BOOL, {MRT_BOOL, MRT_INDEX}, 2, 5, 5, MRT_WITH(mrt_gather_nd_prepare, mrt_gather_nd)},
    {MRT_AS_FIRST, {MRT_ANY, MRT_INDEX}, 2, 1, 5, MRT_WITH(mrt_gather_nd_prepare, mrt_gather_nd)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_gather_nd = {
    107, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_gather_nd_shape, mrt_gather_nd_rows};

/* ---- EMBEDDING_LOOKUP ---- */

static MRT_COLD mrt_reason mrt_embedding_lookup_shape(mrt_call *c)
{
    const mrt_tensor *indices = &c->in[0], *in = &c->in[1];
    int32_t           dim[MRT_RANK_MAX], i;

    MRT_TRY(mrt_check_index_type(c, indices));
    MRT_REQUIRE(c, indices->rank == 1 && in->rank >= 2, SHAPE, "indices %s into %s, a list into rows expected",
                MRT_SHAPE(indices), MRT_SHAPE(in));
    MRT_REQUIRE(c, !in->is_batched, AXES, "axis 0 of the rows counts samples and cannot be indexed");
    MRT_TRY(mrt_check_indices(c, indices, 0, 1, in->dim[0]));
    for (i = 0; i < in->rank; i++)
        dim[i] = i == 0 ? indices->dim[0] : in->dim[i];
    return mrt_set_shape(c, 0, c->out[0].type, in->rank, dim);
}

/* Rows as they are. */
static MRT_COLD mrt_reason mrt_embedding_lookup_prepare(mrt_call *c)
{
    const mrt_tensor *in = &c->in[1];
    mrt_gather_params p = {1, 1, in->dim[0], 0, 0, 0};

    if (c->out[0].count > 0) {
        p.coords = c->in[0].dim[0];
        p.run = mrt_count_axes(in, 1, in->rank) * mrt_width(in);
    }
    c->constants = 3;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

#if !defined(MRT_NO_F32)
/* One scale, or one for each row, and no zero point. */
static MRT_COLD mrt_reason mrt_embedding_lookup_check_scales(mrt_call *c)
{
    const mrt_tensor *in = &c->in[1];
    uint32_t          i;

    MRT_REQUIRE(c, in->scale_count == 1 || (in->axis == 0 && in->scale_count == (uint32_t)in->dim[0]), QUANTIZATION,
                "rows have %d scales along dimension %d, one expected, or one for each row", (int)in->scale_count,
                (int)in->axis);
    for (i = 0; i < in->zero_count && i < in->scale_count; i++)
        MRT_REQUIRE(c, mrt_zero_at(in, i) == 0, QUANTIZATION, "zero point %d, rows that become real numbers have 0",
                    (int)mrt_zero_at(in, i));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_embedding_lookup_prepare_f32(mrt_call *c)
{
    const mrt_tensor               *in = &c->in[1];
    mrt_embedding_lookup_f32_params p;
    float                          *scale;
    uint32_t                        i;

    MRT_TRY(mrt_embedding_lookup_check_scales(c));
    p.size = in->dim[0];
    p.coords = c->out[0].count > 0 ? c->in[0].dim[0] : 0;
    p.run = c->out[0].count > 0 ? mrt_count_axes(in, 1, in->rank) : 0;
    p.step = in->scale_count > 1;
    p.scale = scale = (float *)c->side->take(c, "scale", MRT_F32, in->scale_count);
    for (i = 0; scale && i < in->scale_count; i++)
        scale[i] = mrt_scale_at(in, i);
    c->constants = 3;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}
#endif

static const mrt_row mrt_embedding_lookup_rows[] = {
    {MRT_I8, {MRT_I32, MRT_I8}, 2, 1, 4, MRT_WITH(mrt_embedding_lookup_prepare, mrt_embedding_lookup)},
    {MRT_F32, {MRT_I32, MRT_F32}, 2, 1, 4, MRT_FLOATS(mrt_embedding_lookup_prepare, mrt_embedding_lookup)},
    {MRT_F32, {MRT_I32, MRT_I8}, 2, 1, 4, MRT_FLOATS(mrt_embedding_lookup_prepare_f32, mrt_embedding_lookup_f32)},
    {MRT_U8, {MRT_I32, MRT_U8}, 2, 1, 4, MRT_WITH(mrt_embedding_lookup_prepare, mrt_embedding_lookup)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_embedding_lookup = {
    7, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_embedding_lookup_shape, mrt_embedding_lookup_rows};

#endif
