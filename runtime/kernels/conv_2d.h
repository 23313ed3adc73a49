/* CONV_2D: out[b,oy,ox,o] = activation(bias[o] + sum_ky,kx,i in[b, row(oy,ky), column(ox,kx), i] * w[o,ky,kx,i])
 *
 * in    [batch, in_h, in_w, in_c]
 * w     [out_c, kernel_h, kernel_w, in_c]
 * out   [batch, out_h, out_w, out_c]    may run over in as far as src/ops/conv_2d.c declares
 * Parameters and integer arithmetic: conv_params.h; row, column and padding: window.h. Cannot fail: shapes were checked on
 * the host or at open. acc wraps in 32 bits. No scratch.
 * Source: TensorFlow Lite's reference kernels (integer_ops/conv.h, conv.h); rounds twice, see rescale.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CONV_2D_H
#define MRT_CONV_2D_H

#include "conv_params.h"

/* Where one output position's taps lie. Neighbouring taps of a row are neighbours in memory, in the input as in the
 * weights, unless dilation parts them: `runs` of run_length values, run_step apart in the input. */
typedef struct mrt_conv_2d_patch {
    int32_t rows, runs, run_length, run_step;
    int32_t in_offset, in_row; /* of the first tap in one image; from tap row to tap row */
    int32_t w_offset, w_row;   /* the same in one output channel's weights, */
    int32_t w_run, w_per_out;  /* from run to run, and from channel to channel */
} mrt_conv_2d_patch;

MRT_INLINE mrt_conv_2d_patch mrt_conv_2d_patch_at(const mrt_window *window, mrt_taps rows, int32_t ox)
{
    const mrt_taps    columns = mrt_window_columns(window, ox);
    const int32_t     taps = columns.end - columns.first;
    mrt_conv_2d_patch patch;

    patch.rows = rows.end - rows.first;
    patch.runs = window->dilation_w == 1 ? 1 : taps;
    patch.run_length = window->dilation_w == 1 ? taps * window->in_c : window->in_c;
    patch.run_step = window->dilation_w * window->in_c;
    patch.in_offset = (rows.in * window->in_w + columns.in) * window->in_c;
    patch.in_row = window->dilation_h * window->in_w * window->in_c;
    patch.w_offset = (rows.first * window->kernel_w + columns.first) * window->in_c;
    patch.w_row = window->kernel_w * window->in_c;
    patch.w_run = window->in_c;
    patch.w_per_out = window->kernel_h * window->kernel_w * window->in_c;
    return patch;
}

MRT_INLINE uint32_t mrt_conv_2d_i8_sum(const mrt_conv_2d_patch *patch, const int8_t *in, const MRT_FLASH int8_t *w,
                                       int32_t in_zero)
{
    uint32_t acc = 0;
    int32_t  row, run, i;

    for (row = 0; row < patch->rows; row++)
        for (run = 0; run < patch->runs; run++) {
            const int8_t           *x = in + row * patch->in_row + run * patch->run_step;
            const MRT_FLASH int8_t *v = w + row * patch->w_row + run * patch->w_run;
            for (i = 0; i < patch->run_length; i++)
                acc += (uint32_t)((x[i] - in_zero) * v[i]);
        }
    return acc;
}

MRT_INLINE void mrt_conv_2d_i8(const mrt_conv_i8_params *p, const int8_t *in, int8_t *out)
{
    const mrt_window *window = &p->window;
    int32_t           b, oy, ox, o;

    for (b = 0; b < window->batch; b++, in += window->in_h * window->in_w * window->in_c)
        for (oy = 0; oy < window->out_h; oy++) {
            const mrt_taps rows = mrt_window_rows(window, oy);
            for (ox = 0; ox < window->out_w; ox++) {
                const mrt_conv_2d_patch patch = mrt_conv_2d_patch_at(window, rows, ox);
                const MRT_FLASH int8_t *w = p->w + patch.w_offset;
                for (o = 0; o < window->out_c; o++, w += patch.w_per_out) {
                    const uint32_t bias = p->bias ? (uint32_t)p->bias[o] : 0u;
                    *out++ =
                        mrt_conv_i8_output(p, o, bias + mrt_conv_2d_i8_sum(&patch, in + patch.in_offset, w, p->in_zero));
                }
            }
        }
}

MRT_INLINE float mrt_conv_2d_f32_sum(const mrt_conv_2d_patch *patch, const float *in, const MRT_FLASH float *w)
{
    float   acc = 0.0f;
    int32_t row, run, i;

    for (row = 0; row < patch->rows; row++)
        for (run = 0; run < patch->runs; run++) {
            const float           *x = in + row * patch->in_row + run * patch->run_step;
            const MRT_FLASH float *v = w + row * patch->w_row + run * patch->w_run;
            for (i = 0; i < patch->run_length; i++)
                acc += x[i] * v[i];
        }
    return acc;
}

/* Four channels at once: each sum runs in its own order, as above, and need not wait for the others. */
enum { MRT_CONV_2D_F32_SUMS = 4 };

MRT_INLINE void mrt_conv_2d_f32_sums(const mrt_conv_2d_patch *patch, const float *in, const MRT_FLASH float *w, float *acc)
{
    float   a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
    int32_t row, run, i;

    for (row = 0; row < patch->rows; row++)
        for (run = 0; run < patch->runs; run++) {
            const float           *x = in + row * patch->in_row + run * patch->run_step;
            const MRT_FLASH float *v = w + row * patch->w_row + run * patch->w_run;
            for (i = 0; i < patch->run_length; i++, v++) {
                a += x[i] * v[0];
                b += x[i] * v[patch->w_per_out];
                c += x[i] * v[2 * patch->w_per_out];
                d += x[i] * v[3 * patch->w_per_out];
            }
        }
    acc[0] = a, acc[1] = b, acc[2] = c, acc[3] = d;
}

/* All channels of one position. */
MRT_INLINE void mrt_conv_2d_f32_position(const mrt_conv_f32_params *p, const mrt_conv_2d_patch *patch, const float *in,
                                         float *out)
{
    const MRT_FLASH float *w = p->w + patch->w_offset;
    float                  acc[MRT_CONV_2D_F32_SUMS];
    int32_t                o, k;

    for (o = 0; o + MRT_CONV_2D_F32_SUMS <= p->window.out_c; o += MRT_CONV_2D_F32_SUMS) {
        mrt_conv_2d_f32_sums(patch, in + patch->in_offset, w + o * patch->w_per_out, acc);
        for (k = 0; k < MRT_CONV_2D_F32_SUMS; k++)
            out[o + k] = mrt_conv_f32_output(p, o + k, acc[k]);
    }
    for (; o < p->window.out_c; o++)
        out[o] = mrt_conv_f32_output(p, o, mrt_conv_2d_f32_sum(patch, in + patch->in_offset, w + o * patch->w_per_out));
}

MRT_INLINE void mrt_conv_2d_f32(const mrt_conv_f32_params *p, const float *in, float *out)
{
    const mrt_window *window = &p->window;
    int32_t           b, oy, ox;

    for (b = 0; b < window->batch; b++, in += window->in_h * window->in_w * window->in_c)
        for (oy = 0; oy < window->out_h; oy++) {
            const mrt_taps rows = mrt_window_rows(window, oy);
            for (ox = 0; ox < window->out_w; ox++, out += window->out_c) {
                const mrt_conv_2d_patch patch = mrt_conv_2d_patch_at(window, rows, ox);
                mrt_conv_2d_f32_position(p, &patch, in, out);
            }
        }
}

#endif
