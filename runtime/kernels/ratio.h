/* The multipliers of a layer whose weights have a scale for each channel, in integers only: the chip makes them anew where
 * it needs them, and most chips have no double.
 *
 *     in_scale * w_scale / out_scale -> mult, shift: bit for bit mrt_quantize_multiplier (rescale.h) of the double
 *
 * A float is m 2^e, 2^23 <= m < 2^24. The product N of two mantissas has 48 bits, so that double holds it; the quotient by
 * the third, D, it rounds to 53, and mrt_quantize_multiplier that to 31. With x = N 2^k / D, 2^30 <= x < 2^31, both
 * roundings together are floor(x + 1/2 + 2^-23): the first one lifts to the middle what is half of its last place, 2^-22,
 * below it.
 *
 *     quotient = floor(m_in 2^j / D) has 32 bits, and (m_w 2^8 quotient) / 2^32 is x, or its double, or one less: the
 *     remainder tells, of which the lower 32 bits are enough.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_RATIO_H
#define MRT_RATIO_H

#include "../mrt.h"

/* in_scale / out_scale. */
typedef struct mrt_ratio {
    uint32_t in, out; /* mantissas, `in` as far to the left as x needs it */
    uint32_t quotient;
    int32_t  exponent;
} mrt_ratio;

typedef struct mrt_multiplier {
    int32_t mult, shift; /* rescale's */
} mrt_multiplier;

/* mantissa 2^exponent */
typedef struct mrt_float_parts {
    uint32_t mantissa;
    int32_t  exponent;
} mrt_float_parts;

/* Of a positive finite number. */
MRT_INLINE mrt_float_parts mrt_float_parts_of(uint32_t bits)
{
    mrt_float_parts parts;

    parts.mantissa = (bits & 0x7fffffu) | 0x800000u;
    parts.exponent = (int32_t)(bits >> 23) - 150;
    if (bits >> 23 == 0) { /* subnormal */
        parts.exponent++;
        for (parts.mantissa = bits; parts.mantissa < 0x800000u; parts.mantissa <<= 1)
            parts.exponent--;
    }
    return parts;
}

MRT_INLINE uint32_t mrt_float_bits(float x)
{
    union {
        float    value;
        uint32_t bits;
    } word;

    word.value = x;
    return word.bits;
}

/* Both positive and finite. */
static MRT_COLD mrt_ratio mrt_ratio_of(float in_scale, float out_scale)
{
    const mrt_float_parts in = mrt_float_parts_of(mrt_float_bits(in_scale)),
                          out = mrt_float_parts_of(mrt_float_bits(out_scale));
    uint32_t  rest = in.mantissa;
    mrt_ratio ratio;

    ratio.out = out.mantissa;
    ratio.in = in.mantissa << 7;
    ratio.exponent = in.exponent - out.exponent + 24;
    if (in.mantissa < out.mantissa) {
        ratio.in <<= 1;
        ratio.exponent--;
    }
    for (ratio.quotient = 0; ratio.quotient >> 31 == 0; rest <<= 1) {
        ratio.quotient = ratio.quotient << 1 | (rest >= out.mantissa);
        rest -= rest >= out.mantissa ? out.mantissa : 0;
    }
    return ratio;
}

/* mult, which has grown by one where it was rounded up. */
MRT_INLINE mrt_multiplier mrt_ratio_normal(uint32_t mult, int32_t shift)
{
    mrt_multiplier m;

    m.mult = (int32_t)(mult >> (mult >> 31));
    m.shift = shift + (int32_t)(mult >> 31);
    return m;
}

/* Where shift, before rounding, is outside -31 ... 30: below 2^-32 both are 0, from 2^30 on they saturate. (Double's own
 * rounding never reaches 2^30: what is divided by D is a multiple of 2^7, and so not just below a multiple of 2^31.) */
static MRT_COLD mrt_multiplier mrt_ratio_extreme(uint32_t mult, int32_t shift)
{
    mrt_multiplier m = mrt_ratio_normal(mult, shift);

    if (shift > 30) {
        m.mult = INT32_MAX;
        m.shift = 30;
    } else if (m.shift < -31) {
        m.mult = m.shift = 0;
    }
    return m;
}

/* Whether shift is at most 0 without doubt. */
MRT_INLINE int mrt_ratio_is_below_1(const mrt_ratio *ratio, uint32_t w_scale)
{
    return ratio->exponent + (int32_t)(w_scale >> 23) <= 148;
}

/* w_scale: the bits of a positive finite float. */
MRT_INLINE mrt_multiplier mrt_ratio_multiplier(const mrt_ratio *ratio, uint32_t w_scale)
{
    const mrt_float_parts w = mrt_float_parts_of(w_scale);
    int32_t               shift = ratio->exponent + w.exponent;
    uint32_t              mult = (uint32_t)((uint64_t)(w.mantissa << 8) * ratio->quotient >> 32);
    uint32_t              rest = w.mantissa * ratio->in - mult * ratio->out;

    if (rest >= ratio->out) {
        rest -= ratio->out;
        mult++;
    }
    if (mult >> 31) { /* the double of x */
        rest += mult & 1u ? ratio->out : 0;
        mult >>= 1;
        shift++;
    } else {
        rest *= 2;
    }
    mult += rest + (ratio->out >> 22) >= ratio->out; /* x is mult + rest / (2 D) */
    if (shift < -31 || shift > 30)
        return mrt_ratio_extreme(mult, shift);
    return mrt_ratio_normal(mult, shift);
}

#endif
