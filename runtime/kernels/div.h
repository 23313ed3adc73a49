/* DIV, FLOOR_DIV and FLOOR_MOD: out = a / b, floor(a / b), and what floor(a / b) b leaves of a, with an operand repeated
 * along axes where it has one element (walk.h). The output may be a (or b) where that has the output's shape.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_DIV_H
#define MRT_DIV_H

#include "elementary.h"
#include "fixed_point.h"
#include "pairs.h"

/* int8: out = clamp((x / y) * M + out_zero, act_min, act_max) with x = a - a_zero, y = b - b_zero and M = mult, shift for
 * a_scale / (b_scale * out_scale). 1 / y is a Q0.31 by Newton's steps, and x is shifted left as far as it goes:
 *
 *   y = 2^bits (1 + f);  q = high_mul(x * 2^headroom, 1 / (1 + f));  x / y * M = high_mul(q, mult) / 2^right
 *   right = bits + headroom - shift
 *
 * TensorFlow Lite leaves it undefined where right is not 0 to 31, which happens for small x over large y, and where y is 0.
 * Here what is below 1/2 becomes 0, what is too large ends at the clamps, and so does x / 0, by x's sign.
 * Source: TensorFlow Lite Micro's reference kernel (reference/div.h, and GetReciprocal of kernels/internal/common.h). */
typedef struct mrt_div_i8_params {
    int32_t                  count, rank;
    int32_t                  a_zero, b_zero, out_zero;
    int32_t                  mult, shift;
    int32_t                  act_min, act_max;
    const MRT_FLASH int32_t *walk; /* [rank, 3] */
} mrt_div_i8_params;

/* x / y * M; y > 0. */
MRT_INLINE int32_t mrt_div_rescaled(int32_t x, int32_t y, int32_t mult, int32_t shift)
{
    int32_t bits = 0, headroom = 31, rest = x < 0 ? ~x : x, inverse, quotient, right;

    while (y >> bits > 1)
        bits++;
    for (; rest > 0; rest >>= 1)
        headroom--;
    inverse = mrt_fixed_one_over_one_plus((int32_t)((uint32_t)y << (31 - bits) & 0x7fffffffu));
    quotient = mrt_high_mul(mrt_high_mul((int32_t)((uint32_t)x << headroom), inverse), mult);
    right = bits + headroom - shift;
    return right > 31 ? 0 : mrt_divide_pot(quotient, (int)mrt_max_i32(right, 0));
}

MRT_INLINE int32_t mrt_div_one_i8(const mrt_div_i8_params *p, int32_t a, int32_t b)
{
    const int32_t x = a - p->a_zero, y = b - p->b_zero;
    uint32_t      z;

    if (y == 0)
        return x == 0 ? mrt_clamp_i32(p->out_zero, p->act_min, p->act_max) : x < 0 ? p->act_min : p->act_max;
    z = (uint32_t)mrt_div_rescaled(y < 0 ? -x : x, y < 0 ? -y : y, p->mult, p->shift) + (uint32_t)p->out_zero;
    return mrt_clamp_i32((int32_t)z, p->act_min, p->act_max);
}

MRT_INLINE void mrt_div_i8(const mrt_div_i8_params *p, const mrt_io *io)
{
    const int8_t *a = (const int8_t *)io->in[0], *b = (const int8_t *)io->in[1];
    int8_t       *out = (int8_t *)io->out[0];
    mrt_pair      at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int8_t)mrt_div_one_i8(p, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_div_u8(const mrt_div_i8_params *p, const mrt_io *io)
{
    const uint8_t *a = (const uint8_t *)io->in[0], *b = (const uint8_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (uint8_t)mrt_div_one_i8(p, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_div_f32(const mrt_pairs_f32_params *p, const mrt_io *io)
{
    const float *a = (const float *)io->in[0], *b = (const float *)io->in[1];
    float       *out = (float *)io->out[0];
    mrt_pair     at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_clamp_f32(a[at.a] / b[at.b], p->act_min, p->act_max);
}

/* ---- int32 ---- */

/* Rounded towards 0. What the reference leaves undefined: x / 0 ends at int32's limits, by x's sign, and INT32_MIN / -1
 * wraps. */
MRT_INLINE int32_t mrt_div_one_i32(int32_t x, int32_t y)
{
    if (y == 0)
        return x == 0 ? 0 : x < 0 ? INT32_MIN : INT32_MAX;
    return y == -1 ? (int32_t)(0u - (uint32_t)x) : x / y;
}

/* x without the largest multiple of y below it; it has y's sign. 0 where y is 0. */
MRT_INLINE int32_t mrt_floor_mod_one_i32(int32_t x, int32_t y)
{
    const int32_t rest = y == 0 || y == -1 ? 0 : x % y;

    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

MRT_INLINE int32_t mrt_floor_div_one_i32(int32_t x, int32_t y)
{
    const int32_t quotient = mrt_div_one_i32(x, y);

    return mrt_floor_mod_one_i32(x, y) != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient;
}

MRT_INLINE void mrt_div_i32(const mrt_pairs_i32_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    int32_t       *out = (int32_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_clamp_i32(mrt_div_one_i32(a[at.a], b[at.b]), p->act_min, p->act_max);
}

MRT_INLINE void mrt_floor_div_i32(const mrt_pairs_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    int32_t       *out = (int32_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_floor_div_one_i32(a[at.a], b[at.b]);
}

MRT_INLINE void mrt_floor_mod_i32(const mrt_pairs_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    int32_t       *out = (int32_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_floor_mod_one_i32(a[at.a], b[at.b]);
}

/* ---- float32, rounded down ---- */

/* mantissa * 2^(exponent - 150), 1 <= exponent, mantissa < 2^24. */
MRT_INLINE float mrt_f32_of_parts(uint32_t mantissa, uint32_t exponent)
{
    for (; mantissa < 0x800000u && exponent > 1 && mantissa > 0; exponent--)
        mantissa <<= 1;
    return mrt_f32_of_bits(mantissa < 0x800000u ? mantissa : exponent << 23 | (mantissa & 0x7fffffu));
}

/* What is left of a when b is taken away as often as its absolute value goes into a's; it has a's sign, and is exact. NaN
 * where b is 0 or a infinite. Long division of the mantissas, eight bits a step. */
MRT_INLINE float mrt_remainder_one_f32(float a, float b)
{
    const uint32_t a_bits = mrt_bits_of_f32(a) & 0x7fffffffu, b_bits = mrt_bits_of_f32(b) & 0x7fffffffu;
    uint32_t       a_exponent = a_bits >> 23, b_exponent = b_bits >> 23;
    uint32_t       rest = (a_bits & 0x7fffffu) | (a_exponent > 0 ? 0x800000u : 0u);
    const uint32_t by = (b_bits & 0x7fffffu) | (b_exponent > 0 ? 0x800000u : 0u);
    float          y;

    if (b_bits == 0 || a_bits >= 0x7f800000u || b_bits > 0x7f800000u)
        return mrt_nan_f32();
    if (a_bits < b_bits)
        return a;
    a_exponent = a_exponent > 0 ? a_exponent : 1;
    b_exponent = b_exponent > 0 ? b_exponent : 1;
    for (rest %= by; a_exponent >= b_exponent + 8; a_exponent -= 8)
        rest = (rest << 8) % by;
    rest = (rest << (a_exponent - b_exponent)) % by;
    y = mrt_f32_of_parts(rest, b_exponent);
    return a < 0.0f ? -y : y;
}

/* Source: TensorFlow Lite's reference kernel (reference/floor_mod.h). */
MRT_INLINE float mrt_floor_mod_one_f32(float a, float b)
{
    const float rest = mrt_remainder_one_f32(a, b);

    return (rest < 0.0f && !(b < 0.0f)) || (rest > 0.0f && b < 0.0f) ? rest + b : rest;
}

/* floor of the exact quotient. Where a / b was rounded to a whole number, the remainder says from which side: it is near b
 * where the quotient lies below. From 2^23 on all floats are whole. */
MRT_INLINE float mrt_floor_div_one_f32(float a, float b)
{
    const float quotient = a / b;
    float       whole;

    if (!(mrt_abs_f32(quotient) < 8388608.0f))
        return quotient;
    whole = mrt_floor_one_f32(quotient);
    if (quotient > whole)
        return whole;
    return mrt_abs_f32(mrt_floor_mod_one_f32(a, b)) > 0.5f * mrt_abs_f32(b) ? whole - 1.0f : whole;
}

MRT_INLINE void mrt_floor_div_f32(const mrt_pairs_params *p, const mrt_io *io)
{
    const float *a = (const float *)io->in[0], *b = (const float *)io->in[1];
    float       *out = (float *)io->out[0];
    mrt_pair     at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_floor_div_one_f32(a[at.a], b[at.b]);
}

MRT_INLINE void mrt_floor_mod_f32(const mrt_pairs_params *p, const mrt_io *io)
{
    const float *a = (const float *)io->in[0], *b = (const float *)io->in[1];
    float       *out = (float *)io->out[0];
    mrt_pair     at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_floor_mod_one_f32(a[at.a], b[at.b]);
}

#endif
