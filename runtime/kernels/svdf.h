/* SVDF, a layer with a memory: each of its filters sees the input at once and then remembers what it saw in `memory` steps.
 *
 *   state[b,f,m] = state[b,f,m + 1], then state[b,f,memory - 1] = sum_i in[b,i] * w[f,i]
 *   out[b,u]     = activation(bias[u] + sum over the rank filters f of unit u, and m, of state[b,f,m] * w_time[f,m])
 *
 * in      [batch, in_count]
 * w       [units * rank, in_count]
 * w_time  [units * rank, memory]
 * bias    [units], or NULL: none
 * state   [batch, units * rank, memory], operand 1: kept between invokes
 * out     [batch, units]    overlaps neither
 * Cannot fail: shapes were checked on the host or at open. Integer sums wrap in 32 bits. No scratch.
 * Source: TensorFlow Lite Micro's reference kernels (micro/kernels/svdf_common.cc).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SVDF_H
#define MRT_SVDF_H

#include "rescale.h"

/* int8 input, weights and output:
 *
 *   state = clamp(rescale(sum (in - in_zero) w, state_mult, state_shift)) + state_zero, clamped to the state's type
 *   out   = clamp(rescale(bias + sum (state - state_zero) w_time, out_mult, out_shift) + out_zero), to int8
 *
 * There is no activation but these clamps. The trap: a state's zero point comes after its clamp, so that a state beyond its
 * type wraps, as TensorFlow Lite Micro's does. */
typedef struct mrt_svdf_i8_params {
    int32_t                  batch, in_count, units, rank, memory;
    int32_t                  in_zero, state_zero, out_zero;
    int32_t                  state_mult, state_shift, out_mult, out_shift;
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int8_t  *w_time;
    const MRT_FLASH int32_t *bias;
} mrt_svdf_i8_params;

/* The same with weights of time and a state of int16. */
typedef struct mrt_svdf_i16_params {
    int32_t                  batch, in_count, units, rank, memory;
    int32_t                  in_zero, state_zero, out_zero;
    int32_t                  state_mult, state_shift, out_mult, out_shift;
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int16_t *w_time;
    const MRT_FLASH int32_t *bias;
} mrt_svdf_i16_params;

MRT_INLINE uint32_t mrt_svdf_seen(const int8_t *in, const MRT_FLASH int8_t *w, int32_t count, int32_t in_zero)
{
    uint32_t acc = 0;
    int32_t  i;

    for (i = 0; i < count; i++)
        acc += (uint32_t)((in[i] - in_zero) * w[i]);
    return acc;
}

MRT_INLINE int8_t mrt_svdf_output(uint32_t acc, int32_t mult, int32_t shift, int32_t zero)
{
    const uint32_t y = (uint32_t)mrt_rescale((int32_t)acc, mult, (int)shift) + (uint32_t)zero;

    return (int8_t)mrt_clamp_i32((int32_t)y, -128, 127);
}

MRT_INLINE void mrt_svdf_i8(const mrt_svdf_i8_params *p, const mrt_io *io)
{
    const int8_t *in = (const int8_t *)io->in[0];
    int8_t       *state = (int8_t *)io->in[1], *out = (int8_t *)io->out[0];
    const int32_t last = p->memory - 1;
    int32_t       b, u, r, m;

    for (b = 0; b < p->batch; b++, in += p->in_count) {
        const MRT_FLASH int8_t *w = p->w, *w_time = p->w_time;
        for (u = 0; u < p->units; u++) {
            uint32_t acc = p->bias ? (uint32_t)p->bias[u] : 0u;
            for (r = 0; r < p->rank; r++, w += p->in_count, w_time += p->memory, state += p->memory) {
                const uint32_t seen = mrt_svdf_seen(in, w, p->in_count, p->in_zero);
                const int32_t  value = mrt_rescale((int32_t)seen, p->state_mult, (int)p->state_shift);
                for (m = 0; m < last; m++)
                    state[m] = state[m + 1];
                state[last] = (int8_t)(mrt_clamp_i32(value, -128, 127) + p->state_zero);
                for (m = 0; m <= last; m++)
                    acc += (uint32_t)((state[m] - p->state_zero) * w_time[m]);
            }
            *out++ = mrt_svdf_output(acc, p->out_mult, p->out_shift, p->out_zero);
        }
    }
}

MRT_INLINE void mrt_svdf_i16(const mrt_svdf_i16_params *p, const mrt_io *io)
{
    const int8_t *in = (const int8_t *)io->in[0];
    int16_t      *state = (int16_t *)io->in[1];
    int8_t       *out = (int8_t *)io->out[0];
    const int32_t last = p->memory - 1;
    int32_t       b, u, r, m;

    for (b = 0; b < p->batch; b++, in += p->in_count) {
        const MRT_FLASH int8_t  *w = p->w;
        const MRT_FLASH int16_t *w_time = p->w_time;
        for (u = 0; u < p->units; u++) {
            uint32_t acc = p->bias ? (uint32_t)p->bias[u] : 0u;
            for (r = 0; r < p->rank; r++, w += p->in_count, w_time += p->memory, state += p->memory) {
                const uint32_t seen = mrt_svdf_seen(in, w, p->in_count, p->in_zero);
                const int32_t  value = mrt_rescale((int32_t)seen, p->state_mult, (int)p->state_shift);
                for (m = 0; m < last; m++)
                    state[m] = state[m + 1];
                state[last] = (int16_t)(mrt_clamp_i32(value, -32768, 32767) + p->state_zero);
                for (m = 0; m <= last; m++)
                    acc += (uint32_t)(state[m] - p->state_zero) * (uint32_t)w_time[m];
            }
            *out++ = mrt_svdf_output(acc, p->out_mult, p->out_shift, p->out_zero);
        }
    }
}

/* float32. Each filter is summed by itself, then added to the bias. */
typedef struct mrt_svdf_f32_params {
    int32_t                batch, in_count, units, rank, memory;
    float                  act_min, act_max;
    const MRT_FLASH float *w;
    const MRT_FLASH float *w_time;
    const MRT_FLASH float *bias;
} mrt_svdf_f32_params;

MRT_INLINE float mrt_svdf_dot_f32(const float *a, const MRT_FLASH float *b, int32_t count)
{
    float   acc = 0.0f;
    int32_t i;

    for (i = 0; i < count; i++)
        acc += a[i] * b[i];
    return acc;
}

MRT_INLINE void mrt_svdf_f32(const mrt_svdf_f32_params *p, const mrt_io *io)
{
    const float  *in = (const float *)io->in[0];
    float        *state = (float *)io->in[1], *out = (float *)io->out[0];
    const int32_t last = p->memory - 1;
    int32_t       b, u, r, m;

    for (b = 0; b < p->batch; b++, in += p->in_count) {
        const MRT_FLASH float *w = p->w, *w_time = p->w_time;
        for (u = 0; u < p->units; u++) {
            float acc = p->bias ? p->bias[u] : 0.0f;
            for (r = 0; r < p->rank; r++, w += p->in_count, w_time += p->memory, state += p->memory) {
                for (m = 0; m < last; m++)
                    state[m] = state[m + 1];
                state[last] = mrt_svdf_dot_f32(in, w, p->in_count);
                acc += mrt_svdf_dot_f32(state, w_time, p->memory);
            }
            *out++ = mrt_clamp_f32(acc, p->act_min, p->act_max);
        }
    }
}

#endif
