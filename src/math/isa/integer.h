/* What vector.h has, for int8: a vector of int32 sums, and one of int16 pairs as wide.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_INTEGER_H
#define MOTE_MATH_ISA_INTEGER_H

#include "math/int8.h"
#include "math/isa/vector.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef int16_t vs __attribute__((vector_size(4 * LANES))); /* LANES pairs */
typedef int16_t vs_any __attribute__((vector_size(4 * LANES), aligned(2), may_alias));

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

/* multiply_pairs: a0 b0 + a1 b1 in each lane; no pair is -32768 twice.
 * high_mul: mrt_high_mul of each lane, multipliers not negative. */
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
INLINE void store_int8(int8_t *p, vi v) /* each lane -128 .. 127 */
{
    _mm_storeu_si128((__m128i_u *)p, _mm512_cvtepi32_epi8((__m512i)v));
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
    for (int i = 0; i < LANES; i++)
        p[i] = (int8_t)v[i];
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

/* mrt_rescale, its shifts as int8.h has them. */
typedef struct rescale_by {
    vi mult, left, right, mask;
} rescale_by;

INLINE vi rescale_int(vi x, const rescale_by *by, int shifts_left)
{
    const vi y = high_mul(shifts_left ? multiply_int(x, by->left) : x, by->mult);
    const vi half = (by->mask >> 1) - (y >> 31);

    return add_if_greater(shift_right(y, by->right), y & by->mask, half);
}

/* A vector of channels' constants; where clamping happens. */
typedef struct channel_vector {
    vi         bias;
    rescale_by by;
} channel_vector;

INLINE channel_vector load_channels(const int32_t *arrays)
{
    return (channel_vector){load_int(arrays + MOTE_INT8_BIAS * LANES),
                            {load_int(arrays + MOTE_INT8_MULT * LANES), load_int(arrays + MOTE_INT8_LEFT * LANES),
                             load_int(arrays + MOTE_INT8_RIGHT * LANES), load_int(arrays + MOTE_INT8_MASK * LANES)}};
}

typedef struct output_range {
    vi zero, low, high;
} output_range;

INLINE vi finish(vi acc, const rescale_by *by, const output_range *range, int shifts_left)
{
    return clamp_int(add_int(rescale_int(acc, by, shifts_left), range->zero), range->low, range->high);
}

#endif
