/* MEAN and SUM: in, axes (an int32 constant, or absent: the attributes' own) -> the mean, or the sum, along these axes,
 * which keep_dims leaves in the shape as 1. MEAN over axes 1 and 2 of [N, H, W, C] is global average pooling.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_MEAN_H
#define MRT_OPS_MEAN_H

#include "../kernels/mean.h"
#include "reduction.h"

MRT_FIELDS(mrt_mean_i8_params, shape.outer, shape.first, shape.middle, shape.second, shape.inner, offset, out_zero, mult,
           shift, axes);
MRT_FIELDS(mrt_mean_i16_params, offset, out_zero, mult, shift, axes);
MRT_FIELDS(mrt_mean_f32_params, shape.outer, shape.first, shape.middle, shape.second, shape.inner, factor, axes);

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

/* Merged; where that does not do, *steps is the axes' steps. */
static MRT_COLD mrt_reason mrt_mean_shape_of(mrt_call *c, mrt_mean_shape *shape, const MRT_FLASH int32_t **steps)
{
    uint32_t axes;

    MRT_TRY(mrt_reduced_axes(c, &axes));
    *steps = NULL;
    if (mrt_mean_merge(&c->in[0], axes, shape))
        return MRT_REASON_NONE;
    shape->outer = shape->first = shape->middle = shape->second = shape->inner = 1;
    *steps = mrt_take_reduction(c, axes);
    return MRT_REASON_NONE;
}

/* How many values make one output. */
static MRT_UNUSED int32_t mrt_mean_count(const mrt_call *c)
{
    return (int32_t)(c->in[0].count / c->out[0].count);
}

/* Zero points of so many values. */
static MRT_UNUSED int32_t mrt_mean_offset(const mrt_call *c)
{
    return (int32_t)(0u - (uint32_t)mrt_zero(&c->in[0]) * (uint32_t)mrt_mean_count(c));
}

/* A sum has the divisor 1. Output r is written after all that it reads, and output r + 1 reads nothing before value r + 1.
 */
static MRT_COLD mrt_reason mrt_mean_fill_i8(mrt_call *c, int32_t divisor)
{
    mrt_mean_i8_params p;

    MRT_TRY(mrt_check_scale(c, &c->in[0]));
    MRT_TRY(mrt_check_scale(c, &c->out[0]));
    MRT_TRY(mrt_mean_shape_of(c, &p.shape, &p.axes));
    p.out_zero = mrt_zero(&c->out[0]);
    p.offset = mrt_mean_offset(c);
    mrt_mean_multiplier(mrt_scale(&c->in[0]), mrt_scale(&c->out[0]), divisor, &p.mult, &p.shift);
    MRT_SET_OVERLAP(c, 0);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}
static MRT_COLD mrt_reason mrt_mean_prepare_i8(mrt_call *c)
{
    return mrt_mean_fill_i8(c, mrt_mean_count(c));
}

static MRT_COLD mrt_reason mrt_sum_prepare_i8(mrt_call *c)
{
    return mrt_mean_fill_i8(c, 1);
}

static MRT_COLD mrt_reason mrt_mean_fill_i16(mrt_call *c, int32_t divisor)
{
    mrt_mean_i16_params p;
    uint32_t            axes;

    MRT_TRY(mrt_check_scale(c, &c->in[0]));
    MRT_TRY(mrt_check_scale(c, &c->out[0]));
    MRT_TRY(mrt_reduced_axes(c, &axes));
    p.out_zero = mrt_zero(&c->out[0]);
    p.offset = mrt_mean_offset(c);
    mrt_mean_multiplier(mrt_scale(&c->in[0]), mrt_scale(&c->out[0]), divisor, &p.mult, &p.shift);
    p.axes = mrt_take_reduction(c, axes);
    MRT_SET_OVERLAP(c, 0);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_mean_prepare_i16(mrt_call *c)
{
    return mrt_mean_fill_i16(c, mrt_mean_count(c));
}

static MRT_COLD mrt_reason mrt_sum_prepare_i16(mrt_call *c)
{
    return mrt_mean_fill_i16(c, 1);
}

static MRT_COLD mrt_reason mrt_mean_fill_f32(mrt_call *c, float factor)
{
    mrt_mean_f32_params p;

    MRT_TRY(mrt_mean_shape_of(c, &p.shape, &p.axes));
    p.factor = factor;
    MRT_SET_OVERLAP(c, 0);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_mean_prepare_f32(mrt_call *c)
{
    return mrt_mean_fill_f32(c, 1.0f / (float)mrt_mean_count(c));
}

static MRT_COLD mrt_reason mrt_sum_prepare_f32(mrt_call *c)
{
    return mrt_mean_fill_f32(c, 1.0f);
}

static MRT_UNUSED void mrt_mean_either_i8(const mrt_mean_i8_params *p, const mrt_io *io)
{
    if (p->axes)
        mrt_mean_axes_i8(p, io);
    else
        mrt_mean_i8(p, (const int8_t *)io->in[0], (int8_t *)io->out[0]);
}

static MRT_UNUSED void mrt_mean_either_f32(const mrt_mean_f32_params *p, const mrt_io *io)
{
    if (p->axes)
        mrt_mean_axes_f32(p, io);
    else
        mrt_mean_f32(p, (const float *)io->in[0], (float *)io->out[0]);
}

MRT_KERNELS_OF(mrt_mean_i8, mrt_mean_either_i8, mrt_mean_i8_params);
MRT_KERNELS_OF(mrt_mean_f32, mrt_mean_either_f32, mrt_mean_f32_params);
MRT_KERNEL(mrt_mean_u8, mrt_mean_i16_params, "kernels/mean.h");
MRT_KERNEL(mrt_mean_i16, mrt_mean_i16_params, "kernels/mean.h");

#if !defined(MRT_SENTENCES)
#include "../interpreter/fast/mean.h"
#endif

static const mrt_row mrt_mean_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 2, 3, MRT_WITH_FASTER(mrt_mean_prepare_fast, mrt_mean_prepare_i8, mrt_mean_i8)},
    {MRT_I16, {MRT_I16, MRT_I32}, 2, 3, 3, MRT_WITH(mrt_mean_prepare_i16, mrt_mean_i16)},
    {MRT_F32, {MRT_F32, MRT_I32}, 2, 1, 3, MRT_FLOATS(mrt_mean_prepare_f32, mrt_mean_f32)},
    {MRT_U8, {MRT_U8, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_mean_prepare_i16, mrt_mean_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_mean = {
    40, 27, 1, 2, 1, 1, MRT_ATTRIBUTES(mrt_reduction_fields), mrt_reduction_shape, mrt_mean_rows};

#endif
