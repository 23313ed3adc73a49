/* MAXIMUM and MINIMUM: the larger, or the smaller, of a and b, with an operand repeated along axes where it has one element
 * (walk.h); b where either is NaN. The output may be a (or b) where that has the output's shape. Quantized numbers are
 * compared as they are stored, whatever their scales.
 * Source: TensorFlow Lite Micro's reference kernel (micro/kernels/maximum_minimum.cc). SPDX-License-Identifier: Apache-2.0
 */
#ifndef MRT_MAXIMUM_H
#define MRT_MAXIMUM_H

#include "walk.h"

typedef struct mrt_maximum_params {
    int32_t                  count, rank;
    int32_t                  is_minimum;
    const MRT_FLASH int32_t *walk; /* [rank, 3] */
} mrt_maximum_params;

MRT_INLINE void mrt_maximum_i8(const mrt_maximum_params *p, const mrt_io *io)
{
    const int8_t *a = (const int8_t *)io->in[0], *b = (const int8_t *)io->in[1];
    int8_t       *out = (int8_t *)io->out[0];
    mrt_pair      at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const int8_t x = a[at.a], y = b[at.b];
        out[at.i] = (p->is_minimum ? x < y : x > y) ? x : y;
    }
}

MRT_INLINE void mrt_maximum_u8(const mrt_maximum_params *p, const mrt_io *io)
{
    const uint8_t *a = (const uint8_t *)io->in[0], *b = (const uint8_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const uint8_t x = a[at.a], y = b[at.b];
        out[at.i] = (p->is_minimum ? x < y : x > y) ? x : y;
    }
}

MRT_INLINE void mrt_maximum_i16(const mrt_maximum_params *p, const mrt_io *io)
{
    const int16_t *a = (const int16_t *)io->in[0], *b = (const int16_t *)io->in[1];
    int16_t       *out = (int16_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const int16_t x = a[at.a], y = b[at.b];
        out[at.i] = (p->is_minimum ? x < y : x > y) ? x : y;
    }
}

MRT_INLINE void mrt_maximum_i32(const mrt_maximum_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    int32_t       *out = (int32_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const int32_t x = a[at.a], y = b[at.b];
        out[at.i] = (p->is_minimum ? x < y : x > y) ? x : y;
    }
}

MRT_INLINE void mrt_maximum_i64(const mrt_maximum_params *p, const mrt_io *io)
{
    const int64_t *a = (const int64_t *)io->in[0], *b = (const int64_t *)io->in[1];
    int64_t       *out = (int64_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const int64_t x = a[at.a], y = b[at.b];
        out[at.i] = (p->is_minimum ? x < y : x > y) ? x : y;
    }
}

MRT_INLINE void mrt_maximum_f32(const mrt_maximum_params *p, const mrt_io *io)
{
    const float *a = (const float *)io->in[0], *b = (const float *)io->in[1];
    float       *out = (float *)io->out[0];
    mrt_pair     at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank)) {
        const float x = a[at.a], y = b[at.b];
        out[at.i] = (p->is_minimum ? x < y : x > y) ? x : y;
    }
}

#endif
