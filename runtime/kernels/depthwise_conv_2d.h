/* DEPTHWISE_CONV_2D: out[b,oy,ox,o] = activation(bias[o] + sum_ky,kx in[b, row(oy,ky), column(ox,kx), o / m] * w[ky,kx,o])
 *
 * m = out_c / in_c, the depth multiplier
 * in    [batch, in_h, in_w, in_c]
 * w     [1, kernel_h, kernel_w, out_c]
 * out   [batch, out_h, out_w, out_c]    may run over in as far as src/ops/depthwise_conv_2d.c declares
 * Parameters and integer arithmetic: conv_params.h; row, column and padding: window.h. Cannot fail: shapes were checked on
 * the host or at open. acc wraps in 32 bits. No scratch.
 * Source: TensorFlow Lite's reference kernels (integer_ops/depthwise_conv.h, depthwiseconv_float.h); rounds twice, see
 * rescale.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_DEPTHWISE_CONV_2D_H
#define MRT_DEPTHWISE_CONV_2D_H

#include "conv_params.h"

/* Where one output position's taps lie: offsets of the first, steps from tap to tap and from tap row to tap row, of input
 * channel 0 and output channel 0. */
typedef struct mrt_depthwise_patch {
    int32_t rows, columns;
    int32_t in_offset, in_row, in_step;
    int32_t w_offset, w_row, w_step;
} mrt_depthwise_patch;

MRT_INLINE mrt_depthwise_patch mrt_depthwise_patch_at(const mrt_window *window, mrt_taps rows, int32_t ox)
{
    const mrt_taps      columns = mrt_window_columns(window, ox);
    mrt_depthwise_patch patch;

    patch.rows = rows.end - rows.first;
    patch.columns = columns.end - columns.first;
    patch.in_offset = (rows.in * window->in_w + columns.in) * window->in_c;
    patch.in_row = window->dilation_h * window->in_w * window->in_c;
    patch.in_step = window->dilation_w * window->in_c;
    patch.w_offset = (rows.first * window->kernel_w + columns.first) * window->out_c;
    patch.w_row = window->kernel_w * window->out_c;
    patch.w_step = window->out_c;
    return patch;
}

MRT_INLINE uint32_t mrt_depthwise_i8_sum(const mrt_depthwise_patch *patch, const int8_t *in, const MRT_FLASH int8_t *w,
                                         int32_t in_zero)
{
    uint32_t acc = 0;
    int32_t  row, column;

    for (row = 0; row < patch->rows; row++) {
        const int8_t           *x = in + row * patch->in_row;
        const MRT_FLASH int8_t *v = w + row * patch->w_row;
        for (column = 0; column < patch->columns; column++)
            acc += (uint32_t)((x[column * patch->in_step] - in_zero) * v[column * patch->w_step]);
    }
    return acc;
}

MRT_INLINE void mrt_depthwise_conv_2d_i8(const mrt_conv_i8_params *p, const int8_t *in, int8_t *out)
{
    const mrt_window *window = &p->window;
    const int32_t     multiplier = window->out_c / window->in_c;
    int32_t           b, oy, ox, i, m;

    for (b = 0; b < window->batch; b++, in += window->in_h * window->in_w * window->in_c)
        for (oy = 0; oy < window->out_h; oy++) {
            const mrt_taps rows = mrt_window_rows(window, oy);
            for (ox = 0; ox < window->out_w; ox++) {
                const mrt_depthwise_patch patch = mrt_depthwise_patch_at(window, rows, ox);
                for (i = 0; i < window->in_c; i++)
                    for (m = 0; m < multiplier; m++) {
                        const int32_t  o = i * multiplier + m;
                        const uint32_t bias = p->bias ? (uint32_t)p->bias[o] : 0u;
                        const uint32_t sum =
                            mrt_depthwise_i8_sum(&patch, in + patch.in_offset + i, p->w + patch.w_offset + o, p->in_zero);
                        *out++ = mrt_conv_i8_output(p, o, bias + sum);
                    }
            }
        }
}

MRT_INLINE float mrt_depthwise_f32_sum(const mrt_depthwise_patch *patch, const float *in, const MRT_FLASH float *w)
{
    float   acc = 0.0f;
    int32_t row, column;

    for (row = 0; row < patch->rows; row++) {
        const float           *x = in + row * patch->in_row;
        const MRT_FLASH float *v = w + row * patch->w_row;
        for (column = 0; column < patch->columns; column++)
            acc += x[column * patch->in_step] * v[column * patch->w_step];
    }
    return acc;
}

MRT_INLINE void mrt_depthwise_conv_2d_f32(const mrt_conv_f32_params *p, const float *in, float *out)
{
    const mrt_window *window = &p->window;
    const int32_t     multiplier = window->out_c / window->in_c;
    int32_t           b, oy, ox, i, m;

    for (b = 0; b < window->batch; b++, in += window->in_h * window->in_w * window->in_c)
        for (oy = 0; oy < window->out_h; oy++) {
            const mrt_taps rows = mrt_window_rows(window, oy);
            for (ox = 0; ox < window->out_w; ox++) {
                const mrt_depthwise_patch patch = mrt_depthwise_patch_at(window, rows, ox);
                for (i = 0; i < window->in_c; i++)
                    for (m = 0; m < multiplier; m++) {
                        const int32_t o = i * multiplier + m;
                        const float sum = mrt_depthwise_f32_sum(&patch, in + patch.in_offset + i, p->w + patch.w_offset + o);
                        *out++ = mrt_conv_f32_output(p, o, sum);
                    }
            }
        }
}

#endif
