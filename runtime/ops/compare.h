/* EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL: a, b of one type -> bool.
 * LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT: bool -> bool.
 * SELECT, SELECT_V2: condition (bool), x, y -> x where it is true, else y.
 * An operand repeats along axes in which it has one element (not in SELECT).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_COMPARE_H
#define MRT_OPS_COMPARE_H

#include "../kernels/compare.h"
#include "../kernels/select.h"
#include "broadcast.h"

MRT_FIELDS(mrt_compare_params, count, rank, holds, walk);
MRT_FIELDS(mrt_compare_i8_params, count, rank, holds, a_zero, b_zero, a_mult, b_mult, a_shift, b_shift, walk);
MRT_FIELDS(mrt_logic_params, count, rank, truth, walk);
MRT_FIELDS(mrt_logical_not_params, count);
MRT_FIELDS(mrt_select_params, count, bytes, rank, x_rank, y_rank, walk);
MRT_KERNEL(mrt_compare_f32, mrt_compare_params, "kernels/compare.h");
MRT_KERNEL(mrt_compare_i32, mrt_compare_params, "kernels/compare.h");
MRT_KERNEL(mrt_compare_i64, mrt_compare_params, "kernels/compare.h");
MRT_KERNEL(mrt_compare_i8, mrt_compare_i8_params, "kernels/compare.h");
MRT_KERNEL(mrt_compare_u8, mrt_compare_i8_params, "kernels/compare.h");
MRT_KERNEL(mrt_logic, mrt_logic_params, "kernels/compare.h");
MRT_KERNEL_1(mrt_logical_not, mrt_logical_not_params, "kernels/compare.h", uint8_t, uint8_t);
MRT_KERNEL(mrt_select, mrt_select_params, "kernels/select.h");

/* ---- comparisons ---- */

static MRT_COLD mrt_reason mrt_compare_shape(mrt_call *c)
{
    return mrt_broadcast_shape(c, MRT_BOOL);
}

/* holds: the cases in which the comparison does. */
static MRT_COLD mrt_reason mrt_compare_prepare(mrt_call *c, int32_t holds)
{
    mrt_compare_params p;

    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    p.holds = holds;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_compare_scale(mrt_call *c, const mrt_tensor *in, int32_t *zero, int32_t *mult, int32_t *shift)
{
    MRT_TRY(mrt_check_scale(c, in));
    MRT_REQUIRE(c, mrt_scale(in) < 1.0f, QUANTIZATION, "an operand has scale %.9g; %s is compared at scales below 1",
                (double)mrt_scale(in), mrt_type_name(in->type));
    *zero = mrt_zero(in);
    mrt_quantize_multiplier((double)mrt_scale(in), mult, shift);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_compare_prepare_i8(mrt_call *c, int32_t holds)
{
    mrt_compare_i8_params p;

    MRT_TRY(mrt_compare_scale(c, &c->in[0], &p.a_zero, &p.a_mult, &p.a_shift));
    MRT_TRY(mrt_compare_scale(c, &c->in[1], &p.b_zero, &p.b_mult, &p.b_shift));
    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    p.holds = holds;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_logic_prepare(mrt_call *c, int32_t truth)
{
    mrt_logic_params p;

    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    p.truth = truth;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_equal_prepare(mrt_call *c)
{
    return mrt_compare_prepare(c, MRT_IS_EQUAL);
}

static MRT_COLD mrt_reason mrt_equal_prepare_i8(mrt_call *c)
{
    return mrt_compare_prepare_i8(c, MRT_IS_EQUAL);
}

static MRT_COLD mrt_reason mrt_equal_prepare_bool(mrt_call *c)
{
    return mrt_logic_prepare(c, MRT_TRUTH_EQUAL);
}

static const mrt_row mrt_equal_rows[] = {{MRT_BOOL, {MRT_I8}, 1, 2, 5, MRT_WITH(mrt_equal_prepare_i8, mrt_compare_i8)},
                                         {MRT_BOOL, {MRT_I32}, 1, 1, 5, MRT_WITH(mrt_equal_prepare, mrt_compare_i32)},
                                         {MRT_BOOL, {MRT_I64}, 1, 1, 5, MRT_WITH(mrt_equal_prepare, mrt_compare_i64)},
                                         {MRT_BOOL, {MRT_BOOL}, 1, 1, 5, MRT_WITH(mrt_equal_prepare_bool, mrt_logic)},
                                         {MRT_BOOL, {MRT_F32}, 1, 1, 5, MRT_FLOATS(mrt_equal_prepare, mrt_compare_f32)},
                                         {MRT_BOOL, {MRT_U8}, 1, 1, 5, MRT_WITH(mrt_equal_prepare_i8, mrt_compare_u8)},
                                         MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_equal = {
    71, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_compare_shape, mrt_equal_rows};

static MRT_COLD mrt_reason mrt_not_equal_prepare(mrt_call *c)
{
    return mrt_compare_prepare(c, MRT_IS_LESS | MRT_IS_GREATER | MRT_IS_UNORDERED);
}

static MRT_COLD mrt_reason mrt_not_equal_prepare_i8(mrt_call *c)
{
    return mrt_compare_prepare_i8(c, MRT_IS_LESS | MRT_IS_GREATER | MRT_IS_UNORDERED);
}

static MRT_COLD mrt_reason mrt_not_equal_prepare_bool(mrt_call *c)
{
    return mrt_logic_prepare(c, MRT_TRUTH_NOT_EQUAL);
}

static const mrt_row mrt_not_equal_rows[] = {
    {MRT_BOOL, {MRT_I8}, 1, 2, 4, MRT_WITH(mrt_not_equal_prepare_i8, mrt_compare_i8)},
    {MRT_BOOL, {MRT_I32}, 1, 1, 4, MRT_WITH(mrt_not_equal_prepare, mrt_compare_i32)},
    {MRT_BOOL, {MRT_I64}, 1, 1, 4, MRT_WITH(mrt_not_equal_prepare, mrt_compare_i64)},
    {MRT_BOOL, {MRT_BOOL}, 1, 1, 4, MRT_WITH(mrt_not_equal_prepare_bool, mrt_logic)},
    {MRT_BOOL, {MRT_F32}, 1, 1, 4, MRT_FLOATS(mrt_not_equal_prepare, mrt_compare_f32)},
    {MRT_BOOL, {MRT_U8}, 1, 1, 4, MRT_WITH(mrt_not_equal_prepare_i8, mrt_compare_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_not_equal = {
    72, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_compare_shape, mrt_not_equal_rows};

static MRT_COLD mrt_reason mrt_greater_prepare(mrt_call *c)
{
    return mrt_compare_prepare(c, MRT_IS_GREATER);
}

static MRT_COLD mrt_reason mrt_greater_prepare_i8(mrt_call *c)
{
    return mrt_compare_prepare_i8(c, MRT_IS_GREATER);
}

static const mrt_row mrt_greater_rows[] = {{MRT_BOOL, {MRT_I8}, 1, 2, 2, MRT_WITH(mrt_greater_prepare_i8, mrt_compare_i8)},
                                           {MRT_BOOL, {MRT_I32}, 1, 1, 2, MRT_WITH(mrt_greater_prepare, mrt_compare_i32)},
                                           {MRT_BOOL, {MRT_I64}, 1, 1, 2, MRT_WITH(mrt_greater_prepare, mrt_compare_i64)},
                                           {MRT_BOOL, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_greater_prepare, mrt_compare_f32)},
                                           {MRT_BOOL, {MRT_U8}, 1, 1, 2, MRT_WITH(mrt_greater_prepare_i8, mrt_compare_u8)},
                                           MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_greater = {
    61, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_compare_shape, mrt_greater_rows};

static MRT_COLD mrt_reason mrt_greater_equal_prepare(mrt_call *c)
{
    return mrt_compare_prepare(c, MRT_IS_GREATER | MRT_IS_EQUAL);
}

static MRT_COLD mrt_reason mrt_greater_equal_prepare_i8(mrt_call *c)
{
    return mrt_compare_prepare_i8(c, MRT_IS_GREATER | MRT_IS_EQUAL);
}

static const mrt_row mrt_greater_equal_rows[] = {
    {MRT_BOOL, {MRT_I8}, 1, 2, 3, MRT_WITH(mrt_greater_equal_prepare_i8, mrt_compare_i8)},
    {MRT_BOOL, {MRT_I32}, 1, 1, 3, MRT_WITH(mrt_greater_equal_prepare, mrt_compare_i32)},
    {MRT_BOOL, {MRT_I64}, 1, 1, 3, MRT_WITH(mrt_greater_equal_prepare, mrt_compare_i64)},
    {MRT_BOOL, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_greater_equal_prepare, mrt_compare_f32)},
    {MRT_BOOL, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_greater_equal_prepare_i8, mrt_compare_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_greater_equal = {
    62, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_compare_shape, mrt_greater_equal_rows};

static MRT_COLD mrt_reason mrt_less_prepare(mrt_call *c)
{
    return mrt_compare_prepare(c, MRT_IS_LESS);
}

static MRT_COLD mrt_reason mrt_less_prepare_i8(mrt_call *c)
{
    return mrt_compare_prepare_i8(c, MRT_IS_LESS);
}

static const mrt_row mrt_less_rows[] = {{MRT_BOOL, {MRT_I8}, 1, 2, 3, MRT_WITH(mrt_less_prepare_i8, mrt_compare_i8)},
                                        {MRT_BOOL, {MRT_I32}, 1, 1, 3, MRT_WITH(mrt_less_prepare, mrt_compare_i32)},
                                        {MRT_BOOL, {MRT_I64}, 1, 1, 3, MRT_WITH(mrt_less_prepare, mrt_compare_i64)},
                                        {MRT_BOOL, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_less_prepare, mrt_compare_f32)},
                                        {MRT_BOOL, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_less_prepare_i8, mrt_compare_u8)},
                                        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_less = {58,           0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_compare_shape,
                                                          mrt_less_rows};

static MRT_COLD mrt_reason mrt_less_equal_prepare(mrt_call *c)
{
    return mrt_compare_prepare(c, MRT_IS_LESS | MRT_IS_EQUAL);
}

static MRT_COLD mrt_reason mrt_less_equal_prepare_i8(mrt_call *c)
{
    return mrt_compare_prepare_i8(c, MRT_IS_LESS | MRT_IS_EQUAL);
}

static const mrt_row mrt_less_equal_rows[] = {
    {MRT_BOOL, {MRT_I8}, 1, 2, 2, MRT_WITH(mrt_less_equal_prepare_i8, mrt_compare_i8)},
    {MRT_BOOL, {MRT_I32}, 1, 1, 2, MRT_WITH(mrt_less_equal_prepare, mrt_compare_i32)},
    {MRT_BOOL, {MRT_I64}, 1, 1, 2, MRT_WITH(mrt_less_equal_prepare, mrt_compare_i64)},
    {MRT_BOOL, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_less_equal_prepare, mrt_compare_f32)},
    {MRT_BOOL, {MRT_U8}, 1, 1, 2, MRT_WITH(mrt_less_equal_prepare_i8, mrt_compare_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_less_equal = {
    63, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_compare_shape, mrt_less_equal_rows};

/* ---- logic ---- */

static MRT_COLD mrt_reason mrt_logical_and_prepare(mrt_call *c)
{
    return mrt_logic_prepare(c, MRT_TRUTH_AND);
}

static const mrt_row mrt_logical_and_rows[] = {{MRT_BOOL, {MRT_BOOL}, 1, 1, 1, MRT_WITH(mrt_logical_and_prepare, mrt_logic)},
                                               MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_logical_and = {
    86, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_compare_shape, mrt_logical_and_rows};

static MRT_COLD mrt_reason mrt_logical_or_prepare(mrt_call *c)
{
    return mrt_logic_prepare(c, MRT_TRUTH_OR);
}

static const mrt_row mrt_logical_or_rows[] = {{MRT_BOOL, {MRT_BOOL}, 1, 1, 1, MRT_WITH(mrt_logical_or_prepare, mrt_logic)},
                                              MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_logical_or = {
    84, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_compare_shape, mrt_logical_or_rows};

static MRT_COLD mrt_reason mrt_logical_not_prepare(mrt_call *c)
{
    mrt_logical_not_params p;

    p.count = (int32_t)c->in[0].count;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_logical_not_rows[] = {
    {MRT_BOOL, {MRT_BOOL}, 1, 1, 1, MRT_WITH(mrt_logical_not_prepare, mrt_logical_not)}, MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_logical_not = {
    87, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_logical_not_rows};

/* ---- selecting ---- */

static MRT_COLD mrt_reason mrt_select_v2_shape(mrt_call *c)
{
    return mrt_broadcast_shape(c, c->in[1].type);
}

/* Of the older SELECT, x and y have one shape; the condition has it, too, or is one value, or one for each index of axis 0.
 */
static MRT_COLD mrt_reason mrt_select_shape(mrt_call *c)
{
    const mrt_tensor *condition = &c->in[0], *x = &c->in[1];

    MRT_REQUIRE(c, mrt_same_shape(x, &c->in[2]), SHAPE, "x is %s, y %s: one shape expected", MRT_SHAPE(x),
                MRT_SHAPE(&c->in[2]));
    MRT_REQUIRE(c,
                mrt_same_shape(condition, x) || condition->rank == 0 ||
                    (condition->rank == 1 && x->rank > 0 && condition->dim[0] == x->dim[0]),
                SHAPE, "the condition is %s; x's shape %s, its first dimension, or one value expected", MRT_SHAPE(condition),
                MRT_SHAPE(x));
    return mrt_set_shape(c, 0, x->type, x->rank, x->dim);
}

/* Each operand's walk beside the output, behind one another. */
static MRT_COLD mrt_reason mrt_select_store(mrt_call *c, const mrt_tensor *condition)
{
    const mrt_tensor *operand[3] = {condition, &c->in[1], &c->in[2]};
    mrt_walk_axes     walk[3];
    mrt_select_params p;
    int32_t          *array, axes = 0, k, i;

    p.count = (int32_t)c->out[0].count;
    p.bytes = (int32_t)(mrt_type_bits(c->out[0].type) / 8);
    for (k = 0; k < 3; k++) {
        mrt_find_walk(operand[k], &c->out[0], 1, &walk[k]);
        axes += walk[k].rank;
        if (walk[k].rank == 0 && mrt_type_bits(operand[k]->type) == mrt_type_bits(c->out[0].type))
            c->in_place |= 1u << k;
    }
    p.rank = walk[0].rank;
    p.x_rank = walk[1].rank;
    p.y_rank = walk[2].rank;
    array = axes > 0 ? (int32_t *)c->side->take(c, "walk", MRT_I32, 3 * (size_t)axes) : NULL;
    p.walk = array;
    for (k = 0; array && k < 3; k++)
        for (i = 0; i < 3 * walk[k].rank; i++)
            *array++ = walk[k].axis[i / 3][i % 3];
    c->constants = 7;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_select_v2_prepare(mrt_call *c)
{
    return mrt_select_store(c, &c->in[0]);
}

/* A condition for each index of axis 0 repeats along all others. */
static MRT_COLD mrt_reason mrt_select_prepare(mrt_call *c)
{
    mrt_tensor condition = c->in[0];

    while (condition.rank > 0 && condition.rank < c->in[1].rank)
        condition.dim[condition.rank++] = 1;
    return mrt_select_store(c, &condition);
}

static const mrt_row mrt_select_rows[] = {
    {MRT_F32, {MRT_BOOL, MRT_F32}, 2, 1, 4, MRT_WITH(mrt_select_prepare, mrt_select)},
    {MRT_I8, {MRT_BOOL, MRT_I8}, 2, 1, 4, MRT_WITH(mrt_select_prepare, mrt_select)},
    {MRT_I16, {MRT_BOOL, MRT_I16}, 2, 1, 4, MRT_WITH(mrt_select_prepare, mrt_select)},
    {MRT_U8, {MRT_BOOL, MRT_U8}, 2, 1, 4, MRT_WITH(mrt_select_prepare, mrt_select)},
    {MRT_I32, {MRT_BOOL, MRT_I32}, 2, 1, 4, MRT_WITH(mrt_select_prepare, mrt_select)},
    {MRT_I64, {MRT_BOOL, MRT_I64}, 2, 1, 4, MRT_WITH(mrt_select_prepare, mrt_select)},
    {MRT_U32, {MRT_BOOL, MRT_U32}, 2, 4, 4, MRT_WITH(mrt_select_prepare, mrt_select)},
    {MRT_BOOL, {MRT_BOOL, MRT_BOOL}, 2, 1, 4, MRT_WITH(mrt_select_prepare, mrt_select)},
    MRT_ROWS_END};

static const mrt_row mrt_select_v2_rows[] = {
    {MRT_F32, {MRT_BOOL, MRT_F32}, 2, 1, 2, MRT_WITH(mrt_select_v2_prepare, mrt_select)},
    {MRT_I8, {MRT_BOOL, MRT_I8}, 2, 1, 2, MRT_WITH(mrt_select_v2_prepare, mrt_select)},
    {MRT_I16, {MRT_BOOL, MRT_I16}, 2, 1, 2, MRT_WITH(mrt_select_v2_prepare, mrt_select)},
    {MRT_U8, {MRT_BOOL, MRT_U8}, 2, 1, 2, MRT_WITH(mrt_select_v2_prepare, mrt_select)},
    {MRT_I32, {MRT_BOOL, MRT_I32}, 2, 1, 2, MRT_WITH(mrt_select_v2_prepare, mrt_select)},
    {MRT_I64, {MRT_BOOL, MRT_I64}, 2, 1, 2, MRT_WITH(mrt_select_v2_prepare, mrt_select)},
    {MRT_U32, {MRT_BOOL, MRT_U32}, 2, 2, 2, MRT_WITH(mrt_select_v2_prepare, mrt_select)},
    {MRT_BOOL, {MRT_BOOL, MRT_BOOL}, 2, 1, 2, MRT_WITH(mrt_select_v2_prepare, mrt_select)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_select = {
    64, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_select_shape, mrt_select_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_select_v2 = {
    123, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_select_v2_shape, mrt_select_v2_rows};

#endif
