/* One vector of floats, as wide as the level allows: 16 lanes at avx512, 8 at avx2, 4 at baseline. GCC's vector types give
 * + - * / & | and comparisons; this header adds what they lack: loads and stores of any alignment or of a part, fused
 * multiply-add, select, minimum, maximum, square root. Kernels include this and nothing level-specific.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_VECTOR_H
#define MOTE_MATH_ISA_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(MOTE_ISA_avx512) || defined(MOTE_ISA_avx2)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

#if defined(MOTE_ISA_avx512)
enum { LANES = 16, REGISTERS = 32 };
#elif defined(MOTE_ISA_avx2)
enum { LANES = 8, REGISTERS = 16 };
#else
enum { LANES = 4, REGISTERS = 16 };
#endif

typedef float    vf __attribute__((vector_size(4 * LANES)));
typedef int32_t  vi __attribute__((vector_size(4 * LANES)));
typedef uint32_t vu __attribute__((vector_size(4 * LANES)));
typedef float    vf_any __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t  vi_any __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

INLINE vf load(const float *p)
{
    return (vf) * (const vf_any *)p;
}

INLINE void store(float *p, vf value)
{
    *(vf_any *)p = (vf_any)value;
}

INLINE vf set1(float value)
{
    return value - (vf){0};
}

INLINE vi set1_int(int32_t value)
{
    return value - (vi){0};
}

/* 0, 1, 2 ... */
INLINE vi lane_numbers(void)
{
    vi v;
    for (int i = 0; i < LANES; i++)
        v[i] = i;
    return v;
}

/* `lanes` below counts from 1 to LANES. Loads of a part give zero in the other lanes and do not touch their memory. */
#if defined(MOTE_ISA_avx512)

INLINE vf load_part(const float *p, int lanes)
{
    return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << lanes) - 1u), p);
}
INLINE void store_part(float *p, vf v, int lanes)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << lanes) - 1u), (__m512)v);
}
INLINE vf fma_(vf a, vf b, vf c)
{
    return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
INLINE vf max_(vf a, vf b) /* b where either is NaN */
{
    return (vf)_mm512_max_ps((__m512)a, (__m512)b);
}
INLINE vf min_(vf a, vf b)
{
    return (vf)_mm512_min_ps((__m512)a, (__m512)b);
}
INLINE vf sqrt_(vf a)
{
    return (vf)_mm512_sqrt_ps((__m512)a);
}
INLINE vi load_bytes(const uint8_t *p)
{
    return (vi)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i_u *)p));
}
INLINE void store_bytes(uint8_t *p, vi v) /* each lane 0 .. 255 */
{
    _mm_storeu_si128((__m128i_u *)p, _mm512_cvtepi32_epi8((__m512i)v));
}
typedef __mmask16 vmask;
INLINE vmask      greater(vf a, vf b)
{
    return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ);
}
INLINE vmask equal_int(vi a, vi b)
{
    return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b);
}
INLINE vmask both(vmask a, vmask b)
{
    return (vmask)(a & b);
}
INLINE vf select_(vmask mask, vf yes, vf no)
{
    return (vf)_mm512_mask_blend_ps(mask, (__m512)no, (__m512)yes);
}
INLINE vi select_int(vmask mask, vi yes, vi no)
{
    return (vi)_mm512_mask_blend_epi32(mask, (__m512i)no, (__m512i)yes);
}

/* Four floats from p, four from p + 4 stride, and so on, until the vector is full. */
INLINE vf load_fours(const float *p, ptrdiff_t stride)
{
    __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(p));
    v = _mm512_insertf32x4(v, _mm_loadu_ps(p + 4 * stride), 1);
    v = _mm512_insertf32x4(v, _mm_loadu_ps(p + 8 * stride), 2);
    return (vf)_mm512_insertf32x4(v, _mm_loadu_ps(p + 12 * stride), 3);
}

/* a0 b0 a1 b1, and a2 b2 a3 b3, in each four lanes. */
INLINE vf interleave_low(vf a, vf b)
{
    return (vf)_mm512_unpacklo_ps((__m512)a, (__m512)b);
}
INLINE vf interleave_high(vf a, vf b)
{
    return (vf)_mm512_unpackhi_ps((__m512)a, (__m512)b);
}

#elif defined(MOTE_ISA_avx2)

INLINE __m256i part_mask(int lanes)
{
    static const int32_t ones_then_zeros[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i_u *)(ones_then_zeros + 8 - lanes));
}
INLINE vf load_part(const float *p, int lanes)
{
    return (vf)_mm256_maskload_ps(p, part_mask(lanes));
}
INLINE void store_part(float *p, vf v, int lanes)
{
    _mm256_maskstore_ps(p, part_mask(lanes), (__m256)v);
}
INLINE vf fma_(vf a, vf b, vf c)
{
    return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
INLINE vf max_(vf a, vf b)
{
    return (vf)_mm256_max_ps((__m256)a, (__m256)b);
}
INLINE vf min_(vf a, vf b)
{
    return (vf)_mm256_min_ps((__m256)a, (__m256)b);
}
INLINE vf sqrt_(vf a)
{
    return (vf)_mm256_sqrt_ps((__m256)a);
}
INLINE vi load_bytes(const uint8_t *p)
{
    return (vi)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i_u *)p));
}
INLINE void store_bytes(uint8_t *p, vi v)
{
    __m128i words = _mm_packus_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
    _mm_storel_epi64((__m128i_u *)p, _mm_packus_epi16(words, words));
}
typedef vi   vmask;
INLINE vmask greater(vf a, vf b)
{
    return (vmask)(a > b);
}
INLINE vmask equal_int(vi a, vi b)
{
    return (vmask)(a == b);
}
INLINE vmask both(vmask a, vmask b)
{
    return a & b;
}
INLINE vf select_(vmask mask, vf yes, vf no)
{
    return (vf)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)mask);
}
INLINE vi select_int(vmask mask, vi yes, vi no)
{
    return (vi)select_(mask, (vf)yes, (vf)no);
}

INLINE vf load_fours(const float *p, ptrdiff_t stride)
{
    return (vf)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), _mm_loadu_ps(p + 4 * stride), 1);
}

INLINE vf interleave_low(vf a, vf b)
{
    return (vf)_mm256_unpacklo_ps((__m256)a, (__m256)b);
}
INLINE vf interleave_high(vf a, vf b)
{
    return (vf)_mm256_unpackhi_ps((__m256)a, (__m256)b);
}

#else /* baseline: any processor */

INLINE vf load_part(const float *p, int lanes)
{
    vf v = {0};
    for (int i = 0; i < lanes; i++)
        v[i] = p[i];
    return v;
}
INLINE void store_part(float *p, vf v, int lanes)
{
    for (int i = 0; i < lanes; i++)
        p[i] = v[i];
}
INLINE vf fma_(vf a, vf b, vf c) /* not fused here: baseline has no such instruction */
{
    return a * b + c;
}
INLINE vi choose(vi mask, vi yes, vi no)
{
    return (mask & yes) | (~mask & no);
}
INLINE vf max_(vf a, vf b)
{
    return (vf)choose((vi)(a > b), (vi)a, (vi)b);
}
INLINE vf min_(vf a, vf b)
{
    return (vf)choose((vi)(a < b), (vi)a, (vi)b);
}
INLINE vf sqrt_(vf a)
{
    for (int i = 0; i < LANES; i++)
        a[i] = __builtin_sqrtf(a[i]);
    return a;
}
INLINE vi load_bytes(const uint8_t *p)
{
    return (vi){p[0], p[1], p[2], p[3]};
}
INLINE void store_bytes(uint8_t *p, vi v)
{
    for (int i = 0; i < LANES; i++)
        p[i] = (uint8_t)v[i];
}
typedef vi   vmask;
INLINE vmask greater(vf a, vf b)
{
    return (vmask)(a > b);
}
INLINE vmask equal_int(vi a, vi b)
{
    return (vmask)(a == b);
}
INLINE vmask both(vmask a, vmask b)
{
    return a & b;
}
INLINE vf select_(vmask mask, vf yes, vf no)
{
    return (vf)choose(mask, (vi)yes, (vi)no);
}
INLINE vi select_int(vmask mask, vi yes, vi no)
{
    return choose(mask, yes, no);
}

INLINE vf load_fours(const float *p, ptrdiff_t stride)
{
    (void)stride;
    return load(p);
}

INLINE vf interleave_low(vf a, vf b)
{
    return (vf){a[0], b[0], a[1], b[1]};
}
INLINE vf interleave_high(vf a, vf b)
{
    return (vf){a[2], b[2], a[3], b[3]};
}

#endif

/* A whole vector or a part of one: for loops whose last round is short. */
INLINE vf load_up_to(const float *p, ptrdiff_t lanes)
{
    return lanes >= LANES ? load(p) : load_part(p, (int)lanes);
}
INLINE void store_up_to(float *p, vf v, ptrdiff_t lanes)
{
    if (lanes >= LANES)
        store(p, v);
    else
        store_part(p, v, (int)lanes);
}

/* Vectors of so many values, one after the other; `left` counts those from i on, so that the last vector may have fewer. */
#define FOR_VECTORS(i, left, count) for (ptrdiff_t i = 0, left = (ptrdiff_t)(count); left > 0; i += LANES, left -= LANES)

/* Lanes past the last value are 0. */
INLINE vf without_rest(vf v, ptrdiff_t lanes)
{
    if (lanes >= LANES)
        return v;
    return select_(greater(set1((float)lanes), __builtin_convertvector(lane_numbers(), vf)), v, set1(0));
}

/* The sum of the lanes by halves: a fixed order. */
INLINE float sum_lanes(vf v)
{
    float lane[LANES];
    int   width, i;

    store(lane, v);
    for (width = LANES / 2; width > 0; width /= 2)
        for (i = 0; i < width; i++)
            lane[i] += lane[i + width];
    return lane[0];
}

INLINE float max_lanes(vf v)
{
    float lane[LANES], best;
    int   i;

    store(lane, v);
    for (best = lane[0], i = 1; i < LANES; i++)
        best = lane[i] > best ? lane[i] : best;
    return best;
}

INLINE double sum_lanes_f64(vf v)
{
    double sum = 0;
    for (int i = 0; i < LANES; i++)
        sum += (double)v[i];
    return sum;
}

#endif
