/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/keras/layout.h"

#include <string.h>

/* ---- orders of axes ---- */

/* In Keras the outputs are a kernel's last axis: dense [I,O] is [O,I] here. */
static mote_weight_layout usual_layout(const mote_tensor *tensor)
{
    mote_weight_layout layout = {.rank = tensor->rank};
    int32_t            i;

    for (i = 0; i < tensor->rank; i++) {
        layout.dim[i] = tensor->dim[(i + 1) % tensor->rank];
        layout.order[i] = (char)('0' + (i + tensor->rank - 1) % tensor->rank);
    }
    return layout;
}

mote_weight_layout mote_keras_layout(const mote_graph *graph, const mote_layer_record *record, int32_t weight)
{
    return record->layout[weight].rank > 0 || record->keras ? record->layout[weight]
                                                            : usual_layout(&graph->tensors[record->weight[weight]]);
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
