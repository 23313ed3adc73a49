/* GATHER, GATHER_ND, EMBEDDING_LOOKUP.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/gather.h"

const mote_op mote_op_gather = {.description = &mrt_operator_gather, .quantize = mote_quantize_moved};
const mote_op mote_op_gather_nd = {.description = &mrt_operator_gather_nd, .quantize = mote_quantize_moved};

/* Operand 0 says which rows of operand 1. */
static void quantize_embedding(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = MOTE_QUANT_KEEP;
    want[2] = (mote_quant_want){.rule = MOTE_QUANT_SAME, .of = 1};
}

const mote_op mote_op_embedding_lookup = {.description = &mrt_operator_embedding_lookup, .quantize = quantize_embedding};
