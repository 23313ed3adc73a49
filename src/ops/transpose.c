/* TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, BROADCAST_ARGS.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/transpose.h"

static void quantize_shapes(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = want[1].rule = want[2].rule = MOTE_QUANT_KEEP;
}

const mote_op mote_op_transpose = {.description = &mrt_operator_transpose, .quantize = mote_quantize_moved};
const mote_op mote_op_reverse_v2 = {.description = &mrt_operator_reverse_v2, .quantize = mote_quantize_moved};
const mote_op mote_op_tile = {.description = &mrt_operator_tile, .quantize = mote_quantize_moved};
const mote_op mote_op_broadcast_to = {.description = &mrt_operator_broadcast_to, .quantize = mote_quantize_moved};
const mote_op mote_op_broadcast_args = {.description = &mrt_operator_broadcast_args, .quantize = quantize_shapes};
