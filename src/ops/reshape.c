/* RESHAPE: the same values in another shape: x, shape (int32, may be absent) -> y. Nothing moves: the output is a view.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/op.h"
#include "runtime/ops/reshape.h"

/* ---- training ---- */

static size_t byte_count(const mote_call *call)
{
    return (size_t)call->batch * mote_tensor_count(mote_node_in(call->graph, call->node, 0)) * sizeof(float);
}

static void forward(const mote_call *call)
{
    if (call->out[0] != call->in[0])
        memcpy(call->out[0], call->in[0], byte_count(call));
}

static void backward(const mote_call *call)
{
    if (call->grad_in[0] && call->grad_in[0] != call->grad_out[0])
        memcpy(call->grad_in[0], call->grad_out[0], byte_count(call));
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    if (node->in_count > 1)
        want[1].rule = MOTE_QUANT_KEEP;
    want[node->in_count].rule = MOTE_QUANT_SAME;
}

/* ---- the operator ---- */

const mote_op mote_op_reshape = {
    .description = &mrt_operator_reshape,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
