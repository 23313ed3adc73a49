/* What convolutions and pooling share: how far the window reaches, how many outputs it has, where padding goes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_WINDOW_H
#define MOTE_OPS_WINDOW_H

#include "ops/op.h"
#include "runtime/kernels/window.h"

typedef struct mote_window {
    int32_t kernel_h, kernel_w, stride_h, stride_w;
    int32_t dilation_h, dilation_w; /* 1: dense */
} mote_window;

/* For in[0] [N, H, W, C]: resolves *padding from its mode, and makes output 0 [N, out_h, out_w, out_c] of the input's type.
 *   reach = (kernel - 1) * dilation + 1
 *   SAME:  out = ceil(in / stride), padding = max((out - 1) * stride + reach - in, 0), the odd one at the end
 *   VALID: out = floor((in - reach) / stride) + 1, no padding
 * Source: TensorFlow Lite's ComputePaddingHeightWidth (kernels/padding.h). */
mote_status mote_window_infer(mote_graph *graph, mote_node *node, const mote_window *window, mote_padding *padding,
                              int32_t out_c, mote_error *err);

/* The runtime's form of it, for one sample; after infer. */
mrt_window mote_window_prepare(const mote_graph *graph, const mote_node *node, const mote_window *window,
                               const mote_padding *padding);

/* Multiply-accumulates of one output value, times their number; padding counts like data. */
size_t mote_window_macs(const mote_graph *graph, const mote_node *node, const mote_window *window, int32_t macs_per_tap);

/* A kernel's `overlap` (op.h), in bytes, for values of value_bytes in and out: of one that writes positions in their order
 * and has read a position's whole window before it writes to that position, or goes on as if: channel i of the output needs
 * only channels i and up of the input. `early`: how many values of a position it writes before, and still reads the window
 * from its beginning (out_c - 1 where each output channel is a sum of its own over all input channels). Exact where the
 * window is dense; where it is dilated and padded, up to a dilation more than needed. */
ptrdiff_t mote_window_overlap(const mrt_window *window, size_t value_bytes, int32_t early);

/* The window's members in the fields of a parameter struct T, which has it as `window`. */
#define MOTE_WINDOW_FIELDS(T)                                                                                               \
    MOTE_FIELD(T, window.batch), MOTE_FIELD(T, window.in_h), MOTE_FIELD(T, window.in_w), MOTE_FIELD(T, window.in_c),        \
        MOTE_FIELD(T, window.out_h), MOTE_FIELD(T, window.out_w), MOTE_FIELD(T, window.out_c),                              \
        MOTE_FIELD(T, window.kernel_h), MOTE_FIELD(T, window.kernel_w), MOTE_FIELD(T, window.stride_h),                     \
        MOTE_FIELD(T, window.stride_w), MOTE_FIELD(T, window.dilation_h), MOTE_FIELD(T, window.dilation_w),                 \
        MOTE_FIELD(T, window.pad_top), MOTE_FIELD(T, window.pad_left)

#endif
