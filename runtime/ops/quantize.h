/* QUANTIZE: x of any shape -> the same values in the output's integers (from float32, or from other integers).
 * DEQUANTIZE: integers, or float16, -> float32. What the output is, its own type and scale say.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_QUANTIZE_H
#define MRT_OPS_QUANTIZE_H

#include "../kernels/quantize.h"
#include "../op.h"

MRT_FIELDS(mrt_quantize_f32_params, count, scale, zero, low, high);
MRT_FIELDS(mrt_requantize_params, count, in_zero, out_zero, mult, shift, low, high);
MRT_FIELDS(mrt_dequantize_params, count, scale, zero);
MRT_KERNEL_1(mrt_quantize_f32_i8, mrt_quantize_f32_params, "kernels/quantize.h", float, int8_t);
MRT_KERNEL_1(mrt_quantize_f32_u8, mrt_quantize_f32_params, "kernels/quantize.h", float, uint8_t);
MRT_KERNEL_1(mrt_quantize_f32_i16, mrt_quantize_f32_params, "kernels/quantize.h", float, int16_t);
MRT_KERNEL_1(mrt_requantize_i8_i8, mrt_requantize_params, "kernels/quantize.h", int8_t, int8_t);
MRT_KERNEL_1(mrt_requantize_i8_i16, mrt_requantize_params, "kernels/quantize.h", int8_t, int16_t);
MRT_KERNEL_1(mrt_requantize_i8_i32, mrt_requantize_params, "kernels/quantize.h", int8_t, int32_t);
MRT_KERNEL_1(mrt_requantize_i16_i8, mrt_requantize_params, "kernels/quantize.h", int16_t, int8_t);
MRT_KERNEL_1(mrt_requantize_i16_i16, mrt_requantize_params, "kernels/quantize.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_requantize_i16_i32, mrt_requantize_params, "kernels/quantize.h", int16_t, int32_t);
MRT_KERNEL_1(mrt_requantize_i32_i8, mrt_requantize_params, "kernels/quantize.h", int32_t, int8_t);
MRT_KERNEL_1(mrt_requantize_i32_i16, mrt_requantize_params, "kernels/quantize.h", int32_t, int16_t);
MRT_KERNEL_1(mrt_requantize_i8_u8, mrt_requantize_params, "kernels/quantize.h", int8_t, uint8_t);
MRT_KERNEL_1(mrt_requantize_u8_i8, mrt_requantize_params, "kernels/quantize.h", uint8_t, int8_t);
MRT_KERNEL_1(mrt_requantize_u8_u8, mrt_requantize_params, "kernels/quantize.h", uint8_t, uint8_t);
MRT_KERNEL_1(mrt_requantize_u8_i16, mrt_requantize_params, "kernels/quantize.h", uint8_t, int16_t);
MRT_KERNEL_1(mrt_dequantize_i8, mrt_dequantize_params, "kernels/quantize.h", int8_t, float);
MRT_KERNEL_1(mrt_dequantize_u8, mrt_dequantize_params, "kernels/quantize.h", uint8_t, float);
MRT_KERNEL_1(mrt_dequantize_i16, mrt_dequantize_params, "kernels/quantize.h", int16_t, float);
MRT_KERNEL_1(mrt_dequantize_f16, mrt_dequantize_params, "kernels/quantize.h", uint16_t, float);

static MRT_COLD mrt_reason mrt_quantize_shape(mrt_call *c)
{
    int32_t low, high;

    MRT_REQUIRE(c, mrt_type_limits(c->out[0].type, &low, &high), TYPES, "output is %s, an integer type expected",
                mrt_type_name(c->out[0].type));
    return mrt_set_shape(c, 0, c->out[0].type, c->in[0].rank, c->in[0].dim);
}

static MRT_COLD mrt_reason mrt_dequantize_shape(mrt_call *c)
{
    return mrt_set_shape(c, 0, MRT_F32, c->in[0].rank, c->in[0].dim);
}

static MRT_COLD mrt_reason mrt_quantize_prepare_f32(mrt_call *c)
{
    mrt_quantize_f32_params p;

    MRT_TRY(mrt_check_scales(c));
    p.count = (int32_t)c->in[0].count;
    p.scale = mrt_scale(&c->out[0]);
    p.zero = mrt_zero(&c->out[0]);
    mrt_type_limits(c->out[0].type, &p.low, &p.high);
    /* A byte takes the place of the first of its number's four, which were read. int16 may not stand where floats are
     * read: compilers take the two to be apart. */
    c->in_place = mrt_type_bits(c->out[0].type) == 8;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_quantize_prepare_integers(mrt_call *c)
{
    mrt_requantize_params p;

    MRT_TRY(mrt_check_scales(c));
    p.count = (int32_t)c->in[0].count;
    p.in_zero = mrt_zero(&c->in[0]);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_type_limits(c->out[0].type, &p.low, &p.high);
    mrt_requantize_prepare(&p, mrt_scale(&c->in[0]), mrt_scale(&c->out[0]));
    c->in_place = c->in[0].type == c->out[0].type || mrt_type_bits(c->out[0].type) == 8;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_dequantize_prepare(mrt_call *c)
{
    mrt_dequantize_params p;

    MRT_TRY(mrt_check_scales(c));
    p.count = (int32_t)c->in[0].count;
    p.scale = mrt_scale(&c->in[0]);
    p.zero = mrt_zero(&c->in[0]);
    /* Four bytes are written for each that is read, the last of them just above the next: bytes may stand where floats are
     * written, int16 may not. */
    if (mrt_type_bits(c->in[0].type) == 8)
        MRT_SET_OVERLAP(c, (3 * ((ptrdiff_t)p.count - 1) + 3) / 4 * 4);
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_quantize_rows[] = {
    {MRT_I8, {MRT_F32}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_f32, mrt_quantize_f32_i8)},
    {MRT_U8, {MRT_F32}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_f32, mrt_quantize_f32_u8)},
    {MRT_I16, {MRT_F32}, 1, 2, 3, MRT_WITH(mrt_quantize_prepare_f32, mrt_quantize_f32_i16)},
    {MRT_I8, {MRT_I8}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_i8_i8)},
    {MRT_I16, {MRT_I8}, 1, 2, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_i8_i16)},
    {MRT_I32, {MRT_I8}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_i8_i32)},
    {MRT_I8, {MRT_I16}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_i16_i8)},
    {MRT_I16, {MRT_I16}, 1, 2, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_i16_i16)},
    {MRT_I32, {MRT_I16}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_i16_i32)},
    {MRT_I8, {MRT_I32}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_i32_i8)},
    {MRT_I16, {MRT_I32}, 1, 2, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_i32_i16)},
    {MRT_U8, {MRT_I8}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_i8_u8)},
    {MRT_I8, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_u8_i8)},
    {MRT_U8, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_u8_u8)},
    {MRT_I16, {MRT_U8}, 1, 2, 3, MRT_WITH(mrt_quantize_prepare_integers, mrt_requantize_u8_i16)},
    MRT_ROWS_END};

static const mrt_row mrt_dequantize_rows[] = {
    {MRT_F32, {MRT_I8}, 1, 2, 6, MRT_WITH(mrt_dequantize_prepare, mrt_dequantize_i8)},
    {MRT_F32, {MRT_U8}, 1, 1, 6, MRT_WITH(mrt_dequantize_prepare, mrt_dequantize_u8)},
    {MRT_F32, {MRT_I16}, 1, 3, 6, MRT_WITH(mrt_dequantize_prepare, mrt_dequantize_i16)},
    {MRT_F32, {MRT_F16}, 1, 3, 6, MRT_WITH(mrt_dequantize_prepare, mrt_dequantize_f16)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_quantize = {
    114, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_quantize_shape, mrt_quantize_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_dequantize = {
    6, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_dequantize_shape, mrt_dequantize_rows};

#endif
