/* SUB: out = activation(a - b), with an operand repeated along axes where it has one element (walk.h). The output may be a
 * (or b) where that has the output's shape. int8, uint8 and int16 as scaled_sum.h says; int32 wraps.
 * Source: TensorFlow Lite Micro's reference kernel (micro/kernels/sub.cc). SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SUB_H
#define MRT_SUB_H

#include "pairs.h"
#include "scaled_sum.h"

MRT_INLINE void mrt_sub_i8(const mrt_scaled_sum_params *p, const mrt_io *io)
{
    const int8_t *a = (const int8_t *)io->in[0], *b = (const int8_t *)io->in[1];
    int8_t       *out = (int8_t *)io->out[0];
    mrt_pair      at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int8_t)mrt_scaled_difference_one(p, 20, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_sub_u8(const mrt_scaled_sum_params *p, const mrt_io *io)
{
    const uint8_t *a = (const uint8_t *)io->in[0], *b = (const uint8_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (uint8_t)mrt_scaled_difference_one(p, 20, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_sub_i16(const mrt_scaled_sum_params *p, const mrt_io *io)
{
    const int16_t *a = (const int16_t *)io->in[0], *b = (const int16_t *)io->in[1];
    int16_t       *out = (int16_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int16_t)mrt_scaled_difference_one(p, 15, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_sub_i32(const mrt_pairs_i32_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    int32_t       *out = (int32_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_clamp_i32((int32_t)((uint32_t)a[at.a] - (uint32_t)b[at.b]), p->act_min, p->act_max);
}

MRT_INLINE void mrt_sub_f32(const mrt_pairs_f32_params *p, const mrt_io *io)
{
    const float *a = (const float *)io->in[0], *b = (const float *)io->in[1];
    float       *out = (float *)io->out[0];
    mrt_pair     at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_clamp_f32(a[at.a] - b[at.b], p->act_min, p->act_max);
}

#endif
