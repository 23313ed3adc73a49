/* Weights: from TensorFlow Lite's layouts to Keras'. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "formats/keras/layout.h"
#include "formats/keras/writing.h"
#include "layers/optimizers.h"

static const mote_tensor *tensor_of(const mote_keras_writing *w, const mote_keras_written *layer, int32_t weight)
{
    return &w->model->graphs[0].tensors[layer->record->weight[weight]];
}

bool mote_keras_is_trainable(const mote_keras_writing *w, const mote_keras_written *layer, int32_t weight)
{
    return tensor_of(w, layer, weight)->is_trainable;
}

/* Numbers in mote's order as an array of the file; NULL: zeros. */
static mote_hdf5_numbers array_of(const mote_keras_writing *w, mote_hdf5_tree *tree, const mote_keras_written *layer,
                                  int32_t weight, const float *from)
{
    const mote_weight_layout layout = mote_keras_layout(&w->model->graphs[0], layer->record, weight);
    mote_hdf5_numbers        array = {.rank = layout.rank, .floats = from};
    float                   *turned;
    int32_t                  i;

    for (i = 0; i < layout.rank; i++)
        array.dim[i] = (size_t)layout.dim[i];
    if (!from || mote_weight_layout_is_plain(&layout))
        return array;
    turned = MOTE_NEW(&tree->arena, float, mote_tensor_count(tensor_of(w, layer, weight)), tree->err);
    if (turned)
        mote_weight_to_keras(&layout, from, turned);
    array.floats = turned;
    return array;
}

static void put_weight(mote_keras_writing *w, mote_hdf5_tree *tree, const mote_keras_written *layer, int32_t weight,
                       mote_hdf5_entry *group, const char *name)
{
    const mote_hdf5_numbers array = array_of(w, tree, layer, weight, tensor_of(w, layer, weight)->data);

    if (array.floats)
        mote_hdf5_add_array(tree, group, name, &array);
}

/* "kernel" of "conv/kernel". */
static const char *own_name(const mote_tensor *tensor)
{
    return strrchr(tensor->name, '/') + 1;
}

/* The same, counted where a weight before it is called so: both directions of Bidirectional have a kernel. */
static const char *name_in_layer(const mote_keras_writing *w, mote_hdf5_tree *tree, const mote_keras_written *layer,
                                 int32_t weight)
{
    const char *name = own_name(tensor_of(w, layer, weight));
    int32_t     i;

    for (i = 0; i < weight; i++)
        if (strcmp(own_name(tensor_of(w, layer, i)), name) == 0)
            return mote_arena_printf(&tree->arena, tree->err, "%s_%d", name, (int)weight);
    return name;
}

/* ---- model.weights.h5 ---- */

static void put_layer(mote_keras_writing *w, mote_hdf5_tree *tree, mote_hdf5_entry *layers, const mote_keras_written *layer)
{
    mote_hdf5_entry  *group = mote_hdf5_add_group(tree, layers, layer->path), *vars = NULL;
    mote_weight_place place, before = {NULL, 0};
    char              name[64];
    int32_t           i;

    if (layer->record->weight_count == 0 ||
        mote_keras_place_weight(layer->class_name, 0, layer->record->weight_count).sub[0])
        mote_hdf5_add_text(tree, mote_hdf5_add_group(tree, group, "vars"), "name", layer->name);
    for (i = 0; i < layer->record->weight_count; i++, before = place) {
        place = mote_keras_place_weight(layer->class_name, i, layer->record->weight_count);
        if (!before.sub || strcmp(place.sub, before.sub) != 0) {
            snprintf(name, sizeof name, "%svars", place.sub);
            vars = mote_hdf5_add_group(tree, group, name);
            mote_hdf5_add_text(tree, vars, "name", layer->name);
        }
        snprintf(name, sizeof name, "%d", (int)place.index);
        put_weight(w, tree, layer, i, vars, name);
    }
}

/* ---- the optimizer ---- */

/* Where the optimizer's arrays go: numbered in .keras, named in .h5. */
typedef struct slot_writing {
    mote_keras_writing *w;
    mote_hdf5_tree     *tree;
    mote_hdf5_entry    *group;
    const char        **names; /* NULL: numbered */
    int32_t             used;
} slot_writing;

static void put_numbers(slot_writing *s, const char *name, const mote_hdf5_numbers *array)
{
    char number[16];

    snprintf(number, sizeof number, "%d", (int)s->used);
    if (s->names)
        s->names[s->used] = name;
    s->used++;
    if (name || !s->names)
        mote_hdf5_add_array(s->tree, s->group, s->names ? name : number, array);
}

/* What the optimizer remembers of a weight; zeros, as in a new optimizer, where it has not trained. */
static void put_slot(slot_writing *s, const mote_keras_written *layer, int32_t weight, int32_t slot)
{
    const mote_model            *model = s->w->model;
    const mote_optimizer_memory *memory = &model->memory;
    const mote_tensor           *tensor = tensor_of(s->w, layer, weight);
    const size_t                 at = (size_t)((float *)tensor->data - model->params.values);
    const mote_hdf5_numbers      array =
        array_of(s->w, s->tree, layer, weight, memory->is_there ? memory->slot[slot] + at : NULL);
    const char *name = NULL;

    if (s->names)
        name = mote_arena_printf(&s->tree->arena, s->tree->err, "%s/%s/%s/%d", mote_optimizer_name(model->optimizer.kind),
                                 layer->name, name_in_layer(s->w, s->tree, layer, weight), (int)slot);
    if (s->tree->err->code == MOTE_OK)
        put_numbers(s, name, &array);
}

/* Slots `first` to `last` of every trained weight, those of one weight side by side. Without them Keras warns that it found
 * none. */
static void put_slots(slot_writing *s, int32_t first, int32_t last)
{
    int32_t i, k, slot;

    for (i = 0; i < s->w->model->layer_count; i++)
        for (k = 0; k < s->w->layers[i].record->weight_count; k++)
            for (slot = first; slot <= last && mote_keras_is_trainable(s->w, &s->w->layers[i], k); slot++)
                put_slot(s, &s->w->layers[i], k, slot);
}

/* Keras has the learning rate among the arrays where it is a number. */
static void put_memory(slot_writing *s)
{
    const mote_optimizer        *o = &s->w->model->optimizer;
    const mote_optimizer_memory *memory = &s->w->model->memory;
    const mote_slot_list         slots = mote_optimizer_list_slots(o);
    int64_t                     *step = MOTE_NEW(&s->tree->arena, int64_t, 1, s->tree->err);
    float                       *product = MOTE_NEW(&s->tree->arena, float, 1, s->tree->err);
    int32_t                      slot, last;

    if (!step || !product)
        return;
    *step = (int64_t)memory->step;
    *product = memory->is_there ? memory->product : 1;
    put_numbers(s, s->names ? "iteration" : NULL, &(mote_hdf5_numbers){.integers = step});
    if (!o->schedule)
        put_numbers(s, s->names ? "learning_rate" : NULL, &(mote_hdf5_numbers){.floats = &o->learning_rate});
    for (slot = 0; slot < slots.count; slot = last + 1) {
        for (last = slot; last + 1 < slots.count && slots.is_beside[last + 1];)
            last++;
        put_slots(s, slot, last);
    }
    if (mote_optimizer_types[o->kind].has_product)
        put_numbers(s, s->names ? "momentum_product" : NULL, &(mote_hdf5_numbers){.floats = product});
}

static void put_optimizer(mote_keras_writing *w, mote_hdf5_tree *tree)
{
    slot_writing s = {w, tree, mote_hdf5_add_group(tree, NULL, "optimizer/vars"), NULL, 0};

    mote_hdf5_add_text(tree, s.group, "name", mote_optimizer_name(w->model->optimizer.kind));
    put_memory(&s);
}

void mote_keras_put_weights(mote_keras_writing *w, mote_hdf5_tree *tree)
{
    mote_hdf5_entry *layers = mote_hdf5_add_group(tree, NULL, "layers");
    int32_t          i;

    for (i = 0; i < w->model->layer_count; i++)
        if (!mote_keras_is_input(w->layers[i].record) || !w->is_sequential)
            put_layer(w, tree, layers, &w->layers[i]);
    if (mote_keras_is_compiled(w))
        put_optimizer(w, tree);
    mote_hdf5_add_text(tree, mote_hdf5_add_group(tree, NULL, "vars"), "name", w->name);
}

/* ---- model_weights ---- */

/* weight_names are paths below the layer's group: "dense/kernel:0". */
static void put_layer_h5(mote_keras_writing *w, mote_hdf5_tree *tree, mote_hdf5_entry *all, const mote_keras_written *layer)
{
    mote_hdf5_entry *group = mote_hdf5_add_group(tree, all, layer->name);
    const char      *names[MOTE_LAYER_WEIGHTS_MAX] = {0};
    int32_t          i;

    for (i = 0; i < layer->record->weight_count; i++) {
        names[i] = mote_arena_printf(&tree->arena, tree->err, "%s/%s:0", layer->name, name_in_layer(w, tree, layer, i));
        if (!names[i])
            return;
        put_weight(w, tree, layer, i, group, names[i]);
    }
    mote_hdf5_add_texts(tree, group, "weight_names", names, layer->record->weight_count);
}

/* In parts "layer_names0", "layer_names1" ... where one attribute has no room for all, as Keras does. */
static void put_layer_names(mote_keras_writing *w, mote_hdf5_tree *tree, mote_hdf5_entry *all)
{
    enum { NAMES_A_PART = 512 }; /* of at most 103 bytes each */
    const int32_t count = w->model->layer_count;
    const char  **names = MOTE_NEW(&tree->arena, const char *, count, tree->err);
    char          attribute[32];
    int32_t       i;

    for (i = 0; names && i < count; i++)
        names[i] = w->layers[i].name;
    if (names && count <= NAMES_A_PART) {
        mote_hdf5_add_texts(tree, all, "layer_names", names, count);
        return;
    }
    for (i = 0; names && i < count; i += NAMES_A_PART) {
        snprintf(attribute, sizeof attribute, "layer_names%d", (int)(i / NAMES_A_PART));
        mote_hdf5_add_texts(tree, all, attribute, names + i, count - i < NAMES_A_PART ? count - i : NAMES_A_PART);
    }
}

static int32_t count_trained(const mote_keras_writing *w)
{
    int32_t count = 0, i, k;

    for (i = 0; i < w->model->layer_count; i++)
        for (k = 0; k < w->layers[i].record->weight_count; k++)
            count += mote_keras_is_trainable(w, &w->layers[i], k);
    return count;
}

/* Names that take more room than one attribute has stand in parts: "weight_names0", "weight_names1" ... */
static void put_names(mote_hdf5_tree *tree, mote_hdf5_entry *group, const char **names, int32_t count)
{
    enum { BYTES_A_PART = 60000 };
    size_t  longest = 1;
    int32_t each, i;
    char    attribute[32];

    for (i = 0; i < count; i++)
        longest = names[i] && strlen(names[i]) > longest ? strlen(names[i]) : longest;
    each = (int32_t)(BYTES_A_PART / longest);
    if (count <= each) {
        mote_hdf5_add_texts(tree, group, "weight_names", names, count);
        return;
    }
    for (i = 0; i < count; i += each) {
        snprintf(attribute, sizeof attribute, "weight_names%d", (int)(i / each));
        mote_hdf5_add_texts(tree, group, attribute, names + i, count - i < each ? count - i : each);
    }
}

/* For mote alone: Keras 3 cannot train on a .h5 that has optimizer_weights, its own included, as it builds the optimizer
 * without variables. */
static void put_optimizer_h5(mote_keras_writing *w, mote_hdf5_tree *tree)
{
    const size_t most = 3 + (size_t)count_trained(w) * MOTE_SLOTS_MAX;
    slot_writing s = {w, tree, mote_hdf5_add_group(tree, NULL, MOTE_KERAS_OWN_OPTIMIZER),
                      MOTE_NEW(&tree->arena, const char *, most, tree->err), 0};

    if (!s.names)
        return;
    put_memory(&s);
    if (tree->err->code == MOTE_OK)
        put_names(tree, s.group, s.names, s.used);
}

void mote_keras_put_weights_h5(mote_keras_writing *w, mote_hdf5_tree *tree)
{
    mote_hdf5_entry *all = mote_hdf5_add_group(tree, NULL, "model_weights");
    int32_t          i;

    put_layer_names(w, tree, all);
    for (i = 0; i < w->model->layer_count; i++)
        put_layer_h5(w, tree, all, &w->layers[i]);
    if (mote_keras_is_compiled(w) && w->model->memory.is_there)
        put_optimizer_h5(w, tree);
}
