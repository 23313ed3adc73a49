/* CONV_2D, int8, on panels of patches: the bytes of mrt_conv_2d_i8.
 *
 *     blocks of P output positions:  gather their patches into the panel (scratch)
 *         T output channels at once: tile: T x P sums;  requantize, store
 *
 * This file has the parameters, the walk over positions and the gathering; what a tile is, P, T and the weights' layout are
 * the variants' own:
 *
 *   conv_2d_dsp.h   mrt_conv_2d_i8_dsp    Arm DSP, 1 x 4: TensorFlow Lite's layout
 *                   mrt_conv_2d_i8_pairs  Arm DSP, 2 x 3: two channels' weights in a halfword
 *   conv_2d_4x4.h   mrt_conv_2d_i8_4x4    RV32IM: TensorFlow Lite's layout
 *   conv_2d_2x3.h   mrt_conv_2d_i8_2x3    plain C for any chip: TensorFlow Lite's layout
 *
 * All inputs of a block are read before its first output is written, so out may run over in as the host's overlap says. The
 * positions that are missing in the last block are stored to the place of the first, before it.
 * scratch: mrt_conv_2d_scratch bytes, aligned to 4.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_CONV_2D_TILED_H
#define MRT_ARCH_CONV_2D_TILED_H

#include "patch.h"

/* How patches get into the panel. */
typedef enum mrt_conv_2d_patches {
    MRT_PATCHES_POINTS, /* 1 x 1, stride 1: they lie one behind the other in the input */
    MRT_PATCHES_WORDS,  /* in_c is a multiple of 4: word by word */
    MRT_PATCHES_ROWS    /* else: into a row of bytes first */
} mrt_conv_2d_patches;

/* The sums run over `depth` = kernel_h * kernel_w * in_c values. */
typedef struct mrt_conv_2d_tiled_params {
    mrt_window               window;
    mrt_output               output;
    int32_t                  patches; /* an mrt_conv_2d_patches: mrt_conv_2d_patches_of(&window) */
    int32_t                  in_zero;
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int32_t *channels; /* [out_c, MRT_CHANNEL_WORDS]; folds_zero where the panel holds bytes */
} mrt_conv_2d_tiled_params;

MRT_INLINE int32_t mrt_conv_2d_depth(const mrt_window *window)
{
    return window->kernel_h * window->kernel_w * window->in_c;
}

/* Of one position in the panel; pairs come in groups of 8 values. */
MRT_INLINE int32_t mrt_conv_2d_padded_depth(const mrt_window *window, mrt_panel_format format)
{
    const int32_t depth = mrt_conv_2d_depth(window);

    return format == MRT_PANEL_BYTES ? (depth + 3) & ~3 : (depth + 7) & ~7;
}

/* Without a row for patches whose channels are no multiple of 4, panels are written as they are read. */
MRT_INLINE int32_t mrt_conv_2d_panel_bytes(const mrt_window *window, mrt_panel_format format, int32_t positions)
{
    return mrt_conv_2d_padded_depth(window, format) * positions * (format == MRT_PANEL_BYTES ? 1 : 2);
}

MRT_INLINE int32_t mrt_conv_2d_scratch(const mrt_window *window, mrt_panel_format format, int32_t positions)
{
    return mrt_conv_2d_panel_bytes(window, format, positions) +
           (window->in_c % 4 == 0 ? 0 : mrt_conv_2d_padded_depth(window, format));
}

MRT_INLINE mrt_conv_2d_patches mrt_conv_2d_patches_of(const mrt_window *window)
{
    if (window->in_c % 4 != 0)
        return MRT_PATCHES_ROWS;
    return window->kernel_h == 1 && window->kernel_w == 1 && window->stride_h == 1 && window->stride_w == 1 &&
                   window->pad_top == 0 && window->pad_left == 0 && window->out_h == window->in_h &&
                   window->out_w == window->in_w
               ? MRT_PATCHES_POINTS
               : MRT_PATCHES_WORDS;
}

/* Goes through output positions in their order. */
typedef struct mrt_conv_2d_walk {
    const int8_t *in; /* the image; pointwise: the position's own values */
    int32_t       oy, ox, left;
} mrt_conv_2d_walk;

MRT_INLINE void mrt_conv_2d_next(const mrt_conv_2d_tiled_params *p, mrt_conv_2d_walk *walk)
{
    const mrt_window *window = &p->window;

    walk->left--;
    if (p->patches == MRT_PATCHES_POINTS) {
        walk->in += window->in_c;
        return;
    }
    if (++walk->ox < window->out_w)
        return;
    walk->ox = 0;
    if (++walk->oy < window->out_h)
        return;
    walk->oy = 0;
    walk->in += window->in_h * window->in_w * window->in_c;
}

/* One position of the panel, whose `group` is set; row: mrt_conv_2d_row's. */
MRT_INLINE void mrt_conv_2d_gather_one(const mrt_conv_2d_tiled_params *p, const mrt_conv_2d_walk *walk, mrt_panel *panel,
                                       int8_t *row)
{
    const mrt_window *window = &p->window;
    const int32_t     top = walk->oy * window->stride_h - window->pad_top;
    const int32_t     left = walk->ox * window->stride_w - window->pad_left;

    if (p->patches == MRT_PATCHES_POINTS) {
        mrt_panel_copy(panel, walk->in, window->in_c);
    } else if (p->patches == MRT_PATCHES_WORDS) {
        mrt_panel_patch(panel, window, walk->in, top, left);
    } else {
        mrt_panel patch = *panel;
        patch.format = MRT_PANEL_ROW;
        patch.byte = row;
        patch.zero = (uint32_t)p->in_zero;
        mrt_panel_patch(&patch, window, walk->in, top, left);
        mrt_panel_copy(panel, row, mrt_conv_2d_padded_depth(window, panel->format));
    }
}

MRT_INLINE mrt_panel mrt_conv_2d_panel(const mrt_conv_2d_tiled_params *p, mrt_panel_format format, int32_t positions)
{
    mrt_panel panel;

    panel.group = NULL;
    panel.byte = NULL;
    panel.positions = positions;
    panel.format = format;
    panel.zero = format == MRT_PANEL_BYTES ? mrt_repeat_byte(p->in_zero)
                                           : ((uint32_t)-p->in_zero & 0xffffu) | (uint32_t)-p->in_zero << 16;
    return panel;
}

/* What follows the last value of a patch up to the padded depth is written once. */
MRT_INLINE void mrt_conv_2d_pad_tail(const mrt_conv_2d_tiled_params *p, mrt_panel_format format, int32_t positions,
                                     uint32_t *groups, int8_t *row)
{
    const mrt_window *window = &p->window;
    const int32_t     depth = mrt_conv_2d_depth(window), padded = mrt_conv_2d_padded_depth(window, format);
    int32_t           i;

    if (p->patches == MRT_PATCHES_ROWS) {
        for (i = depth; i < padded; i++)
            row[i] = (int8_t)p->in_zero;
    } else if (format == MRT_PANEL_PAIRS && depth != padded) {
        for (i = depth / 2 * positions; i < padded / 2 * positions; i++)
            groups[i] = 0;
    }
}

/* Fills the panel with the next block. */
MRT_INLINE void mrt_conv_2d_gather(const mrt_conv_2d_tiled_params *p, mrt_panel_format format, int32_t positions,
                                   mrt_conv_2d_walk *walk, uint32_t *groups, int8_t *row)
{
    mrt_panel panel = mrt_conv_2d_panel(p, format, positions);
    int32_t   i;

    for (i = 0; i < positions && walk->left > 0; i++) {
        panel.group = groups + i;
        mrt_conv_2d_gather_one(p, walk, &panel, row);
        mrt_conv_2d_next(p, walk);
    }
}

/* The outputs of a block's positions; missing ones are where the first is. */
typedef struct mrt_conv_2d_outs {
    int8_t *at0, *at1, *at2, *at3;
} mrt_conv_2d_outs;

MRT_INLINE mrt_conv_2d_outs mrt_conv_2d_outs_at(int8_t *out, int32_t out_c, int32_t left)
{
    mrt_conv_2d_outs outs;

    outs.at0 = out;
    outs.at1 = left > 1 ? out + out_c : out;
    outs.at2 = left > 2 ? out + 2 * out_c : out;
    outs.at3 = left > 3 ? out + 3 * out_c : out;
    return outs;
}

MRT_INLINE mrt_conv_2d_walk mrt_conv_2d_begin(const mrt_window *window, const int8_t *in)
{
    mrt_conv_2d_walk walk;

    walk.in = in;
    walk.oy = walk.ox = 0;
    walk.left = window->batch * window->out_h * window->out_w;
    return walk;
}

/* Panel and row in scratch. */
MRT_INLINE int8_t *mrt_conv_2d_row(const mrt_window *window, mrt_panel_format format, int32_t positions, void *scratch)
{
    return (int8_t *)scratch + mrt_conv_2d_panel_bytes(window, format, positions);
}

#endif
