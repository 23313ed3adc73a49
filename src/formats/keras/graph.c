/* Sequential and Functional: which layer is called on what, in an order in which everything is there.
 *
 * Keras 3 writes a call as {args, kwargs} in which tensors are objects that name layer, call and output; Keras 2 as a list
 * of [layer, call, output, kwargs]. Both become args and kwargs here. A nested model is called like a layer; its layers keep
 * their weights over several calls, and each call has a scope of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "formats/keras/layer.h"

enum { LAYERS_MAX = 4096, CALLS_MAX = 1024, ROUNDS_MAX = 256 };

static mote_error *error_of(mote_keras_reader *r)
{
    return &r->builder->err;
}

static bool has_failed(mote_keras_reader *r)
{
    return r->builder->err.code != MOTE_OK;
}

static const char *text_at(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* ---- layers of a model ---- */

static bool is_model(const char *class_name)
{
    return strcmp(class_name, "Sequential") == 0 || strcmp(class_name, "Functional") == 0 ||
           strcmp(class_name, "Model") == 0;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Keras' own rule: "Conv2D" is conv2d, "ReLU" re_lu, "BatchNormalization" batch_normalization. */
static char *snake_case(mote_keras_reader *r, const char *name)
{
    const size_t length = strlen(name);
    char        *out = mote_arena_alloc(&r->arena, 2 * length + 1, 1, error_of(r));
    size_t       i, used = 0;

    for (i = 0; out && i < length; i++) {
        const bool begins = i > 0 && is_upper(name[i]) && i + 1 < length && is_lower(name[i + 1]);
        const bool ends = i > 0 && is_upper(name[i]) && is_lower(name[i - 1]);
        if (!isalnum((unsigned char)name[i]) && name[i] != '_')
            continue;
        if (begins || ends)
            out[used++] = '_';
        out[used++] = (char)tolower((unsigned char)name[i]);
    }
    return out;
}

/* How many layers before it have the same class: the name of its folder. */
static const char *folder_of(mote_keras_reader *r, const mote_keras_model *model, int32_t index)
{
    const char *name = snake_case(r, model->layers[index].class_name);
    int         same = 0;
    int32_t     i;

    for (i = 0; name && i < index; i++)
        same += !(model->layers[i].type && model->layers[i].type->has_no_layer) &&
                !(model->is_sequential && model->layers[i].is_input) &&
                strcmp(model->layers[i].class_name, model->layers[index].class_name) == 0;
    return !name ? NULL : mote_arena_printf(&r->arena, error_of(r), same ? "layers/%s_%d/" : "layers/%s/", name, same);
}

/* ---- names of arrays in .h5 ---- */

const char **mote_keras_names(mote_keras_reader *r, mote_hdf5_object object, const char *attribute, int32_t *count,
                              mote_error *err)
{
    const char **all = NULL, **part, **more;
    char         numbered[40];
    int32_t      n, i;

    if (mote_hdf5_texts(&r->weights, object, attribute, &r->arena, &all, count, err) != MOTE_OK || *count >= 0)
        return all;
    for (*count = 0, i = 0;; i++) {
        snprintf(numbered, sizeof numbered, "%s%d", attribute, (int)i);
        if (mote_hdf5_texts(&r->weights, object, numbered, &r->arena, &part, &n, err) != MOTE_OK || n < 0)
            return all;
        if (!(more = MOTE_NEW(&r->arena, const char *, *count + n + 1, err)))
            return NULL;
        if (*count > 0)
            memcpy(more, all, (size_t)*count * sizeof *more);
        memcpy(more + *count, part, (size_t)n * sizeof *more);
        all = more;
        *count += n;
    }
}

/* A layer right below the model has a group; its arrays are named in it. */
static void place_in_group(mote_keras_reader *r, mote_keras_layer *layer)
{
    const char      *group = mote_arena_printf(&r->arena, error_of(r), "model_weights/%s", layer->own_name), **names;
    mote_hdf5_object object;
    bool             found;
    int32_t          i, count = 0;

    if (!group || mote_hdf5_find(&r->weights, group, &object, &found, error_of(r)) != MOTE_OK || !found)
        return;
    names = mote_keras_names(r, object, "weight_names", &count, error_of(r));
    if (!names)
        names = MOTE_NEW(&r->arena, const char *, 1, error_of(r)); /* none, which is not unknown */
    for (i = 0; i < count && !has_failed(r); i++)
        names[i] = mote_arena_printf(&r->arena, error_of(r), "%s/%s", group, names[i]);
    layer->place.names = names;
    layer->place.name_count = has_failed(r) ? 0 : count;
}

/* Whether a path has the layer's name, which may have slashes, as whole components. */
static bool passes_through(const char *path, const char *name)
{
    const size_t length = strlen(name);
    const char  *at = path;

    for (; (at = strstr(at, name)) != NULL; at++)
        if ((at == path || at[-1] == '/') && at[length] == '/')
            return true;
    return false;
}

static bool any_passes_through(const mote_keras_place *place, size_t skip, const char *name)
{
    int32_t i;

    for (i = 0; i < place->name_count; i++)
        if (strlen(place->names[i]) > skip && passes_through(place->names[i] + skip, name))
            return true;
    return false;
}

/* Of a nested model's arrays those that are the layer's. */
static void place_among(mote_keras_reader *r, mote_keras_layer *layer, const mote_keras_place *around, size_t skip)
{
    const char **names = MOTE_NEW(&r->arena, const char *, around->name_count + 1, error_of(r));
    int32_t      i, count = 0;

    if (names && is_model(layer->class_name) && !any_passes_through(around, skip, layer->own_name)) {
        layer->place = *around; /* Keras 2 may leave the names of models out */
        return;
    }
    for (i = 0; names && i < around->name_count; i++)
        if (strlen(around->names[i]) > skip && passes_through(around->names[i] + skip, layer->own_name))
            names[count++] = around->names[i];
    layer->place.names = names;
    layer->place.name_count = count;
}

static void place_layer(mote_keras_reader *r, mote_keras_model *model, int32_t index, const mote_keras_place *around)
{
    mote_keras_layer *layer = &model->layers[index];
    const char       *folder;

    if (layer->is_input || (layer->type && layer->type->has_no_layer))
        return;
    if (r->is_h5 && !around->names) {
        place_in_group(r, layer);
        return;
    }
    if (r->is_h5) { /* "model_weights/inner/" is in all paths, and perhaps "inner/" again */
        const char *first = around->name_count > 0 ? around->names[0] : "";
        const char *own = strrchr(model->prefix, '/') ? model->prefix : "";
        size_t      skip = strlen("model_weights/");
        while (strncmp(first + skip, own, strlen(own)) == 0 && own[0])
            skip += strlen(own);
        place_among(r, layer, around, first[0] ? skip : 0);
        return;
    }
    folder = folder_of(r, model, index);
    layer->place.path = folder ? mote_arena_printf(&r->arena, error_of(r), "%s%s", around->path, folder) : NULL;
}

/* ---- reading the configuration ---- */

static mote_keras_model *read_model(mote_keras_reader *r, json_t *object, const char *prefix, const mote_keras_place *around,
                                    int depth);

/* In .h5 Keras 3 leaves the module out, and "Add" is a layer or keras.ops.add; but a layer has a type. */
static bool is_operator_entry(json_t *object)
{
    const char *module = text_at(object, "module"), *class_name = text_at(object, "class_name");
    json_t     *config = json_object_get(object, "config");

    if (!module && json_is_object(json_array_get(json_object_get(object, "inbound_nodes"), 0)) &&
        !json_object_get(config, "trainable") && !json_object_get(config, "dtype"))
        return true;
    return (module && strncmp(module, "keras.src.ops", 13) == 0) ||
           (class_name && (strcmp(class_name, "TFOpLambda") == 0 || strcmp(class_name, "SlicingOpLambda") == 0 ||
                           strcmp(class_name, "TensorFlowOpLayer") == 0));
}

static void note_lack(mote_keras_reader *r, const char *name, const char *class_name)
{
    if (r->lack_count++ < 12)
        mote_text_printf(&r->lacks, "%s%s (%s)", r->lacks.count ? ", " : "", mote_show_string(name).text,
                         mote_show_string(class_name).text);
}

static void find_type(mote_keras_reader *r, mote_keras_layer *layer, json_t *object)
{
    const bool  is_operator = is_operator_entry(object);
    const char *function = text_at(layer->config, "function");
    const char *name = function && is_operator ? function : layer->class_name;

    layer->type = mote_keras_find_type(name, is_operator);
    if (!layer->type)
        note_lack(r, layer->name, name);
}

static mote_status read_layer(mote_keras_reader *r, mote_keras_model *model, int32_t index, json_t *object,
                              const mote_keras_place *around, int depth)
{
    mote_keras_layer *layer = &model->layers[index];
    const char       *name;

    layer->config = json_object_get(object, "config");
    layer->class_name = text_at(object, "class_name");
    layer->nodes = json_object_get(object, "inbound_nodes");
    name = text_at(layer->config, "name");
    name = name ? name : text_at(object, "name");
    if (!layer->class_name || (!json_is_object(layer->config) && !json_is_array(layer->config)) || !name)
        return mote_fail(error_of(r), MOTE_ERR_FORMAT, "layer %d of the configuration has no class, name or config",
                         (int)index);
    if (strchr(layer->class_name, '>'))
        layer->class_name = strrchr(layer->class_name, '>') + 1; /* "Package>Custom" */
    layer->own_name = name;
    layer->name = mote_arena_printf(&r->arena, error_of(r), "%s%s", model->prefix, name);
    layer->is_input = strcmp(layer->class_name, "InputLayer") == 0;
    layer->listed = r->listed++;
    if (!layer->is_input && !is_model(layer->class_name))
        find_type(r, layer, object);
    place_layer(r, model, index, around);
    if (!is_model(layer->class_name) || has_failed(r))
        return error_of(r)->code;
    layer->model =
        read_model(r, object, mote_arena_printf(&r->arena, error_of(r), "%s/", layer->name), &layer->place, depth + 1);
    return error_of(r)->code;
}

static bool has_version_3_nodes(json_t *layers)
{
    json_t *layer, *first;
    size_t  i;

    json_array_foreach(layers, i, layer)
    {
        first = json_array_get(json_object_get(layer, "inbound_nodes"), 0);
        if (first)
            return json_is_object(first);
    }
    return false;
}

static mote_keras_model *read_model(mote_keras_reader *r, json_t *object, const char *prefix, const mote_keras_place *around,
                                    int depth)
{
    json_t           *config = json_object_get(object, "config"), *layers, *layer;
    const char       *class_name = text_at(object, "class_name");
    mote_keras_model *model = MOTE_NEW(&r->arena, mote_keras_model, 1, error_of(r));
    size_t            i;

    layers = json_is_array(config) ? config : json_object_get(config, "layers"); /* Keras 1's Sequential is a list */
    if (!model || !prefix)
        return NULL;
    r->layer_total += (int32_t)(json_array_size(layers) < LAYERS_MAX ? json_array_size(layers) : LAYERS_MAX);
    if (!class_name || !json_is_array(layers) || depth > MOTE_KERAS_DEPTH_MAX || r->layer_total > LAYERS_MAX) {
        mote_fail(error_of(r), depth > MOTE_KERAS_DEPTH_MAX || json_is_array(layers) ? MOTE_ERR_LIMIT : MOTE_ERR_FORMAT,
                  !json_is_array(layers)         ? "the configuration has no layers"
                  : depth > MOTE_KERAS_DEPTH_MAX ? "models are nested too deep"
                                                 : "too many layers");
        return NULL;
    }
    model->prefix = prefix;
    model->is_sequential = strcmp(class_name, "Sequential") == 0;
    model->is_version_3 = model->is_sequential ? r->is_version_3 : has_version_3_nodes(layers);
    model->inputs = json_object_get(config, "input_layers");
    model->outputs = json_object_get(config, "output_layers");
    model->build_shape = json_object_get(config, "build_input_shape");
    model->layer_count = (int32_t)json_array_size(layers);
    model->layers = MOTE_NEW(&r->arena, mote_keras_layer, model->layer_count + 1, error_of(r));
    for (i = 0; model->layers && i < json_array_size(layers); i++) {
        layer = json_array_get(layers, i);
        if (read_layer(r, model, (int32_t)i, layer, around, depth) != MOTE_OK)
            return NULL;
    }
    return has_failed(r) ? NULL : model;
}

/* ---- tensors by name ---- */

typedef struct reference {
    const char *layer;
    int32_t     call, output;
} reference;

static bool is_small(json_t *number)
{
    return json_is_integer(number) && json_integer_value(number) >= 0 && json_integer_value(number) < CALLS_MAX;
}

/* ["dense", 0, 0], or with kwargs as a fourth element. */
static bool read_triple(json_t *list, reference *out)
{
    if (!json_is_array(list) || json_array_size(list) < 3 || json_array_size(list) > 4 ||
        !json_is_string(json_array_get(list, 0)) || !is_small(json_array_get(list, 1)) || !is_small(json_array_get(list, 2)))
        return false;
    *out = (reference){json_string_value(json_array_get(list, 0)), (int32_t)json_integer_value(json_array_get(list, 1)),
                       (int32_t)json_integer_value(json_array_get(list, 2))};
    return true;
}

static bool read_reference(json_t *value, reference *out)
{
    const char *class_name = json_is_object(value) ? text_at(value, "class_name") : NULL;

    if (class_name)
        return strcmp(class_name, "__keras_tensor__") == 0 &&
               read_triple(json_object_get(json_object_get(value, "config"), "keras_history"), out);
    return read_triple(value, out);
}

static int compare_names(const void *a, const void *b)
{
    const mote_keras_layer *const *x = a, *const *y = b;
    const int                      order = strcmp((*x)->own_name, (*y)->own_name);

    return order ? order : *x < *y ? -1 : *x > *y;
}

static mote_status sort_names(mote_keras_reader *r, mote_keras_model *model)
{
    int32_t i;

    model->by_name = MOTE_NEW(&r->arena, const mote_keras_layer *, model->layer_count + 1, error_of(r));
    if (!model->by_name)
        return error_of(r)->code;
    for (i = 0; i < model->layer_count; i++)
        model->by_name[i] = &model->layers[i];
    qsort(model->by_name, (size_t)model->layer_count, sizeof *model->by_name, compare_names);
    return MOTE_OK;
}

static int compare_with_name(const void *name, const void *layer)
{
    return strcmp(name, (*(const mote_keras_layer *const *)layer)->own_name);
}

static mote_keras_value *find_value(const mote_keras_scope *scope, const reference *wanted)
{
    const mote_keras_model        *model = scope->model;
    const mote_keras_layer *const *found =
        model->by_name ? bsearch(wanted->layer, model->by_name, (size_t)model->layer_count, sizeof *found, compare_with_name)
                       : NULL;
    int32_t at;

    if (!found)
        return NULL;
    at = wanted->call - (*found)->first_node;
    return at >= 0 && at < (int32_t)json_array_size((*found)->nodes) + (*found)->is_input
               ? &scope->values[*found - model->layers][at]
               : NULL;
}

/* Calls visit for every tensor that a value names; false as soon as one call answers so. Lists in lists, and objects by
 * key, as Keras flattens them. */
typedef bool visit_reference(void *user, const reference *found);

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool each_reference(json_t *value, visit_reference *visit, void *user);

static bool each_member(json_t *value, visit_reference *visit, void *user)
{
    enum { KEYS_MAX = 64 };
    const char *keys[KEYS_MAX], *key;
    json_t     *member;
    size_t      count = 0, i;

    json_object_foreach(value, key, member) if (count < KEYS_MAX) keys[count++] = key;
    qsort(keys, count, sizeof *keys, by_key);
    for (i = 0; i < count; i++)
        if (!each_reference(json_object_get(value, keys[i]), visit, user))
            return false;
    return true;
}

static bool each_reference(json_t *value, visit_reference *visit, void *user)
{
    reference found;
    json_t   *member;
    size_t    i;

    if (read_reference(value, &found))
        return visit(user, &found);
    if (json_is_object(value))
        return each_member(value, visit, user);
    json_array_foreach(value, i, member) if (!each_reference(member, visit, user)) return false;
    return true;
}

static bool is_there(void *user, const reference *found)
{
    mote_keras_value *value = find_value(user, found);

    return value && value->is_done;
}

typedef struct gathering {
    const mote_keras_scope *scope;
    mote_id                 ids[MOTE_NODE_IN_MAX];
    int32_t                 count;
    bool                    is_masked, is_broken;
} gathering;

static bool gather(void *user, const reference *found)
{
    gathering        *g = user;
    mote_keras_value *value = find_value(g->scope, found);

    if (!value || !value->is_done || found->output >= value->count || g->count == MOTE_NODE_IN_MAX) {
        g->is_broken = true;
        return false;
    }
    g->ids[g->count++] = value->ids[found->output];
    g->is_masked |= value->is_masked;
    return true;
}

/* ---- the numbers of calls ---- */

typedef struct numbering {
    const mote_keras_layer *layer;
    int32_t                 least, most;
} numbering;

static bool note_number(void *user, const reference *found)
{
    numbering *n = user;

    if (strcmp(found->layer, n->layer->own_name) == 0) {
        n->least = found->call < n->least ? found->call : n->least;
        n->most = found->call > n->most ? found->call : n->most;
    }
    return true;
}

/* Some versions of Keras count a nested model's own wiring as its first call, so that 1 is the first here. */
static void number_calls(mote_keras_model *model, mote_keras_layer *layer)
{
    const int32_t count = (int32_t)json_array_size(layer->nodes);
    numbering     n = {layer, INT32_MAX, 0};
    int32_t       i;

    for (i = 0; i < model->layer_count; i++)
        each_reference(model->layers[i].nodes, note_number, &n);
    each_reference(model->outputs, note_number, &n);
    layer->first_node = n.least > 0 && (n.most >= count || !model->is_version_3);
}

/* ---- arguments ---- */

json_t *mote_keras_argument(const mote_keras_call *k, size_t place, const char *name)
{
    json_t *value = json_array_get(k->args, place);

    if (!value)
        value = json_object_get(k->kwargs, name);
    if (!value && k->layer->type->has_no_layer) /* keras.ops keep settings in the operator */
        value = json_object_get(k->config, name);
    return json_is_null(value) ? NULL : value;
}

bool mote_keras_names_tensor(const mote_keras_call *k, json_t *argument)
{
    reference found;

    return read_reference(argument, &found) && find_value(k->scope, &found);
}

mote_id mote_keras_operand(mote_keras_call *k, json_t *argument)
{
    gathering   g = {.scope = k->scope};
    mote_tensor numbers;
    reference   found;

    if (mote_keras_failed(k))
        return MOTE_NO_LAYER;
    if (json_is_string(json_array_get(argument, 0)) &&
        strcmp(json_string_value(json_array_get(argument, 0)), "_CONSTANT_VALUE") == 0)
        argument = json_array_get(argument, 2); /* Keras 2: 0.5 * x */
    if (read_reference(argument, &found) && gather(&g, &found)) {
        k->is_masked |= g.is_masked;
        return g.ids[0];
    }
    if (mote_keras_numbers(k, argument, &numbers))
        return mote_keras_floats_const(k, numbers.rank, numbers.dim, numbers.data);
    MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "an operand is neither a tensor nor numbers");
    return MOTE_NO_LAYER;
}

/* ---- calls ---- */

static bool is_float32(json_t *dtype)
{
    const char *name = json_string_value(dtype);

    if (json_is_object(dtype))
        name = text_at(json_object_get(dtype, "config"), "name");
    return !name || strcmp(name, "float32") == 0 || strcmp(name, "float64") == 0 || strncmp(name, "int", 3) == 0 ||
           strncmp(name, "uint", 4) == 0 || strcmp(name, "bool") == 0 || strcmp(name, "string") == 0;
}

static void check_dtype(mote_keras_call *k)
{
    json_t     *dtype = mote_keras_get(k, "dtype");
    const char *class_name = json_is_object(dtype) ? text_at(dtype, "class_name") : NULL;

    if (class_name && strstr(class_name, "Quantized"))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "it is quantized by Keras; save the model before model.quantize()");
    else if (!is_float32(dtype))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED,
                        "it does not compute in float32; save a copy of the model that does (keras.dtype_policies)");
}

/* The output that the call made is called as the layer; one that it hands on keeps its name. */
static void name_outputs(mote_keras_call *k, int32_t first_tensor)
{
    mote_graph *graph = mote_builder_graph(k->base.builder);
    int32_t     i;

    for (i = 0; i < k->out_count && !mote_keras_failed(k); i++)
        if (k->out[i] >= first_tensor && graph->tensors[k->out[i]].kind == MOTE_ACTIVATION)
            graph->tensors[k->out[i]].name = i == 0
                                                 ? k->base.name
                                                 : mote_arena_printf(&k->base.builder->model->arena, &k->base.builder->err,
                                                                     "%s:%d", k->base.name, (int)i);
}

/* For whoever asks what became of a layer. */
static void tell_sources(mote_keras_call *k)
{
    mote_model *model = k->base.builder->model;
    int32_t     i;

    for (i = 0; i < k->out_count && !mote_keras_failed(k); i++) {
        const char   *is = model->graphs[0].tensors[k->out[i]].name;
        mote_name_row row = {.source = k->base.name, .ours = is};
        if (i > 0)
            row.source = mote_arena_printf(&model->arena, &k->base.builder->err, "%s:%d", k->base.name, (int)i);
        row.fate = row.source && strcmp(row.source, is) == 0 ? MOTE_FATE_KEPT : MOTE_FATE_SAME;
        if (row.source)
            mote_model_add_source(model, &row, &k->base.builder->err);
    }
}

bool mote_keras_is_to_train(const mote_keras_call *k)
{
    return !k->reader->is_to_run && k->base.builder->graph == 0;
}

static const char *call_name(mote_keras_reader *r, mote_keras_layer *layer)
{
    return layer->call_count++ == 0 ? mote_arena_strdup(&r->builder->model->arena, layer->name, error_of(r))
                                    : mote_arena_printf(&r->builder->model->arena, error_of(r), "%s:call_%d", layer->name,
                                                        (int)layer->call_count - 1);
}

static void run_layer(mote_keras_call *k)
{
    mote_keras_reader *r = k->reader;
    mote_keras_call   *before = r->call;

    r->call = k;
    check_dtype(k);
    if (k->layer->type->reads_mask && k->is_masked && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED,
                        "its input is masked (Masking, or mask_zero of an Embedding), and it would leave masked steps out; "
                        "mote computes all steps");
    if (!k->layer->type->is_operator && k->base.in_count == 0 && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "it is called on nothing");
    if (!mote_keras_failed(k))
        k->layer->type->add(k);
    r->call = before;
}

static void call_model(mote_keras_reader *r, mote_keras_model *model, const mote_id *in, int32_t in_count, bool is_masked,
                       mote_keras_value *out);

static void call_layer(mote_keras_reader *r, const mote_keras_scope *scope, mote_keras_layer *layer, json_t *args,
                       json_t *kwargs, const gathering *in, mote_keras_value *out)
{
    mote_keras_call k = {.reader = r,
                         .scope = scope,
                         .layer = layer,
                         .config = layer->config,
                         .args = args,
                         .kwargs = kwargs,
                         .place = layer->place,
                         .is_masked = in->is_masked,
                         .base = {.builder = r->builder, .in = in->ids, .in_count = in->count}};
    const int32_t   first = mote_builder_graph(r->builder)->tensor_count,
                  first_node = mote_builder_graph(r->builder)->node_count;
    const bool was_inferring = r->is_inferring;

    if (json_is_false(json_object_get(kwargs, "training")))
        mote_keras_infer(r, layer);
    if (layer->model) {
        call_model(r, layer->model, in->ids, in->count, in->is_masked, out);
        r->is_inferring = was_inferring;
        return;
    }
    if (!(k.base.name = call_name(r, layer)))
        return;
    if (strlen(k.base.name) > 99)
        MOTE_KERAS_FAIL(&k, MOTE_ERR_LIMIT, "the name is longer than 99 characters");
    run_layer(&k);
    name_outputs(&k, first);
    if (r->builder->graph == 0) /* what a loop runs has names of its own, and is not trained */
        tell_sources(&k);
    if (!r->is_to_run && r->builder->graph == 0 && !has_failed(r)) {
        mote_keras_record_call(&k, first, first_node);
        mote_keras_note_untrained(&k);
    }
    r->is_inferring = was_inferring;
    memcpy(out->ids, k.out, sizeof out->ids);
    out->count = k.out_count;
    out->is_masked = k.is_masked;
    out->is_done = true;
}

/* ---- Functional ---- */

static json_t *kwargs_of(const mote_keras_model *model, json_t *node)
{
    json_t *first = json_array_get(node, 0);

    if (model->is_version_3)
        return json_object_get(node, "kwargs");
    return json_is_string(first) ? json_array_get(node, 3) : json_array_get(first, 3);
}

/* Keras 2's list in version 3's form, which belongs to the reader. */
static json_t *args_of(mote_keras_reader *r, const mote_keras_model *model, json_t *node)
{
    json_t *args, *first = json_array_get(node, 0);

    if (model->is_version_3)
        return json_object_get(node, "args");
    args = json_array();
    mote_json_append(&args, json_incref(json_array_size(node) == 1 && json_is_array(first) ? first : node));
    mote_json_append(&r->made, args);
    if (!r->made)
        mote_fail(error_of(r), MOTE_ERR_MEMORY, "out of memory");
    return json_array_get(r->made, json_array_size(r->made) - 1);
}

/* True when the call was made. */
static bool try_call(mote_keras_reader *r, const mote_keras_scope *scope, int32_t l, int32_t n)
{
    mote_keras_layer *layer = &scope->model->layers[l];
    mote_keras_value *value = &scope->values[l][n];
    gathering         in = {.scope = scope};
    json_t           *args, *node = json_array_get(layer->nodes, (size_t)n), *kwargs = kwargs_of(scope->model, node);

    if (value->is_done || !each_reference(node, is_there, (void *)scope) || !each_reference(kwargs, is_there, (void *)scope))
        return false;
    args = args_of(r, scope->model, node);
    if (has_failed(r))
        return false;
    each_reference(args, gather, &in);
    if (in.is_broken)
        mote_fail(error_of(r), MOTE_ERR_FORMAT, "layer \"%s\": it is called on a tensor that there is not",
                  mote_show_string(layer->name).text);
    in.is_masked |= json_is_object(json_object_get(kwargs, "mask")) || json_is_array(json_object_get(kwargs, "mask"));
    if (!has_failed(r))
        call_layer(r, scope, layer, args, kwargs, &in, value);
    return !has_failed(r);
}

static mote_keras_scope *open_scope(mote_keras_reader *r, mote_keras_model *model)
{
    mote_keras_scope *scope = MOTE_NEW(&r->arena, mote_keras_scope, 1, error_of(r));
    int32_t           i;

    if (!scope)
        return NULL;
    scope->model = model;
    scope->values = MOTE_NEW(&r->arena, mote_keras_value *, model->layer_count + 1, error_of(r));
    if (!scope->values)
        return NULL;
    for (i = 0; i < model->layer_count; i++) {
        size_t count = json_array_size(model->layers[i].nodes) + 1;
        if (count > CALLS_MAX)
            mote_fail(error_of(r), MOTE_ERR_LIMIT, "layer \"%s\" is called more than %d times",
                      mote_show_string(model->layers[i].name).text, CALLS_MAX);
        else
            scope->values[i] = MOTE_NEW(&r->arena, mote_keras_value, count, error_of(r));
        if (has_failed(r))
            return NULL;
    }
    return scope;
}

typedef struct input_filling {
    const mote_keras_scope *scope;
    const mote_id          *in;
    int32_t                 in_count, at;
    bool                    is_masked, is_broken;
} input_filling;

static bool fill_input(void *user, const reference *found)
{
    input_filling    *f = user;
    mote_keras_value *value = find_value(f->scope, found);

    if (!value || f->at >= f->in_count) {
        f->is_broken = true;
        return false;
    }
    *value = (mote_keras_value){.ids = {f->in[f->at++]}, .count = 1, .is_done = true, .is_masked = f->is_masked};
    return true;
}

/* Keras lists layers in an order in which most are ready; those that are called again take a round more. */
static void run_calls(mote_keras_reader *r, const mote_keras_scope *scope)
{
    bool    goes_on = true;
    int32_t round, l, n;

    for (round = 0; round < ROUNDS_MAX && goes_on && !has_failed(r); round++) {
        goes_on = false;
        for (l = 0; l < scope->model->layer_count; l++)
            for (n = 0; n < (int32_t)json_array_size(scope->model->layers[l].nodes); n++)
                goes_on |= !has_failed(r) && try_call(r, scope, l, n);
    }
}

static void call_functional(mote_keras_reader *r, mote_keras_model *model, const mote_id *in, int32_t in_count,
                            bool is_masked, mote_keras_value *out)
{
    mote_keras_scope *scope = open_scope(r, model);
    input_filling     filling = {.scope = scope, .in = in, .in_count = in_count, .is_masked = is_masked};
    gathering         outputs = {.scope = scope};
    int32_t           i;

    if (!scope)
        return;
    if (sort_names(r, model) != MOTE_OK)
        return;
    for (i = 0; i < model->layer_count; i++)
        if (model->layers[i].model)
            number_calls(model, &model->layers[i]);
    each_reference(model->inputs, fill_input, &filling);
    if (filling.is_broken || filling.at != in_count) {
        mote_fail(error_of(r), MOTE_ERR_FORMAT, "model \"%s\" is called on %d tensors, and has other inputs",
                  mote_show_string(model->prefix).text, (int)in_count);
        return;
    }
    run_calls(r, scope);
    if (has_failed(r))
        return;
    each_reference(model->outputs, gather, &outputs);
    if (outputs.is_broken || outputs.count == 0 || outputs.count > MOTE_KERAS_OUT_MAX) {
        mote_fail(error_of(r), MOTE_ERR_FORMAT, "an output of model \"%s\" is computed by no layer that can be called",
                  mote_show_string(model->prefix).text);
        return;
    }
    memcpy(out->ids, outputs.ids, sizeof out->ids);
    out->count = outputs.count;
    out->is_masked = outputs.is_masked;
    out->is_done = true;
}

/* ---- Sequential ---- */

static void call_sequential(mote_keras_reader *r, mote_keras_model *model, const mote_id *in, int32_t in_count,
                            bool is_masked, mote_keras_value *out)
{
    mote_keras_scope scope = {.model = model};
    gathering        now = {.count = in_count, .is_masked = is_masked};
    int32_t          i;

    memcpy(now.ids, in, (size_t)in_count * sizeof *in);
    for (i = 0; i < model->layer_count && !has_failed(r); i++) {
        if (model->layers[i].is_input)
            continue;
        *out = (mote_keras_value){0};
        call_layer(r, &scope, &model->layers[i], NULL, NULL, &now, out);
        memcpy(now.ids, out->ids, sizeof out->ids);
        now.count = out->count;
        now.is_masked = out->is_masked;
    }
    memcpy(out->ids, now.ids, sizeof out->ids);
    out->count = now.count;
    out->is_masked = now.is_masked;
    out->is_done = true;
}

static void call_model(mote_keras_reader *r, mote_keras_model *model, const mote_id *in, int32_t in_count, bool is_masked,
                       mote_keras_value *out)
{
    if (in_count < 1 || in_count > MOTE_KERAS_OUT_MAX)
        mote_fail(error_of(r), MOTE_ERR_LIMIT, "model \"%s\" is called on %d tensors; 1 to %d are possible",
                  mote_show_string(model->prefix).text, (int)in_count, MOTE_KERAS_OUT_MAX);
    else if (model->is_sequential)
        call_sequential(r, model, in, in_count, is_masked, out);
    else
        call_functional(r, model, in, in_count, is_masked, out);
}

/* ---- a layer inside a layer ---- */

mote_id mote_keras_call_inner(mote_keras_call *k, json_t *object, const char *sub, int32_t first, mote_id x)
{
    mote_keras_reader *r = k->reader;
    const char        *class_name = text_at(object, "class_name");
    mote_keras_layer   inner = *k->layer;
    mote_keras_call    c = *k;

    if (mote_keras_failed(k))
        return MOTE_NO_LAYER;
    inner.config = c.config = json_object_get(object, "config");
    inner.type = class_name ? mote_keras_find_type(class_name, false) : NULL;
    if (!inner.type || inner.type->is_operator) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a %s inside it is not supported", mote_show_string(class_name).text);
        return MOTE_NO_LAYER;
    }
    c.layer = &inner;
    c.base.in = &x;
    c.base.in_count = 1;
    c.out_count = 0;
    c.place.first += first;
    if (c.place.path)
        c.place.path = mote_arena_printf(&r->arena, error_of(r), "%s%s", k->place.path, sub);
    run_layer(&c);
    memcpy(k->layer->weights, inner.weights, sizeof inner.weights);
    k->layer->weight_count = inner.weight_count;
    k->node_count = c.node_count;
    return c.out_count > 0 ? c.out[0] : MOTE_NO_LAYER;
}

/* ---- inputs of the whole ---- */

static const mote_input_shape *shape_given(const mote_keras_reader *r, const char *name, int32_t input_count)
{
    int32_t i;

    for (i = 0; r->options && i < r->options->shape_count; i++)
        if (r->options->shapes[i].name ? strcmp(r->options->shapes[i].name, name) == 0 : input_count == 1)
            return &r->options->shapes[i];
    return NULL;
}

static mote_dtype input_dtype(json_t *config)
{
    const char *name = json_string_value(json_object_get(config, "dtype"));

    return name && (strcmp(name, "int32") == 0 || strcmp(name, "int64") == 0) ? MOTE_I32 : MOTE_F32;
}

/* -1 where the file leaves it open. */
static int32_t dim_of(json_t *shape, size_t i)
{
    json_t *dim = json_array_get(shape, i);

    return json_is_integer(dim) && json_integer_value(dim) >= 0 && json_integer_value(dim) <= INT32_MAX
               ? (int32_t)json_integer_value(dim)
               : -1;
}

static mote_status take_shape(mote_keras_reader *r, const char *name, json_t *shape, const mote_input_shape *given,
                              int32_t *dim)
{
    const int32_t rank = (int32_t)json_array_size(shape);
    int32_t       i;

    if (given && given->rank != rank)
        return mote_fail(error_of(r), MOTE_ERR_USAGE, "input %s has %d dimensions, and a shape of %d was given",
                         mote_show_string(name).text, (int)rank, (int)given->rank);
    for (i = 0; i < rank; i++) {
        dim[i] = dim_of(shape, (size_t)i);
        if (given && (given->dim[i] < 1 || (dim[i] >= 0 && dim[i] != given->dim[i])))
            return mote_fail(error_of(r), MOTE_ERR_USAGE, "input %s: dimension %d is %d in the file, and %d was given",
                             mote_show_string(name).text, (int)i, (int)dim[i], (int)given->dim[i]);
        if (given)
            dim[i] = given->dim[i];
        if (i > 0 && dim[i] < 0)
            return mote_fail(error_of(r), MOTE_ERR_UNSUPPORTED,
                             "input %s: dimension %d is open; only the batch (dimension 0) may be: give the input's "
                             "shape, as in --input-shape 1,16,8",
                             mote_show_string(name).text, (int)i);
    }
    return MOTE_OK;
}

static mote_id add_input(mote_keras_reader *r, const char *name, json_t *config, json_t *shape, int32_t input_count)
{
    const mote_input_shape *given = shape_given(r, name, input_count);
    int32_t                 dim[MOTE_RANK_MAX] = {0};
    const size_t            rank = json_array_size(shape);

    if (rank < 2 || rank > MOTE_RANK_MAX) {
        mote_fail(error_of(r), MOTE_ERR_UNSUPPORTED, "input %s has %zu dimensions; 2 to %d are possible, the batch included",
                  mote_show_string(name).text, rank, MOTE_RANK_MAX);
        return MOTE_NO_LAYER;
    }
    if (take_shape(r, name, shape, given, dim) != MOTE_OK)
        return MOTE_NO_LAYER;
    return mote_layer_typed_input(r->builder, name, input_dtype(config), dim[0] > 0 ? dim[0] : 0, (int32_t)rank - 1,
                                  dim + 1);
}

static json_t *shape_of(json_t *config)
{
    json_t *shape = json_object_get(config, "batch_shape");

    return shape ? shape : json_object_get(config, "batch_input_shape");
}

/* A Sequential model has one input; without a layer for it the first layer says its shape, or the model. */
static void add_sequential_input(mote_keras_reader *r, mote_keras_model *model, mote_id *in, int32_t *count)
{
    mote_keras_layer *first = model->layers;
    json_t           *config = first->config, *shape = shape_of(config);

    *count = 1;
    if (first->model && !first->is_input && !shape && !model->build_shape) { /* a model at its beginning */
        mote_keras_model *inner = first->model;
        config = inner->layer_count > 0 ? inner->layers[0].config : NULL;
        shape = shape_of(config);
    }
    if (!shape || json_is_null(shape))
        shape = model->build_shape;
    if (!json_is_array(shape)) {
        mote_fail(error_of(r), MOTE_ERR_UNSUPPORTED,
                  "the model was never built, so its input has no shape; call it once on "
                  "data, or give it an Input, before it is saved");
        return;
    }
    in[0] = add_input(r, first->is_input ? first->own_name : "input", config, shape, 1);
}

typedef struct input_adding {
    mote_keras_reader *r;
    mote_keras_model  *model;
    mote_id           *in;
    int32_t            count, total;
    bool               is_broken;
} input_adding;

static bool count_one(void *user, const reference *found)
{
    (void)found;
    ++*(int32_t *)user;
    return true;
}

static bool add_one(void *user, const reference *found)
{
    input_adding *a = user;
    int32_t       i;

    for (i = 0; i < a->model->layer_count; i++) {
        const mote_keras_layer *layer = &a->model->layers[i];
        if (!layer->is_input || strcmp(layer->own_name, found->layer) != 0 || a->count == MOTE_FEATURES_MAX)
            continue;
        a->in[a->count++] = add_input(a->r, layer->own_name, layer->config, shape_of(layer->config), a->total);
        return true;
    }
    a->is_broken = true;
    return false;
}

static void add_inputs(mote_keras_reader *r, mote_keras_model *model, mote_id *in, int32_t *count)
{
    input_adding adding = {.r = r, .model = model, .in = in};

    if (model->is_sequential && model->layer_count > 0) {
        add_sequential_input(r, model, in, count);
        return;
    }
    each_reference(model->inputs, count_one, &adding.total);
    each_reference(model->inputs, add_one, &adding);
    *count = adding.count;
    if ((adding.is_broken || adding.count == 0) && !has_failed(r))
        mote_fail(error_of(r), MOTE_ERR_FORMAT, "the configuration does not say the model's inputs");
}

static mote_status check_given(mote_keras_reader *r)
{
    const mote_graph *graph = &r->builder->model->graphs[0];
    int32_t           k, i;

    for (k = 0; r->options && k < r->options->shape_count; k++) {
        const char *name = r->options->shapes[k].name;
        for (i = 0; name && i < r->builder->input_count; i++)
            if (strcmp(graph->tensors[r->builder->inputs[i]].name, name) == 0)
                break;
        if (name ? i == r->builder->input_count : r->builder->input_count != 1)
            return mote_fail(error_of(r), MOTE_ERR_USAGE,
                             "a shape for input %s, which the model does not have; `mote inspect` names its inputs",
                             name ? mote_show_string(name).text : "(none named)");
    }
    return MOTE_OK;
}

/* ---- the whole ---- */

static mote_status fail_lacks(mote_keras_reader *r)
{
    MOTE_TRY(mote_text_status(&r->lacks, error_of(r)));
    if (r->lack_count > 12)
        mote_text_printf(&r->lacks, " and %d more", r->lack_count - 12);
    return mote_fail(error_of(r), MOTE_ERR_UNSUPPORTED, "layers that mote does not have: %.400s",
                     r->lacks.bytes ? r->lacks.bytes : "");
}

static void check_outputs(mote_keras_reader *r, const mote_keras_value *out)
{
    const mote_graph *graph = &r->builder->model->graphs[0];
    int32_t           i;

    for (i = 0; i < out->count && !has_failed(r); i++)
        if (out->ids[i] < 0 || graph->tensors[out->ids[i]].kind != MOTE_ACTIVATION)
            mote_fail(error_of(r), MOTE_ERR_UNSUPPORTED, "output %d is a constant", (int)i);
}

mote_status mote_keras_build(mote_keras_reader *r, json_t *config)
{
    const mote_keras_place top = {.path = ""};
    mote_keras_model      *model = read_model(r, config, "", &top, 0);
    mote_keras_value       out = {0};
    mote_id                in[MOTE_FEATURES_MAX];
    int32_t                count = 0;

    if (!model)
        return error_of(r)->code;
    if (r->lack_count > 0)
        return fail_lacks(r);
    add_inputs(r, model, in, &count);
    MOTE_TRY(error_of(r)->code);
    MOTE_TRY(check_given(r));
    call_model(r, model, in, count, false, &out);
    MOTE_TRY(error_of(r)->code);
    check_outputs(r, &out);
    r->out = out;
    return error_of(r)->code;
}
