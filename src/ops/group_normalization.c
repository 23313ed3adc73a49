/* GROUP_NORMALIZATION, of which layer and RMS normalization are cases: x, gamma or absent, beta or absent -> y of x's shape.
 *
 *   y = (x - mean) / sqrt(variance + epsilon) * gamma + beta
 *
 * Mean and variance are those of a sample's values along the last `axes` axes, whose shape gamma and beta have; or, with
 * axes 0, of each group of channels over all other axes, gamma and beta [C]. No file holds it: passes/ takes it apart into
 * operators that files have. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "ops/op.h"

enum { X, GAMMA, BETA, OPERANDS };

/* ---- shapes ---- */

static size_t product(const mote_tensor *x, int32_t begin, int32_t end)
{
    size_t count = 1;

    for (; begin < end; begin++)
        count = mote_size_mul(count, (size_t)x->dim[begin]);
    return count;
}

static mote_status check_weight(const mote_graph *graph, const mote_node *node, int32_t i, mote_error *err)
{
    const mote_tensor *x = mote_node_in(graph, node, X), *weight = i < node->in_count ? mote_node_in(graph, node, i) : NULL;
    const int32_t      axes = node->as.group_normalization.axes > 0 ? node->as.group_normalization.axes : 1;
    int32_t            d;
    bool               fits;

    if (!weight)
        return MOTE_OK;
    fits = weight->kind == MOTE_CONST && weight->dtype == MOTE_F32 && weight->rank == axes;
    for (d = 0; fits && d < axes; d++)
        fits = weight->dim[d] == x->dim[x->rank - axes + d];
    if (!fits)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err,
                            "input %d is %s, a constant of the shape of what it scales expected", i,
                            mote_shape_show(weight).text);
    return MOTE_OK;
}

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor                       *x = mote_node_in(graph, node, X);
    const mrt_group_normalization_attributes as = node->as.group_normalization;

    if (x->dtype != MOTE_F32 || x->rank < 2 || mote_tensor_count(x) < 1 || mote_tensor_count(x) > INT32_MAX)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input is %s %s, float32 with channels expected",
                            mote_dtype_name(x->dtype), mote_shape_show(x).text);
    if (as.axes < 0 || as.axes >= x->rank || as.groups < 1 || x->dim[x->rank - 1] % as.groups != 0 ||
        (as.axes > 0 && as.groups != 1))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "%d axes and %d groups do not go with input %s", (int)as.axes,
                            (int)as.groups, mote_shape_show(x).text);
    if (!(as.epsilon > 0.0f) || !isfinite(as.epsilon))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "epsilon is %g; a positive number expected",
                            (double)as.epsilon);
    MOTE_TRY(check_weight(graph, node, GAMMA, err));
    MOTE_TRY(check_weight(graph, node, BETA, err));
    return mote_op_infer_same(graph, node, err);
}

/* ---- training ---- */

static mote_math_group_norm norm_shape(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mrt_group_normalization_attributes as = node->as.group_normalization;
    const mote_tensor                       *x = mote_node_in(graph, node, X);
    const int32_t                            first = x->rank - as.axes, channels = x->dim[x->rank - 1];
    mote_math_group_norm                     shape = {.epsilon = as.epsilon, .is_centered = as.is_centered != 0};

    shape.rows = (size_t)batch * (as.axes > 0 ? product(x, 0, first) : (size_t)x->dim[0]);
    shape.positions = as.axes > 0 ? 1 : (int32_t)product(x, 1, x->rank - 1);
    shape.groups = as.groups;
    shape.width = as.axes > 0 ? (int32_t)product(x, first, x->rank) : channels / as.groups;
    return shape;
}

static size_t statistics_of(const mote_math_group_norm *shape)
{
    return mote_size_mul(shape->rows, (size_t)shape->groups);
}

static size_t saved_bytes(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_math_group_norm shape = norm_shape(graph, node, batch);

    return mote_size_mul(2 * sizeof(float), statistics_of(&shape));
}

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_math_group_norm shape = norm_shape(graph, node, batch);

    return math->group_norm_scratch(&shape);
}

static const float *weight_of(const mote_call *call, int32_t i)
{
    return i < call->node->in_count ? call->in[i] : NULL;
}

static float *gradient_of(const mote_call *call, int32_t i)
{
    return i < call->node->in_count ? call->grad_in[i] : NULL;
}

static void forward(const mote_call *call)
{
    const mote_math_group_norm shape = norm_shape(call->graph, call->node, call->batch);
    float                     *mean = call->saved;

    call->math->group_norm_forward(&shape, call->in[X], weight_of(call, GAMMA), weight_of(call, BETA), call->out[0], mean,
                                   mean ? mean + statistics_of(&shape) : NULL, (mote_math_work){call->pool, call->scratch});
}

static void backward(const mote_call *call)
{
    const mote_math_group_norm shape = norm_shape(call->graph, call->node, call->batch);
    const float               *mean = call->saved;

    call->math->group_norm_backward(&shape, call->in[X], weight_of(call, GAMMA), mean, mean + statistics_of(&shape),
                                    call->grad_out[0], call->grad_in[X], false, gradient_of(call, GAMMA),
                                    gradient_of(call, BETA), (mote_math_work){call->pool, call->scratch});
}

const mote_op mote_op_group_normalization = {
    .in_min = 1,
    .in_max = OPERANDS,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .saved = saved_bytes,
    .scratch = train_scratch,
};
