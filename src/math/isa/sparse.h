/* Products with few non-zero factors. ReLU zeroes half of a gradient, max pooling another three quarters, and images are
 * mostly background: then it pays to list what is left and add only that.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_SPARSE_H
#define MOTE_MATH_ISA_SPARSE_H

#include "math/isa/kernels.h"

/* out[r][c] = or += sum_j value[j] * in[offset[j] + r * in_row + c]   for r < rows, c < width; j ascending */
typedef struct sparse_sum_job {
    ptrdiff_t      rows, width, count;
    const int32_t *offset;
    const float   *value;
    const float   *in;
    ptrdiff_t      in_row;
    float         *out;
    ptrdiff_t      out_row;
    bool           adds;
} sparse_sum_job;

void ISA(sparse_sum)(const sparse_sum_job *job);

/* How many of x[count] are not zero. */
ptrdiff_t ISA(count_nonzero)(ptrdiff_t count, const float *x);

/* How many elements of dy, masked by the activation that gave y, are not zero. */
ptrdiff_t ISA(count_gradient)(ptrdiff_t count, activation_kind activation, const float *y, const float *dy);

/* nonzero_lanes: bit i is set where lane i is not zero.
 * store_packed: the lanes whose bit is set, one after the other; up to LANES floats from p are overwritten. */
#if defined(MOTE_ISA_avx512)

INLINE uint32_t nonzero_lanes(vf v)
{
    return (uint32_t)_mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_NEQ_UQ);
}
INLINE void store_packed(float *p, vf v, uint32_t bits)
{
    store(p, (vf)_mm512_maskz_compress_ps((__mmask16)bits, (__m512)v));
}

#elif defined(MOTE_ISA_avx2)

/* For each set of bits the numbers of those that are set, a byte each, lowest first. */
extern const uint64_t ISA(set_bits)[256];

INLINE uint32_t nonzero_lanes(vf v)
{
    return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps((__m256)v, _mm256_setzero_ps(), _CMP_NEQ_UQ));
}
INLINE void store_packed(float *p, vf v, uint32_t bits)
{
    __m256i order = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i_u *)(const void *)&ISA(set_bits)[bits]));
    store(p, (vf)_mm256_permutevar8x32_ps((__m256)v, order));
}

#else

INLINE uint32_t nonzero_lanes(vf v)
{
    uint32_t bits = 0;
    for (int i = 0; i < LANES; i++)
        bits |= (v[i] == 0.0f ? 0u : 1u) << i;
    return bits;
}
INLINE void store_packed(float *p, vf v, uint32_t bits)
{
    for (int i = 0; i < LANES; i++) {
        *p = v[i];
        p += bits >> i & 1u;
    }
}

#endif

#endif
