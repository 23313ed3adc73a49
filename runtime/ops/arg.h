/* ARG_MAX, ARG_MIN: x, axis -> where along the axis the largest value (the smallest) lies first, in int32, without the axis.
 * TOPK_V2 has no rows yet.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_ARG_H
#define MRT_OPS_ARG_H

#include "../attributes.h"
#include "../kernels/arg.h"
#include "axis.h"

MRT_FIELDS(mrt_arg_params, outer, size, inner, is_min);
MRT_KERNEL(mrt_arg_i8, mrt_arg_params, "kernels/arg.h");
MRT_KERNEL(mrt_arg_f32, mrt_arg_params, "kernels/arg.h");

static const mrt_attribute mrt_arg_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_out_type_attributes, out_type, 0, 0)};

static MRT_COLD mrt_reason mrt_arg_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    int32_t           dim[MRT_RANK_MAX], axis, i;

    MRT_TRY(mrt_axis_operand(c, &axis));
    MRT_REQUIRE(c, in->count > 0, SHAPE, "input %s is empty", MRT_SHAPE(in));
    MRT_REQUIRE(c, !in->is_batched || axis > 0, AXES, "axis 0 counts samples and cannot be searched");
    for (i = 0; i < in->rank - 1; i++)
        dim[i] = in->dim[i < axis ? i : i + 1];
    return mrt_set_shape(c, 0, c->out[0].type, in->rank - 1, dim);
}

static MRT_COLD mrt_reason mrt_arg_store(mrt_call *c, int32_t is_min)
{
    const mrt_tensor *in = &c->in[0];
    mrt_arg_params    p;
    int32_t           axis;

    MRT_TRY(mrt_axis_operand(c, &axis));
    p.outer = mrt_count_axes(in, 0, axis);
    p.size = in->dim[axis];
    p.inner = mrt_count_axes(in, axis + 1, in->rank);
    p.is_min = is_min;
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
    {MRT_I32, {MRT_I8, MRT_INDEX}, 2, 2, 3, mrt_arg_max_prepare, MRT_RUN(mrt_arg_i8)},
    {MRT_I32, {MRT_F32, MRT_INDEX}, 2, 1, 3, MRT_FLOATS(mrt_arg_max_prepare, mrt_arg_f32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_arg_max = {
    56, 40, 2, 2, 1, 1, MRT_COUNT(mrt_arg_fields), mrt_arg_fields, mrt_arg_shape, mrt_arg_max_rows};

static const mrt_row mrt_arg_min_rows[] = {
    {MRT_I32, {MRT_I8, MRT_INDEX}, 2, 2, 3, mrt_arg_min_prepare, MRT_RUN(mrt_arg_i8)},
    {MRT_I32, {MRT_F32, MRT_INDEX}, 2, 1, 3, MRT_FLOATS(mrt_arg_min_prepare, mrt_arg_f32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_arg_min = {
    79, 57, 2, 2, 1, 1, MRT_COUNT(mrt_arg_fields), mrt_arg_fields, mrt_arg_shape, mrt_arg_min_rows};

static const mrt_row mrt_topk_v2_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_topk_v2 = {
    48, 0, 2, 2, 2, 2, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_topk_v2_rows};

#endif
