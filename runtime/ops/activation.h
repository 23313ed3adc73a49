/* ELU, HARD_SWISH, GELU, RELU_N1_TO_1, RELU_0_TO_1: x of any shape -> y of the same shape. LOG_SOFTMAX, L2_NORMALIZATION:
 * x [..., C] -> y of the same shape, over the last axis.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_ACTIVATION_H
#define MRT_OPS_ACTIVATION_H

#include "../attributes.h"
#include "../kernels/activation.h"
#include "lookup.h"
#include "relu.h"
#include "unary.h"

MRT_FIELDS(mrt_gelu_f32_params, count, by_tanh);
MRT_FIELDS(mrt_rows_f32_params, rows, depth);
MRT_FIELDS(mrt_l2_normalization_i8_params, rows, depth, in_zero);
MRT_FIELDS(mrt_log_softmax_i8_params, rows, depth, mult, shift, diff_min, back_mult, back_shift);
MRT_KERNEL(mrt_elu_f32, mrt_unary_f32_params, "kernels/activation.h");
MRT_KERNEL(mrt_hard_swish_f32, mrt_unary_f32_params, "kernels/activation.h");
MRT_KERNEL(mrt_gelu_f32, mrt_gelu_f32_params, "kernels/activation.h");
MRT_KERNEL(mrt_log_softmax_f32, mrt_rows_f32_params, "kernels/activation.h");
MRT_KERNEL(mrt_log_softmax_i8, mrt_log_softmax_i8_params, "kernels/activation.h");
MRT_KERNEL(mrt_log_softmax_u8, mrt_log_softmax_i8_params, "kernels/activation.h");
MRT_KERNEL(mrt_l2_normalization_f32, mrt_rows_f32_params, "kernels/activation.h");
MRT_KERNEL(mrt_l2_normalization_i8, mrt_l2_normalization_i8_params, "kernels/activation.h");
MRT_KERNEL(mrt_l2_normalization_u8, mrt_l2_normalization_i8_params, "kernels/activation.h");

/* ---- ELU ---- */

static MRT_COLD mrt_reason mrt_elu_prepare_i8(mrt_call *c)
{
    return mrt_prepare_lookup(c, mrt_elu_one);
}

static const mrt_row mrt_elu_rows[] = {{MRT_I8, {MRT_I8}, 1, 1, 1, MRT_WITH(mrt_elu_prepare_i8, mrt_lookup_i8)},
                                       {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_unary_prepare_f32, mrt_elu_f32)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_elu = {111,         0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_elu_rows};

/* ---- HARD_SWISH ---- */

static MRT_COLD mrt_reason mrt_hard_swish_prepare_i8(mrt_call *c)
{
    mrt_hard_swish_scales scales;
    int8_t               *table;
    int32_t               x;

    MRT_TRY(mrt_check_scales(c));
    scales.in_zero = mrt_zero_as_i8(&c->in[0]);
    scales.out_zero = mrt_zero_as_i8(&c->out[0]);
    MRT_REQUIRE(c, mrt_hard_swish_prepare(&scales, mrt_scale(&c->in[0]), mrt_scale(&c->out[0])), QUANTIZATION,
                "output has scale %g, more than 1/128 of the input's %g expected", (double)mrt_scale(&c->out[0]),
                (double)mrt_scale(&c->in[0]));
    table = mrt_store_lookup(c);
    for (x = -128; table && x < 128; x++)
        table[x + 128] = (int8_t)mrt_hard_swish_one(&scales, x);
    mrt_finish_lookup(c, table);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_hard_swish_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 1, 1, MRT_WITH(mrt_hard_swish_prepare_i8, mrt_lookup_i8)},
    {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_unary_prepare_f32, mrt_hard_swish_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 1, MRT_WITH(mrt_hard_swish_prepare_i8, mrt_lookup_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_hard_swish = {
    117, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_hard_swish_rows};

/* ---- LOG_SOFTMAX, L2_NORMALIZATION ---- */

static MRT_COLD mrt_reason mrt_last_axis_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];

    MRT_REQUIRE(c, in->rank >= 1 && in->dim[in->rank - 1] >= 1, SHAPE, "input %s has no last dimension to sum over",
                MRT_SHAPE(in));
    MRT_REQUIRE(c, !in->is_batched || in->rank > 1, AXES, "axis 0 counts samples and cannot be summed over");
    MRT_REQUIRE(c, c->activation == MRT_ACT_NONE, OPTIONS, "has a fused activation, none expected");
    return mrt_shape_as_first(c);
}

static MRT_COLD void mrt_last_axis_rows(mrt_call *c, int32_t *rows, int32_t *depth)
{
    *depth = c->in[0].dim[c->in[0].rank - 1];
    *rows = (int32_t)c->in[0].count / *depth;
    c->constants = 1;
    c->in_place = 1;
}

static MRT_COLD mrt_reason mrt_last_axis_prepare_f32(mrt_call *c)
{
    mrt_rows_f32_params p;

    mrt_last_axis_rows(c, &p.rows, &p.depth);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_log_softmax_prepare_i8(mrt_call *c)
{
    mrt_log_softmax_i8_params p;

    MRT_TRY(mrt_check_fixed(c, 1.0f / 16.0f, c->out[0].type == MRT_U8 ? 255 : 127));
    MRT_REQUIRE(c, mrt_log_softmax_i8_prepare(&p, mrt_scale(&c->in[0])), QUANTIZATION,
                "input has scale %g, more than 2^-26 expected", (double)mrt_scale(&c->in[0]));
    mrt_last_axis_rows(c, &p.rows, &p.depth);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_l2_normalization_prepare_i8(mrt_call *c)
{
    mrt_l2_normalization_i8_params p;

    MRT_TRY(mrt_check_fixed(c, 1.0f / 128.0f, c->out[0].type == MRT_U8 ? 128 : 0));
    mrt_last_axis_rows(c, &p.rows, &p.depth);
    MRT_REQUIRE(c, p.depth <= 32768, SIZE, "rows of %d values, at most 32768 expected", (int)p.depth);
    p.in_zero = mrt_zero_as_i8(&c->in[0]);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_log_softmax_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 2, MRT_WITH(mrt_log_softmax_prepare_i8, mrt_log_softmax_i8)},
    {MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_last_axis_prepare_f32, mrt_log_softmax_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 2, MRT_WITH(mrt_log_softmax_prepare_i8, mrt_log_softmax_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_log_softmax = {
    50, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_last_axis_shape, mrt_log_softmax_rows};

static const mrt_attribute mrt_l2_normalization_fields[] = {MRT_FUSED_ACTIVATION(0)};

static const mrt_row mrt_l2_normalization_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 2, MRT_WITH(mrt_l2_normalization_prepare_i8, mrt_l2_normalization_i8)},
    {MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_last_axis_prepare_f32, mrt_l2_normalization_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 2, MRT_WITH(mrt_l2_normalization_prepare_i8, mrt_l2_normalization_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_l2_normalization = {
    11, 12, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_l2_normalization_fields), mrt_last_axis_shape, mrt_l2_normalization_rows};

/* ---- GELU ---- */

static const mrt_attribute mrt_gelu_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_gelu_attributes, approximate, 0, 0)};

static int32_t mrt_gelu_is_by_tanh(const mrt_call *c)
{
    return ((const mrt_gelu_attributes *)c->attributes)->approximate;
}

static MRT_COLD mrt_reason mrt_gelu_prepare_i8(mrt_call *c)
{
    return mrt_prepare_lookup(c, mrt_gelu_is_by_tanh(c) ? mrt_gelu_by_tanh_one : mrt_gelu_one);
}

static MRT_COLD mrt_reason mrt_gelu_prepare_f32(mrt_call *c)
{
    mrt_gelu_f32_params p;

    p.count = (int32_t)c->in[0].count;
    p.by_tanh = mrt_gelu_is_by_tanh(c);
    c->constants = 1;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_gelu_rows[] = {{MRT_I8, {MRT_I8}, 1, 2, 2, MRT_WITH(mrt_gelu_prepare_i8, mrt_lookup_i8)},
                                        {MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_gelu_prepare_f32, mrt_gelu_f32)},
                                        {MRT_U8, {MRT_U8}, 1, 1, 2, MRT_WITH(mrt_gelu_prepare_i8, mrt_lookup_u8)},
                                        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_gelu = {
    150, 116, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_gelu_fields), mrt_shape_as_first, mrt_gelu_rows};

/* ---- RELU_N1_TO_1, RELU_0_TO_1 ---- */

static MRT_COLD mrt_reason mrt_clamp_prepare_f32(mrt_call *c, float low)
{
    mrt_relu_f32_params p;

    p.count = (int32_t)c->in[0].count;
    p.act_min = low;
    p.act_max = 1.0f;
    c->constants = 1;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_relu_n1_to_1_prepare_i8(mrt_call *c)
{
    return mrt_clamp_prepare_lookup(c, -1.0f, 1.0f);
}

static MRT_COLD mrt_reason mrt_relu_n1_to_1_prepare_f32(mrt_call *c)
{
    return mrt_clamp_prepare_f32(c, -1.0f);
}

static MRT_COLD mrt_reason mrt_relu_0_to_1_prepare_i8(mrt_call *c)
{
    return mrt_clamp_prepare_lookup(c, 0.0f, 1.0f);
}

static MRT_COLD mrt_reason mrt_relu_0_to_1_prepare_f32(mrt_call *c)
{
    return mrt_clamp_prepare_f32(c, 0.0f);
}

static const mrt_row mrt_relu_n1_to_1_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 1, 1, MRT_WITH(mrt_relu_n1_to_1_prepare_i8, mrt_lookup_i8)},
    {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_relu_n1_to_1_prepare_f32, mrt_relu_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 1, MRT_WITH(mrt_relu_n1_to_1_prepare_i8, mrt_lookup_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_relu_n1_to_1 = {
    20, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_relu_n1_to_1_rows};

static const mrt_row mrt_relu_0_to_1_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 1, 1, MRT_WITH(mrt_relu_0_to_1_prepare_i8, mrt_lookup_i8)},
    {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_relu_0_to_1_prepare_f32, mrt_relu_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 1, MRT_WITH(mrt_relu_0_to_1_prepare_i8, mrt_lookup_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_relu_0_to_1 = {
    152, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_relu_0_to_1_rows};

#endif
