/* LOGISTIC and TANH: x of any shape -> y of the same shape, in [0, 1] or [-1, 1].
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SQUASH_H
#define MRT_OPS_SQUASH_H

#include "../kernels/squash.h"
#include "lookup.h"

MRT_FIELDS(mrt_squash_i8_params, count, in_zero, radius, mult, shift);
MRT_FIELDS(mrt_squash_i16_params, count, mult, shift, table);
MRT_FIELDS(mrt_squash_f32_params, count);
MRT_KERNEL_WITH_FASTER(mrt_logistic_i8, mrt_squash_i8_params, int8_t, int8_t);
MRT_KERNEL_WITH_FASTER(mrt_tanh_i8, mrt_squash_i8_params, int8_t, int8_t);
MRT_KERNEL_1(mrt_logistic_i16, mrt_squash_i16_params, "kernels/squash.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_tanh_i16, mrt_squash_i16_params, "kernels/squash.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_logistic_f32, mrt_squash_f32_params, "kernels/squash.h", float, float);
MRT_KERNEL_1(mrt_tanh_f32, mrt_squash_f32_params, "kernels/squash.h", float, float);

static MRT_COLD mrt_reason mrt_squash_store_i8(mrt_call *c, float out_scale, int32_t out_zero)
{
    mrt_squash_i8_params p;

    MRT_TRY(mrt_check_fixed(c, out_scale, out_zero));
    p.count = (int32_t)c->in[0].count;
    p.in_zero = mrt_zero(&c->in[0]);
    mrt_squash_i8_prepare(&p, mrt_scale(&c->in[0]));
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_logistic_prepare_i8(mrt_call *c)
{
    return mrt_squash_store_i8(c, 1.0f / 256.0f, -128);
}

static MRT_COLD mrt_reason mrt_tanh_prepare_i8(mrt_call *c)
{
    return mrt_squash_store_i8(c, 1.0f / 128.0f, 0);
}

/* uint8: tables of the real functions, which LiteRT has whatever the output's scale is. */
static MRT_COLD mrt_reason mrt_logistic_prepare_u8(mrt_call *c)
{
    return mrt_prepare_lookup(c, mrt_logistic_exact_f32);
}

static MRT_COLD mrt_reason mrt_tanh_prepare_u8(mrt_call *c)
{
    return mrt_prepare_lookup(c, mrt_tanh_exact_f32);
}

static MRT_COLD mrt_reason mrt_squash_store_i16(mrt_call *c, int is_tanh)
{
    mrt_squash_i16_params p;
    int16_t              *table;

    MRT_TRY(mrt_check_fixed(c, 1.0f / 32768.0f, 0));
    MRT_REQUIRE(c, mrt_zero(&c->in[0]) == 0, QUANTIZATION, "int16 input has zero point %d, 0 expected",
                (int)mrt_zero(&c->in[0]));
    MRT_REQUIRE(c, mrt_squash_i16_prepare(&p, mrt_scale(&c->in[0]), is_tanh), QUANTIZATION,
                "int16 input has scale %g, less than 5.33 expected", (double)mrt_scale(&c->in[0]));
    table = (int16_t *)c->side->take(c, "table", MRT_I16, MRT_SQUASH_I16_TABLE);
    if (table)
        mrt_squash_fill_i16(table);
    p.count = (int32_t)c->in[0].count;
    p.table = table;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_logistic_prepare_i16(mrt_call *c)
{
    return mrt_squash_store_i16(c, 0);
}

static MRT_COLD mrt_reason mrt_tanh_prepare_i16(mrt_call *c)
{
    return mrt_squash_store_i16(c, 1);
}

static MRT_COLD mrt_reason mrt_squash_prepare_f32(mrt_call *c)
{
    mrt_squash_f32_params p;

    p.count = (int32_t)c->in[0].count;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_logistic_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 2, 3, MRT_WITH(mrt_logistic_prepare_i8, mrt_logistic_i8)},
    {MRT_I16, {MRT_I16}, 1, 3, 3, MRT_WITH(mrt_logistic_prepare_i16, mrt_logistic_i16)},
    {MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_squash_prepare_f32, mrt_logistic_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_logistic_prepare_u8, mrt_lookup_u8)},
    MRT_ROWS_END};

static const mrt_row mrt_tanh_rows[] = {{MRT_I8, {MRT_I8}, 1, 2, 3, MRT_WITH(mrt_tanh_prepare_i8, mrt_tanh_i8)},
                                        {MRT_I16, {MRT_I16}, 1, 3, 3, MRT_WITH(mrt_tanh_prepare_i16, mrt_tanh_i16)},
                                        {MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_squash_prepare_f32, mrt_tanh_f32)},
                                        {MRT_U8, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_tanh_prepare_u8, mrt_lookup_u8)},
                                        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_logistic = {
    14, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_logistic_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_tanh = {28,           0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_tanh_rows};

#endif
