/* DEPTHWISE_CONV_2D, int8, with Arm's DSP instructions: the bytes of mrt_depthwise_conv_2d_i8. See plane.h; the plane holds
 * halfwords, so that SMLAD takes two neighbours at once.
 * scratch: mrt_depthwise_dsp_scratch bytes, aligned to 4.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_DEPTHWISE_CONV_2D_DSP_H
#define MRT_ARCH_DEPTHWISE_CONV_2D_DSP_H

#include "arm_dsp/dsp.h"
#include "plane.h"

enum { MRT_DEPTHWISE_DSP_UNIT = 2 };

/* The plane, then the weights of one channel. Two halfwords beyond the plane are read. */
MRT_INLINE int32_t mrt_depthwise_dsp_scratch(const mrt_window *window, int32_t is_transposed)
{
    const mrt_plane plane = mrt_plane_of(window, is_transposed, MRT_DEPTHWISE_DSP_UNIT);

    return 2 * (plane.rows * plane.pitch + 2 + window->kernel_h * window->kernel_w);
}

MRT_INLINE uint32_t mrt_load_pair(const int16_t *at)
{
    return mrt_load_word((const int8_t *)(const void *)at);
}

MRT_PLANE_COPY(mrt_plane_copy_dsp, int8_t, int16_t)

/* One row's three weights, doubled where the sums are to be: {w0, w1} and {w1, w2}. */
typedef struct mrt_weights_3 {
    uint32_t first, last;
} mrt_weights_3;

MRT_INLINE mrt_weights_3 mrt_weights_3_at(const int8_t *w, int32_t step, int doubling)
{
    const uint32_t w0 = (uint32_t)((int32_t)w[0] * (1 << doubling)), w1 = (uint32_t)((int32_t)w[step] * (1 << doubling));
    const uint32_t w2 = (uint32_t)((int32_t)w[2 * step] * (1 << doubling));
    mrt_weights_3  weights;

    weights.first = (w0 & 0xffffu) | w1 << 16;
    weights.last = (w1 & 0xffffu) | w2 << 16;
    return weights;
}

MRT_INLINE int8_t mrt_depthwise_dsp_output(const mrt_output *output, const mrt_channel *c, uint32_t sum)
{
    return output->is_fast ? mrt_output_of_doubled(output, c, sum) : mrt_output_literal(output, c, sum);
}

/* The sums of two neighbouring outputs, the second `stride` further. */
typedef struct mrt_sums_2 {
    uint32_t a, b;
} mrt_sums_2;

MRT_INLINE void mrt_depthwise_3_dsp(mrt_sums_2 *s, const int16_t *x, const mrt_weights_3 *w, int32_t stride)
{
    const uint32_t u = mrt_load_pair(x), v = mrt_load_pair(x + 2);

    s->a = mrt_smlabt(v, w->last, mrt_smlad(u, w->first, s->a));
    if (stride == 1) {
        s->b = mrt_smlad(v, w->last, mrt_smlatb(u, w->first, s->b));
    } else {
        const uint32_t y = stride == 2 ? v : mrt_load_pair(x + stride);
        s->b = mrt_smlabt(mrt_load_pair(x + stride + 2), w->last, mrt_smlad(y, w->first, s->b));
    }
}

MRT_INLINE void mrt_depthwise_3x3_dsp(const mrt_depthwise_plane_params *p, const mrt_plane *plane, const MRT_FLASH int8_t *w,
                                      const int16_t *values, int32_t o, int8_t *out)
{
    const int           doubling = p->output.is_fast ? 1 : 0;
    const mrt_channel   c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);
    const mrt_weights_3 w0 = mrt_weights_3_at(w + o, plane->column.w_step, doubling);
    const mrt_weights_3 w1 = mrt_weights_3_at(w + o + plane->row.w_step, plane->column.w_step, doubling);
    const mrt_weights_3 w2 = mrt_weights_3_at(w + o + 2 * plane->row.w_step, plane->column.w_step, doubling);
    const uint32_t      bias = (uint32_t)c.bias << doubling;
    int32_t             row, left;

    for (row = 0; row < plane->row.out; row++, values += plane->row.stride * plane->pitch, out += plane->row.out_step) {
        const int16_t *x = values;
        int8_t        *at = out;
        for (left = plane->column.out; left > 0;
             left -= 2, x += 2 * plane->column.stride, at += 2 * plane->column.out_step) {
            mrt_sums_2 s;
            s.a = s.b = bias;
            mrt_depthwise_3_dsp(&s, x, &w0, plane->column.stride);
            mrt_depthwise_3_dsp(&s, x + plane->pitch, &w1, plane->column.stride);
            mrt_depthwise_3_dsp(&s, x + 2 * plane->pitch, &w2, plane->column.stride);
            if (left > 1)
                at[plane->column.out_step] = mrt_depthwise_dsp_output(&p->output, &c, s.b);
            *at = mrt_depthwise_dsp_output(&p->output, &c, s.a);
        }
    }
}

/* Any window. weights: of the channel, in a row. */
MRT_INLINE uint32_t mrt_depthwise_sum_dsp(const mrt_plane *plane, const int16_t *values, const int16_t *weights)
{
    uint32_t sum = 0;
    int32_t  ky, kx;

    for (ky = 0; ky < plane->row.kernel; ky++, values += plane->row.dilation * plane->pitch)
        for (kx = 0; kx < plane->column.kernel; kx++)
            sum += (uint32_t)(values[kx * plane->column.dilation] * *weights++);
    return sum;
}

MRT_INLINE void mrt_depthwise_any_dsp(const mrt_depthwise_plane_params *p, const mrt_plane *plane, const MRT_FLASH int8_t *w,
                                      const int16_t *values, int16_t *weights, int32_t o, int8_t *out)
{
    const mrt_channel c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);
    int32_t           row, i, ky, kx;

    for (ky = 0, i = 0; ky < plane->row.kernel; ky++)
        for (kx = 0; kx < plane->column.kernel; kx++)
            weights[i++] = w[o + ky * plane->row.w_step + kx * plane->column.w_step];
    for (row = 0; row < plane->row.out; row++, values += plane->row.stride * plane->pitch, out += plane->row.out_step)
        for (i = 0; i < plane->column.out; i++)
            out[i * plane->column.out_step] =
                mrt_output_of_dsp(&p->output, &c, mrt_depthwise_sum_dsp(plane, values + i * plane->column.stride, weights));
}

/* Weights [1, kernel_h, kernel_w, out_c] at w. */
MRT_INLINE void mrt_depthwise_planes_dsp(const mrt_depthwise_plane_params *p, const MRT_FLASH int8_t *w, const int8_t *in,
                                         int8_t *out, void *scratch)
{
    const mrt_window *window = &p->window;
    const mrt_plane   plane = mrt_plane_of(window, p->is_transposed, MRT_DEPTHWISE_DSP_UNIT);
    const int32_t     count = plane.rows * plane.pitch + 2, multiplier = window->out_c / window->in_c;
    int16_t *const    values = (int16_t *)scratch;
    int32_t           b, i, o;

    for (i = 0; i < count; i++)
        values[i] = (int16_t)p->in_zero;
    for (b = 0; b < window->batch; b++) {
        for (i = 0; i < window->in_c; i++) {
            mrt_plane_copy_dsp(&plane, in + i, values);
            for (o = i * multiplier; o < (i + 1) * multiplier; o++)
                if (mrt_plane_is_3x3(window))
                    mrt_depthwise_3x3_dsp(p, &plane, w, values, o, out + o);
                else
                    mrt_depthwise_any_dsp(p, &plane, w, values, values + count, o, out + o);
        }
        in += window->in_h * window->in_w * window->in_c;
        out += window->out_h * window->out_w * window->out_c;
    }
}

MRT_INLINE void mrt_depthwise_conv_2d_i8_dsp(const mrt_depthwise_plane_params *p, const int8_t *in, int8_t *out,
                                             void *scratch)
{
    mrt_depthwise_planes_dsp(p, p->w, in, out, scratch);
}

#endif
