/* CONV_2D, int8, in plain C: see conv_2d_tiled.h and portable/conv_tile.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_CONV_2D_2X3_H
#define MRT_ARCH_CONV_2D_2X3_H

#include "conv_2d_tiled.h"
#include "portable/conv_tile.h"

enum { MRT_2X3_POSITIONS = 3 };

MRT_INLINE void mrt_conv_2d_2x3_store(const mrt_output *output, const mrt_channel *c, const mrt_conv_2d_outs *outs,
                                      int32_t o, uint32_t x0, uint32_t x1, uint32_t x2)
{
    outs->at2[o] = mrt_output_of_biased(output, c, x2);
    outs->at1[o] = mrt_output_of_biased(output, c, x1);
    outs->at0[o] = mrt_output_of_biased(output, c, x0);
}

/* Of an odd number of channels the last one stands in for its missing neighbour. */
MRT_INLINE void mrt_conv_2d_2x3_block(const mrt_conv_2d_tiled_params *p, const int8_t *panel, const mrt_conv_2d_outs *outs)
{
    const int32_t            depth = mrt_conv_2d_depth(&p->window), out_c = p->window.out_c;
    const MRT_FLASH int32_t *entry = p->channels;
    const int8_t            *w = p->w;
    int32_t                  o;

    for (o = 0; o < out_c; o += 2, entry += 2 * MRT_CHANNEL_WORDS, w += 2 * depth) {
        const int         has_two = o + 1 < out_c;
        const mrt_channel c = mrt_channel_at(entry), d = mrt_channel_at(entry + MRT_CHANNEL_WORDS);
        const uint32_t    x = (uint32_t)c.bias, y = (uint32_t)d.bias;
        mrt_sums_2x3      s = {x, x, x, y, y, y};
        mrt_tile_2x3(&s, w, has_two ? w + depth : w, panel, depth);
        mrt_conv_2d_2x3_store(&p->output, &c, outs, o, s.x0, s.x1, s.x2);
        if (has_two)
            mrt_conv_2d_2x3_store(&p->output, &d, outs, o + 1, s.y0, s.y1, s.y2);
    }
}

MRT_INLINE void mrt_conv_2d_i8_2x3(const mrt_conv_2d_tiled_params *p, const int8_t *in, int8_t *out, void *scratch)
{
    uint32_t *const  panel = (uint32_t *)scratch;
    int8_t *const    row = mrt_conv_2d_row(&p->window, MRT_PANEL_BYTES, MRT_2X3_POSITIONS, scratch);
    mrt_conv_2d_walk walk = mrt_conv_2d_begin(&p->window, in);

    mrt_conv_2d_pad_tail(p, MRT_PANEL_BYTES, MRT_2X3_POSITIONS, panel, row);
    while (walk.left > 0) {
        const mrt_conv_2d_outs outs = mrt_conv_2d_outs_at(out, p->window.out_c, walk.left);
        mrt_conv_2d_gather(p, MRT_PANEL_BYTES, MRT_2X3_POSITIONS, &walk, panel, row);
        mrt_conv_2d_2x3_block(p, (const int8_t *)panel, &outs);
        out += MRT_2X3_POSITIONS * p->window.out_c;
    }
}

#endif
