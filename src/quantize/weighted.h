/* Layers whose outputs are sums of weights times inputs, in one form: which weights a channel has, and what they meet.
 *
 *     y[position][c] = bias[c] + sum over k < taps of w[c * channel_step + k * tap_step] * patch(position, group of c)[k]
 *
 * A convolution has one group, a depthwise one a group for each input channel; a dense layer is a convolution whose window
 * is all that it reads. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_QUANTIZE_WEIGHTED_H
#define MOTE_QUANTIZE_WEIGHTED_H

#include "graph/graph.h"
#include "runtime/kernels/window.h"

typedef struct mote_weighted {
    mrt_window window;
    int32_t    channels, groups, taps;
    int32_t    depth; /* input channels that a group reads; taps = kernel_h * kernel_w * depth */
    size_t     channel_step, tap_step;
    size_t     positions; /* of one sample */
} mote_weighted;

/* False: the node is no CONV_2D, DEPTHWISE_CONV_2D or FULLY_CONNECTED with constant weights, or its bias is computed. */
bool mote_weighted_find(mote_weighted *out, const mote_graph *graph, const mote_node *node);

/* How many output channels share a group's inputs: channel c is in group c / this. */
int32_t mote_weighted_shares(const mote_weighted *layer);
/* The input channel that tap k of channel c reads. */
int32_t mote_weighted_source(const mote_weighted *layer, int32_t c, int32_t k);

/* What a group's channels multiply at a position, [taps]: what lies outside the input is 0. x: of one sample. */
void mote_weighted_patch(const mote_weighted *layer, const float *x, size_t position, int32_t group, float *patch);

#endif
