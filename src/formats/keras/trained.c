/* What a file says beside the network as it runs: layers as they can be written again, the optimizer and what it remembers.
 *
 *     Keras 3    optimizer/vars/0: iterations, 1: learning rate, then the slots
 *     .h5        optimizer_weights, in the order of its weight_names: iterations, in Keras 3 the learning rate, the slots
 *
 * Slots stand in the order of the layers that the file lists: those that an optimizer's row has beside each other (Adam's
 * two) side by side, others all of one kind after the other. SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/keras/layer.h"
#include "formats/keras/layout.h"
#include "formats/keras/writing.h"
#include "formats/recipe.h"
#include "layers/goals.h"
#include "layers/optimizers.h"

/* ---- layers ---- */

/* Whether the file has exactly the layer's weights, each an array: else something would be lost. */
static bool has_all_weights(const mote_keras_call *k)
{
    const mote_keras_layer *layer = k->layer;
    const char             *path;
    mote_weight_place       place;
    mote_error              ignored = {0};
    mote_hdf5_object        object;
    bool                    found = false;
    int32_t                 i;

    if (layer->has_arguments)
        return true;
    for (i = 0; i < layer->weight_count; i++)
        if (!layer->weights[i].is_whole)
            return false;
    if (layer->weight_count > MOTE_LAYER_WEIGHTS_MAX)
        return false;
    if (!layer->place.path)
        return layer->place.name_count == layer->weight_count;
    place = mote_keras_place_weight(layer->class_name, layer->weight_count, layer->weight_count);
    path = mote_arena_printf(&k->reader->arena, &ignored, "%s%svars/%d", layer->place.path, place.sub, (int)place.index);
    return path && mote_hdf5_find(&k->reader->weights, path, &object, &found, &ignored) == MOTE_OK && !found;
}

/* Attention reads what its operands are, by place; what stands by name is not kept. */
static bool has_named_operands(const mote_keras_call *k)
{
    return k->base.in_count > 2 || json_is_object(json_object_get(k->kwargs, "value")) ||
           json_is_object(json_object_get(k->kwargs, "key"));
}

static bool can_be_written(const mote_keras_call *k, mote_id first_tensor)
{
    const mote_keras_type *type = k->layer->type;

    if (strcmp(k->layer->class_name, "MultiHeadAttention") == 0 && has_named_operands(k))
        return false;
    return !type->is_operator && !type->has_no_layer && k->out_count == 1 && k->out[0] >= first_tensor &&
           k->layer->call_count == 1 && has_all_weights(k);
}

void mote_keras_record_call(mote_keras_call *k, mote_id first_tensor, int32_t first_node)
{
    mote_model       *model = k->base.builder->model;
    mote_keras_record keras = {
        .class_name = k->layer->class_name, .listed = k->layer->listed, .is_inferring = k->reader->is_inferring};
    mote_layer_record record = {.keras = &keras,
                                .name = k->base.name,
                                .in = (mote_id *)k->base.in,
                                .out = k->out[0],
                                .in_count = k->base.in_count,
                                .weight_count = k->layer->weight_count,
                                .node_count = model->graphs[0].node_count - first_node};
    char             *config;
    int32_t           i;

    if (!can_be_written(k, first_tensor))
        return;
    for (i = 0; i < record.weight_count; i++) {
        record.weight[i] = k->layer->weights[i].id;
        record.layout[i] = k->layer->weights[i].layout;
    }
    config = mote_json_print(json_incref(k->layer->config), JSON_COMPACT, &k->base.builder->err);
    keras.config = config;
    if (config)
        mote_model_add_layer(model, &record, &k->base.builder->err);
    free(config);
}

/* ---- what training passes over ---- */

/* What changes samples or the loss in Keras' training alone, and has no operator here. */
static bool is_noise(const char *class_name)
{
    return strcmp(class_name, "ActivityRegularization") == 0 || strncmp(class_name, "Random", 6) == 0;
}

void mote_keras_infer(mote_keras_reader *r, const mote_keras_layer *layer)
{
    if (!r->is_version_3)
        r->is_inferring = true;
    else if (!r->is_to_run)
        mote_text_printf(
            &r->untrained,
            "%s is called with training=False, which Keras 3 passes over in fit, and so does mote: freeze what is "
            "not to be trained\n",
            mote_show_string(layer->name).text);
}

/* Those of layers whose weights are a kernel and a bias, in this order. */
static int regularized_weight(const char *class_name, const char *key)
{
    static const char *const classes[] = {"Dense", "Conv2D", "Conv1D", "DepthwiseConv2D"};
    size_t                   i;

    for (i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(class_name, classes[i]) == 0)
            return strcmp(key, "bias_regularizer") == 0                                        ? 1
                   : strcmp(key, i == 3 ? "depthwise_regularizer" : "kernel_regularizer") == 0 ? 0
                                                                                               : -1;
    return -1;
}

/* "l2", or an object of the classes L1, L2 and L1L2 (L1L2 of both in Keras 2, too). */
static bool read_regularizer(json_t *value, mote_regularizer *out)
{
    const bool  is_object = json_is_object(value);
    const char *name = json_string_value(is_object ? json_object_get(value, "class_name") : value);
    json_t     *config = json_object_get(value, "config"), *l1 = json_object_get(config, "l1"),
           *l2 = json_object_get(config, "l2");

    if (!name || (strcasecmp(name, "l1") != 0 && strcasecmp(name, "l2") != 0 && strcasecmp(name, "l1l2") != 0 &&
                  strcasecmp(name, "l1_l2") != 0))
        return false;
    *out = (mote_regularizer){(float)json_number_value(l1), (float)json_number_value(l2)};
    if (!is_object)
        *out = (mote_regularizer){strcasecmp(name, "l2") != 0 ? 0.01f : 0, strcasecmp(name, "l1") != 0 ? 0.01f : 0};
    return out->l1 >= 0 && out->l1 <= 1e6f && out->l2 >= 0 && out->l2 <= 1e6f;
}

static bool take_regularizer(mote_keras_call *k, const char *key, json_t *value)
{
    const int        weight = regularized_weight(k->layer->class_name, key);
    mote_graph      *graph = &k->base.builder->model->graphs[0];
    mote_regularizer regularizer;

    if (weight < 0 || weight >= k->layer->weight_count || !read_regularizer(value, &regularizer) ||
        k->layer->weights[weight].id == MOTE_NONE)
        return false;
    graph->tensors[k->layer->weights[weight].id].regularizer = regularizer;
    return true;
}

void mote_keras_note_untrained(mote_keras_call *k)
{
    const char *key;
    json_t     *value;

    if (is_noise(k->layer->class_name) && !k->reader->is_inferring)
        mote_text_printf(&k->reader->untrained, "layer %s (%s) does nothing in training here\n",
                         mote_show_string(k->base.name).text, mote_show_string(k->layer->class_name).text);
    json_object_foreach(k->layer->config, key, value)
    {
        const char *end = strstr(key, "_regularizer");
        const char *other = strstr(key, "_constraint");
        if (!json_is_null(value) && ((end && !end[12]) || (other && !other[11])) && !take_regularizer(k, key, value))
            mote_text_printf(&k->reader->untrained, "layer %s: its %s does nothing in training here\n",
                             mote_show_string(k->base.name).text, mote_show_string(key).text);
    }
}

static mote_status take_notes(mote_keras_reader *r, mote_model *model, mote_error *err)
{
    char *line, *end;

    MOTE_TRY(mote_text_status(&r->untrained, err));
    for (line = r->untrained.bytes; line && (end = strchr(line, '\n')) != NULL; line = end + 1)
        MOTE_TRY(mote_model_add_note(model, err, "%.*s", (int)(end - line), line));
    return MOTE_OK;
}

/* ---- the optimizer ---- */

/* What mote's optimizers do not have; NULL: nothing. */
static const char *find_unknown(json_t *config)
{
    static const char *const keys[] = {"loss_scale_factor", "gradient_accumulation_steps"};
    size_t                   i;

    for (i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(config, keys[i]);
        if (value && !json_is_null(value) && !json_is_false(value) &&
            !(json_is_number(value) && json_number_value(value) == 0))
            return keys[i];
    }
    return NULL;
}

/* "Custom>Adam" */
static const char *bare_class(const char *name)
{
    return strrchr(name, '>') ? strrchr(name, '>') + 1 : name;
}

static bool find_kind(const char *class_name, mote_optimizer_kind *kind)
{
    for (*kind = 0; *kind < MOTE_OPTIMIZER_COUNT; (*kind)++)
        if (strcmp(bare_class(class_name), mote_optimizer_types[*kind].keras_class) == 0)
            return true;
    return false;
}

static void set_number(const mote_key *key, double number, void *member)
{
    if (key->kind == MOTE_KEY_FLOAT)
        *(float *)member = (float)number;
    else if (key->kind == MOTE_KEY_DOUBLE)
        *(double *)member = number;
    else if (key->kind == MOTE_KEY_U64)
        *(uint64_t *)member = (uint64_t)number;
    else
        *(int *)member = (int)number;
}

/* Of a table of keys; what is missing, null or zero stays. False: a number that the key does not allow. */
static bool read_arguments(json_t *config, const mote_key *keys, void *options)
{
    mote_error ignored = {0};

    for (; keys->name; keys++) {
        json_t      *value = json_object_get(config, keys->name);
        void        *member = (char *)options + keys->offset;
        const double number = json_number_value(value);
        if (keys->kind == MOTE_KEY_BOOL)
            *(bool *)member = json_is_true(value);
        else if (json_is_number(value) && number != 0 && mote_key_check_number(keys, number, &ignored) != MOTE_OK)
            return false;
        else if (json_is_number(value) && number != 0)
            set_number(keys, number, member);
    }
    return true;
}

static bool read_pieces(json_t *config, mote_schedule *out, mote_arena *arena, mote_error *err)
{
    json_t      *boundaries = json_object_get(config, "boundaries"), *values = json_object_get(config, "values");
    const size_t count = json_array_size(boundaries);
    uint64_t    *steps = MOTE_NEW(arena, uint64_t, count + 1, err);
    float       *rates = MOTE_NEW(arena, float, count + 1, err);
    size_t       i;

    if (!steps || !rates || count < 1 || count > INT32_MAX - 1 || json_array_size(values) != count + 1)
        return false;
    for (i = 0; i <= count; i++) {
        const double step = json_number_value(json_array_get(boundaries, i));
        rates[i] = (float)json_number_value(json_array_get(values, i));
        if (!(rates[i] >= 0 && rates[i] <= 1e6f) || !(step >= 0 && step < 1e15))
            return false;
        steps[i] = (uint64_t)step;
        if (i > 0 && i < count && steps[i] <= steps[i - 1])
            return false;
    }
    out->boundaries = steps;
    out->values = rates;
    out->boundary_count = (int32_t)count;
    return true;
}

/* NULL where it is none of mote's. */
static const mote_schedule *read_schedule(json_t *object, mote_arena *arena, mote_error *err)
{
    const char    *class_name = json_string_value(json_object_get(object, "class_name"));
    json_t        *config = json_object_get(object, "config");
    mote_schedule *schedule = MOTE_NEW(arena, mote_schedule, 1, err);
    int            i = 0;

    while (class_name && i < MOTE_SCHEDULE_COUNT && strcmp(bare_class(class_name), mote_schedule_types[i].keras_class) != 0)
        i++;
    if (!schedule || !class_name || i == MOTE_SCHEDULE_COUNT)
        return NULL;
    schedule->kind = (mote_schedule_kind)i;
    if (!read_arguments(config, mote_schedule_types[i].keys, schedule) ||
        (schedule->kind == MOTE_SCHEDULE_PIECEWISE_CONSTANT_DECAY && !read_pieces(config, schedule, arena, err)))
        return NULL;
    if (schedule->warmup_target == 0)
        schedule->warmup_steps = 0;
    mote_schedule_complete(schedule, 1);
    return schedule;
}

/* What of an optimizer is none of mote's; NULL: nothing. */
static const char *take_arguments(json_t *config, mote_optimizer *out, mote_arena *arena, mote_error *err)
{
    json_t *rate = json_object_get(config, "learning_rate");

    if (json_is_object(rate) && !(out->schedule = read_schedule(rate, arena, err)))
        return "a schedule of its learning_rate";
    if (!read_arguments(config, mote_optimizer_types[out->kind].keys, out) ||
        !read_arguments(config, mote_optimizer_types[out->kind].more, out))
        return "a number out of its range";
    out->learning_rate = json_is_number(rate) ? (float)json_number_value(rate) : 0;
    if (!out->use_ema)
        out->ema_momentum = 0; /* Keras tells it anyway */
    mote_optimizer_complete(out);
    return NULL;
}

/* False, and why, where it is none of mote's. */
static bool read_optimizer(json_t *object, mote_optimizer *out, mote_arena *arena, char *why, size_t why_bytes,
                           mote_error *err)
{
    json_t     *config = json_object_get(object, "config");
    const char *class_name = json_string_value(json_object_get(object, "class_name")), *unknown = find_unknown(config);
    const bool  is_known = class_name && find_kind(class_name, &out->kind);

    if (is_known && !unknown)
        unknown = take_arguments(config, out, arena, err);
    if (is_known && !unknown)
        return true;
    snprintf(why, why_bytes, "%.60s%s%s", class_name ? mote_show_string(class_name).text : "it is not told",
             unknown ? " has " : "", unknown ? unknown : "");
    return false;
}

/* ---- what it was trained for ---- */

/* "SparseCategoricalCrossentropy" is sparse_categorical_crossentropy. */
static bool is_same_word(const char *a, const char *b)
{
    for (; *a || *b; a++, b++) {
        a += *a == '_';
        b += *b == '_';
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
    }
    return true;
}

static bool read_loss(json_t *value, mote_goal *goal)
{
    json_t     *config = json_object_get(value, "config");
    const char *name =
        json_is_object(value) ? json_string_value(json_object_get(value, "class_name")) : json_string_value(value);
    mote_loss loss;

    if (!name)
        return false;
    goal->from_logits = json_is_true(json_object_get(config, "from_logits"));
    goal->loss = mote_loss_find(name);
    for (loss = 0; goal->loss == MOTE_LOSS_COUNT && loss < MOTE_LOSS_COUNT; loss++)
        if (is_same_word(name, mote_loss_types[loss].name) ||
            strcmp(bare_class(name), mote_loss_types[loss].keras_class) == 0)
            goal->loss = loss;
    return goal->loss != MOTE_LOSS_COUNT && read_arguments(config, mote_loss_types[goal->loss].keys, goal);
}

/* By name or as objects; metrics that mote does not have are left out. */
static void read_metric(json_t *value, mote_goal *goal)
{
    const char             *class_name = json_string_value(json_object_get(value, "class_name"));
    const mote_metric_type *type;

    if (json_is_string(value))
        goal->metrics |= mote_metric_find(json_string_value(value));
    for (type = mote_metric_types; class_name && type->name; type++)
        if (strcmp(bare_class(class_name), type->keras_class) == 0 &&
            read_arguments(json_object_get(value, "config"), type->keys, goal))
            goal->metrics |= type->metric;
}

static void read_metrics(json_t *value, mote_goal *goal)
{
    json_t *member;
    size_t  i;

    if (!json_is_array(value))
        read_metric(value, goal);
    json_array_foreach(value, i, member) read_metric(member, goal);
}

/* Of several outputs by name or in order. */
static json_t *part_of(json_t *value, const mote_model *model, int32_t output)
{
    if (mote_model_output_count(model) == 1)
        return value;
    if (json_is_object(value) && !json_object_get(value, "class_name"))
        return json_object_get(value, mote_model_output(model, output).name);
    return json_is_array(value) ? json_array_get(value, (size_t)output) : value;
}

/* Where mote's own recipe does not tell. */
static void take_goals(mote_keras_reader *r, mote_model *model)
{
    json_t *weights = json_object_get(r->training, "loss_weights");
    int32_t i;

    for (i = 0; i < mote_model_output_count(model) && i < MOTE_TARGETS_MAX; i++) {
        mote_output_recipe *recipe = &model->recipe.output[i];
        mote_goal           goal = {0};
        if (recipe->has_goal || !read_loss(part_of(json_object_get(r->training, "loss"), model, i), &goal))
            continue;
        read_metrics(part_of(json_object_get(r->training, "metrics"), model, i), &goal);
        goal.weight = (float)json_number_value(part_of(weights, model, i));
        recipe->goal = goal;
        recipe->has_goal = true;
    }
}

/* ---- what it remembers ---- */

/* The weights that are trained, in the file's order. */
typedef struct trained_weights {
    const mote_tensor **tensors;
    mote_weight_layout *layouts;
    int32_t             count;
} trained_weights;

static int by_place(const void *a, const void *b)
{
    const mote_layer_record *const *x = a, *const *y = b;

    return ((*x)->keras->listed > (*y)->keras->listed) - ((*x)->keras->listed < (*y)->keras->listed);
}

/* False where some of the network's operators belong to no layer that is known as a whole. */
static bool list_layers(mote_keras_reader *r, const mote_model *model, const mote_layer_record **layers, int32_t *count)
{
    int32_t i, nodes = 0;

    (void)r;
    for (i = 0, *count = 0; i < model->layer_count; i++) {
        nodes += model->layers[i].node_count;
        if (model->layers[i].keras)
            layers[(*count)++] = &model->layers[i];
    }
    qsort(layers, (size_t)*count, sizeof *layers, by_place);
    return nodes == model->graphs[0].node_count;
}

static bool list_weights(mote_keras_reader *r, const mote_model *model, trained_weights *out, mote_error *err)
{
    const mote_layer_record **layers = MOTE_NEW(&r->arena, const mote_layer_record *, model->layer_count + 1, err);
    const size_t              most = (size_t)(model->layer_count + 1) * MOTE_LAYER_WEIGHTS_MAX;
    int32_t                   count, i, k;

    out->tensors = MOTE_NEW(&r->arena, const mote_tensor *, most, err);
    out->layouts = MOTE_NEW(&r->arena, mote_weight_layout, most, err);
    if (!layers || !out->tensors || !out->layouts || !list_layers(r, model, layers, &count))
        return false;
    for (i = 0; i < count; i++)
        for (k = 0; k < layers[i]->weight_count; k++) {
            const mote_tensor *tensor = &model->graphs[0].tensors[layers[i]->weight[k]];
            if (!tensor->is_trainable)
                continue;
            out->tensors[out->count] = tensor;
            out->layouts[out->count++] = layers[i]->layout[k];
        }
    return true;
}

/* Where the optimizer's arrays are: by number, or by name. */
typedef struct optimizer_arrays {
    mote_keras_reader *r;
    const char        *group; /* of .h5 */
    const char       **names; /* NULL: optimizer/vars/N */
    int32_t            count, first;
    bool               is_interleaved;
} optimizer_arrays;

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* has_rate: the learning rate is one of the arrays. */
static mote_status name_arrays(optimizer_arrays *a, bool has_rate, mote_error *err)
{
    mote_hdf5_object group;
    bool             found;

    a->first = has_rate ? 2 : 1;
    a->is_interleaved = true;
    if (!a->r->is_h5)
        return MOTE_OK;
    a->group = "optimizer_weights";
    MOTE_TRY(mote_hdf5_find(&a->r->weights, a->group, &group, &found, err));
    if (!found)
        MOTE_TRY(mote_hdf5_find(&a->r->weights, a->group = MOTE_KERAS_OWN_OPTIMIZER, &group, &found, err));
    if (found)
        a->names = mote_keras_names(a->r, group, "weight_names", &a->count, err);
    if (err->code != MOTE_OK || !a->names || a->count < 1)
        return err->code;
    a->first = a->count > 1 && strstr(a->names[1], "learning_rate") ? 2 : 1;
    a->is_interleaved = a->count <= a->first || !ends_with(a->names[a->first], "/m:0"); /* Keras 2's older Adam */
    return MOTE_OK;
}

/* values NULL: there is no such array. */
static mote_status read_array(const optimizer_arrays *a, int32_t index, mote_hdf5_array *out, mote_error *err)
{
    mote_arena      *arena = &a->r->arena;
    const char      *path;
    mote_hdf5_object object;
    bool             found = false;

    *out = (mote_hdf5_array){0};
    if (a->r->is_h5 && (!a->names || index >= a->count))
        return MOTE_OK;
    path = a->names ? mote_arena_printf(arena, err, "%s/%s", a->group, a->names[index])
                    : mote_arena_printf(arena, err, "optimizer/vars/%d", (int)index);
    if (!path || mote_hdf5_find(&a->r->weights, path, &object, &found, err) != MOTE_OK || !found)
        return err->code;
    return mote_hdf5_read(&a->r->weights, object, SIZE_MAX, arena, out, err);
}

static mote_status read_slot(const optimizer_arrays *a, int32_t index, const mote_weight_layout *layout, float *to,
                             bool *is_right, mote_error *err)
{
    const mote_arena_mark mark = mote_arena_get_mark(&a->r->arena);
    mote_hdf5_array       array;

    MOTE_TRY(read_array(a, index, &array, err));
    *is_right = array.values && mote_weight_layout_fits(layout, &array);
    if (*is_right)
        mote_weight_from_keras(layout, array.values, to);
    mote_arena_release(&a->r->arena, mark);
    return MOTE_OK;
}

static mote_status read_slots(const optimizer_arrays *a, const trained_weights *weights, mote_model *model, bool *is_right,
                              mote_error *err)
{
    mote_optimizer_memory *memory = &model->memory;
    mote_slot_list         slots = mote_optimizer_list_slots(&model->optimizer);
    int32_t                v, s;

    for (s = 0; s < slots.count && !a->is_interleaved; s++)
        slots.is_beside[s] = false;

    for (s = 0; s < memory->slot_count; s++)
        if (!(memory->slot[s] = MOTE_NEW(&model->arena, float, model->params.count, err)))
            return err->code;
    for (v = 0; v < weights->count; v++)
        for (s = 0; s < memory->slot_count; s++) {
            const size_t  at = (size_t)((float *)weights->tensors[v]->data - model->params.values);
            const int32_t place = mote_slot_place(&slots, s, v, weights->count);
            MOTE_TRY(read_slot(a, a->first + place, &weights->layouts[v], memory->slot[s] + at, is_right, err));
            if (!*is_right)
                return MOTE_OK;
        }
    return MOTE_OK;
}

/* Nadam's, behind all slots. */
static mote_status read_product(const optimizer_arrays *a, const trained_weights *weights, mote_model *model, bool *is_right,
                                mote_error *err)
{
    mote_hdf5_array product;

    if (!mote_optimizer_types[model->optimizer.kind].has_product)
        return MOTE_OK;
    MOTE_TRY(read_array(a, a->first + model->memory.slot_count * weights->count, &product, err));
    *is_right = product.values && product.count == 1;
    if (*is_right)
        model->memory.product = product.values[0];
    return MOTE_OK;
}

/* Whole numbers come as floats: exact up to 2^24 steps, and beyond that nothing depends on single ones. */
static mote_status take_memory(mote_keras_reader *r, mote_model *model, mote_error *err)
{
    optimizer_arrays arrays = {.r = r};
    trained_weights  weights = {0};
    mote_hdf5_array  steps = {0};
    bool             is_right = list_weights(r, model, &weights, err);

    MOTE_TRY(err->code);
    MOTE_TRY(name_arrays(&arrays, !model->optimizer.schedule, err));
    MOTE_TRY(read_array(&arrays, 0, &steps, err));
    if (!steps.values)
        return MOTE_OK; /* saved without its optimizer */
    is_right = is_right && steps.count == 1 && steps.values[0] >= 0 && steps.values[0] < 1e15f;
    model->memory = (mote_optimizer_memory){.slot_count = mote_optimizer_list_slots(&model->optimizer).count, .product = 1};
    if (is_right)
        MOTE_TRY(read_slots(&arrays, &weights, model, &is_right, err));
    if (is_right)
        MOTE_TRY(read_product(&arrays, &weights, model, &is_right, err));
    if (is_right) {
        model->memory.step = (uint64_t)steps.values[0];
        model->memory.is_there = true;
        return MOTE_OK;
    }
    model->memory = (mote_optimizer_memory){0};
    return mote_model_add_note(model, err,
                               "what its optimizer remembers is not taken over: it does not fit the layers that "
                               "mote knows; training begins anew with it");
}

/* ---- all of it ---- */

static mote_status take_optimizer(mote_keras_reader *r, mote_model *model, mote_error *err)
{
    json_t        *object = json_object_get(r->training, r->is_h5 ? "optimizer_config" : "optimizer");
    mote_optimizer optimizer = {0};
    char           why[160];

    if (!json_is_object(r->training))
        return MOTE_OK;
    if (!read_optimizer(object, &optimizer, &model->arena, why, sizeof why, err))
        return err->code != MOTE_OK
                   ? err->code
                   : mote_model_add_note(model, err, "its optimizer is not one of mote's (%s), and is not taken over", why);
    model->optimizer = optimizer;
    model->is_trained = true;
    take_goals(r, model);
    return take_memory(r, model, err);
}

mote_status mote_keras_take_training(mote_keras_reader *r, mote_model *model, mote_error *err)
{
    MOTE_TRY(take_notes(r, model, err));
    if (r->recipe && mote_recipe_decode(&model->recipe, r->recipe, r->recipe_bytes, &model->arena, err) != MOTE_OK)
        return mote_context(err, "%s", MOTE_RECIPE_NAME);
    return take_optimizer(r, model, err);
}
