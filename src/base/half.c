/* SPDX-License-Identifier: Apache-2.0 */
#include "base/half.h"

#include <string.h>

enum { MANTISSA_F32 = 23, MANTISSA = 10, BIAS = 15, LOWEST = -14, INFINITE = 31 << MANTISSA };

/* m / 2^shift, halves to even. */
static uint32_t round_shift(uint32_t m, int shift)
{
    const uint32_t whole = m >> shift, rest = m - (whole << shift), half = 1u << (shift - 1);

    return whole + (rest > half || (rest == half && (whole & 1)));
}

uint16_t mote_half_of(float x)
{
    uint32_t bits, sign, mantissa;
    int      exponent;

    memcpy(&bits, &x, sizeof bits);
    sign = bits >> 16 & 0x8000u;
    exponent = (int)(bits >> MANTISSA_F32 & 255u) - 127;
    mantissa = bits & 0x7fffffu;
    if (exponent == 128)
        return (uint16_t)(sign | INFINITE | (mantissa ? 1u << (MANTISSA - 1) | mantissa >> (MANTISSA_F32 - MANTISSA) : 0));
    if (exponent > BIAS)
        return (uint16_t)(sign | INFINITE);
    if (exponent >= LOWEST) /* what is rounded up into the next exponent is right there, and at the end infinite */
        return (uint16_t)(sign |
                          (((uint32_t)(exponent + BIAS) << MANTISSA) + round_shift(mantissa, MANTISSA_F32 - MANTISSA)));
    if (exponent < LOWEST - MANTISSA - 1)
        return (uint16_t)sign;
    return (uint16_t)(sign | round_shift(mantissa | 1u << MANTISSA_F32, MANTISSA_F32 - MANTISSA + LOWEST - exponent));
}

float mote_half_value(uint16_t half)
{
    const uint32_t exponent = half >> MANTISSA & 31u, mantissa = half & 1023u;
    uint32_t       bits = (uint32_t)(half & 0x8000u) << 16;
    float          value;

    if (exponent == 0) {
        value = (float)mantissa * 0x1p-24f;
        return bits ? -value : value;
    }
    bits |= (exponent == 31 ? 255u : exponent + 127u - BIAS) << MANTISSA_F32 | mantissa << (MANTISSA_F32 - MANTISSA);
    memcpy(&value, &bits, sizeof value);
    return value;
}
