/* CUMSUM: x, axis -> sums along the axis, of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CUMSUM_H
#define MRT_OPS_CUMSUM_H

#include "../attributes.h"
#include "../kernels/cumsum.h"
#include "axis.h"

MRT_FIELDS(mrt_cumsum_i8_params, shape.outer, shape.size, shape.inner, shape.is_exclusive, shape.is_reverse, in_zero,
           out_zero, mult, shift);
MRT_FIELDS(mrt_cumsum_f32_params, shape.outer, shape.size, shape.inner, shape.is_exclusive, shape.is_reverse);
MRT_KERNEL(mrt_cumsum_i8, mrt_cumsum_i8_params, "kernels/cumsum.h");
MRT_KERNEL(mrt_cumsum_f32, mrt_cumsum_f32_params, "kernels/cumsum.h");

static const mrt_attribute mrt_cumsum_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_cumsum_attributes, exclusive, 0, 0),
                                                  MRT_ATTRIBUTE(BOOL, mrt_cumsum_attributes, reverse, 1, 0)};

static MRT_COLD mrt_reason mrt_cumsum_check_shape(mrt_call *c)
{
    int32_t axis;

    MRT_TRY(mrt_read_axis(c, 1, &c->in[0], &axis));
    return mrt_shape_as_first(c);
}

/* Zeros where there is nothing to sum. */
static MRT_COLD mrt_reason mrt_cumsum_shape_of(mrt_call *c, mrt_cumsum_shape *shape)
{
    const mrt_tensor            *in = &c->in[0];
    const mrt_cumsum_attributes *as = (const mrt_cumsum_attributes *)c->attributes;
    int32_t                      axis;

    MRT_TRY(mrt_read_axis(c, 1, &c->in[0], &axis));
    shape->outer = in->count > 0 ? mrt_count_axes(in, 0, axis) : 0;
    shape->size = in->dim[axis];
    shape->inner = in->count > 0 ? mrt_count_axes(in, axis + 1, in->rank) : 0;
    shape->is_exclusive = as->exclusive;
    shape->is_reverse = as->reverse;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_cumsum_prepare_i8(mrt_call *c)
{
    mrt_cumsum_i8_params p;
    double               real;

    MRT_TRY(mrt_check_scale(c, &c->in[0]));
    MRT_TRY(mrt_check_scale(c, &c->out[0]));
    MRT_TRY(mrt_cumsum_shape_of(c, &p.shape));
    real = 2 * (double)mrt_scale(&c->in[0]) / (1048576.0 * (double)mrt_scale(&c->out[0]));
    MRT_REQUIRE(c, real < 1.0, SCALES, "the input's scale %g is 2^19 times the output's %g, or more",
                (double)mrt_scale(&c->in[0]), (double)mrt_scale(&c->out[0]));
    mrt_quantize_multiplier(real, &p.mult, &p.shift);
    p.in_zero = mrt_zero(&c->in[0]);
    p.out_zero = mrt_zero(&c->out[0]);
    c->constants = 1;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_cumsum_prepare_f32(mrt_call *c)
{
    mrt_cumsum_f32_params p;

    MRT_TRY(mrt_cumsum_shape_of(c, &p.shape));
    c->constants = 1;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_cumsum_rows[] = {
    {MRT_I8, {MRT_I8, MRT_INDEX}, 2, 1, 1, MRT_WITH(mrt_cumsum_prepare_i8, mrt_cumsum_i8)},
    {MRT_F32, {MRT_F32, MRT_INDEX}, 2, 1, 1, MRT_FLOATS(mrt_cumsum_prepare_f32, mrt_cumsum_f32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_cumsum = {
    128, 102, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_cumsum_fields), mrt_cumsum_check_shape, mrt_cumsum_rows};

#endif
