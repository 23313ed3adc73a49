/* What CONV_2D and DEPTHWISE_CONV_2D share: operands are in [N,H,W,C], weights [.,kernel_h,kernel_w,.] and a bias, which may
 * be absent; they differ in what the weights' first and last dimension mean.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_CONVOLUTION_H
#define MOTE_OPS_CONVOLUTION_H

#include "ops/channels.h"
#include "runtime/arch/conv_2d_tiled.h"
#include "runtime/ops/convolution.h"

size_t mote_convolution_macs(const mote_graph *graph, const mote_node *node, int32_t macs_per_tap);

/* CONV_2D whose outputs read some of the input's channels only. */
bool mote_conv_2d_is_grouped(const mote_graph *graph, const mote_node *node);

/* For any target, the last of CONV_2D's kernels: the others are not for grouped convolutions. ops/conv_2d.h is there. */
#define MOTE_CONV_2D_GROUPED(TYPE)                                                                                          \
    MOTE_REFERENCE_KERNEL(mrt_conv_groups_##TYPE, mrt_conv_groups_##TYPE##_params, "kernels/conv_groups.h",                 \
                          mrt_conv_groups_##TYPE##_run),                                                                    \
        .applies = mote_applies_to_groups
bool mote_applies_to_groups(const mote_graph *graph, const mote_node *node, mote_error *err);

/* As the kernels take it. */
mrt_window mote_convolution_window(const mote_graph *graph, const mote_node *node);

mote_math_conv  mote_convolution_shape(const mote_graph *graph, const mote_node *node, int32_t batch);
mote_math_grads mote_convolution_grads(const mote_call *call);

/* Weights per channel along channel_axis, an int32 bias. */
void mote_convolution_quantize(const mote_node *node, int32_t channel_axis, mote_quant_want *want);

/* A kernel's `overlap`: of one that has read all of a position's window before it writes to that position; depthwise: that
 * goes channel by channel. mrt_window_overlap explains it, and `early`. */
ptrdiff_t mote_convolution_overlap(const mote_graph *graph, const mote_node *node, int32_t early);

/* The same of CONV_2D's tiled kernels, which read a block whole before they write it, and their scratch. */
ptrdiff_t mote_conv_2d_overlap(const mote_graph *graph, const mote_node *node);
size_t    mote_conv_2d_scratch(const mote_graph *graph, const mote_node *node, mrt_panel_format format, int32_t positions);

/* Folds the input's zero point into the bias where there is no padding: weight k of channel o stands at
 * w[o * channel_step + k * tap_step], k < tap_count. */
typedef struct mote_convolution_weights {
    int32_t channel_step, tap_step, tap_count;
} mote_convolution_weights;

mote_status mote_convolution_fold_i8(const mote_convolution_weights *weights, mote_prepared *prepared, mote_error *err);

/* The table of channel entries (runtime/arch/channel.h) that the kernels of runtime/arch read, added to prepared, and what
 * all channels have in common. p: the reference's. */
mote_status mote_convolution_channels(const mrt_conv_i8_params *p, const mote_convolution_weights *weights, bool folds_zero,
                                      mote_prepared *prepared, mrt_output *output, const int32_t **channels,
                                      mote_error *err);

/* The fields of mrt_conv_2d_tiled_params, mrt_depthwise_plane_params and mrt_fully_connected_channels_params. */
extern const mote_field mote_tiled_fields[], mote_plane_fields[], mote_channels_fields[];

/* ---- kernels that work on one channel's plane (runtime/arch/plane.h) ---- */

/* A larger plane costs more memory than it is worth. */
enum { MOTE_PLANE_BYTES_MAX = 32768 };

bool     mote_plane_fits(const mote_graph *graph, const mote_node *node, mote_error *err);
uint32_t mote_plane_in_place(const mote_graph *graph, const mote_node *node);
/* unit: so many outputs of a row are computed at once. */
bool mote_plane_is_transposed(const mrt_window *window, int32_t unit);

#endif
