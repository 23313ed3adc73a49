/* Files of weights alone, into a network that has the layers:
 *
 *     Keras 3    x.weights.h5   layers/conv2d_1/vars/0: a layer by its place among those of its class
 *     Keras 2    x.h5           conv2d_1, with weight_names: a layer by its name
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/keras.h"
#include "formats/keras/layout.h"
#include "formats/keras/writing.h"

typedef struct weight_reading {
    mote_keras_writing w; /* how the layers are called */
    mote_hdf5          file;
    mote_arena         arena;
    mote_model        *model;
    bool               by_name;
} weight_reading;

static bool has(const mote_hdf5 *file, const char *path)
{
    mote_hdf5_object object;
    mote_error       ignored = {0};
    bool             found = false;

    return mote_hdf5_find(file, path, &object, &found, &ignored) == MOTE_OK && found;
}

static bool has_attribute(const mote_hdf5 *file, const char *name)
{
    mote_arena       arena = {0};
    mote_hdf5_object root = {0};
    mote_error       ignored = {0};
    const char     **texts;
    int32_t          count = -1;
    bool             found = false;

    if (mote_hdf5_find(file, "", &root, &found, &ignored) == MOTE_OK)
        mote_hdf5_texts(file, root, name, &arena, &texts, &count, &ignored);
    mote_arena_destroy(&arena);
    return ignored.code == MOTE_OK && count >= 0;
}

bool mote_keras_is_weights(const uint8_t *bytes, size_t count)
{
    mote_hdf5  file;
    mote_error ignored = {0};

    return mote_is_hdf5(bytes, count) && mote_hdf5_open(&file, bytes, count, &ignored) == MOTE_OK &&
           !has_attribute(&file, "model_config") && (has(&file, "layers") || has_attribute(&file, "layer_names"));
}

/* The path of a layer's array; NULL, with err filled where that is not for lack of it. */
static const char *path_of(weight_reading *r, const mote_keras_written *layer, int32_t weight, mote_error *err)
{
    const mote_weight_place place = mote_keras_place_weight(layer->class_name, weight, layer->record->weight_count);
    mote_hdf5_object        group;
    const char            **names;
    int32_t                 count;
    bool                    found;

    if (!r->by_name)
        return mote_arena_printf(&r->arena, err, "layers/%s/%svars/%d", layer->path, place.sub, (int)place.index);
    if (mote_hdf5_find(&r->file, layer->record->name, &group, &found, err) != MOTE_OK || !found ||
        mote_hdf5_texts(&r->file, group, "weight_names", &r->arena, &names, &count, err) != MOTE_OK || weight >= count)
        return NULL;
    return mote_arena_printf(&r->arena, err, "%s/%s", layer->record->name, names[weight]);
}

static mote_status fail_shape(const mote_hdf5_array *a, const mote_keras_written *layer, const mote_tensor *tensor,
                              const mote_weight_layout *layout, const char *path, mote_error *err)
{
    mote_tensor file = {.rank = a->rank < MOTE_RANK_MAX ? a->rank : MOTE_RANK_MAX}, wanted = {.rank = layout->rank};
    int32_t     i;

    (void)tensor;
    for (i = 0; i < file.rank; i++)
        file.dim[i] = a->dim[i] < INT32_MAX ? (int32_t)a->dim[i] : INT32_MAX;
    for (i = 0; i < wanted.rank && i < MOTE_RANK_MAX; i++)
        wanted.dim[i] = layout->dim[i];
    return mote_fail(err, MOTE_ERR_USAGE, "layer \"%s\": %s has shape %s in the file, %s expected",
                     mote_show_string(layer->record->name).text, mote_show_string(path).text, mote_shape_show(&file).text,
                     mote_shape_show(&wanted).text);
}

static mote_status take_weight(weight_reading *r, const mote_keras_written *layer, int32_t weight, mote_error *err)
{
    mote_tensor             *tensor = &r->model->graphs[0].tensors[layer->record->weight[weight]];
    const mote_weight_layout layout = mote_keras_layout(&r->model->graphs[0], layer->record, weight);
    const char              *path = path_of(r, layer, weight, err);
    mote_hdf5_array          array;
    mote_hdf5_object         object;
    bool                     found = false;

    MOTE_TRY(err->code);
    if (path)
        MOTE_TRY(mote_hdf5_find(&r->file, path, &object, &found, err));
    if (!found)
        return mote_fail(err, MOTE_ERR_USAGE, "it has no weights for layer \"%s\"%s%s%s",
                         mote_show_string(layer->record->name).text, path ? " (" : "",
                         path ? mote_show_string(path).text : "", path ? ")" : "");
    MOTE_TRY(mote_hdf5_read(&r->file, object, SIZE_MAX, &r->arena, &array, err));
    if (!mote_weight_layout_fits(&layout, &array))
        return fail_shape(&array, layer, tensor, &layout, path, err);
    mote_weight_from_keras(&layout, array.values, tensor->data);
    return MOTE_OK;
}

/* One more than the network has: it is another network's. */
static mote_status check_no_more(weight_reading *r, const mote_keras_written *layer, mote_error *err)
{
    const int32_t count = layer->record->weight_count;
    const char   *path = path_of(r, layer, count, err);

    if (path && has(&r->file, path))
        return mote_fail(err, MOTE_ERR_USAGE, "it has more than the %d weights of layer \"%s\"", (int)count,
                         mote_show_string(layer->record->name).text);
    return err->code;
}

static mote_status take_layer(weight_reading *r, const mote_keras_written *layer, mote_error *err)
{
    const mote_arena_mark mark = mote_arena_get_mark(&r->arena);
    int32_t               k;

    for (k = 0; k < layer->record->weight_count; k++)
        MOTE_TRY(take_weight(r, layer, k, err));
    if (layer->record->weight_count > 0)
        MOTE_TRY(check_no_more(r, layer, err));
    mote_arena_release(&r->arena, mark);
    return MOTE_OK;
}

mote_status mote_keras_take_weights(mote_model *model, const uint8_t *bytes, size_t count, mote_error *err)
{
    weight_reading r = {.w = {.model = model}, .model = model, .arena = {.cap_bytes = model->arena.cap_bytes}};
    int32_t        i;

    if (mote_hdf5_open(&r.file, bytes, count, err) == MOTE_OK && mote_keras_writing_init(&r.w, err) == MOTE_OK) {
        r.by_name = has_attribute(&r.file, "layer_names");
        for (i = 0; i < model->layer_count && err->code == MOTE_OK; i++)
            take_layer(&r, &r.w.layers[i], err);
    }
    mote_arena_destroy(&r.w.arena);
    mote_arena_destroy(&r.arena);
    return err->code;
}
