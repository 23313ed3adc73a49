/* RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/resize.h"

/* Values are selected, or lie between others. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_KEEP;
    want[2].rule = MOTE_QUANT_SAME;
}

const mote_op mote_op_resize_bilinear = {.description = &mrt_operator_resize_bilinear, .quantize = quantize};
const mote_op mote_op_resize_nearest_neighbor = {.description = &mrt_operator_resize_nearest_neighbor, .quantize = quantize};
