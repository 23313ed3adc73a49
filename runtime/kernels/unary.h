/* Functions of one value, element by element. May run in place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_UNARY_H
#define MRT_UNARY_H

#include "elementary.h"
#include "fixed_point.h"

/* ---- float32: out = f(in); in, out [count] ---- */

typedef struct mrt_unary_f32_params {
    int32_t count;
} mrt_unary_f32_params;

/* The loop that all share; F(x) gives one value. */
#define MRT_UNARY_F32(F)                                                                                                    \
    const float *in = (const float *)io->in[0];                                                                             \
    float       *out = (float *)io->out[0];                                                                                 \
    int32_t      i;                                                                                                         \
                                                                                                                            \
    for (i = 0; i < p->count; i++)                                                                                          \
        out[i] = F(in[i]);

MRT_INLINE float mrt_negative_f32(float x)
{
    return -x;
}

MRT_INLINE float mrt_square_one_f32(float x)
{
    return x * x;
}

MRT_INLINE void mrt_abs_all_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_abs_f32)}

MRT_INLINE void mrt_ceil_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_ceil_one_f32)}

MRT_INLINE void mrt_cos_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_cos_one_f32)}

MRT_INLINE void mrt_exp_all_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_exp_f32)}

MRT_INLINE void mrt_floor_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_floor_one_f32)}

MRT_INLINE void mrt_log_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_log_one_f32)}

MRT_INLINE void mrt_neg_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_negative_f32)}

/* Halves to the even neighbour. */
MRT_INLINE void mrt_round_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_round_even_one_f32)}

MRT_INLINE void mrt_rsqrt_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_rsqrt_one_f32)}

MRT_INLINE void mrt_sin_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_sin_one_f32)}

MRT_INLINE void mrt_sqrt_f32(const mrt_unary_f32_params *p, const mrt_io *io){MRT_UNARY_F32(mrt_sqrt_one_f32)}

MRT_INLINE void mrt_square_f32(const mrt_unary_f32_params *p, const mrt_io *io)
{
    MRT_UNARY_F32(mrt_square_one_f32)
}

#undef MRT_UNARY_F32

/* ---- ABS, int8 and int16: out = clamp(rescale(|in - in_zero|, mult, shift) + out_zero, act_min, act_max) ----
 * mult and shift for in_scale / out_scale. int16 without scales: act_max is 32768, which the output cannot hold, so that
 * |-32768| is -32768 again.
 * Source: TensorFlow Lite Micro's reference kernel (micro/kernels/elementwise.cc). */
typedef struct mrt_abs_params {
    int32_t count;
    int32_t in_zero, out_zero;
    int32_t mult, shift;
    int32_t act_min, act_max;
} mrt_abs_params;

MRT_INLINE int32_t mrt_abs_one(const mrt_abs_params *p, int32_t in)
{
    const int32_t x = in - p->in_zero, size = x < 0 ? -x : x;
    const int32_t y = (int32_t)((uint32_t)mrt_rescale(size, p->mult, (int)p->shift) + (uint32_t)p->out_zero);

    return mrt_clamp_i32(y, p->act_min, p->act_max);
}

MRT_INLINE void mrt_abs_i8(const mrt_abs_params *p, const mrt_io *io)
{
    const int8_t *in = (const int8_t *)io->in[0];
    int8_t       *out = (int8_t *)io->out[0];
    int32_t       i;

    for (i = 0; i < p->count; i++)
        out[i] = (int8_t)mrt_abs_one(p, in[i]);
}

MRT_INLINE void mrt_abs_i16(const mrt_abs_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    int16_t       *out = (int16_t *)io->out[0];
    int32_t        i;

    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)mrt_abs_one(p, in[i]);
}

/* ---- RSQRT, int8 and int16: out = clamp(1 / sqrt(in - in_zero) rescaled + out_zero, act_min, act_max) ----
 * The root comes in steps of 2^-20; mult and shift are for 1 / (sqrt(in_scale) out_scale) of those. 0 and what lies below,
 * for which the reference has no answer, give act_max.
 * Source: TensorFlow Lite Micro's reference kernel (micro/kernels/elementwise.cc). */
typedef struct mrt_rsqrt_params {
    int32_t count;
    int32_t in_zero, out_zero;
    int32_t mult, shift;
    int32_t act_min, act_max;
} mrt_rsqrt_params;

MRT_INLINE int32_t mrt_rsqrt_one(const mrt_rsqrt_params *p, int32_t in)
{
    const int32_t x = in - p->in_zero;
    int32_t       mult, shift, root;

    if (x <= 0)
        return p->act_max;
    mrt_fixed_inv_sqrt(x, &mult, &shift);
    root = mrt_rescale(1, mult, (int)shift + 20);
    root = (int32_t)((uint32_t)mrt_rescale(root, p->mult, (int)p->shift) + (uint32_t)p->out_zero);
    return mrt_clamp_i32(root, p->act_min, p->act_max);
}

MRT_INLINE void mrt_rsqrt_i16(const mrt_rsqrt_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    int16_t       *out = (int16_t *)io->out[0];
    int32_t        i;

    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)mrt_rsqrt_one(p, in[i]);
}

#if !defined(__AVR__)
/* Fills mult and shift. */
static MRT_COLD void mrt_rsqrt_prepare(mrt_rsqrt_params *p, float in_scale, float out_scale)
{
    mrt_quantize_multiplier(1.0 / (mrt_sqrt_f64((double)in_scale) * (double)out_scale), &p->mult, &p->shift);
    p->shift -= 20;
    if (p->shift < -31)
        p->mult = p->shift = 0;
}
#endif

#endif
