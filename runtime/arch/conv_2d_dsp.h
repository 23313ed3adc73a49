/* CONV_2D, int8, with Arm's DSP instructions: see conv_2d_tiled.h and arm_dsp/conv_tiles.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_CONV_2D_DSP_H
#define MRT_ARCH_CONV_2D_DSP_H

#include "arm_dsp/conv_tiles.h"
#include "conv_2d_tiled.h"

/* ---- two channels a halfword ---- */

enum { MRT_PAIRS_POSITIONS = 3 };

MRT_INLINE void mrt_conv_2d_pairs_store(const mrt_output *output, const MRT_FLASH int32_t *entry,
                                        const mrt_conv_2d_outs *outs, int32_t o, uint32_t twice0, uint32_t twice1,
                                        uint32_t twice2)
{
    const mrt_channel c = mrt_channel_at(entry);
    const uint32_t    bias = (uint32_t)c.bias << 1;

    outs->at2[o] = mrt_output_of_doubled(output, &c, twice2 + bias);
    outs->at1[o] = mrt_output_of_doubled(output, &c, twice1 + bias);
    outs->at0[o] = mrt_output_of_doubled(output, &c, twice0 + bias);
}

MRT_INLINE void mrt_conv_2d_pairs_block(const mrt_conv_2d_tiled_params *p, const uint32_t *panel,
                                        const mrt_conv_2d_outs *outs)
{
    const int32_t            depth = mrt_conv_2d_padded_depth(&p->window, MRT_PANEL_PAIRS), out_c = p->window.out_c;
    const MRT_FLASH int32_t *entry = p->channels;
    const int8_t            *w = p->w;
    int32_t                  o;

    for (o = 0; o < out_c; o += 2, entry += 2 * MRT_CHANNEL_WORDS, w += 2 * depth) {
        const mrt_pairs_sums s = mrt_pairs_tile(w, panel, depth);
        mrt_conv_2d_pairs_store(&p->output, entry, outs, o, s.x0 << 1, s.x1 << 1, s.x2 << 1);
        if (o + 1 < out_c) /* y - x is a multiple of 256 */
            mrt_conv_2d_pairs_store(&p->output, entry + MRT_CHANNEL_WORDS, outs, o + 1,
                                    (uint32_t)((int32_t)(s.y0 - s.x0) >> 7), (uint32_t)((int32_t)(s.y1 - s.x1) >> 7),
                                    (uint32_t)((int32_t)(s.y2 - s.x2) >> 7));
    }
}

MRT_INLINE void mrt_conv_2d_i8_pairs(const mrt_conv_2d_tiled_params *p, const int8_t *in, int8_t *out, void *scratch)
{
    uint32_t *const  panel = (uint32_t *)scratch;
    int8_t *const    row = mrt_conv_2d_row(&p->window, MRT_PANEL_PAIRS, MRT_PAIRS_POSITIONS, scratch);
    mrt_conv_2d_walk walk = mrt_conv_2d_begin(&p->window, in);

    mrt_conv_2d_pad_tail(p, MRT_PANEL_PAIRS, MRT_PAIRS_POSITIONS, panel, row);
    while (walk.left > 0) {
        const mrt_conv_2d_outs outs = mrt_conv_2d_outs_at(out, p->window.out_c, walk.left);
        mrt_conv_2d_gather(p, MRT_PANEL_PAIRS, MRT_PAIRS_POSITIONS, &walk, panel, row);
        mrt_conv_2d_pairs_block(p, panel, &outs);
        out += MRT_PAIRS_POSITIONS * p->window.out_c;
    }
}

/* ---- weights as they are ---- */

enum { MRT_DSP_POSITIONS = 4 };

MRT_INLINE void mrt_conv_2d_dsp_block(const mrt_conv_2d_tiled_params *p, const uint32_t *panel, const mrt_conv_2d_outs *outs)
{
    const int32_t            depth = mrt_conv_2d_padded_depth(&p->window, MRT_PANEL_PAIRS);
    const MRT_FLASH int32_t *entry = p->channels;
    const int8_t            *w = p->w;
    int32_t                  o;

    for (o = 0; o < p->window.out_c; o++, entry += MRT_CHANNEL_WORDS, w += mrt_conv_2d_depth(&p->window)) {
        const mrt_row_sums s = mrt_row_tile(w, panel, depth);
        const mrt_channel  c = mrt_channel_at(entry);
        outs->at3[o] = mrt_output_of_dsp(&p->output, &c, s.x3);
        outs->at2[o] = mrt_output_of_dsp(&p->output, &c, s.x2);
        outs->at1[o] = mrt_output_of_dsp(&p->output, &c, s.x1);
        outs->at0[o] = mrt_output_of_dsp(&p->output, &c, s.x0);
    }
}

MRT_INLINE void mrt_conv_2d_i8_dsp(const mrt_conv_2d_tiled_params *p, const int8_t *in, int8_t *out, void *scratch)
{
    uint32_t *const  panel = (uint32_t *)scratch;
    int8_t *const    row = mrt_conv_2d_row(&p->window, MRT_PANEL_PAIRS, MRT_DSP_POSITIONS, scratch);
    mrt_conv_2d_walk walk = mrt_conv_2d_begin(&p->window, in);

    mrt_conv_2d_pad_tail(p, MRT_PANEL_PAIRS, MRT_DSP_POSITIONS, panel, row);
    while (walk.left > 0) {
        const mrt_conv_2d_outs outs = mrt_conv_2d_outs_at(out, p->window.out_c, walk.left);
        mrt_conv_2d_gather(p, MRT_PANEL_PAIRS, MRT_DSP_POSITIONS, &walk, panel, row);
        mrt_conv_2d_dsp_block(p, panel, &outs);
        out += MRT_DSP_POSITIONS * p->window.out_c;
    }
}

#endif
