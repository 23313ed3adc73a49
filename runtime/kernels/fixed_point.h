/* Fixed-point exp, 1 / (1 + x), logistic and tanh: what TensorFlow Lite's int8 softmax, logistic and tanh are made of.
 *
 * An int32 with m integer bits stands for q / 2^(31 - m), written Qm.(31-m). Products round once (mrt_high_mul), and their
 * integer bits add up; Q0.31 cannot hold 1, so 1 is INT32_MAX there.
 * Source: gemmlowp fixedpoint/fixedpoint.h, operation by operation: its results are the reference, bit for bit.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_FIXED_POINT_H
#define MRT_FIXED_POINT_H

#include "rescale.h"

/* x * 2^bits, saturating at both ends. */
MRT_INLINE int32_t mrt_saturating_shift(int32_t x, int bits)
{
    const int32_t limit = ((int32_t)1 << (31 - bits)) - 1;

    if (x > limit)
        return INT32_MAX;
    if (x < -limit)
        return INT32_MIN;
    return (int32_t)((uint32_t)x << bits);
}

/* exp(a) for -1/4 <= a < 0; both Q0.31. Taylor's series about -1/8. */
MRT_INLINE int32_t mrt_fixed_exp_quarter(int32_t a)
{
    const int32_t exp_eighth = 1895147668, third = 715827883; /* exp(-1/8), 1/3 */
    const int32_t x = a + ((int32_t)1 << 28);
    const int32_t x2 = mrt_high_mul(x, x), x3 = mrt_high_mul(x2, x), x4 = mrt_high_mul(x2, x2);
    const int32_t tail = mrt_divide_pot(mrt_high_mul(mrt_divide_pot(x4, 2) + x3, third) + x2, 1);

    return exp_eighth + mrt_high_mul(exp_eighth, x + tail);
}

/* exp(a) in Q0.31 for a <= 0 with integer_bits (at most 5) integer bits: the part modulo 1/4 by the series, then a factor
 * for every bit of the rest. */
MRT_INLINE int32_t mrt_fixed_exp(int32_t a, int integer_bits)
{
    static const MRT_FLASH int32_t factor[7] = {/* exp(-1/4), exp(-1/2), exp(-1) ... exp(-16) */
                                                1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t                  quarter = (int32_t)1 << (29 - integer_bits);
    const int32_t                  part = (a & (quarter - 1)) - quarter;
    const uint32_t                 rest = (uint32_t)part - (uint32_t)a;
    int32_t                        y, i;

    if (a == 0)
        return INT32_MAX;
    y = mrt_fixed_exp_quarter((int32_t)((uint32_t)part << integer_bits));
    for (i = 0; i < integer_bits + 2; i++)
        if (rest & ((uint32_t)quarter << i))
            y = mrt_high_mul(y, factor[i]);
    return y;
}

/* 2 / (1 + a) in Q2.29 for 0 <= a < 1 in Q0.31: three Newton steps from 48/17 - 32/17 (1 + a) / 2. */
MRT_INLINE int32_t mrt_fixed_two_over_one_plus(int32_t a)
{
    const int32_t half = (int32_t)(((uint32_t)a + 0x80000000u) >> 1);
    int32_t       x = 1515870810 + mrt_high_mul(half, -1010580540), i;

    for (i = 0; i < 3; i++) {
        const int32_t error = ((int32_t)1 << 29) - mrt_high_mul(half, x);
        x += mrt_saturating_shift(mrt_high_mul(x, error), 2);
    }
    return x;
}

/* 1 / (1 + a), Q0.31 to Q0.31, 0 <= a < 1. */
MRT_INLINE int32_t mrt_fixed_one_over_one_plus(int32_t a)
{
    return mrt_saturating_shift(mrt_fixed_two_over_one_plus(a), 1);
}

/* 1 / (1 + exp(-x)), Q4.27 to Q0.31; x is not INT32_MIN. */
MRT_INLINE int32_t mrt_fixed_logistic(int32_t x)
{
    const int32_t y = mrt_fixed_one_over_one_plus(mrt_fixed_exp(x > 0 ? -x : x, 4));

    if (x == 0)
        return (int32_t)1 << 30;
    return x > 0 ? y : INT32_MAX - y;
}

/* tanh(x) = (1 - e) / (1 + e) with e = exp(-2x), Q4.27 to Q0.31; x is not INT32_MIN. */
MRT_INLINE int32_t mrt_fixed_tanh(int32_t x)
{
    const int32_t e = mrt_fixed_exp(x > 0 ? -x : x, 5); /* one integer bit more doubles x */
    const int32_t y = mrt_saturating_shift(mrt_fixed_two_over_one_plus(e) - ((int32_t)1 << 29), 2);

    if (x == 0)
        return 0;
    return x > 0 ? y : -y;
}

#endif
