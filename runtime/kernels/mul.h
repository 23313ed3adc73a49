/* MUL: out = activation(a * b), with an operand repeated along axes where it has one element (walk.h). The output may be a
 * (or b) where that has the output's shape. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_MUL_H
#define MRT_MUL_H

#include "rescale.h"
#include "walk.h"

/* int8, uint8 and int16: out = clamp(rescale((a - a_zero) (b - b_zero), mult, shift) + out_zero, act_min, act_max), mult and
 * shift for a_scale * b_scale / out_scale. Source: TensorFlow Lite Micro's reference kernel (reference/integer_ops/mul.h).
 */
typedef struct mrt_mul_params {
    int32_t                  count, rank;
    int32_t                  a_zero, b_zero, out_zero;
    int32_t                  mult, shift;
    int32_t                  act_min, act_max;
    const MRT_FLASH int32_t *walk; /* [rank, 3] */
} mrt_mul_params;

MRT_INLINE int32_t mrt_mul_one(const mrt_mul_params *p, int32_t a, int32_t b)
{
    const uint32_t product = (uint32_t)(a - p->a_zero) * (uint32_t)(b - p->b_zero);
    const uint32_t y = (uint32_t)mrt_rescale((int32_t)product, p->mult, (int)p->shift) + (uint32_t)p->out_zero;

    return mrt_clamp_i32((int32_t)y, p->act_min, p->act_max);
}

MRT_INLINE void mrt_mul_i8(const mrt_mul_params *p, const mrt_io *io)
{
    const int8_t *a = (const int8_t *)io->in[0], *b = (const int8_t *)io->in[1];
    int8_t       *out = (int8_t *)io->out[0];
    mrt_pair      at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int8_t)mrt_mul_one(p, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_mul_u8(const mrt_mul_params *p, const mrt_io *io)
{
    const uint8_t *a = (const uint8_t *)io->in[0], *b = (const uint8_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (uint8_t)mrt_mul_one(p, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_mul_i16(const mrt_mul_params *p, const mrt_io *io)
{
    const int16_t *a = (const int16_t *)io->in[0], *b = (const int16_t *)io->in[1];
    int16_t       *out = (int16_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int16_t)mrt_mul_one(p, a[at.a], b[at.b]);
}

/* int32: numbers as they are, wrapping; clamped to act_min, act_max. */
typedef struct mrt_mul_i32_params {
    int32_t                  count, rank;
    int32_t                  act_min, act_max;
    const MRT_FLASH int32_t *walk;
} mrt_mul_i32_params;

MRT_INLINE void mrt_mul_i32(const mrt_mul_i32_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    int32_t       *out = (int32_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_clamp_i32((int32_t)((uint32_t)a[at.a] * (uint32_t)b[at.b]), p->act_min, p->act_max);
}

typedef struct mrt_mul_f32_params {
    int32_t                  count, rank;
    float                    act_min, act_max;
    const MRT_FLASH int32_t *walk;
} mrt_mul_f32_params;

MRT_INLINE void mrt_mul_f32(const mrt_mul_f32_params *p, const mrt_io *io)
{
    const float *a = (const float *)io->in[0], *b = (const float *)io->in[1];
    float       *out = (float *)io->out[0];
    mrt_pair     at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_clamp_f32(a[at.a] * b[at.b], p->act_min, p->act_max);
}

#endif
