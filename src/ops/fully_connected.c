/* FULLY_CONNECTED: in [..., I], weights [O, I], bias [O] or absent -> out [N, O] (or [..., O] with keep_num_dims).
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/fully_connected.h"

static int32_t row_count(const mote_graph *graph, const mote_node *node)
{
    return (int32_t)(mote_tensor_count(mote_node_in(graph, node, 0)) / (size_t)mote_node_in(graph, node, 1)->dim[1]);
}

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    return mote_size_mul(mote_tensor_count(mote_node_in(graph, node, 0)), (size_t)mote_node_in(graph, node, 1)->dim[0]);
}

/* ---- training ---- */

static mote_math_dense dense_shape(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);

    return (mote_math_dense){.rows = batch * row_count(graph, node),
                             .in = w->dim[1],
                             .out = w->dim[0],
                             .activation = mote_math_activation_of(node->activation)};
}

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mote_math_dense shape = dense_shape(graph, node, batch);

    return math->dense_scratch(&shape);
}

static void forward(const mote_call *call)
{
    mote_math_dense shape = dense_shape(call->graph, call->node, call->batch);
    const float    *bias = call->node->in_count > 2 ? call->in[2] : NULL;

    call->math->dense_forward(&shape, call->in[0], call->in[1], bias, call->out[0],
                              (mote_math_work){call->pool, call->scratch});
}

static void backward(const mote_call *call)
{
    mote_math_dense shape = dense_shape(call->graph, call->node, call->batch);
    mote_math_grads grads = {.x = call->in[0],
                             .w = call->in[1],
                             .y = call->out[0],
                             .dy = call->grad_out[0],
                             .dx = call->grad_in[0],
                             .dw = call->grad_in[1],
                             .db = call->node->in_count > 2 ? call->grad_in[2] : NULL};

    call->math->dense_backward(&shape, &grads, (mote_math_work){call->pool, call->scratch});
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_WEIGHTS, .axis = 0};
    if (node->in_count > 2)
        want[2] = (mote_quant_want){.rule = MOTE_QUANT_BIAS, .input = 0, .weights = 1};
}

/* ---- the operator ---- */

const mote_op mote_op_fully_connected = {
    .description = &mrt_operator_fully_connected,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
    .scratch = train_scratch,
    .macs = macs,
};
