/* TRANSPOSE_CONV.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/transpose_conv.h"

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    want[0].rule = MOTE_QUANT_KEEP;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_WEIGHTS, .axis = MRT_TRANSPOSE_CONV_CHANNEL_AXIS};
    if (node->in_count > 3)
        want[3] = (mote_quant_want){.rule = MOTE_QUANT_BIAS, .input = 2, .weights = 1};
}

/* Every input value with every weight of its channel; the part that falls outside the output is counted, too. */
static size_t macs(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);

    return mote_size_mul(mote_tensor_count(mote_node_in(graph, node, 2)), mote_tensor_count(w) / (size_t)w->dim[3]);
}

const mote_op mote_op_transpose_conv = {.description = &mrt_operator_transpose_conv, .quantize = quantize, .macs = macs};
