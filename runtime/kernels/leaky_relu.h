/* LEAKY_RELU: y = x where x is not negative, alpha x where it is. May run in place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_LEAKY_RELU_H
#define MRT_LEAKY_RELU_H

#include "rescale.h"

/* int8, and uint8 and int16 alike: out = clamp(rescale(x, mult, shift) + out_zero, -128, 127) with x = in - in_zero, and
 * alpha_mult, alpha_shift in place of mult, shift where x < 0; in, out [count]. A negative alpha has a negative alpha_mult:
 * -m stands for -rescale(x, m, shift), which is how the reference rounds. Source: TensorFlow Lite Micro's reference kernel
 * (micro/kernels/leaky_relu_common.cc, and kernels/internal/reference/ leaky_relu.h of TensorFlow Lite). */
typedef struct mrt_leaky_relu_i8_params {
    int32_t count;
    int32_t in_zero, out_zero;
    int32_t mult, shift;
    int32_t alpha_mult, alpha_shift;
} mrt_leaky_relu_i8_params;

MRT_INLINE int32_t mrt_leaky_relu_one(const mrt_leaky_relu_i8_params *p, int32_t in)
{
    const int32_t  x = in - p->in_zero;
    const int32_t  mult = x < 0 ? mrt_max_i32(p->alpha_mult, -p->alpha_mult) : p->mult;
    const int32_t  shift = x < 0 ? p->alpha_shift : p->shift;
    const uint32_t y = (uint32_t)mrt_rescale(x, mult, (int)shift);

    return (int32_t)((x < 0 && p->alpha_mult < 0 ? 0u - y : y) + (uint32_t)p->out_zero);
}

MRT_INLINE void mrt_leaky_relu_i8(const mrt_leaky_relu_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int8_t)mrt_clamp_i32(mrt_leaky_relu_one(p, in[i]), -128, 127);
}

MRT_INLINE void mrt_leaky_relu_u8(const mrt_leaky_relu_i8_params *p, const uint8_t *in, uint8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (uint8_t)mrt_clamp_i32(mrt_leaky_relu_one(p, in[i]), 0, 255);
}

MRT_INLINE void mrt_leaky_relu_i16(const mrt_leaky_relu_i8_params *p, const int16_t *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)mrt_clamp_i32(mrt_leaky_relu_one(p, in[i]), -32768, 32767);
}

#if !defined(__AVR__)
/* Fills the multipliers. The reference divides in double: in float more products would lie halfway between two integers. */
static MRT_COLD void mrt_leaky_relu_i8_prepare(mrt_leaky_relu_i8_params *p, float in_scale, float out_scale, float alpha)
{
    const double identity = (double)in_scale / (double)out_scale;
    const double below = (double)in_scale * (double)alpha / (double)out_scale;

    mrt_quantize_multiplier(identity, &p->mult, &p->shift);
    mrt_quantize_multiplier(below < 0 ? -below : below, &p->alpha_mult, &p->alpha_shift);
    if (below < 0)
        p->alpha_mult = -p->alpha_mult;
}
#endif

/* float32: out = in > 0 ? in : alpha in; in, out [count]. */
typedef struct mrt_leaky_relu_f32_params {
    int32_t count;
    float   alpha;
} mrt_leaky_relu_f32_params;

MRT_INLINE void mrt_leaky_relu_f32(const mrt_leaky_relu_f32_params *p, const float *in, float *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = in[i] > 0 ? in[i] : p->alpha * in[i];
}

#endif
