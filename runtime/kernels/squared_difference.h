/* SQUARED_DIFFERENCE: out = (a - b)^2, with an operand repeated along axes where it has one element (walk.h). The output may
 * be a (or b) where that has the output's shape. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SQUARED_DIFFERENCE_H
#define MRT_SQUARED_DIFFERENCE_H

#include "pairs.h"
#include "scaled_sum.h"

/* int8 and int16: with d the difference as scaled_sum.h makes it, out = clamp(rescale(d^2, out_mult, out_shift) + out_zero);
 * left is 7 for int8, 0 for int16, so that d^2 <= 2^30.
 * Source: TensorFlow Lite Micro's reference kernel (micro/kernels/squared_difference.cc). */
MRT_INLINE int32_t mrt_squared_difference_one(const mrt_scaled_sum_params *p, int left, int32_t a, int32_t b)
{
    const uint32_t d = (uint32_t)mrt_scaled_part(a, p->a_zero, left, p->a_mult, p->a_shift) -
                       (uint32_t)mrt_scaled_part(b, p->b_zero, left, p->b_mult, p->b_shift);

    return mrt_scaled_end(p, d * d);
}

MRT_INLINE void mrt_squared_difference_i8(const mrt_scaled_sum_params *p, const mrt_io *io)
{
    const int8_t *a = (const int8_t *)io->in[0], *b = (const int8_t *)io->in[1];
    int8_t       *out = (int8_t *)io->out[0];
    mrt_pair      at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int8_t)mrt_squared_difference_one(p, 7, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_squared_difference_i16(const mrt_scaled_sum_params *p, const mrt_io *io)
{
    const int16_t *a = (const int16_t *)io->in[0], *b = (const int16_t *)io->in[1];
    int16_t       *out = (int16_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int16_t)mrt_squared_difference_one(p, 0, a[at.a], b[at.b]);
}

/* Numbers as they are, wrapping. */
MRT_INLINE void mrt_squared_difference_i32(const mrt_pairs_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    int32_t       *out = (int32_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const uint32_t d = (uint32_t)a[at.a] - (uint32_t)b[at.b];
        out[at.i] = (int32_t)(d * d);
    }
}

MRT_INLINE void mrt_squared_difference_f32(const mrt_pairs_params *p, const mrt_io *io)
{
    const float *a = (const float *)io->in[0], *b = (const float *)io->in[1];
    float       *out = (float *)io->out[0];
    mrt_pair     at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const float d = a[at.a] - b[at.b];
        out[at.i] = d * d;
    }
}

#endif
