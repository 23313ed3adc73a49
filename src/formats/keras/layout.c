/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/keras/layout.h"

#include <string.h>

#include "layers/layer.h"

/* ---- orders of axes ---- */

/* The file's array has these axes, which mote's has in this order. */
static mote_weight_layout ordered(int32_t rank, const int32_t *dim, const char *order)
{
    mote_weight_layout layout = {.rank = rank};
    int32_t            i;

    for (i = 0; i < rank; i++) {
        layout.dim[i] = dim[i];
        layout.order[i] = order[i];
    }
    return layout;
}

/* Query, key, value: [channels, heads, width], their biases [heads, width]; output: [heads, width, channels]. */
static mote_weight_layout attention_layout(const mote_layer_record *record, const mote_tensor *tensor, int32_t weight)
{
    const mote_multi_head_attention_options *o = record->options;
    const int32_t                            heads = o->num_heads, rows = tensor->dim[0] / heads;

    if (weight >= record->weight_count / 4 * 3)
        return tensor->rank == 1 ? ordered(1, tensor->dim, "0")
                                 : ordered(3, (int32_t[]){heads, tensor->dim[1] / heads, tensor->dim[0]}, "201");
    return tensor->rank == 1 ? ordered(2, (int32_t[]){heads, rows}, "01")
                             : ordered(3, (int32_t[]){tensor->dim[1], heads, rows}, "120");
}

static const mote_gru_options *gru_of(const mote_layer_record *record)
{
    const mote_bidirectional_options *both = record->options;

    if (record->type == &mote_layer_type_gru)
        return record->options;
    return record->type == &mote_layer_type_bidirectional && mote_layer_type_find(both->layer.type) == &mote_layer_type_gru
               ? &both->layer.as.gru
               : NULL;
}

/* In Keras the outputs are a kernel's last axis: dense [I,O] is [O,I] here, conv2d HWIO is OHWI. */
static mote_weight_layout own_layout(const mote_layer_record *record, const mote_tensor *tensor, int32_t weight)
{
    const mote_gru_options *gru = gru_of(record);
    mote_weight_layout      layout = {.rank = tensor->rank};
    int32_t                 i;

    if (record->type == &mote_layer_type_multi_head_attention)
        return attention_layout(record, tensor, weight);
    if (record->type == &mote_layer_type_embedding)
        return ordered(2, tensor->dim, "01");
    if (gru && gru->reset_after == MOTE_SWITCH_ON && tensor->rank == 1)
        return ordered(2, (int32_t[]){2, tensor->dim[0] / 2}, "01");
    for (i = 0; i < tensor->rank; i++) {
        layout.dim[i] = tensor->dim[(i + 1) % tensor->rank];
        layout.order[i] = (char)('0' + (i + tensor->rank - 1) % tensor->rank);
    }
    return layout;
}

mote_weight_layout mote_keras_layout(const mote_graph *graph, const mote_layer_record *record, int32_t weight)
{
    return record->layout[weight].rank > 0 || record->keras
               ? record->layout[weight]
               : own_layout(record, &graph->tensors[record->weight[weight]], weight);
}

/* ---- layers inside layers ---- */

mote_weight_place mote_keras_place_weight(const char *class_name, int32_t weight, int32_t count)
{
    static const char *const parts[] = {"query_dense/", "key_dense/", "value_dense/", "output_dense/"};
    const int32_t            half = count / 2, each = count / 4;

    if (strcmp(class_name, "LSTM") == 0 || strcmp(class_name, "GRU") == 0 || strcmp(class_name, "SimpleRNN") == 0)
        return (mote_weight_place){"cell/", weight};
    if (strcmp(class_name, "TimeDistributed") == 0)
        return (mote_weight_place){"layer/", weight};
    if (strcmp(class_name, "Bidirectional") == 0)
        return weight < half ? (mote_weight_place){"forward_layer/cell/", weight}
                             : (mote_weight_place){"backward_layer/cell/", weight - half};
    if (strcmp(class_name, "MultiHeadAttention") == 0 && each > 0)
        return weight < count ? (mote_weight_place){parts[weight / each], weight % each}
                              : (mote_weight_place){parts[3], each};
    return (mote_weight_place){"", weight};
}

/* ---- turning ---- */

bool mote_weight_layout_is_plain(const mote_weight_layout *layout)
{
    int32_t i;

    for (i = 0; i < layout->rank; i++)
        if (layout->order[i] != '0' + i)
            return false;
    return true;
}

/* Walks mote's order; `at` counts along its axes, each of which steps in the file as the file's axis does. */
static void walk(const mote_weight_layout *layout, const float *from, float *to, bool is_to_keras)
{
    size_t  step[MOTE_LAYOUT_RANK_MAX], dim[MOTE_LAYOUT_RANK_MAX], at[MOTE_LAYOUT_RANK_MAX] = {0}, each = 1, i, place = 0;
    int32_t axis;

    for (axis = layout->rank - 1; axis >= 0; axis--) {
        step[axis] = each;
        each *= (size_t)layout->dim[axis];
    }
    for (axis = 0; axis < layout->rank; axis++)
        dim[axis] = (size_t)layout->dim[layout->order[axis] - '0'];
    for (i = 0; i < each; i++) {
        if (is_to_keras)
            to[place] = from[i];
        else
            to[i] = from[place];
        for (axis = layout->rank - 1; axis >= 0; axis--) {
            const size_t by = step[layout->order[axis] - '0'];
            place += by;
            if (++at[axis] < dim[axis])
                break;
            place -= by * dim[axis];
            at[axis] = 0;
        }
    }
}

void mote_weight_to_keras(const mote_weight_layout *layout, const float *from, float *to)
{
    walk(layout, from, to, true);
}

void mote_weight_from_keras(const mote_weight_layout *layout, const float *from, float *to)
{
    walk(layout, from, to, false);
}

bool mote_weight_layout_fits(const mote_weight_layout *layout, const mote_hdf5_array *array)
{
    int32_t i;

    if (array->rank != layout->rank)
        return false;
    for (i = 0; i < layout->rank; i++)
        if (array->dim[i] != (size_t)layout->dim[i])
            return false;
    return true;
}
