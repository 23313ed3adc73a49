/* Products with few non-zero factors. ReLU zeroes half of a gradient, max pooling another three quarters, and images are
 * mostly background: then it pays to list what is left and add only that.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_SPARSE_H
#define MOTE_MATH_ISA_SPARSE_H

#include "math/isa/kernels.h"

/* out[r][c] += sum_j value[j] * in[offset[j] + r * in_row + c]   for r < rows, c < width; j ascending */
typedef struct sparse_sum_job {
    ptrdiff_t      rows, width, count;
    const int32_t *offset;
    const float   *value;
    const float   *in;
    ptrdiff_t      in_row;
    float         *out;
    ptrdiff_t      out_row;
} sparse_sum_job;

void ISA(sparse_sum)(const sparse_sum_job *job);

/* How many of x[count] are not zero. */
ptrdiff_t ISA(count_nonzero)(ptrdiff_t count, const float *x);

/* How many elements of dy, masked by the activation that gave y, are not zero. */
ptrdiff_t ISA(count_gradient)(ptrdiff_t count, activation_kind activation, const float *y, const float *dy);

/* Bit i is set where lane i is not zero. */
INLINE uint32_t nonzero_lanes(vf v)
{
    vi is_zero = (vi)(v == 0.0f);
#if defined(MOTE_ISA_avx512)
    (void)is_zero;
    return (uint32_t)_mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_NEQ_UQ);
#elif defined(MOTE_ISA_avx2)
    return ~(uint32_t)_mm256_movemask_ps((__m256)is_zero) & 0xffu;
#else
    uint32_t bits = 0;
    for (int i = 0; i < LANES; i++)
        bits |= (is_zero[i] ? 0u : 1u) << i;
    return bits;
#endif
}

#endif
