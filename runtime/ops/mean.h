/* MEAN: in, axes (an int32 constant, or absent: the attributes' own) -> the mean along these axes, which keep_dims leaves in
 * the shape as 1. Over axes 1 and 2 of [N, H, W, C] it is global average pooling.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_MEAN_H
#define MRT_OPS_MEAN_H

#include "../attributes.h"
#include "../kernels/mean.h"
#include "../op.h"

MRT_FIELDS(mrt_mean_i8_params, shape.outer, shape.first, shape.middle, shape.second, shape.inner, offset, out_zero, mult,
           shift);
MRT_FIELDS(mrt_mean_f32_params, shape.outer, shape.first, shape.middle, shape.second, shape.inner, factor);
MRT_KERNEL_WITH_FASTER(mrt_mean_i8, mrt_mean_i8_params, int8_t, int8_t);
MRT_KERNEL_1(mrt_mean_f32, mrt_mean_f32_params, "kernels/mean.h", float, float);

static const mrt_attribute mrt_mean_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_reduce_attributes, keep_dims, 0, 0)};

/* Bit i: axis i is reduced. */
static MRT_COLD mrt_reason mrt_reduced_axes(mrt_call *c, uint32_t *axes)
{
    const mrt_reduce_attributes *as = (const mrt_reduce_attributes *)c->attributes;
    const int32_t                has_operand = mrt_has(c, 1), rank = c->in[0].rank;
    uint32_t                     count, i;

    *axes = 0;
    MRT_REQUIRE(c, !has_operand || (mrt_is_const(c, 1) && c->in[1].type == MRT_I32), CONSTANT,
                "axes must be int32 constants");
    MRT_REQUIRE(c, has_operand || (as->axis_count >= 0 && as->axis_count <= MRT_RANK_MAX), OPTIONS,
                "%d axes, at most %d expected", (int)as->axis_count, (int)MRT_RANK_MAX);
    count = has_operand ? c->in[1].count : (uint32_t)as->axis_count;
    for (i = 0; i < count; i++) {
        const int32_t axis = has_operand ? mrt_index_at(&c->in[1], i) : as->axis[i];
        const int32_t from_front = axis < 0 ? axis + rank : axis;
        MRT_REQUIRE(c, axis >= -rank && from_front < rank, OPTIONS, "axis %d of an input of shape %s", (int)axis,
                    MRT_SHAPE(&c->in[0]));
        *axes |= 1u << from_front;
    }
    MRT_REQUIRE(c, !c->in[0].is_batched || !(*axes & 1u), AXES, "axis 0 counts samples and cannot be reduced");
    return MRT_REASON_NONE;
}

/* Output 0 is operand 0 without these axes, or with 1 there. */
static MRT_COLD mrt_reason mrt_reduced_shape(mrt_call *c, uint32_t axes)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], rank = 0, i;

    for (i = 0; i < in->rank; i++)
        if (!(axes >> i & 1u))
            dim[rank++] = in->dim[i];
        else if (((const mrt_reduce_attributes *)c->attributes)->keep_dims)
            dim[rank++] = 1;
    return mrt_set_shape(c, 0, in->type, rank, dim);
}

/* Merges axes into [outer, first, middle, second, inner]. 0: more than two runs of reduced axes. */
static MRT_COLD int mrt_mean_merge(const mrt_tensor *in, uint32_t axes, mrt_mean_shape *shape)
{
    int32_t part[5] = {1, 1, 1, 1, 1}, at = 0, i;

    for (i = 0; i < in->rank; i++) {
        if (in->dim[i] == 1)
            continue;
        if ((uint32_t)at % 2 != (axes >> i & 1u))
            at++;
        if (at > 4)
            return 0;
        part[at] *= in->dim[i];
    }
    if (at == 2) { /* one run: what follows it is the inner part */
        part[4] = part[2];
        part[2] = 1;
    }
    shape->outer = part[0];
    shape->first = part[1];
    shape->middle = part[2];
    shape->second = part[3];
    shape->inner = part[4];
    return 1;
}

static MRT_COLD mrt_reason mrt_mean_shape_of(mrt_call *c, uint32_t *axes, mrt_mean_shape *shape)
{
    MRT_TRY(mrt_reduced_axes(c, axes));
    MRT_REQUIRE(c, mrt_mean_merge(&c->in[0], *axes, shape), AXES,
                "the axes of %s to reduce lie in more than two places; use two MEAN in a row", MRT_SHAPE(&c->in[0]));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_mean_check_shape(mrt_call *c)
{
    mrt_mean_shape shape;
    uint32_t       axes;

    MRT_REQUIRE(c, c->in[0].count > 0, SHAPE, "input %s is empty", MRT_SHAPE(&c->in[0]));
    MRT_TRY(mrt_mean_shape_of(c, &axes, &shape));
    return mrt_reduced_shape(c, axes);
}

/* Output r is written after all that it reads, and output r + 1 reads nothing before value r + 1. */
static MRT_COLD mrt_reason mrt_mean_prepare_i8(mrt_call *c)
{
    mrt_mean_i8_params p;
    uint32_t           axes;

    MRT_TRY(mrt_check_scale(c, &c->in[0]));
    MRT_TRY(mrt_check_scale(c, &c->out[0]));
    MRT_TRY(mrt_mean_shape_of(c, &axes, &p.shape));
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_mean_i8_prepare(&p, mrt_scale(&c->in[0]), mrt_zero(&c->in[0]), mrt_scale(&c->out[0]));
    MRT_SET_OVERLAP(c, 0);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_mean_prepare_f32(mrt_call *c)
{
    mrt_mean_f32_params p;
    uint32_t            axes;

    MRT_TRY(mrt_mean_shape_of(c, &axes, &p.shape));
    p.factor = 1.0f / ((float)p.shape.first * (float)p.shape.second);
    MRT_SET_OVERLAP(c, 0);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

#if !defined(MRT_SENTENCES)
#include "../interpreter/fast/mean.h"
#endif

static const mrt_row mrt_mean_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 2, 3, MRT_WITH_FASTER(mrt_mean_prepare_fast, mrt_mean_prepare_i8, mrt_mean_i8)},
    {MRT_F32, {MRT_F32, MRT_I32}, 2, 1, 3, MRT_FLOATS(mrt_mean_prepare_f32, mrt_mean_f32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_mean = {
    40, 27, 1, 2, 1, 1, MRT_COUNT(mrt_mean_fields), mrt_mean_fields, mrt_mean_check_shape, mrt_mean_rows};

#endif
