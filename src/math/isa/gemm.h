/* The one matrix product under dense and convolution layers:
 *
 *   c[m][n] (+)= sum_s sum_k a[m * a_row + a_segment[s] + k * a_k] * b[b_segment[s] + k * b_k + n]
 *   c[m][n]  = activation(c[m][n] + bias[n])
 *
 * b's rows are contiguous vectors along n; a's elements are broadcast and may lie anywhere. k runs in segments: a dense
 * layer has one; a convolution has one for each kernel row (the taps and channels of a row are contiguous in NHWC), or each
 * tap. Sums run in the order of s, then k, into one accumulator, whatever the tiling: results do not depend on where tiles
 * begin. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_GEMM_H
#define MOTE_MATH_ISA_GEMM_H

#include "math/isa/kernels.h"

typedef struct gemm_job {
    ptrdiff_t        rows, columns, segments, length;
    const float     *a, *b;
    ptrdiff_t        a_row, a_k, b_k;
    const ptrdiff_t *a_segment, *b_segment; /* NULL: one segment at 0 */
    float           *c;
    ptrdiff_t        c_row;
    bool             adds; /* start from c; else from zero */
    const float     *bias; /* or NULL */
    activation_kind  activation;
} gemm_job;

void ISA(gemm)(const gemm_job *job);

/* out[i][o] = or += in[o][i] for o < rows, i < columns; in's rows are in_row apart, out's out_row. */
void ISA(transpose)(ptrdiff_t rows, ptrdiff_t columns, const float *in, ptrdiff_t in_row, float *out, ptrdiff_t out_row,
                    bool adds);

#endif
