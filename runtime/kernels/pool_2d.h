/* MAX_POOL_2D and AVERAGE_POOL_2D: each output is the greatest, or the mean, of its window's values in one channel.
 *
 * in    [batch, in_h, in_w, in_c]
 * out   [batch, out_h, out_w, in_c]    the same scale and zero point; may begin at or below in
 * Values outside the input take no part: an average divides by the number of those inside; every window has at least one.
 * Cannot fail: shapes were checked on the host or at open. No scratch.
 * Source: TensorFlow Lite's reference kernels (integer_ops/pooling.h, pooling.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_POOL_2D_H
#define MRT_POOL_2D_H

#include "rescale.h"
#include "window.h"

/* out_c is in_c, the dilations are 1. */
typedef struct mrt_pool_2d_i8_params {
    mrt_window window;
    int32_t    act_min, act_max;
} mrt_pool_2d_i8_params;

/* uint8 and int16: the same. */
typedef mrt_pool_2d_i8_params mrt_pool_2d_u8_params;
typedef mrt_pool_2d_i8_params mrt_pool_2d_i16_params;

typedef struct mrt_pool_2d_f32_params {
    mrt_window window;
    float      act_min, act_max;
} mrt_pool_2d_f32_params;

/* The part of a window that lies inside the input: where it begins in one image, steps between rows and columns. */
typedef struct mrt_pool_2d_patch {
    int32_t rows, columns, in_offset, in_row;
} mrt_pool_2d_patch;

MRT_INLINE mrt_pool_2d_patch mrt_pool_2d_patch_at(const mrt_window *window, mrt_taps rows, int32_t ox)
{
    const mrt_taps    columns = mrt_window_columns(window, ox);
    mrt_pool_2d_patch patch;

    patch.rows = rows.end - rows.first;
    patch.columns = columns.end - columns.first;
    patch.in_offset = (rows.in * window->in_w + columns.in) * window->in_c;
    patch.in_row = window->in_w * window->in_c;
    return patch;
}

MRT_INLINE int32_t mrt_max_pool_2d_i8_at(const mrt_pool_2d_patch *patch, const int8_t *in, int32_t in_c)
{
    int32_t greatest = -128, row, column;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++)
            greatest = mrt_max_i32(greatest, in[row * patch->in_row + column * in_c]);
    return greatest;
}

/* The mean, rounded to nearest, halves away from zero. Zero points need no care: they average to themselves. A window has
 * at most 2^23 values, so that nothing overflows. */
MRT_INLINE int32_t mrt_average_of(int32_t sum, int32_t count)
{
    return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

MRT_INLINE int32_t mrt_average_pool_2d_i8_at(const mrt_pool_2d_patch *patch, const int8_t *in, int32_t in_c)
{
    const int32_t count = patch->rows * patch->columns;
    uint32_t      acc = 0;
    int32_t       row, column;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const int32_t x = in[row * patch->in_row + column * in_c];
            acc += (uint32_t)x;
        }
    return mrt_average_of((int32_t)acc, count);
}

MRT_INLINE int32_t mrt_max_pool_2d_u8_at(const mrt_pool_2d_patch *patch, const uint8_t *in, int32_t in_c)
{
    int32_t greatest = 0, row, column;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++)
            greatest = mrt_max_i32(greatest, in[row * patch->in_row + column * in_c]);
    return greatest;
}

MRT_INLINE int32_t mrt_average_pool_2d_u8_at(const mrt_pool_2d_patch *patch, const uint8_t *in, int32_t in_c)
{
    int32_t acc = 0, row, column;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++)
            acc += in[row * patch->in_row + column * in_c];
    return mrt_average_of(acc, patch->rows * patch->columns);
}

MRT_INLINE int32_t mrt_max_pool_2d_i16_at(const mrt_pool_2d_patch *patch, const int16_t *in, int32_t in_c)
{
    int32_t greatest = INT16_MIN, row, column;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++)
            greatest = mrt_max_i32(greatest, in[row * patch->in_row + column * in_c]);
    return greatest;
}

/* A window has fewer than 2^16 values. */
MRT_INLINE int32_t mrt_average_pool_2d_i16_at(const mrt_pool_2d_patch *patch, const int16_t *in, int32_t in_c)
{
    int32_t acc = 0, row, column;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++)
            acc += in[row * patch->in_row + column * in_c];
    return mrt_average_of(acc, patch->rows * patch->columns);
}

MRT_INLINE float mrt_max_pool_2d_f32_at(const mrt_pool_2d_patch *patch, const float *in, int32_t in_c)
{
    float   greatest = -MRT_F32_MAX; /* as the reference begins: NaN never counts */
    int32_t row, column;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const float x = in[row * patch->in_row + column * in_c];
            greatest = x > greatest ? x : greatest;
        }
    return greatest;
}

MRT_INLINE float mrt_average_pool_2d_f32_at(const mrt_pool_2d_patch *patch, const float *in, int32_t in_c)
{
    float   acc = 0.0f;
    int32_t row, column;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++)
            acc += in[row * patch->in_row + column * in_c];
    return acc / (float)(patch->rows * patch->columns);
}

/* The walk over outputs that all of them share: AT computes one, CLAMP applies the activation. */
#define MRT_POOL_2D(TYPE, AT, CLAMP)                                                                                        \
    const mrt_window *window = &p->window;                                                                                  \
    int32_t           b, oy, ox, c;                                                                                         \
                                                                                                                            \
    for (b = 0; b < window->batch; b++, in += window->in_h * window->in_w * window->in_c)                                   \
        for (oy = 0; oy < window->out_h; oy++) {                                                                            \
            const mrt_taps rows = mrt_window_rows(window, oy);                                                              \
            for (ox = 0; ox < window->out_w; ox++) {                                                                        \
                const mrt_pool_2d_patch patch = mrt_pool_2d_patch_at(window, rows, ox);                                     \
                for (c = 0; c < window->in_c; c++)                                                                          \
                    *out++ = (TYPE)CLAMP(AT(&patch, in + patch.in_offset + c, window->in_c), p->act_min, p->act_max);       \
            }                                                                                                               \
        }

MRT_INLINE void mrt_max_pool_2d_i8(const mrt_pool_2d_i8_params *p, const int8_t *in,
                                   int8_t *out){MRT_POOL_2D(int8_t, mrt_max_pool_2d_i8_at, mrt_clamp_i32)}

MRT_INLINE void mrt_average_pool_2d_i8(const mrt_pool_2d_i8_params *p, const int8_t *in,
                                       int8_t *out){MRT_POOL_2D(int8_t, mrt_average_pool_2d_i8_at, mrt_clamp_i32)}

MRT_INLINE void mrt_max_pool_2d_u8(const mrt_pool_2d_u8_params *p, const uint8_t *in,
                                   uint8_t *out){MRT_POOL_2D(uint8_t, mrt_max_pool_2d_u8_at, mrt_clamp_i32)}

MRT_INLINE void mrt_average_pool_2d_u8(const mrt_pool_2d_u8_params *p, const uint8_t *in,
                                       uint8_t *out){MRT_POOL_2D(uint8_t, mrt_average_pool_2d_u8_at, mrt_clamp_i32)}

MRT_INLINE void mrt_max_pool_2d_i16(const mrt_pool_2d_i16_params *p, const int16_t *in,
                                    int16_t *out){MRT_POOL_2D(int16_t, mrt_max_pool_2d_i16_at, mrt_clamp_i32)}

MRT_INLINE void mrt_average_pool_2d_i16(const mrt_pool_2d_i16_params *p, const int16_t *in,
                                        int16_t *out){MRT_POOL_2D(int16_t, mrt_average_pool_2d_i16_at, mrt_clamp_i32)}

MRT_INLINE void mrt_max_pool_2d_f32(const mrt_pool_2d_f32_params *p, const float *in,
                                    float *out){MRT_POOL_2D(float, mrt_max_pool_2d_f32_at, mrt_clamp_f32)}

MRT_INLINE void mrt_average_pool_2d_f32(const mrt_pool_2d_f32_params *p, const float *in, float *out)
{
    MRT_POOL_2D(float, mrt_average_pool_2d_f32_at, mrt_clamp_f32)
}

#undef MRT_POOL_2D

#endif
