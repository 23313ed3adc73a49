/* LEAKY_RELU: x of any shape -> y of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_LEAKY_RELU_H
#define MRT_OPS_LEAKY_RELU_H

#include "../attributes.h"
#include "../kernels/leaky_relu.h"
#include "../op.h"

MRT_FIELDS(mrt_leaky_relu_i8_params, count, in_zero, out_zero, mult, shift, alpha_mult, alpha_shift);
MRT_FIELDS(mrt_leaky_relu_f32_params, count, alpha);
MRT_KERNEL_1(mrt_leaky_relu_i8, mrt_leaky_relu_i8_params, "kernels/leaky_relu.h", int8_t, int8_t);
MRT_KERNEL_1(mrt_leaky_relu_u8, mrt_leaky_relu_i8_params, "kernels/leaky_relu.h", uint8_t, uint8_t);
MRT_KERNEL_1(mrt_leaky_relu_i16, mrt_leaky_relu_i8_params, "kernels/leaky_relu.h", int16_t, int16_t);
MRT_KERNEL_1(mrt_leaky_relu_f32, mrt_leaky_relu_f32_params, "kernels/leaky_relu.h", float, float);

static const mrt_attribute mrt_leaky_relu_fields[] = {MRT_ATTRIBUTE(F32, mrt_leaky_relu_attributes, alpha, 0, 0)};

static float mrt_leaky_relu_alpha(const mrt_call *c)
{
    return ((const mrt_leaky_relu_attributes *)c->attributes)->alpha;
}

static MRT_COLD mrt_reason mrt_leaky_relu_shape(mrt_call *c)
{
    const float alpha = mrt_leaky_relu_alpha(c);

    MRT_REQUIRE(c, mrt_is_finite(alpha), OPTIONS, "alpha is %g, a finite number expected", (double)alpha);
    return mrt_shape_as_first(c);
}

/* int8, uint8 and int16. */
static MRT_COLD mrt_reason mrt_leaky_relu_prepare(mrt_call *c)
{
    mrt_leaky_relu_i8_params p;

    MRT_TRY(mrt_check_scales(c));
    p.count = (int32_t)c->in[0].count;
    p.in_zero = mrt_zero(&c->in[0]);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_leaky_relu_i8_prepare(&p, mrt_scale(&c->in[0]), mrt_scale(&c->out[0]), mrt_leaky_relu_alpha(c));
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_leaky_relu_prepare_f32(mrt_call *c)
{
    mrt_leaky_relu_f32_params p;

    p.count = (int32_t)c->in[0].count;
    p.alpha = mrt_leaky_relu_alpha(c);
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_leaky_relu_rows[] = {
    {MRT_I8, {MRT_I8}, 1, 1, 2, MRT_WITH(mrt_leaky_relu_prepare, mrt_leaky_relu_i8)},
    {MRT_I16, {MRT_I16}, 1, 2, 2, MRT_WITH(mrt_leaky_relu_prepare, mrt_leaky_relu_i16)},
    {MRT_F32, {MRT_F32}, 1, 1, 2, MRT_FLOATS(mrt_leaky_relu_prepare_f32, mrt_leaky_relu_f32)},
    {MRT_U8, {MRT_U8}, 1, 1, 2, MRT_WITH(mrt_leaky_relu_prepare, mrt_leaky_relu_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_leaky_relu = {
    98, 75, 1, 1, 1, 1, MRT_ATTRIBUTES(mrt_leaky_relu_fields), mrt_leaky_relu_shape, mrt_leaky_relu_rows};

#endif
