/* Whole models: copying, and what the public interface shows.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <mote/recipe.h>

#include "base/text.h"
#include "graph/graph.h"

/* NULL where there are none, and on failure with err filled. */
static const char *const *copy_names(const char *const *names, int32_t count, mote_arena *arena, mote_error *err)
{
    const char **copy = count > 0 ? MOTE_NEW(arena, const char *, count, err) : NULL;
    int32_t      i;

    for (i = 0; copy && i < count; i++)
        if (!(copy[i] = mote_arena_strdup(arena, names[i], err)))
            return NULL;
    return copy;
}

static void copy_input_recipe(mote_input_recipe *out, const mote_input_recipe *from, mote_arena *arena, mote_error *err)
{
    const size_t channels = (size_t)from->preparation.channels;

    *out = *from;
    out->columns = copy_names(from->columns, from->column_count, arena, err);
    if (channels > 0) {
        out->preparation.mean = mote_arena_copy(arena, from->preparation.mean, channels, sizeof(float), err);
        out->preparation.std = mote_arena_copy(arena, from->preparation.std, channels, sizeof(float), err);
    }
}

mote_status mote_recipe_copy(mote_recipe *out, const mote_recipe *from, mote_arena *arena, mote_error *err)
{
    int i;

    for (i = 0; i < MOTE_FEATURES_MAX; i++)
        copy_input_recipe(&out->input[i], &from->input[i], arena, err);
    for (i = 0; i < MOTE_TARGETS_MAX; i++) {
        out->output[i] = from->output[i];
        out->output[i].labels = copy_names(from->output[i].labels, from->output[i].label_count, arena, err);
        out->output[i].columns = copy_names(from->output[i].columns, from->output[i].column_count, arena, err);
    }
    return err->code;
}

/* NULL where there are none, and on failure with err filled. An end without a name stays one. */
static const char *const *copy_end_names(const char *const *names, int32_t count, mote_arena *arena, mote_error *err)
{
    const char **copy = names ? MOTE_NEW(arena, const char *, count, err) : NULL;
    int32_t      i;

    for (i = 0; copy && i < count; i++)
        if (names[i] && !(copy[i] = mote_arena_strdup(arena, names[i], err)))
            return NULL;
    return copy;
}

mote_status mote_model_copy_facts(mote_model *to, const mote_model *from, mote_error *err)
{
    const mote_graph *graph = &from->graphs[0];

    to->name = mote_arena_strdup(&to->arena, from->name, err);
    to->description = mote_arena_strdup(&to->arena, from->description, err);
    if (from->signature.inputs) {
        to->signature.key = mote_arena_strdup(&to->arena, from->signature.key, err);
        to->signature.inputs = copy_end_names(from->signature.inputs, graph->input_count, &to->arena, err);
        to->signature.outputs = copy_end_names(from->signature.outputs, graph->output_count, &to->arena, err);
    }
    MOTE_TRY(err->code);
    return mote_recipe_copy(&to->recipe, &from->recipe, &to->arena, err);
}

static mote_status copy_tensor(mote_model *to, mote_graph *graph, const mote_tensor *from, mote_error *err)
{
    mote_tensor tensor = *from;

    if (from->data && !(tensor.data = mote_arena_copy(&to->arena, from->data, mote_tensor_bytes(from), 1, err)))
        return err->code;
    if (from->quant && !(tensor.quant = mote_quant_create(to, from->quant->axis, from->quant->count, from->quant->scale,
                                                          from->quant->zero_point, err)))
        return err->code;
    if (from->narrowing &&
        !(tensor.narrowing = mote_narrowing_create(to, from->narrowing->channels, from->narrowing->value, err)))
        return err->code;
    mote_graph_add_tensor(to, graph, &tensor, err);
    return err->code;
}

static mote_status copy_graph(mote_model *to, mote_graph *graph, const mote_graph *from, mote_error *err)
{
    int32_t i;

    for (i = 0; i < from->tensor_count; i++)
        MOTE_TRY(copy_tensor(to, graph, &from->tensors[i], err));
    for (i = 0; i < from->node_count; i++)
        if (!mote_graph_add_node(to, graph, &from->nodes[i], err))
            return err->code;
    MOTE_TRY(mote_graph_set_inputs(to, graph, from->inputs, from->input_count, err));
    return mote_graph_set_outputs(to, graph, from->outputs, from->output_count, err);
}

static mote_status copy_bodies(mote_model *to, const mote_model *from, mote_error *err)
{
    mote_graph *graph;
    int32_t     g;

    for (g = 1; g < from->graph_count; g++) {
        if (!(graph = mote_model_add_graph(to, err)))
            return err->code;
        MOTE_TRY(copy_graph(to, graph, &from->graphs[g], err));
    }
    return MOTE_OK;
}

static mote_status copy_metadata(mote_model *to, const mote_model *from, mote_error *err)
{
    int32_t i;

    to->metadata_count = from->metadata_count;
    to->metadata = MOTE_NEW(&to->arena, mote_blob, from->metadata_count, err);
    for (i = 0; to->metadata && i < from->metadata_count; i++) {
        to->metadata[i].name = mote_arena_strdup(&to->arena, from->metadata[i].name, err);
        to->metadata[i].bytes = mote_arena_copy(&to->arena, from->metadata[i].bytes, from->metadata[i].count, 1, err);
        to->metadata[i].count = from->metadata[i].count;
    }
    return err->code;
}

static const char *const *copy_lines(mote_model *to, const char *const *from, int32_t count, mote_error *err)
{
    const char **lines = MOTE_NEW(&to->arena, const char *, count, err);
    int32_t      i;

    for (i = 0; lines && i < count; i++)
        lines[i] = mote_arena_strdup(&to->arena, from[i], err);
    return lines;
}

static mote_status copy_told(mote_model *to, const mote_model *from, mote_error *err)
{
    to->left_out = copy_lines(to, from->left_out, from->left_out_count, err);
    to->left_out_count = from->left_out_count;
    to->notes = copy_lines(to, from->notes, from->note_count, err);
    to->note_count = from->note_count;
    to->differs = from->differs;
    return err->code;
}

mote_status mote_model_add_note(mote_model *model, mote_error *err, const char *format, ...)
{
    const char **notes = MOTE_NEW(&model->arena, const char *, model->note_count + 1, err);
    mote_text    text = {0};
    va_list      args;

    va_start(args, format);
    mote_text_vprintf(&text, format, args);
    va_end(args);
    if (notes && mote_text_status(&text, err) == MOTE_OK) {
        if (model->note_count > 0)
            memcpy(notes, model->notes, (size_t)model->note_count * sizeof *notes);
        if ((notes[model->note_count] = mote_arena_strdup(&model->arena, text.bytes, err)) != NULL) {
            model->notes = notes;
            model->note_count++;
        }
    }
    mote_text_free(&text);
    return err->code;
}

static const mote_keras_record *copy_keras_record(const mote_keras_record *from, mote_arena *arena, mote_error *err)
{
    mote_keras_record *copy = from ? mote_arena_copy(arena, from, 1, sizeof *from, err) : NULL;

    if (copy) {
        copy->class_name = mote_arena_strdup(arena, from->class_name, err);
        copy->config = mote_arena_strdup(arena, from->config, err);
    }
    return copy;
}

mote_status mote_model_add_layer(mote_model *model, const mote_layer_record *record, mote_error *err)
{
    mote_layer_record layer = *record;
    char            **options;

    if (model->layer_count == model->layer_capacity) {
        const int32_t      capacity = model->layer_capacity ? 2 * model->layer_capacity : 32;
        mote_layer_record *layers = MOTE_NEW(&model->arena, mote_layer_record, capacity, err);
        if (!layers)
            return err->code;
        if (model->layer_count > 0)
            memcpy(layers, model->layers, (size_t)model->layer_count * sizeof *layers);
        model->layers = layers;
        model->layer_capacity = capacity;
    }
    layer.name = mote_arena_strdup(&model->arena, record->name, err);
    layer.in = mote_arena_copy(&model->arena, record->in, (size_t)record->in_count, sizeof *record->in, err);
    layer.keras = copy_keras_record(record->keras, &model->arena, err);
    layer.options = options = mote_arena_copy(&model->arena, record->options, 1, record->options_bytes, err);
    MOTE_TRY(err->code);
    if (record->options_bytes > 0)
        options[0] = (char *)layer.name; /* instead of the caller's, which need not live as long */
    model->layers[model->layer_count++] = layer;
    return MOTE_OK;
}

const mote_schedule *mote_schedule_copy(const mote_schedule *schedule, mote_arena *arena, mote_error *err)
{
    const size_t   count = schedule ? (size_t)schedule->boundary_count : 0;
    mote_schedule *copy = schedule ? mote_arena_copy(arena, schedule, 1, sizeof *schedule, err) : NULL;

    if (!copy || schedule->kind != MOTE_SCHEDULE_PIECEWISE_CONSTANT_DECAY)
        return copy;
    copy->boundaries = mote_arena_copy(arena, schedule->boundaries, count, sizeof *schedule->boundaries, err);
    copy->values = mote_arena_copy(arena, schedule->values, count + 1, sizeof *schedule->values, err);
    return err->code == MOTE_OK ? copy : NULL;
}

static mote_status copy_layers(mote_model *to, const mote_model *from, mote_error *err)
{
    int32_t i;

    for (i = 0; i < from->layer_count; i++)
        MOTE_TRY(mote_model_add_layer(to, &from->layers[i], err));
    to->optimizer = from->optimizer;
    to->optimizer.schedule = mote_schedule_copy(from->optimizer.schedule, &to->arena, err);
    to->is_trained = from->is_trained;
    return err->code;
}

/* A copy's params have the layout that the original's have. */
static mote_status copy_memory(mote_model *to, const mote_model *from, mote_error *err)
{
    const size_t count = from->params.count;
    int32_t      s;

    to->memory = from->memory;
    for (s = 0; s < from->memory.slot_count; s++)
        if (!(to->memory.slot[s] = mote_arena_copy(&to->arena, from->memory.slot[s], count, sizeof(float), err)))
            return err->code;
    return MOTE_OK;
}

static mote_status copy_contents(mote_model *to, const mote_model *from, mote_error *err)
{
    MOTE_TRY(mote_model_copy_facts(to, from, err));
    MOTE_TRY(copy_metadata(to, from, err));
    MOTE_TRY(copy_told(to, from, err));
    MOTE_TRY(copy_graph(to, &to->graphs[0], &from->graphs[0], err));
    MOTE_TRY(copy_bodies(to, from, err));
    MOTE_TRY(copy_layers(to, from, err));
    if (from->params.values)
        MOTE_TRY(mote_model_gather_params(to, err));
    return copy_memory(to, from, err);
}

mote_status mote_model_copy(mote_model **out, const mote_model *from, mote_error *err)
{
    MOTE_TRY(mote_model_create(out, from->stage, from->arena.cap_bytes, err));
    if (copy_contents(*out, from, err) != MOTE_OK) {
        mote_model_destroy(*out);
        *out = NULL;
    }
    return err->code;
}

const char *mote_model_name(const mote_model *model)
{
    return model ? model->name : "";
}

bool mote_model_is_quantized(const mote_model *model)
{
    return model && model->stage == MOTE_STAGE_QUANTIZED;
}

int32_t mote_model_input_count(const mote_model *model)
{
    return model ? model->graphs[0].input_count : 0;
}

int32_t mote_model_output_count(const mote_model *model)
{
    return model ? model->graphs[0].output_count : 0;
}

static mote_tensor_info describe(const mote_tensor *tensor)
{
    mote_tensor_info info = {.name = tensor->name,
                             .tensor_name = tensor->name,
                             .dtype = tensor->dtype,
                             .rank = tensor->rank,
                             .is_batched = tensor->is_batched,
                             .is_quantized = tensor->quant != NULL,
                             .count = mote_tensor_count(tensor),
                             .bytes = mote_tensor_bytes(tensor)};

    memcpy(info.dim, tensor->dim, sizeof info.dim);
    if (tensor->quant) {
        info.scale = tensor->quant->scale[0];
        info.zero_point = tensor->quant->zero_point[0];
    }
    return info;
}

/* The inputs or the outputs of a model; none of a NULL one. */
typedef struct end_list {
    const mote_model  *model;
    const mote_id     *ids;
    const char *const *names; /* the signature's; NULL: there are none */
    int32_t            count;
} end_list;

static end_list inputs_of(const mote_model *model)
{
    return model ? (end_list){model, model->graphs[0].inputs, model->signature.inputs, model->graphs[0].input_count}
                 : (end_list){0};
}

static end_list outputs_of(const mote_model *model)
{
    return model ? (end_list){model, model->graphs[0].outputs, model->signature.outputs, model->graphs[0].output_count}
                 : (end_list){0};
}

static mote_tensor_info describe_end(end_list ends, int32_t index)
{
    mote_tensor_info info = {.name = "", .tensor_name = ""};

    if (index < 0 || index >= ends.count)
        return info;
    info = describe(&ends.model->graphs[0].tensors[ends.ids[index]]);
    if (ends.names && ends.names[index])
        info.name = ends.names[index];
    return info;
}

mote_tensor_info mote_model_input(const mote_model *model, int32_t index)
{
    return describe_end(inputs_of(model), index);
}

mote_tensor_info mote_model_output(const mote_model *model, int32_t index)
{
    return describe_end(outputs_of(model), index);
}

mote_ends_text mote_model_show_ends(const mote_model *model, bool is_input)
{
    const end_list ends = is_input ? inputs_of(model) : outputs_of(model);
    mote_ends_text out = {""};
    size_t         used = 0;
    int32_t        i;

    for (i = 0; i < ends.count; i++) {
        const mote_shown name = mote_show_string(describe_end(ends, i).name);
        if (used + strlen(name.text) + sizeof ", ..." > sizeof out.text)
            break;
        used += (size_t)snprintf(out.text + used, sizeof out.text - used, "%s%s", i > 0 ? ", " : "", name.text);
    }
    if (i < ends.count)
        snprintf(out.text + used, sizeof out.text - used, ", ...");
    return out;
}

static int32_t find_end(end_list ends, const char *name)
{
    int32_t i;

    for (i = 0; i < ends.count; i++)
        if (strcmp(describe_end(ends, i).name, name) == 0)
            return i;
    for (i = 0; i < ends.count; i++)
        if (strcmp(describe_end(ends, i).tensor_name, name) == 0)
            return i;
    return -1;
}

int32_t mote_model_find_input(const mote_model *model, const char *name)
{
    return find_end(inputs_of(model), name);
}

int32_t mote_model_find_output(const mote_model *model, const char *name)
{
    return find_end(outputs_of(model), name);
}

int32_t mote_model_left_out_count(const mote_model *model)
{
    return model ? model->left_out_count : 0;
}

const char *mote_model_left_out(const mote_model *model, int32_t index)
{
    return index >= 0 && index < mote_model_left_out_count(model) ? model->left_out[index] : NULL;
}

int32_t mote_model_note_count(const mote_model *model)
{
    return model ? model->note_count : 0;
}

const char *mote_model_note(const mote_model *model, int32_t index)
{
    return index >= 0 && index < mote_model_note_count(model) ? model->notes[index] : NULL;
}

/* NULL where nothing is known of it. */
static const mote_output_recipe *output_recipe(const mote_model *model, int32_t output)
{
    return model && output >= 0 && output < MOTE_TARGETS_MAX ? &model->recipe.output[output] : NULL;
}

int32_t mote_model_label_count(const mote_model *model, int32_t output)
{
    const mote_output_recipe *recipe = output_recipe(model, output);

    return recipe ? recipe->label_count : 0;
}

const char *mote_model_label(const mote_model *model, int32_t output, int32_t index)
{
    return index >= 0 && index < mote_model_label_count(model, output) ? model->recipe.output[output].labels[index] : NULL;
}

bool mote_model_preparation(mote_preparation *out, const mote_model *model, int32_t input)
{
    *out = (mote_preparation){0};
    if (input < 0 || input >= mote_model_input_count(model) || input >= MOTE_FEATURES_MAX ||
        !model->recipe.input[input].is_prepared)
        return false;
    *out = model->recipe.input[input].preparation;
    return true;
}

bool mote_model_goal(mote_goal *out, const mote_model *model, int32_t output)
{
    const mote_output_recipe *recipe = output_recipe(model, output);

    *out = recipe ? recipe->goal : (mote_goal){0};
    return recipe && recipe->has_goal;
}

/* Operators that hand on the numbers they are given, in another form. */
static bool hands_on(mote_op_kind op)
{
    return op == MOTE_OP_QUANTIZE || op == MOTE_OP_DEQUANTIZE || op == MOTE_OP_RESHAPE;
}

/* Nodes stand in topological order: who makes what a node reads stands before it. */
mote_answer_kind mote_model_answers(const mote_model *model, int32_t output)
{
    const mote_graph *graph = model ? &model->graphs[0] : NULL;
    mote_id           id = graph && output >= 0 && output < graph->output_count ? graph->outputs[output] : MOTE_NONE;
    int32_t           n;

    if (id == MOTE_NONE)
        return MOTE_ANSWERS_UNKNOWN;
    for (n = graph->node_count - 1; n >= 0; n--) {
        const mote_node *node = &graph->nodes[n];
        if (node->out_count == 0 || node->out[0] != id)
            continue;
        if (!hands_on(node->op))
            return node->op == MOTE_OP_SOFTMAX    ? MOTE_ANSWERS_PROBABILITIES
                   : node->op == MOTE_OP_LOGISTIC ? MOTE_ANSWERS_SIGMOIDS
                                                  : MOTE_ANSWERS_NUMBERS;
        id = node->in[0];
    }
    return MOTE_ANSWERS_NUMBERS;
}
