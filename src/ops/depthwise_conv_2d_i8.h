/* DEPTHWISE_CONV_2D's kernels for int8: the reference, and those of runtime/arch.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_DEPTHWISE_CONV_2D_I8_H
#define MOTE_OPS_DEPTHWISE_CONV_2D_I8_H

#include "ops/op.h"

extern const mote_kernel mote_depthwise_conv_2d_kernels_i8[]; /* ends with a NULL symbol */

/* The reference kernels', for int8 and float32. */
ptrdiff_t mote_depthwise_conv_2d_overlap(const mote_graph *graph, const mote_node *node);

#endif
