/* PRELU: out = x where x is not negative, alpha x where it is; alpha is repeated along axes where it has one element
 * (walk.h; a is x, b is alpha). The output may be x. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_PRELU_H
#define MRT_PRELU_H

#include "pairs.h"
#include "rescale.h"

/* int8, and int16 with alpha of int8: out = rescale(x - in_zero, mult, shift) + out_zero, and below in_zero
 * rescale((x - in_zero) (alpha - alpha_zero), alpha_mult, alpha_shift) + out_zero; clamped to the type.
 * Source: TensorFlow Lite Micro's reference kernel (reference/prelu.h, micro/kernels/prelu_common.cc). */
typedef struct mrt_prelu_params {
    int32_t                  count, rank;
    int32_t                  in_zero, alpha_zero, out_zero;
    int32_t                  mult, shift;
    int32_t                  alpha_mult, alpha_shift;
    const MRT_FLASH int32_t *walk; /* [rank, 3] */
} mrt_prelu_params;

/* Without the clamp. */
MRT_INLINE int32_t mrt_prelu_one(const mrt_prelu_params *p, int32_t in, int32_t alpha)
{
    const int32_t x = in - p->in_zero;
    const int32_t y = x >= 0 ? mrt_rescale(x, p->mult, (int)p->shift)
                             : mrt_rescale(x * (alpha - p->alpha_zero), p->alpha_mult, (int)p->alpha_shift);

    return (int32_t)((uint32_t)y + (uint32_t)p->out_zero);
}

MRT_INLINE void mrt_prelu_i8(const mrt_prelu_params *p, const mrt_io *io)
{
    const int8_t *in = (const int8_t *)io->in[0], *alpha = (const int8_t *)io->in[1];
    int8_t       *out = (int8_t *)io->out[0];
    mrt_pair      at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int8_t)mrt_clamp_i32(mrt_prelu_one(p, in[at.a], alpha[at.b]), -128, 127);
}

MRT_INLINE void mrt_prelu_u8(const mrt_prelu_params *p, const mrt_io *io)
{
    const uint8_t *in = (const uint8_t *)io->in[0], *alpha = (const uint8_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (uint8_t)mrt_clamp_i32(mrt_prelu_one(p, in[at.a], alpha[at.b]), 0, 255);
}

MRT_INLINE void mrt_prelu_i16(const mrt_prelu_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    const int8_t  *alpha = (const int8_t *)io->in[1];
    int16_t       *out = (int16_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int16_t)mrt_clamp_i32(mrt_prelu_one(p, in[at.a], alpha[at.b]), -32768, 32767);
}

MRT_INLINE void mrt_prelu_f32(const mrt_pairs_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0], *alpha = (const float *)io->in[1];
    float       *out = (float *)io->out[0];
    mrt_pair     at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = in[at.a] >= 0.0f ? in[at.a] : in[at.a] * alpha[at.b];
}

#endif
