/* CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED of int16 inputs and int16 weights, without zero points:
 *
 *   out = clamp(rescale(bias[o] + sum in w, mult, shift), act_min, act_max)
 *
 * Groups, layouts and positions are those of conv_groups.h. A product has up to 2^30, so all of a sum runs in 64 bits; bias
 * is of int64, and mult has 16 bits (rescale_i64.h): of scales that are powers of two it is 2^14, and nothing is lost.
 * 2^18 products stay within what rescaling takes. Cannot fail. No scratch.
 * Source: ours; TensorFlow Lite has no such kernels. Its int16x8 ones (integer_ops/conv.h) do the same with int8 weights.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CONV_I16X16_H
#define MRT_CONV_I16X16_H

#include "conv_groups.h"

typedef struct mrt_conv_i16x16_params {
    mrt_window               window;
    mrt_groups               groups;
    int32_t                  act_min, act_max;
    int32_t                  step;
    const MRT_FLASH int16_t *w;
    const MRT_FLASH int64_t *bias;
    const MRT_FLASH int16_t *mult;
    const MRT_FLASH int8_t  *shift;
} mrt_conv_i16x16_params;

/* Hostile files may make a sum leave 64 bits: it wraps. */
MRT_INLINE uint64_t mrt_conv_i16x16_sum(const mrt_group_patch *patch, int32_t depth, const int16_t *in,
                                        const MRT_FLASH int16_t *w)
{
    const mrt_group_runs runs = mrt_group_runs_of(patch, depth);
    uint64_t             acc = 0;
    int32_t              row, run, i;

    for (row = 0; row < patch->rows; row++)
        for (run = 0; run < runs.count; run++) {
            const int16_t           *x = in + row * patch->in_row + run * patch->in_step;
            const MRT_FLASH int16_t *v = w + row * patch->w_row + run * patch->w_step;
            for (i = 0; i < runs.length; i++)
                acc += (uint64_t)((int64_t)x[i] * v[i]);
        }
    return acc;
}

MRT_INLINE int16_t mrt_conv_i16x16_output(const mrt_conv_i16x16_params *p, int32_t o, uint64_t sum)
{
    const uint64_t bias = p->bias ? (uint64_t)p->bias[o] : 0u;

    return (int16_t)mrt_clamp_i32(mrt_rescale_i64(bias + sum, p->mult[o * p->step], p->shift[o * p->step]), p->act_min,
                                  p->act_max);
}

MRT_INLINE void mrt_conv_i16x16(const mrt_conv_i16x16_params *p, const int16_t *in, int16_t *out)
{
    int32_t n, o;

    for (n = 0; n < mrt_group_positions(&p->window); n++) {
        const mrt_group_patch patch = mrt_group_patch_at(&p->window, &p->groups, n);
        for (o = 0; o < p->window.out_c; o++)
            *out++ = mrt_conv_i16x16_output(p, o,
                                            mrt_conv_i16x16_sum(&patch, p->groups.depth,
                                                                in + patch.in + mrt_group_input(&p->groups, o),
                                                                p->w + patch.w + o * p->groups.w_out));
    }
}

#endif
