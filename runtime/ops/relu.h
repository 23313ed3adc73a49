/* RELU and RELU6: x of any shape -> y of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_RELU_H
#define MRT_OPS_RELU_H

#include "../kernels/relu.h"
#include "lookup.h"

MRT_FIELDS(mrt_relu_i8_params, count, in_zero, out_zero, mult, shift, act_min);
MRT_FIELDS(mrt_relu6_i8_params, count, act_min, act_max);
MRT_FIELDS(mrt_relu_f32_params, count, act_min, act_max);
MRT_KERNEL_1(mrt_relu_i8, mrt_relu_i8_params, "kernels/relu.h", int8_t, int8_t);
MRT_KERNEL_1(mrt_relu6_i8, mrt_relu6_i8_params, "kernels/relu.h", int8_t, int8_t);
MRT_KERNEL_1(mrt_relu_i16, mrt_relu_i8_params, "kernels/relu.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_relu6_i16, mrt_relu6_i8_params, "kernels/relu.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_relu_f32, mrt_relu_f32_params, "kernels/relu.h", float, float);

/* in rescaled, between the integers of low and high, as a table.
 * Source: TensorFlow Lite's reference kernel (QuantizedReluX in kernels/activations.cc). */
static MRT_COLD mrt_reason mrt_clamp_prepare_lookup(mrt_call *c, float low, float high)
{
    const mrt_tensor *in = &c->in[0], *out = &c->out[0];
    const float       scale = mrt_scale(out);
    const int32_t     in_zero = mrt_zero_as_i8(in), zero = mrt_zero_as_i8(out);
    int32_t           mult, shift, x;
    int8_t           *table;

    MRT_TRY(mrt_check_scales(c));
    mrt_quantize_multiplier((double)mrt_scale(in) / (double)scale, &mult, &shift);
    table = mrt_store_lookup(c);
    for (x = -128; table && x < 128; x++) {
        const uint32_t y = (uint32_t)mrt_rescale(x - in_zero, mult, (int)shift) + (uint32_t)zero;
        table[x + 128] = (int8_t)mrt_clamp_i32((int32_t)y, mrt_max_i32(-128, mrt_quantize_f32(low, scale, zero)),
                                               mrt_min_i32(127, mrt_quantize_f32(high, scale, zero)));
    }
    mrt_finish_lookup(c, table);
    return MRT_REASON_NONE;
}

/* uint8: RELU6 rescales, as LiteRT does, and not as TensorFlow Lite Micro, whose int8 does not. */
static MRT_COLD mrt_reason mrt_relu_prepare_u8(mrt_call *c)
{
    return mrt_clamp_prepare_lookup(c, 0.0f, MRT_F32_MAX);
}

static MRT_COLD mrt_reason mrt_relu6_prepare_u8(mrt_call *c)
{
    return mrt_clamp_prepare_lookup(c, 0.0f, 6.0f);
}

/* int8 and int16. */
static MRT_COLD mrt_reason mrt_relu_prepare(mrt_call *c)
{
    mrt_relu_i8_params p;

    MRT_TRY(mrt_check_scales(c));
    p.count = (int32_t)c->in[0].count;
    p.in_zero = mrt_zero(&c->in[0]);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_relu_i8_prepare(&p, mrt_scale(&c->in[0]), mrt_scale(&c->out[0]));
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_relu6_prepare(mrt_call *c)
{
    mrt_relu6_i8_params p;
    int32_t             low = 0, high = 0;

    MRT_TRY(mrt_check_scales(c));
    p.count = (int32_t)c->in[0].count;
    mrt_type_limits(c->in[0].type, &low, &high);
    mrt_activation_range(MRT_ACT_RELU6, mrt_scale(&c->in[0]), mrt_zero(&c->in[0]), low, high, &p.act_min, &p.act_max);
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_relu_store_f32(mrt_call *c, int is_relu6)
{
    mrt_relu_f32_params p;

    p.count = (int32_t)c->in[0].count;
    mrt_relu_f32_prepare(&p, is_relu6);
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_relu_prepare_f32(mrt_call *c)
{
    return mrt_relu_store_f32(c, 0);
}

static MRT_COLD mrt_reason mrt_relu6_prepare_f32(mrt_call *c)
{
    return mrt_relu_store_f32(c, 1);
}

static const mrt_row mrt_relu_rows[] = {{MRT_I8, {MRT_I8}, 1, 2, 3, MRT_WITH(mrt_relu_prepare, mrt_relu_i8)},
                                        {MRT_I16, {MRT_I16}, 1, 3, 3, MRT_WITH(mrt_relu_prepare, mrt_relu_i16)},
                                        {MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_relu_prepare_f32, mrt_relu_f32)},
                                        {MRT_U8, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_relu_prepare_u8, mrt_lookup_u8)},
                                        MRT_ROWS_END};

static const mrt_row mrt_relu6_rows[] = {{MRT_I8, {MRT_I8}, 1, 2, 3, MRT_WITH(mrt_relu6_prepare, mrt_relu6_i8)},
                                         {MRT_I16, {MRT_I16}, 1, 3, 3, MRT_WITH(mrt_relu6_prepare, mrt_relu6_i16)},
                                         {MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_relu6_prepare_f32, mrt_relu_f32)},
                                         {MRT_U8, {MRT_U8}, 1, 1, 3, MRT_WITH(mrt_relu6_prepare_u8, mrt_lookup_u8)},
                                         MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_relu = {19,           0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_relu_rows};
MRT_OPERATOR_DATA const mrt_operator mrt_operator_relu6 = {
    21, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_relu6_rows};

#endif
