/* y = (x - mean) / sqrt(variance + epsilon) * gamma + beta is y = x * factor + shift for each channel: after a convolution
 * or dense layer it goes into that layer's weights and bias. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "passes/passes.h"

typedef struct affine {
    int32_t channels;
    double *factor, *shift;
} affine;

static float value_of(const mote_tensor *tensor, int32_t channel, float absent)
{
    return tensor ? ((const float *)tensor->data)[channel] : absent;
}

static mote_status find_affine(mote_edit *edit, const mote_node *node, affine *out, mote_error *err)
{
    const mote_graph  *graph = &edit->model->graphs[0];
    const mote_tensor *x = mote_node_in(graph, node, 0), *gamma = mote_node_in(graph, node, 1),
                      *beta = mote_node_in(graph, node, 2);
    const mote_tensor *mean = mote_node_in(graph, node, 3), *variance = mote_node_in(graph, node, 4);
    int32_t            c;

    out->channels = x->dim[x->rank - 1];
    out->factor = MOTE_NEW(&edit->arena, double, out->channels, err);
    out->shift = MOTE_NEW(&edit->arena, double, out->channels, err);
    if (!out->factor || !out->shift)
        return err->code;
    for (c = 0; c < out->channels; c++) {
        double deviation = sqrt((double)value_of(variance, c, 1) + (double)node->as.batch_normalization.epsilon);
        out->factor[c] = (double)value_of(gamma, c, 1) / deviation;
        out->shift[c] = (double)value_of(beta, c, 0) - (double)value_of(mean, c, 0) * out->factor[c];
    }
    return MOTE_OK;
}

/* The axis of a layer's weights that counts its outputs; -1 for a node that cannot take a factor. */
static int32_t channel_axis(const mote_node *node)
{
    switch (node->op) {
    case MOTE_OP_CONV_2D:
    case MOTE_OP_FULLY_CONNECTED:
        return 0;
    case MOTE_OP_DEPTHWISE_CONV_2D:
        return 3;
    default:
        return -1;
    }
}

static bool can_fold_into(mote_edit *edit, const mote_node *before, mote_id between)
{
    return before && channel_axis(before) >= 0 && before->activation == MOTE_ACT_NONE &&
           mote_edit_use_count(edit, between) == 1 && mote_edit_use_count(edit, before->in[1]) == 1 &&
           (before->in_count < 3 || before->in[2] == MOTE_NONE || mote_edit_use_count(edit, before->in[2]) == 1);
}

static void scale_weights(const mote_tensor *w, int32_t axis, const affine *a)
{
    float *values = w->data;
    size_t count = mote_tensor_count(w), inner = axis == 0 ? count / (size_t)a->channels : 1, i;

    for (i = 0; i < count; i++)
        values[i] = (float)((double)values[i] * a->factor[i / inner % (size_t)a->channels]);
}

/* The bias operand, made when the layer has none. */
static float *bias_of(mote_edit *edit, mote_node *node, const affine *a, mote_error *err)
{
    mote_graph *graph = &edit->model->graphs[0];
    float      *zeros;
    mote_id    *in, id;

    if (node->in_count > 2 && node->in[2] != MOTE_NONE)
        return graph->tensors[node->in[2]].data;
    zeros = MOTE_NEW(&edit->arena, float, a->channels, err);
    in = MOTE_NEW(&edit->model->arena, mote_id, 3, err);
    if (!zeros || !in)
        return NULL;
    id = mote_graph_add_const(edit->model, graph, graph->tensors[node->in[1]].name, MOTE_F32, 1, &a->channels, zeros, err);
    if (id == MOTE_NONE)
        return NULL;
    memcpy(in, node->in, 2 * sizeof *in);
    in[2] = id;
    node->in = in;
    node->in_count = 3;
    return graph->tensors[id].data;
}

static mote_status fold_into(mote_edit *edit, mote_node *before, const mote_node *norm, const affine *a, mote_error *err)
{
    float  *bias = bias_of(edit, before, a, err);
    int32_t c;

    if (!bias)
        return err->code;
    scale_weights(mote_node_in(&edit->model->graphs[0], before, 1), channel_axis(before), a);
    for (c = 0; c < a->channels; c++)
        bias[c] = (float)((double)bias[c] * a->factor[c] + a->shift[c]);
    before->out[0] = norm->out[0];
    mote_edit_kill(edit, norm);
    return MOTE_OK;
}

/* Nothing to fold into: the same sum as a 1x1 depthwise convolution, which every format and chip knows. */
static mote_status make_depthwise(mote_edit *edit, mote_node *norm, const affine *a, mote_error *err)
{
    mote_graph   *graph = &edit->model->graphs[0];
    const int32_t dim[] = {1, 1, 1, a->channels};
    float  *w = MOTE_NEW(&edit->arena, float, a->channels, err), *bias = MOTE_NEW(&edit->arena, float, a->channels, err);
    int32_t c;

    if (!w || !bias)
        return err->code;
    if (mote_node_in(graph, norm, 0)->rank != 4)
        return mote_op_fail(graph, norm, MOTE_ERR_UNSUPPORTED, err,
                            "follows no convolution or dense layer that it could be folded into; put it right after one");
    for (c = 0; c < a->channels; c++) {
        w[c] = (float)a->factor[c];
        bias[c] = (float)a->shift[c];
    }
    norm->op = MOTE_OP_DEPTHWISE_CONV_2D;
    memset(&norm->as, 0, sizeof norm->as);
    norm->as.depthwise_conv_2d =
        (mote_conv_attrs){.stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .depth_multiplier = 1};
    norm->in_count = 3;
    norm->in[1] = mote_graph_add_const(edit->model, graph, norm->name ? norm->name : "scale", MOTE_F32, 4, dim, w, err);
    norm->in[2] =
        mote_graph_add_const(edit->model, graph, norm->name ? norm->name : "shift", MOTE_F32, 1, &dim[3], bias, err);
    return err->code;
}

mote_status mote_pass_fold_batch_normalization(mote_edit *edit, mote_error *err)
{
    mote_graph *graph = &edit->model->graphs[0];
    int32_t     n;

    for (n = 0; n < graph->node_count; n++) {
        mote_node *norm = &graph->nodes[n], *before;
        affine     a;
        if (edit->is_dead[n] || norm->op != MOTE_OP_BATCH_NORMALIZATION)
            continue;
        MOTE_TRY(find_affine(edit, norm, &a, err));
        before = mote_edit_producer(edit, norm->in[0]);
        if (can_fold_into(edit, before, norm->in[0]))
            MOTE_TRY(fold_into(edit, before, norm, &a, err));
        else
            MOTE_TRY(make_depthwise(edit, norm, &a, err));
    }
    return MOTE_OK;
}
