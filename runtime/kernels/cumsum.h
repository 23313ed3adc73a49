/* CUMSUM: in [outer, size, inner] -> out of the same shape, sums along the middle axis: of all values up to one's own, or
 * before it (exclusive), counted from the front or from the end (reverse). The output may be the input.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CUMSUM_H
#define MRT_CUMSUM_H

#include "rescale.h"

typedef struct mrt_cumsum_shape {
    int32_t outer, size, inner;
    int32_t is_exclusive, is_reverse;
} mrt_cumsum_shape;

/* Where the first value of line k lies, and how far it is to the next. */
MRT_INLINE size_t mrt_cumsum_begin(const mrt_cumsum_shape *shape, int32_t k, ptrdiff_t *step)
{
    const size_t first =
        (size_t)(k / shape->inner) * (size_t)shape->size * (size_t)shape->inner + (size_t)(k % shape->inner);

    *step = shape->is_reverse ? -(ptrdiff_t)shape->inner : (ptrdiff_t)shape->inner;
    return shape->is_reverse ? first + (size_t)(shape->size - 1) * (size_t)shape->inner : first;
}

/* acc = sum of (in - in_zero) 2^19, beginning with -in_zero 2^19: that is how the reference begins, too. It wraps.
 *     out = clamp(rescale(acc, mult, shift) + out_zero), mult and shift for in_scale / (2^19 out_scale)
 * Source: TensorFlow Lite's reference kernel (reference/cumsum.h). */
typedef struct mrt_cumsum_i8_params {
    mrt_cumsum_shape shape;
    int32_t          in_zero, out_zero;
    int32_t          mult, shift;
} mrt_cumsum_i8_params;

MRT_INLINE void mrt_cumsum_i8(const mrt_cumsum_i8_params *p, const mrt_io *io)
{
    const int8_t *in = (const int8_t *)io->in[0];
    int8_t       *out = (int8_t *)io->out[0];
    int32_t       k, i;

    for (k = 0; k < p->shape.outer * p->shape.inner; k++) {
        ptrdiff_t step, at = (ptrdiff_t)mrt_cumsum_begin(&p->shape, k, &step);
        uint32_t  acc = (uint32_t)-p->in_zero << 19;
        for (i = 0; i < p->shape.size; i++, at += step) {
            const uint32_t next = acc + ((uint32_t)(in[at] - p->in_zero) << 19);
            const int32_t  sum = (int32_t)(p->shape.is_exclusive ? acc : next);
            out[at] = (int8_t)mrt_clamp_i32(mrt_rescale(sum, p->mult, (int)p->shift) + p->out_zero, -128, 127);
            acc = next;
        }
    }
}

typedef struct mrt_cumsum_f32_params {
    mrt_cumsum_shape shape;
} mrt_cumsum_f32_params;

MRT_INLINE void mrt_cumsum_f32(const mrt_cumsum_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    float       *out = (float *)io->out[0];
    int32_t      k, i;

    for (k = 0; k < p->shape.outer * p->shape.inner; k++) {
        ptrdiff_t step, at = (ptrdiff_t)mrt_cumsum_begin(&p->shape, k, &step);
        float     acc = 0.0f;
        for (i = 0; i < p->shape.size; i++, at += step) {
            const float next = acc + in[at];
            out[at] = p->shape.is_exclusive ? acc : next;
            acc = next;
        }
    }
}

#endif
