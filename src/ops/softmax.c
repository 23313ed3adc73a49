/* SOFTMAX over the last axis: x [..., C] -> y of the same shape, rows that sum to 1.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/softmax.h"

static int32_t depth_of(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);

    return in->dim[in->rank - 1];
}

static size_t row_count(const mote_graph *graph, const mote_node *node)
{
    return mote_tensor_count(mote_node_in(graph, node, 0)) / (size_t)depth_of(graph, node);
}

/* ---- training ---- */

static void forward(const mote_call *call)
{
    call->math->softmax_forward((size_t)call->batch * row_count(call->graph, call->node), depth_of(call->graph, call->node),
                                call->node->as.softmax.beta, call->in[0], call->out[0]);
}

static void backward(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->softmax_backward((size_t)call->batch * row_count(call->graph, call->node),
                                     depth_of(call->graph, call->node), call->node->as.softmax.beta, call->out[0],
                                     call->grad_out[0], call->grad_in[0], false);
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_FIXED, .low = 0.0f, .high = 1.0f};
}

/* ---- the operator ---- */

const mote_op mote_op_softmax = {
    .description = &mrt_operator_softmax,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
