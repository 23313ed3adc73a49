/* BATCH_NORMALIZATION over the last axis, as Keras 3 defines it: x [..., C], gamma [C] or absent, beta [C] or absent,
 * moving mean [C], moving variance [C] -> y of x's shape.
 *
 *   y = (x - mean) / sqrt(variance + epsilon) * gamma + beta
 *
 * In training mean and (biased) variance are the batch's, and the moving ones follow: m = m momentum + batch (1 - momentum).
 * Otherwise, and where the layer is frozen, they are the moving ones. After training passes/ folds the operator into the one
 * in front. Source: Ioffe and Szegedy 2015 (arXiv:1502.03167). SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "ops/op.h"

enum { X, GAMMA, BETA, MOVING_MEAN, MOVING_VARIANCE, OPERANDS };

/* ---- shapes ---- */

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor                       *x = mote_node_in(graph, node, X);
    const mrt_batch_normalization_attributes as = node->as.batch_normalization;
    int32_t                                  i;

    if (node->in_count != OPERANDS || !mote_node_in(graph, node, MOVING_MEAN) || !mote_node_in(graph, node, MOVING_VARIANCE))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "moving mean and variance are missing");
    if (x->dtype != MOTE_F32 || x->rank < 1 || x->dim[x->rank - 1] < 1)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input is %s %s, float32 with channels expected",
                            mote_dtype_name(x->dtype), mote_shape_show(x).text);
    for (i = GAMMA; i < OPERANDS; i++) {
        const mote_tensor *in = mote_node_in(graph, node, i);
        if (in && (in->kind != MOTE_CONST || in->dtype != MOTE_F32 || in->rank != 1 || in->dim[0] != x->dim[x->rank - 1]))
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input %d is %s, a constant [%d] expected", i,
                                mote_shape_show(in).text, x->dim[x->rank - 1]);
    }
    if (!(as.momentum >= 0.0f && as.momentum <= 1.0f) || !(as.epsilon > 0.0f) || !isfinite(as.epsilon))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err,
                            "momentum is %g and epsilon %g; 0 to 1 and a positive number expected", (double)as.momentum,
                            (double)as.epsilon);
    return mote_op_infer_same(graph, node, err);
}

/* ---- training ---- */

static mote_math_norm norm_shape(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_tensor *x = mote_node_in(graph, node, X);
    const int32_t      channels = x->dim[x->rank - 1];

    return (mote_math_norm){.rows = (size_t)batch * (mote_tensor_count(x) / (size_t)channels),
                            .channels = channels,
                            .epsilon = node->as.batch_normalization.epsilon};
}

/* The batch's statistics, one after the other. */
typedef struct statistics {
    float *mean, *variance, *inv_std;
} statistics;

static size_t saved_bytes(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    return 3 * (size_t)norm_shape(graph, node, batch).channels * sizeof(float);
}

static statistics statistics_in(const mote_call *call, int32_t channels)
{
    float *saved = call->saved;

    return (statistics){saved, saved + channels, saved + 2 * channels};
}

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mote_math_norm shape = norm_shape(graph, node, batch);

    return math->batch_norm_scratch(&shape);
}

/* The moving statistics are the one kind of operand that training writes: the cast below is the only place. */
static void move_towards(const mote_call *call, int32_t operand, const float *batch, int32_t channels)
{
    const float momentum = call->node->as.batch_normalization.momentum;
    float      *moving = (float *)(uintptr_t)call->in[operand];
    int32_t     c;

    for (c = 0; c < channels; c++)
        moving[c] = moving[c] * momentum + batch[c] * (1.0f - momentum);
}

static bool takes_batch(const mote_call *call)
{
    const mrt_batch_normalization_attributes *as = &call->node->as.batch_normalization;

    return call->is_training && !as->is_frozen && !as->is_inferring;
}

static void forward(const mote_call *call)
{
    const mote_math_norm shape = norm_shape(call->graph, call->node, call->batch);
    const mote_math_work work = {call->pool, call->scratch};

    if (takes_batch(call)) {
        const statistics batch = statistics_in(call, shape.channels);
        call->math->batch_norm_train(&shape, call->in[X], call->in[GAMMA], call->in[BETA], call->out[0], batch.mean,
                                     batch.variance, batch.inv_std, work);
        move_towards(call, MOVING_MEAN, batch.mean, shape.channels);
        move_towards(call, MOVING_VARIANCE, batch.variance, shape.channels);
        return;
    }
    call->math->batch_norm_infer(&shape, call->in[X], call->in[GAMMA], call->in[BETA], call->out[0], call->in[MOVING_MEAN],
                                 call->in[MOVING_VARIANCE], work);
}

/* With the moving statistics, which do not depend on x, y is a line in x. */
static void backward_inferring(const mote_call *call, const mote_math_norm *shape)
{
    const float *gamma = call->in[GAMMA], *dy = call->grad_out[0];
    float       *dx = call->grad_in[X], *dgamma = call->grad_in[GAMMA], *dbeta = call->grad_in[BETA];
    int32_t      c;

    for (c = 0; c < shape->channels; c++) {
        const float mean = call->in[MOVING_MEAN][c];
        const float inv_std = 1.0f / sqrtf(call->in[MOVING_VARIANCE][c] + shape->epsilon);
        const float slope = gamma ? gamma[c] * inv_std : inv_std;
        double      sum = 0, sum_along = 0;
        size_t      at = (size_t)c, row;
        for (row = 0; row < shape->rows; row++, at += (size_t)shape->channels) {
            sum += (double)dy[at];
            sum_along += (double)(dy[at] * ((call->in[X][at] - mean) * inv_std));
            if (dx)
                dx[at] = dy[at] * slope;
        }
        if (dgamma)
            dgamma[c] += (float)sum_along;
        if (dbeta)
            dbeta[c] += (float)sum;
    }
}

static void backward(const mote_call *call)
{
    const mote_math_norm shape = norm_shape(call->graph, call->node, call->batch);

    if (takes_batch(call)) {
        const statistics batch = statistics_in(call, shape.channels);
        call->math->batch_norm_backward(&shape, call->in[X], call->in[GAMMA], batch.mean, batch.inv_std, call->grad_out[0],
                                        call->grad_in[X], false, call->grad_in[GAMMA], call->grad_in[BETA],
                                        (mote_math_work){call->pool, call->scratch});
        return;
    }
    backward_inferring(call, &shape);
}

const mote_op mote_op_batch_normalization = {
    .in_min = 1,
    .in_max = OPERANDS,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .saved = saved_bytes,
    .scratch = train_scratch,
};
