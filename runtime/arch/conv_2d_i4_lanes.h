/* CONV_2D, int8 with int4 weights in lanes, for any chip: see conv_2d_tiled.h and riscv/conv_tile_i4.h; lanes.h has the
 * weights' layout. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_CONV_2D_I4_LANES_H
#define MRT_ARCH_CONV_2D_I4_LANES_H

#include "conv_2d_4x4.h"
#include "riscv/conv_tile_i4.h"

/* Of four channels, as far as there are so many. */
MRT_INLINE void mrt_conv_2d_lanes_store(const mrt_conv_2d_tiled_params *p, const int32_t *entry,
                                        const mrt_conv_2d_outs *outs, int32_t o, const mrt_sums_4x4 *s)
{
    const int32_t out_c = p->window.out_c;

    mrt_conv_2d_4x4_store(&p->output, entry, outs, o, s->a0, s->a1, s->a2, s->a3);
    if (o + 1 < out_c)
        mrt_conv_2d_4x4_store(&p->output, entry + MRT_CHANNEL_WORDS, outs, o + 1, s->b0, s->b1, s->b2, s->b3);
    if (o + 2 < out_c)
        mrt_conv_2d_4x4_store(&p->output, entry + 2 * MRT_CHANNEL_WORDS, outs, o + 2, s->c0, s->c1, s->c2, s->c3);
    if (o + 3 < out_c)
        mrt_conv_2d_4x4_store(&p->output, entry + 3 * MRT_CHANNEL_WORDS, outs, o + 3, s->d0, s->d1, s->d2, s->d3);
}

MRT_INLINE void mrt_conv_2d_lanes_block(const mrt_conv_2d_tiled_params *p, const int8_t *panel, const mrt_conv_2d_outs *outs)
{
    const int32_t  groups = mrt_conv_2d_padded_depth(&p->window, MRT_PANEL_BYTES) / 4;
    const int32_t *entry = p->channels;
    const int8_t  *w = p->w;
    int32_t        o;

    for (o = 0; o < p->window.out_c; o += 4, entry += 4 * MRT_CHANNEL_WORDS, w += 8 * groups) {
        const mrt_sums_4x4 s = mrt_lanes_tiles(w, panel, groups, entry);
        mrt_conv_2d_lanes_store(p, entry, outs, o, &s);
    }
}

MRT_INLINE void mrt_conv_2d_i4_lanes(const mrt_conv_2d_tiled_params *p, const int8_t *in, int8_t *out, void *scratch)
{
    uint32_t *const  panel = (uint32_t *)scratch;
    int8_t *const    row = mrt_conv_2d_row(&p->window, MRT_PANEL_BYTES, MRT_4X4_POSITIONS, scratch);
    mrt_conv_2d_walk walk = mrt_conv_2d_begin(&p->window, in);

    mrt_conv_2d_pad_tail(p, MRT_PANEL_BYTES, MRT_4X4_POSITIONS, panel, row);
    while (walk.left > 0) {
        const mrt_conv_2d_outs outs = mrt_conv_2d_outs_at(out, p->window.out_c, walk.left);
        mrt_conv_2d_gather(p, MRT_PANEL_BYTES, MRT_4X4_POSITIONS, &walk, panel, row);
        mrt_conv_2d_lanes_block(p, (const int8_t *)panel, &outs);
        out += MRT_4X4_POSITIONS * p->window.out_c;
    }
}

#endif
