/* TRANSPOSE_CONV (transpose_conv.h) of float activations and int8 weights: each image of the batch is quantized by itself,
 * asymmetrically (hybrid.h).
 *
 *   out = clamp(sum (q - zero) w * scale of the image * scale[o] + bias[o], act_min, act_max)
 *
 * scale    one for each output channel (step 1), or one for all (step 0)
 * bias     [out_c], or NULL: none
 * scratch  an image of int8
 * Cannot fail: shapes were checked on the host or at open. Integer sums wrap.
 * Source: LiteRT's reference kernels.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_TRANSPOSE_CONV_HYBRID_H
#define MRT_TRANSPOSE_CONV_HYBRID_H

#include "hybrid.h"
#include "transpose_conv.h"

typedef struct mrt_transpose_conv_hybrid_params {
    mrt_window              window;
    float                   act_min, act_max;
    int32_t                 step;
    const MRT_FLASH int8_t *w;
    const MRT_FLASH float  *bias;
    const MRT_FLASH float  *scale;
} mrt_transpose_conv_hybrid_params;

MRT_INLINE void mrt_transpose_conv_hybrid(const mrt_transpose_conv_hybrid_params *p, const mrt_io *io)
{
    const mrt_window *window = &p->window;
    const int32_t     image = window->in_h * window->in_w * window->in_c;
    int8_t           *q = (int8_t *)io->scratch;
    float            *out = (float *)io->out[0];
    int32_t           b, n, o;

    for (b = 0; b < window->batch; b++) {
        const mrt_hybrid seen = mrt_hybrid_quantize((const float *)io->in[2] + b * image, 1, image, 1, q);
        for (n = 0; n < window->out_h * window->out_w; n++) {
            const mrt_spread_patch patch = mrt_spread_patch_at(window, 0, n / window->out_w, n % window->out_w);
            for (o = 0; o < window->out_c; o++) {
                const MRT_FLASH int8_t *w = p->w + o * mrt_spread_weights(window) + patch.w;
                const uint32_t          sum = mrt_transpose_conv_sum_i8(&patch, q + patch.in, w, window->in_c, seen.zero);
                const float             y = (float)(int32_t)sum * (seen.scale * p->scale[o * p->step]);
                *out++ = mrt_clamp_f32(p->bias ? y + p->bias[o] : y, p->act_min, p->act_max);
            }
        }
    }
}

#endif
