/* The file around the nodes: what goes in and comes out, what is needed, and all of it as bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/write.h"

#include <string.h>

#include "formats/onnx/onnx_file.h"
#include "formats/onnx/protobuf_write.h"
#include "formats/onnx/writing.h"
#include "formats/recipe.h"

/* The lowest opset whose QuantizeLinear and DequantizeLinear take channels' own scales, and which has ReduceSum, Split and
 * Squeeze in the form that they still have. */
enum { LOWEST_OPSET = 13 };

/* The version of the format that came with an opset. */
static int32_t ir_version_of(int32_t opset)
{
    return opset <= 14 ? 7 : opset <= 18 ? 8 : opset <= 20 ? 9 : 10;
}

/* ---- operators ---- */

const mote_ox_row *mote_ox_find_row(mote_op_kind op)
{
    static const mote_ox_row *const tables[] = {mote_ox_images,     mote_ox_elementwise, mote_ox_products,
                                                mote_ox_reductions, mote_ox_moves,       mote_ox_recurrent};
    size_t                          t;
    const mote_ox_row              *row;

    for (t = 0; t < sizeof tables / sizeof *tables; t++)
        for (row = tables[t]; row->write; row++)
            if (row->op == op)
                return row;
    return NULL;
}

/* From the back: a tensor is read as an image where an operator on images reads it, or one that takes any order and whose
 * result is. */
static mote_status find_images(mote_ox *x, mote_error *err)
{
    const mote_graph *graph = x->graph;
    int32_t           n, i;

    x->wants_image = MOTE_NEW(&x->arena, bool, graph->tensor_count, err);
    for (n = graph->node_count - 1; x->wants_image && n >= 0; n--) {
        const mote_node   *node = &graph->nodes[n];
        const mote_ox_row *row = mote_ox_find_row(node->op);
        const mote_tensor *out = mote_node_out(graph, node, 0);
        const bool         passes = row && row->layout == MOTE_OX_ANY && out && x->wants_image[node->out[0]];
        for (i = 0; row && i < node->in_count; i++) {
            const mote_tensor *in = mote_node_in(graph, node, i);
            if (in && in->rank == 4 && ((row->layout == MOTE_OX_IMAGE && in->kind == MOTE_ACTIVATION) || passes))
                x->wants_image[node->in[i]] = true;
        }
    }
    return err->code;
}

static void write_node(mote_ox *x, const mote_node *node)
{
    const mote_ox_row *row = mote_ox_find_row(node->op);
    mote_ox_call       c = {.x = x, .node = node};
    int32_t            i;

    if (!row)
        mote_ox_refuse(&c, "ONNX has no such operator");
    else
        row->write(&c);
    if (!c.is_refused)
        return;
    c.is_refused = false; /* what reads it is looked at, too, so that one message names all */
    for (i = 0; i < node->out_count; i++)
        mote_ox_give_stored(&c, i, mote_ox_float(&c, 0), NULL);
}

/* ---- ends ---- */

static const char *end_name(const mote_ox *x, bool is_input, int32_t i)
{
    const char *const *names = is_input ? x->model->signature.inputs : x->model->signature.outputs;
    const mote_id      id = is_input ? x->graph->inputs[i] : x->graph->outputs[i];

    return names && names[i] ? names[i] : x->graph->tensors[id].name;
}

/* Names of ends come first, so that they stay as they are. */
static mote_status name_ends(mote_ox *x, const char **outputs)
{
    static const mote_node none = {0};
    mote_ox_call           c = {.x = x, .node = &none};
    int32_t                i;

    for (i = 0; i < x->graph->input_count; i++) {
        const mote_tensor *tensor = &x->graph->tensors[x->graph->inputs[i]];
        mote_ox_tensor    *t = &x->tensors[x->graph->inputs[i]];
        mote_ox_form      *form = mote_ox_take(&c, 1, sizeof *form);
        mote_ox_value     *value = mote_ox_take(&c, 1, sizeof *value);
        if (!form || !value)
            return x->err->code;
        value->name = mote_ox_unique_name(x, end_name(x, true, i));
        value->is_end = true;
        *form = (mote_ox_form){.order = mote_ox_ours(tensor->rank), .stored = value};
        t->forms = form;
        t->last = &form->next;
    }
    for (i = 0; i < x->graph->output_count; i++)
        outputs[i] = mote_ox_unique_name(x, end_name(x, false, i));
    return x->err->code;
}

/* The value that is output i, under its name: what is an input, a constant or another output already goes through an
 * Identity. */
static mote_ox_value *take_output(mote_ox *x, int32_t i, const char *name)
{
    const mote_node     node = {.op = MOTE_OP_RESHAPE, .name = name, .in = &x->graph->outputs[i], .in_count = 1};
    mote_ox_call        c = {.x = x, .node = &node};
    const mote_ox_order order = mote_ox_ours(x->graph->tensors[x->graph->outputs[i]].rank);
    mote_ox_value      *value = mote_ox_in_stored(&c, 0, &order);

    if (value && (!value->maker || value->is_end))
        value = mote_ox_unary(&c, "Identity", value);
    if (!value)
        return NULL;
    value->is_end = value->is_needed = true;
    value->name = name;
    return value;
}

/* ---- what is needed ---- */

static void mark_needed(mote_ox *x)
{
    int32_t n, i;

    for (n = x->node_count - 1; n >= 0; n--) {
        mote_ox_node *node = x->nodes[n];
        for (i = 0; i < node->out_count; i++)
            node->is_needed = node->is_needed || node->out[i]->is_needed;
        for (i = 0; node->is_needed && i < node->in_count; i++)
            if (node->in[i])
                node->in[i]->is_needed = true;
    }
}

static void name_rest(mote_ox *x)
{
    int32_t n, i;

    for (n = 0; n < x->node_count; n++)
        for (i = 0; i < x->nodes[n]->out_count; i++)
            if (x->nodes[n]->is_needed && !x->nodes[n]->out[i]->name)
                x->nodes[n]->out[i]->name = mote_ox_unique_name(x, x->nodes[n]->name);
    for (i = 0; i < x->initializer_count; i++)
        if (x->initializers[i]->is_needed && !x->initializers[i]->name)
            x->initializers[i]->name = mote_ox_unique_name(x, "constant");
}

/* ---- bytes ---- */

static void put_attribute(mote_text *out, const mote_ox_attribute *a)
{
    const size_t begin = mote_pb_begin(out);
    size_t       i;

    mote_pb_put_string(out, ATTRIBUTE_NAME, a->name);
    if (a->type == ATTRIBUTE_IS_FLOAT)
        mote_pb_put_float(out, ATTRIBUTE_F, a->f);
    else if (a->type == ATTRIBUTE_IS_INT)
        mote_pb_put_varint(out, ATTRIBUTE_I, a->i);
    else if (a->type == ATTRIBUTE_IS_STRING)
        mote_pb_put_string(out, ATTRIBUTE_S, a->string);
    else
        for (i = 0; i < a->count; i++)
            mote_pb_put_varint(out, ATTRIBUTE_INTS, a->ints[i]);
    mote_pb_put_varint(out, ATTRIBUTE_TYPE, a->type);
    mote_pb_end(out, NODE_ATTRIBUTE, begin);
}

static void put_node(mote_text *out, const mote_ox_node *node)
{
    const size_t             begin = mote_pb_begin(out);
    const mote_ox_attribute *a;
    int32_t                  i;

    for (i = 0; i < node->in_count; i++)
        mote_pb_put_string(out, NODE_INPUT, node->in[i] ? node->in[i]->name : "");
    for (i = 0; i < node->out_count; i++)
        mote_pb_put_string(out, NODE_OUTPUT, node->out[i]->name);
    mote_pb_put_string(out, NODE_NAME, node->name);
    mote_pb_put_string(out, NODE_TYPE, node->type);
    for (a = node->attributes; a; a = a->next)
        put_attribute(out, a);
    mote_pb_end(out, GRAPH_NODE, begin);
}

static void put_initializer(mote_text *out, const mote_ox_value *value)
{
    const size_t begin = mote_pb_begin(out);
    int64_t      dim[MOTE_RANK_MAX];
    int32_t      k;

    for (k = 0; k < value->rank; k++)
        dim[k] = value->dim[k];
    mote_pb_put_varints(out, TENSOR_DIMS, dim, (size_t)value->rank);
    mote_pb_put_varint(out, TENSOR_TYPE, value->onnx_type);
    mote_pb_put_string(out, TENSOR_NAME, value->name);
    mote_pb_put_bytes(out, TENSOR_RAW, value->bytes, value->byte_count);
    mote_pb_end(out, GRAPH_INITIALIZER, begin);
}

static void put_dim(mote_text *out, const mote_tensor *tensor, int32_t k)
{
    const size_t begin = mote_pb_begin(out);

    if (k == 0 && tensor->is_batched)
        mote_pb_put_string(out, DIM_PARAM, "batch");
    else
        mote_pb_put_varint(out, DIM_VALUE, tensor->dim[k]);
    mote_pb_end(out, SHAPE_DIM, begin);
}

static void put_end(mote_text *out, uint32_t field, const char *name, const mote_tensor *tensor)
{
    const size_t end = mote_pb_begin(out);
    size_t       type, inner, shape;
    int32_t      k;

    mote_pb_put_string(out, VALUE_NAME, name);
    type = mote_pb_begin(out);
    inner = mote_pb_begin(out);
    mote_pb_put_varint(out, TENSOR_TYPE_ELEMENT, mote_onnx_type_of(tensor->dtype));
    shape = mote_pb_begin(out);
    for (k = 0; k < tensor->rank; k++)
        put_dim(out, tensor, k);
    mote_pb_end(out, TENSOR_TYPE_SHAPE, shape);
    mote_pb_end(out, TYPE_TENSOR, inner);
    mote_pb_end(out, VALUE_TYPE, type);
    mote_pb_end(out, field, end);
}

static void put_graph(mote_text *out, const mote_ox *x, const char *const *outputs)
{
    const size_t begin = mote_pb_begin(out);
    int32_t      i;

    for (i = 0; i < x->node_count; i++)
        if (x->nodes[i]->is_needed)
            put_node(out, x->nodes[i]);
    mote_pb_put_string(out, GRAPH_NAME, x->model->name[0] ? x->model->name : "main_graph");
    for (i = 0; i < x->initializer_count; i++)
        if (x->initializers[i]->is_needed)
            put_initializer(out, x->initializers[i]);
    for (i = 0; i < x->graph->input_count; i++)
        put_end(out, GRAPH_INPUT, x->tensors[x->graph->inputs[i]].forms->stored->name,
                &x->graph->tensors[x->graph->inputs[i]]);
    for (i = 0; i < x->graph->output_count; i++)
        put_end(out, GRAPH_OUTPUT, outputs[i], &x->graph->tensors[x->graph->outputs[i]]);
    mote_pb_end(out, MODEL_GRAPH, begin);
}

static void put_recipe(mote_text *out, mote_ox *x)
{
    const char *recipe =
        mote_recipe_is_empty(&x->model->recipe) ? NULL : mote_recipe_encode(&x->model->recipe, &x->arena, x->err);
    const size_t begin = mote_pb_begin(out);

    if (!recipe)
        return;
    mote_pb_put_string(out, ENTRY_KEY, MOTE_RECIPE_NAME);
    mote_pb_put_string(out, ENTRY_VALUE, recipe);
    mote_pb_end(out, MODEL_METADATA, begin);
}

static void put_model(mote_text *out, mote_ox *x, const char *const *outputs)
{
    size_t opset;

    mote_pb_put_varint(out, MODEL_IR_VERSION, ir_version_of(x->opset));
    mote_pb_put_string(out, MODEL_PRODUCER, "mote");
    mote_pb_put_string(out, MODEL_PRODUCER_VERSION, MOTE_VERSION);
    put_graph(out, x, outputs);
    opset = mote_pb_begin(out);
    mote_pb_put_string(out, OPSET_DOMAIN, "");
    mote_pb_put_varint(out, OPSET_VERSION, x->opset);
    mote_pb_end(out, MODEL_OPSET, opset);
    put_recipe(out, x);
}

/* ---- the model ---- */

/* Protocol buffers end at 2 GiB; names and nodes take less than a hundredth of that. */
static mote_status check_size(const mote_ox *x, mote_error *err)
{
    size_t  total = 0;
    int32_t i;

    for (i = 0; i < x->initializer_count; i++)
        if (x->initializers[i]->is_needed)
            total = mote_size_add(total, x->initializers[i]->byte_count);
    if (total > (size_t)INT32_MAX / 100 * 99)
        return mote_fail(err, MOTE_ERR_LIMIT, "the constants have %zu bytes, and an .onnx file ends at 2 GiB", total);
    return MOTE_OK;
}

static mote_status check_refusals(mote_ox *x, mote_error *err)
{
    const mote_ox_refusal *refusal;
    mote_text              text = {0};

    if (err->code != MOTE_OK || x->refusal_count == 0)
        return err->code;
    for (refusal = x->refusals; refusal; refusal = refusal->next)
        if (refusal->which)
            mote_text_printf(&text, "%s%s: %s", text.count > 0 ? "; " : "", refusal->which, refusal->why);
    if (mote_text_status(&text, err) == MOTE_OK && x->refusal_count == 1)
        mote_fail(err, MOTE_ERR_UNSUPPORTED, "cannot be written as ONNX: %s", text.bytes);
    else if (err->code == MOTE_OK)
        mote_fail(err, MOTE_ERR_UNSUPPORTED, "%d operators cannot be written as ONNX: %s", x->refusal_count, text.bytes);
    mote_text_free(&text);
    return err->code;
}

/* Known before anything is written: operators have other forms by then. */
static int32_t opset_of(const mote_graph *graph)
{
    int32_t id;

    for (id = 0; id < graph->tensor_count; id++)
        if (graph->tensors[id].dtype == MOTE_I16 && graph->tensors[id].quant)
            return MOTE_OX_OPSET_OF_INT16;
    return LOWEST_OPSET;
}

static mote_status write_graph(mote_ox *x, mote_text *out)
{
    const char **outputs = MOTE_NEW(&x->arena, const char *, x->graph->output_count, x->err);
    int32_t      i;

    x->tensors = MOTE_NEW(&x->arena, mote_ox_tensor, x->graph->tensor_count, x->err);
    if (!outputs || !x->tensors || find_images(x, x->err) != MOTE_OK || name_ends(x, outputs) != MOTE_OK)
        return x->err->code;
    for (i = 0; i < x->graph->node_count && x->err->code == MOTE_OK; i++)
        write_node(x, &x->graph->nodes[i]);
    MOTE_TRY(check_refusals(x, x->err));
    for (i = 0; i < x->graph->output_count; i++)
        if (!take_output(x, i, outputs[i]))
            return check_refusals(x, x->err);
    mark_needed(x);
    name_rest(x);
    MOTE_TRY(x->err->code);
    MOTE_TRY(check_size(x, x->err));
    put_model(out, x, outputs);
    return mote_text_status(out, x->err);
}

mote_status mote_onnx_write(mote_text *out, const mote_model *model, mote_error *err)
{
    mote_ox x = {.model = model, .graph = &model->graphs[0], .opset = opset_of(&model->graphs[0]), .err = err};

    if (model->stage == MOTE_STAGE_TRAIN)
        return mote_fail(err, MOTE_ERR_USAGE, "the model is in training; make it ready to run first (mote_model_freeze)");
    write_graph(&x, out);
    mote_index_free(&x.names);
    mote_index_free(&x.node_names);
    mote_arena_destroy(&x.arena);
    return err->code;
}
