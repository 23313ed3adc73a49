/* CONV_2D, int16, for RV32IM: see conv_2d_i16_tiled.h and riscv/conv_tile_i16.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_CONV_2D_I16_4X4_H
#define MRT_ARCH_CONV_2D_I16_4X4_H

#include "conv_2d_i16_tiled.h"
#include "riscv/conv_tile_i16.h"

enum { MRT_I16_4X4_POSITIONS = 4, MRT_I16_4X4_UNIT = 2 };

MRT_INLINE void mrt_conv_2d_i16_4x4_store(const mrt_output *output, const int32_t *entry, const mrt_conv_2d_i16_outs *outs,
                                          int32_t o, uint32_t x0, uint32_t x1, uint32_t x2, uint32_t x3)
{
    const mrt_channel c = mrt_channel_at(entry);

    outs->at3[o] = mrt_output_i16(output, &c, x3);
    outs->at2[o] = mrt_output_i16(output, &c, x2);
    outs->at1[o] = mrt_output_i16(output, &c, x1);
    outs->at0[o] = mrt_output_i16(output, &c, x0);
}

/* Of a last group with less than four channels its first stands in for the missing ones. */
MRT_INLINE void mrt_conv_2d_i16_4x4_block(const mrt_conv_2d_tiled_params *p, const int8_t *panel,
                                          const mrt_conv_2d_i16_outs *outs)
{
    const int32_t  depth = mrt_conv_2d_i16_depth(&p->window), out_c = p->window.out_c;
    const int32_t *entry = p->channels;
    const int8_t  *w = p->w;
    int32_t        o;

    for (o = 0; o < out_c; o += 4, entry += 4 * MRT_CHANNEL_WORDS, w += 4 * depth) {
        mrt_rows_4   rows;
        mrt_sums_4x4 s;
        rows.a = w;
        rows.b = o + 1 < out_c ? w + depth : w;
        rows.c = o + 2 < out_c ? w + 2 * depth : w;
        rows.d = o + 3 < out_c ? w + 3 * depth : w;
        s = mrt_tile_4x4_i16(rows, panel, depth, entry);
        mrt_conv_2d_i16_4x4_store(&p->output, entry, outs, o, s.a0, s.a1, s.a2, s.a3);
        if (o + 1 < out_c)
            mrt_conv_2d_i16_4x4_store(&p->output, entry + MRT_CHANNEL_WORDS, outs, o + 1, s.b0, s.b1, s.b2, s.b3);
        if (o + 2 < out_c)
            mrt_conv_2d_i16_4x4_store(&p->output, entry + 2 * MRT_CHANNEL_WORDS, outs, o + 2, s.c0, s.c1, s.c2, s.c3);
        if (o + 3 < out_c)
            mrt_conv_2d_i16_4x4_store(&p->output, entry + 3 * MRT_CHANNEL_WORDS, outs, o + 3, s.d0, s.d1, s.d2, s.d3);
    }
}

MRT_INLINE void mrt_conv_2d_i16_4x4(const mrt_conv_2d_tiled_params *p, const int16_t *in, int16_t *out, void *scratch)
{
    uint32_t *const panel = (uint32_t *)scratch;
    int8_t *const row = (int8_t *)scratch + mrt_conv_2d_i16_panel_bytes(&p->window, MRT_I16_4X4_UNIT, MRT_I16_4X4_POSITIONS);
    mrt_conv_2d_walk walk = mrt_conv_2d_begin(&p->window, (const int8_t *)(const void *)in);

    mrt_conv_2d_pad_tail(p, MRT_PANEL_BYTES, MRT_I16_4X4_POSITIONS, panel, row);
    while (walk.left > 0) {
        const mrt_conv_2d_i16_outs outs = mrt_conv_2d_i16_outs_at(out, p->window.out_c, walk.left);
        mrt_conv_2d_gather(p, MRT_PANEL_BYTES, MRT_I16_4X4_POSITIONS, &walk, panel, row);
        mrt_conv_2d_i16_4x4_block(p, (const int8_t *)panel, &outs);
        out += MRT_I16_4X4_POSITIONS * p->window.out_c;
    }
}

#endif
