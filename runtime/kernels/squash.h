/* LOGISTIC and TANH, the functions that squash any number into a short range. May run in place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SQUASH_H
#define MRT_SQUASH_H

#include "exp.h"
#include "fixed_point.h"

/* int8:
 *
 *   x   = in - in_zero;  at or below -radius the result is -128, at or above radius 127
 *   out = logistic(rescale(x, mult, shift)) in steps of 1/256, from -128; or tanh in steps of 1/128, around 0
 *
 * in, out [count]. radius is the first |x| that Q4.27 may not hold. Cannot fail, no scratch.
 * Source: TensorFlow Lite Micro's reference kernels (reference/integer_ops/logistic.h, tanh.h). */
typedef struct mrt_squash_i8_params {
    int32_t count;
    int32_t in_zero, radius;
    int32_t mult, shift;
} mrt_squash_i8_params;

MRT_INLINE int8_t mrt_logistic_one_i8(const mrt_squash_i8_params *p, int8_t in)
{
    const int32_t x = in - p->in_zero;

    if (x <= -p->radius)
        return -128;
    if (x >= p->radius)
        return 127;
    return (int8_t)mrt_min_i32(mrt_divide_pot(mrt_fixed_logistic(mrt_rescale(x, p->mult, (int)p->shift)), 23) - 128, 127);
}

MRT_INLINE int8_t mrt_tanh_one_i8(const mrt_squash_i8_params *p, int8_t in)
{
    const int32_t x = in - p->in_zero;

    if (x <= -p->radius)
        return -128;
    if (x >= p->radius)
        return 127;
    return (int8_t)mrt_clamp_i32(mrt_divide_pot(mrt_fixed_tanh(mrt_rescale(x, p->mult, (int)p->shift)), 24), -128, 127);
}

MRT_INLINE void mrt_logistic_i8(const mrt_squash_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_logistic_one_i8(p, in[i]);
}

MRT_INLINE void mrt_tanh_i8(const mrt_squash_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_tanh_one_i8(p, in[i]);
}

#if !defined(__AVR__)
/* Fills radius, mult and shift. A scale of 8 or more saturates at the first step, one below 2^-27 never does. */
static MRT_COLD void mrt_squash_i8_prepare(mrt_squash_i8_params *p, float in_scale)
{
    const double real = (double)in_scale * 134217728.0; /* 2^27: into Q4.27 */

    mrt_quantize_multiplier(real, &p->mult, &p->shift);
    if (real >= 1073741824.0)
        p->radius = 0;
    else
        p->radius = p->shift < 0 ? INT32_MAX : ((int32_t)15 << 27) >> p->shift;
}
#endif

/* float32. in, out [count]. */
typedef struct mrt_squash_f32_params {
    int32_t count;
} mrt_squash_f32_params;

MRT_INLINE void mrt_logistic_f32(const mrt_squash_f32_params *p, const float *in, float *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_logistic_one_f32(in[i]);
}

MRT_INLINE void mrt_tanh_f32(const mrt_squash_f32_params *p, const float *in, float *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_tanh_one_f32(in[i]);
}

#endif
