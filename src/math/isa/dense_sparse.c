/* Dense layers whose input is mostly zero, as images are: an MNIST digit has 150 of 784 pixels. Forward adds the rows of w^T
 * that meet a pixel; dw adds, for each column of x, the gradients of the samples that have it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/dense_sparse.h"

#include "math/isa/gemm.h"
#include "math/isa/sparse.h"

/* value and offset of the elements of x that are not zero; element i's offset is i * step. Returns how many. */
INLINE int32_t list_row(ptrdiff_t count, const float *x, int32_t step, float *value, int32_t *offset)
{
    vi      at = lane_numbers() * step;
    int32_t found = 0;

    for (; count > 0; x += LANES, count -= LANES, at += LANES * step) {
        vf       v = load_up_to(x, count);
        uint32_t bits = nonzero_lanes(v);
        store_packed(value + found, v, bits);
        store_packed((float *)(void *)(offset + found), (vf)at, bits);
        found += __builtin_popcount(bits);
    }
    return found;
}

bool ISA(dense_may_be_sparse)(dense_shape *s)
{
    ptrdiff_t vectors = ((ptrdiff_t)s->out + LANES - 1) / LANES;

    return s->in >= 64 && 2 * (ptrdiff_t)s->out >= vectors * LANES && (int64_t)s->in * s->out <= INT32_MAX;
}

size_t ISA(dense_list_bytes)(ptrdiff_t count)
{
    return 2 * scratch_floats(count + LANES);
}

void ISA(dense_sparse_forward)(dense_shape *s, ptrdiff_t rows, const float *x, const float *transposed, const float *b,
                               float *y, void *scratch)
{
    float         *value = scratch;
    int32_t       *offset = (int32_t *)(void *)((char *)scratch + scratch_floats(s->in + LANES));
    sparse_sum_job sum = {.rows = 1, .width = s->out, .value = value, .offset = offset, .in = transposed};

    for (; rows > 0; rows--, x += s->in, y += s->out) {
        sum.count = list_row(s->in, x, s->out, value, offset);
        sum.out = y;
        ISA(sparse_sum)(&sum);
        for (ptrdiff_t o = 0, left = s->out; left > 0; o += LANES, left -= LANES) {
            vf v = load_up_to(y + o, left) + (b ? load_up_to(b + o, left) : set1(0));
            store_up_to(y + o, apply_activation(v, s->activation), left);
        }
    }
}

size_t ISA(dense_sparse_weights_bytes)(dense_shape *s, ptrdiff_t rows)
{
    return ISA(dense_list_bytes)(rows) + scratch_floats(LANES * rows) + scratch_floats((ptrdiff_t)LANES * s->out);
}

void ISA(dense_sparse_weights)(dense_shape *s, ptrdiff_t rows, const float *g, const float *x, float *dw, void *scratch)
{
    char          *at = scratch;
    float         *value = scratch;
    int32_t       *offset = (int32_t *)(void *)(at + scratch_floats(rows + LANES));
    float         *columns = (float *)(void *)(at + ISA(dense_list_bytes)(rows));
    float         *sums = (float *)(void *)(at + ISA(dense_list_bytes)(rows) + scratch_floats(LANES * rows));
    sparse_sum_job sum = {.rows = 1, .width = s->out, .value = value, .offset = offset, .in = g};

    for (ptrdiff_t i = 0; i < s->in; i += LANES) {
        ptrdiff_t count = s->in - i < LANES ? s->in - i : LANES;
        ISA(transpose)(rows, count, x + i, s->in, columns, rows, false);
        for (ptrdiff_t k = 0; k < count; k++) {
            sum.count = list_row(rows, columns + k * rows, s->out, value, offset);
            sum.out = sums + k * s->out;
            ISA(sparse_sum)(&sum);
        }
        ISA(transpose)(count, s->out, sums, s->out, dw + i, s->in, true);
    }
}
