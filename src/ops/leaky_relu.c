/* LEAKY_RELU: x of any shape -> y of the same shape.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/leaky_relu.h"

/* ---- training ---- */

static void forward(const mote_call *call)
{
    call->math->leaky_relu_forward(mote_call_count(call), call->node->as.leaky_relu.alpha, call->in[0], call->out[0]);
}

/* It looks at the sign of what is y elsewhere: x has the same, and has it also where alpha is not positive. */
static void backward(const mote_call *call)
{
    if (call->grad_in[0])
        call->math->leaky_relu_backward(mote_call_count(call), call->node->as.leaky_relu.alpha, call->in[0],
                                        call->grad_out[0], call->grad_in[0], false);
}

/* ---- quantization ---- */

/* It rescales, so its output has the range that it was seen to have. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_RANGE;
}

/* ---- the operator ---- */

const mote_op mote_op_leaky_relu = {
    .description = &mrt_operator_leaky_relu,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
