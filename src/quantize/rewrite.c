/* A float model and its ranges become a model of integers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "graph/control.h"
#include "passes/passes.h"
#include "quantize/quantize.h"

/* Biases stay well inside int32, so that adding the products cannot overflow; int64 ones, too, as TensorFlow's converter has
 * it. */
#define BIAS_MAX 1073741824.0

typedef struct rewriting {
    const mote_model            *from;
    const mote_graph            *graph;
    mote_model                  *to;
    const mote_quantize_options *options;
    const mote_scheme_row       *scheme;
    mote_arena                   arena;
    mote_range                  *ranges;
    mote_affine                 *affine; /* of activations */
    mote_id                     *moved;  /* old id -> new id; MOTE_NONE: not yet */
} rewriting;

/* ---- activations ---- */

static mote_affine affine_for(const rewriting *r, const mote_node *node, const mote_quant_want *want, mote_id id)
{
    if (want->rule == MOTE_QUANT_FIXED)
        return mote_affine_of_fixed(r->scheme->activations, r->scheme->is_symmetric, want->low, want->high);
    if (want->rule == MOTE_QUANT_SAME)
        return r->affine[node->in[want->of]];
    return mote_affine_of(r->scheme, r->ranges[id].min, r->ranges[id].max);
}

static mote_status add_activation(rewriting *r, mote_id id, mote_affine affine, mote_error *err)
{
    mote_tensor tensor = r->graph->tensors[id];

    r->affine[id] = affine;
    tensor.dtype = r->scheme->activations;
    tensor.range = r->ranges[id];
    tensor.quant = mote_quant_create(r->to, -1, 1, &affine.scale, &affine.zero_point, err);
    if (!tensor.quant)
        return err->code;
    r->moved[id] = mote_graph_add_tensor(r->to, &r->to->graphs[0], &tensor, err);
    return err->code;
}

/* Places, shapes, truth values: as they are. */
static mote_status add_kept(rewriting *r, mote_id id, mote_error *err)
{
    r->moved[id] = mote_graph_add_tensor(r->to, &r->to->graphs[0], &r->graph->tensors[id], err);
    return err->code;
}

/* ---- constants ---- */

/* The operand that is a bias of these weights; the number of operands: there is none. */
static int32_t find_bias(const mote_node *node, const mote_quant_want *wants, int32_t weights)
{
    int32_t i = 0;

    while (i < node->in_count &&
           (wants[i].rule != MOTE_QUANT_BIAS || wants[i].weights != weights || node->in[i] == MOTE_NONE))
        i++;
    return i;
}

/* The smallest weight scale with which each bias fits: |bias| / (in_scale * w_scale) <= BIAS_MAX. */
static mote_status find_least_scales(rewriting *r, const mote_node *node, const mote_quant_want *wants, int32_t weights,
                                     int32_t channels, float **least, mote_error *err)
{
    const int32_t      at = find_bias(node, wants, weights);
    const mote_tensor *bias = at < node->in_count ? mote_node_in(r->graph, node, at) : NULL;
    int32_t            c, count = bias ? (int32_t)mote_tensor_count(bias) : 0;

    *least = MOTE_NEW(&r->arena, float, channels, err);
    if (!*least)
        return err->code;
    for (c = 0; c < count; c++) {
        double  size = fabs((double)((const float *)bias->data)[c]);
        float   needed = (float)(size / (BIAS_MAX * (double)r->affine[node->in[wants[at].input]].scale));
        int32_t slot = channels == 1 ? 0 : c;
        if (needed > (*least)[slot])
            (*least)[slot] = needed;
    }
    return MOTE_OK;
}

/* The row whose types the node's weights, operand i, get. */
static const mote_scheme_row *weights_scheme(const rewriting *r, const mote_node *node, int32_t i)
{
    const mote_op_row *row;

    if (r->scheme->weights != MOTE_I4)
        return r->scheme;
    for (row = mote_op_rows(node->op); row->in_count > 0; row++)
        if (i < row->in_count && (mote_dtype)row->in[i] == r->scheme->weights)
            return r->scheme;
    return &mote_schemes[r->scheme->else_weights];
}

/* Two to a byte, the low half first. */
static void pack_int4(const int8_t *values, size_t count, uint8_t *out)
{
    size_t i;

    for (i = 0; i < count; i += 2)
        out[i / 2] = (uint8_t)((values[i] & 15) | (i + 1 < count ? (values[i + 1] & 15) << 4 : 0));
}

/* wants: of all operands; i: the weights' number. */
static mote_status add_weights(rewriting *r, const mote_node *node, int32_t i, const mote_quant_want *wants, mote_id *out,
                               mote_error *err)
{
    const mote_scheme_row *scheme = weights_scheme(r, node, i);
    const mote_tensor     *w = mote_node_in(r->graph, node, i);
    mote_tensor            tensor = *w;
    int32_t                axis = r->options->is_per_tensor ? -1 : wants[i].axis, channels = axis < 0 ? 1 : w->dim[axis];
    mote_quant            *quant = mote_quant_create(r->to, axis, channels, NULL, NULL, err);
    float                 *least;
    int8_t                *values;

    if (!quant)
        return err->code;
    MOTE_TRY(find_least_scales(r, node, wants, i, channels, &least, err));
    tensor.dtype = scheme->weights;
    tensor.quant = quant;
    tensor.data = values = MOTE_NEW(&r->to->arena, int8_t, mote_tensor_count(w), err);
    if (!values)
        return err->code;
    mote_quantize_weights(scheme, w, axis, least, quant->scale, values);
    if (scheme->weights == MOTE_I4)
        pack_int4(values, mote_tensor_count(w), tensor.data);
    *out = mote_graph_add_tensor(r->to, &r->to->graphs[0], &tensor, err);
    return err->code;
}

static int64_t quantize_bias(float bias, float scale)
{
    double q = round((double)bias / (double)scale);

    return (int64_t)(q > BIAS_MAX ? BIAS_MAX : q < -BIAS_MAX ? -BIAS_MAX : q);
}

static void store_bias(const mote_tensor *to, int32_t c, int64_t value)
{
    if (to->dtype == MOTE_I64)
        ((int64_t *)to->data)[c] = value;
    else
        ((int32_t *)to->data)[c] = (int32_t)value;
}

/* in: the node's operands that were taken before it. */
static mote_status add_bias(rewriting *r, const mote_node *node, int32_t i, const mote_quant_want *want, mote_id *in,
                            mote_error *err)
{
    const mote_quant  *w = r->to->graphs[0].tensors[in[want->weights]].quant;
    const mote_tensor *bias = mote_node_in(r->graph, node, i);
    mote_tensor        tensor = *bias;
    mote_quant        *quant = mote_quant_create(r->to, w->count > 1 ? 0 : -1, w->count, NULL, NULL, err);
    int32_t            count = (int32_t)mote_tensor_count(bias), c;

    if (!quant)
        return err->code;
    tensor.dtype = r->scheme->bias;
    tensor.quant = quant;
    tensor.data = mote_arena_alloc(&r->to->arena, mote_tensor_bytes(&tensor), 1, err);
    if (!tensor.data)
        return err->code;
    for (c = 0; c < w->count; c++)
        quant->scale[c] = r->affine[node->in[want->input]].scale * w->scale[c];
    for (c = 0; c < count; c++)
        store_bias(&tensor, c, quantize_bias(((const float *)bias->data)[c], quant->scale[w->count > 1 ? c : 0]));
    in[i] = mote_graph_add_tensor(r->to, &r->to->graphs[0], &tensor, err);
    return err->code;
}

static mote_status check_constant(const mote_scheme_row *scheme, const mote_tensor *from, mote_id id, mote_error *err)
{
    const float *values = from->data;
    size_t       count = mote_tensor_count(from), i;

    for (i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return mote_fail(err, MOTE_ERR_NUMERIC, "constant %d (%s) holds infinity or NaN, which %s cannot", id,
                             mote_show_string(from->name).text, mote_dtype_name(scheme->activations));
    return MOTE_OK;
}

static mote_affine affine_of_constant(const mote_scheme_row *scheme, const mote_tensor *from)
{
    const float *values = from->data;
    size_t       count = mote_tensor_count(from), i;
    float        min = 0, max = 0;

    for (i = 0; i < count; i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    return mote_affine_of(scheme, min, max);
}

static void store_activation(const mote_tensor *to, size_t i, int32_t value)
{
    if (to->dtype == MOTE_I16)
        ((int16_t *)to->data)[i] = (int16_t)value;
    else
        ((int8_t *)to->data)[i] = (int8_t)value;
}

/* A constant that an operator wants as an activation. */
static mote_status add_quantized(rewriting *r, mote_id id, mote_affine affine, mote_error *err)
{
    const mote_tensor *from = &r->graph->tensors[id];
    const float       *values = from->data;
    size_t             count = mote_tensor_count(from), i;
    const double       low = r->scheme->low, high = r->scheme->high;
    mote_tensor       *to;

    MOTE_TRY(check_constant(r->scheme, from, id, err));
    MOTE_TRY(add_activation(r, id, affine, err));
    to = &r->to->graphs[0].tensors[r->moved[id]];
    to->data = mote_arena_alloc(&r->to->arena, mote_tensor_bytes(to), 1, err);
    for (i = 0; to->data && i < count; i++) {
        double q = round((double)values[i] / (double)affine.scale) + affine.zero_point;
        store_activation(to, i, (int32_t)(q < low ? low : q > high ? high : q));
    }
    return err->code;
}

/* Over its own range. */
static mote_status add_const_activation(rewriting *r, mote_id id, mote_error *err)
{
    MOTE_TRY(check_constant(r->scheme, &r->graph->tensors[id], id, err));
    return add_quantized(r, id, affine_of_constant(r->scheme, &r->graph->tensors[id]), err);
}

static mote_status copy_const(rewriting *r, mote_id id, mote_id *out, mote_error *err)
{
    mote_tensor tensor = r->graph->tensors[id];

    tensor.data = mote_arena_copy(&r->to->arena, tensor.data, mote_tensor_bytes(&tensor), 1, err);
    if (tensor.data)
        *out = mote_graph_add_tensor(r->to, &r->to->graphs[0], &tensor, err);
    return err->code;
}

/* ---- nodes ---- */

static mote_status add_conversion(rewriting *r, mote_op_kind op, mote_id in, mote_id out, mote_error *err)
{
    const mote_node node = {.op = op, .in = &in, .out = &out, .in_count = 1, .out_count = 1, .origin = UINT32_MAX};

    mote_graph_add_node(r->to, &r->to->graphs[0], &node, err);
    return err->code;
}

static bool is_same_affine(mote_affine a, mote_affine b)
{
    return a.zero_point == b.zero_point && !(a.scale < b.scale) && !(a.scale > b.scale);
}

/* An operand in the scale of the output that holds it: as it is, a constant quantized anew, or what a QUANTIZE makes of it.
 */
static mote_status take_joined(rewriting *r, mote_id id, mote_affine wanted, mote_id *out, mote_error *err)
{
    const mote_affine before = r->affine[id];
    const mote_id     moved = r->moved[id];
    mote_tensor       tensor;

    if (moved != MOTE_NONE && is_same_affine(before, wanted)) {
        *out = moved;
        return MOTE_OK;
    }
    if (r->graph->tensors[id].kind == MOTE_CONST) {
        MOTE_TRY(add_quantized(r, id, wanted, err));
        *out = r->moved[id];
    } else {
        tensor = r->to->graphs[0].tensors[moved];
        tensor.name = "";
        if (!(tensor.quant = mote_quant_create(r->to, -1, 1, &wanted.scale, &wanted.zero_point, err)))
            return err->code;
        *out = mote_graph_add_tensor(r->to, &r->to->graphs[0], &tensor, err);
        return *out == MOTE_NONE ? err->code : add_conversion(r, MOTE_OP_QUANTIZE, moved, *out, err);
    }
    if (moved != MOTE_NONE) { /* others have it in their scale */
        r->moved[id] = moved;
        r->affine[id] = before;
    }
    return MOTE_OK;
}

static mote_status take_operand(rewriting *r, const mote_node *node, int32_t i, const mote_quant_want *wants, mote_id *in,
                                mote_error *err)
{
    const mote_quant_want *want = &wants[i];
    mote_id                id = node->in[i];

    in[i] = MOTE_NONE;
    if (id == MOTE_NONE)
        return MOTE_OK;
    if (want->rule != MOTE_QUANT_KEEP && r->moved[id] == MOTE_NONE && r->graph->tensors[id].dtype != MOTE_F32)
        return mote_op_fail(r->graph, node, MOTE_ERR_UNSUPPORTED, err, "operand %d is %s, only float32 can be quantized", i,
                            mote_dtype_name(r->graph->tensors[id].dtype));
    if (want->rule == MOTE_QUANT_WEIGHTS && r->graph->tensors[id].kind == MOTE_CONST)
        return add_weights(r, node, i, wants, &in[i], err);
    if (want->rule == MOTE_QUANT_BIAS)
        return add_bias(r, node, i, want, in, err);
    if (want->rule == MOTE_QUANT_JOINED && r->graph->tensors[id].dtype == MOTE_F32)
        return take_joined(r, id, mote_affine_of(r->scheme, r->ranges[node->out[0]].min, r->ranges[node->out[0]].max),
                           &in[i], err);
    if (r->moved[id] == MOTE_NONE && r->graph->tensors[id].kind == MOTE_CONST)
        MOTE_TRY(want->rule == MOTE_QUANT_KEEP ? copy_const(r, id, &r->moved[id], err) : add_const_activation(r, id, err));
    in[i] = r->moved[id];
    return MOTE_OK;
}

static mote_status fail_without_form(const rewriting *r, const mote_node *node, mote_error *err)
{
    return mote_op_fail(r->graph, node, MOTE_ERR_UNSUPPORTED, err, "has no %s form; convert without --quantize",
                        r->scheme->name);
}

static mote_status rewrite_node(rewriting *r, const mote_node *from, mote_error *err)
{
    mote_quant_want want[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
    mote_id         in[MOTE_NODE_IN_MAX], out[MOTE_NODE_OUT_MAX];
    mote_node       node = *from;
    mote_node      *added;
    mote_error      no_row = {0};
    int32_t         i;

    if (!mote_ops[from->op]->quantize)
        return fail_without_form(r, from, err);
    mote_ops[from->op]->quantize(r->graph, from, want);
    for (i = 0; i < from->in_count; i++)
        MOTE_TRY(take_operand(r, from, i, want, in, err));
    for (i = 0; i < from->out_count; i++) {
        const mote_quant_want *wish = &want[from->in_count + i];
        MOTE_TRY(wish->rule == MOTE_QUANT_KEEP
                     ? add_kept(r, from->out[i], err)
                     : add_activation(r, from->out[i], affine_for(r, from, wish, from->out[i]), err));
        out[i] = r->moved[from->out[i]];
    }
    node.in = in;
    node.out = out;
    added = mote_graph_add_node(r->to, &r->to->graphs[0], &node, err);
    if (added && !mote_op_find_row(&r->to->graphs[0], added, &no_row))
        return fail_without_form(r, from, err);
    return err->code;
}

/* ---- the model's ends ---- */

/* A copy of an end in the wanted type: real numbers, or for int8 uint8 with the zero point moved by 128. */
static mote_id add_end(rewriting *r, mote_id inner, mote_error *err)
{
    mote_tensor tensor = r->to->graphs[0].tensors[inner];
    int32_t     zero;

    tensor.dtype = r->options->io;
    if (tensor.dtype == MOTE_F32) {
        tensor.quant = NULL;
    } else {
        zero = tensor.quant->zero_point[0] + 128;
        if (!(tensor.quant = mote_quant_create(r->to, -1, 1, tensor.quant->scale, &zero, err)))
            return MOTE_NONE;
    }
    return mote_graph_add_tensor(r->to, &r->to->graphs[0], &tensor, err);
}

static mote_status add_input(rewriting *r, int32_t index, mote_id *outer, mote_error *err)
{
    const mote_id id = r->graph->inputs[index];

    MOTE_TRY(add_activation(r, id, mote_affine_of(r->scheme, r->ranges[id].min, r->ranges[id].max), err));
    *outer = r->options->io == r->scheme->activations ? r->moved[id] : add_end(r, r->moved[id], err);
    return err->code;
}

static mote_status add_inputs(rewriting *r, mote_error *err)
{
    const int32_t count = r->graph->input_count;
    mote_id      *outer = MOTE_NEW(&r->arena, mote_id, count, err);
    int32_t       i;

    for (i = 0; outer && i < count; i++)
        MOTE_TRY(add_input(r, i, &outer[i], err));
    MOTE_TRY(err->code);
    MOTE_TRY(mote_graph_set_inputs(r->to, &r->to->graphs[0], outer, count, err));
    for (i = 0; i < count; i++)
        if (outer[i] != r->moved[r->graph->inputs[i]])
            MOTE_TRY(add_conversion(r, MOTE_OP_QUANTIZE, outer[i], r->moved[r->graph->inputs[i]], err));
    return MOTE_OK;
}

/* What the new model takes where the old one took this tensor; MOTE_NONE: it is no input. */
static mote_id input_of(const rewriting *r, mote_id id)
{
    int32_t i;

    for (i = 0; i < r->graph->input_count; i++)
        if (r->graph->inputs[i] == id)
            return r->to->graphs[0].inputs[i];
    return MOTE_NONE;
}

/* A constant end needs no operator: it is as it was, or its stored values, for uint8 moved by 128 like their zero point. */
static mote_status add_constant_end(rewriting *r, mote_id id, mote_id *out, mote_error *err)
{
    uint8_t *values;
    size_t   count, i;

    if (r->options->io == MOTE_F32 || r->graph->tensors[id].dtype != MOTE_F32)
        return copy_const(r, id, out, err);
    if (r->moved[id] == MOTE_NONE)
        MOTE_TRY(add_const_activation(r, id, err));
    *out = r->moved[id];
    if (r->options->io == r->scheme->activations)
        return MOTE_OK;
    *out = add_end(r, r->moved[id], err);
    count = mote_tensor_count(&r->graph->tensors[id]);
    values = MOTE_NEW(&r->to->arena, uint8_t, count, err);
    if (err->code != MOTE_OK)
        return err->code;
    for (i = 0; i < count; i++)
        values[i] = (uint8_t)(((const int8_t *)r->to->graphs[0].tensors[r->moved[id]].data)[i] + 128);
    r->to->graphs[0].tensors[*out].data = values;
    return MOTE_OK;
}

/* What is no real number ends as it is. */
static mote_status add_output(rewriting *r, mote_id id, mote_id *out, mote_error *err)
{
    const mote_op_kind op = r->options->io == MOTE_F32 ? MOTE_OP_DEQUANTIZE : MOTE_OP_QUANTIZE;

    if (r->graph->tensors[id].kind == MOTE_CONST)
        return add_constant_end(r, id, out, err);
    if (r->graph->tensors[id].dtype != MOTE_F32) {
        *out = r->moved[id];
        return MOTE_OK;
    }
    *out = input_of(r, id); /* passed through: exact */
    if (*out != MOTE_NONE)
        return MOTE_OK;
    *out = r->options->io == r->scheme->activations ? r->moved[id] : add_end(r, r->moved[id], err);
    if (err->code != MOTE_OK || *out == r->moved[id])
        return err->code;
    return add_conversion(r, op, r->moved[id], *out, err);
}

/* One that is named twice stays one. */
static mote_status add_outputs(rewriting *r, mote_error *err)
{
    const int32_t count = r->graph->output_count;
    mote_id       outer[MOTE_NODE_OUT_MAX];
    int32_t       i, same;

    if (count > MOTE_NODE_OUT_MAX)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%d outputs; at most %d can be quantized", count, MOTE_NODE_OUT_MAX);
    for (i = 0; i < count; i++) {
        outer[i] = MOTE_NONE;
        for (same = 0; r->graph->outputs[same] != r->graph->outputs[i]; same++) {
        }
        if (same < i)
            outer[i] = outer[same];
        else
            MOTE_TRY(add_output(r, r->graph->outputs[i], &outer[i], err));
    }
    return mote_graph_set_outputs(r->to, &r->to->graphs[0], outer, count, err);
}

static bool covers(mote_range outer, mote_range inner)
{
    return outer.min <= inner.min && outer.max >= inner.max;
}

/* What goes into a joined tensor is made in its scale at once, where its range is free and no wider than what it goes into
 * (MAXIMUM's output may be the narrower one). From the last node to the first, so that what is joined twice has the widest.
 */
static void widen_joined(rewriting *r)
{
    int32_t n, i;

    for (n = r->graph->node_count - 1; n >= 0; n--) {
        mote_quant_want  want[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
        const mote_node *node = &r->graph->nodes[n];
        if (!mote_ops[node->op]->quantize)
            continue;
        mote_ops[node->op]->quantize(r->graph, node, want);
        for (i = 0; i < node->in_count; i++)
            if (want[i].rule == MOTE_QUANT_JOINED && r->graph->tensors[node->in[i]].kind != MOTE_CONST &&
                covers(r->ranges[node->out[0]], r->ranges[node->in[i]]))
                r->ranges[node->in[i]] = r->ranges[node->out[0]];
    }
}

static mote_status rewrite(rewriting *r, const mote_dataset_split *calibration, mote_error *err)
{
    int32_t count = r->graph->tensor_count, i;

    r->ranges = MOTE_NEW(&r->arena, mote_range, count, err);
    r->affine = MOTE_NEW(&r->arena, mote_affine, count, err);
    r->moved = MOTE_NEW(&r->arena, mote_id, count, err);
    if (!r->ranges || !r->affine || !r->moved)
        return err->code;
    for (i = 0; i < count; i++)
        r->moved[i] = MOTE_NONE;
    MOTE_TRY(mote_calibrate(r->ranges, r->from, calibration, r->options, err));
    widen_joined(r);
    MOTE_TRY(mote_model_copy_facts(r->to, r->from, err));
    MOTE_TRY(add_inputs(r, err));
    for (i = 0; i < r->graph->node_count; i++)
        MOTE_TRY(rewrite_node(r, &r->graph->nodes[i], err));
    MOTE_TRY(add_outputs(r, err));
    return mote_model_verify(r->to, err);
}

/* r->from is of real numbers throughout. */
static mote_status quantize_real(rewriting *r, mote_model **out, const mote_dataset_split *calibration, mote_error *err)
{
    r->graph = &r->from->graphs[0];
    MOTE_TRY(mote_model_create(&r->to, MOTE_STAGE_QUANTIZED, r->from->arena.cap_bytes, err));
    if (rewrite(r, calibration, err) == MOTE_OK)
        *out = r->to;
    else
        mote_model_destroy(r->to);
    mote_arena_destroy(&r->arena);
    return err->code;
}

mote_status mote_model_quantize(mote_model **out, const mote_model *model, const mote_dataset_split *calibration,
                                const mote_quantize_options *options, mote_error *err)
{
    static const mote_quantize_options defaults = {0};
    rewriting                          r = {.from = model, .options = options ? options : &defaults};
    mote_model                        *real;

    *out = NULL;
    if (!model)
        return mote_fail(err, MOTE_ERR_USAGE, "quantizing takes a model");
    if (model->stage != MOTE_STAGE_INFER)
        return mote_fail(err, MOTE_ERR_USAGE, "%s",
                         model->stage == MOTE_STAGE_TRAIN ? "quantize the inference form of a model"
                                                          : "the model is quantized already");
    MOTE_TRY(mote_quantize_check(r.options, err));
    r.scheme = &mote_schemes[r.options->scheme];
    if (r.scheme->is_of_weights)
        return mote_quantize_weights_alone(out, model, r.options, err);
    if (mote_model_has_control(model))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "IF and WHILE have no integer form: quantize where the model was made");
    if (!mote_model_has_int8_weights(model))
        return quantize_real(&r, out, calibration, err);
    MOTE_TRY(mote_model_with_real_weights(&real, model, err));
    r.from = real;
    quantize_real(&r, out, calibration, err);
    mote_model_destroy(real);
    return err->code;
}
