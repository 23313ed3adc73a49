/* CONV_2D, int16 with int8 weights, on panels of patches: the bytes of mrt_conv_groups_i16 without groups. Patches are
 * gathered as those of int8 are (conv_2d_tiled.h), whose image has twice the channels: window.in_c counts bytes. Padding is
 * 0.
 *
 *   conv_2d_i16_dsp.h  mrt_conv_2d_i16_dsp  Arm DSP, 2 x 3: two channels' weights side by side
 *   conv_2d_i16_4x4.h  mrt_conv_2d_i16_4x4  RV32IM: TensorFlow Lite's layout
 *
 * channels: channel_i16.h's.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_CONV_2D_I16_TILED_H
#define MRT_ARCH_CONV_2D_I16_TILED_H

#include "channel_i16.h"
#include "conv_2d_tiled.h"

/* Values that a sum runs over. */
MRT_INLINE int32_t mrt_conv_2d_i16_depth(const mrt_window *window)
{
    return mrt_conv_2d_depth(window) / 2;
}

/* Of one position's patch, padded to a multiple of `unit` values, which is even. */
MRT_INLINE int32_t mrt_conv_2d_i16_padded_depth(const mrt_window *window, int32_t unit)
{
    return (mrt_conv_2d_i16_depth(window) + unit - 1) / unit * unit;
}

MRT_INLINE int32_t mrt_conv_2d_i16_panel_bytes(const mrt_window *window, int32_t unit, int32_t positions)
{
    return 2 * mrt_conv_2d_i16_padded_depth(window, unit) * positions;
}

/* The panel, then a row for patches of an odd number of channels. */
MRT_INLINE int32_t mrt_conv_2d_i16_scratch(const mrt_window *window, int32_t unit, int32_t positions)
{
    return mrt_conv_2d_i16_panel_bytes(window, unit, positions) +
           (window->in_c % 4 == 0 ? 0 : mrt_conv_2d_padded_depth(window, MRT_PANEL_BYTES));
}

/* The outputs of a block's positions; missing ones are where the first is. */
typedef struct mrt_conv_2d_i16_outs {
    int16_t *at0, *at1, *at2, *at3;
} mrt_conv_2d_i16_outs;

MRT_INLINE mrt_conv_2d_i16_outs mrt_conv_2d_i16_outs_at(int16_t *out, int32_t out_c, int32_t left)
{
    mrt_conv_2d_i16_outs outs;

    outs.at0 = out;
    outs.at1 = left > 1 ? out + out_c : out;
    outs.at2 = left > 2 ? out + 2 * out_c : out;
    outs.at3 = left > 3 ? out + 3 * out_c : out;
    return outs;
}

#endif
