/* Arrays of the file into weights of layers. The table that a layer gives (mote_keras_array) says which array is which
 * weight and how its axes have to be turned; a layer that is called again finds the weights that it has.
 *
 *     Keras 3    layers/conv2d_1/vars/0, layers/bidirectional/forward_layer/cell/vars/0: by number
 *     .h5        model_weights/NAME/...: by the order in weight_names
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"

static mote_keras_reader *reader_of(mote_weight_source *source)
{
    return (mote_keras_reader *)source;
}

static const mote_keras_array *array_of(const mote_keras_call *k, const char *name)
{
    int32_t i;

    for (i = 0; i < k->array_count; i++)
        if (strcmp(k->arrays[i].name, name) == 0)
            return &k->arrays[i];
    return NULL;
}

/* NULL, with err filled, where it is not there. */
static const char *path_of(const mote_keras_call *k, const mote_keras_array *array, mote_error *err)
{
    const int32_t at = k->place.first + array->index;

    if (k->place.path)
        return mote_arena_printf(&k->reader->arena, err, "%s%svars/%d", k->place.path,
                                 array->sub                 ? array->sub
                                 : k->layer->type->has_cell ? "cell/"
                                                            : "",
                                 (int)(array->sub ? array->index_in_sub : array->index));
    if (at < k->place.name_count)
        return k->place.names[at];
    MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "the file has %d arrays for it, and no %s", (int)k->place.name_count, array->name);
    return NULL;
}

static mote_status read_array(const mote_keras_call *k, const mote_keras_array *array, mote_hdf5_array *out)
{
    mote_error      *err = &k->base.builder->err;
    const char      *path = path_of(k, array, err);
    mote_error       problem = {0};
    mote_hdf5_object object;
    bool             found = false;

    if (!path)
        return err->code;
    if (mote_hdf5_find(&k->reader->weights, path, &object, &found, &problem) == MOTE_OK && found)
        mote_hdf5_read(&k->reader->weights, object, SIZE_MAX, &k->reader->arena, out, &problem);
    if (problem.code != MOTE_OK)
        MOTE_KERAS_FAIL(k, problem.code, "%s (%s): %s", array->name, mote_show_string(path).text, problem.text);
    else if (!found)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its %s is not in the file (%s)", array->name, mote_show_string(path).text);
    return err->code;
}

/* ---- axes ---- */

/* What is taken of a file's array: `part` of the columns of a [rows, columns]. */
static mote_status take_part(const mote_keras_call *k, const mote_keras_array *array, mote_hdf5_array *a)
{
    const size_t last = a->rank > 0 && !array->is_flat ? a->dim[a->rank - 1] : a->count;
    const size_t rows = last > 0 ? a->count / last : 0, each = array->parts ? last / (size_t)array->parts : last,
                 width = each * (size_t)(array->part_count ? array->part_count : 1);
    float *taken;
    size_t r;

    if (array->is_flat) {
        a->rank = 1;
        a->dim[0] = a->count;
    }
    if (array->parts == 0 || a->rank == 0)
        return MOTE_OK;
    taken = MOTE_NEW(&k->reader->arena, float, rows *width + 1, &k->base.builder->err);
    if (!taken)
        return k->base.builder->err.code;
    for (r = 0; r < rows; r++)
        memcpy(taken + r * width, a->values + r * last + (size_t)array->part * each, width * sizeof *taken);
    if (each * (size_t)array->parts != last)
        a->dim[a->rank - 1] = 0; /* of no shape that is wanted */
    else
        a->dim[a->rank - 1] = width;
    a->count = rows * width;
    a->values = taken;
    return MOTE_OK;
}

/* The file's axes in the weight's order; without an order as they are. */
static void order_axes(const mote_hdf5_array *a, const char *order, size_t *dim, size_t *step)
{
    size_t steps[MOTE_HDF5_RANK_MAX], each = 1;
    int    i;

    for (i = a->rank - 1; i >= 0; i--) {
        steps[i] = each;
        each *= a->dim[i];
    }
    for (i = 0; i < a->rank; i++) {
        const int from = order ? order[i] - '0' : i;
        dim[i] = a->dim[from];
        step[i] = steps[from];
    }
}

/* Axes that lie side by side in the file may be one in the weight: of a depthwise kernel the last two, heads and their
 * width. */
static bool fits(const mote_tensor *weight, const size_t *dim, int rank)
{
    int at = 0, i;

    for (i = 0; i < weight->rank; i++) {
        size_t made = 1;
        while (at < rank && made < (size_t)weight->dim[i])
            made = mote_size_mul(made, dim[at++]);
        if (made != (size_t)weight->dim[i])
            return false;
    }
    while (at < rank && dim[at] == 1)
        at++;
    return at == rank;
}

static void copy_ordered(const mote_hdf5_array *a, const size_t *dim, const size_t *step, float *out)
{
    size_t at[MOTE_HDF5_RANK_MAX] = {0}, i, from = 0;
    int    axis;

    for (i = 0; i < a->count; i++) {
        out[i] = a->values[from];
        for (axis = a->rank - 1; axis >= 0; axis--) {
            from += step[axis];
            if (++at[axis] < dim[axis])
                break;
            from -= step[axis] * dim[axis];
            at[axis] = 0;
        }
    }
}

static void fail_shape(const mote_keras_call *k, const char *name, const mote_hdf5_array *a, const mote_tensor *weight)
{
    mote_tensor shown = {.rank = a->rank < MOTE_RANK_MAX ? a->rank : MOTE_RANK_MAX};
    int         i;

    for (i = 0; i < shown.rank; i++)
        shown.dim[i] = a->dim[i] < INT32_MAX ? (int32_t)a->dim[i] : INT32_MAX;
    MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its %s has shape %s in the file, which does not make %s", name,
                    mote_shape_show(&shown).text, mote_shape_show(weight).text);
}

/* Of the weight that was added last: how it lies in the file, so that it can be written again. */
static void note_layout(mote_keras_call *k, const mote_keras_array *array, const mote_hdf5_array *a)
{
    const int32_t       last = k->layer->weight_count - 1;
    mote_weight_layout *layout = &k->layer->weights[last].layout;
    int32_t             i;

    if (a->rank > MOTE_LAYOUT_RANK_MAX || array->parts > 0 || array->sub || array->is_flat || array->index != last)
        return;
    layout->rank = a->rank;
    for (i = 0; i < a->rank; i++) {
        layout->dim[i] = (int32_t)a->dim[i];
        layout->order[i] = array->order ? array->order[i] : (char)('0' + i);
    }
    k->layer->weights[last].is_whole = true;
}

static void fill(mote_keras_call *k, const mote_keras_array *array, mote_tensor *weight)
{
    mote_hdf5_array a = {0}, whole;
    size_t          dim[MOTE_HDF5_RANK_MAX], step[MOTE_HDF5_RANK_MAX];

    if (read_array(k, array, &a) != MOTE_OK)
        return;
    whole = a;
    if (take_part(k, array, &a) != MOTE_OK)
        return;
    if (array->order && strlen(array->order) != (size_t)a.rank) {
        fail_shape(k, array->name, &whole, weight);
        return;
    }
    order_axes(&a, array->order, dim, step);
    if (a.count != mote_tensor_count(weight) || !fits(weight, dim, a.rank)) {
        fail_shape(k, array->name, &whole, weight);
        return;
    }
    copy_ordered(&a, dim, step, weight->data);
    note_layout(k, array, &whole);
}

/* ---- the builder's source ---- */

static const char *full_name(const mote_keras_call *k, const char *name, mote_error *err)
{
    return k->weight_prefix ? mote_arena_printf(&k->reader->arena, err, "%s%s", k->weight_prefix, name) : name;
}

mote_id mote_keras_weight_find(mote_weight_source *source, const mote_weight *weight)
{
    const mote_keras_call  *k = reader_of(source)->call;
    const mote_keras_layer *layer = k->layer;
    const char             *name = full_name(k, weight->name, &k->base.builder->err);
    int32_t                 i;

    for (i = 0; name && i < layer->weight_count; i++)
        if (layer->weights[i].graph == k->base.builder->graph && strcmp(layer->weights[i].name, name) == 0)
            return layer->weights[i].id;
    return MOTE_NONE;
}

void mote_keras_weight_fill(mote_weight_source *source, const mote_layer_call *call, const mote_weight *weight, mote_id id)
{
    mote_keras_call       *k = reader_of(source)->call;
    const mote_keras_array next = {
        .name = weight->name,
        .index = k->layer->weight_count,
        .order = weight->keras.rank > 0 ? weight->keras.order : NULL,
    };
    const mote_keras_array *array = k->array_count > 0 ? array_of(k, weight->name) : &next;
    mote_arena_mark         mark;

    if (k->layer->weight_count == MOTE_KERAS_WEIGHT_MAX || !array) {
        mote_layer_fail(call, MOTE_ERR_LIMIT, "too many weights");
        return;
    }
    k->layer->weights[k->layer->weight_count].name = full_name(k, weight->name, &call->builder->err);
    k->layer->weights[k->layer->weight_count].graph = call->builder->graph;
    k->layer->weights[k->layer->weight_count++].id = id;
    mark = mote_arena_get_mark(&k->reader->arena);
    fill(k, array, &mote_builder_graph(call->builder)->tensors[id]);
    mote_arena_release(&k->reader->arena, mark);
}

mote_id mote_keras_weight(mote_keras_call *k, const char *name, int32_t rank, const int32_t *dim, bool is_fixed)
{
    mote_weight weight = {.name = name, .rank = rank, .initializer = MOTE_INITIALIZER_ZEROS, .is_fixed = is_fixed};

    weight.is_frozen = !mote_keras_flag(k, "trainable", true);
    if (mote_keras_failed(k))
        return MOTE_NONE;
    memcpy(weight.dim, dim, (size_t)rank * sizeof *dim);
    return mote_layer_weight(&k->base, &weight);
}
