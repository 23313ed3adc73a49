/* L2_POOL_2D, float32: each output is the root of the mean square of its window's values in one channel.
 *
 * in    [batch, in_h, in_w, in_c]
 * out   [batch, out_h, out_w, in_c]    may begin at or below in
 * Values outside the input take no part: the mean is over those inside; every window has at least one.
 * Cannot fail: shapes were checked on the host or at open. No scratch.
 * Source: TensorFlow Lite's reference kernel (reference/pooling.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_L2_POOL_H
#define MRT_L2_POOL_H

#include "elementary.h"
#include "pool_2d.h"

MRT_INLINE float mrt_l2_pool_2d_at(const mrt_pool_2d_patch *patch, const float *in, int32_t in_c)
{
    float   sum = 0.0f;
    int32_t row, column;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const float x = in[row * patch->in_row + column * in_c];
            sum += x * x;
        }
    return mrt_sqrt_one_f32(sum / (float)(patch->rows * patch->columns));
}

MRT_INLINE void mrt_l2_pool_2d_f32(const mrt_pool_2d_f32_params *p, const mrt_io *io)
{
    const mrt_window *window = &p->window;
    const float      *in = (const float *)io->in[0];
    float            *out = (float *)io->out[0];
    int32_t           b, oy, ox, c;

    for (b = 0; b < window->batch; b++, in += window->in_h * window->in_w * window->in_c)
        for (oy = 0; oy < window->out_h; oy++)
            for (ox = 0; ox < window->out_w; ox++) {
                const mrt_pool_2d_patch patch = mrt_pool_2d_patch_at(window, mrt_window_rows(window, oy), ox);
                for (c = 0; c < window->in_c; c++)
                    *out++ = mrt_clamp_f32(mrt_l2_pool_2d_at(&patch, in + patch.in_offset + c, window->in_c), p->act_min,
                                           p->act_max);
            }
}

#endif
