/* BATCH_MATMUL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/batch_matmul.h"

/* It rescales: operands and output have the ranges that they were seen to have. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = want[1].rule = want[2].rule = MOTE_QUANT_RANGE;
}

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *a = mote_node_in(graph, node, 0);
    const int32_t      depth = a->dim[a->rank - (node->as.batch_matmul.adj_x ? 2 : 1)];

    return mote_size_mul(mote_tensor_count(mote_node_out(graph, node, 0)), (size_t)depth);
}

const mote_op mote_op_batch_matmul = {.description = &mrt_operator_batch_matmul, .quantize = quantize, .macs = macs};
