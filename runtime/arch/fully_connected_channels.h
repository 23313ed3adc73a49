/* FULLY_CONNECTED, int8, with a table of channels (channel.h) in place of bias, multipliers and shifts: what the kernels of
 * runtime/arch share. The input's zero point is part of the biases.
 *
 *   out[b,o] = output of channel o for sum_i in[b,i] * w[o,i]
 *
 * in        [rows, in_count]
 * w         [out_count, in_count]; mrt_fully_connected_i8_pairs has its own layout
 * channels  [out_count, rounded up to a multiple of MRT_CHANNELS_MULTIPLE]
 * out       [rows, out_count]    does not overlap in
 * The same bytes as mrt_fully_connected_i8 with a w_zero of 0. Cannot fail, no scratch.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_FULLY_CONNECTED_CHANNELS_H
#define MRT_ARCH_FULLY_CONNECTED_CHANNELS_H

#include "channel.h"

typedef struct mrt_fully_connected_channels_params {
    int32_t                  rows, in_count, out_count;
    mrt_output               output;
    const int8_t            *w;
    const MRT_FLASH int32_t *channels;
} mrt_fully_connected_channels_params;

/* The sums of four outputs, written out: an array would stay in memory. */
typedef struct mrt_fully_connected_sums {
    uint32_t a, b, c, d;
} mrt_fully_connected_sums;

#endif
