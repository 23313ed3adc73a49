/* config.json: layers by class with their arguments, and how they are wired. Arguments are a layer's keys, whose names and
 * words are Keras' own. SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "formats/keras/writing.h"
#include "layers/goals.h"
#include "layers/layer.h"
#include "layers/optimizers.h"

/* The shortest decimal that reads back to the float: 0.1, not 0.100000001. */
static json_t *print_float(float value)
{
    char   digits[32];
    double shown = (double)value;
    int    precision;

    for (precision = 1; precision <= 9; precision++) {
        mote_format(digits, sizeof digits, "%.*g", precision, (double)value);
        if (mote_parse_number(digits, &shown) && (float)shown == value)
            break;
    }
    return json_real(shown);
}

/* ---- arguments ---- */

static json_t *print_word(const mote_word *words, int value)
{
    const mote_word *word = words;

    while (word->word && word->value != value)
        word++;
    return words == mote_switch_words ? json_boolean(value == MOTE_SWITCH_ON) : mote_json_text(word->word);
}

static json_t *print_integers(const int32_t *values, int32_t count)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < count; i++)
        mote_json_append(&list, json_integer(values[i]));
    return list;
}

/* A single one stands alone; four are two pairs where that is what the key has. */
static json_t *print_numbers(const mote_key *key, const mote_numbers *numbers)
{
    json_t *pairs;

    if (numbers->count == 0)
        return json_null();
    if (numbers->count == 1)
        return json_integer(numbers->values[0]);
    if (numbers->count != 4 || !key->in_pairs)
        return print_integers(numbers->values, numbers->count);
    pairs = json_array();
    mote_json_append(&pairs, print_integers(numbers->values, 2));
    mote_json_append(&pairs, print_integers(numbers->values + 2, 2));
    return pairs;
}

static json_t *print_floats(const mote_floats *floats)
{
    json_t *list;
    int32_t i;

    if (floats->count < 2)
        return floats->count == 0 ? json_null() : print_float(floats->values[0]);
    list = json_array();
    for (i = 0; i < floats->count; i++)
        mote_json_append(&list, print_float(floats->values[i]));
    return list;
}

/* A number that there is no default for. */
static json_t *print_integer(const mote_key *key, int value)
{
    return value == 0 && key->standard == 0 && key->min > 0 ? json_null() : json_integer(value);
}

static json_t *print_keys(const mote_keras_writing *w, json_t *config, const mote_key *keys, const void *options);

/* A layer inside another one. */
static json_t *print_inner(const mote_keras_writing *w, const mote_inner_layer *inner)
{
    const mote_layer_type *type = mote_layer_type_find(inner->type);
    json_t                *config = json_object(), *object = json_object();

    mote_json_set(&config, "name", json_string(type->name));
    mote_json_set(&config, "trainable", json_true());
    mote_json_set(&config, "dtype", json_string("float32"));
    config = print_keys(w, config, type->keys, &inner->as);
    mote_json_set(&object, "module", json_string("keras.layers")); /* both versions of Keras want it here */
    mote_json_set(&object, "class_name", json_string(type->keras_class));
    mote_json_set(&object, "config", config);
    mote_json_set(&object, "registered_name", json_null());
    return object;
}

/* An object of one of Keras' classes; Keras 3 wants to know the module. */
static json_t *print_object(const mote_keras_writing *w, const char *module, const char *class_name, json_t *config)
{
    json_t *object = json_object();

    if (!w->is_version_2)
        mote_json_set(&object, "module", json_string(module));
    mote_json_set(&object, "class_name", json_string(class_name));
    mote_json_set(&object, "config", config);
    if (!w->is_version_2)
        mote_json_set(&object, "registered_name", json_null());
    return object;
}

static bool is_regularizing(const mote_key *key, const void *options)
{
    const mote_regularizer *r = (const void *)((const char *)options + key->offset);

    return r->l1 != 0 || r->l2 != 0;
}

static json_t *print_regularizer(const mote_keras_writing *w, const mote_regularizer *r)
{
    json_t *config = json_object();

    if (r->l1 != 0)
        mote_json_set(&config, "l1", print_float(r->l1));
    if (r->l2 != 0)
        mote_json_set(&config, "l2", print_float(r->l2));
    return print_object(w, "keras.regularizers", r->l1 == 0 ? "L2" : r->l2 == 0 ? "L1" : "L1L2", config);
}

/* Strides of pooling may be left out: null, as in Keras. */
static json_t *print_value(const mote_keras_writing *w, const mote_key *key, const void *options)
{
    const void *member = (const char *)options + key->offset;

    switch (key->kind) {
    case MOTE_KEY_INT:
        return key->words ? print_word(key->words, *(const int *)member) : print_integer(key, *(const int *)member);
    case MOTE_KEY_LAYER:
        return print_inner(w, member);
    case MOTE_KEY_PAIR:
        return *(const int *)member == 0 ? json_null() : print_integers(member, 2);
    case MOTE_KEY_NUMBERS:
        return print_numbers(key, member);
    case MOTE_KEY_SHAPE:
        return print_integers(((const mote_shape *)member)->dims, ((const mote_shape *)member)->rank);
    case MOTE_KEY_FLOATS:
        return print_floats(member);
    case MOTE_KEY_FLOAT:
        return key->may_lack && *(const float *)member == 0 ? json_null() : print_float(*(const float *)member);
    case MOTE_KEY_REGULARIZER:
        return print_regularizer(w, member);
    default:
        assert(false); /* no layer has such a key */
        return NULL;
    }
}

/* LeakyReLU's slope was "alpha" before Keras 3. */
static const char *name_of(const mote_keras_writing *w, const mote_key *key)
{
    return w->is_version_2 && key == mote_layer_type_leaky_relu.keys ? "alpha" : key->name;
}

static json_t *print_keys(const mote_keras_writing *w, json_t *config, const mote_key *keys, const void *options)
{
    const mote_key *key;

    for (key = keys; key->name; key++)
        if (key->kind != MOTE_KEY_REGULARIZER || is_regularizing(key, options))
            mote_json_set(&config, name_of(w, key), print_value(w, key, options));
    return config;
}

/* Keras 3 makes SpatialDropout of its own words alone, and this is none of them. */
static void set_trainable(const mote_keras_writing *w, const mote_keras_written *layer, const char *class_name,
                          json_t *config)
{
    if (strncmp(class_name, "SpatialDropout", 14) != 0)
        mote_json_set(&config, "trainable", json_boolean(!mote_keras_is_frozen(w, layer->record)));
    else
        json_object_del(config, "trainable");
}

static json_t *print_arguments(const mote_keras_writing *w, const mote_keras_written *layer)
{
    const mote_layer_type *type = layer->record->type;
    json_t                *config = json_object();

    mote_json_set(&config, "name", json_string(layer->name));
    set_trainable(w, layer, type->keras_class, config);
    mote_json_set(&config, "dtype", json_string("float32"));
    config = print_keys(w, config, type->keys, layer->record->options);
    if (type->is_image || type->has_format || type == &mote_layer_type_flatten)
        mote_json_set(&config, "data_format", json_string("channels_last"));
    return config;
}

/* ---- what a file said ---- */

static void rename_key(json_t *config, const char *from, const char *to)
{
    json_t *value = json_incref(json_object_get(config, from));

    if (!value)
        return;
    json_object_del(config, from);
    mote_json_set(&config, to, value);
}

static void drop_keys(json_t *config, const char *const *keys)
{
    for (; *keys; keys++)
        json_object_del(config, *keys);
}

/* Where the two versions of Keras have other words. */
static void settle_words(const mote_keras_writing *w, const char *class_name, json_t *config)
{
    static const char *const first_layer[] = {"batch_input_shape", "batch_shape", "input_shape", NULL};
    static const char *const plain_conv[] = {
        "groups", "filters", "kernel_initializer", "kernel_regularizer", "kernel_constraint", NULL};
    json_t *axis = json_object_get(config, "axis");

    drop_keys(config, first_layer);
    if (strncmp(class_name, "DepthwiseConv", 13) == 0)
        drop_keys(config, plain_conv);
    if (strncmp(class_name, "SeparableConv", 13) == 0 || strstr(class_name, "Transpose"))
        json_object_del(config, "groups");
    if (strcmp(class_name, "LeakyReLU") == 0)
        rename_key(config, w->is_version_2 ? "negative_slope" : "alpha", w->is_version_2 ? "alpha" : "negative_slope");
    if (strcmp(class_name, "BatchNormalization") == 0 && json_array_size(axis) == 1)
        mote_json_set(&config, "axis", json_incref(json_array_get(axis, 0)));
}

static bool is_layer(json_t *object)
{
    const char *module = json_string_value(json_object_get(object, "module"));

    return module && strcmp(module, "keras.layers") == 0;
}

/* What is null is meant everywhere, and one version of Keras may not know the word. Keras 2 takes objects (initializers)
 * without a module, but for layers inside layers. */
static void drop_nulls(const mote_keras_writing *w, json_t *value, bool is_inner)
{
    static const char *const version_3[] = {"module", "registered_name", NULL};
    const char              *key;
    json_t                  *member;
    void                    *next;

    if (is_inner && w->is_version_2 && !is_layer(value))
        drop_keys(value, version_3);
    json_object_foreach_safe(value, next, key, member)
    {
        if (json_is_object(member))
            drop_nulls(w, member, true);
        else if (json_is_null(member) && strcmp(key, "registered_name") != 0)
            json_object_del(value, key);
    }
}

/* As the file had it, but for the name, for what training has done, and for words that only one version of Keras knows. */
static json_t *print_kept(const mote_keras_writing *w, const mote_keras_written *layer)
{
    json_t *config = json_loads(layer->record->keras->config, JSON_ALLOW_NUL, NULL);

    if (!config)
        return NULL;
    settle_words(w, layer->class_name, config);
    drop_nulls(w, config, false);
    mote_json_set(&config, "name", json_string(layer->name));
    set_trainable(w, layer, layer->class_name, config);
    mote_json_set(&config, "dtype", json_string("float32"));
    return config;
}

/* [null, 28, 28, 1] */
static json_t *print_shape(const mote_keras_writing *w, mote_id id)
{
    const mote_tensor *tensor = &w->model->graphs[0].tensors[id];
    json_t            *shape = json_array();
    int32_t            i;

    mote_json_append(&shape, json_null());
    for (i = 1; i < tensor->rank; i++)
        mote_json_append(&shape, json_integer(tensor->dim[i]));
    return shape;
}

static json_t *print_input(const mote_keras_writing *w, const mote_keras_written *layer)
{
    json_t *config = json_object();

    mote_json_set(&config, w->is_version_2 ? "batch_input_shape" : "batch_shape", print_shape(w, layer->record->out));
    mote_json_set(&config, "dtype", json_string("float32"));
    mote_json_set(&config, "sparse", json_false());
    if (w->is_version_2)
        mote_json_set(&config, "ragged", json_false());
    mote_json_set(&config, "name", json_string(layer->name));
    return config;
}

/* ---- objects ---- */

static json_t *print_layer(const mote_keras_writing *w, const mote_keras_written *layer)
{
    return print_object(w, "keras.layers", layer->class_name,
                        layer->record->keras  ? print_kept(w, layer)
                        : layer->record->type ? print_arguments(w, layer)
                                              : print_input(w, layer));
}

/* ---- wires ---- */

/* ["dense", 0, 0]: the first output of the layer's first call. */
static json_t *print_place(const mote_keras_writing *w, mote_id id)
{
    json_t *place = json_array();

    mote_json_append(&place, json_string(w->layers[w->by_tensor[id]].name));
    mote_json_append(&place, json_integer(0));
    mote_json_append(&place, json_integer(0));
    return place;
}

static json_t *print_tensor(const mote_keras_writing *w, mote_id id)
{
    json_t *config = json_object(), *tensor = json_object();

    mote_json_set(&config, "shape", print_shape(w, id));
    mote_json_set(&config, "dtype", json_string("float32"));
    mote_json_set(&config, "keras_history", print_place(w, id));
    mote_json_set(&tensor, "class_name", json_string("__keras_tensor__"));
    mote_json_set(&tensor, "config", config);
    return tensor;
}

/* Layers that take a list. */
static bool takes_many(const mote_layer_record *record)
{
    return !mote_keras_is_attention(record) && (record->keras ? record->in_count > 1 : record->type->in_min > 0);
}

static json_t *print_kwargs(const mote_layer_record *record)
{
    json_t *kwargs = json_object();

    if (record->keras && record->keras->is_inferring)
        mote_json_set(&kwargs, "training", json_false());
    return kwargs;
}

/* Keras 3: {"args": [tensor], "kwargs": {}}; of a layer of many inputs the argument is their list. */
static json_t *print_call(const mote_keras_writing *w, const mote_layer_record *record)
{
    json_t *call = json_object(), *arguments = json_array(), *list = json_array();
    int32_t i;

    for (i = 0; i < record->in_count; i++)
        mote_json_append(takes_many(record) ? &list : &arguments, print_tensor(w, record->in[i]));
    if (mote_keras_is_attention(record) && record->in_count == 1) /* of itself */
        mote_json_append(&arguments, print_tensor(w, record->in[0]));
    if (takes_many(record))
        mote_json_append(&arguments, list);
    else
        json_decref(list);
    mote_json_set(&call, "args", arguments);
    mote_json_set(&call, "kwargs", print_kwargs(record));
    return call;
}

/* Keras 2: [["dense", 0, 0, {}], ...] */
static json_t *print_call_2(const mote_keras_writing *w, const mote_layer_record *record)
{
    json_t *call = json_array();
    int32_t i;

    for (i = 0; i < record->in_count; i++) {
        json_t *place = print_place(w, record->in[i]);
        mote_json_append(&place, print_kwargs(record));
        mote_json_append(&call, place);
    }
    return call;
}

static json_t *print_node(const mote_keras_writing *w, const mote_keras_written *layer)
{
    json_t *object = print_layer(w, layer), *nodes = json_array();

    if (!mote_keras_is_input(layer->record))
        mote_json_append(&nodes, w->is_version_2 ? print_call_2(w, layer->record) : print_call(w, layer->record));
    mote_json_set(&object, "name", json_string(layer->name));
    mote_json_set(&object, "inbound_nodes", nodes);
    return object;
}

/* A single one stands for itself, so that the loaded model answers with an array and not with a list of one. */
static json_t *print_ends(const mote_keras_writing *w, const mote_id *ids, int32_t count)
{
    json_t *ends = json_array();
    int32_t i;

    if (count == 1 && !w->is_version_2) {
        json_decref(ends);
        return print_place(w, ids[0]);
    }
    for (i = 0; i < count; i++)
        mote_json_append(&ends, print_place(w, ids[i]));
    return ends;
}

json_t *mote_keras_model_config(const mote_keras_writing *w)
{
    const mote_graph *graph = &w->model->graphs[0];
    json_t           *config = json_object(), *layers = json_array(), *model;
    int32_t           i;

    for (i = 0; i < w->model->layer_count; i++)
        mote_json_append(&layers, (w->is_sequential ? print_layer : print_node)(w, &w->layers[i]));
    mote_json_set(&config, "name", json_string(w->name));
    mote_json_set(&config, "trainable", json_true());
    mote_json_set(&config, "layers", layers);
    if (w->is_sequential)
        return print_object(w, "keras", "Sequential", config);
    mote_json_set(&config, "input_layers", print_ends(w, graph->inputs, graph->input_count));
    mote_json_set(&config, "output_layers", print_ends(w, graph->outputs, graph->output_count));
    model = print_object(w, "keras.src.models.functional", "Functional", config);
    if (!w->is_version_2)
        mote_json_set(&model, "registered_name", json_string("Functional"));
    return model;
}

/* ---- training ---- */

static json_t *print_argument(const mote_key *key, const void *options)
{
    const void *member = (const char *)options + key->offset;

    switch (key->kind) {
    case MOTE_KEY_BOOL:
        return json_boolean(*(const bool *)member);
    case MOTE_KEY_INT:
        return json_integer(*(const int *)member);
    case MOTE_KEY_U64:
        return json_integer((json_int_t) * (const uint64_t *)member);
    case MOTE_KEY_DOUBLE:
        return json_real(*(const double *)member);
    default:
        return print_float(*(const float *)member);
    }
}

/* A null in Keras where a zero says that there is none. */
static bool is_left_out(const mote_key *key, json_t *value)
{
    return strcmp(key->name, "warmup_target") == 0 && json_number_value(value) == 0;
}

static void put_arguments(json_t **config, const mote_key *keys, const void *options, bool only_set)
{
    for (; keys->name; keys++) {
        json_t *value = print_argument(keys, options);
        if ((only_set && (json_is_false(value) || json_number_value(value) == 0) && !json_is_true(value)) ||
            is_left_out(keys, value)) {
            json_decref(value);
            continue;
        }
        mote_json_set(config, keys->name, value);
    }
}

/* By name, or, where it has arguments, as an object. In `.h5` Keras 3 does not find "mse" and "mae" by their names: there
 * all are objects. */
static json_t *print_loss(const mote_keras_writing *w, const mote_goal *goal)
{
    const mote_loss_type *type = &mote_loss_types[goal->loss];
    json_t               *config = json_object();

    if (goal->from_logits && type->takes_logits)
        mote_json_set(&config, "from_logits", json_true());
    put_arguments(&config, type->keys, goal, true);
    if (json_object_size(config) > 0 || w->is_version_2)
        return print_object(w, "keras.losses", type->keras_class, config);
    json_decref(config);
    return json_string(type->name);
}

/* Which accuracy it is follows from the loss: Keras works that out of the word. */
static json_t *print_metric(const mote_keras_writing *w, const mote_metric_type *type, const mote_goal *goal)
{
    json_t *config = json_object();

    put_arguments(&config, type->keys, goal, true);
    if (type->metric == MOTE_METRIC_F1_SCORE)
        mote_json_set(&config, "average", json_string("macro"));
    if (type->metric == MOTE_METRIC_ACCURACY || (json_object_size(config) == 0 && !w->is_version_2)) {
        json_decref(config);
        return json_string(type->name);
    }
    mote_json_set(&config, "name", json_string(type->name));
    return print_object(w, "keras.metrics", type->keras_class, config);
}

static json_t *print_metrics(const mote_keras_writing *w, const mote_goal *goal)
{
    const mote_metric_type *type;
    json_t                 *list = json_array();

    for (type = mote_metric_types; type->name; type++)
        if (goal->metrics & type->metric)
            mote_json_append(&list, print_metric(w, type, goal));
    return list;
}

static json_t *print_schedule(const mote_keras_writing *w, const mote_schedule *schedule)
{
    const mote_schedule_type *type = &mote_schedule_types[schedule->kind];
    json_t                   *config = json_object(), *boundaries = json_array(), *values = json_array();
    int32_t                   i;

    put_arguments(&config, type->keys, schedule, false);
    for (i = 0; i < schedule->boundary_count; i++)
        mote_json_append(&boundaries, json_integer((json_int_t)schedule->boundaries[i]));
    for (i = 0; schedule->boundary_count > 0 && i <= schedule->boundary_count; i++)
        mote_json_append(&values, print_float(schedule->values[i]));
    if (schedule->boundary_count > 0) {
        mote_json_set(&config, "boundaries", boundaries);
        mote_json_set(&config, "values", values);
    } else {
        json_decref(boundaries);
        json_decref(values);
    }
    return print_object(w, "keras.optimizers.schedules", type->keras_class, config);
}

static json_t *print_optimizer(const mote_keras_writing *w)
{
    const mote_optimizer      *o = &w->model->optimizer;
    const mote_optimizer_type *type = &mote_optimizer_types[o->kind];
    json_t                    *config = json_object();

    mote_json_set(&config, "name", json_string(type->name));
    mote_json_set(&config, "learning_rate", o->schedule ? print_schedule(w, o->schedule) : print_float(o->learning_rate));
    put_arguments(&config, type->keys, o, false);
    put_arguments(&config, type->more, o, true);
    return print_object(w, "keras.optimizers", type->keras_class, config);
}

static int32_t output_count(const mote_keras_writing *w)
{
    return w->model->graphs[0].output_count;
}

bool mote_keras_is_compiled(const mote_keras_writing *w)
{
    bool    is_known = w->model->is_trained && output_count(w) <= MOTE_TARGETS_MAX;
    int32_t i;

    for (i = 0; is_known && i < output_count(w); i++)
        is_known = w->model->recipe.output[i].has_goal;
    return is_known;
}

/* One output's are plain, of several there are lists in their order. */
json_t *mote_keras_compile_config(const mote_keras_writing *w)
{
    const bool is_single = output_count(w) == 1;
    json_t    *config = json_object(), *losses = json_array(), *weights = json_array(), *metrics = json_array();
    int32_t    i;

    mote_json_set(&config, w->is_version_2 ? "optimizer_config" : "optimizer", print_optimizer(w));
    for (i = 0; i < output_count(w) && !is_single; i++) {
        const mote_goal *goal = &w->model->recipe.output[i].goal;
        mote_json_append(&losses, print_loss(w, goal));
        mote_json_append(&weights, print_float(goal->weight != 0 ? goal->weight : 1));
        mote_json_append(&metrics, print_metrics(w, goal));
    }
    if (is_single) {
        json_decref(losses);
        json_decref(weights);
        json_decref(metrics);
        losses = print_loss(w, &w->model->recipe.output[0].goal);
        weights = json_null();
        metrics = print_metrics(w, &w->model->recipe.output[0].goal);
    }
    mote_json_set(&config, "loss", losses);
    mote_json_set(&config, "loss_weights", weights);
    mote_json_set(&config, "metrics", metrics);
    mote_json_set(&config, "weighted_metrics", json_null());
    return config;
}
