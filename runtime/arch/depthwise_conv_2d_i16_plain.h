/* DEPTHWISE_CONV_2D, int16, in plain C: see plane_i16.h; four outputs of a row are summed at once.
 * scratch: mrt_depthwise_i16_plain_scratch bytes, aligned to 2.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_DEPTHWISE_CONV_2D_I16_PLAIN_H
#define MRT_ARCH_DEPTHWISE_CONV_2D_I16_PLAIN_H

#include "depthwise_conv_2d_bytes.h"
#include "plane_i16.h"

MRT_INLINE int32_t mrt_depthwise_i16_plain_scratch(const mrt_window *window, int32_t is_transposed)
{
    return mrt_plane_i16_scratch(window, is_transposed, MRT_DEPTHWISE_BYTES_UNIT);
}

MRT_INLINE uint32_t mrt_depthwise_3_i16(uint32_t sum, const int16_t *x, const mrt_row_weights_3 *w)
{
    return sum + (uint32_t)(x[0] * w->w0) + (uint32_t)(x[1] * w->w1) + (uint32_t)(x[2] * w->w2);
}

/* One row of the window, for four outputs. */
MRT_INLINE void mrt_depthwise_3x4_i16(mrt_sums_4 *s, const int16_t *x, const mrt_row_weights_3 *w, int32_t stride)
{
    s->a = mrt_depthwise_3_i16(s->a, x, w);
    s->b = mrt_depthwise_3_i16(s->b, x + stride, w);
    s->c = mrt_depthwise_3_i16(s->c, x + 2 * stride, w);
    s->d = mrt_depthwise_3_i16(s->d, x + 3 * stride, w);
}

MRT_INLINE void mrt_depthwise_3x3_i16_plain(const mrt_depthwise_plane_params *p, const mrt_plane *plane,
                                            const int16_t *values, int32_t o, int16_t *out)
{
    const mrt_channel       c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);
    const mrt_row_weights_3 w0 = mrt_row_weights_3_at(p->w + o, plane->column.w_step);
    const mrt_row_weights_3 w1 = mrt_row_weights_3_at(p->w + o + plane->row.w_step, plane->column.w_step);
    const mrt_row_weights_3 w2 = mrt_row_weights_3_at(p->w + o + 2 * plane->row.w_step, plane->column.w_step);
    const int32_t           stride = plane->column.stride, step = plane->column.out_step;
    int32_t                 row, left;

    for (row = 0; row < plane->row.out; row++, values += plane->row.stride * plane->pitch, out += plane->row.out_step) {
        const int16_t *x = values;
        int16_t       *at = out;
        for (left = plane->column.out; left > 0; left -= 4, x += 4 * stride, at += 4 * step) {
            mrt_sums_4 s;
            s.a = s.b = s.c = s.d = (uint32_t)c.bias;
            mrt_depthwise_3x4_i16(&s, x, &w0, stride);
            mrt_depthwise_3x4_i16(&s, x + plane->pitch, &w1, stride);
            mrt_depthwise_3x4_i16(&s, x + 2 * plane->pitch, &w2, stride);
            at[0] = mrt_output_i16(&p->output, &c, s.a);
            if (left > 1)
                at[step] = mrt_output_i16(&p->output, &c, s.b);
            if (left > 2)
                at[2 * step] = mrt_output_i16(&p->output, &c, s.c);
            if (left > 3)
                at[3 * step] = mrt_output_i16(&p->output, &c, s.d);
        }
    }
}

MRT_INLINE void mrt_depthwise_conv_2d_i16_plain(const mrt_depthwise_plane_params *p, const int16_t *in, int16_t *out,
                                                void *scratch)
{
    mrt_depthwise_planes_i16(p, MRT_DEPTHWISE_BYTES_UNIT, mrt_depthwise_3x3_i16_plain, in, out, scratch);
}

#endif
