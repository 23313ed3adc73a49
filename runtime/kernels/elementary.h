/* Square roots, log, sin, cos and rounding in float32 without a C library, the same on every chip that rounds as IEEE 754
 * says. Errors were measured over all floats where products are not fused into sums. NaN stays NaN.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ELEMENTARY_H
#define MRT_ELEMENTARY_H

#include "exp.h"

MRT_INLINE uint32_t mrt_bits_of_f32(float x)
{
    union {
        float    value;
        uint32_t bits;
    } word;

    word.value = x;
    return word.bits;
}

MRT_INLINE float mrt_f32_of_bits(uint32_t bits)
{
    union {
        uint32_t bits;
        float    value;
    } word;

    word.bits = bits;
    return word.value;
}

MRT_INLINE float mrt_infinity_f32(void)
{
    return mrt_f32_of_bits(0x7f800000u);
}

MRT_INLINE float mrt_nan_f32(void)
{
    return mrt_f32_of_bits(0x7fc00000u);
}

MRT_INLINE float mrt_abs_f32(float x)
{
    return mrt_f32_of_bits(mrt_bits_of_f32(x) & 0x7fffffffu);
}

/* 1 / sqrt(x) for normal, finite x > 0, at most 2 ulp: halving the exponent gives 3 % error, each of three Newton steps
 * squares it. */
MRT_INLINE float mrt_rsqrt_normal_f32(float x)
{
    float   y = mrt_f32_of_bits(0x5f375a86u - (mrt_bits_of_f32(x) >> 1));
    int32_t i;

    for (i = 0; i < 3; i++)
        y += 0.5f * y * (1.0f - x * y * y);
    return y;
}

/* 1 / sqrt(x), at most 2 ulp; infinite of 0, with its sign; 0 of infinity; NaN below 0. Subnormal numbers are lifted by
 * 2^24. */
MRT_INLINE float mrt_rsqrt_one_f32(float x)
{
    if (!(x > 0.0f))
        return x < 0.0f ? mrt_nan_f32() : x >= 0.0f ? mrt_f32_of_bits(mrt_bits_of_f32(x) | 0x7f800000u) : x;
    if (x > MRT_F32_MAX)
        return 0.0f;
    if (x < 1.17549435e-38f)
        return mrt_rsqrt_normal_f32(x * 16777216.0f) * 4096.0f;
    return mrt_rsqrt_normal_f32(x);
}

/* sqrt(x), at most 1 ulp; NaN below 0. x / sqrt(x) and one more Newton step. */
MRT_INLINE float mrt_sqrt_one_f32(float x)
{
    const float back = x < 1.17549435e-38f ? 1.0f / 4096.0f : 1.0f;
    float       y, root;

    if (!(x > 0.0f) || x > MRT_F32_MAX)
        return x < 0.0f ? mrt_nan_f32() : x;
    if (back < 1.0f)
        x *= 16777216.0f;
    y = mrt_rsqrt_normal_f32(x);
    root = x * y;
    root += 0.5f * y * (x - root * root);
    return root * back;
}

/* ln x, at most 1 ulp; -infinite of 0, NaN below 0.
 * x = 2^k m, sqrt(1/2) <= m < sqrt(2); ln m = 2 artanh(s), s = (m - 1) / (m + 1), by an odd minimax polynomial; ln 2 is
 * added in two parts, the first so short that k times it is exact. */
MRT_INLINE float mrt_log_one_f32(float x)
{
    uint32_t bits;
    int32_t  k = 0;
    float    m, s, z, y;

    if (!(x > 0.0f) || x > MRT_F32_MAX)
        return x < 0.0f ? mrt_nan_f32() : x >= 0.0f && x <= 0.0f ? -mrt_infinity_f32() : x;
    if (x < 1.17549435e-38f) {
        x *= 16777216.0f;
        k = -24;
    }
    bits = mrt_bits_of_f32(x) - 0x3f3504f3u; /* counted from sqrt(1/2) */
    k += (int32_t)bits >> 23;
    m = mrt_f32_of_bits((bits & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
    s = m / (2.0f + m);
    z = s * s;
    y = 0.298717308f;
    y = y * z + 0.399775412f;
    y = y * z + 0.666667759f;
    z = 0.5f * m * m; /* 2 s = m - m^2 / 2 + s m^2 / 2 */
    y = m - (z - (s * (z + y * s * s) + (float)k * -2.12194440e-4f));
    return y + (float)k * 0.693359375f;
}

/* x = quadrant * pi/2 + angle, |angle| <= pi/4, for finite x; the quadrant modulo 4. Any x is reduced exactly to 2^-38 of a
 * quadrant: of the bits of 2/pi only those matter to m * 2^e * 2/pi that are worth less than 4 after the product, and 64 of
 * them are enough. Source: Payne and Hanek 1983, "Radian reduction for trigonometric functions". */
MRT_INLINE float mrt_reduce_angle_f32(float x, uint32_t *quadrant)
{
    static const MRT_FLASH uint32_t two_over_pi[8] = {0, /* behind it the fraction's bits */
                                                      0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u,
                                                      0xdb629599u, 0x3c439041u, 0xfe5163abu};
    const uint32_t                  bits = mrt_bits_of_f32(x);
    const int32_t                   first = (int32_t)(bits >> 23 & 0xffu) - 150 - 2 + 32;
    uint64_t                        window, turns;
    float                           angle;

    *quadrant = 0;
    if ((bits & 0x7fffffffu) <= 0x3f490fdau) /* pi / 4 */
        return x;
    window = (uint64_t)two_over_pi[first >> 5] << 32 | two_over_pi[(first >> 5) + 1];
    if (first & 31)
        window = window << (first & 31) | two_over_pi[(first >> 5) + 2] >> (32 - (first & 31));
    turns = window * ((bits & 0x7fffffu) | 0x800000u);
    *quadrant = (uint32_t)((turns + ((uint64_t)1 << 61)) >> 62);
    angle = (float)(int64_t)(turns - ((uint64_t)*quadrant << 62)) * 3.40612148e-19f; /* pi/2 * 2^-62 */
    if (!(bits >> 31))
        return angle;
    *quadrant = 0u - *quadrant;
    return -angle;
}

/* sin(quadrant * pi/2 + x) for |x| <= pi/4, by a minimax polynomial of sin or of cos. */
MRT_INLINE float mrt_sin_in_quadrant_f32(float x, uint32_t quadrant)
{
    const float z = x * x;
    float       y;

    if (quadrant & 1u) {
        y = 2.44384508e-05f;
        y = y * z - 0.00138873675f;
        y = y * z + 0.0416666469f;
        y = y * z * z - 0.5f * z + 1.0f;
    } else {
        y = -0.000195170001f;
        y = y * z + 0.00833218f;
        y = y * z - 0.16666655f;
        y = y * z * x + x;
    }
    return quadrant & 2u ? -y : y;
}

/* sin x and cos x, within 1.2e-7 of the true value for every finite x; NaN of infinity. */
MRT_INLINE float mrt_sin_one_f32(float x)
{
    uint32_t quadrant;
    float    angle;

    if (!(mrt_abs_f32(x) <= MRT_F32_MAX))
        return mrt_nan_f32();
    angle = mrt_reduce_angle_f32(x, &quadrant);
    return mrt_sin_in_quadrant_f32(angle, quadrant);
}

MRT_INLINE float mrt_cos_one_f32(float x)
{
    uint32_t quadrant;
    float    angle;

    if (!(mrt_abs_f32(x) <= MRT_F32_MAX))
        return mrt_nan_f32();
    angle = mrt_reduce_angle_f32(x, &quadrant);
    return mrt_sin_in_quadrant_f32(angle, quadrant + 1u);
}

/* To the whole number below, above, or nearest (halves to the even one). From 2^23 on every float is whole. */
MRT_INLINE float mrt_floor_one_f32(float x)
{
    float y;

    if (!(mrt_abs_f32(x) < 8388608.0f))
        return x;
    y = (float)(int32_t)x;
    return y > x ? y - 1.0f : y;
}

MRT_INLINE float mrt_ceil_one_f32(float x)
{
    return -mrt_floor_one_f32(-x);
}

MRT_INLINE float mrt_round_even_one_f32(float x)
{
    const float floor = mrt_floor_one_f32(x), rest = x - floor;

    if (!(mrt_abs_f32(x) < 8388608.0f))
        return x;
    if (rest > 0.5f || (rest >= 0.5f && ((int32_t)floor & 1)))
        return floor + 1.0f;
    return floor;
}

/* erf x, within 2e-7. Source: Abramowitz and Stegun 1964, 7.1.26. */
MRT_INLINE float mrt_erf_one_f32(float x)
{
    const float size = mrt_abs_f32(x), t = 1.0f / (1.0f + 0.3275911f * size);
    float       y = 1.061405429f;

    y = y * t - 1.453152027f;
    y = y * t + 1.421413741f;
    y = y * t - 0.284496736f;
    y = y * t + 0.254829592f;
    y = 1.0f - y * t * mrt_exp_f32(-size * size);
    return x < 0.0f ? -y : y;
}

#if !defined(__AVR__) /* there a double has 32 bits */
/* sqrt x for x > 0 that a float can hold, to a double's precision: each of Newton's steps doubles the digits. */
static MRT_COLD double mrt_sqrt_f64(double x)
{
    double y = (double)mrt_sqrt_one_f32((float)x);

    y = 0.5 * (y + x / y);
    return 0.5 * (y + x / y);
}

/* erf x = 2 / sqrt(pi) e^(-x^2) sum over k of 2^k x^(2k+1) / (1 * 3 * ... (2k+1)); all of a sign. */
static MRT_COLD double mrt_erf_f64(double x)
{
    const double size = x < 0.0 ? -x : x, z = 2.0 * x * x;
    double       term = x, sum = x;
    int32_t      k;

    if (size > 6.0)
        return x < 0.0 ? -1.0 : 1.0;
    for (k = 1; k < 150; k++) {
        term *= z / (double)(2 * k + 1);
        sum += term;
    }
    return 1.1283791670955126 * mrt_exp_f64(-x * x) * sum;
}
#endif

#endif
