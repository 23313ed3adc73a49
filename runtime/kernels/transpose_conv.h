/* TRANSPOSE_CONV: each input value spreads over a window of the output, weighed. Seen from the output:
 *
 *   out[b,oy,ox,o] = activation(bias[o] + sum_iy,ix,i in[b,iy,ix,i] * w[o, oy + pad_top - iy * stride_h,
 *                                                                    ox + pad_left - ix * stride_w, i])
 *
 * over the input's rows and columns for which the weights' are there.
 * in    [batch, in_h, in_w, in_c]
 * w     [out_c, kernel_h, kernel_w, in_c]
 * out   [batch, out_h, out_w, out_c]; apart from in
 * Parameters and integer arithmetic: conv_params.h, rescale_i64.h; dilations are 1. Cannot fail: shapes were checked on the
 * host or at open. acc wraps in 32 bits (int16: in 64). No scratch.
 * Source: TensorFlow Lite's reference kernels (integer_ops/transpose_conv.h, transpose_conv.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_TRANSPOSE_CONV_H
#define MRT_TRANSPOSE_CONV_H

#include "conv_groups.h"
#include "conv_params.h"
#include "rescale_i64.h"

/* Input rows (columns) first <= i < end take part; row `first` is weighed by the weights' row `tap`, and each that follows
 * by one that is a stride before it. */
typedef struct mrt_spread {
    int32_t first, end, tap;
} mrt_spread;

/* at: the output's row, counted from where the padding begins. Where nothing reaches it, all are 0. */
MRT_INLINE mrt_spread mrt_spread_to(int32_t at, int32_t stride, int32_t kernel, int32_t size)
{
    mrt_spread spread;

    spread.first = at < kernel ? 0 : (at - kernel) / stride + 1;
    spread.end = mrt_min_i32(at / stride + 1, size);
    if (spread.first >= spread.end)
        spread.first = spread.end = spread.tap = 0;
    else
        spread.tap = at - spread.first * stride;
    return spread;
}

/* What one output position reads: input values from `in` on, weights of each channel from `w` on. */
typedef struct mrt_spread_patch {
    int32_t rows, columns;
    int32_t in, in_row;         /* columns lie in_c apart */
    int32_t w, w_row, w_column; /* steps back */
} mrt_spread_patch;

MRT_INLINE mrt_spread_patch mrt_spread_patch_at(const mrt_window *window, int32_t b, int32_t oy, int32_t ox)
{
    const mrt_spread y = mrt_spread_to(oy + window->pad_top, window->stride_h, window->kernel_h, window->in_h);
    const mrt_spread x = mrt_spread_to(ox + window->pad_left, window->stride_w, window->kernel_w, window->in_w);
    mrt_spread_patch patch;

    patch.rows = y.end - y.first;
    patch.columns = x.end - x.first;
    patch.in_row = window->in_w * window->in_c;
    patch.in = (b * window->in_h + y.first) * patch.in_row + x.first * window->in_c;
    patch.w = (y.tap * window->kernel_w + x.tap) * window->in_c;
    /* A stride beyond the kernel may be any number; these are of no account then, and wrap. */
    patch.w_row = (int32_t)((uint32_t)window->stride_h * (uint32_t)window->kernel_w * (uint32_t)window->in_c);
    patch.w_column = (int32_t)((uint32_t)window->stride_w * (uint32_t)window->in_c);
    return patch;
}

/* Output position n, of mrt_window's batch * out_h * out_w. */
MRT_INLINE mrt_spread_patch mrt_spread_patch_of(const mrt_window *window, int32_t n)
{
    const int32_t row = n / window->out_w;

    return mrt_spread_patch_at(window, row / window->out_h, row % window->out_h, n % window->out_w);
}

MRT_INLINE int32_t mrt_spread_positions(const mrt_window *window)
{
    return window->batch * window->out_h * window->out_w;
}

/* Of one channel's weights. */
MRT_INLINE int32_t mrt_spread_weights(const mrt_window *window)
{
    return window->kernel_h * window->kernel_w * window->in_c;
}

/* ---- int8 ---- */

MRT_INLINE uint32_t mrt_transpose_conv_sum_i8(const mrt_spread_patch *patch, const int8_t *in, const MRT_FLASH int8_t *w,
                                              int32_t in_c, int32_t in_zero)
{
    uint32_t acc = 0;
    int32_t  row, column, i;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const int8_t           *x = in + row * patch->in_row + column * in_c;
            const MRT_FLASH int8_t *v = w - row * patch->w_row - column * patch->w_column;
            for (i = 0; i < in_c; i++)
                acc += (uint32_t)((x[i] - in_zero) * v[i]);
        }
    return acc;
}

MRT_INLINE void mrt_transpose_conv_i8(const mrt_conv_i8_params *p, const mrt_io *io)
{
    const int8_t *in = (const int8_t *)io->in[2];
    int8_t       *out = (int8_t *)io->out[0];
    int32_t       n, o;

    for (n = 0; n < mrt_spread_positions(&p->window); n++) {
        const mrt_spread_patch patch = mrt_spread_patch_of(&p->window, n);
        for (o = 0; o < p->window.out_c; o++) {
            const MRT_FLASH int8_t *w = p->w + o * mrt_spread_weights(&p->window) + patch.w;
            const uint32_t          bias = p->bias ? (uint32_t)p->bias[o] : 0u;
            *out++ = mrt_conv_i8_output(
                p, o, bias + mrt_transpose_conv_sum_i8(&patch, in + patch.in, w, p->window.in_c, p->in_zero));
        }
    }
}

/* ---- uint8: weights have a zero point; p->groups is not looked at ---- */

MRT_INLINE uint32_t mrt_transpose_conv_sum_u8(const mrt_conv_groups_u8_params *p, const mrt_spread_patch *patch,
                                              const uint8_t *in, const MRT_FLASH uint8_t *w)
{
    uint32_t acc = 0;
    int32_t  row, column, i;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const uint8_t           *x = in + row * patch->in_row + column * p->window.in_c;
            const MRT_FLASH uint8_t *v = w - row * patch->w_row - column * patch->w_column;
            for (i = 0; i < p->window.in_c; i++)
                acc += (uint32_t)((x[i] - p->in_zero) * (v[i] - p->w_zero));
        }
    return acc;
}

MRT_INLINE void mrt_transpose_conv_u8(const mrt_conv_groups_u8_params *p, const mrt_io *io)
{
    const uint8_t *in = (const uint8_t *)io->in[2];
    uint8_t       *out = (uint8_t *)io->out[0];
    int32_t        n, o;

    for (n = 0; n < mrt_spread_positions(&p->window); n++) {
        const mrt_spread_patch patch = mrt_spread_patch_of(&p->window, n);
        for (o = 0; o < p->window.out_c; o++) {
            const MRT_FLASH uint8_t *w = p->w + o * mrt_spread_weights(&p->window) + patch.w;
            const uint32_t           bias = p->bias ? (uint32_t)p->bias[o] : 0u;
            *out++ = mrt_conv_groups_output_u8(p, bias + mrt_transpose_conv_sum_u8(p, &patch, in + patch.in, w));
        }
    }
}

/* ---- int16 ----
 *
 * Weights are int8, all zero points 0. The bias says how sums run: of int64 in 64 bits, and mult has 16; of int32 in 32
 * bits, as does mult. */

typedef struct mrt_transpose_conv_i16_params {
    mrt_window               window;
    int32_t                  act_min, act_max;
    int32_t                  step;
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int64_t *bias;
    const MRT_FLASH int16_t *mult;
    const MRT_FLASH int8_t  *shift;
} mrt_transpose_conv_i16_params;

typedef struct mrt_transpose_conv_i16_bias32_params {
    mrt_window               window;
    int32_t                  act_min, act_max;
    int32_t                  step;
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int32_t *bias;
    const MRT_FLASH int32_t *mult;
    const MRT_FLASH int8_t  *shift;
} mrt_transpose_conv_i16_bias32_params;

/* The lower 32 bits of it are the sum in 32 bits. */
MRT_INLINE uint64_t mrt_transpose_conv_sum_i16(const mrt_spread_patch *patch, const int16_t *in, const MRT_FLASH int8_t *w,
                                               int32_t in_c)
{
    uint64_t acc = 0;
    int32_t  row, column, i;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const int16_t          *x = in + row * patch->in_row + column * in_c;
            const MRT_FLASH int8_t *v = w - row * patch->w_row - column * patch->w_column;
            for (i = 0; i < in_c; i++)
                acc += (uint64_t)(int64_t)((int32_t)x[i] * v[i]);
        }
    return acc;
}

MRT_INLINE void mrt_transpose_conv_i16(const mrt_transpose_conv_i16_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[2];
    int16_t       *out = (int16_t *)io->out[0];
    int32_t        n, o;

    for (n = 0; n < mrt_spread_positions(&p->window); n++) {
        const mrt_spread_patch patch = mrt_spread_patch_of(&p->window, n);
        for (o = 0; o < p->window.out_c; o++) {
            const MRT_FLASH int8_t *w = p->w + o * mrt_spread_weights(&p->window) + patch.w;
            const uint64_t          bias = p->bias ? (uint64_t)p->bias[o] : 0u;
            const uint64_t          sum = mrt_transpose_conv_sum_i16(&patch, in + patch.in, w, p->window.in_c);
            const int32_t           y = mrt_rescale_i64(bias + sum, p->mult[o * p->step], p->shift[o * p->step]);
            *out++ = (int16_t)mrt_clamp_i32(y, p->act_min, p->act_max);
        }
    }
}

MRT_INLINE void mrt_transpose_conv_i16_bias32(const mrt_transpose_conv_i16_bias32_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[2];
    int16_t       *out = (int16_t *)io->out[0];
    int32_t        n, o;

    for (n = 0; n < mrt_spread_positions(&p->window); n++) {
        const mrt_spread_patch patch = mrt_spread_patch_of(&p->window, n);
        for (o = 0; o < p->window.out_c; o++) {
            const MRT_FLASH int8_t *w = p->w + o * mrt_spread_weights(&p->window) + patch.w;
            const uint32_t          bias = p->bias ? (uint32_t)p->bias[o] : 0u;
            const uint32_t          sum = (uint32_t)mrt_transpose_conv_sum_i16(&patch, in + patch.in, w, p->window.in_c);
            const int32_t           y = mrt_rescale((int32_t)(bias + sum), p->mult[o * p->step], p->shift[o * p->step]);
            *out++ = (int16_t)mrt_clamp_i32(y, p->act_min, p->act_max);
        }
    }
}

/* ---- float32: sums run over the input's rows, columns and channels; the bias comes last ---- */

MRT_INLINE float mrt_transpose_conv_sum_f32(const mrt_spread_patch *patch, const float *in, const MRT_FLASH float *w,
                                            int32_t in_c)
{
    float   acc = 0.0f;
    int32_t row, column, i;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const float           *x = in + row * patch->in_row + column * in_c;
            const MRT_FLASH float *v = w - row * patch->w_row - column * patch->w_column;
            for (i = 0; i < in_c; i++)
                acc += x[i] * v[i];
        }
    return acc;
}

MRT_INLINE void mrt_transpose_conv_f32(const mrt_conv_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[2];
    float       *out = (float *)io->out[0];
    int32_t      n, o;

    for (n = 0; n < mrt_spread_positions(&p->window); n++) {
        const mrt_spread_patch patch = mrt_spread_patch_of(&p->window, n);
        for (o = 0; o < p->window.out_c; o++) {
            const MRT_FLASH float *w = p->w + o * mrt_spread_weights(&p->window) + patch.w;
            *out++ = mrt_conv_f32_output(p, o, mrt_transpose_conv_sum_f32(&patch, in + patch.in, w, p->window.in_c));
        }
    }
}

#endif
