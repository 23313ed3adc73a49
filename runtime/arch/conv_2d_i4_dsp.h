/* CONV_2D, int8 with int4 weights, with Arm's DSP instructions: see conv_2d_tiled.h and arm_dsp/conv_tile_i4.h, which has
 * the weights' layout. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_CONV_2D_I4_DSP_H
#define MRT_ARCH_CONV_2D_I4_DSP_H

#include "arm_dsp/conv_tile_i4.h"
#include "conv_2d_dsp.h"

MRT_INLINE void mrt_conv_2d_i4_block(const mrt_conv_2d_tiled_params *p, const uint32_t *panel, const mrt_conv_2d_outs *outs)
{
    const int32_t            depth = mrt_conv_2d_padded_depth(&p->window, MRT_PANEL_PAIRS), out_c = p->window.out_c;
    const MRT_FLASH int32_t *entry = p->channels;
    const mrt_i4_totals      t = mrt_i4_total(panel, depth);
    const int8_t            *w = p->w;
    int32_t                  o;

    for (o = 0; o < out_c; o += 2, entry += 2 * MRT_CHANNEL_WORDS, w += depth) {
        const mrt_pairs_sums s = mrt_i4_tile(w, panel, depth);
        mrt_conv_2d_pairs_store(&p->output, entry, outs, o, mrt_i4_first_twice(s.x0), mrt_i4_first_twice(s.x1),
                                mrt_i4_first_twice(s.x2));
        if (o + 1 < out_c)
            mrt_conv_2d_pairs_store(&p->output, entry + MRT_CHANNEL_WORDS, outs, o + 1,
                                    mrt_i4_second_twice(s.x0, s.y0, t.t0), mrt_i4_second_twice(s.x1, s.y1, t.t1),
                                    mrt_i4_second_twice(s.x2, s.y2, t.t2));
    }
}

/* p->output.is_fast */
MRT_INLINE void mrt_conv_2d_i4_dsp(const mrt_conv_2d_tiled_params *p, const int8_t *in, int8_t *out, void *scratch)
{
    uint32_t *const  panel = (uint32_t *)scratch;
    int8_t *const    row = mrt_conv_2d_row(&p->window, MRT_PANEL_PAIRS, MRT_PAIRS_POSITIONS, scratch);
    mrt_conv_2d_walk walk = mrt_conv_2d_begin(&p->window, in);

    mrt_conv_2d_pad_tail(p, MRT_PANEL_PAIRS, MRT_PAIRS_POSITIONS, panel, row);
    while (walk.left > 0) {
        const mrt_conv_2d_outs outs = mrt_conv_2d_outs_at(out, p->window.out_c, walk.left);
        mrt_conv_2d_gather(p, MRT_PANEL_PAIRS, MRT_PAIRS_POSITIONS, &walk, panel, row);
        mrt_conv_2d_i4_block(p, panel, &outs);
        out += MRT_PAIRS_POSITIONS * p->window.out_c;
    }
}

#endif
