/* exp and tanh in float32 without a C library, the same on every chip that rounds as IEEE 754 says.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_EXP_H
#define MRT_EXP_H

#include "../mrt.h"

/* 2^n for -126 <= n <= 127. */
MRT_INLINE float mrt_power_of_two_f32(int32_t n)
{
    union {
        uint32_t bits;
        float    value;
    } power;

    power.bits = (uint32_t)(n + 127) << 23;
    return power.value;
}

/* e^x, at most 1 ulp; subnormal results too; infinite from 88.73 on, 0 below -103.98; NaN stays NaN. (Errors here and below
 * were measured where products are not fused into sums.)
 * x = n ln 2 + r, |r| <= ln 2 / 2; ln 2 is subtracted in two parts, the first so short that n times it is exact; e^r by a
 * minimax polynomial (relative error 0.05 of an ulp); 2^n in two factors, since n may pass what one float can hold. */
MRT_INLINE float mrt_exp_f32(float x)
{
    float   r, y;
    int32_t n, first;

    if (x != x)
        return x;
    x = mrt_clamp_f32(x, -105.0f, 89.0f);
    n = (int32_t)(x * 1.44269504f + (x < 0.0f ? -0.5f : 0.5f));
    r = x - (float)n * 0.693359375f;
    r = r + (float)n * 2.12194440e-4f;
    y = 0.00138144332f;
    y = y * r + 0.0083687967f;
    y = y * r + 0.0416683958f;
    y = y * r + 0.1666652f;
    y = y * r + 0.499999934f;
    y = y * (r * r) + r + 1.0f;
    first = n / 2;
    return y * mrt_power_of_two_f32(first) * mrt_power_of_two_f32(n - first);
}

/* 1 / (1 + e^-x), at most 2.5 ulp; the small factor e^x stays in front where x is negative. */
MRT_INLINE float mrt_logistic_one_f32(float x)
{
    const float e = mrt_exp_f32(x < 0.0f ? x : -x);

    return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

/* tanh x, at most 1.5 ulp: near 0 an odd minimax polynomial, else 1 - 2 / (e^2x + 1). */
MRT_INLINE float mrt_tanh_one_f32(float x)
{
    const float size = x < 0.0f ? -x : x, z = x * x;
    float       y;

    if (size < 0.625f) {
        y = -0.00571704531f;
        y = y * z + 0.0206505876f;
        y = y * z - 0.0537434982f;
        y = y * z + 0.133314913f;
        y = y * z - 0.333332839f;
        return y * z * x + x;
    }
    y = 1.0f - 2.0f / (mrt_exp_f32(2.0f * size) + 1.0f);
    return x < 0.0f ? -y : y;
}

#if !defined(__AVR__) /* there a double has 32 bits */
/* e^x for |x| <= 700, to nearly a double's precision. */
static MRT_COLD double mrt_exp_f64(double x)
{
    union {
        uint64_t bits;
        double   value;
    } power;
    const int32_t n = (int32_t)(x * 1.4426950408889634 + (x < 0.0 ? -0.5 : 0.5));
    const double  r = x - (double)n * 0.69314718055994531;
    double        y = 1.0;
    int32_t       k;

    for (k = 14; k > 0; k--) /* Taylor's series, from its end */
        y = 1.0 + y * r / (double)k;
    power.bits = (uint64_t)(n + 1023) << 52;
    return y * power.value;
}

/* e^x rounded once: for tables, whose entries must be those that a good C library gives. */
static MRT_COLD float mrt_exp_exact_f32(float x)
{
    if (x > 89.0f)
        return 1.0f / 0.0f;
    return (float)mrt_exp_f64(x < -110.0f ? -110.0 : (double)x);
}

/* tanh(x) alike. */
static MRT_COLD float mrt_tanh_exact_f32(float x)
{
    const double e = mrt_exp_f64(-2.0 * (double)(x < -20.0f || x > 20.0f ? 20.0f : x < 0.0f ? -x : x));
    const float  y = (float)((1.0 - e) / (1.0 + e));

    return x < 0.0f ? -y : y;
}

/* 1 / (1 + e^-x) in float arithmetic, as such tables have it. */
static MRT_COLD float mrt_logistic_exact_f32(float x)
{
    return 1.0f / (1.0f + mrt_exp_exact_f32(-x));
}
#endif

#endif
