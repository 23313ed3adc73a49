/* Weights: from TensorFlow Lite's layouts to Keras'. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "formats/keras/writing.h"
#include "layers/layer.h"

static const mote_tensor *tensor_of(const mote_keras_writing *w, const mote_keras_written *layer, int32_t weight)
{
    return &w->model->graphs[0].tensors[layer->record->weight[weight]];
}

bool mote_keras_is_trainable(const mote_keras_writing *w, const mote_keras_written *layer, int32_t weight)
{
    return tensor_of(w, layer, weight)->is_trainable;
}

/* [rows][columns] to [columns][rows]. */
static const float *transpose(mote_hdf5_tree *tree, const float *from, size_t rows, size_t columns)
{
    float *to = MOTE_NEW(&tree->arena, float, mote_size_mul(rows, columns), tree->err);
    size_t r, c;

    for (r = 0; to && r < rows; r++)
        for (c = 0; c < columns; c++)
            to[c * rows + r] = from[r * columns + c];
    return to;
}

/* In Keras the outputs are a kernel's last axis: dense [O,I] becomes [I,O], conv2d OHWI becomes HWIO. A depthwise kernel
 * 1HWO has O = I M in that order already, and is HWIM. */
static bool is_depthwise(const mote_layer_record *record, const mote_tensor *tensor)
{
    return record->type == &mote_layer_type_depthwise_conv2d && tensor->rank == 4;
}

/* Zeros of a weight's shape in Keras. */
static mote_hdf5_numbers shape_of(const mote_layer_record *record, const mote_tensor *tensor)
{
    mote_hdf5_numbers array = {.rank = tensor->rank};
    int32_t           i;

    if (is_depthwise(record, tensor)) {
        const mote_depthwise_conv2d_options *o = record->options;
        array.dim[0] = (size_t)tensor->dim[1];
        array.dim[1] = (size_t)tensor->dim[2];
        array.dim[2] = (size_t)(tensor->dim[3] / o->depth_multiplier);
        array.dim[3] = (size_t)o->depth_multiplier;
        return array;
    }
    for (i = 0; i < tensor->rank; i++)
        array.dim[i] = (size_t)tensor->dim[(i + 1) % tensor->rank];
    return array;
}

static void put_weight(mote_keras_writing *w, mote_hdf5_tree *tree, const mote_keras_written *layer, int32_t weight,
                       mote_hdf5_entry *group, const char *name)
{
    const mote_tensor *tensor = tensor_of(w, layer, weight);
    const size_t       first = (size_t)tensor->dim[0];
    mote_hdf5_numbers  array = shape_of(layer->record, tensor);

    array.floats = tensor->rank == 1 || is_depthwise(layer->record, tensor)
                       ? tensor->data
                       : transpose(tree, tensor->data, first, mote_tensor_count(tensor) / first);
    if (!array.floats)
        return;
    mote_hdf5_add_array(tree, group, name, &array);
}

/* ---- model.weights.h5 ---- */

static void put_layer(mote_keras_writing *w, mote_hdf5_tree *tree, mote_hdf5_entry *layers, const mote_keras_written *layer)
{
    mote_hdf5_entry *vars = mote_hdf5_add_group(tree, mote_hdf5_add_group(tree, layers, layer->path), "vars");
    char             name[16];
    int32_t          i;

    mote_hdf5_add_text(tree, vars, "name", layer->name);
    for (i = 0; i < layer->record->weight_count; i++) {
        snprintf(name, sizeof name, "%d", (int)i);
        put_weight(w, tree, layer, i, vars, name);
    }
}

/* How many arrays of a weight's shape an optimizer keeps. */
static int32_t count_slots(const mote_optimizer *o)
{
    switch (o->kind) {
    case MOTE_OPTIMIZER_SGD:
        return o->momentum != 0.0f;
    case MOTE_OPTIMIZER_RMSPROP:
        return 1 + (o->momentum > 0) + o->centered;
    default:
        return 2;
    }
}

/* A slot of every trained weight, the slots of one weight side by side where interleaved. All zeros, as in a new optimizer:
 * without them Keras warns that it found none. */
static void put_slots(const mote_keras_writing *w, mote_hdf5_tree *tree, mote_hdf5_entry *vars, int32_t each, int32_t *used)
{
    mote_hdf5_numbers array;
    char              name[16];
    int32_t           i, k, s;

    for (i = 0; i < w->model->layer_count; i++)
        for (k = 0; k < w->layers[i].record->weight_count; k++)
            for (s = 0; s < each && mote_keras_is_trainable(w, &w->layers[i], k); s++) {
                array = shape_of(w->layers[i].record, tensor_of(w, &w->layers[i], k));
                snprintf(name, sizeof name, "%d", (int)(*used)++);
                mote_hdf5_add_array(tree, vars, name, &array);
            }
}

static void put_optimizer(const mote_keras_writing *w, mote_hdf5_tree *tree)
{
    static const int64_t  no_step = 0;
    const mote_optimizer *o = &w->model->optimizer;
    mote_hdf5_entry      *vars = mote_hdf5_add_group(tree, NULL, "optimizer/vars");
    int32_t               used = 2, slots = count_slots(o);

    mote_hdf5_add_text(tree, vars, "name", mote_optimizer_name(o->kind));
    mote_hdf5_add_array(tree, vars, "0", &(mote_hdf5_numbers){.integers = &no_step});
    mote_hdf5_add_array(tree, vars, "1", &(mote_hdf5_numbers){.floats = &o->learning_rate});
    if (o->kind == MOTE_OPTIMIZER_ADAM)
        put_slots(w, tree, vars, slots, &used);
    else
        for (; slots > 0; slots--)
            put_slots(w, tree, vars, 1, &used);
}

void mote_keras_put_weights(mote_keras_writing *w, mote_hdf5_tree *tree)
{
    mote_hdf5_entry *layers = mote_hdf5_add_group(tree, NULL, "layers");
    int32_t          i;

    for (i = 0; i < w->model->layer_count; i++)
        if (w->layers[i].record->type || !w->is_sequential)
            put_layer(w, tree, layers, &w->layers[i]);
    if (mote_keras_is_compiled(w))
        put_optimizer(w, tree);
    mote_hdf5_add_text(tree, mote_hdf5_add_group(tree, NULL, "vars"), "name", w->name);
}

/* ---- model_weights ---- */

/* "kernel" of "conv/kernel". */
static const char *own_name(const mote_tensor *tensor)
{
    return strrchr(tensor->name, '/') + 1;
}

/* weight_names are paths below the layer's group: "dense/kernel:0". */
static void put_layer_h5(mote_keras_writing *w, mote_hdf5_tree *tree, mote_hdf5_entry *all, const mote_keras_written *layer)
{
    mote_hdf5_entry *group = mote_hdf5_add_group(tree, all, layer->name);
    const char      *names[MOTE_LAYER_WEIGHTS_MAX] = {0};
    int32_t          i;

    for (i = 0; i < layer->record->weight_count; i++) {
        names[i] = mote_arena_printf(&tree->arena, tree->err, "%s/%s:0", layer->name, own_name(tensor_of(w, layer, i)));
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

void mote_keras_put_weights_h5(mote_keras_writing *w, mote_hdf5_tree *tree)
{
    mote_hdf5_entry *all = mote_hdf5_add_group(tree, NULL, "model_weights");
    int32_t          i;

    put_layer_names(w, tree, all);
    for (i = 0; i < w->model->layer_count; i++)
        put_layer_h5(w, tree, all, &w->layers[i]);
}
