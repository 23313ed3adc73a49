/* Patches: what one output position of a convolution reads, laid in a row, kernel_h * kernel_w * in_c values; several such
 * rows side by side are a panel, which a tile multiplies by the weights of several output channels.
 *
 * The panel's order depends on the tile (`format`); groups are of 4 values, padded with zeros to whole groups or pairs of
 * them:
 *
 *   MRT_PANEL_BYTES     a group: a word of each position, the 4 values as they are; padding is the zero point
 *   MRT_PANEL_PAIRS     a group: a word {value 0, value 2} of each position, then {value 1, value 3} of each; halfwords that
 *                       hold value - zero point; padding is 0
 *
 * Taps outside the input are padding. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_PATCH_H
#define MRT_ARCH_PATCH_H

#include "../kernels/window.h"
#include "arm_dsp/dsp.h"

typedef enum mrt_panel_format { MRT_PANEL_BYTES, MRT_PANEL_PAIRS, MRT_PANEL_ROW } mrt_panel_format;

/* Where the next group of one position goes. `positions` of a panel lie side by side. MRT_PANEL_ROW: bytes in a row, of any
 * count: where in_c is no multiple of 4, a patch is laid there first. */
typedef struct mrt_panel {
    uint32_t        *group;
    int8_t          *byte; /* MRT_PANEL_ROW */
    int32_t          positions;
    uint32_t         zero; /* four zero points, or two times minus the zero point */
    mrt_panel_format format;
} mrt_panel;

MRT_INLINE void mrt_panel_word(mrt_panel *panel, uint32_t word)
{
    if (panel->format == MRT_PANEL_BYTES) {
        panel->group[0] = word;
        panel->group += panel->positions;
    } else {
        panel->group[0] = mrt_even_bytes_plus(panel->zero, word);
        panel->group[panel->positions] = mrt_odd_bytes_plus(panel->zero, word);
        panel->group += 2 * panel->positions;
    }
}

/* MRT_PANEL_ROW: any count, anywhere. */
MRT_INLINE void mrt_panel_copy_row(mrt_panel *panel, const int8_t *in, int32_t count)
{
    int8_t *to = panel->byte;

    panel->byte += count;
    for (; count >= 4; count -= 4, in += 4, to += 4) {
#if MRT_HAS_UNALIGNED
        mrt_store_word(to, mrt_load_word(in));
#else
        to[0] = in[0];
        to[1] = in[1];
        to[2] = in[2];
        to[3] = in[3];
#endif
    }
    if (count > 0)
        to[0] = in[0];
    if (count > 1)
        to[1] = in[1];
    if (count > 2)
        to[2] = in[2];
}

/* count values from `in`; both are multiples of 4 but for MRT_PANEL_ROW. */
MRT_INLINE void mrt_panel_copy(mrt_panel *panel, const int8_t *in, int32_t count)
{
    const int8_t *const end = in + count;

    if (panel->format == MRT_PANEL_ROW) {
        mrt_panel_copy_row(panel, in, count);
        return;
    }
    for (; end - in >= 8; in += 8) {
        mrt_panel_word(panel, mrt_load_aligned_word(in));
        mrt_panel_word(panel, mrt_load_aligned_word(in + 4));
    }
    if (in != end)
        mrt_panel_word(panel, mrt_load_aligned_word(in));
}

MRT_INLINE void mrt_panel_pad(mrt_panel *panel, int32_t count)
{
    if (panel->format == MRT_PANEL_ROW) {
        for (; count > 0; count--)
            *panel->byte++ = (int8_t)panel->zero;
        return;
    }
    for (; count > 0; count -= 4) {
        panel->group[0] = panel->format == MRT_PANEL_BYTES ? panel->zero : 0u;
        if (panel->format == MRT_PANEL_PAIRS)
            panel->group[panel->positions] = 0u;
        panel->group += panel->format == MRT_PANEL_BYTES ? panel->positions : 2 * panel->positions;
    }
}

/* The same in fewer instructions of code, for where there is little to copy. */
MRT_INLINE void mrt_panel_copy_tap(mrt_panel *panel, const int8_t *in, int32_t count)
{
    for (; panel->format == MRT_PANEL_ROW && count > 0; count--)
        *panel->byte++ = *in++;
    for (; count > 0; count -= 4, in += 4)
        mrt_panel_word(panel, mrt_load_aligned_word(in));
}

/* One row of taps that lies inside the input: row points to its first column. */
MRT_INLINE void mrt_panel_taps(mrt_panel *panel, const mrt_window *window, const int8_t *row, int32_t column)
{
    int32_t kx;

    for (kx = 0; kx < window->kernel_w; kx++, column += window->dilation_w)
        if (column >= 0 && column < window->in_w)
            mrt_panel_copy_tap(panel, row + column * window->in_c, window->in_c);
        else
            mrt_panel_pad(panel, window->in_c);
}

/* A patch that reaches beyond the input, or is dilated. One function for all: such patches are few, and its code is long. */
static MRT_NOINLINE MRT_UNUSED void mrt_panel_border(mrt_panel *panel, const mrt_window *window, const int8_t *in,
                                                     int32_t row, int32_t column)
{
    int32_t ky;

    for (ky = 0; ky < window->kernel_h; ky++, row += window->dilation_h)
        if (row >= 0 && row < window->in_h)
            mrt_panel_taps(panel, window, in + row * window->in_w * window->in_c, column);
        else
            mrt_panel_pad(panel, window->kernel_w * window->in_c);
}

MRT_INLINE int mrt_patch_is_inside(const mrt_window *window, int32_t row, int32_t column)
{
    return window->dilation_h == 1 && window->dilation_w == 1 && row >= 0 && row + window->kernel_h <= window->in_h &&
           column >= 0 && column + window->kernel_w <= window->in_w;
}

/* The patch of the output position whose first tap is at (row, column) of the image `in`. */
MRT_INLINE void mrt_panel_patch(const mrt_panel *panel, const mrt_window *window, const int8_t *in, int32_t row,
                                int32_t column)
{
    mrt_panel local = *panel;
    int32_t   ky;

    if (mrt_patch_is_inside(window, row, column)) {
        in += (row * window->in_w + column) * window->in_c;
        for (ky = 0; ky < window->kernel_h; ky++, in += window->in_w * window->in_c)
            mrt_panel_copy(&local, in, window->kernel_w * window->in_c);
    } else { /* copies, whose addresses may leave: constant parameters stay constants elsewhere */
        mrt_panel  border = *panel;
        mrt_window shape = *window;
        mrt_panel_border(&border, &shape, in, row, column);
    }
}

#endif
