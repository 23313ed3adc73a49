/* ATTENTION, the core of attention of several heads while it is trained: queries [N, T, heads width], keys
 * [N, S, heads width], values [N, S, heads v] -> [N, T, heads v]; math.h has the formula. When the model runs, it is what
 * readers make of Keras' layer, too: mote_attention_add. SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"

enum { QUERY, KEY, VALUE, OPERANDS };

static bool is_sequence(const mote_tensor *in, int32_t heads)
{
    return in && in->dtype == MOTE_F32 && in->rank == 3 && in->dim[1] > 0 && in->dim[2] > 0 && in->dim[2] % heads == 0;
}

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *q = mote_node_in(graph, node, QUERY), *k = mote_node_in(graph, node, KEY),
                      *v = mote_node_in(graph, node, VALUE);
    const int32_t heads = node->as.attention.heads;

    if (heads < 1 || !is_sequence(q, heads) || !is_sequence(k, heads) || !is_sequence(v, heads) || q->dim[0] != k->dim[0] ||
        q->dim[0] != v->dim[0] || q->dim[2] != k->dim[2] || k->dim[1] != v->dim[1])
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "its queries, keys and values do not fit each other");
    mote_set_output(graph, node, 0, MOTE_F32, 3, (int32_t[]){q->dim[0], q->dim[1], v->dim[2]});
    return MOTE_OK;
}

static mote_math_attention shape_of(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_tensor *q = mote_node_in(graph, node, QUERY), *v = mote_node_in(graph, node, VALUE);
    const int32_t      heads = node->as.attention.heads;

    return (mote_math_attention){.n = batch * q->dim[0],
                                 .queries = q->dim[1],
                                 .keys = v->dim[1],
                                 .heads = heads,
                                 .width = q->dim[2] / heads,
                                 .values = v->dim[2] / heads};
}

static size_t saved_bytes(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_math_attention s = shape_of(graph, node, batch);

    return mote_size_mul(mote_size_mul((size_t)s.n, (size_t)s.heads),
                         mote_size_mul((size_t)s.queries, (size_t)s.keys) * sizeof(float));
}

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_math_attention shape = shape_of(graph, node, batch);

    return math->attention_scratch(&shape);
}

static void forward(const mote_call *call)
{
    const mote_math_attention shape = shape_of(call->graph, call->node, call->batch);

    call->math->attention_forward(&shape, call->in[QUERY], call->in[KEY], call->in[VALUE], call->out[0], call->saved,
                                  (mote_math_work){call->pool, call->scratch});
}

static void backward(const mote_call *call)
{
    const mote_math_attention shape = shape_of(call->graph, call->node, call->batch);

    call->math->attention_backward(&shape, call->in[QUERY], call->in[KEY], call->in[VALUE], call->saved, call->grad_out[0],
                                   call->grad_in[QUERY], call->grad_in[KEY], call->grad_in[VALUE],
                                   (mote_math_work){call->pool, call->scratch});
}

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    const mote_math_attention s = shape_of(graph, node, 1);

    return mote_size_mul(mote_size_mul((size_t)s.n * (size_t)s.heads, (size_t)s.queries * (size_t)s.keys),
                         (size_t)s.width + (size_t)s.values);
}

const mote_op mote_op_attention = {
    .in_min = OPERANDS,
    .in_max = OPERANDS,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .saved = saved_bytes,
    .scratch = train_scratch,
    .macs = macs,
};
