/* y = (x - mean) / sqrt(variance + epsilon) * gamma + beta is y = x * factor + shift for each channel: after a convolution
 * or dense layer it goes into that layer's weights and bias. So do a constant that is added to what such a layer computes,
 * and one that it is multiplied by. Where there is none before it, it goes into the dense layer behind it, a factor into a
 * convolution, too. SPDX-License-Identifier: Apache-2.0 */
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
    const mote_graph  *graph = edit->graph;
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
    return before && channel_axis(before) >= 0 && before->activation == MRT_ACT_NONE &&
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
    mote_graph *graph = edit->graph;
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
    scale_weights(mote_node_in(edit->graph, before, 1), channel_axis(before), a);
    for (c = 0; c < a->channels; c++)
        bias[c] = (float)((double)bias[c] * a->factor[c] + a->shift[c]);
    mote_edit_take_output(edit, before, norm);
    return mote_edit_index(edit, err);
}

/* ---- into the layer behind ---- */

/* Weights whose last axis counts its input's channels, and are its own. */
static bool takes_channels(mote_edit *edit, const mote_node *node, int32_t channels, bool is_moved)
{
    const mote_tensor *weight = mote_node_in(edit->graph, node, 1);

    return (node->op == MOTE_OP_FULLY_CONNECTED || (node->op == MOTE_OP_CONV_2D && !is_moved)) &&
           weight->kind == MOTE_CONST && weight->dtype == MOTE_F32 && weight->dim[weight->rank - 1] == channels &&
           mote_edit_use_count(edit, node->in[1]) == 1 &&
           (node->in_count < 3 || node->in[2] == MOTE_NONE || mote_edit_use_count(edit, node->in[2]) == 1);
}

/* The only reader of a tensor, where it can take a factor a channel, and with is_moved a shift: a dense layer, as the
 * margins of a convolution are not shifted. Else NULL. */
static mote_node *reader_of(mote_edit *edit, mote_id id, int32_t channels, bool is_moved)
{
    mote_node *node;
    int32_t    n;

    if (mote_edit_use_count(edit, id) != 1 || mote_edit_is_output(edit, id))
        return NULL;
    for (n = 0; n < edit->graph->node_count; n++)
        if ((node = mote_edit_node(edit, n)) != NULL && node->in_count > 1 && node->in[0] == id)
            return takes_channels(edit, node, channels, is_moved) ? node : NULL;
    return NULL;
}

static bool is_moving(const affine *a)
{
    int32_t c;

    for (c = 0; c < a->channels; c++)
        if (a->shift[c] != 0)
            return true;
    return false;
}

/* (x factor + shift) W = x (factor W) + shift W */
static mote_status fold_behind(mote_edit *edit, mote_node *norm, mote_id x, mote_node *behind, const affine *a,
                               mote_error *err)
{
    const mote_tensor *weight = mote_node_in(edit->graph, behind, 1);
    const size_t       rows = mote_tensor_count(weight) / (size_t)a->channels;
    const affine       of_units = {.channels = weight->dim[0]};
    float             *w = weight->data, *bias = is_moving(a) ? bias_of(edit, behind, &of_units, err) : NULL;
    size_t             r;
    int32_t            i;

    for (r = 0; r < rows && err->code == MOTE_OK; r++, w += a->channels) {
        double sum = 0;
        for (i = 0; i < a->channels; i++) {
            sum += a->shift[i] * (double)w[i];
            w[i] = (float)((double)w[i] * a->factor[i]);
        }
        if (bias)
            bias[r] = (float)((double)bias[r] + sum);
    }
    mote_edit_kill(edit, norm);
    mote_edit_redirect(edit, norm->out[0], x);
    return err->code == MOTE_OK ? mote_edit_index(edit, err) : err->code;
}

/* Nothing to fold into: the same sum as a 1x1 depthwise convolution, which every format and chip knows. Input is an image.
 */
static mote_status make_depthwise(mote_edit *edit, mote_node *norm, const affine *a, mote_error *err)
{
    mote_graph   *graph = edit->graph;
    const int32_t dim[] = {1, 1, 1, a->channels};
    const char   *name = norm->name ? norm->name : "scale";
    float  *w = MOTE_NEW(&edit->arena, float, a->channels, err), *bias = MOTE_NEW(&edit->arena, float, a->channels, err);
    int32_t c;

    if (!w || !bias)
        return err->code;
    for (c = 0; c < a->channels; c++) {
        w[c] = (float)a->factor[c];
        bias[c] = (float)a->shift[c];
    }
    norm->op = MOTE_OP_DEPTHWISE_CONV_2D;
    memset(&norm->as, 0, sizeof norm->as);
    norm->as.depthwise_conv_2d =
        (mrt_conv_attributes){.stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1, .depth_multiplier = 1};
    norm->in_count = 3;
    norm->in[1] = mote_graph_add_const(edit->model, graph, name, MOTE_F32, 4, dim, w, err);
    norm->in[2] = mote_graph_add_const(edit->model, graph, name, MOTE_F32, 1, &dim[3], bias, err);
    return err->code == MOTE_OK ? mote_edit_index(edit, err) : err->code;
}

/* Inserts a RESHAPE of `from` into `to`, whose shape is set, as node index. */
static mote_status insert_reshape(mote_edit *edit, int32_t index, mote_id from, mote_id to, mote_error *err)
{
    mote_graph        *graph = edit->graph;
    const mote_tensor *tensor = &graph->tensors[to];
    mote_id            in[2] = {from, MOTE_NONE};
    int32_t            shape[MOTE_RANK_MAX];
    const mote_node    node = {
           .op = MOTE_OP_RESHAPE, .origin = graph->nodes[index].origin, .in = in, .out = &to, .in_count = 2, .out_count = 1};

    memcpy(shape, tensor->dim, sizeof shape);
    if (tensor->is_batched)
        shape[0] = -1;
    in[1] = mote_graph_add_const(edit->model, graph, "shape", MOTE_I32, 1, &tensor->rank, shape, err);
    return err->code == MOTE_OK ? mote_edit_insert(edit, index, &node, err) : err->code;
}

/* [first, ..., channels] -> [first, the others, 1, channels] and back: node index moves back by one. */
static mote_status make_image(mote_edit *edit, int32_t index, mote_error *err)
{
    mote_graph *graph = edit->graph;
    mote_id     in = graph->nodes[index].in[0], out = graph->nodes[index].out[0], image_in, image_out;
    mote_tensor image = graph->tensors[in];
    int32_t     first = image.rank > 1 ? image.dim[0] : 1, channels = image.dim[image.rank - 1];

    image.dim[1] = (int32_t)(mote_tensor_count(&image) / (size_t)first / (size_t)channels);
    image.dim[0] = first;
    image.dim[2] = 1;
    image.dim[3] = channels;
    image.is_batched = image.is_batched && image.rank > 1;
    image.rank = 4;
    image_in = mote_graph_add_tensor(edit->model, graph, &image, err);
    image.name = graph->tensors[out].name;
    image_out = mote_graph_add_tensor(edit->model, graph, &image, err);
    if (image_in == MOTE_NONE || image_out == MOTE_NONE)
        return err->code;
    graph->nodes[index].in[0] = image_in;
    graph->nodes[index].out[0] = image_out;
    MOTE_TRY(insert_reshape(edit, index + 1, image_out, out, err));
    return insert_reshape(edit, index, in, image_in, err);
}

/* ---- constants ---- */

/* A number, or one for each channel along the last axis. */
static bool is_of_channels(const mote_tensor *constant, int32_t channels)
{
    const size_t count = constant->kind == MOTE_CONST && constant->dtype == MOTE_F32 ? mote_tensor_count(constant) : 0;

    return count == 1 || (count == (size_t)channels && constant->dim[constant->rank - 1] == channels);
}

/* The computed operand of an ADD, SUB or MUL whose other one is a constant of channels; MOTE_NONE: it is none. */
static mote_id constant_partner(const mote_graph *graph, const mote_node *node, const mote_tensor **constant)
{
    const mote_tensor *out;
    int32_t            i, constant_at = -1;

    if (node->op != MOTE_OP_ADD && node->op != MOTE_OP_SUB && node->op != MOTE_OP_MUL)
        return MOTE_NONE;
    out = mote_node_out(graph, node, 0);
    for (i = node->op == MOTE_OP_SUB; i < 2; i++)
        if (mote_node_in(graph, node, i)->kind == MOTE_CONST)
            constant_at = i;
    if (constant_at < 0 || out->rank < 1)
        return MOTE_NONE;
    *constant = mote_node_in(graph, node, constant_at);
    return is_of_channels(*constant, out->dim[out->rank - 1]) &&
                   mote_tensor_same_shape(out, mote_node_in(graph, node, 1 - constant_at))
               ? node->in[1 - constant_at]
               : MOTE_NONE;
}

static mote_status affine_of_constant(mote_edit *edit, const mote_node *node, const mote_tensor *constant, affine *a,
                                      mote_error *err)
{
    int32_t c;

    a->factor = MOTE_NEW(&edit->arena, double, a->channels, err);
    a->shift = MOTE_NEW(&edit->arena, double, a->channels, err);
    if (!a->factor || !a->shift)
        return err->code;
    for (c = 0; c < a->channels; c++) {
        const double value = (double)((const float *)constant->data)[mote_tensor_count(constant) == 1 ? 0 : c];
        a->factor[c] = node->op == MOTE_OP_MUL ? value : 1;
        a->shift[c] = node->op == MOTE_OP_MUL ? 0 : node->op == MOTE_OP_SUB ? -value : value;
    }
    return MOTE_OK;
}

static mote_status fold_constant(mote_edit *edit, mote_node *node, mote_error *err)
{
    const mote_tensor *constant = NULL, *out = mote_node_out(edit->graph, node, 0);
    const mote_id      x = constant_partner(edit->graph, node, &constant);
    affine             a = {.channels = out && out->rank > 0 ? out->dim[out->rank - 1] : 1};
    mote_node         *before = x == MOTE_NONE ? NULL : mote_edit_producer(edit, x), *behind = NULL;
    const bool         is_before = can_fold_into(edit, before, x);

    if (x == MOTE_NONE || node->activation != MRT_ACT_NONE)
        return MOTE_OK;
    if (!is_before && !(behind = reader_of(edit, node->out[0], a.channels, node->op != MOTE_OP_MUL)))
        return MOTE_OK;
    MOTE_TRY(affine_of_constant(edit, node, constant, &a, err));
    return is_before ? fold_into(edit, before, node, &a, err) : fold_behind(edit, node, x, behind, &a, err);
}

mote_status mote_pass_fold_batch_normalization(mote_edit *edit, mote_error *err)
{
    mote_graph *graph = edit->graph;
    int32_t     n;

    for (n = 0; n < graph->node_count; n++) {
        mote_node *norm = mote_edit_node(edit, n), *before, *behind;
        affine     a;
        if (norm && norm->op != MOTE_OP_BATCH_NORMALIZATION)
            MOTE_TRY(fold_constant(edit, norm, err));
        if (!norm || norm->op != MOTE_OP_BATCH_NORMALIZATION)
            continue;
        MOTE_TRY(find_affine(edit, norm, &a, err));
        before = mote_edit_producer(edit, norm->in[0]);
        if (can_fold_into(edit, before, norm->in[0])) {
            MOTE_TRY(fold_into(edit, before, norm, &a, err));
            continue;
        }
        if ((behind = reader_of(edit, norm->out[0], a.channels, true)) != NULL) {
            MOTE_TRY(fold_behind(edit, norm, norm->in[0], behind, &a, err));
            continue;
        }
        if (mote_node_in(graph, norm, 0)->rank != 4) {
            MOTE_TRY(make_image(edit, n, err));
            n++;
        }
        MOTE_TRY(make_depthwise(edit, &graph->nodes[n], &a, err));
    }
    return MOTE_OK;
}
