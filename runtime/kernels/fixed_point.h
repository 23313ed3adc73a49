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

/* How many zeros stand in front of x's leading one; 32 where there is none. */
MRT_INLINE int32_t mrt_leading_zeros(uint32_t x)
{
    int32_t zeros = 0;

    while (zeros < 32 && !(x >> (31 - zeros)))
        zeros++;
    return zeros;
}

/* 1 / sqrt(x) as a multiplier: mult * 2^(shift - 31), shift at most 0. x below 1 counts as 1. Five Newton steps from 1 for
 * what x is once it is shifted by an even number of bits into [1/2, 2), then a factor sqrt(1/2).
 * Source: TensorFlow Lite's GetInvSqrtQuantizedMultiplierExp (kernels/internal/common.h). */
MRT_INLINE void mrt_fixed_inv_sqrt(int32_t x, int32_t *mult, int32_t *shift)
{
    int32_t right = 11, pairs, input, half, y = (int32_t)1 << 28, i;

    *mult = INT32_MAX;
    *shift = 0;
    if (x <= 1)
        return;
    for (; x >= (int32_t)1 << 29; x /= 4)
        right++;
    pairs = (mrt_leading_zeros((uint32_t)x) - 1) / 2 - 1;
    right -= pairs;
    input = (int32_t)((uint32_t)x << (2 * pairs)) >> 1; /* Q3.28, as y is */
    half = mrt_divide_pot(input, 1);
    for (i = 0; i < 5; i++) {
        const int32_t cube = mrt_saturating_shift(mrt_high_mul(mrt_high_mul(y, y), y), 6);
        y = mrt_saturating_shift(mrt_high_mul(402653184, y) - mrt_high_mul(half, cube), 3); /* 3/2 y - x/2 y^3 */
    }
    y = mrt_high_mul(y, 1518500250);
    *mult = right < 0 ? (int32_t)((uint32_t)y << -right) : y;
    *shift = right < 0 ? 0 : -right;
}

MRT_INLINE int32_t mrt_saturating_shift_any(int32_t x, int bits)
{
    return bits > 0 ? mrt_saturating_shift(x, bits) : x;
}

/* ln x, Q12.19 to Q5.26, x at least 1. z = x 2^-n is near sqrt(sqrt(1/2)), and ln z a quotient of polynomials in the
 * difference q to it. There are two ways to choose n, one for either half of an octave; the better has the smaller z.
 * Source: TensorFlow Lite's log_x_for_x_greater_than_or_equal_to_1 (kernels/internal/common.h). */
MRT_INLINE int32_t mrt_fixed_log(int32_t x)
{
    const int32_t root_half = 1518500250, root_root_half = 1805811301, quarter = (int32_t)1 << 23;
    const int32_t zeros_a = mrt_leading_zeros((uint32_t)x);
    const int32_t zeros_b = mrt_leading_zeros((uint32_t)mrt_high_mul(x, root_half)) - 1;
    const int32_t a = mrt_high_mul(mrt_saturating_shift_any(x, (int)zeros_a - 1), root_half);
    const int32_t z = mrt_min_i32(mrt_saturating_shift(a, 1), mrt_saturating_shift_any(x, (int)zeros_b));
    const int32_t power_a = (12 - zeros_a) * ((int32_t)1 << 25) + quarter;
    const int32_t power_b = (12 - zeros_b) * ((int32_t)1 << 25) - quarter; /* Q6.25 */
    const int32_t p = (int32_t)(((int64_t)z + root_root_half + 1) / 2), q = 2 * (z - root_root_half);
    const int32_t q2 = mrt_high_mul(q, q);
    const int32_t over = mrt_high_mul(q, z) + mrt_high_mul(mrt_high_mul(q, q2), 117049297);
    const int32_t under = mrt_high_mul(p, 1057819769 + q + mrt_high_mul(127690142, q2)) + mrt_high_mul(638450708, q);
    const int32_t fraction = mrt_high_mul(mrt_divide_pot(over, 6), mrt_fixed_one_over_one_plus(under));

    return mrt_saturating_shift(mrt_high_mul(mrt_max_i32(power_a, power_b), 1488522236) + fraction, 1);
}

#endif
