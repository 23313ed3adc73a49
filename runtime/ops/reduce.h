/* SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ALL, REDUCE_ANY: what becomes of the values along some axes
 * (reduction.h). SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_REDUCE_H
#define MRT_OPS_REDUCE_H

#include "mean.h"

MRT_FIELDS(mrt_reduce_params, axes);
MRT_KERNEL(mrt_reduce_max_f32, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_max_i8, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_max_u8, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_max_i16, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_max_i32, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_min_f32, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_min_i8, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_min_u8, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_min_i16, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_min_i32, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_prod_f32, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_prod_i32, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_sum_i32, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_all_bool, mrt_reduce_params, "kernels/reduce.h");
MRT_KERNEL(mrt_reduce_any_bool, mrt_reduce_params, "kernels/reduce.h");

/* Output r is written after all that it reads, and output r + 1 reads nothing before value r + 1. */
static MRT_COLD mrt_reason mrt_reduce_prepare(mrt_call *c)
{
    mrt_reduce_params p;
    uint32_t          axes;

    MRT_TRY(mrt_reduced_axes(c, &axes));
    p.axes = mrt_take_reduction(c, axes);
    MRT_SET_OVERLAP(c, 0);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

/* Of int8, uint8 and int16: values are selected, not rescaled. */
static MRT_COLD mrt_reason mrt_reduce_prepare_quantized(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *out = &c->out[0];
    const float       scale = mrt_scale(in), given = mrt_scale(out);

    MRT_TRY(mrt_check_scale(c, in));
    MRT_TRY(mrt_check_scale(c, out));
    MRT_REQUIRE(c, given >= scale && given <= scale && mrt_zero(in) == mrt_zero(out), SCALES,
                "output has scale %g and zero point %d, the input's %g and %d expected", (double)given, (int)mrt_zero(out),
                (double)scale, (int)mrt_zero(in));
    return mrt_reduce_prepare(c);
}

static const mrt_row mrt_sum_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 1, 2, MRT_WITH_FASTER(mrt_sum_prepare_fast, mrt_sum_prepare_i8, mrt_mean_i8)},
    {MRT_I16, {MRT_I16, MRT_I32}, 2, 1, 2, MRT_WITH(mrt_sum_prepare_i16, mrt_mean_i16)},
    {MRT_I32, {MRT_I32, MRT_I32}, 2, 1, 2, MRT_WITH(mrt_reduce_prepare, mrt_reduce_sum_i32)},
    {MRT_F32, {MRT_F32, MRT_I32}, 2, 1, 2, MRT_FLOATS(mrt_sum_prepare_f32, mrt_mean_f32)},
    {MRT_U8, {MRT_U8, MRT_I32}, 2, 1, 2, MRT_WITH(mrt_sum_prepare_i16, mrt_mean_u8)},
    MRT_ROWS_END};

static const mrt_row mrt_reduce_max_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_reduce_prepare_quantized, mrt_reduce_max_i8)},
    {MRT_I16, {MRT_I16, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_reduce_prepare_quantized, mrt_reduce_max_i16)},
    {MRT_I32, {MRT_I32, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_reduce_prepare, mrt_reduce_max_i32)},
    {MRT_F32, {MRT_F32, MRT_I32}, 2, 1, 3, MRT_FLOATS(mrt_reduce_prepare, mrt_reduce_max_f32)},
    {MRT_U8, {MRT_U8, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_reduce_prepare_quantized, mrt_reduce_max_u8)},
    MRT_ROWS_END};

static const mrt_row mrt_reduce_min_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_reduce_prepare_quantized, mrt_reduce_min_i8)},
    {MRT_I16, {MRT_I16, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_reduce_prepare_quantized, mrt_reduce_min_i16)},
    {MRT_I32, {MRT_I32, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_reduce_prepare, mrt_reduce_min_i32)},
    {MRT_F32, {MRT_F32, MRT_I32}, 2, 1, 3, MRT_FLOATS(mrt_reduce_prepare, mrt_reduce_min_f32)},
    {MRT_U8, {MRT_U8, MRT_I32}, 2, 1, 3, MRT_WITH(mrt_reduce_prepare_quantized, mrt_reduce_min_u8)},
    MRT_ROWS_END};

static const mrt_row mrt_reduce_prod_rows[] = {
    {MRT_I32, {MRT_I32, MRT_I32}, 2, 1, 2, MRT_WITH(mrt_reduce_prepare, mrt_reduce_prod_i32)},
    {MRT_F32, {MRT_F32, MRT_I32}, 2, 1, 2, MRT_FLOATS(mrt_reduce_prepare, mrt_reduce_prod_f32)},
    MRT_ROWS_END};

static const mrt_row mrt_reduce_all_rows[] = {
    {MRT_BOOL, {MRT_BOOL, MRT_I32}, 2, 1, 1, MRT_WITH(mrt_reduce_prepare, mrt_reduce_all_bool)}, MRT_ROWS_END};

static const mrt_row mrt_reduce_any_rows[] = {
    {MRT_BOOL, {MRT_BOOL, MRT_I32}, 2, 1, 1, MRT_WITH(mrt_reduce_prepare, mrt_reduce_any_bool)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_sum = {
    74, 27, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_reduction_fields), mrt_reduction_shape, mrt_sum_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_max = {
    82, 27, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_reduction_fields), mrt_reduction_shape, mrt_reduce_max_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_min = {
    89, 27, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_reduction_fields), mrt_reduction_shape, mrt_reduce_min_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_prod = {
    81, 27, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_reduction_fields), mrt_reduction_shape, mrt_reduce_prod_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_all = {
    140, 27, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_reduction_fields), mrt_reduction_shape, mrt_reduce_all_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_reduce_any = {
    91, 27, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_reduction_fields), mrt_reduction_shape, mrt_reduce_any_rows};

#endif
