/* SVDF (svdf.h) of float activations and int8 weights: the input is quantized sample by sample (hybrid.h), the state and the
 * weights of time are real numbers.
 *
 *   state[b,f,memory - 1] = scale of the sample * w_scale * sum_i (q[b,i] - zero) * w[f,i]
 *
 * in, state, out, bias: svdf.h's of float32; w, w_time: int8, each with one scale
 * scratch  in_count values of int8
 * Cannot fail: shapes were checked on the host or at open. Integer sums wrap.
 * Source: LiteRT's reference kernels.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SVDF_HYBRID_H
#define MRT_SVDF_HYBRID_H

#include "hybrid.h"

typedef struct mrt_svdf_hybrid_params {
    int32_t                 batch, in_count, units, rank, memory;
    int32_t                 is_asymmetric;
    float                   act_min, act_max;
    float                   w_scale, time_scale;
    const MRT_FLASH int8_t *w;
    const MRT_FLASH int8_t *w_time;
    const MRT_FLASH float  *bias;
} mrt_svdf_hybrid_params;

/* Moves the state on by what is seen now; what the filter remembers. */
MRT_INLINE float mrt_svdf_hybrid_remember(float *state, float seen, const MRT_FLASH int8_t *w_time, int32_t memory,
                                          float time_scale)
{
    float   acc = 0.0f;
    int32_t m;

    for (m = 0; m < memory; m++) {
        state[m] = m < memory - 1 ? state[m + 1] : seen;
        acc += state[m] * ((float)w_time[m] * time_scale);
    }
    return acc;
}

MRT_INLINE void mrt_svdf_hybrid(const mrt_svdf_hybrid_params *p, const mrt_io *io)
{
    float  *state = (float *)io->in[1], *out = (float *)io->out[0];
    int8_t *q = (int8_t *)io->scratch;
    int32_t b, u, r;

    for (b = 0; b < p->batch; b++) {
        const mrt_hybrid seen =
            mrt_hybrid_quantize((const float *)io->in[0] + b * p->in_count, 1, p->in_count, p->is_asymmetric, q);
        const float             scale = seen.scale * p->w_scale;
        const MRT_FLASH int8_t *w = p->w, *w_time = p->w_time;
        for (u = 0; u < p->units; u++) {
            float acc = p->bias ? p->bias[u] : 0.0f;
            for (r = 0; r < p->rank; r++, w += p->in_count, w_time += p->memory, state += p->memory) {
                const float now = (float)mrt_hybrid_dot(q, w, p->in_count, seen.zero) * scale;
                acc += mrt_svdf_hybrid_remember(state, now, w_time, p->memory, p->time_scale);
            }
            *out++ = mrt_clamp_f32(acc, p->act_min, p->act_max);
        }
    }
}

#endif
