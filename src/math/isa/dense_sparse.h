/* Dense layers whose input is mostly zero. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MATH_ISA_DENSE_SPARSE_H
#define MOTE_MATH_ISA_DENSE_SPARSE_H

#include "math/isa/kernels.h"

/* Whether the shape suits lists at all; whether the input does, the caller counts. */
bool ISA(dense_may_be_sparse)(dense_shape *shape);

/* Scratch for lists of up to count elements. */
size_t ISA(dense_list_bytes)(ptrdiff_t count);

/* y = activation(x w^T + b) of some rows, the same bytes as the dense way; scratch: dense_list_bytes(in). */
void ISA(dense_sparse_forward)(dense_shape *shape, ptrdiff_t rows, const float *x, const float *transposed, const float *b,
                               float *y, void *scratch);

/* dw += g^T x of some rows; scratch: dense_sparse_weights_bytes(rows). */
size_t ISA(dense_sparse_weights_bytes)(dense_shape *shape, ptrdiff_t rows);
void ISA(dense_sparse_weights)(dense_shape *shape, ptrdiff_t rows, const float *g, const float *x, float *dw, void *scratch);

#endif
