/* Schemes that store weights in fewer bits and compute with real numbers: float16, and int8 ("dynamic range"). Nothing is
 * calibrated. What TensorFlow's converter does is the source of what goes how; that a file gets no longer by it is ours.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/half.h"
#include "passes/passes.h"
#include "quantize/quantize.h"

/* Weights of fewer elements stay as they are: TensorFlow's converter has the same bound for int8. For float16 it is what
 * DEQUANTIZE, its operand and its name take in the file. */
enum { LEAST_I8 = 1024, LEAST_F16 = 128 };

typedef struct storing {
    mote_edit                    edit;
    const mote_quantize_options *options;
    const mote_scheme_row       *scheme;
    mote_arena                   arena;
    mote_id *stored; /* [tensors before]: as int8, by one scale or along stored_axis; MOTE_NONE: not yet */
    int32_t *stored_axis;
} storing;

static bool is_large_real(const storing *s, mote_id id, size_t least)
{
    const mote_tensor *tensor = id == MOTE_NONE ? NULL : &s->edit.graph->tensors[id];

    return tensor && tensor->kind == MOTE_CONST && tensor->dtype == MOTE_F32 && mote_tensor_count(tensor) >= least;
}

/* ---- float16 ---- */

static mote_status round_to_f16(storing *s, mote_id id, mote_error *err)
{
    mote_tensor *tensor = &s->edit.graph->tensors[id];
    const size_t count = mote_tensor_count(tensor);
    const float *real = tensor->data;
    float       *values = MOTE_NEW(&s->edit.model->arena, float, count, err);
    size_t       i;

    for (i = 0; values && i < count; i++) {
        if (!(fabsf(real[i]) <= MOTE_HALF_MAX)) /* it would become infinite: all stay as they are */
            return MOTE_OK;
        values[i] = mote_half_value(mote_half_of(real[i]));
    }
    if (!values)
        return err->code;
    tensor->data = values; /* read as before; files hold these values in 16 bits */
    tensor->stored = MOTE_F16;
    return MOTE_OK;
}

static mote_status store_graph_as_f16(storing *s, mote_error *err)
{
    mote_id id;

    for (id = 0; err->code == MOTE_OK && id < s->edit.graph->tensor_count; id++)
        if (is_large_real(s, id, LEAST_F16))
            round_to_f16(s, id, err);
    return err->code;
}

/* ---- int8 ---- */

/* The constant as int8, made once for each axis. */
static mote_id store_as_i8(storing *s, mote_id id, int32_t axis, mote_error *err)
{
    const mote_tensor from = s->edit.graph->tensors[id];
    const int32_t     channels = axis < 0 ? 1 : from.dim[axis];
    mote_quant       *quant;
    int8_t           *values;

    if (s->stored[id] != MOTE_NONE && s->stored_axis[id] == axis)
        return s->stored[id];
    quant = mote_quant_create(s->edit.model, axis, channels, NULL, NULL, err);
    values = MOTE_NEW(&s->arena, int8_t, mote_tensor_count(&from), err);
    if (!quant || !values)
        return MOTE_NONE;
    mote_quantize_weights(s->scheme, &from, axis, NULL, quant->scale, values);
    s->stored[id] = mote_edit_add_const(&s->edit, from.name, MOTE_I8, from.rank, from.dim, values, err);
    s->stored_axis[id] = axis;
    if (s->stored[id] != MOTE_NONE)
        s->edit.graph->tensors[s->stored[id]].quant = quant;
    return s->stored[id];
}

/* Inputs are quantized with a zero point where the operator leaves that open: a step finer for what is mostly above 0. */
static void ask_asymmetric(mote_node *node)
{
    if (node->op == MOTE_OP_FULLY_CONNECTED)
        node->as.fully_connected.asymmetric_quantize_inputs = 1;
    if (node->op == MOTE_OP_UNIDIRECTIONAL_SEQUENCE_LSTM)
        node->as.unidirectional_sequence_lstm.asymmetric_quantize_inputs = 1;
}

static int32_t axis_of(const storing *s, const mote_quant_want *want)
{
    return mote_quantize_is_per_tensor(s->options) ? -1 : want->axis;
}

/* All weights of a node change, or none. */
static mote_status store_weights(storing *s, int32_t n, const mote_quant_want *wants, mote_error *err)
{
    const mote_node before = *mote_edit_node(&s->edit, n);
    mote_node       node = before;
    int32_t         i;

    node.in = mote_arena_copy(&s->edit.model->arena, before.in, (size_t)before.in_count, sizeof *before.in, err);
    for (i = 0; node.in && i < before.in_count; i++)
        if (wants[i].rule == MOTE_QUANT_WEIGHTS && is_large_real(s, before.in[i], 1)) {
            node.in[i] = store_as_i8(s, before.in[i], axis_of(s, &wants[i]), err);
            if (node.in[i] == MOTE_NONE)
                return err->code;
        }
    if (!node.in)
        return err->code;
    ask_asymmetric(&node);
    if (mote_edit_is_right(&s->edit, &node)) /* else there is no such kernel */
        mote_edit_replace(&s->edit, mote_edit_node(&s->edit, n), &node);
    return MOTE_OK;
}

/* Rows are taken as int8, and only those that were taken become real. */
static mote_status store_table(storing *s, int32_t n, mote_error *err)
{
    mote_graph     *graph = s->edit.graph;
    mote_node      *node = mote_edit_node(&s->edit, n);
    const mote_id   whole = node->in[0];
    mote_id         table = store_as_i8(s, whole, -1, err), rows, made = node->out[0];
    const mote_node real = {.op = MOTE_OP_DEQUANTIZE, .in = &rows, .in_count = 1, .out = &made, .out_count = 1};
    mote_tensor     taken = graph->tensors[made];

    if (table == MOTE_NONE)
        return err->code;
    taken.dtype = MOTE_I8;
    taken.quant = graph->tensors[table].quant;
    rows = mote_graph_add_tensor(s->edit.model, graph, &taken, err);
    if (rows == MOTE_NONE)
        return err->code;
    node = mote_edit_node(&s->edit, n);
    node->in[0] = table;
    node->out[0] = rows;
    if (mote_edit_is_right(&s->edit, node))
        return mote_edit_insert(&s->edit, n + 1, &real, err); /* which counts operands anew */
    node->in[0] = whole;
    node->out[0] = made;
    return MOTE_OK;
}

static mote_status store_node(storing *s, int32_t n, mote_error *err)
{
    mote_quant_want  wants[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
    const mote_node *node = mote_edit_node(&s->edit, n);
    int32_t          i;

    if (!node || !mote_ops[node->op]->quantize)
        return MOTE_OK;
    if (node->op == MOTE_OP_GATHER && is_large_real(s, node->in[0], LEAST_I8))
        return store_table(s, n, err);
    mote_ops[node->op]->quantize(s->edit.graph, node, wants);
    for (i = 0; i < node->in_count; i++)
        if (wants[i].rule == MOTE_QUANT_WEIGHTS && is_large_real(s, node->in[i], LEAST_I8))
            return store_weights(s, n, wants, err);
    return MOTE_OK;
}

static mote_status store_graph_as_i8(storing *s, mote_error *err)
{
    const int32_t count = s->edit.graph->tensor_count;
    int32_t       i, n;

    s->stored = MOTE_NEW(&s->arena, mote_id, count, err);
    s->stored_axis = MOTE_NEW(&s->arena, int32_t, count, err);
    for (i = 0; err->code == MOTE_OK && i < count; i++)
        s->stored[i] = MOTE_NONE;
    for (n = s->edit.graph->node_count - 1; err->code == MOTE_OK && n >= 0; n--) /* what is inserted comes behind it */
        store_node(s, n, err);
    return err->code;
}

mote_status mote_quantize_weights_alone(mote_model **out, const mote_model *model, const mote_quantize_options *options,
                                        mote_error *err)
{
    storing s = {.options = options, .scheme = &mote_schemes[options->scheme]};
    int32_t g;

    MOTE_TRY(mote_edit_begin(&s.edit, model, err));
    for (g = 0; g < s.edit.model->graph_count && err->code == MOTE_OK; g++)
        if (mote_edit_open(&s.edit, g, err) == MOTE_OK) {
            if (s.scheme->weights == MOTE_F16)
                store_graph_as_f16(&s, err);
            else
                store_graph_as_i8(&s, err);
        }
    mote_arena_destroy(&s.arena);
    if (err->code == MOTE_OK && mote_edit_end(&s.edit, model->stage, out, err) == MOTE_OK)
        return mote_model_verify(*out, err);
    mote_edit_abandon(&s.edit);
    return err->code;
}
