/* What vector.h has, for int8: a vector of int32 sums, and one of int16 pairs as wide.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_INTEGER_H
#define MOTE_MATH_ISA_INTEGER_H

#include "math/int8.h"
#include "math/isa/vector.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef uint64_t vl __attribute__((vector_size(4 * LANES))); /* a low and a high half each */
typedef int16_t  vs __attribute__((vector_size(4 * LANES))); /* LANES pairs */
typedef int16_t  vs_any __attribute__((vector_size(4 * LANES), aligned(2), may_alias));

INLINE vs load_pairs(const int16_t *p)
{
    return (vs) * (const vs_any *)p;
}

INLINE vi load_int(const int32_t *p)
{
    return (vi) * (const vi_any *)p;
}

/* The pair at p in every lane. */
INLINE vs spread_pair(const int16_t *p)
{
    int32_t pair;

    memcpy(&pair, p, sizeof pair);
    return (vs)set1_int(pair);
}

INLINE vi add_int(vi a, vi b) /* wraps */
{
    return (vi)((vu)a + (vu)b);
}

INLINE vl load_long(const int32_t *p)
{
    return (vl)load_int(p);
}

/* multiply_pairs: a0 b0 + a1 b1 in each lane; no pair is -32768 twice.
 * high_mul: mrt_high_mul of each lane.
 * multiply_low: products of the low halves, without signs. join: the low half of one, the high half of the other.
 * store_int8: saturates. */
#if defined(MOTE_ISA_avx512)

INLINE vi multiply_pairs(vs a, vs b)
{
    return (vi)_mm512_madd_epi16((__m512i)a, (__m512i)b);
}
INLINE vi high_mul(vi x, vi mult)
{
    const __m512i half = _mm512_set1_epi64((int64_t)1 << 30);
    const __m512i even = _mm512_add_epi64(_mm512_mul_epi32((__m512i)x, (__m512i)mult), half);
    const __m512i odd =
        _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64((__m512i)x, 32), _mm512_srli_epi64((__m512i)mult, 32)), half);
    return (vi)_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 31), _mm512_slli_epi64(odd, 1));
}
INLINE vl multiply_low(vl a, vl b)
{
    return (vl)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
INLINE vl shift_long(vl a, vl right)
{
    return (vl)_mm512_srlv_epi64((__m512i)a, (__m512i)right);
}
INLINE vi join(vl low, vl high)
{
    return (vi)_mm512_mask_blend_epi32(0xaaaa, (__m512i)low, (__m512i)high);
}
INLINE vi multiply_int(vi a, vi b)
{
    return (vi)_mm512_mullo_epi32((__m512i)a, (__m512i)b);
}
INLINE vi shift_right(vi x, vi right)
{
    return (vi)_mm512_srav_epi32((__m512i)x, (__m512i)right);
}
INLINE vi clamp_int(vi x, vi low, vi high)
{
    return (vi)_mm512_max_epi32((__m512i)low, _mm512_min_epi32((__m512i)x, (__m512i)high));
}
INLINE vi add_if_greater(vi sum, vi a, vi b) /* sum + 1 where a > b */
{
    const __mmask16 greater = _mm512_cmpgt_epi32_mask((__m512i)a, (__m512i)b);
    return (vi)_mm512_mask_add_epi32((__m512i)sum, greater, (__m512i)sum, _mm512_set1_epi32(1));
}
INLINE vi load_int8(const int8_t *p)
{
    return (vi)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i_u *)p));
}
INLINE void store_int8(int8_t *p, vi v)
{
    _mm_storeu_si128((__m128i_u *)p, _mm512_cvtsepi32_epi8((__m512i)v));
}
INLINE void store_int8_two(int8_t *p, vi v, vi next)
{
    store_int8(p, v);
    store_int8(p + LANES, next);
}

#elif defined(MOTE_ISA_avx2)

INLINE vi multiply_pairs(vs a, vs b)
{
    return (vi)_mm256_madd_epi16((__m256i)a, (__m256i)b);
}
INLINE vi high_mul(vi x, vi mult)
{
    const __m256i half = _mm256_set1_epi64x((int64_t)1 << 30);
    const __m256i even = _mm256_add_epi64(_mm256_mul_epi32((__m256i)x, (__m256i)mult), half);
    const __m256i odd =
        _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64((__m256i)x, 32), _mm256_srli_epi64((__m256i)mult, 32)), half);
    return (vi)_mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0xaa);
}
INLINE vl multiply_low(vl a, vl b)
{
    return (vl)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
INLINE vl shift_long(vl a, vl right)
{
    return (vl)_mm256_srlv_epi64((__m256i)a, (__m256i)right);
}
INLINE vi join(vl low, vl high)
{
    return (vi)_mm256_blend_epi32((__m256i)low, (__m256i)high, 0xaa);
}
INLINE vi multiply_int(vi a, vi b)
{
    return (vi)_mm256_mullo_epi32((__m256i)a, (__m256i)b);
}
INLINE vi shift_right(vi x, vi right)
{
    return (vi)_mm256_srav_epi32((__m256i)x, (__m256i)right);
}
INLINE vi clamp_int(vi x, vi low, vi high)
{
    return (vi)_mm256_max_epi32((__m256i)low, _mm256_min_epi32((__m256i)x, (__m256i)high));
}
INLINE vi add_if_greater(vi sum, vi a, vi b)
{
    return (vi)_mm256_sub_epi32((__m256i)sum, _mm256_cmpgt_epi32((__m256i)a, (__m256i)b));
}
INLINE vi load_int8(const int8_t *p)
{
    return (vi)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i_u *)p));
}
INLINE void store_int8(int8_t *p, vi v)
{
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
    _mm_storel_epi64((__m128i_u *)p, _mm_packs_epi16(words, words));
}
INLINE void store_int8_two(int8_t *p, vi v, vi next) /* packing mixes the two by fours */
{
    const __m256i words = _mm256_packs_epi32((__m256i)v, (__m256i)next), bytes = _mm256_packs_epi16(words, words);
    const __m256i fours = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 0, 0, 0, 0));
    _mm_storeu_si128((__m128i_u *)p, _mm256_castsi256_si128(fours));
}

#else /* baseline: any processor */

INLINE vi multiply_pairs(vs a, vs b)
{
#if defined(__SSE2__)
    return (vi)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
    vi low_a = (vi)((vu)(vi)a << 16) >> 16, low_b = (vi)((vu)(vi)b << 16) >> 16;
    return low_a * low_b + ((vi)a >> 16) * ((vi)b >> 16);
#endif
}
INLINE vi high_mul(vi x, vi mult)
{
    for (int i = 0; i < LANES; i++)
        x[i] = mrt_high_mul(x[i], mult[i]);
    return x;
}
INLINE vl multiply_low(vl a, vl b)
{
#if defined(__SSE2__)
    return (vl)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}
INLINE vl shift_long(vl a, vl right)
{
#if defined(__SSE2__)
    const __m128i high = _mm_unpackhi_epi64((__m128i)right, (__m128i)right);
    return (vl)_mm_move_sd((__m128d)_mm_srl_epi64((__m128i)a, high), (__m128d)_mm_srl_epi64((__m128i)a, (__m128i)right));
#else
    return a >> right;
#endif
}
INLINE vi join(vl low, vl high)
{
    return (vi)((low & 0xffffffffu) | (high & 0xffffffff00000000u));
}
INLINE vi multiply_int(vi a, vi b)
{
    return (vi)((vu)a * (vu)b);
}
INLINE vi shift_right(vi x, vi right)
{
    for (int i = 0; i < LANES; i++)
        x[i] >>= right[i];
    return x;
}
INLINE vi clamp_int(vi x, vi low, vi high)
{
    x = choose((vi)(x > high), high, x);
    return choose((vi)(x < low), low, x);
}
INLINE vi add_if_greater(vi sum, vi a, vi b)
{
    return sum - (vi)(a > b);
}
INLINE vi load_int8(const int8_t *p)
{
    return (vi){p[0], p[1], p[2], p[3]};
}
INLINE void store_int8(int8_t *p, vi v)
{
#if defined(__SSE2__)
    const __m128i words = _mm_packs_epi32((__m128i)v, (__m128i)v), bytes = _mm_packs_epi16(words, words);
    memcpy(p, &bytes, LANES);
#else
    for (int i = 0; i < LANES; i++)
        p[i] = (int8_t)mrt_clamp_i32(v[i], -128, 127);
#endif
}
INLINE void store_int8_two(int8_t *p, vi v, vi next)
{
    store_int8(p, v);
    store_int8(p + LANES, next);
}

#endif

/* lanes may be LANES and more. */
INLINE void store_int8_up_to(int8_t *p, vi v, ptrdiff_t lanes)
{
    int8_t bytes[LANES];

    if (lanes >= LANES) {
        store_int8(p, v);
        return;
    }
    store_int8(bytes, v);
    for (ptrdiff_t i = 0; i < lanes; i++)
        p[i] = bytes[i];
}

INLINE vi load_int8_up_to(const int8_t *p, ptrdiff_t lanes)
{
    int8_t bytes[LANES] = {0};

    if (lanes >= LANES)
        return load_int8(p);
    for (ptrdiff_t i = 0; i < lanes; i++)
        bytes[i] = p[i];
    return load_int8(bytes);
}

/* mrt_rescale: 2^left, right, 2^right - 1. */
typedef struct rescale_by {
    vi mult, left, right, mask;
} rescale_by;

INLINE vi rescale_int(vi x, const rescale_by *by)
{
    const vi y = high_mul(multiply_int(x, by->left), by->mult);
    const vi half = (by->mask >> 1) - (y >> 31);

    return add_if_greater(shift_right(y, by->right), y & by->mask, half);
}

typedef struct output_range {
    vi zero, low, high;
} output_range;

INLINE vi clamp_to(vi x, const output_range *range)
{
    return clamp_int(x, range->low, range->high);
}

INLINE vi output_by(vi acc, const rescale_by *by, const output_range *range)
{
    return clamp_to(add_int(rescale_int(acc, by), range->zero), range);
}

/* A vector of channels in one of the ways of int8.h. */
typedef struct channel_vector {
    rescale_by by;
    vl         mult_low, mult_high, add_low, add_high, shift_low, shift_high;
    vi         minus;
} channel_vector;

INLINE channel_vector load_channels(const int32_t *arrays, mote_int8_way way)
{
    channel_vector c = {0};

    if (way == MOTE_INT8_GENERAL) {
        c.by = (rescale_by){load_int(arrays + MOTE_INT8_MULT * LANES), load_int(arrays + MOTE_INT8_LEFT * LANES),
                            load_int(arrays + MOTE_INT8_RIGHT * LANES), load_int(arrays + MOTE_INT8_MASK * LANES)};
        return c;
    }
    c.mult_low = load_long(arrays + MOTE_INT8_MULT * LANES);
    c.mult_high = load_long(arrays + MOTE_INT8_MULT_HIGH * LANES);
    c.add_low = load_long(arrays + MOTE_INT8_ADD_LOW * LANES);
    c.add_high = load_long(arrays + MOTE_INT8_ADD_HIGH * LANES);
    c.shift_low = load_long(arrays + MOTE_INT8_SHIFT_LOW * LANES);
    c.shift_high = load_long(arrays + MOTE_INT8_SHIFT_HIGH * LANES);
    c.minus = load_int(arrays + MOTE_INT8_MINUS * LANES);
    return c;
}

/* The output, to be clamped yet. */
INLINE vi output_of(vi acc, const channel_vector *c, vi zero, mote_int8_way way)
{
    const vl x_low = (vl)acc, x_high = x_low >> 32;
    vl       low, high;

    if (way == MOTE_INT8_GENERAL)
        return add_int(rescale_int(acc, &c->by), zero);
    low = multiply_low(x_low, c->mult_low) + c->add_low;
    high = multiply_low(x_high, c->mult_high) + c->add_high;
    if (way == MOTE_INT8_SIGNED) {
        low += x_low & 0x80000000u;
        high += x_high & 0x80000000u;
    }
    return (vi)((vu)join(shift_long(low, c->shift_low), shift_long(high, c->shift_high)) - (vu)c->minus);
}

#endif
