/* MAX_POOL_2D and AVERAGE_POOL_2D, int8, in plain C: four channels at a time, so that a window is walked once for all of
 * them; what is left goes one by one. See kernels/pool_2d.h. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_POOL_2D_FOUR_H
#define MRT_ARCH_POOL_2D_FOUR_H

#include "../kernels/pool_2d.h"

typedef struct mrt_pool_2d_values {
    int32_t a, b, c, d;
} mrt_pool_2d_values;

MRT_INLINE void mrt_pool_2d_store(const mrt_pool_2d_i8_params *p, const mrt_pool_2d_values *values, int8_t *out)
{
    out[0] = (int8_t)mrt_clamp_i32(values->a, p->act_min, p->act_max);
    out[1] = (int8_t)mrt_clamp_i32(values->b, p->act_min, p->act_max);
    out[2] = (int8_t)mrt_clamp_i32(values->c, p->act_min, p->act_max);
    out[3] = (int8_t)mrt_clamp_i32(values->d, p->act_min, p->act_max);
}

MRT_INLINE void mrt_max_pool_2d_i8_4(const mrt_pool_2d_i8_params *p, const mrt_pool_2d_patch *patch, const int8_t *in,
                                     int8_t *out)
{
    mrt_pool_2d_values greatest = {-128, -128, -128, -128};
    int32_t            row, column;

    for (row = 0; row < patch->rows; row++) {
        const int8_t *x = in + row * patch->in_row;
        for (column = 0; column < patch->columns; column++, x += p->window.in_c) {
            greatest.a = mrt_max_i32(greatest.a, x[0]);
            greatest.b = mrt_max_i32(greatest.b, x[1]);
            greatest.c = mrt_max_i32(greatest.c, x[2]);
            greatest.d = mrt_max_i32(greatest.d, x[3]);
        }
    }
    mrt_pool_2d_store(p, &greatest, out);
}

MRT_INLINE mrt_pool_2d_values mrt_pool_2d_means(const mrt_pool_2d_values *sums, int32_t count)
{
    mrt_pool_2d_values means;

    means.a = mrt_average_of(sums->a, count);
    means.b = mrt_average_of(sums->b, count);
    means.c = mrt_average_of(sums->c, count);
    means.d = mrt_average_of(sums->d, count);
    return means;
}

MRT_INLINE void mrt_average_pool_2d_i8_4(const mrt_pool_2d_i8_params *p, const mrt_pool_2d_patch *patch, const int8_t *in,
                                         int8_t *out)
{
    mrt_pool_2d_values values = {0, 0, 0, 0};
    int32_t            row, column;

    for (row = 0; row < patch->rows; row++) {
        const int8_t *x = in + row * patch->in_row;
        for (column = 0; column < patch->columns; column++, x += p->window.in_c) {
            values.a += x[0];
            values.b += x[1];
            values.c += x[2];
            values.d += x[3];
        }
    }
    values = mrt_pool_2d_means(&values, patch->rows * patch->columns);
    mrt_pool_2d_store(p, &values, out);
}

/* The walk over positions and channels; FOUR computes four channels, ONE the value of one. */
#define MRT_POOL_2D_FOURS(FOUR, ONE)                                                                                        \
    const mrt_window *window = &p->window;                                                                                  \
    int32_t           b, oy, ox, c;                                                                                         \
                                                                                                                            \
    for (b = 0; b < window->batch; b++, in += window->in_h * window->in_w * window->in_c)                                   \
        for (oy = 0; oy < window->out_h; oy++) {                                                                            \
            const mrt_taps rows = mrt_window_rows(window, oy);                                                              \
            for (ox = 0; ox < window->out_w; ox++) {                                                                        \
                const mrt_pool_2d_patch patch = mrt_pool_2d_patch_at(window, rows, ox);                                     \
                const int8_t           *x = in + patch.in_offset;                                                           \
                for (c = 0; c + 4 <= window->in_c; c += 4, out += 4)                                                        \
                    FOUR(p, &patch, x + c, out);                                                                            \
                for (; c < window->in_c; c++)                                                                               \
                    *out++ = (int8_t)mrt_clamp_i32(ONE(&patch, x + c, window->in_c), p->act_min, p->act_max);               \
            }                                                                                                               \
        }

MRT_INLINE void mrt_max_pool_2d_i8_four(const mrt_pool_2d_i8_params *p, const int8_t *in,
                                        int8_t *out){MRT_POOL_2D_FOURS(mrt_max_pool_2d_i8_4, mrt_max_pool_2d_i8_at)}

MRT_INLINE void mrt_average_pool_2d_i8_four(const mrt_pool_2d_i8_params *p, const int8_t *in, int8_t *out)
{
    MRT_POOL_2D_FOURS(mrt_average_pool_2d_i8_4, mrt_average_pool_2d_i8_at)
}

#endif
