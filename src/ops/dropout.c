/* DROPOUT: in training each element is kept, times 1 / (1 - rate), with probability 1 - rate, else 0; otherwise y = x.
 * Which are kept is a function of the call's key and the element's index only, so backward asks again and nothing is saved.
 * Source: Srivastava et al. 2014 (JMLR 15), inverted as in Keras.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/op.h"

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const float rate = node->as.dropout.rate;

    if (!(rate >= 0.0f && rate < 1.0f))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "rate is %g, at least 0 and below 1 expected", (double)rate);
    return mote_op_infer_same(graph, node, err);
}

static void pass(const mote_call *call, const float *from, float *to)
{
    const size_t count = (size_t)call->batch * mote_tensor_count(mote_node_in(call->graph, call->node, 0));

    if (call->is_training)
        call->math->dropout(count, call->node->as.dropout.rate, call->key, from, to, false);
    else if (to != from)
        memcpy(to, from, count * sizeof *to);
}

static void forward(const mote_call *call)
{
    pass(call, call->in[0], call->out[0]);
}

static void backward(const mote_call *call)
{
    if (call->grad_in[0])
        pass(call, call->grad_out[0], call->grad_in[0]);
}

const mote_op mote_op_dropout = {
    .in_min = 1,
    .in_max = 1,
    .infer = infer,
    .forward = forward,
    .backward = backward,
};
