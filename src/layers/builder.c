/* The builder: a model under construction, and what all layers share.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "layers/builder.h"
#include "layers/parts.h"
#include "ops/op.h"

enum { DEFAULT_MAX_PARAMETERS = 64 << 20, INPUT_DIM_MAX = 65536, INPUT_COUNT_MAX = 1 << 28, NAME_LENGTH_MAX = 100 };

const mote_layer_type *const mote_layer_types[] = {
#define LAYER(name, options)         &mote_layer_type_##name,
#define LAYER_OF_MANY(name, options) &mote_layer_type_##name,
#include "layers/layers.def"
#undef LAYER
#undef LAYER_OF_MANY
    NULL};

const mote_layer_type *mote_layer_type_find(const char *name)
{
    int i;

    for (i = 0; i < MOTE_LAYER_TYPE_COUNT; i++)
        if (strcmp(mote_layer_types[i]->name, name) == 0)
            return mote_layer_types[i];
    return NULL;
}

mote_graph *mote_builder_graph(const mote_builder *builder)
{
    return &builder->model->graphs[builder->graph];
}

/* ---- words ---- */

const mote_word mote_activation_words[] = {
    {"linear", MOTE_ACTIVATION_LINEAR},
#define ACTIVATION(NAME, word, KIND, fused) {word, MOTE_ACTIVATION_##NAME},
#define ACTIVATION_WORD(NAME, word)         {word, MOTE_ACTIVATION_##NAME},
#include "layers/activations.def"
#undef ACTIVATION
    {NULL, 0},
};

const mote_word mote_padding_words[] = {{"valid", MOTE_PADDING_VALID}, {"same", MOTE_PADDING_SAME}, {NULL, 0}};
const mote_word mote_causal_padding_words[] = {
    {"valid", MOTE_PADDING_VALID}, {"same", MOTE_PADDING_SAME}, {"causal", MOTE_PADDING_CAUSAL}, {NULL, 0}};

#define INITIALIZER_WORDS                                                                                                   \
    {"zeros", MOTE_INITIALIZER_ZEROS}, {"ones", MOTE_INITIALIZER_ONES},                                                     \
        {"glorot_uniform", MOTE_INITIALIZER_GLOROT_UNIFORM}, {"glorot_normal", MOTE_INITIALIZER_GLOROT_NORMAL},             \
        {"he_uniform", MOTE_INITIALIZER_HE_UNIFORM}, {"he_normal", MOTE_INITIALIZER_HE_NORMAL},                             \
        {"lecun_uniform", MOTE_INITIALIZER_LECUN_UNIFORM}, {"lecun_normal", MOTE_INITIALIZER_LECUN_NORMAL},                 \
        {"random_uniform", MOTE_INITIALIZER_RANDOM_UNIFORM},                                                                \
    {                                                                                                                       \
        "random_normal", MOTE_INITIALIZER_RANDOM_NORMAL                                                                     \
    }

const mote_word mote_initializer_words[] = {INITIALIZER_WORDS, {NULL, 0}};
const mote_word mote_matrix_initializer_words[] = {
    INITIALIZER_WORDS, {"orthogonal", MOTE_INITIALIZER_ORTHOGONAL}, {NULL, 0}};

/* ---- names ---- */

/* Every layer has a node of its name, or is an input. */
static bool is_name_taken(const mote_builder *builder, const char *name)
{
    const mote_graph *graph = mote_builder_graph(builder);
    int               i;

    for (i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].name && strcmp(graph->nodes[i].name, name) == 0)
            return true;
    for (i = 0; i < builder->input_count; i++)
        if (strcmp(graph->tensors[builder->inputs[i]].name, name) == 0)
            return true;
    return false;
}

static const char *default_name(mote_builder *builder, const char *base, int *used)
{
    const char *name;

    do {
        name = *used == 0 ? mote_arena_strdup(&builder->model->arena, base, &builder->err)
                          : mote_arena_printf(&builder->model->arena, &builder->err, "%s_%d", base, *used);
        ++*used;
    } while (name && is_name_taken(builder, name));
    return name;
}

static const char *given_name(mote_builder *builder, const char *name)
{
    if (strlen(name) > NAME_LENGTH_MAX || name[0] == '\0')
        mote_fail(&builder->err, MOTE_ERR_USAGE, "layer name \"%s\": 1 to %d characters are possible",
                  mote_show_string(name).text, NAME_LENGTH_MAX);
    else if (is_name_taken(builder, name))
        mote_fail(&builder->err, MOTE_ERR_USAGE, "there are two layers \"%s\"; give each its own name",
                  mote_show_string(name).text);
    return builder->err.code == MOTE_OK ? mote_arena_strdup(&builder->model->arena, name, &builder->err) : NULL;
}

/* ---- life ---- */

mote_builder *mote_builder_create(const mote_builder_options *options, mote_error *err)
{
    mote_builder_options o = options ? *options : (mote_builder_options){0};
    mote_builder        *builder = calloc(1, sizeof *builder);

    if (!builder) {
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
        return NULL;
    }
    if (mote_model_create(&builder->model, MOTE_STAGE_TRAIN, 0, err) != MOTE_OK) {
        free(builder);
        return NULL;
    }
    builder->seed = o.seed;
    builder->max_parameters = o.max_parameters ? o.max_parameters : DEFAULT_MAX_PARAMETERS;
    if (o.name && !(builder->model->name = mote_arena_strdup(&builder->model->arena, o.name, err))) {
        mote_builder_abandon(builder);
        return NULL;
    }
    return builder;
}

mote_builder *mote_builder_continue(mote_model *model, const mote_builder_options *options, mote_error *err)
{
    const mote_graph *graph = &model->graphs[0];
    mote_builder     *builder = mote_builder_create(options, err);

    if (!builder || graph->input_count > MOTE_FEATURES_MAX) {
        if (builder)
            mote_fail(err, MOTE_ERR_LIMIT, "a network has at most %d inputs", MOTE_FEATURES_MAX);
        mote_builder_abandon(builder);
        mote_model_destroy(model);
        return NULL;
    }
    model->name = mote_arena_strdup(&model->arena, builder->model->name, &builder->err);
    mote_model_destroy(builder->model);
    model->stage = MOTE_STAGE_TRAIN;
    builder->model = model;
    builder->first_own = graph->tensor_count;
    memcpy(builder->inputs, graph->inputs, (size_t)graph->input_count * sizeof *graph->inputs);
    builder->input_count = graph->input_count;
    return builder;
}

void mote_builder_abandon(mote_builder *builder)
{
    if (!builder)
        return;
    mote_model_destroy(builder->model);
    free(builder);
}

static mote_status check_all_used(mote_builder *builder)
{
    const mote_graph *graph = mote_builder_graph(builder);
    int               id;

    for (id = builder->first_own; id < graph->tensor_count; id++)
        if (graph->tensors[id].kind == MOTE_ACTIVATION && mote_graph_use_count(graph, id) == 0)
            return mote_fail(&builder->err, MOTE_ERR_USAGE, "layer \"%s\": its output leads nowhere",
                             mote_show_string(graph->tensors[id].name).text);
    return MOTE_OK;
}

static bool is_read(const mote_node *node, const bool *is_wanted)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++)
        if (is_wanted[node->out[i]])
            return true;
    return node->out_count == 0;
}

/* A file may hold what none of its outputs reads. */
static mote_status drop_unread(mote_builder *builder)
{
    mote_graph *graph = mote_builder_graph(builder);
    bool       *is_wanted = MOTE_NEW(&builder->model->arena, bool, graph->tensor_count, &builder->err);
    int32_t     n, i, kept = graph->node_count;

    if (!is_wanted)
        return builder->err.code;
    for (i = 0; i < graph->output_count; i++)
        is_wanted[graph->outputs[i]] = true;
    for (n = graph->node_count - 1; n >= 0; n--) {
        const mote_node *node = &graph->nodes[n];
        if (!is_read(node, is_wanted))
            continue;
        for (i = 0; i < node->in_count; i++)
            if (node->in[i] != MOTE_NONE)
                is_wanted[node->in[i]] = true;
        graph->nodes[--kept] = *node; /* from the end: what is moved was looked at */
    }
    graph->node_count -= kept;
    if (graph->node_count > 0)
        memmove(graph->nodes, graph->nodes + kept, (size_t)graph->node_count * sizeof *graph->nodes);
    return MOTE_OK;
}

/* Layers whose output nothing computes any more are none. */
static mote_status drop_unread_layers(mote_builder *builder)
{
    mote_model *model = builder->model;
    mote_graph *graph = mote_builder_graph(builder);
    bool       *is_there = MOTE_NEW(&model->arena, bool, graph->tensor_count, &builder->err);
    int32_t     n, i, kept = 0;

    if (!is_there)
        return builder->err.code;
    for (i = 0; i < graph->input_count; i++)
        is_there[graph->inputs[i]] = true;
    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].out_count; i++)
            is_there[graph->nodes[n].out[i]] = true;
    for (i = 0; i < model->layer_count; i++)
        if (is_there[model->layers[i].out])
            model->layers[kept++] = model->layers[i];
    model->layer_count = kept;
    return MOTE_OK;
}

/* Of several inputs or outputs a file must say which is which, whatever their tensors are called when passes are done. */
static mote_status name_ends(mote_builder *builder)
{
    mote_model       *model = builder->model;
    const mote_graph *graph = mote_builder_graph(builder);
    mote_error       *err = &builder->err;
    const char      **inputs, **outputs;
    int32_t           i;

    if (graph->input_count == 1 && graph->output_count == 1)
        return MOTE_OK;
    inputs = MOTE_NEW(&model->arena, const char *, graph->input_count, err);
    outputs = MOTE_NEW(&model->arena, const char *, graph->output_count, err);
    if (!inputs || !outputs)
        return err->code;
    for (i = 0; i < graph->input_count; i++)
        inputs[i] = graph->tensors[graph->inputs[i]].name;
    for (i = 0; i < graph->output_count; i++)
        outputs[i] = graph->tensors[graph->outputs[i]].name;
    model->signature = (mote_signature){"serving_default", inputs, outputs};
    return MOTE_OK;
}

static mote_status complete(mote_builder *builder, const mote_layer_id *outputs, int output_count)
{
    mote_model *model = builder->model;
    mote_error *err = &builder->err;
    int         i;

    for (i = 0; i < output_count && err->code == MOTE_OK; i++)
        if (outputs[i] < 0 || outputs[i] >= mote_builder_graph(builder)->tensor_count ||
            mote_builder_graph(builder)->tensors[outputs[i]].kind != MOTE_ACTIVATION)
            mote_fail(err, MOTE_ERR_USAGE, "output %d is no layer", i);
    if (err->code == MOTE_OK && (builder->input_count == 0 || output_count < 1))
        mote_fail(err, MOTE_ERR_USAGE, "a network needs an input and an output");
    if (err->code != MOTE_OK)
        return err->code;
    MOTE_TRY(mote_graph_set_inputs(model, mote_builder_graph(builder), builder->inputs, builder->input_count, err));
    MOTE_TRY(mote_graph_set_outputs(model, mote_builder_graph(builder), outputs, output_count, err));
    MOTE_TRY(builder->source ? drop_unread(builder) : check_all_used(builder));
    if (builder->source)
        MOTE_TRY(drop_unread_layers(builder));
    MOTE_TRY(name_ends(builder));
    MOTE_TRY(mote_model_gather_params(model, err));
    return mote_model_verify(model, err);
}

mote_status mote_builder_finish(mote_model **out, mote_builder *builder, const mote_layer_id *outputs, int32_t output_count,
                                mote_error *err)
{
    mote_model *model = builder->model;

    *out = NULL;
    if (complete(builder, outputs, output_count) != MOTE_OK) {
        mote_fail(err, builder->err.code, "%s", builder->err.text);
        mote_builder_abandon(builder);
        return err->code;
    }
    free(builder);
    *out = model;
    return MOTE_OK;
}

mote_shape mote_builder_shape(const mote_builder *builder, mote_layer_id id)
{
    mote_shape         shape = {.rank = -1};
    const mote_tensor *tensor;

    if (builder->err.code != MOTE_OK || id < 0 || id >= mote_builder_graph(builder)->tensor_count)
        return shape;
    tensor = &mote_builder_graph(builder)->tensors[id];
    for (shape.rank = 0; shape.rank + 1 < tensor->rank; shape.rank++)
        shape.dims[shape.rank] = tensor->dim[shape.rank + 1];
    return shape;
}

/* ---- adding ---- */

/* What a layer's operators and weights do not say any more. */
static void record_layer(const mote_layer_call *call, const mote_layer_type *type, const void *options, int32_t node_count,
                         mote_layer_id out)
{
    mote_builder     *builder = call->builder;
    mote_layer_record record = {.type = type,
                                .options = options,
                                .options_bytes = type ? type->options_bytes : 0,
                                .name = call->name,
                                .in = (mote_id *)call->in,
                                .out = out,
                                .in_count = call->in_count,
                                .weight_count = builder->weights_of_layer,
                                .node_count = node_count};

    memcpy(record.weight, builder->weights, sizeof record.weight);
    memcpy(record.layout, builder->layouts, sizeof record.layout);
    mote_model_add_layer(builder->model, &record, &builder->err);
}

static mote_id add_activation_tensor(mote_builder *builder, mote_tensor tensor)
{
    tensor.origin = (uint32_t)mote_builder_graph(builder)->tensor_count;
    tensor.kind = MOTE_ACTIVATION;
    tensor.is_batched = true;
    return mote_graph_add_tensor(builder->model, mote_builder_graph(builder), &tensor, &builder->err);
}

static mote_status check_input(mote_builder *builder, int rank, const int *dims)
{
    size_t count = 1;
    int    i;

    if (builder->input_count == MOTE_FEATURES_MAX)
        return mote_fail(&builder->err, MOTE_ERR_LIMIT, "a network has at most %d inputs", MOTE_FEATURES_MAX);
    if (rank < 1 || rank > MOTE_RANK_MAX - 1)
        return mote_fail(&builder->err, MOTE_ERR_USAGE, "the input has %d dimensions; 1 to %d are possible", rank,
                         MOTE_RANK_MAX - 1);
    for (i = 0; i < rank; i++) {
        if (dims[i] < 1 || dims[i] > INPUT_DIM_MAX)
            return mote_fail(&builder->err, MOTE_ERR_USAGE, "the input has a dimension of %d; 1 to %d are possible", dims[i],
                             INPUT_DIM_MAX);
        count = mote_size_mul(count, (size_t)dims[i]);
    }
    if (count > INPUT_COUNT_MAX)
        return mote_fail(&builder->err, MOTE_ERR_LIMIT, "the input has %zu elements, more than %d", count, INPUT_COUNT_MAX);
    return MOTE_OK;
}

static mote_layer_id add_input(mote_builder *builder, const char *name, int rank, const int *dims)
{
    mote_tensor tensor = {.name = name, .dtype = MOTE_F32, .rank = rank + 1, .dim = {1}};
    mote_id     id;

    if (!name)
        return MOTE_NO_LAYER;
    memcpy(tensor.dim + 1, dims, (size_t)rank * sizeof *dims);
    id = add_activation_tensor(builder, tensor);
    if (id == MOTE_NONE)
        return id;
    builder->inputs[builder->input_count++] = id;
    builder->weights_of_layer = 0;
    record_layer(&(mote_layer_call){.builder = builder, .name = name}, NULL, NULL, 0, id);
    return id;
}

mote_layer_id mote_layer_input(mote_builder *builder, int32_t rank, const int32_t *dims)
{
    int used = 0;

    if (builder->err.code != MOTE_OK || check_input(builder, rank, dims) != MOTE_OK)
        return MOTE_NO_LAYER;
    return add_input(builder, default_name(builder, "input", &used), rank, dims);
}

mote_layer_id mote_layer_named_input(mote_builder *builder, const char *name, int32_t rank, const int32_t *dims)
{
    if (builder->err.code != MOTE_OK || check_input(builder, rank, dims) != MOTE_OK)
        return MOTE_NO_LAYER;
    return add_input(builder, given_name(builder, name), rank, dims);
}

mote_layer_id mote_layer_typed_input(mote_builder *builder, const char *name, mote_dtype dtype, int32_t batch, int32_t rank,
                                     const int32_t *dims)
{
    mote_layer_id id = mote_layer_named_input(builder, name, rank, dims);

    if (id == MOTE_NO_LAYER)
        return id;
    mote_builder_graph(builder)->tensors[id].dtype = dtype;
    if (batch > 0) {
        mote_builder_graph(builder)->tensors[id].dim[0] = batch;
        mote_builder_graph(builder)->tensors[id].is_batched = false;
    }
    return id;
}

static int index_of(const mote_layer_type *type)
{
    int i = 0;

    while (mote_layer_types[i] != type)
        i++;
    return i;
}

static mote_status check_inputs(const mote_layer_type *type, const mote_layer_call *call)
{
    int i;

    for (i = 0; i < call->in_count; i++) {
        if (call->in[i] < 0 || call->in[i] >= mote_builder_graph(call->builder)->tensor_count ||
            mote_layer_in(call, i)->kind != MOTE_ACTIVATION)
            mote_layer_fail(call, MOTE_ERR_USAGE, "input %d is no layer", i);
        else if ((type->is_image && mote_layer_in(call, i)->rank != 4) ||
                 (type->is_sequence && mote_layer_in(call, i)->rank != 3))
            mote_layer_fail(call, MOTE_ERR_USAGE, "takes %s, but its input has %d dimension%s; add a reshape before it",
                            type->is_image ? "[height, width, channels]" : "[steps, channels]",
                            mote_layer_in(call, i)->rank - 1, mote_layer_in(call, i)->rank == 2 ? "" : "s");
    }
    if (type->in_min == 0 ? call->in_count != 1 : call->in_count < type->in_min || call->in_count > MOTE_NODE_IN_MAX)
        mote_layer_fail(call, MOTE_ERR_USAGE, "has %d inputs, %s%d expected", call->in_count,
                        type->in_min == 0 ? "" : "at least ", type->in_min == 0 ? 1 : type->in_min);
    return call->builder->err.code;
}

static const char *name_in(const void *options)
{
    return options ? *(const char *const *)options : NULL;
}

mote_layer_id mote_builder_add(mote_builder *builder, const mote_layer_type *type, const mote_layer_id *in, int in_count,
                               const void *options)
{
    mote_layer_call call = {.builder = builder, .in = in, .in_count = in_count};
    void           *complete_options;
    mote_error      problem = {0};
    int32_t         nodes_before;
    mote_layer_id   out;

    if (builder->err.code != MOTE_OK)
        return MOTE_NO_LAYER;
    call.name = name_in(options) ? given_name(builder, name_in(options))
                                 : default_name(builder, type->name, &builder->named[index_of(type)]);
    if (!call.name || check_inputs(type, &call) != MOTE_OK)
        return MOTE_NO_LAYER;
    complete_options = mote_arena_alloc(&builder->model->arena, 1, type->options_bytes, &builder->err);
    if (!complete_options)
        return MOTE_NO_LAYER;
    if (options)
        memcpy(complete_options, options, type->options_bytes);
    mote_keys_set_defaults(type->keys, complete_options);
    if (mote_keys_check(type->keys, complete_options, &problem) != MOTE_OK)
        return mote_layer_fail(&call, problem.code, "%s", problem.text);
    nodes_before = mote_builder_graph(builder)->node_count;
    builder->weights_of_layer = 0;
    out = type->add(&call, complete_options);
    if (out != MOTE_NO_LAYER)
        record_layer(&call, type, complete_options, mote_builder_graph(builder)->node_count - nodes_before, out);
    return builder->err.code == MOTE_OK ? out : MOTE_NO_LAYER;
}

#define LAYER(layer, options)                                                                                               \
    _Static_assert(offsetof(options, name) == 0, #options " begins with the name");                                         \
    mote_layer_id mote_layer_##layer(mote_builder *builder, mote_layer_id x, const options *given)                          \
    {                                                                                                                       \
        return mote_builder_add(builder, &mote_layer_type_##layer, &x, 1, given);                                           \
    }
#define LAYER_OF_MANY(layer, options)                                                                                       \
    _Static_assert(offsetof(options, name) == 0, #options " begins with the name");                                         \
    mote_layer_id mote_layer_##layer(mote_builder *builder, const mote_layer_id *inputs, int input_count,                   \
                                     const options *given)                                                                  \
    {                                                                                                                       \
        return mote_builder_add(builder, &mote_layer_type_##layer, inputs, input_count, given);                             \
    }
#include "layers/layers.def"
#undef LAYER
#undef LAYER_OF_MANY

/* ---- for layers' files ---- */

const mote_tensor *mote_layer_in(const mote_layer_call *call, int index)
{
    return &mote_builder_graph(call->builder)->tensors[call->in[index]];
}

const mote_tensor *mote_layer_tensor(const mote_layer_call *call, mote_layer_id id)
{
    static const mote_tensor none = {.name = "", .rank = 4, .dim = {1, 1, 1, 1}};

    return id == MOTE_NO_LAYER || call->builder->err.code != MOTE_OK ? &none
                                                                     : &mote_builder_graph(call->builder)->tensors[id];
}

int32_t mote_layer_channels(const mote_layer_call *call)
{
    const mote_tensor *in = mote_layer_in(call, 0);

    return in->dim[in->rank - 1];
}

mote_shape_text mote_layer_shape(const mote_layer_call *call, int index)
{
    mote_tensor sample = *mote_layer_in(call, index);
    int         i;

    sample.rank--;
    for (i = 0; i < sample.rank; i++)
        sample.dim[i] = sample.dim[i + 1];
    return mote_shape_show(&sample);
}

mote_layer_id mote_layer_fail(const mote_layer_call *call, mote_status code, const char *format, ...)
{
    char    text[MOTE_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mote_fail(&call->builder->err, code, "layer \"%s\": %s", mote_show_string(call->name).text, text);
    return MOTE_NO_LAYER;
}

mote_id mote_layer_weight(const mote_layer_call *call, const mote_weight *weight)
{
    mote_builder       *builder = call->builder;
    const bool          is_frozen = weight->is_frozen || (builder->source && builder->source->is_frozen);
    mote_initialization how = {weight->initializer, weight->fan_in, weight->fan_out, builder->seed, builder->weight_count};
    mote_tensor         tensor = {.dtype = MOTE_F32, .rank = weight->rank, .kind = MOTE_CONST};
    size_t              count;
    mote_id             id;

    if (builder->err.code != MOTE_OK)
        return MOTE_NONE;
    if (builder->source && (id = builder->source->find(builder->source, weight)) != MOTE_NONE)
        return id;
    memcpy(tensor.dim, weight->dim, sizeof weight->dim);
    count = mote_tensor_count(&tensor);
    if (count > builder->max_parameters - builder->parameter_count)
        return mote_layer_fail(call, MOTE_ERR_LIMIT, "%s %s makes the network larger than %zu parameters", weight->name,
                               mote_shape_show(&tensor).text, builder->max_parameters);
    builder->parameter_count += count;
    builder->weight_count++;
    tensor.name = mote_arena_printf(&builder->model->arena, &builder->err, "%s/%s", call->name, weight->name);
    tensor.data = mote_arena_alloc(&builder->model->arena, count, sizeof(float), &builder->err);
    if (!tensor.name || !tensor.data)
        return MOTE_NONE;
    tensor.origin = (uint32_t)mote_builder_graph(builder)->tensor_count;
    tensor.regularizer = weight->regularizer;
    tensor.is_frozen = is_frozen && !weight->is_fixed;
    tensor.is_trainable = !weight->is_fixed && !is_frozen && builder->graph == 0; /* what runs in a loop is not trained */
    if (!builder->source)
        mote_initialize(&how, tensor.data, count);
    id = mote_graph_add_tensor(builder->model, mote_builder_graph(builder), &tensor, &builder->err);
    if (builder->weights_of_layer < MOTE_LAYER_WEIGHTS_MAX && builder->graph == 0) {
        builder->weights[builder->weights_of_layer] = id;
        builder->layouts[builder->weights_of_layer] = weight->keras;
    }
    builder->weights_of_layer++;
    if (builder->source && id != MOTE_NONE)
        builder->source->fill(builder->source, call, weight, id);
    return id;
}

mote_id mote_layer_bias(const mote_layer_call *call, int32_t count, mote_initializer initializer,
                        mote_regularizer regularizer)
{
    return mote_layer_weight(call, &(mote_weight){.name = "bias",
                                                  .rank = 1,
                                                  .dim = {count},
                                                  .initializer = initializer,
                                                  .fan_in = count,
                                                  .fan_out = count,
                                                  .regularizer = regularizer});
}

mote_id mote_layer_integers(const mote_layer_call *call, const char *name, const int32_t *values, int32_t count)
{
    return mote_layer_integers_of(call, name, 1, &count, values);
}

mote_id mote_layer_integers_of(const mote_layer_call *call, const char *name, int32_t rank, const int32_t *dim,
                               const int32_t *values)
{
    mote_builder *builder = call->builder;
    const char   *full_name = mote_arena_printf(&builder->model->arena, &builder->err, "%s/%s", call->name, name);
    mote_id       id;

    if (!full_name)
        return MOTE_NONE;
    id = mote_graph_add_const(builder->model, mote_builder_graph(builder), full_name, MOTE_I32, rank, dim, values,
                              &builder->err);
    if (id != MOTE_NONE)
        mote_builder_graph(builder)->tensors[id].origin = (uint32_t)id;
    return id;
}

/* An optional operand at the end is left out. */
static int count_present(const mote_node *node)
{
    return node->in[node->in_count - 1] == MOTE_NONE ? node->in_count - 1 : node->in_count;
}

mote_status mote_layer_node_of_many(const mote_layer_call *call, const mote_node *spec, const char *out_name,
                                    mote_dtype dtype, mote_id *out)
{
    mote_builder *builder = call->builder;
    mote_node     node = *spec, *added;
    int32_t       i;

    for (i = 0; i < node.out_count; i++)
        out[i] = MOTE_NO_LAYER;
    if (builder->err.code != MOTE_OK)
        return builder->err.code;
    for (i = 0; i < node.out_count; i++)
        out[i] = add_activation_tensor(builder, (mote_tensor){.name = out_name, .dtype = dtype});
    node.name = call->name;
    node.origin = (uint32_t)mote_builder_graph(builder)->node_count;
    node.in_count = count_present(&node);
    node.out = out;
    added = builder->err.code == MOTE_OK
                ? mote_graph_add_node(builder->model, mote_builder_graph(builder), &node, &builder->err)
                : NULL;
    if (added && mote_op_infer(builder->model, mote_builder_graph(builder), added, &builder->err) == MOTE_OK)
        return MOTE_OK;
    for (i = 0; i < node.out_count; i++)
        out[i] = MOTE_NO_LAYER;
    return builder->err.code;
}

static mote_layer_id add_node(const mote_layer_call *call, const mote_node *spec, const char *out_name, mote_dtype dtype)
{
    mote_node node = *spec;
    mote_id   out;

    node.out_count = 1;
    mote_layer_node_of_many(call, &node, out_name, dtype, &out);
    return out;
}

mote_layer_id mote_layer_node(const mote_layer_call *call, const mote_node *node)
{
    return add_node(call, node, call->name, MOTE_F32);
}

mote_layer_id mote_layer_inner_node(const mote_layer_call *call, const mote_node *node, const char *suffix)
{
    return mote_layer_inner_node_of(call, node, suffix, MOTE_F32);
}

mote_layer_id mote_layer_inner_node_of(const mote_layer_call *call, const mote_node *node, const char *suffix,
                                       mote_dtype dtype)
{
    char name[NAME_LENGTH_MAX + 32];

    snprintf(name, sizeof name, "%s/%s", call->name, suffix);
    return add_node(call, node, name, dtype);
}

mote_layer_id mote_layer_simple_node(const mote_layer_call *call, mote_op_kind op, mote_attrs attributes)
{
    mote_id in = call->in[0];

    return mote_layer_node(call, &(mote_node){.op = op, .in = &in, .in_count = 1, .as = attributes});
}

/* suffix NULL: the layer's output. */
static mote_layer_id add_activation(const mote_layer_call *call, mote_layer_id x, mote_activation activation,
                                    const char *suffix)
{
    static const mote_op_kind kinds[] = {
#define ACTIVATION(NAME, word, KIND, fused) [MOTE_ACTIVATION_##NAME] = MOTE_OP_##KIND,
#include "layers/activations.def"
#undef ACTIVATION
    };
    mote_id   in = x;
    mote_node node = {.op = kinds[activation], .in = &in, .in_count = 1};

    if (kinds[activation] == MOTE_OP_COUNT)
        return mote_layer_composed(call, x, activation, suffix);
    if (activation == MOTE_ACTIVATION_SOFTMAX)
        node.as.softmax.beta = 1;
    return suffix ? mote_layer_inner_node(call, &node, suffix) : mote_layer_node(call, &node);
}

mote_layer_id mote_layer_activation_node(const mote_layer_call *call, mote_layer_id x, mote_activation activation)
{
    return add_activation(call, x, activation, NULL);
}

mote_layer_id mote_layer_inner_activated_node(const mote_layer_call *call, const mote_node *node, mote_activation activation,
                                              const char *suffix)
{
    static const mrt_activation all_fused[] = {
#define ACTIVATION(NAME, word, KIND, fused) [MOTE_ACTIVATION_##NAME] = fused,
#include "layers/activations.def"
#undef ACTIVATION
    };
    mote_node first = *node;

    if (activation != MOTE_ACTIVATION_LINEAR && all_fused[activation] == MRT_ACT_NONE)
        return add_activation(call, mote_layer_inner_node(call, node, "linear"), activation, suffix);
    first.activation = all_fused[activation];
    return suffix ? mote_layer_inner_node(call, &first, suffix) : mote_layer_node(call, &first);
}

mote_layer_id mote_layer_activated_node(const mote_layer_call *call, const mote_node *node, mote_activation activation)
{
    return mote_layer_inner_activated_node(call, node, activation, NULL);
}
