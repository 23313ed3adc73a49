/* Training that does not begin at the beginning: from a file's network, from its weights, or with new layers behind a part
 * of it.
 *
 *     train: {start: net.keras}                                   without model: the network is the file's
 *     train: {start: net.keras}      model: {layers: [...]}       weights of layers that have the same names
 *     train: {start: w.weights.h5}   model: {layers: [...]}       weights alone, as Keras keeps them
 *     model: {start: net.keras, until: LAYER, layers: [...]}      new layers on a file's
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "build/spec.h"
#include "formats/formats.h"
#include "formats/keras/keras.h"
#include "layers/builder.h"

/* ---- reading the file ---- */

/* At stage TRAIN where the file has layers, else as it runs. */
static mote_status load_network(mote_spec_start *start, mote_error *err)
{
    mote_load_options options = {0};
    mote_file         file = {0};

    if (!mote_path_is_dir(start->path)) {
        if (mote_file_open(&file, start->path, err) != MOTE_OK)
            return mote_context(err, "%s", start->path);
        options.to_train = mote_is_keras(file.bytes, file.count);
        mote_file_close(&file);
    }
    return mote_model_load(&start->model, start->path, &options, err);
}

static mote_status check_input(const mote_tensor *in, mote_error *err)
{
    if (in->dtype != MOTE_F32)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "input %s is %s; training feeds float32",
                         mote_show_string(in->name).text, mote_dtype_name(in->dtype));
    if (!in->is_batched)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "input %s has a fixed batch; save it with an open one (None), which training fills",
                         mote_show_string(in->name).text);
    return MOTE_OK;
}

static mote_status check_network(const mote_model *model, mote_error *err)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;

    if (model->stage == MOTE_STAGE_QUANTIZED)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "it is quantized; training wants the float model that it was made of");
    if (graph->input_count > MOTE_FEATURES_MAX || graph->output_count > MOTE_TARGETS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "it has more than %d inputs or outputs", MOTE_FEATURES_MAX);
    for (i = 0; i < graph->input_count; i++)
        MOTE_TRY(check_input(&graph->tensors[graph->inputs[i]], err));
    return MOTE_OK;
}

/* The spec's inputs are the file's, in its shapes. */
static mote_status take_inputs(mote_spec *spec, int line, mote_error *err)
{
    struct mote_spec_state *state = spec->state;
    int                     i, k;

    for (i = 0; i < mote_model_input_count(state->start.model); i++) {
        const mote_tensor_info info = mote_model_input(state->start.model, i);
        mote_spec_input       *input = &state->inputs[i];
        input->name = mote_arena_strdup(&state->arena, info.name, err);
        input->line = line;
        input->shape.rank = info.rank - 1;
        for (k = 0; k < info.rank - 1; k++)
            input->shape.dims[k] = info.dim[k + 1];
        state->input_count = i + 1;
    }
    return err->code;
}

static mote_status open_network(mote_spec *spec, int line, mote_error *err)
{
    mote_spec_start *start = &spec->state->start;

    start->line = line;
    MOTE_TRY(load_network(start, err));
    if (check_network(start->model, err) != MOTE_OK)
        return mote_context(err, "%s", start->path);
    return take_inputs(spec, line, err);
}

static mote_status at_line(const mote_yaml_reader *reader, int line)
{
    return mote_context(reader->err, "%s:%d", reader->path, line);
}

/* ---- model: start, until ---- */

bool mote_spec_body_has(const struct mote_spec_state *state, const char *name)
{
    return state->start.is_body && mote_model_find_layer(state->start.model, name) != MOTE_NONE;
}

static int add_end(mote_spec *spec, const char *name, mote_error *err)
{
    mote_spec_start *start = &spec->state->start;
    int              i;

    for (i = 0; i < start->end_count; i++)
        if (strcmp(start->ends[i], name) == 0)
            return i;
    if (start->end_count == MOTE_SPEC_ENDS_MAX) {
        mote_fail(err, MOTE_ERR_LIMIT, "more than %d layers of the body are read", MOTE_SPEC_ENDS_MAX);
        return -1;
    }
    if (!(start->ends[i] = mote_arena_strdup(&spec->state->arena, name, err)))
        return -1;
    return start->end_count++;
}

int mote_spec_body_reference(mote_spec *spec, const char *name, mote_error *err)
{
    int end = mote_spec_body_has(spec->state, name) ? add_end(spec, name, err) : -1;

    return end < 0 ? 0 : MOTE_SPEC_BODY + end;
}

static mote_status fail_no_layer(const mote_spec_start *start, const char *name, mote_error *err)
{
    mote_text layers = {0};

    if (mote_model_list_layers(&layers, start->model, err) == MOTE_OK)
        mote_fail(err, MOTE_ERR_USAGE, "model: until: %s has no layer \"%s\"; it has %s", mote_show_string(start->path).text,
                  mote_show_string(name).text, layers.count ? layers.bytes : "none");
    mote_text_free(&layers);
    return err->code;
}

/* Without `until` the whole network, which has to have one output. */
static mote_status settle_until(mote_spec *spec, const mote_yaml *until, mote_error *err)
{
    mote_spec_start  *start = &spec->state->start;
    const mote_graph *graph = &start->model->graphs[0];
    const char       *name = until ? until->text : graph->tensors[graph->outputs[0]].name;

    start->ends = MOTE_NEW(&spec->state->arena, const char *, MOTE_SPEC_ENDS_MAX, err);
    if (!start->ends)
        return err->code;
    if (!until && graph->output_count > 1)
        return mote_fail(err, MOTE_ERR_USAGE, "model: until is missing: %s has %d outputs (%s); say which layer is the last",
                         mote_show_string(start->path).text, (int)graph->output_count,
                         mote_model_show_ends(start->model, false).text);
    if (!mote_spec_body_has(spec->state, name))
        return fail_no_layer(start, name, err);
    add_end(spec, name, err);
    return err->code;
}

mote_status mote_spec_read_body(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map)
{
    const mote_yaml *file = mote_yaml_find(map, "start"), *until = mote_yaml_find(map, "until"), *other;
    mote_spec_start *start = &spec->state->start;

    other = mote_yaml_find(map, "input") ? mote_yaml_find(map, "input") : mote_yaml_find(map, "inputs");
    if (!file && until)
        return mote_yaml_fail(reader, until->key_line, "model: until goes with start: FILE");
    if (!file)
        return MOTE_OK;
    MOTE_TRY(mote_yaml_need_text(reader, file, "model: start: a model file"));
    if (other)
        return mote_yaml_fail(reader, other->key_line, "model: %s: with start the inputs are the file's; leave it out",
                              other->key);
    if (until)
        MOTE_TRY(mote_yaml_need_text(reader, until, "model: until: a layer's name"));
    start->path = file->text;
    start->is_body = true;
    if (open_network(spec, file->line, reader->err) == MOTE_OK && settle_until(spec, until, reader->err) == MOTE_OK)
        return MOTE_OK;
    return at_line(reader, file->line);
}

/* ---- train: start, without model ---- */

mote_status mote_spec_read_whole(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *root)
{
    const mote_yaml *train = mote_yaml_find(root, "train"), *file;
    mote_spec_start *start = &spec->state->start;
    int32_t          outputs;

    file = train && train->kind == MOTE_YAML_MAP ? mote_yaml_find(train, "start") : NULL;
    if (!file || mote_yaml_is_null(file))
        return mote_yaml_fail(reader, root->line, "model is missing");
    MOTE_TRY(mote_yaml_need_text(reader, file, "train: start: a model file"));
    start->path = file->text;
    start->is_whole = true;
    if (open_network(spec, file->line, reader->err) != MOTE_OK)
        return at_line(reader, file->line);
    if (start->model->stage != MOTE_STAGE_TRAIN)
        return mote_yaml_fail(reader, file->line,
                              "train: start: %s holds operators as they run, and no layers that could be trained; take a "
                              ".keras or .h5 file, or put new layers behind it (model: start)",
                              mote_show_string(start->path).text);
    outputs = mote_model_output_count(start->model);
    spec->state->outputs = MOTE_NEW(reader->arena, int, outputs, reader->err);
    spec->state->output_count = outputs;
    return reader->err->code;
}

/* ---- train: start, freeze ---- */

static mote_status read_pattern(mote_spec_start *start, const mote_yaml_reader *reader, const mote_yaml *node)
{
    MOTE_TRY(mote_yaml_need_text(reader, node, "train: freeze: a layer's name, or a pattern as conv*"));
    if (start->is_body && strcmp(node->text, "body") == 0)
        start->freezes_body = true;
    else
        start->freeze[start->freeze_count++] = node->text;
    return MOTE_OK;
}

/* A name or a list of them; an empty list: everything is trained. */
static mote_status read_freeze(mote_spec_start *start, const mote_yaml_reader *reader, const mote_yaml *node)
{
    const mote_yaml *item;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    if (start->line == 0)
        start->line = node->line;
    start->freeze = MOTE_NEW(reader->arena, const char *, node->count + 1, reader->err);
    if (!start->freeze)
        return reader->err->code;
    if (node->kind != MOTE_YAML_LIST)
        return read_pattern(start, reader, node);
    for (item = node->first; item; item = item->next)
        MOTE_TRY(read_pattern(start, reader, item));
    return MOTE_OK;
}

mote_status mote_spec_read_start(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train)
{
    const mote_yaml *file = mote_yaml_find(train, "start");
    mote_spec_start *start = &spec->state->start;

    if (file && !mote_yaml_is_null(file) && !start->is_whole) {
        MOTE_TRY(mote_yaml_need_text(reader, file, "train: start: a model file, or one of weights"));
        if (start->is_body)
            return mote_yaml_fail(reader, file->key_line,
                                  "train: start: the network begins with %s already (model: start); "
                                  "leave one of the two out",
                                  mote_show_string(start->path).text);
        start->path = file->text;
        start->line = file->line;
    }
    spec->train.goes_on = start->is_whole;
    return read_freeze(start, reader, mote_yaml_find(train, "freeze"));
}

/* ---- building ---- */

static mote_status copy_network(mote_model **out, const mote_spec *spec, mote_error *err)
{
    MOTE_TRY(mote_model_copy(out, spec->state->start.model, err));
    (*out)->name = mote_arena_strdup(&(*out)->arena, spec->name, err);
    return err->code;
}

/* By the names that the data know them by. */
static void rename_inputs(mote_model *model)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->input_count; i++)
        graph->tensors[graph->inputs[i]].name = mote_model_input(model, i).name;
}

mote_status mote_spec_begin_body(mote_builder **out, const mote_spec *spec, const mote_builder_options *options,
                                 mote_layer_id *ends, mote_error *err)
{
    const mote_spec_start *start = &spec->state->start;
    mote_model            *model;
    int                    i;

    *out = NULL;
    MOTE_TRY(copy_network(&model, spec, err));
    rename_inputs(model);
    for (i = 0; i < start->end_count; i++)
        ends[i] = mote_model_find_layer(model, start->ends[i]);
    if (mote_model_cut(model, ends, start->end_count, err) != MOTE_OK) {
        mote_model_destroy(model);
        return mote_context(err, "%s:%d: %s", spec->path, start->line, start->path);
    }
    *out = mote_builder_continue(model, options, err);
    return err->code;
}

mote_status mote_spec_copy_whole(mote_model **out, const mote_spec *spec, mote_error *err)
{
    if (copy_network(out, spec, err) == MOTE_OK)
        return MOTE_OK;
    mote_model_destroy(*out);
    *out = NULL;
    return err->code;
}

/* ---- weights of a file ---- */

static const mote_tensor *find_weight(const mote_model *model, const char *name)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_CONST && graph->tensors[i].dtype == MOTE_F32 &&
            strcmp(graph->tensors[i].name, name) == 0)
            return &graph->tensors[i];
    return NULL;
}

/* "dense/kernel" of the one is "dense/kernel" of the other. */
static mote_status copy_weight(mote_tensor *to, const mote_model *from, bool *is_there, mote_error *err)
{
    const mote_tensor *weight = find_weight(from, to->name);

    *is_there = weight != NULL;
    if (!weight)
        return MOTE_OK;
    if (!mote_tensor_same_shape(to, weight))
        return mote_fail(err, MOTE_ERR_USAGE, "%s has shape %s in the file, and %s in the network",
                         mote_show_string(to->name).text, mote_shape_show(weight).text, mote_shape_show(to).text);
    memcpy(to->data, weight->data, mote_tensor_bytes(to));
    return MOTE_OK;
}

/* Says which layers keep their initial weights. */
static mote_status copy_weights(mote_model *model, const mote_spec *spec, const mote_model *from, mote_error *err)
{
    const char *path = spec->state->start.path;
    mote_text   without = {0};
    int32_t     i, k, taken = 0;

    for (i = 0; i < model->layer_count && err->code == MOTE_OK; i++) {
        const mote_layer_record *layer = &model->layers[i];
        bool                     is_there, has_none = false;
        for (k = 0; k < layer->weight_count && err->code == MOTE_OK; k++) {
            copy_weight(&model->graphs[0].tensors[layer->weight[k]], from, &is_there, err);
            has_none = has_none || !is_there;
            taken += is_there;
        }
        if (has_none)
            mote_text_printf(&without, "%s%s", without.count ? ", " : "", mote_show_string(layer->name).text);
    }
    if (err->code == MOTE_OK && taken == 0)
        mote_fail(err, MOTE_ERR_USAGE, "none of the network's layers has a name and weights in it");
    else if (err->code == MOTE_OK && without.count > 0 && mote_text_status(&without, err) == MOTE_OK)
        mote_model_add_note(model, err, "%s has no weights for %s: they begin with initial ones",
                            mote_show_string(path).text, without.bytes);
    mote_text_free(&without);
    return err->code;
}

static mote_status take_weights(mote_model *model, const mote_spec *spec, mote_error *err)
{
    const char *path = spec->state->start.path;
    mote_file   file = {0};
    mote_model *from = NULL;

    if (mote_file_open(&file, path, err) == MOTE_OK) {
        if (mote_keras_is_weights(file.bytes, file.count))
            mote_keras_take_weights(model, file.bytes, file.count, err);
        else if (mote_model_read(&from, file.bytes, file.count, &(mote_load_options){.to_train = true}, err) == MOTE_OK)
            copy_weights(model, spec, from, err);
    }
    mote_model_destroy(from);
    mote_file_close(&file);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "train: start: %s", path);
}

mote_status mote_spec_settle_start(mote_model *model, const mote_spec *spec, int32_t body_nodes, mote_error *err)
{
    const mote_spec_start *start = &spec->state->start;

    if (start->path && !start->is_body && !start->is_whole)
        MOTE_TRY(take_weights(model, spec, err));
    if (start->freeze && mote_model_set_frozen(model, start->freeze, start->freeze_count,
                                               start->freezes_body ? body_nodes : 0, err) != MOTE_OK)
        return mote_context(err, "train");
    return MOTE_OK;
}
