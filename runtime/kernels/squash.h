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

/* int16, in any scale to steps of 2^-15:
 *
 *   x   = in * mult / 2^shift, rounded up at halves      in steps of 1 / (3 * 4096)
 *   out = logistic(x); or tanh(x) = 2 logistic(2x) - 1
 *
 * between points of a table of 65536 logistic(i / 24) - 32768; beyond its end the last one. in, out [count]; table [256].
 * Source: TensorFlow Lite Micro's reference kernels (reference/integer_ops/logistic.h, tanh.h). */
typedef struct mrt_squash_i16_params {
    int32_t                  count;
    int32_t                  mult, shift;
    const MRT_FLASH int16_t *table;
} mrt_squash_i16_params;

/* x of a value: |mult| is at most 65535, shift at most 31. */
MRT_INLINE int32_t mrt_squash_scale_i16(int32_t in, int32_t mult, int32_t shift)
{
    return shift > 0 ? (in * mult + ((int32_t)1 << (shift - 1))) >> shift : in * mult;
}

MRT_INLINE int16_t mrt_logistic_one_i16(const MRT_FLASH int16_t *table, int32_t x)
{
    const int32_t size = x < 0 ? -x : x, at = size >> 9;
    int32_t       y = (int32_t)32766 << 9; /* the distance to 1/2, in steps of 2^-25 */

    if (at < 255)
        y = ((int32_t)table[at] << 9) + (size & 511) * (table[at + 1] - table[at]);
    return (int16_t)(((x < 0 ? 511 - y : 512 + y) + ((int32_t)1 << 24)) >> 10);
}

MRT_INLINE int16_t mrt_tanh_one_i16(const MRT_FLASH int16_t *table, int32_t x)
{
    const int32_t size = x < 0 ? -x : x, at = size >> 8;
    int32_t       y = (int32_t)32767 << 8;

    if (at < 255)
        y = ((int32_t)table[at] << 8) + (size & 255) * (table[at + 1] - table[at]);
    return (int16_t)((x < 0 ? 127 - y : 128 + y) >> 8);
}

MRT_INLINE void mrt_logistic_i16(const mrt_squash_i16_params *p, const int16_t *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_logistic_one_i16(p->table, mrt_squash_scale_i16(in[i], p->mult, p->shift));
}

MRT_INLINE void mrt_tanh_i16(const mrt_squash_i16_params *p, const int16_t *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_tanh_one_i16(p->table, mrt_squash_scale_i16(in[i], p->mult, p->shift));
}

enum { MRT_SQUASH_I16_TABLE = 256 };

/* The table [256]. With s = logistic(i / 24), s'' = s (1 - s) (1 - 2s): straight lines between points of s run below it, by
 * up to -s'' / (8 * 24^2) in the middle; each point is lifted by half of that. The last point is 1, nearly. */
static MRT_COLD void mrt_squash_fill_i16(int16_t *table)
{
    int32_t i;

    for (i = 0; i < 255; i++) {
        const int32_t s = mrt_fixed_logistic((int32_t)(((int64_t)i << 27) / 24));
        const int32_t product = mrt_high_mul(s, INT32_MAX - s); /* s (1 - s) */
        const int32_t lift = mrt_high_mul(product, (int32_t)((uint32_t)s * 2u - 0x80000000u)) / 9216;
        table[i] = (int16_t)(((uint32_t)(s + lift) + 16384u) / 32768u - 32768u);
    }
    table[255] = 32767;
}

#if !defined(__AVR__)
static MRT_COLD int mrt_is_nearly(double x, double wanted)
{
    return x > wanted * 0.9993071 && x < wanted * 1.0006934; /* to a thousandth of an octave */
}

/* Fills mult and shift; 0: the scale is too coarse. Scales of 2^-12 and, of tanh, 2^-11 need no rounding. */
static MRT_COLD int mrt_squash_i16_prepare(mrt_squash_i16_params *p, float in_scale, int is_tanh)
{
    double factor = (double)in_scale * 12288.0;

    p->shift = 0;
    p->mult = mrt_is_nearly(factor, 3.0) ? 3 : is_tanh && mrt_is_nearly(factor, 6.0) ? 6 : 0;
    if (p->mult > 0)
        return 1;
    if (!(factor >= 0.0 && factor < 65536.0))
        return 0;
    while (factor <= 16383.5 && p->shift <= 30) {
        factor *= 2.0;
        p->shift++;
    }
    p->mult = (int32_t)factor;
    return 1;
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
