/* ADD: out = activation(a + b), with b (and a) repeated along axes where it has one element, as NumPy does.
 *
 * Where shapes differ, `walk` says how to step: {size, a's step, b's step} for each of `rank` axes of the output, outermost
 * first, steps counted in elements and 0 along repeated axes; neighbouring axes that step alike are one. rank 0: all of
 * equal shape, element by element. The output may be a (or b) where that has the output's shape.
 * Of two operands one may be a constant: mrt_add_const_* take it as b, whichever it was.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ADD_H
#define MRT_ADD_H

#include "pairs.h"
#include "rescale.h"
#include "scaled_sum.h"
#include "walk.h"

/* int8:
 *
 *   x   = rescale((a - a_zero) * 2^20, a_mult, a_shift) + rescale((b - b_zero) * 2^20, b_mult, b_shift)
 *   out = clamp(rescale(x, out_mult, out_shift) + out_zero, act_min, act_max)
 *
 * count: elements of out. Cannot fail, no scratch: |x| < 2^29.
 * Source: TensorFlow Lite Micro's reference kernel (reference/add.h, micro/kernels/add_common.cc). */
typedef struct mrt_add_i8_params {
    int32_t                  count, rank;
    int32_t                  a_zero, a_mult, a_shift;
    int32_t                  b_zero, b_mult, b_shift;
    int32_t                  out_zero, out_mult, out_shift;
    int32_t                  act_min, act_max;
    const MRT_FLASH int32_t *walk;     /* [rank, 3] */
    const MRT_FLASH int8_t  *constant; /* mrt_add_const_i8's b */
} mrt_add_i8_params;

MRT_INLINE int8_t mrt_add_one_i8(const mrt_add_i8_params *p, int8_t a, int8_t b)
{
    const int32_t  x = mrt_rescale((a - p->a_zero) * (int32_t)1048576, p->a_mult, (int)p->a_shift);
    const int32_t  y = mrt_rescale((b - p->b_zero) * (int32_t)1048576, p->b_mult, (int)p->b_shift);
    const uint32_t z = (uint32_t)mrt_rescale(x + y, p->out_mult, (int)p->out_shift) + (uint32_t)p->out_zero;

    return (int8_t)mrt_clamp_i32((int32_t)z, p->act_min, p->act_max);
}

MRT_INLINE void mrt_add_i8(const mrt_add_i8_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    mrt_pair at;
    int32_t  i;

    if (p->rank == 0) {
        for (i = 0; i < p->count; i++)
            out[i] = mrt_add_one_i8(p, a[i], b[i]);
        return;
    }
    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_add_one_i8(p, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_add_const_i8(const mrt_add_i8_params *p, const int8_t *a, int8_t *out)
{
    mrt_pair at;
    int32_t  i;

    if (p->rank == 0) {
        for (i = 0; i < p->count; i++)
            out[i] = mrt_add_one_i8(p, a[i], p->constant[i]);
        return;
    }
    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_add_one_i8(p, a[at.a], p->constant[at.b]);
}

#if !defined(__AVR__)
typedef struct mrt_add_i8_scales {
    float          a, b, out;
    mrt_activation activation;
} mrt_add_i8_scales;

/* Fills the multipliers, act_min and act_max; out_zero is read. Returns 0, with nothing filled, where the sum would need a
 * multiplier of 1 or more: out's scale is then at most 2^-19 of an input's, which the reference refuses too. */
static MRT_COLD int mrt_add_i8_prepare(mrt_add_i8_params *p, const mrt_add_i8_scales *s)
{
    const double twice = 2.0 * (double)(s->a > s->b ? s->a : s->b);
    const double real = twice / (1048576.0 * (double)s->out);

    if (!(real < 1.0))
        return 0;
    mrt_quantize_multiplier((double)s->a / twice, &p->a_mult, &p->a_shift);
    mrt_quantize_multiplier((double)s->b / twice, &p->b_mult, &p->b_shift);
    mrt_quantize_multiplier(real, &p->out_mult, &p->out_shift);
    mrt_activation_range(s->activation, s->out, p->out_zero, -128, 127, &p->act_min, &p->act_max);
    return 1;
}
#endif

/* float32. */
typedef struct mrt_add_f32_params {
    int32_t                  count, rank;
    float                    act_min, act_max;
    const MRT_FLASH int32_t *walk;     /* [rank, 3] */
    const MRT_FLASH float   *constant; /* mrt_add_const_f32's b */
} mrt_add_f32_params;

MRT_INLINE void mrt_add_f32(const mrt_add_f32_params *p, const float *a, const float *b, float *out)
{
    mrt_pair at;
    int32_t  i;

    if (p->rank == 0) {
        for (i = 0; i < p->count; i++)
            out[i] = mrt_clamp_f32(a[i] + b[i], p->act_min, p->act_max);
        return;
    }
    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_clamp_f32(a[at.a] + b[at.b], p->act_min, p->act_max);
}

MRT_INLINE void mrt_add_const_f32(const mrt_add_f32_params *p, const float *a, float *out)
{
    mrt_pair at;
    int32_t  i;

    if (p->rank == 0) {
        for (i = 0; i < p->count; i++)
            out[i] = mrt_clamp_f32(a[i] + p->constant[i], p->act_min, p->act_max);
        return;
    }
    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = mrt_clamp_f32(a[at.a] + p->constant[at.b], p->act_min, p->act_max);
}

/* uint8 and int16, in scaled_sum.h's way; a constant comes like a computed operand. */
MRT_INLINE void mrt_add_u8(const mrt_scaled_sum_params *p, const mrt_io *io)
{
    const uint8_t *a = (const uint8_t *)io->in[0], *b = (const uint8_t *)io->in[1];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (uint8_t)mrt_scaled_sum_one(p, 20, a[at.a], b[at.b]);
}

MRT_INLINE void mrt_add_i16(const mrt_scaled_sum_params *p, const mrt_io *io)
{
    const int16_t *a = (const int16_t *)io->in[0], *b = (const int16_t *)io->in[1];
    int16_t       *out = (int16_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int16_t)mrt_scaled_sum_one(p, 15, a[at.a], b[at.b]);
}

/* int32: numbers as they are, wrapping. */
MRT_INLINE void mrt_add_i32(const mrt_pairs_params *p, const mrt_io *io)
{
    const int32_t *a = (const int32_t *)io->in[0], *b = (const int32_t *)io->in[1];
    int32_t       *out = (int32_t *)io->out[0];
    mrt_pair       at;

    for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
        out[at.i] = (int32_t)((uint32_t)a[at.a] + (uint32_t)b[at.b]);
}

#endif
