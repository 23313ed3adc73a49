/* RECURRENT, a recurrent layer while it is trained: x [N, T, I], kernel [G U, I], recurrent kernel [G U, U], bias [G U], of
 * a GRU that resets after its product [2 G U], or absent -> [N, T, U] or [N, U]. math.h has the formulas. When the model
 * runs, it is what readers make of Keras' layers, too: mote_recurrent_add. SPDX-License-Identifier: Apache-2.0 */
#include "ops/recurrent.h"

enum { X, KERNEL, RECURRENT, BIAS, OPERANDS };

static const int32_t gate_counts[MOTE_MATH_CELL_COUNT] = {[MOTE_MATH_RNN] = 1, [MOTE_MATH_GRU] = 3, [MOTE_MATH_LSTM] = 4};

/* ---- shapes ---- */

static bool has_shape(const mote_tensor *in, int32_t rank, int32_t rows, int32_t columns)
{
    return in && in->dtype == MOTE_F32 && in->rank == rank && in->dim[0] == rows && (rank == 1 || in->dim[1] == columns);
}

static mote_status check_attributes(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    const mrt_recurrent_attributes *as = &node->as.recurrent;

    if ((uint32_t)as->cell >= MOTE_MATH_CELL_COUNT || (uint32_t)as->activation >= MOTE_MATH_CURVE_COUNT ||
        (uint32_t)as->recurrent_activation >= MOTE_MATH_CURVE_COUNT)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "its kind or its functions are none that there are");
    if (!(as->dropout >= 0.0f && as->dropout < 1.0f))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "dropout is %g, at least 0 and below 1 expected",
                            (double)as->dropout);
    return MOTE_OK;
}

static mote_status check_weights(const mote_graph *graph, const mote_node *node, int32_t gates, int32_t units,
                                 mote_error *err)
{
    const mote_tensor *x = mote_node_in(graph, node, X), *bias = mote_node_in(graph, node, BIAS);
    const bool         two_rows = node->as.recurrent.cell == MOTE_MATH_GRU && node->as.recurrent.resets_after;

    if (units < 1 || !has_shape(mote_node_in(graph, node, KERNEL), 2, gates * units, x->dim[2]) ||
        !has_shape(mote_node_in(graph, node, RECURRENT), 2, gates * units, units) ||
        (bias && !has_shape(bias, 1, (two_rows ? 2 : 1) * gates * units, 1)))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "its weights do not fit %d units and an input %s", (int)units,
                            mote_shape_show(x).text);
    return MOTE_OK;
}

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *x = mote_node_in(graph, node, X), *recurrent = mote_node_in(graph, node, RECURRENT);
    int32_t            dim[3], units;

    MOTE_TRY(check_attributes(graph, node, err));
    if (!x || x->dtype != MOTE_F32 || x->rank != 3 || x->dim[1] < 1 || !recurrent || recurrent->rank != 2)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input is %s, [batch, time, values] expected",
                            x ? mote_shape_show(x).text : "absent");
    units = recurrent->dim[1];
    MOTE_TRY(check_weights(graph, node, gate_counts[node->as.recurrent.cell], units, err));
    dim[0] = x->dim[0];
    dim[1] = node->as.recurrent.returns_sequences ? x->dim[1] : units;
    dim[2] = units;
    mote_set_output(graph, node, 0, MOTE_F32, node->as.recurrent.returns_sequences ? 3 : 2, dim);
    return MOTE_OK;
}

/* ---- training ---- */

static mote_math_recurrent shape_of(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_tensor              *x = mote_node_in(graph, node, X);
    const mrt_recurrent_attributes *as = &node->as.recurrent;

    return (mote_math_recurrent){.n = batch * x->dim[0],
                                 .steps = x->dim[1],
                                 .in = x->dim[2],
                                 .units = mote_node_in(graph, node, RECURRENT)->dim[1],
                                 .cell = (mote_math_cell)as->cell,
                                 .state = (mote_math_curve)as->activation,
                                 .gate = (mote_math_curve)as->recurrent_activation,
                                 .returns_sequences = as->returns_sequences,
                                 .goes_backwards = as->goes_backwards,
                                 .keeps_time = as->keeps_time,
                                 .resets_after = as->resets_after,
                                 .dropout = as->dropout};
}

static mote_math_recurrent call_shape(const mote_call *call)
{
    mote_math_recurrent shape = shape_of(call->graph, call->node, call->batch);

    shape.dropout = call->is_training ? shape.dropout : 0;
    shape.key = call->key;
    return shape;
}

static size_t saved_bytes(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_math_recurrent shape = shape_of(graph, node, batch);

    return mote_math_select(NULL)->recurrent_saved(&shape); /* the same at every level */
}

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_math_recurrent shape = shape_of(graph, node, batch);

    return math->recurrent_scratch(&shape);
}

static bool has_bias(const mote_call *call)
{
    return call->node->in_count > BIAS;
}

static void forward(const mote_call *call)
{
    const mote_math_recurrent shape = call_shape(call);

    call->math->recurrent_forward(&shape, call->in[X], call->in[KERNEL], call->in[RECURRENT],
                                  has_bias(call) ? call->in[BIAS] : NULL, call->out[0], call->saved,
                                  (mote_math_work){call->pool, call->scratch});
}

static void backward(const mote_call *call)
{
    const mote_math_recurrent shape = call_shape(call);

    call->math->recurrent_backward(&shape, call->in[KERNEL], call->in[RECURRENT], call->grad_out[0], call->grad_in[X],
                                   call->grad_in[KERNEL], call->grad_in[RECURRENT],
                                   has_bias(call) ? call->grad_in[BIAS] : NULL, call->saved,
                                   (mote_math_work){call->pool, call->scratch});
}

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    const mote_math_recurrent s = shape_of(graph, node, 1);
    const size_t              gates = mote_size_mul((size_t)gate_counts[s.cell], (size_t)s.units);

    return mote_size_mul(mote_size_mul((size_t)s.n, (size_t)s.steps), mote_size_mul(gates, (size_t)s.in + (size_t)s.units));
}

const mote_op mote_op_recurrent = {
    .in_min = BIAS,
    .in_max = OPERANDS,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .saved = saved_bytes,
    .scratch = train_scratch,
    .macs = macs,
};
