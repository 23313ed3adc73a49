/* SUB, DIV, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE, FLOOR_DIV, FLOOR_MOD: a, b -> one value for each pair, where an operand
 * repeats along axes in which it has one element. PRELU: x, alpha, which repeats. ADD_N: operands of one shape.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_BINARY_H
#define MRT_OPS_BINARY_H

#include "../kernels/add_n.h"
#include "../kernels/div.h"
#include "../kernels/maximum.h"
#include "../kernels/prelu.h"
#include "../kernels/squared_difference.h"
#include "../kernels/sub.h"
#include "scaled_sum.h"

MRT_FIELDS(mrt_pairs_i32_params, count, rank, act_min, act_max, walk);
MRT_FIELDS(mrt_pairs_f32_params, count, rank, act_min, act_max, walk);
MRT_FIELDS(mrt_div_i8_params, count, rank, a_zero, b_zero, out_zero, mult, shift, act_min, act_max, walk);
MRT_FIELDS(mrt_maximum_params, count, rank, is_minimum, walk);
MRT_FIELDS(mrt_add_n_i8_params, count, operands, in_zero, out_zero, mult, shift);
MRT_FIELDS(mrt_add_n_params, count, operands);
MRT_FIELDS(mrt_prelu_params, count, rank, in_zero, alpha_zero, out_zero, mult, shift, alpha_mult, alpha_shift, walk);
MRT_KERNEL(mrt_sub_i8, mrt_scaled_sum_params, "kernels/sub.h");
MRT_KERNEL(mrt_sub_u8, mrt_scaled_sum_params, "kernels/sub.h");
MRT_KERNEL(mrt_sub_i16, mrt_scaled_sum_params, "kernels/sub.h");
MRT_KERNEL(mrt_sub_i32, mrt_pairs_i32_params, "kernels/sub.h");
MRT_KERNEL(mrt_sub_f32, mrt_pairs_f32_params, "kernels/sub.h");
MRT_KERNEL(mrt_div_i8, mrt_div_i8_params, "kernels/div.h");
MRT_KERNEL(mrt_div_u8, mrt_div_i8_params, "kernels/div.h");
MRT_KERNEL(mrt_div_i32, mrt_pairs_i32_params, "kernels/div.h");
MRT_KERNEL(mrt_floor_div_i32, mrt_pairs_params, "kernels/div.h");
MRT_KERNEL(mrt_floor_mod_i32, mrt_pairs_params, "kernels/div.h");
MRT_KERNEL(mrt_div_f32, mrt_pairs_f32_params, "kernels/div.h");
MRT_KERNEL(mrt_floor_div_f32, mrt_pairs_params, "kernels/div.h");
MRT_KERNEL(mrt_floor_mod_f32, mrt_pairs_params, "kernels/div.h");
MRT_KERNEL(mrt_maximum_i8, mrt_maximum_params, "kernels/maximum.h");
MRT_KERNEL(mrt_maximum_u8, mrt_maximum_params, "kernels/maximum.h");
MRT_KERNEL(mrt_maximum_i16, mrt_maximum_params, "kernels/maximum.h");
MRT_KERNEL(mrt_maximum_i32, mrt_maximum_params, "kernels/maximum.h");
MRT_KERNEL(mrt_maximum_i64, mrt_maximum_params, "kernels/maximum.h");
MRT_KERNEL(mrt_maximum_f32, mrt_maximum_params, "kernels/maximum.h");
MRT_KERNEL(mrt_squared_difference_i8, mrt_scaled_sum_params, "kernels/squared_difference.h");
MRT_KERNEL(mrt_squared_difference_i16, mrt_scaled_sum_params, "kernels/squared_difference.h");
MRT_KERNEL(mrt_squared_difference_i32, mrt_pairs_params, "kernels/squared_difference.h");
MRT_KERNEL(mrt_squared_difference_f32, mrt_pairs_params, "kernels/squared_difference.h");
MRT_KERNEL(mrt_add_n_i8, mrt_add_n_i8_params, "kernels/add_n.h");
MRT_KERNEL(mrt_add_n_i32, mrt_add_n_params, "kernels/add_n.h");
MRT_KERNEL(mrt_add_n_f32, mrt_add_n_params, "kernels/add_n.h");
MRT_KERNEL(mrt_prelu_i8, mrt_prelu_params, "kernels/prelu.h");
MRT_KERNEL(mrt_prelu_u8, mrt_prelu_params, "kernels/prelu.h");
MRT_KERNEL(mrt_prelu_i16, mrt_prelu_params, "kernels/prelu.h");
MRT_KERNEL(mrt_prelu_f32, mrt_pairs_params, "kernels/prelu.h");

/* ---- kernels without scales ---- */

static MRT_COLD mrt_reason mrt_prepare_pairs_f32(mrt_call *c)
{
    mrt_pairs_f32_params p;

    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_prepare_pairs_i32(mrt_call *c)
{
    mrt_pairs_i32_params p;

    MRT_TRY(mrt_check_whole_numbers(c));
    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    mrt_activation_range(c->activation, 1.0f, 0, INT32_MIN, INT32_MAX, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

/* ---- SUB ---- */

static const mrt_row mrt_sub_rows[] = {{MRT_I8, {MRT_I8}, 1, 2, 5, MRT_WITH(mrt_prepare_scaled_sum, mrt_sub_i8)},
                                       {MRT_I16, {MRT_I16}, 1, 5, 5, MRT_WITH(mrt_prepare_scaled_sum, mrt_sub_i16)},
                                       {MRT_I32, {MRT_I32}, 1, 1, 5, MRT_WITH(mrt_prepare_pairs_i32, mrt_sub_i32)},
                                       {MRT_F32, {MRT_F32}, 1, 1, 5, MRT_FLOATS(mrt_prepare_pairs_f32, mrt_sub_f32)},
                                       {MRT_U8, {MRT_U8}, 1, 1, 5, MRT_WITH(mrt_prepare_scaled_sum, mrt_sub_u8)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_sub = {
    41, 28, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_add_fields), mrt_shape_of_pairs, mrt_sub_rows};

/* ---- DIV, FLOOR_DIV, FLOOR_MOD ---- */

static const mrt_attribute mrt_div_fields[] = {MRT_FUSED_ACTIVATION(0)};

/* int8 and uint8. */
static MRT_COLD mrt_reason mrt_div_prepare_i8(mrt_call *c)
{
    const double      a = (double)mrt_scale(&c->in[0]), b = (double)mrt_scale(&c->in[1]);
    mrt_div_i8_params p;
    int32_t           low = 0, high = 0;

    MRT_TRY(mrt_check_scales(c));
    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    p.a_zero = mrt_zero(&c->in[0]);
    p.b_zero = mrt_zero(&c->in[1]);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_quantize_multiplier(a / (b * (double)mrt_scale(&c->out[0])), &p.mult, &p.shift);
    mrt_type_limits(c->out[0].type, &low, &high);
    mrt_activation_range(c->activation, mrt_scale(&c->out[0]), p.out_zero, low, high, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_div_rows[] = {{MRT_I8, {MRT_I8}, 1, 1, 2, MRT_WITH(mrt_div_prepare_i8, mrt_div_i8)},
                                       {MRT_I32, {MRT_I32}, 1, 1, 2, MRT_WITH(mrt_prepare_pairs_i32, mrt_div_i32)},
                                       {MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_prepare_pairs_f32, mrt_div_f32)},
                                       {MRT_U8, {MRT_U8}, 1, 1, 2, MRT_WITH(mrt_div_prepare_i8, mrt_div_u8)},
                                       MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_div = {
    42, 29, 2, 2, 1, 1, MRT_ATTRIBUTES(mrt_div_fields), mrt_shape_of_pairs, mrt_div_rows};

static const mrt_row mrt_floor_div_rows[] = {{MRT_I32, {MRT_I32}, 1, 1, 3, MRT_WITH(mrt_prepare_pairs, mrt_floor_div_i32)},
                                             {MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_prepare_pairs, mrt_floor_div_f32)},
                                             MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_floor_div = {
    90, 65, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_of_pairs, mrt_floor_div_rows};

static const mrt_row mrt_floor_mod_rows[] = {{MRT_I32, {MRT_I32}, 1, 1, 2, MRT_WITH(mrt_prepare_pairs, mrt_floor_mod_i32)},
                                             {MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_prepare_pairs, mrt_floor_mod_f32)},
                                             MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_floor_mod = {
    95, 72, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_of_pairs, mrt_floor_mod_rows};

/* ---- MAXIMUM, MINIMUM ---- */

static MRT_COLD mrt_reason mrt_maximum_store(mrt_call *c, int32_t is_minimum)
{
    mrt_maximum_params p;

    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    p.is_minimum = is_minimum;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_maximum_prepare(mrt_call *c)
{
    return mrt_maximum_store(c, 0);
}

static MRT_COLD mrt_reason mrt_minimum_prepare(mrt_call *c)
{
    return mrt_maximum_store(c, 1);
}

static const mrt_row mrt_maximum_rows[] = {{MRT_I8, {MRT_I8}, 1, 2, 4, MRT_WITH(mrt_maximum_prepare, mrt_maximum_i8)},
                                           {MRT_I16, {MRT_I16}, 1, 4, 4, MRT_WITH(mrt_maximum_prepare, mrt_maximum_i16)},
                                           {MRT_I32, {MRT_I32}, 1, 1, 4, MRT_WITH(mrt_maximum_prepare, mrt_maximum_i32)},
                                           {MRT_I64, {MRT_I64}, 1, 1, 4, MRT_WITH(mrt_maximum_prepare, mrt_maximum_i64)},
                                           {MRT_F32, {MRT_F32}, 1, 1, 4, MRT_FLOATS(mrt_maximum_prepare, mrt_maximum_f32)},
                                           {MRT_U8, {MRT_U8}, 1, 1, 4, MRT_WITH(mrt_maximum_prepare, mrt_maximum_u8)},
                                           MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_maximum = {
    55, 39, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_of_pairs, mrt_maximum_rows};

static const mrt_row mrt_minimum_rows[] = {{MRT_I8, {MRT_I8}, 1, 2, 4, MRT_WITH(mrt_minimum_prepare, mrt_maximum_i8)},
                                           {MRT_I16, {MRT_I16}, 1, 4, 4, MRT_WITH(mrt_minimum_prepare, mrt_maximum_i16)},
                                           {MRT_I32, {MRT_I32}, 1, 1, 4, MRT_WITH(mrt_minimum_prepare, mrt_maximum_i32)},
                                           {MRT_I64, {MRT_I64}, 1, 1, 4, MRT_WITH(mrt_minimum_prepare, mrt_maximum_i64)},
                                           {MRT_F32, {MRT_F32}, 1, 1, 4, MRT_FLOATS(mrt_minimum_prepare, mrt_maximum_f32)},
                                           {MRT_U8, {MRT_U8}, 1, 1, 4, MRT_WITH(mrt_minimum_prepare, mrt_maximum_u8)},
                                           MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_minimum = {
    57, 39, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_of_pairs, mrt_minimum_rows};

/* ---- SQUARED_DIFFERENCE ---- */

/* int8 and int16, whose zero points are 0. */
static MRT_COLD mrt_reason mrt_squared_difference_prepare(mrt_call *c)
{
    const double a = (double)mrt_scale(&c->in[0]), b = (double)mrt_scale(&c->in[1]), twice = 2.0 * (a > b ? a : b);
    const int    is_i16 = c->out[0].type == MRT_I16;
    const double out = twice * twice / ((is_i16 ? 1.0 : 16384.0) * (double)mrt_scale(&c->out[0]));

    MRT_REQUIRE(c, !is_i16 || (mrt_zero(&c->in[0]) == 0 && mrt_zero(&c->in[1]) == 0 && mrt_zero(&c->out[0]) == 0),
                QUANTIZATION, "int16 operands with zero points %d, %d and %d, 0 expected", (int)mrt_zero(&c->in[0]),
                (int)mrt_zero(&c->in[1]), (int)mrt_zero(&c->out[0]));
    return mrt_store_scaled_sum(c, a / twice, b / twice, out);
}

static const mrt_row mrt_squared_difference_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 2, MRT_WITH(mrt_squared_difference_prepare, mrt_squared_difference_i8)},
    {MRT_I16, {MRT_I16}, 1, 1, 2, MRT_WITH(mrt_squared_difference_prepare, mrt_squared_difference_i16)},
    {MRT_I32, {MRT_I32}, 1, 1, 2, MRT_WITH(mrt_prepare_pairs, mrt_squared_difference_i32)},
    {MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_prepare_pairs, mrt_squared_difference_f32)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_squared_difference = {
    99, 76, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_of_pairs, mrt_squared_difference_rows};

/* ---- ADD_N ---- */

static MRT_COLD mrt_reason mrt_add_n_shape(mrt_call *c)
{
    int32_t i;

    for (i = 1; i < c->in_count; i++)
        MRT_REQUIRE(c, mrt_has(c, i) && mrt_same_shape(&c->in[0], &c->in[i]), SHAPE,
                    "operand %d is not of operand 0's shape %s", (int)i, MRT_SHAPE(&c->in[0]));
    return mrt_shape_as_first(c);
}

/* Each value is read before its place is written, whichever operand the output replaces. */
static MRT_COLD void mrt_add_n_begin(mrt_call *c, int32_t *count, int32_t *operands)
{
    *count = (int32_t)c->out[0].count;
    *operands = c->in_count;
    c->constants = ~(uint64_t)0;
    c->in_place = ~(uint32_t)0;
    c->work = (uint64_t)c->out[0].count * (uint32_t)c->in_count;
}

static MRT_COLD mrt_reason mrt_add_n_prepare_i8(mrt_call *c)
{
    const float         scale = mrt_scale(&c->in[0]);
    const double        out = 2.0 * (double)scale / (1048576.0 * (double)mrt_scale(&c->out[0]));
    mrt_add_n_i8_params p;
    int32_t             i;

    MRT_TRY(mrt_check_scales(c));
    for (i = 1; i < c->in_count; i++)
        MRT_REQUIRE(
            c, mrt_scale(&c->in[i]) >= scale && mrt_scale(&c->in[i]) <= scale && mrt_zero(&c->in[i]) == mrt_zero(&c->in[0]),
            QUANTIZATION, "operands 0 and %d have different scales or zero points", (int)i);
    MRT_REQUIRE(c, out < 1.0, SCALES, "output scale %g is too fine for input scale %g", (double)mrt_scale(&c->out[0]),
                (double)scale);
    mrt_add_n_begin(c, &p.count, &p.operands);
    p.in_zero = mrt_zero(&c->in[0]);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_quantize_multiplier(out, &p.mult, &p.shift);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_add_n_prepare(mrt_call *c)
{
    mrt_add_n_params p;

    mrt_add_n_begin(c, &p.count, &p.operands);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_add_n_rows[] = {{MRT_I8, {MRT_I8}, 1, 1, 1, MRT_WITH(mrt_add_n_prepare_i8, mrt_add_n_i8)},
                                         {MRT_I32, {MRT_I32}, 1, 1, 1, MRT_WITH(mrt_add_n_prepare, mrt_add_n_i32)},
                                         {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_add_n_prepare, mrt_add_n_f32)},
                                         MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_add_n = {
    106, 82, 2, 64, 1, 1, MRT_NO_ATTRIBUTES, mrt_add_n_shape, mrt_add_n_rows};

/* ---- PRELU ---- */

static MRT_COLD mrt_reason mrt_prelu_shape(mrt_call *c)
{
    MRT_TRY(mrt_shape_of_pairs(c));
    MRT_REQUIRE(c, mrt_same_shape(&c->in[0], &c->out[0]), SHAPE, "slopes of shape %s are more than the input's %s takes",
                MRT_SHAPE(&c->in[1]), MRT_SHAPE(&c->in[0]));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_prelu_prepare(mrt_call *c)
{
    const double     in = (double)mrt_scale(&c->in[0]), out = (double)mrt_scale(&c->out[0]);
    mrt_prelu_params p;

    MRT_TRY(mrt_check_scales(c));
    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    c->in_place &= 1u; /* slopes may have smaller elements */
    p.in_zero = mrt_zero(&c->in[0]);
    p.alpha_zero = mrt_zero(&c->in[1]);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_quantize_multiplier(in / out, &p.mult, &p.shift);
    mrt_quantize_multiplier(in * (double)mrt_scale(&c->in[1]) / out, &p.alpha_mult, &p.alpha_shift);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_prelu_rows[] = {{MRT_I8, {MRT_I8}, 1, 1, 1, MRT_WITH(mrt_prelu_prepare, mrt_prelu_i8)},
                                         {MRT_I16, {MRT_I16, MRT_I8}, 2, 1, 1, MRT_WITH(mrt_prelu_prepare, mrt_prelu_i16)},
                                         {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_prepare_pairs, mrt_prelu_f32)},
                                         {MRT_U8, {MRT_U8}, 1, 1, 1, MRT_WITH(mrt_prelu_prepare, mrt_prelu_u8)},
                                         MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_prelu = {
    54, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_prelu_shape, mrt_prelu_rows};

#endif
