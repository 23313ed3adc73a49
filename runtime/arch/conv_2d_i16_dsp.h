/* CONV_2D, int16, with Arm's DSP instructions: see conv_2d_i16_tiled.h and arm_dsp/conv_tile_i16.h. Weights are padded with
 * zeros, which meet whatever stands in the panel behind a patch.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_CONV_2D_I16_DSP_H
#define MRT_ARCH_CONV_2D_I16_DSP_H

#include "arm_dsp/conv_tile_i16.h"
#include "conv_2d_i16_tiled.h"

enum { MRT_I16_DSP_POSITIONS = 3, MRT_I16_DSP_UNIT = 8 };

MRT_INLINE void mrt_conv_2d_i16_dsp_store(const mrt_output *output, const mrt_channel *c, const mrt_conv_2d_i16_outs *outs,
                                          int32_t o, uint32_t x0, uint32_t x1, uint32_t x2)
{
    outs->at2[o] = mrt_output_i16(output, c, x2);
    outs->at1[o] = mrt_output_i16(output, c, x1);
    outs->at0[o] = mrt_output_i16(output, c, x0);
}

MRT_INLINE void mrt_conv_2d_i16_dsp_block(const mrt_conv_2d_tiled_params *p, const uint32_t *panel,
                                          const mrt_conv_2d_i16_outs *outs)
{
    const int32_t            depth = mrt_conv_2d_i16_padded_depth(&p->window, MRT_I16_DSP_UNIT), out_c = p->window.out_c;
    const MRT_FLASH int32_t *entry = p->channels;
    const int8_t            *w = p->w;
    int32_t                  o;

    for (o = 0; o < out_c; o += 2, entry += 2 * MRT_CHANNEL_WORDS, w += 2 * depth) {
        const uint32_t x = (uint32_t)entry[1], y = (uint32_t)entry[MRT_CHANNEL_WORDS + 1];
        mrt_i16_sums   s = {x, x, x, y, y, y};
        mrt_channel    c;
        mrt_i16_tile(&s, w, panel, depth);
        c = mrt_channel_at(entry);
        mrt_conv_2d_i16_dsp_store(&p->output, &c, outs, o, s.x0, s.x1, s.x2);
        if (o + 1 < out_c) {
            c = mrt_channel_at(entry + MRT_CHANNEL_WORDS);
            mrt_conv_2d_i16_dsp_store(&p->output, &c, outs, o + 1, s.y0, s.y1, s.y2);
        }
    }
}

MRT_INLINE void mrt_conv_2d_i16_dsp(const mrt_conv_2d_tiled_params *p, const int16_t *in, int16_t *out, void *scratch)
{
    uint32_t *const panel = (uint32_t *)scratch;
    int8_t *const row = (int8_t *)scratch + mrt_conv_2d_i16_panel_bytes(&p->window, MRT_I16_DSP_UNIT, MRT_I16_DSP_POSITIONS);
    mrt_conv_2d_walk walk = mrt_conv_2d_begin(&p->window, (const int8_t *)(const void *)in);

    mrt_conv_2d_pad_tail(p, MRT_PANEL_BYTES, MRT_I16_DSP_POSITIONS, panel, row);
    while (walk.left > 0) {
        const mrt_conv_2d_i16_outs outs = mrt_conv_2d_i16_outs_at(out, p->window.out_c, walk.left);
        mrt_conv_2d_gather(p, MRT_PANEL_BYTES, MRT_I16_DSP_POSITIONS, &walk, panel, row);
        mrt_conv_2d_i16_dsp_block(p, panel, &outs);
        out += MRT_I16_DSP_POSITIONS * p->window.out_c;
    }
}

#endif
