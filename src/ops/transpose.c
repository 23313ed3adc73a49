/* TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, BROADCAST_ARGS.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/transpose.h"

/* Values move; the second operand says where to. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_KEEP;
    want[2].rule = MOTE_QUANT_SAME;
}

static void quantize_shapes(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = want[1].rule = want[2].rule = MOTE_QUANT_KEEP;
}

const mote_op mote_op_transpose = {.description = &mrt_operator_transpose, .quantize = quantize};
const mote_op mote_op_reverse_v2 = {.description = &mrt_operator_reverse_v2, .quantize = quantize};
const mote_op mote_op_tile = {.description = &mrt_operator_tile, .quantize = quantize};
const mote_op mote_op_broadcast_to = {.description = &mrt_operator_broadcast_to, .quantize = quantize};
const mote_op mote_op_broadcast_args = {.description = &mrt_operator_broadcast_args, .quantize = quantize_shapes};
