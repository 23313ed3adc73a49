/* GATHER, GATHER_ND, EMBEDDING_LOOKUP.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/gather.h"

/* Values are selected by what is no number to quantize. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_KEEP;
    want[2].rule = MOTE_QUANT_SAME;
}

const mote_op mote_op_gather = {.description = &mrt_operator_gather, .quantize = quantize};
const mote_op mote_op_gather_nd = {.description = &mrt_operator_gather_nd, .quantize = quantize};
/* No wish: an output with the scale of operand 1 cannot be wished for. */
const mote_op mote_op_embedding_lookup = {.description = &mrt_operator_embedding_lookup};
