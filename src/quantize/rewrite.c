/* A float model and its ranges become a model of integers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "graph/control.h"
#include "passes/passes.h"
#include "quantize/areas.h"
#include "quantize/masks.h"
#include "quantize/refine.h"

/* What tensors became in one type of activations. */
typedef struct form {
    const mote_scheme_row *scheme; /* one of those that have it; NULL: none was there yet */
    mote_affine           *affine;
    mote_id               *moved;
} form;

typedef struct rewriting {
    const mote_model            *from;
    mote_model                  *to;
    const mote_quantize_options *options;
    const mote_scheme_row       *scheme; /* the model's; while an operator is rewritten that operator's */
    mote_mixing                 *mixing; /* NULL: what the options say */
    mote_arena                   arena;
    mote_range                 **ranges_of; /* of each graph's tensors */
    mote_quantized_layer        *layers;    /* of the main graph, for what refines it */
    int32_t                      layer_count;

    /* the graph that is being rewritten */
    int32_t           g;
    const mote_graph *graph;
    mote_range       *ranges;
    mote_affine      *affine; /* of activations */
    mote_id          *moved;  /* old id -> new id; MOTE_NONE: not yet */

    /* where its operators have schemes of their own: affine and moved are those of one form */
    const mote_scheme_row **rows; /* of each operator; NULL: all have the model's */
    form                    forms[MOTE_DTYPE_COUNT];
    mote_dtype             *made; /* of each tensor: as what it was computed */
} rewriting;

static mote_graph *new_graph(const rewriting *r)
{
    return &r->to->graphs[r->g];
}

/* ---- activations ---- */

static mote_status add_activation(rewriting *r, mote_id id, mote_affine affine, mote_error *err)
{
    mote_tensor tensor = r->graph->tensors[id];

    r->affine[id] = affine;
    tensor.dtype = r->scheme->activations;
    tensor.range = r->ranges[id];
    tensor.quant = mote_quant_create(r->to, -1, 1, &affine.scale, &affine.zero_point, err);
    if (!tensor.quant)
        return err->code;
    r->moved[id] = mote_graph_add_tensor(r->to, new_graph(r), &tensor, err);
    return err->code;
}

/* Places, shapes, truth values: as they are. */
static mote_status add_kept(rewriting *r, mote_id id, mote_error *err)
{
    r->moved[id] = mote_graph_add_tensor(r->to, new_graph(r), &r->graph->tensors[id], err);
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

/* The smallest weight scale with which each bias fits: |bias| / (in_scale * w_scale) <= bias_limit. */
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
        float   needed = (float)(size / (r->scheme->bias_limit * (double)r->affine[node->in[wants[at].input]].scale));
        int32_t slot = channels == 1 ? 0 : c;
        if (needed > (*least)[slot])
            (*least)[slot] = needed;
    }
    return MOTE_OK;
}

void mote_pack_int4(const int8_t *values, size_t count, uint8_t *out)
{
    size_t i;

    for (i = 0; i < count; i += 2)
        out[i / 2] = (uint8_t)((values[i] & 15) | (i + 1 < count ? (values[i + 1] & 15) << 4 : 0));
}

/* wants: of all operands; i: the weights' number. */
static mote_status add_weights(rewriting *r, const mote_node *node, int32_t i, const mote_quant_want *wants, mote_id *out,
                               mote_error *err)
{
    const mote_scheme_row *scheme = mote_scheme_of_weights(r->scheme, node->op, i);
    const mote_tensor     *w = mote_node_in(r->graph, node, i);
    mote_tensor            tensor = *w;
    int32_t                axis = mote_quantize_is_per_tensor(r->options) ? -1 : wants[i].axis;
    int32_t                channels = axis < 0 ? 1 : w->dim[axis];
    mote_quant            *quant = mote_quant_create(r->to, axis, channels, NULL, NULL, err);
    float                 *least;

    if (!quant)
        return err->code;
    MOTE_TRY(find_least_scales(r, node, wants, i, channels, &least, err));
    tensor.dtype = scheme->weights;
    tensor.quant = quant;
    tensor.data = mote_arena_alloc(&r->to->arena, mote_tensor_count(w), scheme->weights == MOTE_I16 ? 2 : 1, err);
    if (!tensor.data)
        return err->code;
    mote_quantize_weights(scheme, w, axis, least, quant->scale, tensor.data);
    if (scheme->weights == MOTE_I4)
        mote_pack_int4(tensor.data, mote_tensor_count(w), tensor.data);
    *out = mote_graph_add_tensor(r->to, new_graph(r), &tensor, err);
    return err->code;
}

int64_t mote_quantize_bias(const mote_scheme_row *scheme, double bias, double scale)
{
    const double q = mote_round_for(scheme, bias / scale), most = scheme->bias_limit;

    return (int64_t)(q > most ? most : q < -most ? -most : q);
}

void mote_store_bias(const mote_tensor *to, int32_t c, int64_t value)
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
    const mote_quant  *w = new_graph(r)->tensors[in[want->weights]].quant;
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
        mote_store_bias(&tensor, c,
                        mote_quantize_bias(r->scheme, (double)((const float *)bias->data)[c],
                                           (double)quant->scale[w->count > 1 ? c : 0]));
    in[i] = mote_graph_add_tensor(r->to, new_graph(r), &tensor, err);
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
    to = &new_graph(r)->tensors[r->moved[id]];
    to->data = mote_arena_alloc(&r->to->arena, mote_tensor_bytes(to), 1, err);
    for (i = 0; to->data && i < count; i++) {
        double q = mote_round_for(r->scheme, (double)values[i] / (double)affine.scale) + affine.zero_point;
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
        *out = mote_graph_add_tensor(r->to, new_graph(r), &tensor, err);
    return err->code;
}

/* ---- nodes ---- */

static mote_status add_conversion(rewriting *r, mote_op_kind op, mote_id in, mote_id out, mote_error *err)
{
    const mote_node node = {.op = op, .in = &in, .out = &out, .in_count = 1, .out_count = 1, .origin = UINT32_MAX};

    mote_graph_add_node(r->to, new_graph(r), &node, err);
    return err->code;
}

static bool is_same_affine(mote_affine a, mote_affine b)
{
    return a.zero_point == b.zero_point && !(a.scale < b.scale) && !(a.scale > b.scale);
}

/* ---- areas of several schemes ----
 *
 * A tensor has a form for each type of activations that reads it. The first is what its operator computes, or the caller
 * gives; of that the others are made, each once, where an operator first wants it. */

static const mote_scheme_row *scheme_of_model(const rewriting *r)
{
    return &mote_schemes[r->options->scheme];
}

/* From here on tensors are looked up, and made, as this scheme's operators have them. */
static void use_scheme(rewriting *r, const mote_scheme_row *scheme)
{
    r->scheme = scheme;
    if (!r->rows)
        return;
    r->forms[scheme->activations].scheme = scheme;
    r->affine = r->forms[scheme->activations].affine;
    r->moved = r->forms[scheme->activations].moved;
}

static bool is_real(const mote_tensor *tensor)
{
    return tensor && tensor->dtype == MOTE_F32;
}

/* As its operator computed it. */
static mote_id first_form(const rewriting *r, mote_id id)
{
    return r->rows ? r->forms[r->made[id]].moved[id] : r->moved[id];
}

static void note_made(rewriting *r, mote_id id)
{
    if (r->rows)
        r->made[id] = r->scheme->activations;
}

/* The form that the scheme in use has, of a tensor that has another: so that r->moved knows it. */
static mote_status bring(rewriting *r, mote_id id, mote_error *err)
{
    const mote_id before = first_form(r, id);

    if (before == MOTE_NONE || r->moved[id] != MOTE_NONE)
        return MOTE_OK;
    if (!is_real(&r->graph->tensors[id])) {
        r->moved[id] = before;
        return MOTE_OK;
    }
    MOTE_TRY(r->scheme->activations == MOTE_F32
                 ? add_kept(r, id, err)
                 : add_activation(r, id, mote_affine_of(r->scheme, r->ranges[id].min, r->ranges[id].max), err));
    new_graph(r)->tensors[r->moved[id]].name = "";
    return add_conversion(r, r->scheme->activations == MOTE_F32 ? MOTE_OP_DEQUANTIZE : MOTE_OP_QUANTIZE, before,
                          r->moved[id], err);
}

/* Constants are made where they are read; joined and real operands are converted by whoever takes them. */
static mote_status bring_operands(rewriting *r, const mote_node *node, mote_error *err)
{
    mote_quant_want want[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
    int32_t         i;

    if (r->scheme->activations != MOTE_F32 && mote_ops[node->op]->quantize)
        mote_ops[node->op]->quantize(r->graph, node, want);
    for (i = 0; i < node->in_count; i++) {
        const mote_tensor *tensor = mote_node_in(r->graph, node, i);
        const bool         is_taken_otherwise = is_real(tensor) && (want[i].rule == MOTE_QUANT_JOINED ||
                                                            want[i].rule == MOTE_QUANT_REAL || node->op == MOTE_OP_WHILE);
        if (tensor && tensor->kind == MOTE_ACTIVATION && !is_taken_otherwise)
            MOTE_TRY(bring(r, node->in[i], err));
    }
    return MOTE_OK;
}

/* ---- nodes ---- */

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
        const mote_id whole = moved != MOTE_NONE ? moved : first_form(r, id);
        tensor = new_graph(r)->tensors[whole];
        tensor.name = "";
        tensor.dtype = r->scheme->activations;
        if (!(tensor.quant = mote_quant_create(r->to, -1, 1, &wanted.scale, &wanted.zero_point, err)))
            return err->code;
        *out = mote_graph_add_tensor(r->to, new_graph(r), &tensor, err);
        return *out == MOTE_NONE ? err->code : add_conversion(r, MOTE_OP_QUANTIZE, whole, *out, err);
    }
    if (moved != MOTE_NONE) { /* others have it in their scale */
        r->moved[id] = moved;
        r->affine[id] = before;
    }
    return MOTE_OK;
}

/* As a real number, whatever it became. */
static mote_status take_real(rewriting *r, mote_id id, mote_id *out, mote_error *err)
{
    const mote_id moved = r->moved[id] != MOTE_NONE ? r->moved[id] : first_form(r, id);
    mote_tensor   tensor = r->graph->tensors[id];

    if (tensor.kind == MOTE_CONST)
        return copy_const(r, id, out, err);
    if (r->rows && (*out = r->forms[MOTE_F32].moved[id]) != MOTE_NONE)
        return MOTE_OK;
    *out = moved;
    if (new_graph(r)->tensors[moved].dtype == MOTE_F32)
        return MOTE_OK;
    tensor.name = "";
    *out = mote_graph_add_tensor(r->to, new_graph(r), &tensor, err);
    if (r->rows)
        r->forms[MOTE_F32].moved[id] = *out;
    return *out == MOTE_NONE ? err->code : add_conversion(r, MOTE_OP_DEQUANTIZE, moved, *out, err);
}

/* With the values that it begins with. */
static mote_status add_state(rewriting *r, mote_id id, mote_dtype dtype, mote_affine affine, mote_id *out, mote_error *err)
{
    mote_tensor  tensor = r->graph->tensors[id];
    const float *values = tensor.data;
    long long    low, high;
    size_t       i;

    tensor.dtype = dtype;
    tensor.quant = mote_quant_create(r->to, -1, 1, &affine.scale, &affine.zero_point, err);
    tensor.data = mote_arena_alloc(&r->to->arena, mote_tensor_bytes(&tensor), 1, err);
    if (err->code != MOTE_OK)
        return err->code;
    mote_dtype_limits(dtype, &low, &high);
    for (i = 0; i < mote_tensor_count(&tensor); i++) {
        const double q = round((double)values[i] / (double)affine.scale) + affine.zero_point;
        store_activation(&tensor, i, (int32_t)(q < (double)low ? (double)low : q > (double)high ? (double)high : q));
    }
    *out = mote_graph_add_tensor(r->to, new_graph(r), &tensor, err);
    return err->code;
}

static mote_status take_state(rewriting *r, const mote_node *node, int32_t i, const mote_quant_want *wants, mote_id *out,
                              mote_error *err)
{
    const mote_id id = node->in[i];

    if (r->graph->tensors[id].kind != MOTE_STATE || r->graph->tensors[id].dtype != MOTE_F32 || r->moved[id] != MOTE_NONE)
        return mote_op_fail(r->graph, node, MOTE_ERR_UNSUPPORTED, err, "operand %d is no state of its own", i);
    if (wants[i].rule == MOTE_QUANT_CELL)
        return add_state(r, id, MOTE_I16, mote_affine_of_cell(r->ranges[id].min, r->ranges[id].max), out, err);
    return add_state(r, id, r->scheme->activations,
                     mote_affine_for(r->scheme, node, &wants[node->in_count], r->ranges[node->out[0]], r->affine), out, err);
}

static mote_status take_operand(rewriting *r, const mote_node *node, int32_t i, const mote_quant_want *wants, mote_id *in,
                                mote_error *err)
{
    const mote_quant_want *want = &wants[i];
    mote_id                id = node->in[i];

    in[i] = MOTE_NONE;
    if (id == MOTE_NONE)
        return MOTE_OK;
    if (want->rule == MOTE_QUANT_REAL)
        return take_real(r, id, &in[i], err);
    if (want->rule == MOTE_QUANT_STATE || want->rule == MOTE_QUANT_CELL)
        return take_state(r, node, i, wants, &in[i], err);
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
    if (r->g == 0 && r->scheme->fineness > 0)
        return mote_op_fail(r->graph, node, MOTE_ERR_UNSUPPORTED, err,
                            "has no %s form; keep it as it is (--keep float32:%s), or convert without --quantize",
                            r->scheme->name, mote_show_string(mote_node_kind_name(node)).text);
    return mote_op_fail(r->graph, node, MOTE_ERR_UNSUPPORTED, err, "has no %s form; convert without --quantize",
                        r->scheme->name);
}

/* Counters, places, conditions of loops: nothing of it is a real number. */
static bool has_reals(const mote_graph *graph, const mote_node *node)
{
    bool    has = false;
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        has |= is_real(mote_node_in(graph, node, i)) ||
               (mote_node_in(graph, node, i) && mote_node_in(graph, node, i)->kind == MOTE_STATE);
    for (i = 0; i < node->out_count; i++)
        has |= is_real(mote_node_out(graph, node, i));
    return has;
}

static mote_status take_kept(rewriting *r, mote_id id, mote_id *out, mote_error *err)
{
    if (id != MOTE_NONE && r->moved[id] == MOTE_NONE && r->graph->tensors[id].kind != MOTE_ACTIVATION)
        MOTE_TRY(copy_const(r, id, &r->moved[id], err));
    *out = id == MOTE_NONE ? MOTE_NONE : r->moved[id];
    return MOTE_OK;
}

static mote_status rewrite_kept(rewriting *r, const mote_node *from, mote_error *err)
{
    mote_id   in[MOTE_NODE_IN_MAX], out[MOTE_NODE_OUT_MAX];
    mote_node node = *from;
    int32_t   i;

    for (i = 0; i < from->in_count; i++)
        MOTE_TRY(take_kept(r, from->in[i], &in[i], err));
    for (i = 0; i < from->out_count; i++) {
        MOTE_TRY(add_kept(r, from->out[i], err));
        out[i] = r->moved[from->out[i]];
    }
    node.in = in;
    node.out = out;
    mote_graph_add_node(r->to, new_graph(r), &node, err);
    return err->code;
}

/* ---- loops ----
 *
 * A carried value has one scale outside and inside: what goes in and what the body gives are brought to it. */

static mote_affine carried_affine(const rewriting *r, int32_t body, int32_t i)
{
    const mote_range range = r->ranges_of[body][r->from->graphs[body].inputs[i]];

    return mote_affine_of(r->scheme, range.min, range.max);
}

static mote_status rewrite_loop(rewriting *r, const mote_node *from, mote_error *err)
{
    mote_id   in[MOTE_NODE_OUT_MAX], out[MOTE_NODE_OUT_MAX];
    mote_node node = *from;
    int32_t   i;

    for (i = 0; i < from->in_count; i++) {
        const mote_affine affine = carried_affine(r, from->as.control_while.body_subgraph_index, i);
        if (is_real(&r->graph->tensors[from->in[i]])) {
            MOTE_TRY(take_joined(r, from->in[i], affine, &in[i], err));
            MOTE_TRY(add_activation(r, from->out[i], affine, err));
        } else {
            MOTE_TRY(take_kept(r, from->in[i], &in[i], err));
            MOTE_TRY(add_kept(r, from->out[i], err));
        }
        out[i] = r->moved[from->out[i]];
    }
    node.in = in;
    node.out = out;
    mote_graph_add_node(r->to, new_graph(r), &node, err);
    return err->code;
}

/* ---- nodes ---- */

static bool is_read(const mote_graph *graph, mote_id id)
{
    int32_t n, i;

    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].in_count; i++)
            if (graph->nodes[n].in[i] == id)
                return true;
    return false;
}

/* int8 kernels of SOFTMAX and LOGISTIC know one output, which has a zero point: where all others have none, a QUANTIZE
 * brings it to the scale of its range. What ends there stays as it is, and has a bit more. */
static mote_affine fixed_affine(const rewriting *r, const mote_quant_want *want)
{
    return mote_affine_for(r->scheme, NULL, want, (mote_range){0}, NULL);
}

static bool has_unwanted_zero(const rewriting *r, const mote_node *node, int32_t i, const mote_quant_want *want)
{
    return r->scheme->is_symmetric && want->rule == MOTE_QUANT_FIXED && fixed_affine(r, want).zero_point != 0 &&
           is_read(r->graph, node->out[i]);
}

static mote_status add_result(rewriting *r, const mote_node *from, int32_t i, const mote_quant_want *want, mote_id *out,
                              mote_error *err)
{
    const mote_id id = from->out[i];

    if (has_unwanted_zero(r, from, i, want)) {
        MOTE_TRY(add_activation(r, id, fixed_affine(r, want), err));
        *out = r->moved[id];
        new_graph(r)->tensors[*out].name = "";
        return MOTE_OK;
    }
    if (want->rule == MOTE_QUANT_REAL) {
        *out = mote_graph_add_tensor(r->to, new_graph(r), &r->graph->tensors[id], err);
        return err->code;
    }
    if (want->rule == MOTE_QUANT_RANGE && is_real(&r->graph->tensors[id]) && !r->ranges[id].is_known)
        return mote_op_fail(r->graph, from, MOTE_ERR_USAGE, err, "no calibration sample runs it; give samples that do");
    MOTE_TRY(want->rule == MOTE_QUANT_KEEP
                 ? add_kept(r, id, err)
                 : add_activation(r, id, mote_affine_for(r->scheme, from, want, r->ranges[id], r->affine), err));
    *out = r->moved[id];
    return MOTE_OK;
}

/* What was computed as a real number, or with a zero point, in the scale of its range. */
static mote_status quantize_result(rewriting *r, mote_id id, mote_id computed, mote_error *err)
{
    if (r->rows)
        r->forms[MOTE_F32].moved[id] = computed;
    MOTE_TRY(add_activation(r, id, mote_affine_of(r->scheme, r->ranges[id].min, r->ranges[id].max), err));
    return add_conversion(r, MOTE_OP_QUANTIZE, computed, r->moved[id], err);
}

/* Of the main graph: what a loop runs stays as it was rounded. */
static void note_layer(rewriting *r, const mote_node *from)
{
    mote_weighted layer;

    if (r->g == 0 && mote_weighted_find(&layer, r->graph, from))
        r->layers[r->layer_count++] = (mote_quantized_layer){.from = (int32_t)(from - r->graph->nodes),
                                                             .to = new_graph(r)->node_count - 1,
                                                             .scheme = mote_scheme_of_weights(r->scheme, from->op, 1)};
}

static mote_status rewrite_real(rewriting *r, const mote_node *from, mote_error *err)
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
    for (i = 0; i < from->out_count; i++)
        MOTE_TRY(add_result(r, from, i, &want[from->in_count + i], &out[i], err));
    node.in = in;
    node.out = out;
    added = mote_graph_add_node(r->to, new_graph(r), &node, err);
    if (added && !mote_op_find_row(new_graph(r), added, &no_row))
        return fail_without_form(r, from, err);
    note_layer(r, from);
    for (i = 0; i < from->out_count && err->code == MOTE_OK; i++)
        if (want[from->in_count + i].rule == MOTE_QUANT_REAL || has_unwanted_zero(r, from, i, &want[from->in_count + i]))
            MOTE_TRY(quantize_result(r, from->out[i], out[i], err));
    return err->code;
}

static mote_status rewrite_by_scheme(rewriting *r, const mote_node *from, mote_error *err)
{
    if (from->op == MOTE_OP_WHILE)
        return rewrite_loop(r, from, err);
    if (r->scheme->activations == MOTE_F32)
        return rewrite_kept(r, from, err);
    return has_reals(r->graph, from) ? rewrite_real(r, from, err) : rewrite_kept(r, from, err);
}

static mote_status rewrite_node(rewriting *r, int32_t n, mote_error *err)
{
    const mote_node *from = &r->graph->nodes[n];
    int32_t          i;

    if (!r->rows)
        return rewrite_by_scheme(r, from, err);
    use_scheme(r, r->rows[n]);
    MOTE_TRY(bring_operands(r, from, err));
    MOTE_TRY(rewrite_by_scheme(r, from, err));
    for (i = 0; i < from->out_count; i++)
        if (from->out[i] != MOTE_NONE)
            note_made(r, from->out[i]);
    return MOTE_OK;
}

/* ---- the model's ends ---- */

/* A copy of an end in the wanted type: real numbers, or for int8 uint8 with the zero point moved by 128. */
static mote_id add_end(rewriting *r, mote_id inner, mote_error *err)
{
    mote_tensor tensor = new_graph(r)->tensors[inner];
    int32_t     zero;

    tensor.dtype = r->options->io;
    if (tensor.dtype == MOTE_F32) {
        tensor.quant = NULL;
    } else {
        zero = tensor.quant->zero_point[0] + 128;
        if (!(tensor.quant = mote_quant_create(r->to, -1, 1, tensor.quant->scale, &zero, err)))
            return MOTE_NONE;
    }
    return mote_graph_add_tensor(r->to, new_graph(r), &tensor, err);
}

/* It names rows or counts something: whoever reads it wants the number itself. */
static bool stays_real(const rewriting *r, mote_id id)
{
    int32_t n, i;

    for (n = 0; n < r->graph->node_count; n++) {
        mote_quant_want  want[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
        const mote_node *node = &r->graph->nodes[n];
        if (mote_ops[node->op]->quantize)
            mote_ops[node->op]->quantize(r->graph, node, want);
        for (i = 0; i < node->in_count; i++)
            if (node->in[i] == id && want[i].rule != MOTE_QUANT_REAL)
                return false;
    }
    for (i = 0; i < r->graph->output_count; i++)
        if (r->graph->outputs[i] == id)
            return false;
    return true;
}

static mote_status add_input(rewriting *r, int32_t index, mote_id *outer, mote_error *err)
{
    const mote_id id = r->graph->inputs[index];
    const bool    is_kept = r->graph->tensors[id].dtype != MOTE_F32 || stays_real(r, id);

    /* Where layers differ, each takes of a real input what it wants. */
    use_scheme(r, r->rows && (is_kept || r->options->io == MOTE_F32) ? &mote_scheme_real : scheme_of_model(r));
    note_made(r, id);
    if (is_kept || r->scheme->activations == MOTE_F32) {
        MOTE_TRY(add_kept(r, id, err));
        *outer = r->moved[id];
        return MOTE_OK;
    }
    if (!r->ranges[id].is_known)
        return mote_fail(err, MOTE_ERR_USAGE, "input %s has no range, which others have; give calibration samples",
                         mote_show_string(r->graph->tensors[id].name).text);
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
    MOTE_TRY(mote_graph_set_inputs(r->to, new_graph(r), outer, count, err));
    for (i = 0; i < count; i++)
        if (outer[i] != first_form(r, r->graph->inputs[i]))
            MOTE_TRY(add_conversion(r, MOTE_OP_QUANTIZE, outer[i], first_form(r, r->graph->inputs[i]), err));
    return MOTE_OK;
}

/* What the new model takes where the old one took this tensor; MOTE_NONE: it is no input. */
static mote_id input_of(const rewriting *r, mote_id id)
{
    int32_t i;

    for (i = 0; i < r->graph->input_count; i++)
        if (r->graph->inputs[i] == id)
            return new_graph(r)->inputs[i];
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
        values[i] = (uint8_t)(((const int8_t *)new_graph(r)->tensors[r->moved[id]].data)[i] + 128);
    new_graph(r)->tensors[*out].data = values;
    return MOTE_OK;
}

/* What is no real number ends as it is. */
static mote_status add_output(rewriting *r, mote_id id, mote_id *out, mote_error *err)
{
    const mote_op_kind op = r->options->io == MOTE_F32 ? MOTE_OP_DEQUANTIZE : MOTE_OP_QUANTIZE;

    use_scheme(r, r->rows && r->options->io == MOTE_F32 && r->graph->tensors[id].kind != MOTE_CONST
                      ? r->forms[r->made[id]].scheme
                      : scheme_of_model(r));
    if (r->graph->tensors[id].kind == MOTE_CONST)
        return add_constant_end(r, id, out, err);
    if (r->rows)
        MOTE_TRY(bring(r, id, err));
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
    return mote_graph_set_outputs(r->to, new_graph(r), outer, count, err);
}

/* The ranges of what a loop carries become one. True: some range has grown. */
static bool join_carried(const rewriting *r, int32_t g, const mote_node *node, int32_t i)
{
    const int32_t     c = node->as.control_while.cond_subgraph_index, b = node->as.control_while.body_subgraph_index;
    const mote_graph *cond = &r->from->graphs[c], *body = &r->from->graphs[b];
    mote_range *all[] = {&r->ranges_of[g][node->in[i]], &r->ranges_of[g][node->out[i]], &r->ranges_of[c][cond->inputs[i]],
                         &r->ranges_of[b][body->inputs[i]], &r->ranges_of[b][body->outputs[i]]};
    mote_range  whole = {0};
    bool        has_grown = false;
    size_t      k;

    for (k = 0; k < sizeof all / sizeof *all; k++)
        if (all[k]->is_known) {
            whole.min = !whole.is_known || all[k]->min < whole.min ? all[k]->min : whole.min;
            whole.max = !whole.is_known || all[k]->max > whole.max ? all[k]->max : whole.max;
            whole.is_known = true;
        }
    for (k = 0; whole.is_known && k < sizeof all / sizeof *all; k++) {
        has_grown |= !all[k]->is_known || !mote_range_covers(*all[k], whole);
        *all[k] = whole;
    }
    return has_grown;
}

static bool join_loops(const rewriting *r)
{
    bool    has_grown = false;
    int32_t g, n, i;

    for (g = 0; g < r->from->graph_count; g++)
        for (n = 0; n < r->from->graphs[g].node_count; n++) {
            const mote_node *node = &r->from->graphs[g].nodes[n];
            for (i = 0; node->op == MOTE_OP_WHILE && i < node->in_count; i++)
                if (is_real(&r->from->graphs[g].tensors[node->in[i]]))
                    has_grown |= join_carried(r, g, node, i);
        }
    return has_grown;
}

static mote_status begin_form(rewriting *r, mote_dtype type, mote_error *err)
{
    const int32_t count = r->graph->tensor_count;
    form         *f = &r->forms[type];
    int32_t       i;

    f->affine = MOTE_NEW(&r->arena, mote_affine, count, err);
    f->moved = MOTE_NEW(&r->arena, mote_id, count, err);
    for (i = 0; f->moved && i < count; i++)
        f->moved[i] = MOTE_NONE;
    return err->code;
}

/* Which scheme each of the main graph's operators has, where not all have the model's. */
static mote_status open_areas(rewriting *r, mote_error *err)
{
    int32_t i;

    r->rows = NULL;
    if (r->g > 0 || (!r->mixing && r->options->layer_count == 0))
        return MOTE_OK;
    r->rows = MOTE_NEW(&r->arena, const mote_scheme_row *, r->graph->node_count, err);
    r->made = MOTE_NEW(&r->arena, mote_dtype, r->graph->tensor_count, err);
    MOTE_TRY(err->code);
    if (!r->mixing)
        MOTE_TRY(mote_areas_assign(r->rows, r->graph, r->options, err));
    for (i = 0; r->mixing && i < r->graph->node_count; i++)
        r->rows[i] = r->mixing->rows[i];
    MOTE_TRY(begin_form(r, MOTE_F32, err));
    for (i = 0; i < r->graph->node_count; i++)
        if (!r->forms[r->rows[i]->activations].moved)
            MOTE_TRY(begin_form(r, r->rows[i]->activations, err));
    return MOTE_OK;
}

static mote_status open_graph(rewriting *r, int32_t g, mote_error *err)
{
    r->g = g;
    r->graph = &r->from->graphs[g];
    r->ranges = r->ranges_of[g];
    memset(r->forms, 0, sizeof r->forms);
    MOTE_TRY(open_areas(r, err));
    if (!r->forms[scheme_of_model(r)->activations].moved)
        MOTE_TRY(begin_form(r, scheme_of_model(r)->activations, err));
    r->scheme = scheme_of_model(r);
    r->affine = r->forms[r->scheme->activations].affine;
    r->moved = r->forms[r->scheme->activations].moved;
    return MOTE_OK;
}

/* What is joined in a graph widens what loops carry, and the other way round. Each may end before the other has: scales that
 * differ then are converted. */
static void settle_ranges(rewriting *r)
{
    enum { ROUNDS = 4 };
    int32_t round, g;
    bool    has_grown = true;

    for (round = 0; has_grown && round < ROUNDS; round++) {
        join_loops(r);
        for (g = 0; g < r->from->graph_count; g++)
            mote_widen_joined(&r->from->graphs[g], r->ranges_of[g]);
        has_grown = join_loops(r);
    }
}

/* By calibration, as training saw them, or as an earlier calibration did. */
static mote_status see_ranges(rewriting *r, const mote_dataset_split *calibration, mote_error *err)
{
    mote_mixing *m = r->mixing;
    int32_t      g;

    if ((!m || !m->ranges_of) && !calibration && mote_model_has_ranges(r->from))
        mote_take_ranges(r->ranges_of, r->from);
    else if (!m || !m->ranges_of)
        MOTE_TRY(mote_calibrate(r->ranges_of, r->from, calibration, r->options, err));
    if (!m)
        return MOTE_OK;
    if (!m->ranges_of) {
        m->ranges_of = MOTE_NEW(&m->arena, mote_range *, r->from->graph_count, err);
        for (g = 0; m->ranges_of && g < r->from->graph_count; g++)
            m->ranges_of[g] = mote_arena_copy(&m->arena, r->ranges_of[g], (size_t)r->from->graphs[g].tensor_count,
                                              sizeof **r->ranges_of, err);
        return err->code;
    }
    for (g = 0; g < r->from->graph_count; g++)
        memcpy(r->ranges_of[g], m->ranges_of[g], (size_t)r->from->graphs[g].tensor_count * sizeof **r->ranges_of);
    return MOTE_OK;
}

static mote_status find_ranges(rewriting *r, const mote_dataset_split *calibration, mote_error *err)
{
    int32_t g;

    r->ranges_of = MOTE_NEW(&r->arena, mote_range *, r->from->graph_count, err);
    for (g = 0; r->ranges_of && g < r->from->graph_count; g++)
        r->ranges_of[g] = MOTE_NEW(&r->arena, mote_range, r->from->graphs[g].tensor_count, err);
    MOTE_TRY(err->code);
    MOTE_TRY(see_ranges(r, calibration, err));
    settle_ranges(r);
    return MOTE_OK;
}

static mote_status rewrite_nodes(rewriting *r, mote_error *err)
{
    int32_t n;

    for (n = 0; n < r->graph->node_count; n++)
        MOTE_TRY(rewrite_node(r, n, err));
    return MOTE_OK;
}

/* The condition or the body of a loop: its inputs have the scales of what is carried, and what the body gives gets them. */
static mote_status rewrite_subgraph(rewriting *r, int32_t g, mote_error *err)
{
    mote_id ends[MOTE_NODE_OUT_MAX];
    int32_t i;

    MOTE_TRY(open_graph(r, g, err));
    for (i = 0; i < r->graph->input_count; i++) {
        const mote_id id = r->graph->inputs[i];
        MOTE_TRY(is_real(&r->graph->tensors[id]) ? add_activation(r, id, carried_affine(r, g, i), err)
                                                 : add_kept(r, id, err));
        ends[i] = r->moved[id];
    }
    MOTE_TRY(mote_graph_set_inputs(r->to, new_graph(r), ends, r->graph->input_count, err));
    MOTE_TRY(rewrite_nodes(r, err));
    for (i = 0; i < r->graph->output_count; i++) {
        const mote_id id = r->graph->outputs[i];
        MOTE_TRY(is_real(&r->graph->tensors[id]) ? take_joined(r, id, carried_affine(r, g, i), &ends[i], err)
                                                 : take_kept(r, id, &ends[i], err));
    }
    return mote_graph_set_outputs(r->to, new_graph(r), ends, r->graph->output_count, err);
}

static mote_status rewrite(rewriting *r, const mote_dataset_split *calibration, mote_error *err)
{
    int32_t g;

    MOTE_TRY(find_ranges(r, calibration, err));
    r->layers = MOTE_NEW(&r->arena, mote_quantized_layer, r->from->graphs[0].node_count, err);
    MOTE_TRY(err->code);
    for (g = 1; g < r->from->graph_count; g++)
        if (!mote_model_add_graph(r->to, err))
            return err->code;
    MOTE_TRY(mote_model_copy_facts(r->to, r->from, err));
    MOTE_TRY(open_graph(r, 0, err));
    MOTE_TRY(add_inputs(r, err));
    MOTE_TRY(rewrite_nodes(r, err));
    MOTE_TRY(add_outputs(r, err));
    for (g = 1; g < r->from->graph_count; g++)
        MOTE_TRY(rewrite_subgraph(r, g, err));
    MOTE_TRY(mote_model_verify(r->to, err));
    return mote_refine(r->to, r->from, r->layers, r->layer_count, calibration, r->options, err);
}

/* r->from is of real numbers throughout. */
static mote_status quantize_real(rewriting *r, mote_model **out, const mote_dataset_split *calibration, mote_error *err)
{
    MOTE_TRY(mote_model_create(&r->to, MOTE_STAGE_QUANTIZED, r->from->arena.cap_bytes, err));
    if (rewrite(r, calibration, err) == MOTE_OK)
        *out = r->to;
    else
        mote_model_destroy(r->to);
    mote_arena_destroy(&r->arena);
    return err->code;
}

/* What a loop runs is calibrated in all its rounds; of an IF one branch may never be run. */
static mote_status check_control(const mote_model *model, mote_error *err)
{
    int32_t g, n;

    for (g = 0; g < model->graph_count; g++) {
        const mote_graph *graph = &model->graphs[g];
        if (g > 0 && (graph->input_count > MOTE_NODE_OUT_MAX || graph->output_count > MOTE_NODE_OUT_MAX))
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "subgraph %d takes or gives more than %d values", g,
                             MOTE_NODE_OUT_MAX);
        for (n = 0; n < graph->node_count; n++)
            if (graph->nodes[n].op == MOTE_OP_IF)
                return mote_fail(err, MOTE_ERR_UNSUPPORTED, "IF has no integer form: quantize where the model was made");
    }
    return MOTE_OK;
}

mote_status mote_quantize_by(mote_model **out, const mote_model *model, const mote_dataset_split *calibration,
                             const mote_quantize_options *options, mote_mixing *mixing, mote_error *err)
{
    static const mote_quantize_options defaults = {0};
    rewriting                          r = {.from = model, .options = options ? options : &defaults, .mixing = mixing};
    mote_model                        *real = NULL, *equal = NULL, *masked = NULL;

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
    MOTE_TRY(check_control(model, err));
    if (mote_model_has_int8_weights(model))
        MOTE_TRY(mote_model_with_real_weights(&real, model, err));
    r.from = real ? real : model;
    if (r.options->is_equalized &&
        (!calibration || calibration->count == 0)) /* ranges that are known are of other numbers */
        mote_fail(err, MOTE_ERR_USAGE, "equalization needs calibration samples; give some with --calibrate");
    else if (r.options->is_equalized && mote_equalize(&equal, r.from, err) == MOTE_OK)
        r.from = equal;
    if (err->code == MOTE_OK && mote_mask_bound(&masked, r.from, err) == MOTE_OK) {
        r.from = masked ? masked : r.from;
        quantize_real(&r, out, calibration, err);
    }
    mote_model_destroy(masked);
    mote_model_destroy(equal);
    mote_model_destroy(real);
    return err->code;
}

mote_status mote_model_quantize(mote_model **out, const mote_model *model, const mote_dataset_split *calibration,
                                const mote_quantize_options *options, mote_error *err)
{
    return mote_quantize_by(out, model, calibration, options, NULL, err);
}
