/* Windows of convolutions and pools: ONNX' attributes for height and width.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_ONNX_WINDOW_H
#define MOTE_FORMATS_ONNX_WINDOW_H

#include "formats/onnx/operators.h"

typedef struct mote_onnx_window {
    int32_t in[2], kernel[2], stride[2], dilation[2];
    int32_t before[2], behind[2]; /* padding */
} mote_onnx_window;

/* Of operand 0, [N, C, W] or [N, C, H, W]; an image of one dimension has height 1. kernel: that of the weights, an entry an
 * axis; NULL: the attribute says it. False after a failure. */
bool mote_onnx_read_window(mote_import_call *c, mote_onnx_window *w, const int32_t *kernel);

/* How far it reaches along height (0) or width (1). */
int64_t mote_onnx_reach(const mote_onnx_window *w, int32_t i);
/* Whether the padding SAME does what the paddings say. */
bool mote_onnx_is_same(const mote_onnx_window *w);
bool mote_onnx_is_padded(const mote_onnx_window *w);

/* Operand 0 as a tensor [N, H, W, C], and output 0 from one. */
mote_id mote_onnx_image(mote_import_call *c);
void    mote_onnx_give_image(mote_import_call *c, mote_id id);

#endif
