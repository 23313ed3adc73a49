/* FULLY_CONNECTED's kernels for int8: the reference, and those of runtime/arch.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_FULLY_CONNECTED_I8_H
#define MOTE_OPS_FULLY_CONNECTED_I8_H

#include "ops/op.h"

extern const mote_kernel mote_fully_connected_kernels_i8[]; /* ends with a NULL symbol */

/* Rows of the input that the weights are applied to. */
int32_t mote_fully_connected_rows(const mote_graph *graph, const mote_node *node);

#endif
