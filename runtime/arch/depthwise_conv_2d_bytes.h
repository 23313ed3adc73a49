/* DEPTHWISE_CONV_2D, int8, in plain C: the bytes of mrt_depthwise_conv_2d_i8. See plane.h; the plane holds bytes, and four
 * outputs of a row are summed at once, which chips with 32 registers do without leaving them.
 * scratch: mrt_depthwise_bytes_scratch bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_DEPTHWISE_CONV_2D_BYTES_H
#define MRT_ARCH_DEPTHWISE_CONV_2D_BYTES_H

#include "plane.h"

enum { MRT_DEPTHWISE_BYTES_UNIT = 4 };

/* The plane, then the weights of one channel. */
MRT_INLINE int32_t mrt_depthwise_bytes_scratch(const mrt_window *window, int32_t is_transposed)
{
    const mrt_plane plane = mrt_plane_of(window, is_transposed, MRT_DEPTHWISE_BYTES_UNIT);

    return plane.rows * plane.pitch + window->kernel_h * window->kernel_w;
}

MRT_PLANE_COPY(mrt_plane_copy_bytes, int8_t, int8_t)

typedef struct mrt_sums_4 {
    uint32_t a, b, c, d;
} mrt_sums_4;

typedef struct mrt_row_weights_3 {
    int32_t w0, w1, w2;
} mrt_row_weights_3;

MRT_INLINE mrt_row_weights_3 mrt_row_weights_3_at(const int8_t *w, int32_t step)
{
    mrt_row_weights_3 weights;

    weights.w0 = w[0];
    weights.w1 = w[step];
    weights.w2 = w[2 * step];
    return weights;
}

MRT_INLINE uint32_t mrt_depthwise_3_bytes(uint32_t sum, const int8_t *x, const mrt_row_weights_3 *w)
{
    return sum + (uint32_t)(x[0] * w->w0) + (uint32_t)(x[1] * w->w1) + (uint32_t)(x[2] * w->w2);
}

/* One row of the window, for four outputs. */
MRT_INLINE void mrt_depthwise_3x4_bytes(mrt_sums_4 *s, const int8_t *x, const mrt_row_weights_3 *w, int32_t stride)
{
    s->a = mrt_depthwise_3_bytes(s->a, x, w);
    s->b = mrt_depthwise_3_bytes(s->b, x + stride, w);
    s->c = mrt_depthwise_3_bytes(s->c, x + 2 * stride, w);
    s->d = mrt_depthwise_3_bytes(s->d, x + 3 * stride, w);
}

MRT_INLINE void mrt_depthwise_3x3_bytes(const mrt_depthwise_plane_params *p, const mrt_plane *plane,
                                        const MRT_FLASH int8_t *w, const int8_t *values, int32_t o, int8_t *out)
{
    const mrt_channel       c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);
    const mrt_row_weights_3 w0 = mrt_row_weights_3_at(w + o, plane->column.w_step);
    const mrt_row_weights_3 w1 = mrt_row_weights_3_at(w + o + plane->row.w_step, plane->column.w_step);
    const mrt_row_weights_3 w2 = mrt_row_weights_3_at(w + o + 2 * plane->row.w_step, plane->column.w_step);
    const int32_t           stride = plane->column.stride, step = plane->column.out_step;
    int32_t                 row, left;

    for (row = 0; row < plane->row.out; row++, values += plane->row.stride * plane->pitch, out += plane->row.out_step) {
        const int8_t *x = values;
        int8_t       *at = out;
        for (left = plane->column.out; left > 0; left -= 4, x += 4 * stride, at += 4 * step) {
            mrt_sums_4 s;
            s.a = s.b = s.c = s.d = (uint32_t)c.bias;
            mrt_depthwise_3x4_bytes(&s, x, &w0, stride);
            mrt_depthwise_3x4_bytes(&s, x + plane->pitch, &w1, stride);
            mrt_depthwise_3x4_bytes(&s, x + 2 * plane->pitch, &w2, stride);
            at[0] = mrt_output_of_biased(&p->output, &c, s.a);
            if (left > 1)
                at[step] = mrt_output_of_biased(&p->output, &c, s.b);
            if (left > 2)
                at[2 * step] = mrt_output_of_biased(&p->output, &c, s.c);
            if (left > 3)
                at[3 * step] = mrt_output_of_biased(&p->output, &c, s.d);
        }
    }
}

/* Any window. weights: of the channel, in a row. */
MRT_INLINE uint32_t mrt_depthwise_sum_bytes(const mrt_plane *plane, const int8_t *values, const int8_t *weights)
{
    uint32_t sum = 0;
    int32_t  ky, kx;

    for (ky = 0; ky < plane->row.kernel; ky++, values += plane->row.dilation * plane->pitch)
        for (kx = 0; kx < plane->column.kernel; kx++)
            sum += (uint32_t)((int32_t)values[kx * plane->column.dilation] * *weights++);
    return sum;
}

MRT_INLINE void mrt_depthwise_any_bytes(const mrt_depthwise_plane_params *p, const mrt_plane *plane,
                                        const MRT_FLASH int8_t *w, const int8_t *values, int8_t *weights, int32_t o,
                                        int8_t *out)
{
    const mrt_channel c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);
    int32_t           row, i, ky, kx;

    for (ky = 0, i = 0; ky < plane->row.kernel; ky++)
        for (kx = 0; kx < plane->column.kernel; kx++)
            weights[i++] = w[o + ky * plane->row.w_step + kx * plane->column.w_step];
    for (row = 0; row < plane->row.out; row++, values += plane->row.stride * plane->pitch, out += plane->row.out_step)
        for (i = 0; i < plane->column.out; i++)
            out[i * plane->column.out_step] =
                mrt_output_of(&p->output, &c, mrt_depthwise_sum_bytes(plane, values + i * plane->column.stride, weights));
}

/* Weights [1, kernel_h, kernel_w, out_c] at w. */
MRT_INLINE void mrt_depthwise_planes_bytes(const mrt_depthwise_plane_params *p, const MRT_FLASH int8_t *w, const int8_t *in,
                                           int8_t *out, void *scratch)
{
    const mrt_window *window = &p->window;
    const mrt_plane   plane = mrt_plane_of(window, p->is_transposed, MRT_DEPTHWISE_BYTES_UNIT);
    const int32_t     count = plane.rows * plane.pitch, multiplier = window->out_c / window->in_c;
    int8_t *const     values = (int8_t *)scratch;
    int32_t           b, i, o;

    for (i = 0; i < count; i++)
        values[i] = (int8_t)p->in_zero;
    for (b = 0; b < window->batch; b++) {
        for (i = 0; i < window->in_c; i++) {
            mrt_plane_copy_bytes(&plane, in + i, values);
            for (o = i * multiplier; o < (i + 1) * multiplier; o++)
                if (mrt_plane_is_3x3(window))
                    mrt_depthwise_3x3_bytes(p, &plane, w, values, o, out + o);
                else
                    mrt_depthwise_any_bytes(p, &plane, w, values, values + count, o, out + o);
        }
        in += window->in_h * window->in_w * window->in_c;
        out += window->out_h * window->out_w * window->out_c;
    }
}

MRT_INLINE void mrt_depthwise_conv_2d_i8_bytes(const mrt_depthwise_plane_params *p, const int8_t *in, int8_t *out,
                                               void *scratch)
{
    mrt_depthwise_planes_bytes(p, p->w, in, out, scratch);
}

#endif
