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

#include "conv_groups.h"
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

/* uint8, by conv_groups.h, whose weights' step from channel to channel is 1 here. Four channels at once, where each has an
 * input of its own. */
enum { MRT_DEPTHWISE_U8_SUMS = 4 };

MRT_INLINE void mrt_depthwise_sums_u8(const mrt_conv_groups_u8_params *p, const mrt_group_patch *patch, const uint8_t *in,
                                      const MRT_FLASH uint8_t *w, uint32_t *acc)
{
    uint32_t a = 0, b = 0, c = 0, d = 0;
    int32_t  row, column;

    for (row = 0; row < patch->rows; row++) {
        const uint8_t           *x = in + row * patch->in_row;
        const MRT_FLASH uint8_t *v = w + row * patch->w_row;
        for (column = 0; column < patch->columns; column++, x += patch->in_step, v += patch->w_step) {
            a += (uint32_t)((x[0] - p->in_zero) * (v[0] - p->w_zero));
            b += (uint32_t)((x[1] - p->in_zero) * (v[1] - p->w_zero));
            c += (uint32_t)((x[2] - p->in_zero) * (v[2] - p->w_zero));
            d += (uint32_t)((x[3] - p->in_zero) * (v[3] - p->w_zero));
        }
    }
    acc[0] = a, acc[1] = b, acc[2] = c, acc[3] = d;
}

/* All channels of one position. */
MRT_INLINE void mrt_depthwise_position_u8(const mrt_conv_groups_u8_params *p, const mrt_group_patch *patch,
                                          const uint8_t *in, uint8_t *out)
{
    const MRT_FLASH uint8_t *w = p->w + patch->w;
    uint32_t                 acc[MRT_DEPTHWISE_U8_SUMS];
    int32_t                  o = 0, k;

    for (; p->groups.outs == 1 && o + MRT_DEPTHWISE_U8_SUMS <= p->window.out_c; o += MRT_DEPTHWISE_U8_SUMS) {
        mrt_depthwise_sums_u8(p, patch, in + o, w + o, acc);
        for (k = 0; k < MRT_DEPTHWISE_U8_SUMS; k++)
            out[o + k] = mrt_conv_groups_biased_u8(p, o + k, acc[k]);
    }
    for (; o < p->window.out_c; o++)
        out[o] =
            mrt_conv_groups_biased_u8(p, o, mrt_conv_groups_sum_u8(p, patch, in + mrt_group_input(&p->groups, o), w + o));
}

MRT_INLINE void mrt_depthwise_conv_2d_u8(const mrt_conv_groups_u8_params *p, const uint8_t *in, uint8_t *out)
{
    int32_t n;

    for (n = 0; n < mrt_group_positions(&p->window); n++, out += p->window.out_c) {
        const mrt_group_patch patch = mrt_group_patch_at(&p->window, &p->groups, n);
        mrt_depthwise_position_u8(p, &patch, in + patch.in, out);
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
