/* What convolutions and pooling share: how far the window reaches, how many outputs it has, where padding goes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_OPERATORS_WINDOW_H
#define MRT_INTERPRETER_OPERATORS_WINDOW_H

#include "../../kernels/window.h"
#include "../build.h"

/* TensorFlow Lite's codes. */
enum { MRT_PADDING_SAME = 0, MRT_PADDING_VALID = 1 };

/* window: kernel, strides and dilations are given. For operand 0 [N, H, W, C], fills in the rest and checks the output's
 * shape [N, out_h, out_w, out_c] against it.
 *   reach = (kernel - 1) * dilation + 1
 *   SAME:  out = ceil(in / stride), padding = max((out - 1) * stride + reach - in, 0), the odd one at the end
 *   VALID: out = floor((in - reach) / stride) + 1, no padding
 * Source: TensorFlow Lite's ComputePaddingHeightWidth (kernels/padding.h). */
MRT_API mrt_reason mrt_resolve_window(const mrt_build *b, uint32_t padding, int32_t out_c, mrt_window *window);

#endif
