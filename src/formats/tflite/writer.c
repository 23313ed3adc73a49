/* From a graph to a .tflite.
 *
 * Tensors that nothing uses are left out; the others keep the graph's order, and operands that only the file needs come
 * after them. Constants of equal bytes share a buffer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "formats/recipe.h"
#include "formats/tflite/operators.h"
#include "ops/op.h"
#include "formats/tflite/stored.h"
#include "formats/tflite/tflite.h"
#include "formats/tflite/types.h"

enum { BUFFER_ALIGN = 16 };

/* One buffer of the file. [0] is empty, as the format wants it. */
typedef struct buffer {
    const uint8_t *bytes;
    size_t         count;
} buffer;

/* An operator code: each pair of operator and version stands once. */
typedef struct code {
    const mrt_operator *description;
    int32_t             version;
} code;

typedef struct writer {
    mote_fb_writer    fb;
    mote_arena        arena; /* of what is needed while writing */
    const mote_model *model;
    const mote_graph *graph;  /* that is being written */
    int32_t          *new_id; /* of each of its tensors: its index in the file, or MOTE_NONE when it is left out */
    buffer           *buffers;
    mote_index        buffer_index; /* by their bytes */
    code             *codes;
    mote_tensor      *made; /* operands that only the file has: tensors kept_count, kept_count + 1 ... */
    uint32_t          buffer_count, code_count;
    int32_t           kept_count, made_count;
    mote_fb_ref       signatures;

    const mote_tensor **first; /* variables that begin with values of their own, each once */
    int32_t             first_count;

    const mote_blob *plan; /* metadata beside the model's; NULL: none */
} writer;

/* ---- buffers ---- */

static uint32_t add_buffer(writer *w, const void *bytes, size_t count)
{
    const uint64_t hash = mote_hash_bytes(MOTE_HASH_SEED, bytes, count);
    int32_t        i;

    if (count == 0)
        return 0;
    for (i = mote_index_first(&w->buffer_index, hash); i >= 0; i = mote_index_next(&w->buffer_index, i)) {
        const int32_t known = mote_index_value(&w->buffer_index, i);
        if (w->buffers[known].count == count && memcmp(w->buffers[known].bytes, bytes, count) == 0)
            return (uint32_t)known;
    }
    if (!mote_index_add(&w->buffer_index, hash, (int32_t)w->buffer_count))
        w->fb.failed = true;
    w->buffers[w->buffer_count] = (buffer){bytes, count};
    return w->buffer_count++;
}

static mote_fb_ref write_buffers(writer *w, mote_error *err)
{
    mote_fb_ref *refs = MOTE_NEW(&w->arena, mote_fb_ref, w->buffer_count, err);
    uint32_t     i;

    for (i = 0; refs && i < w->buffer_count; i++) {
        const buffer *each = &w->buffers[i];
        mote_fb_ref   bytes = each->count ? mote_fb_put_vector(&w->fb, each->bytes, each->count, 1, BUFFER_ALIGN) : 0;
        mote_fb_begin(&w->fb);
        mote_fb_set_ref(&w->fb, buffer_data, bytes);
        refs[i] = mote_fb_end(&w->fb);
    }
    return refs ? mote_fb_put_refs(&w->fb, refs, w->buffer_count) : 0;
}

/* ---- tensors ---- */

static mote_fb_ref write_quantization(writer *w, const mote_quant *quant, mote_error *err)
{
    mote_fb_ref scale, zero_point;
    int64_t    *zeros;
    int32_t     i;

    zeros = MOTE_NEW(&w->arena, int64_t, quant->count, err);
    if (!zeros)
        return 0;
    for (i = 0; i < quant->count; i++)
        zeros[i] = quant->zero_point[i];
    scale = mote_fb_put_vector(&w->fb, quant->scale, (size_t)quant->count, sizeof(float), 4);
    zero_point = mote_fb_put_vector(&w->fb, zeros, (size_t)quant->count, sizeof *zeros, 8);
    mote_fb_begin(&w->fb);
    mote_fb_set_ref(&w->fb, quantization_scale, scale);
    mote_fb_set_ref(&w->fb, quantization_zero_point, zero_point);
    mote_fb_set_i32(&w->fb, quantization_dimension, quant->axis < 0 ? 0 : quant->axis, 0);
    return mote_fb_end(&w->fb);
}

/* What values a real tensor takes, where training has seen that: without scales nobody takes it for integers. */
static mote_fb_ref write_range(writer *w, const mote_tensor *tensor)
{
    mote_fb_ref min, max;

    if (w->model->stage != MOTE_STAGE_INFER || !tensor->range.is_known || tensor->dtype != MOTE_F32)
        return 0;
    min = mote_fb_put_vector(&w->fb, &tensor->range.min, 1, sizeof(float), 4);
    max = mote_fb_put_vector(&w->fb, &tensor->range.max, 1, sizeof(float), 4);
    mote_fb_begin(&w->fb);
    mote_fb_set_ref(&w->fb, quantization_min, min);
    mote_fb_set_ref(&w->fb, quantization_max, max);
    return mote_fb_end(&w->fb);
}

/* The shape with -1 for the batch; only where the batch is open. */
static mote_fb_ref write_signature(writer *w, const mote_tensor *tensor)
{
    int32_t dim[MOTE_RANK_MAX];

    if (!tensor->is_batched || tensor->rank == 0 || tensor->kind != MOTE_ACTIVATION)
        return 0;
    memcpy(dim, tensor->dim, sizeof dim);
    dim[0] = -1;
    return mote_fb_put_vector(&w->fb, dim, (size_t)tensor->rank, sizeof *dim, 4);
}

/* A variable's handle: its own type and shape stand with what is read and assigned. */
static mote_fb_ref write_handle(writer *w, const mote_tensor *tensor)
{
    mote_fb_ref name = mote_fb_put_string(&w->fb, tensor->name);
    mote_fb_ref shape = mote_fb_put_vector(&w->fb, tensor->dim, 0, sizeof tensor->dim[0], 4);

    mote_fb_begin(&w->fb);
    mote_fb_set_ref(&w->fb, tensor_shape, shape);
    mote_fb_set_i8(&w->fb, tensor_type, TFLITE_RESOURCE, TFLITE_FLOAT32);
    mote_fb_set_ref(&w->fb, tensor_name, name);
    return mote_fb_end(&w->fb);
}

static mote_fb_ref write_tensor(writer *w, const mote_tensor *tensor, mote_error *err)
{
    uint32_t    index = tensor->kind == MOTE_CONST ? add_buffer(w, tensor->data, mote_tensor_bytes(tensor)) : 0;
    mote_fb_ref shape = mote_fb_put_vector(&w->fb, tensor->dim, (size_t)tensor->rank, sizeof tensor->dim[0], 4);
    mote_fb_ref signature = write_signature(w, tensor);
    mote_fb_ref name = mote_fb_put_string(&w->fb, tensor->name);
    mote_fb_ref quantization = tensor->quant ? write_quantization(w, tensor->quant, err) : write_range(w, tensor);

    mote_fb_begin(&w->fb);
    mote_fb_set_ref(&w->fb, tensor_shape, shape);
    mote_fb_set_i8(&w->fb, tensor_type, mote_tflite_type_write(tensor->dtype), TFLITE_FLOAT32);
    mote_fb_set_u32(&w->fb, tensor_buffer, index, 0);
    mote_fb_set_ref(&w->fb, tensor_name, name);
    mote_fb_set_ref(&w->fb, tensor_quantization, quantization);
    mote_fb_set_bool(&w->fb, tensor_is_variable, tensor->kind == MOTE_STATE, false);
    mote_fb_set_ref(&w->fb, tensor_shape_signature, signature);
    mote_fb_set_bool(&w->fb, tensor_has_rank, tensor->rank == 0, false);
    return mote_fb_end(&w->fb);
}

/* Comes after write_nodes, which may make tensors. */
static mote_fb_ref write_tensors(writer *w, mote_error *err)
{
    mote_fb_ref *refs = MOTE_NEW(&w->arena, mote_fb_ref, w->kept_count + w->made_count, err);
    int32_t      i;

    for (i = 0; refs && i < w->graph->tensor_count; i++)
        if (w->new_id[i] != MOTE_NONE)
            refs[w->new_id[i]] = w->graph->tensors[i].variable ? write_handle(w, &w->graph->tensors[i])
                                                               : write_tensor(w, &w->graph->tensors[i], err);
    for (i = 0; refs && i < w->made_count; i++)
        refs[w->kept_count + i] = write_tensor(w, &w->made[i], err);
    return refs && err->code == MOTE_OK ? mote_fb_put_refs(&w->fb, refs, (size_t)w->kept_count + (size_t)w->made_count) : 0;
}

/* ---- operators ---- */

/* Ids of the graph as ids of the file. extra: one more at the end, or MOTE_NONE; least: so many there are, the last of them
 * left out. */
static mote_fb_ref write_ids(writer *w, const mote_id *ids, int32_t count, int32_t extra, int32_t least, mote_error *err)
{
    const int32_t own = count + (extra != MOTE_NONE), all = own < least ? least : own;
    int32_t      *mapped = MOTE_NEW(&w->arena, int32_t, all + 1, err), i;

    if (!mapped)
        return 0;
    for (i = 0; i < count; i++)
        mapped[i] = ids[i] == MOTE_NONE ? MOTE_NONE : w->new_id[ids[i]];
    mapped[count] = extra;
    for (i = own; i < all; i++)
        mapped[i] = MOTE_NONE;
    return mote_fb_put_vector(&w->fb, mapped, (size_t)all, sizeof *mapped, 4);
}

static int32_t count_inputs(const mote_node *node)
{
    int32_t count = node->in_count;

    while (count > 0 && node->in[count - 1] == MOTE_NONE)
        count--;
    return count;
}

static bool needs_operand(const mote_node *node)
{
    const mote_tflite_operator *exceptions = mote_tflite_operator_exceptions(node->op);

    return exceptions->make_operand && count_inputs(node) < exceptions->in_count;
}

static mote_fb_ref write_inputs(writer *w, const mote_node *node, mote_error *err)
{
    const mote_tflite_operator *exceptions = mote_tflite_operator_exceptions(node->op);
    int32_t                     count = count_inputs(node), extra = MOTE_NONE;

    if (needs_operand(node)) {
        extra = w->kept_count + w->made_count;
        if (exceptions->make_operand(w->graph, node, &w->made[w->made_count++], &w->arena, err) != MOTE_OK)
            return 0;
    }
    return write_ids(w, node->in, count, extra, exceptions->make_operand ? 0 : exceptions->in_count, err);
}

static uint32_t add_code(writer *w, code new)
{
    uint32_t i;

    for (i = 0; i < w->code_count; i++)
        if (w->codes[i].description == new.description && w->codes[i].version == new.version)
            return i;
    w->codes[w->code_count] = new;
    return w->code_count++;
}

/* An operator of that code, with its lists and options: a table, or a custom operator's bytes. */
static mote_fb_ref put_operator(writer *w, uint32_t index, mote_fb_ref inputs, mote_fb_ref outputs, mote_fb_ref inner,
                                const mrt_operator *description, mote_fb_ref options)
{
    const bool has_table = options && !description->names;

    mote_fb_begin(&w->fb);
    mote_fb_set_u32(&w->fb, operator_opcode_index, index, 0);
    mote_fb_set_ref(&w->fb, operator_inputs, inputs);
    mote_fb_set_ref(&w->fb, operator_outputs, outputs);
    mote_fb_set_u8(&w->fb, operator_options_type, has_table ? description->options_type : TFLITE_NO_OPTIONS,
                   TFLITE_NO_OPTIONS);
    mote_fb_set_ref(&w->fb, has_table ? operator_options : operator_custom_options, options);
    mote_fb_set_ref(&w->fb, operator_intermediates, inner);
    return mote_fb_end(&w->fb);
}

/* The hidden state of an LSTM of integers, else NULL. */
static const mote_tensor *hidden_of_integers(const mote_graph *graph, const mote_node *node)
{
    enum { HIDDEN = 18 };
    const bool         is_lstm = node->op == MOTE_OP_UNIDIRECTIONAL_SEQUENCE_LSTM;
    const mote_tensor *hidden = is_lstm && node->in_count > HIDDEN ? mote_node_in(graph, node, HIDDEN) : NULL;

    return hidden && hidden->quant ? hidden : NULL;
}

/* LiteRT takes an LSTM of integers with five intermediate tensors only, of the last of which it reads the scale: the hidden
 * state's. The first four it reads where there is layer normalization. One stands for all. */
static mote_fb_ref write_intermediates(writer *w, const mote_node *node)
{
    enum { COUNT = 5 };
    const mote_tensor *hidden = hidden_of_integers(w->graph, node);
    int32_t            ids[COUNT], i;

    if (!hidden)
        return 0;
    for (i = 0; i < COUNT; i++)
        ids[i] = w->kept_count + w->made_count;
    w->made[w->made_count++] =
        (mote_tensor){.name = "hidden_scale", .dtype = hidden->dtype, .rank = 1, .dim = {0}, .quant = hidden->quant};
    return mote_fb_put_vector(&w->fb, ids, COUNT, sizeof *ids, 4);
}

/* "container/shared_name" */
static mote_fb_ref write_variable_name(writer *w, const char *variable, mote_error *err)
{
    const char *slash = strchr(variable, '/');
    const char *container = mote_arena_strndup(&w->arena, variable, slash ? (size_t)(slash - variable) : 0, err);
    mote_fb_ref first, second;

    if (!container)
        return 0;
    first = mote_fb_put_string(&w->fb, container);
    second = mote_fb_put_string(&w->fb, slash ? slash + 1 : variable);
    mote_fb_begin(&w->fb);
    mote_fb_set_ref(&w->fb, var_handle_container, first);
    mote_fb_set_ref(&w->fb, var_handle_shared_name, second);
    return mote_fb_end(&w->fb);
}

static mote_fb_ref write_options(writer *w, const mote_node *node, mote_error *err)
{
    if (node->op == MOTE_OP_VAR_HANDLE)
        return write_variable_name(w, mote_node_out(w->graph, node, 0)->variable, err);
    if (node->options)
        return mote_fb_put_vector(&w->fb, node->options, node->option_bytes, 1, 4);
    return mote_tflite_write_options(&w->fb, w->graph, node);
}

static mote_fb_ref write_node(writer *w, const mote_node *node, mote_error *err)
{
    const mrt_operator *description = mote_ops[node->op]->description;
    mote_fb_ref         inputs, outputs, inner, options;
    uint32_t            index;

    if (!description) {
        mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s: a .tflite has no such operator", mote_node_show(w->graph, node).text);
        return 0;
    }
    index = add_code(w, (code){description, mote_tflite_operator_version(w->graph, node)});
    inputs = write_inputs(w, node, err);
    outputs = write_ids(w, node->out, node->out_count, MOTE_NONE, 0, err);
    inner = write_intermediates(w, node);
    options = write_options(w, node, err);
    return put_operator(w, index, inputs, outputs, inner, description, options);
}

/* ---- first values of variables: a subgraph that assigns them, and CALL_ONCE in front of all ---- */

static bool has_first_value(const mote_tensor *tensor)
{
    const uint8_t usual = tensor->dtype == MOTE_I8 && tensor->quant ? (uint8_t)tensor->quant->zero_point[0] : 0;
    size_t        k;

    for (k = 0; tensor->kind == MOTE_STATE && k < mote_tensor_bytes(tensor); k++)
        if (((const uint8_t *)tensor->data)[k] != usual)
            return true;
    return false;
}

static bool is_listed(const writer *w, const char *variable)
{
    int32_t i;

    for (i = 0; i < w->first_count; i++)
        if (strcmp(w->first[i]->variable, variable) == 0)
            return true;
    return false;
}

/* Of all graphs: a variable is the same in each. */
static mote_status list_first_values(writer *w, mote_error *err)
{
    size_t  most = 0;
    int32_t g, i;

    for (g = 0; g < w->model->graph_count; g++)
        most += (size_t)w->model->graphs[g].tensor_count;
    w->first = MOTE_NEW(&w->arena, const mote_tensor *, most, err);
    for (g = 0; w->first && g < w->model->graph_count; g++)
        for (i = 0; i < w->model->graphs[g].tensor_count; i++) {
            const mote_tensor *state = &w->model->graphs[g].tensors[i];
            if (state->variable && has_first_value(state) && !is_listed(w, state->variable))
                w->first[w->first_count++] = state;
        }
    return err->code;
}

static mote_fb_ref put_ids(writer *w, const int32_t *ids, size_t count)
{
    return mote_fb_put_vector(&w->fb, ids, count, sizeof *ids, 4);
}

static mote_fb_ref write_call_once(writer *w)
{
    const mrt_operator *description = mote_ops[MOTE_OP_CALL_ONCE]->description;
    const mote_node     node = {.op = MOTE_OP_CALL_ONCE, .as.call_once.init_subgraph_index = w->model->graph_count};
    const int32_t       nothing = 0;
    const uint32_t      index = add_code(w, (code){description, 1});
    mote_fb_ref         inputs = put_ids(w, &nothing, 0), outputs = put_ids(w, &nothing, 0);

    return put_operator(w, index, inputs, outputs, 0, description, mote_tflite_write_options(&w->fb, w->graph, &node));
}

/* One variable: its handle is tensor `at`, its value the next. */
static void write_first_value(writer *w, const mote_tensor *state, int32_t at, mote_fb_ref *tensors, mote_fb_ref *operators,
                              mote_error *err)
{
    const mrt_operator *handle = mote_ops[MOTE_OP_VAR_HANDLE]->description;
    const uint32_t      handle_code = add_code(w, (code){handle, 1});
    const mrt_operator *assign = mote_ops[MOTE_OP_ASSIGN_VARIABLE]->description;
    const uint32_t      assign_code = add_code(w, (code){assign, 1});
    const int32_t       ids[] = {at, at + 1};
    mote_tensor         value = *state;
    mote_fb_ref         inputs, outputs, options;

    value.kind = MOTE_CONST;
    tensors[at] = write_handle(w, state);
    tensors[at + 1] = write_tensor(w, &value, err);
    inputs = put_ids(w, ids, 0);
    outputs = put_ids(w, ids, 1);
    options = write_variable_name(w, state->variable, err);
    operators[at] = put_operator(w, handle_code, inputs, outputs, 0, handle, options);
    inputs = put_ids(w, ids, 2);
    outputs = put_ids(w, ids, 0);
    operators[at + 1] = put_operator(w, assign_code, inputs, outputs, 0, assign, 0);
}

/* Behind the model's graphs. */
static mote_fb_ref write_init_subgraph(writer *w, mote_error *err)
{
    const size_t  count = 2 * (size_t)w->first_count;
    mote_fb_ref  *tensors = MOTE_NEW(&w->arena, mote_fb_ref, count, err);
    mote_fb_ref  *operators = MOTE_NEW(&w->arena, mote_fb_ref, count, err);
    const int32_t nothing = 0;
    mote_fb_ref   all_tensors, all_operators, inputs, outputs;
    int32_t       i;

    if (!tensors || !operators)
        return 0;
    for (i = 0; i < w->first_count; i++)
        write_first_value(w, w->first[i], 2 * i, tensors, operators, err);
    all_tensors = mote_fb_put_refs(&w->fb, tensors, count);
    all_operators = mote_fb_put_refs(&w->fb, operators, count);
    inputs = put_ids(w, &nothing, 0);
    outputs = put_ids(w, &nothing, 0);
    mote_fb_begin(&w->fb);
    mote_fb_set_ref(&w->fb, subgraph_tensors, all_tensors);
    mote_fb_set_ref(&w->fb, subgraph_inputs, inputs);
    mote_fb_set_ref(&w->fb, subgraph_outputs, outputs);
    mote_fb_set_ref(&w->fb, subgraph_operators, all_operators);
    return mote_fb_end(&w->fb);
}

static mote_fb_ref write_nodes(writer *w, mote_error *err)
{
    const int32_t before = w->graph == &w->model->graphs[0] && w->first_count > 0;
    mote_fb_ref  *refs = MOTE_NEW(&w->arena, mote_fb_ref, w->graph->node_count + before, err);
    int32_t       i;

    if (refs && before)
        refs[0] = write_call_once(w);
    for (i = 0; refs && i < w->graph->node_count && err->code == MOTE_OK; i++)
        refs[before + i] = write_node(w, &w->graph->nodes[i], err);
    return refs && err->code == MOTE_OK ? mote_fb_put_refs(&w->fb, refs, (size_t)(w->graph->node_count + before)) : 0;
}

static mote_fb_ref write_codes(writer *w, mote_error *err)
{
    mote_fb_ref *refs = MOTE_NEW(&w->arena, mote_fb_ref, w->code_count, err);
    uint32_t     i;

    for (i = 0; refs && i < w->code_count; i++) {
        const mrt_operator *description = w->codes[i].description;
        const int32_t       builtin = description->builtin_code;
        mote_fb_ref         custom = description->names ? mote_fb_put_string(&w->fb, description->names[0]) : 0;
        mote_fb_begin(&w->fb);
        mote_fb_set_i8(&w->fb, operator_code_deprecated,
                       (int8_t)(builtin < TFLITE_PLACEHOLDER ? builtin : TFLITE_PLACEHOLDER), 0);
        mote_fb_set_ref(&w->fb, operator_code_custom, custom);
        mote_fb_set_i32(&w->fb, operator_code_version, w->codes[i].version, 1);
        mote_fb_set_i32(&w->fb, operator_code_builtin, builtin, 0);
        refs[i] = mote_fb_end(&w->fb);
    }
    return refs ? mote_fb_put_refs(&w->fb, refs, w->code_count) : 0;
}

/* ---- metadata ---- */

static mote_fb_ref write_metadata_entry(writer *w, const char *name, const void *bytes, size_t count)
{
    uint32_t    index = add_buffer(w, bytes, count);
    mote_fb_ref text = mote_fb_put_string(&w->fb, name);

    mote_fb_begin(&w->fb);
    mote_fb_set_ref(&w->fb, metadata_name, text);
    mote_fb_set_u32(&w->fb, metadata_buffer, index, 0);
    return mote_fb_end(&w->fb);
}

static mote_fb_ref write_metadata(writer *w, mote_error *err)
{
    const mote_model *model = w->model;
    mote_fb_ref      *refs = MOTE_NEW(&w->arena, mote_fb_ref, (size_t)model->metadata_count + 2, err);
    const char       *recipe = "";
    size_t            count = 0;
    int32_t           i;

    if (!mote_recipe_is_empty(&model->recipe))
        recipe = mote_recipe_encode(&model->recipe, &w->arena, err);
    if (!refs || !recipe)
        return 0;
    for (i = 0; i < model->metadata_count; i++)
        if (strcmp(model->metadata[i].name, MOTE_OFFLINE_PLAN_NAME) != 0)
            refs[count++] =
                write_metadata_entry(w, model->metadata[i].name, model->metadata[i].bytes, model->metadata[i].count);
    if (w->plan)
        refs[count++] = write_metadata_entry(w, w->plan->name, w->plan->bytes, w->plan->count);
    if (*recipe)
        refs[count++] = write_metadata_entry(w, MOTE_RECIPE_NAME, recipe, strlen(recipe));
    return count > 0 ? mote_fb_put_refs(&w->fb, refs, count) : 0;
}

/* ---- the signature ---- */

static mote_fb_ref write_end_names(writer *w, const char *const *names, const mote_id *ids, int32_t count, mote_error *err)
{
    mote_fb_ref *refs = MOTE_NEW(&w->arena, mote_fb_ref, count, err);
    size_t       used = 0;
    int32_t      i;

    for (i = 0; refs && i < count; i++) {
        const mote_fb_ref name = names[i] ? mote_fb_put_string(&w->fb, names[i]) : 0;
        if (!names[i])
            continue;
        mote_fb_begin(&w->fb);
        mote_fb_set_ref(&w->fb, tensor_map_name, name);
        mote_fb_set_u32(&w->fb, tensor_map_index, (uint32_t)w->new_id[ids[i]], 0);
        refs[used++] = mote_fb_end(&w->fb);
    }
    return refs ? mote_fb_put_refs(&w->fb, refs, used) : 0;
}

static mote_fb_ref write_signatures(writer *w, mote_error *err)
{
    const mote_signature *s = &w->model->signature;
    mote_fb_ref           inputs, outputs, key, signature;

    if (!s->inputs)
        return 0;
    inputs = write_end_names(w, s->inputs, w->graph->inputs, w->graph->input_count, err);
    outputs = write_end_names(w, s->outputs, w->graph->outputs, w->graph->output_count, err);
    key = mote_fb_put_string(&w->fb, s->key);
    mote_fb_begin(&w->fb);
    mote_fb_set_ref(&w->fb, signature_inputs, inputs);
    mote_fb_set_ref(&w->fb, signature_outputs, outputs);
    mote_fb_set_ref(&w->fb, signature_key, key);
    signature = mote_fb_end(&w->fb);
    return mote_fb_put_refs(&w->fb, &signature, 1);
}

/* ---- the model ---- */

static void use(writer *w, const mote_id *ids, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (ids[i] != MOTE_NONE)
            w->new_id[ids[i]] = 0;
}

/* Numbers the tensors that the file will have, in the graph's order. */
static mote_status number_tensors(writer *w, mote_error *err)
{
    const mote_graph *graph = w->graph;
    int32_t           i;

    w->new_id = MOTE_NEW(&w->arena, int32_t, graph->tensor_count, err);
    if (!w->new_id)
        return err->code;
    for (i = 0; i < graph->tensor_count; i++)
        w->new_id[i] = MOTE_NONE;
    use(w, graph->inputs, graph->input_count);
    use(w, graph->outputs, graph->output_count);
    for (i = 0; i < graph->node_count; i++) {
        use(w, graph->nodes[i].in, graph->nodes[i].in_count);
        use(w, graph->nodes[i].out, graph->nodes[i].out_count);
    }
    for (i = 0; i < graph->tensor_count; i++)
        if (w->new_id[i] != MOTE_NONE)
            w->new_id[i] = w->kept_count++;
    return MOTE_OK;
}

static mote_status begin_graph(writer *w, const mote_graph *graph, mote_error *err)
{
    w->graph = graph;
    w->kept_count = w->made_count = 0;
    w->made = MOTE_NEW(&w->arena, mote_tensor, graph->node_count, err);
    return w->made ? number_tensors(w, err) : err->code;
}

static mote_fb_ref write_graph(writer *w, const mote_graph *graph, mote_error *err)
{
    mote_fb_ref operators, tensors, inputs, outputs, name = 0;

    if (begin_graph(w, graph, err) != MOTE_OK)
        return 0;
    operators = write_nodes(w, err);
    tensors = write_tensors(w, err);
    inputs = write_ids(w, graph->inputs, graph->input_count, MOTE_NONE, 0, err);
    outputs = write_ids(w, graph->outputs, graph->output_count, MOTE_NONE, 0, err);
    if (graph == &w->model->graphs[0] && w->model->name[0])
        name = mote_fb_put_string(&w->fb, w->model->name);
    if (graph == &w->model->graphs[0])
        w->signatures = write_signatures(w, err);
    mote_fb_begin(&w->fb);
    mote_fb_set_ref(&w->fb, subgraph_tensors, tensors);
    mote_fb_set_ref(&w->fb, subgraph_inputs, inputs);
    mote_fb_set_ref(&w->fb, subgraph_outputs, outputs);
    mote_fb_set_ref(&w->fb, subgraph_operators, operators);
    mote_fb_set_ref(&w->fb, subgraph_name, name);
    return mote_fb_end(&w->fb);
}

static mote_fb_ref write_subgraphs(writer *w, mote_error *err)
{
    const int32_t count = w->model->graph_count + (w->first_count > 0);
    mote_fb_ref  *refs = MOTE_NEW(&w->arena, mote_fb_ref, count, err);
    int32_t       g;

    for (g = 0; refs && g < w->model->graph_count && err->code == MOTE_OK; g++)
        refs[g] = write_graph(w, &w->model->graphs[g], err);
    if (!refs || err->code != MOTE_OK)
        return 0;
    if (w->first_count > 0)
        refs[w->model->graph_count] = write_init_subgraph(w, err);
    return w->fb.failed ? 0 : mote_fb_put_refs(&w->fb, refs, (size_t)count);
}

static mote_status write_model(writer *w, mote_error *err)
{
    const char *described = w->model->description[0] ? w->model->description : "mote " MOTE_VERSION;
    mote_fb_ref metadata = write_metadata(w, err), subgraphs = write_subgraphs(w, err);
    mote_fb_ref codes, buffers, description;

    MOTE_TRY(err->code);
    codes = write_codes(w, err);
    buffers = write_buffers(w, err);
    description = mote_fb_put_string(&w->fb, described);
    mote_fb_begin(&w->fb);
    mote_fb_set_u32(&w->fb, model_version, TFLITE_SCHEMA_VERSION, 0);
    mote_fb_set_ref(&w->fb, model_operator_codes, codes);
    mote_fb_set_ref(&w->fb, model_subgraphs, subgraphs);
    mote_fb_set_ref(&w->fb, model_description, description);
    mote_fb_set_ref(&w->fb, model_buffers, buffers);
    mote_fb_set_ref(&w->fb, model_metadata, metadata);
    mote_fb_set_ref(&w->fb, model_signatures, w->signatures);
    mote_fb_finish(&w->fb, mote_fb_end(&w->fb), TFLITE_IDENTIFIER);
    MOTE_TRY(err->code);
    return mote_fb_writer_status(&w->fb, err);
}

/* ---- before writing ---- */

/* States that are no variables begin with every byte the zero point, as readers reset them. */
static mote_status check_states(const mote_graph *graph, mote_error *err)
{
    int32_t i;

    for (i = 0; i < graph->tensor_count; i++)
        if (!graph->tensors[i].variable && has_first_value(&graph->tensors[i]))
            return mote_fail(err, MOTE_ERR_UNSUPPORTED, "tensor %d (%s): a .tflite cannot keep a state's first value", i,
                             mote_show_string(graph->tensors[i].name).text);
    return MOTE_OK;
}

static mote_status prepare(writer *w, mote_error *err)
{
    size_t  nodes = 0, tensors = 0;
    int32_t g;

    if (w->model->stage == MOTE_STAGE_TRAIN)
        return mote_fail(err, MOTE_ERR_USAGE, "the model is in training; make it ready to run first (mote_model_freeze)");
    for (g = 0; g < w->model->graph_count; g++) {
        MOTE_TRY(check_states(&w->model->graphs[g], err));
        nodes += (size_t)w->model->graphs[g].node_count;
        tensors += (size_t)w->model->graphs[g].tensor_count;
    }
    MOTE_TRY(list_first_values(w, err));
    w->buffers =
        MOTE_NEW(&w->arena, buffer, tensors + nodes + (size_t)w->model->metadata_count + (size_t)w->first_count + 3, err);
    w->codes = MOTE_NEW(&w->arena, code, nodes + 3, err); /* CALL_ONCE and what it calls, too */
    w->buffer_count = 1;
    return err->code;
}

static mote_status write_file(writer *w, mote_text *out, mote_error *err)
{
    if (prepare(w, err) == MOTE_OK && write_model(w, err) == MOTE_OK) {
        mote_text_add(out, (const char *)w->fb.bytes + w->fb.capacity - w->fb.used, w->fb.used);
        mote_text_status(out, err);
    }
    mote_fb_writer_free(&w->fb);
    mote_index_free(&w->buffer_index);
    mote_arena_destroy(&w->arena);
    return err->code;
}

mote_status mote_tflite_write(mote_text *out, const mote_model *model, mote_error *err)
{
    mote_model *stored;

    MOTE_TRY(mote_tflite_store(&stored, model, err));
    write_file(&(writer){.model = stored ? stored : model}, out, err);
    mote_model_destroy(stored);
    return err->code;
}

/* ---- with a plan of its memory ---- */

enum { PLAN_VERSION = 1, PLAN_HEAD = 3 };

static void put_u32(uint8_t *at, uint32_t value)
{
    int i;

    for (i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

mote_status mote_tflite_write_planned(mote_text *out, const mote_model *model, const int32_t *offsets, int32_t count,
                                      mote_error *err)
{
    writer    w = {.model = model};
    uint8_t  *words = MOTE_NEW(&w.arena, uint8_t, 4 * ((size_t)count + PLAN_HEAD), err);
    mote_blob plan = {MOTE_OFFLINE_PLAN_NAME, words, 4 * ((size_t)count + PLAN_HEAD)};
    int32_t   i;

    if (!words) {
        mote_arena_destroy(&w.arena);
        return err->code;
    }
    put_u32(words, PLAN_VERSION);
    put_u32(words + 4, 1);
    put_u32(words + 8, (uint32_t)count);
    for (i = 0; i < count; i++)
        put_u32(words + 4 * (PLAN_HEAD + i), (uint32_t)offsets[i]);
    w.plan = &plan;
    return write_file(&w, out, err);
}

mote_status mote_tflite_number(mote_tflite_numbers *out, const mote_model *model, mote_arena *arena, mote_error *err)
{
    writer  w = {.model = model};
    int32_t i;

    *out = (mote_tflite_numbers){.index = MOTE_NEW(arena, int32_t, model->graphs[0].tensor_count, err)};
    if (out->index && list_first_values(&w, err) == MOTE_OK && begin_graph(&w, &model->graphs[0], err) == MOTE_OK) {
        for (i = 0; i < w.graph->tensor_count; i++)
            out->index[i] = w.new_id[i];
        out->tensor_count = w.kept_count;
        for (i = 0; i < w.graph->node_count; i++)
            out->tensor_count +=
                needs_operand(&w.graph->nodes[i]) + (hidden_of_integers(w.graph, &w.graph->nodes[i]) != NULL);
        out->variables_set = w.first_count;
    }
    mote_arena_destroy(&w.arena);
    return err->code;
}
