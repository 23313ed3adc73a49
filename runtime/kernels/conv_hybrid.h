/* CONV_2D, grouped or not, DEPTHWISE_CONV_2D and FULLY_CONNECTED of float activations and int8 weights: hybrid.h.
 *
 *   out = clamp(sum (q - zero) w * scale + bias[o], act_min, act_max)
 *
 * Shapes and groups are conv_groups.h's; each image of the batch is quantized by itself. FULLY_CONNECTED's rows are images
 * of one position.
 * scale    one for each output channel (step 1), or one for all (step 0): times the image's own
 * bias     [out_c], or NULL: none
 * scratch  an image of int8
 * out      may run over in as far as runtime/ops declares: an image is quantized before the first of its outputs is written
 * Cannot fail: shapes were checked on the host or at open. Integer sums wrap.
 * Source: LiteRT's reference kernels.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CONV_HYBRID_H
#define MRT_CONV_HYBRID_H

#include "conv_groups.h"
#include "hybrid.h"

/* by_channel_first: the sum times the channel's scale is rounded, then times the image's; else the product of scales is. */
typedef struct mrt_conv_hybrid_params {
    mrt_window              window;
    mrt_groups              groups;
    float                   act_min, act_max;
    int32_t                 is_asymmetric, by_channel_first;
    int32_t                 step;
    const MRT_FLASH int8_t *w;
    const MRT_FLASH float  *bias;
    const MRT_FLASH float  *scale;
} mrt_conv_hybrid_params;

MRT_INLINE float mrt_conv_hybrid_output(const mrt_conv_hybrid_params *p, int32_t o, uint32_t sum, float scale)
{
    const float acc = (float)(int32_t)sum, of_channel = p->scale[o * p->step];
    const float y = p->by_channel_first ? acc * of_channel * scale : acc * (of_channel * scale);

    return mrt_clamp_f32(p->bias ? y + p->bias[o] : y, p->act_min, p->act_max);
}

MRT_INLINE void mrt_conv_hybrid(const mrt_conv_hybrid_params *p, const mrt_io *io)
{
    const int32_t image = p->window.in_h * p->window.in_w * p->window.in_c;
    int8_t       *q = (int8_t *)io->scratch;
    float        *out = (float *)io->out[0];
    int32_t       b, n, o;

    for (b = 0; b < p->window.batch; b++) {
        const mrt_hybrid seen = mrt_hybrid_quantize((const float *)io->in[0] + b * image, 1, image, p->is_asymmetric, q);
        for (n = 0; n < p->window.out_h * p->window.out_w; n++) {
            const mrt_group_patch patch = mrt_group_patch_at(&p->window, &p->groups, n);
            for (o = 0; o < p->window.out_c; o++) {
                const uint32_t sum =
                    mrt_conv_groups_sum_i8(&patch, p->groups.depth, q + patch.in + mrt_group_input(&p->groups, o),
                                           p->w + patch.w + o * p->groups.w_out, seen.zero);
                *out++ = mrt_conv_hybrid_output(p, o, sum, seen.scale);
            }
        }
    }
}

#endif
