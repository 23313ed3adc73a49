/* add, subtract, multiply, maximum, minimum, average, dot: Keras' layers of several inputs, from left to right.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "layers/parts.h"

/* ---- inputs that repeat ---- */

/* Inputs of fewer axes get axes of length 1 behind the batch's, as Keras broadcasts them. */
static mote_layer_id widen(const mote_layer_call *call, int index, int32_t rank)
{
    const mote_tensor in = *mote_layer_in(call, index);
    int32_t           dim[MOTE_RANK_MAX], i;
    char              suffix[24];

    if (in.rank >= rank)
        return call->in[index];
    for (i = 1; i < rank; i++)
        dim[i - 1] = i <= rank - in.rank ? 1 : in.dim[i - (rank - in.rank)];
    snprintf(suffix, sizeof suffix, "wide_%d", index);
    return mote_layer_reshaped(call, call->in[index], rank - 1, dim, suffix);
}

static int32_t most_axes(const mote_layer_call *call)
{
    int32_t rank = 0;
    int     i;

    for (i = 0; i < call->in_count; i++)
        rank = mote_layer_in(call, i)->rank > rank ? mote_layer_in(call, i)->rank : rank;
    return rank;
}

/* The size along an axis counted from the last one, 1 beyond the first. */
static int32_t size_from_last(const mote_tensor *tensor, int32_t from_last)
{
    return from_last < tensor->rank ? tensor->dim[tensor->rank - 1 - from_last] : 1;
}

static bool fit_together(const mote_layer_call *call)
{
    const int32_t rank = most_axes(call);
    int32_t       axis, size;
    int           i, k;

    for (axis = 0; axis < rank - 1; axis++)
        for (i = 0, k = 0, size = 1; i < call->in_count; i++) {
            const int32_t own = size_from_last(mote_layer_in(call, i), axis);
            if (axis >= mote_layer_in(call, i)->rank - 1 || own == 1 || own == size)
                continue;
            if (size != 1)
                return mote_layer_fail(call, MOTE_ERR_USAGE, "its inputs have different shapes: %s and %s",
                                       mote_layer_shape(call, k).text, mote_layer_shape(call, i).text) != MOTE_NO_LAYER;
            k = i;
            size = own;
        }
    return true;
}

/* ---- one operator between each two ---- */

/* is_last: the layer's output is what the last one gives. word: of the names of the others. */
static mote_layer_id combine(const mote_layer_call *call, mote_op_kind op, const char *word, bool is_last)
{
    const int32_t rank = most_axes(call);
    mote_layer_id x;
    char          suffix[24];
    int           i;

    if (!fit_together(call))
        return MOTE_NO_LAYER;
    x = widen(call, 0, rank);
    for (i = 1; i < call->in_count; i++) {
        snprintf(suffix, sizeof suffix, "%s_%d", word, i);
        x = mote_layer_part(call, op, x, widen(call, i, rank), is_last && i == call->in_count - 1 ? NULL : suffix);
    }
    return x;
}

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    (void)options;
    return combine(call, MOTE_OP_ADD, "sum", true);
}

static mote_layer_id subtract(const mote_layer_call *call, const void *options)
{
    (void)options;
    if (call->in_count != 2)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "has %d inputs, 2 expected", call->in_count);
    return combine(call, MOTE_OP_SUB, "difference", true);
}

static mote_layer_id multiply(const mote_layer_call *call, const void *options)
{
    (void)options;
    return combine(call, MOTE_OP_MUL, "product", true);
}

static mote_layer_id maximum(const mote_layer_call *call, const void *options)
{
    (void)options;
    return combine(call, MOTE_OP_MAXIMUM, "maximum", true);
}

static mote_layer_id minimum(const mote_layer_call *call, const void *options)
{
    (void)options;
    return combine(call, MOTE_OP_MINIMUM, "minimum", true);
}

static mote_layer_id average(const mote_layer_call *call, const void *options)
{
    const mote_layer_id sum = combine(call, MOTE_OP_ADD, "sum", false);

    (void)options;
    return mote_layer_part(call, MOTE_OP_MUL, sum, mote_layer_number(call, "share", 1.0 / call->in_count), NULL);
}

/* ---- dot ---- */

static mote_layer_id fail_dot(const mote_layer_call *call)
{
    return mote_layer_fail(call, MOTE_ERR_USAGE,
                           "its inputs are %s and %s; two vectors or two matrices are possible, as long along their axes",
                           mote_layer_shape(call, 0).text, mote_layer_shape(call, 1).text);
}

/* Vectors: the sum of their products. Matrices: the product, turned so that rows meet columns. */
static mote_layer_id dot(const mote_layer_call *call, const void *options)
{
    const mote_dot_options *o = options;
    const bool              normalizes = o->normalize == MOTE_SWITCH_ON;
    const int32_t           rank = mote_layer_in(call, 0)->rank;
    mote_id                 in[2] = {call->in[0], MOTE_NONE};
    int32_t                 axis[2], i;
    mote_node               node = {.op = MOTE_OP_BATCH_MATMUL, .in = in, .in_count = 2};

    if (call->in_count != 2)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "has %d inputs, 2 expected", call->in_count);
    for (i = 0; i < 2; i++) {
        in[i] = call->in[i];
        axis[i] = mote_layer_axis(call, in[i], o->axes.values[o->axes.count == 2 ? i : 0]);
        if (axis[i] == 0)
            return MOTE_NO_LAYER;
    }
    if (mote_layer_in(call, 1)->rank != rank || rank > 3 ||
        mote_layer_in(call, 0)->dim[axis[0]] != mote_layer_in(call, 1)->dim[axis[1]])
        return fail_dot(call);
    for (i = 0; i < 2 && normalizes; i++)
        in[i] = mote_layer_normalized(call, in[i], axis[i], 1e-7, i == 0 ? "unit_0" : "unit_1");
    if (rank == 2)
        return mote_layer_summed(call, mote_layer_part(call, MOTE_OP_MUL, in[0], in[1], "product"), 1, NULL);
    node.as.batch_matmul.adj_x = axis[0] == 1;
    node.as.batch_matmul.adj_y = axis[1] == 2;
    return mote_layer_node(call, &node);
}

/* ---- the layers ---- */

static const mote_key keys[] = {{0}};

#define MERGE(layer, class)                                                                                                 \
    const mote_layer_type mote_layer_type_##layer = {.name = #layer,                                                        \
                                                     .keras_class = class,                                                  \
                                                     .options_bytes = sizeof(mote_merge_options),                           \
                                                     .keys = keys,                                                          \
                                                     .in_min = 2,                                                           \
                                                     .add = layer}
MERGE(add, "Add");
MERGE(subtract, "Subtract");
MERGE(multiply, "Multiply");
MERGE(maximum, "Maximum");
MERGE(minimum, "Minimum");
MERGE(average, "Average");

static const mote_key dot_keys[] = {
    MOTE_KEY("axes", mote_dot_options, axes, .min = -7, .max = 7, .most = 2, .is_required = true),
    MOTE_KEY("normalize", mote_dot_options, normalize, .words = mote_switch_words, .standard = MOTE_SWITCH_OFF),
    {0},
};

const mote_layer_type mote_layer_type_dot = {.name = "dot",
                                             .keras_class = "Dot",
                                             .options_bytes = sizeof(mote_dot_options),
                                             .keys = dot_keys,
                                             .in_min = 2,
                                             .add = dot};
