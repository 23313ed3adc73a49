/* FULLY_CONNECTED: out[b,o] = activation(bias[o] + sum_i in[b,i] * w[o,i])
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_FULLY_CONNECTED_H
#define MRT_FULLY_CONNECTED_H

#include "rescale.h"

/* int8, with int8 weights and an int32 bias:
 *
 *   acc = bias[o] + sum_i (in[b,i] - in_zero) * (w[o,i] - w_zero)
 *   out = clamp(rescale(acc, mult[o * step], shift[o * step]) + out_zero, act_min, act_max)
 *
 * in    [rows, in_count]    real = in_scale * (in - in_zero)
 * w     [out_count, in_count]
 * bias  [out_count]         scale in_scale * w_scale[o]; NULL: none
 * out   [rows, out_count]   does not overlap in
 * Cannot fail: shapes were checked on the host or at open. acc wraps in 32 bits. No scratch.
 * Source: TensorFlow Lite Micro's reference kernel (rounds twice, see rescale.h). */
typedef struct mrt_fully_connected_i8_params {
    int32_t                  rows, in_count, out_count;
    int32_t                  in_zero, w_zero, out_zero;
    int32_t                  act_min, act_max;
    int32_t                  step; /* 1: a multiplier per output; 0: one for all */
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int32_t *bias;
    const MRT_FLASH int32_t *mult;
    const MRT_FLASH int8_t  *shift;
} mrt_fully_connected_i8_params;

MRT_INLINE void mrt_fully_connected_i8(const mrt_fully_connected_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t b, o, i;

    for (b = 0; b < p->rows; b++, in += p->in_count) {
        const MRT_FLASH int8_t *w = p->w;
        for (o = 0; o < p->out_count; o++, w += p->in_count) {
            uint32_t acc = p->bias ? (uint32_t)p->bias[o] : 0u;
            int32_t  y;
            for (i = 0; i < p->in_count; i++)
                acc += (uint32_t)((in[i] - p->in_zero) * (w[i] - p->w_zero));
            y = mrt_rescale((int32_t)acc, p->mult[o * p->step], p->shift[o * p->step]);
            y = (int32_t)((uint32_t)y + (uint32_t)p->out_zero);
            *out++ = (int8_t)mrt_clamp_i32(y, p->act_min, p->act_max);
        }
    }
}

#if !defined(__AVR__)
/* What the parameters' multipliers and clamps follow from. w_scale has 1 or out_count entries. */
typedef struct mrt_fully_connected_i8_scales {
    float          in_scale, out_scale;
    const float   *w_scale;
    int32_t        w_scale_count;
    mrt_activation activation;
} mrt_fully_connected_i8_scales;

/* Fills act_min, act_max, step, and mult and shift, which have w_scale_count entries; out_zero is read. The product of
 * scales is taken in double, with one weight scale too: in float some multipliers, and a few outputs in a million, differ.
 */
static MRT_COLD void mrt_fully_connected_i8_prepare(mrt_fully_connected_i8_params *p, const mrt_fully_connected_i8_scales *s,
                                                    int32_t *mult, int8_t *shift)
{
    int32_t o, exponent;

    for (o = 0; o < s->w_scale_count; o++) {
        const double product = (double)s->in_scale * (double)s->w_scale[o];
        mrt_quantize_multiplier(product / (double)s->out_scale, &mult[o], &exponent);
        shift[o] = (int8_t)exponent;
    }
    p->step = s->w_scale_count > 1;
    p->mult = mult;
    p->shift = shift;
    mrt_activation_range(s->activation, s->out_scale, p->out_zero, -128, 127, &p->act_min, &p->act_max);
}
#endif

/* uint8, with uint8 weights that have a zero point, and one multiplier:
 *
 *   out = clamp(rescale_once(acc, mult, shift) + out_zero, act_min, act_max), acc as above
 *
 * Source: LiteRT's reference kernel (reference/fully_connected.h). */
typedef struct mrt_fully_connected_u8_params {
    int32_t                  rows, in_count, out_count;
    int32_t                  in_zero, w_zero, out_zero;
    int32_t                  mult, shift;
    int32_t                  act_min, act_max;
    const MRT_FLASH uint8_t *w;
    const MRT_FLASH int32_t *bias;
} mrt_fully_connected_u8_params;

MRT_INLINE uint8_t mrt_fully_connected_output_u8(const mrt_fully_connected_u8_params *p, int32_t o, uint32_t sum)
{
    const uint32_t acc = (p->bias ? (uint32_t)p->bias[o] : 0u) + sum;
    const uint32_t y = (uint32_t)mrt_rescale_once((int32_t)acc, p->mult, (int)p->shift) + (uint32_t)p->out_zero;

    return (uint8_t)mrt_clamp_i32((int32_t)y, p->act_min, p->act_max);
}

/* Four outputs at once, so that an input is loaded once for all of them; the weights' zero point is taken off the sums:
 * sum x (w - zero) = sum x w - zero sum x. */
enum { MRT_FULLY_CONNECTED_U8_SUMS = 4 };

MRT_INLINE void mrt_fully_connected_sums_u8(const mrt_fully_connected_u8_params *p, const uint8_t *in,
                                            const MRT_FLASH uint8_t *w, uint32_t *acc)
{
    const int32_t step = p->in_count;
    uint32_t      a = 0, b = 0, c = 0, d = 0, sum = 0;
    int32_t       i;

    for (i = 0; i < p->in_count; i++, w++) {
        const int32_t x = in[i] - p->in_zero;
        sum += (uint32_t)x;
        a += (uint32_t)(x * w[0]);
        b += (uint32_t)(x * w[step]);
        c += (uint32_t)(x * w[2 * step]);
        d += (uint32_t)(x * w[3 * step]);
    }
    sum *= (uint32_t)p->w_zero;
    acc[0] = a - sum, acc[1] = b - sum, acc[2] = c - sum, acc[3] = d - sum;
}

MRT_INLINE uint32_t mrt_fully_connected_sum_u8(const mrt_fully_connected_u8_params *p, const uint8_t *in,
                                               const MRT_FLASH uint8_t *w)
{
    uint32_t acc = 0;
    int32_t  i;

    for (i = 0; i < p->in_count; i++)
        acc += (uint32_t)((in[i] - p->in_zero) * (w[i] - p->w_zero));
    return acc;
}

MRT_INLINE void mrt_fully_connected_u8(const mrt_fully_connected_u8_params *p, const uint8_t *in, uint8_t *out)
{
    uint32_t acc[MRT_FULLY_CONNECTED_U8_SUMS];
    int32_t  b, o, k;

    for (b = 0; b < p->rows; b++, in += p->in_count, out += p->out_count) {
        for (o = 0; o + MRT_FULLY_CONNECTED_U8_SUMS <= p->out_count; o += MRT_FULLY_CONNECTED_U8_SUMS) {
            mrt_fully_connected_sums_u8(p, in, p->w + o * p->in_count, acc);
            for (k = 0; k < MRT_FULLY_CONNECTED_U8_SUMS; k++)
                out[o + k] = mrt_fully_connected_output_u8(p, o + k, acc[k]);
        }
        for (; o < p->out_count; o++)
            out[o] = mrt_fully_connected_output_u8(p, o, mrt_fully_connected_sum_u8(p, in, p->w + o * p->in_count));
    }
}

/* float32. out does not overlap in; bias NULL: none. Sums run in ascending i, the bias last. */
typedef struct mrt_fully_connected_f32_params {
    int32_t                rows, in_count, out_count;
    float                  act_min, act_max;
    const MRT_FLASH float *w;
    const MRT_FLASH float *bias;
} mrt_fully_connected_f32_params;

/* Four outputs at once: their sums need not wait for each other. Each runs in the same order as one alone. */
enum { MRT_FULLY_CONNECTED_F32_SUMS = 4 };

MRT_INLINE void mrt_fully_connected_f32_sums(const float *in, const MRT_FLASH float *w, int32_t in_count, float *acc)
{
    float   a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
    int32_t i;

    for (i = 0; i < in_count; i++) {
        a += in[i] * w[i];
        b += in[i] * w[in_count + i];
        c += in[i] * w[2 * in_count + i];
        d += in[i] * w[3 * in_count + i];
    }
    acc[0] = a, acc[1] = b, acc[2] = c, acc[3] = d;
}

MRT_INLINE float mrt_fully_connected_f32_sum(const float *in, const MRT_FLASH float *w, int32_t in_count)
{
    float   acc = 0.0f;
    int32_t i;

    for (i = 0; i < in_count; i++)
        acc += in[i] * w[i];
    return acc;
}

MRT_INLINE float mrt_fully_connected_f32_output(const mrt_fully_connected_f32_params *p, int32_t o, float acc)
{
    return mrt_clamp_f32(p->bias ? acc + p->bias[o] : acc, p->act_min, p->act_max);
}

MRT_INLINE void mrt_fully_connected_f32(const mrt_fully_connected_f32_params *p, const float *in, float *out)
{
    float   acc[MRT_FULLY_CONNECTED_F32_SUMS];
    int32_t b, o, k;

    for (b = 0; b < p->rows; b++, in += p->in_count, out += p->out_count) {
        for (o = 0; o + MRT_FULLY_CONNECTED_F32_SUMS <= p->out_count; o += MRT_FULLY_CONNECTED_F32_SUMS) {
            mrt_fully_connected_f32_sums(in, p->w + o * p->in_count, p->in_count, acc);
            for (k = 0; k < MRT_FULLY_CONNECTED_F32_SUMS; k++)
                out[o + k] = mrt_fully_connected_f32_output(p, o + k, acc[k]);
        }
        for (; o < p->out_count; o++)
            out[o] =
                mrt_fully_connected_f32_output(p, o, mrt_fully_connected_f32_sum(in, p->w + o * p->in_count, p->in_count));
    }
}

#endif
