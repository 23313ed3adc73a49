/* y = (x - mean) / sqrt(variance + epsilon) * gamma + beta is y = x * factor + shift for each channel: after a convolution
 * or dense layer it goes into that layer's weights and bias. So do a constant that is added to what such a layer computes,
 * and one that it is multiplied by. Where there is none before it, it goes into the dense layer behind it, a factor into a
 * convolution, too; and where there is none at all it is a 1x1 depthwise convolution of an image, or a product and a sum.
 * SPDX-License-Identifier: Apache-2.0 */
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

mote_line mote_normalization_line(const mote_graph *graph, const mote_node *node, int32_t channel)
{
    const mote_tensor *gamma = mote_node_in(graph, node, 1), *beta = mote_node_in(graph, node, 2),
                      *mean = mote_node_in(graph, node, 3), *variance = mote_node_in(graph, node, 4);
    const double deviation = sqrt((double)value_of(variance, channel, 1) + (double)node->as.batch_normalization.epsilon);
    const double factor = (double)value_of(gamma, channel, 1) / deviation;

    return (mote_line){factor, (double)value_of(beta, channel, 0) - (double)value_of(mean, channel, 0) * factor};
}

static mote_status find_affine(mote_edit *edit, const mote_node *node, affine *out, mote_error *err)
{
    const mote_tensor *x = mote_node_in(edit->graph, node, 0);
    int32_t            c;

    out->channels = x->dim[x->rank - 1];
    out->factor = MOTE_NEW(&edit->arena, double, out->channels, err);
    out->shift = MOTE_NEW(&edit->arena, double, out->channels, err);
    if (!out->factor || !out->shift)
        return err->code;
    for (c = 0; c < out->channels; c++) {
        const mote_line line = mote_normalization_line(edit->graph, node, c);
        out->factor[c] = line.factor;
        out->shift[c] = line.shift;
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

/* last: what hands on what `before` computes; it computes norm's output then. */
static mote_status fold_into_as(mote_edit *edit, mote_node *before, mote_node *last, const mote_node *norm, const affine *a,
                                mote_error *err)
{
    float  *bias = bias_of(edit, before, a, err);
    int32_t c;

    if (!bias)
        return err->code;
    scale_weights(mote_node_in(edit->graph, before, 1), channel_axis(before), a);
    for (c = 0; c < a->channels; c++)
        bias[c] = (float)((double)bias[c] * a->factor[c] + a->shift[c]);
    mote_edit_take_output(edit, last, norm);
    return mote_edit_index(edit, err);
}

static mote_status fold_into(mote_edit *edit, mote_node *before, const mote_node *norm, const affine *a, mote_error *err)
{
    return fold_into_as(edit, before, before, norm, a, err);
}

/* A reshape that leaves channels where they are, as behind a convolution of one dimension: the layer before it, where that
 * takes the factor. */
static mote_node *layer_before_reshape(mote_edit *edit, const mote_node *reshape, mote_id between)
{
    const mote_tensor *in, *out;
    mote_node         *layer;

    if (!reshape || reshape->op != MOTE_OP_RESHAPE || mote_edit_use_count(edit, between) != 1)
        return NULL;
    in = mote_node_in(edit->graph, reshape, 0);
    out = mote_node_out(edit->graph, reshape, 0);
    layer = mote_edit_producer(edit, reshape->in[0]);
    return in->dim[in->rank - 1] == out->dim[out->rank - 1] && can_fold_into(edit, layer, reshape->in[0]) ? layer : NULL;
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

/* The node whose operand 0 is a tensor that nobody else reads, or NULL. */
static mote_node *only_reader(mote_edit *edit, mote_id id)
{
    mote_node *node;
    int32_t    n;

    if (mote_edit_use_count(edit, id) != 1 || mote_edit_is_output(edit, id))
        return NULL;
    for (n = 0; n < edit->graph->node_count; n++)
        if ((node = mote_edit_node(edit, n)) != NULL && node->in_count > 1 && node->in[0] == id)
            return node;
    return NULL;
}

/* The only reader of a tensor, where it can take a factor a channel, and with is_moved a shift: a dense layer, as the
 * margins of a convolution are not shifted. Else NULL. */
static mote_node *reader_of(mote_edit *edit, mote_id id, int32_t channels, bool is_moved)
{
    mote_node *node = only_reader(edit, id);

    return node && takes_channels(edit, node, channels, is_moved) ? node : NULL;
}

static bool has_only(const double *values, int32_t count, double value)
{
    int32_t c;

    for (c = 0; c < count; c++)
        if (values[c] != value)
            return false;
    return true;
}

/* (x factor + shift) W = x (factor W) + shift W */
static mote_status fold_behind(mote_edit *edit, mote_node *norm, mote_id x, mote_node *behind, const affine *a,
                               mote_error *err)
{
    const mote_tensor *weight = mote_node_in(edit->graph, behind, 1);
    const size_t       rows = mote_tensor_count(weight) / (size_t)a->channels;
    const affine       of_units = {.channels = weight->dim[0]};
    float  *w = weight->data, *bias = has_only(a->shift, a->channels, 0) ? NULL : bias_of(edit, behind, &of_units, err);
    size_t  r;
    int32_t i;

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

/* ---- as a product and a sum ---- */

/* One number a channel, to be repeated along all other axes but the channels' one. */
static mote_id channel_const(mote_edit *edit, const char *name, const double *values, int32_t rank, const int32_t *dim,
                             int32_t count, mote_error *err)
{
    float  *real = MOTE_NEW(&edit->arena, float, count, err);
    int32_t c;

    for (c = 0; real && c < count; c++)
        real[c] = (float)values[c];
    return real ? mote_graph_add_const(edit->model, edit->graph, name, MOTE_F32, rank, dim, real, err) : MOTE_NONE;
}

/* Node `index` becomes op(x, constant), its output what it was. */
static void become(mote_edit *edit, int32_t index, mote_op_kind op, mote_id constant)
{
    mote_node *node = &edit->graph->nodes[index];

    node->op = op;
    memset(&node->as, 0, sizeof node->as);
    node->in[1] = constant;
    node->in_count = 2;
}

/* A sum behind node `index`, which is a product: what lies between is a tensor of its own. */
static mote_status insert_sum(mote_edit *edit, int32_t index, mote_id shift, mote_error *err)
{
    mote_node  *product = &edit->graph->nodes[index];
    mote_id     out = product->out[0], in[2] = {MOTE_NONE, shift};
    mote_tensor between = edit->graph->tensors[out];
    mote_node   sum = *product;

    between.name = mote_arena_printf(&edit->arena, err, "%s/scaled", between.name);
    in[0] = between.name ? mote_graph_add_tensor(edit->model, edit->graph, &between, err) : MOTE_NONE;
    if (in[0] == MOTE_NONE)
        return err->code;
    product->out[0] = in[0];
    sum.op = MOTE_OP_ADD;
    sum.in = in;
    sum.out = &out;
    return mote_edit_insert(edit, index + 1, &sum, err);
}

/* x factor + shift, channels along `axis` of x; a factor of ones or a shift of zeros is left out. *added: how many
 * operators there are now behind node `index`. */
static mote_status make_product_and_sum(mote_edit *edit, int32_t index, int32_t axis, const affine *a, int32_t *added,
                                        mote_error *err)
{
    mote_node    *node = &edit->graph->nodes[index];
    const int32_t rank = mote_node_in(edit->graph, node, 0)->rank - axis;
    const bool    moves = !has_only(a->shift, a->channels, 0), scales = !moves || !has_only(a->factor, a->channels, 1);
    const char   *name = node->name ? node->name : "scale";
    int32_t       dim[MOTE_RANK_MAX], i;
    mote_id       factor, shift;

    for (i = 0; i < rank; i++)
        dim[i] = i == 0 ? a->channels : 1;
    factor = scales ? channel_const(edit, name, a->factor, rank, dim, a->channels, err) : MOTE_NONE;
    shift = moves ? channel_const(edit, name, a->shift, rank, dim, a->channels, err) : MOTE_NONE;
    MOTE_TRY(err->code);
    become(edit, index, scales ? MOTE_OP_MUL : MOTE_OP_ADD, scales ? factor : shift);
    *added = scales && moves;
    return *added ? insert_sum(edit, index, shift, err) : mote_edit_index(edit, err);
}

/* ---- between two transpositions ---- */

/* The constant order of a TRANSPOSE, or NULL. */
static const int32_t *order_of(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *order = node && node->op == MOTE_OP_TRANSPOSE ? mote_node_in(graph, node, 1) : NULL;

    return order && order->kind == MOTE_CONST && order->dtype == MOTE_I32 ? order->data : NULL;
}

/* Where the normalization stands between a transposition and its reverse, which nobody else reads, both go: it reads and
 * computes what they did. Returns the axis of its channels. */
static int32_t drop_turns(mote_edit *edit, mote_node *norm)
{
    const mote_graph *graph = edit->graph;
    const int32_t     rank = mote_node_in(graph, norm, 0)->rank;
    mote_node        *before = mote_edit_producer(edit, norm->in[0]), *after = only_reader(edit, norm->out[0]);
    const int32_t    *to = order_of(graph, before), *back = order_of(graph, after);
    int32_t           i, axis;

    if (!to || !back || mote_edit_use_count(edit, norm->in[0]) != 1)
        return rank - 1;
    for (i = 0; i < rank; i++)
        if (back[to[i]] != i)
            return rank - 1;
    axis = to[rank - 1];
    if (axis == 0)
        return rank - 1;
    mote_edit_set_operand(edit, norm, 0, before->in[0]);
    mote_edit_kill(edit, before);
    mote_edit_take_output(edit, norm, after);
    return axis;
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

/* ---- calls of one layer ---- */

static bool is_same_normalization(const mote_node *a, const mote_node *b)
{
    return b && b->op == MOTE_OP_BATCH_NORMALIZATION && memcmp(a->in + 1, b->in + 1, 4 * sizeof *a->in) == 0 &&
           a->as.batch_normalization.epsilon == b->as.batch_normalization.epsilon;
}

/* The normalization behind a call of the layer that `before` is a call of, too; NULL: it is none, or something else is. */
static mote_node *normalization_of_call(mote_edit *edit, const mote_node *before, const mote_node *norm, mote_node *call)
{
    mote_node *behind = call->op == before->op && call->in_count == before->in_count && call->activation == MRT_ACT_NONE &&
                                memcmp(call->in + 1, before->in + 1, (size_t)(before->in_count - 1) * sizeof *call->in) == 0
                            ? only_reader(edit, call->out[0])
                            : NULL;

    return is_same_normalization(norm, behind) ? behind : NULL;
}

/* A layer that is called several times, each time with that normalization behind it: its weights take that in once. */
static bool are_calls_alike(mote_edit *edit, const mote_node *before, const mote_node *norm)
{
    const int32_t uses =
        before && channel_axis(before) >= 0 && before->in_count > 1 ? mote_edit_use_count(edit, before->in[1]) : 0;
    const bool has_bias = before && before->in_count > 2 && before->in[2] != MOTE_NONE;
    int32_t    n, count = 0;

    if (uses < 2 || (has_bias && mote_edit_use_count(edit, before->in[2]) != uses))
        return false;
    for (n = 0; n < edit->graph->node_count; n++) {
        mote_node *call = mote_edit_node(edit, n);
        if (call && call->in_count > 1 && call->in[1] == before->in[1])
            count += normalization_of_call(edit, before, norm, call) != NULL;
    }
    return count == uses;
}

static mote_status fold_into_calls(mote_edit *edit, mote_node *before, mote_node *norm, const affine *a, mote_error *err)
{
    const mote_node layer = *before, normalization = *norm;
    mote_id        *bare = before->in;
    int32_t         n;

    MOTE_TRY(fold_into(edit, before, norm, a, err)); /* which may add a bias, with operands anew */
    for (n = 0; n < edit->graph->node_count; n++) {
        mote_node *call = mote_edit_node(edit, n), *behind;
        if (!call || call == before || call->in_count < 2 || call->in[1] != bare[1])
            continue;
        if ((behind = normalization_of_call(edit, &layer, &normalization, call)) == NULL)
            continue;
        if (call->in_count != before->in_count) {
            mote_id *in = MOTE_NEW(&edit->model->arena, mote_id, before->in_count, err);
            if (!in)
                return err->code;
            memcpy(in, before->in, (size_t)before->in_count * sizeof *in);
            in[0] = call->in[0];
            call->in = in;
            call->in_count = before->in_count;
        }
        mote_edit_take_output(edit, call, behind);
    }
    return mote_edit_index(edit, err);
}

/* ---- the pass ---- */

/* *n: the node; moves on behind what was added. */
static mote_status fold_normalization(mote_edit *edit, int32_t *n, mote_node *norm, mote_error *err)
{
    mote_node *before = mote_edit_producer(edit, norm->in[0]), *behind;
    int32_t    axis, added = 0;
    affine     a;

    MOTE_TRY(find_affine(edit, norm, &a, err));
    if (can_fold_into(edit, before, norm->in[0]))
        return fold_into(edit, before, norm, &a, err);
    if ((behind = layer_before_reshape(edit, before, norm->in[0])) != NULL)
        return fold_into_as(edit, behind, before, norm, &a, err);
    if (are_calls_alike(edit, before, norm))
        return fold_into_calls(edit, before, norm, &a, err);
    if ((behind = reader_of(edit, norm->out[0], a.channels, true)) != NULL)
        return fold_behind(edit, norm, norm->in[0], behind, &a, err);
    axis = drop_turns(edit, norm);
    if (axis == 3 && mote_node_in(edit->graph, norm, 0)->rank == 4)
        return make_depthwise(edit, norm, &a, err);
    MOTE_TRY(make_product_and_sum(edit, *n, axis, &a, &added, err));
    *n += added;
    return MOTE_OK;
}

mote_status mote_pass_fold_batch_normalization(mote_edit *edit, mote_error *err)
{
    int32_t n;

    for (n = 0; n < edit->graph->node_count; n++) {
        mote_node *node = mote_edit_node(edit, n);
        if (!node)
            continue;
        if (node->op == MOTE_OP_BATCH_NORMALIZATION)
            MOTE_TRY(fold_normalization(edit, &n, node, err));
        else
            MOTE_TRY(fold_constant(edit, node, err));
    }
    return MOTE_OK;
}
