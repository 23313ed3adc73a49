/* DEPTHWISE_CONV_2D, int16, with Arm's DSP instructions: see plane_i16.h.
 * scratch: mrt_depthwise_i16_dsp_scratch bytes, aligned to 4.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_DEPTHWISE_CONV_2D_I16_DSP_H
#define MRT_ARCH_DEPTHWISE_CONV_2D_I16_DSP_H

#include "depthwise_conv_2d_dsp.h"
#include "plane_i16.h"

MRT_INLINE int32_t mrt_depthwise_i16_dsp_scratch(const mrt_window *window, int32_t is_transposed)
{
    return mrt_plane_i16_scratch(window, is_transposed, MRT_DEPTHWISE_DSP_UNIT);
}

MRT_INLINE void mrt_depthwise_3x3_i16_dsp(const mrt_depthwise_plane_params *p, const mrt_plane *plane, const int16_t *values,
                                          int32_t o, int16_t *out)
{
    const mrt_channel   c = mrt_channel_at(p->channels + o * MRT_CHANNEL_WORDS);
    const mrt_weights_3 w0 = mrt_weights_3_at(p->w + o, plane->column.w_step, 0);
    const mrt_weights_3 w1 = mrt_weights_3_at(p->w + o + plane->row.w_step, plane->column.w_step, 0);
    const mrt_weights_3 w2 = mrt_weights_3_at(p->w + o + 2 * plane->row.w_step, plane->column.w_step, 0);
    int32_t             row, left;

    for (row = 0; row < plane->row.out; row++, values += plane->row.stride * plane->pitch, out += plane->row.out_step) {
        const int16_t *x = values;
        int16_t       *at = out;
        for (left = plane->column.out; left > 0;
             left -= 2, x += 2 * plane->column.stride, at += 2 * plane->column.out_step) {
            mrt_sums_2 s;
            s.a = s.b = (uint32_t)c.bias;
            mrt_depthwise_3_dsp(&s, x, &w0, plane->column.stride);
            mrt_depthwise_3_dsp(&s, x + plane->pitch, &w1, plane->column.stride);
            mrt_depthwise_3_dsp(&s, x + 2 * plane->pitch, &w2, plane->column.stride);
            if (left > 1)
                at[plane->column.out_step] = mrt_output_i16(&p->output, &c, s.b);
            *at = mrt_output_i16(&p->output, &c, s.a);
        }
    }
}

MRT_INLINE void mrt_depthwise_conv_2d_i16_dsp(const mrt_depthwise_plane_params *p, const int16_t *in, int16_t *out,
                                              void *scratch)
{
    mrt_depthwise_planes_i16(p, MRT_DEPTHWISE_DSP_UNIT, mrt_depthwise_3x3_i16_dsp, in, out, scratch);
}

#endif
