/* Normalizations. BatchNormalization is the operator that training has, over the last axis.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/keras/layer.h"

/* Weights that are there or not, counted in the order of the file. */
typedef struct present {
    mote_keras_array arrays[4];
    int32_t          count;
} present;

static void note(present *p, const char *name, bool is_there)
{
    if (!is_there)
        return;
    p->arrays[p->count] = (mote_keras_array){.name = name, .index = p->count};
    p->count++;
}

/* All axes, with `axis` and the last one exchanged. */
static void exchange(int32_t rank, int32_t axis, int32_t *order)
{
    int32_t i;

    for (i = 0; i < rank; i++)
        order[i] = i;
    order[axis] = rank - 1;
    order[rank - 1] = axis;
}

/* One axis, a number or a list of one. */
static int32_t only_axis(mote_keras_call *k, int32_t rank)
{
    int32_t axes[MOTE_RANK_MAX] = {-1};

    if (mote_keras_ints(k, "axis", axes, MOTE_RANK_MAX) > 1)
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "normalization over several axes is not supported");
    return mote_keras_axis(k, axes[0], rank);
}

static mote_id weight(mote_keras_call *k, const char *name, bool is_there, int32_t count, bool is_fixed)
{
    return is_there ? mote_keras_weight(k, name, 1, &count, is_fixed) : MOTE_NONE;
}

static mote_id normalize_batch(mote_keras_call *k, mote_id x, bool scale, bool center)
{
    const mote_tensor *in = mote_keras_tensor(k, x);
    const int32_t      channels = in->dim[in->rank - 1];
    mote_id            operands[5] = {x, MOTE_NONE, MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node          node = {.op = MOTE_OP_BATCH_NORMALIZATION, .in = operands, .in_count = 5};

    operands[1] = weight(k, "gamma", scale, channels, false);
    operands[2] = weight(k, "beta", center, channels, false);
    operands[3] = weight(k, "moving_mean", true, channels, true);
    operands[4] = weight(k, "moving_variance", true, channels, true);
    node.as.batch_normalization =
        (mrt_batch_normalization_attributes){.momentum = (float)mote_keras_number(k, "momentum", 0.99),
                                             .epsilon = (float)mote_keras_number(k, "epsilon", 1e-3),
                                             .is_frozen = !mote_keras_flag(k, "trainable", true),
                                             .is_inferring = k->reader->is_inferring};
    return mote_keras_node(k, &node);
}

MOTE_KERAS_FUNCTION(batch_normalization)
{
    const bool    scale = mote_keras_flag(k, "scale", true), center = mote_keras_flag(k, "center", true);
    const int32_t rank = mote_keras_tensor(k, MOTE_KERAS_IN(k))->rank, axis = only_axis(k, rank);
    present       p = {.count = 0};
    int32_t       order[MOTE_RANK_MAX];
    const bool    is_first = axis == 1 && rank > 2; /* as channels_first has it */
    mote_id       x = MOTE_KERAS_IN(k);

    note(&p, "gamma", scale);
    note(&p, "beta", center);
    note(&p, "moving_mean", true);
    note(&p, "moving_variance", true);
    k->arrays = p.arrays;
    k->array_count = p.count;
    mote_keras_refuse_other(k, "renorm", NULL);
    if (axis == rank - 1 || is_first) {
        x = normalize_batch(k, mote_keras_to_last(k, x, axis != rank - 1), scale, center);
        mote_keras_return(k, mote_keras_to_first(k, x, axis != rank - 1));
        return;
    }
    exchange(rank, axis, order);
    x = normalize_batch(k, mote_keras_transpose(k, x, order), scale, center);
    mote_keras_return(k, mote_keras_transpose(k, x, order));
}

/* ---- over axes of one sample ---- */

MOTE_KERAS_FUNCTION(layer_normalization)
{
    if (mote_keras_flag(k, "rms_scaling", false))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "rms_scaling is not supported; RMSNormalization is");
    mote_keras_add_own(k, &mote_layer_type_layer_normalization);
}

MOTE_KERAS_FUNCTION(rms_normalization)
{
    mote_keras_add_own(k, &mote_layer_type_rms_normalization);
}

/* Along axis 1 as channels_first has it. */
MOTE_KERAS_FUNCTION(group_normalization)
{
    const int32_t rank = mote_keras_tensor(k, MOTE_KERAS_IN(k))->rank;
    const bool    is_first = only_axis(k, rank) == 1 && rank > 2;
    mote_id       x = mote_keras_to_last(k, MOTE_KERAS_IN(k), is_first);

    x = mote_keras_own_but(k, &mote_layer_type_group_normalization, x, "axis", json_integer(-1));
    mote_keras_return(k, mote_keras_to_first(k, x, is_first));
}

/* To length 1; over the last axis there is an operator. */
MOTE_KERAS_FUNCTION(unit_normalization)
{
    const int32_t rank = mote_keras_tensor(k, MOTE_KERAS_IN(k))->rank;
    int32_t       axes[MOTE_RANK_MAX] = {-1}, count = mote_keras_ints(k, "axis", axes, MOTE_RANK_MAX), i;
    mote_id       x = MOTE_KERAS_IN(k), sum;

    count = count < 1 ? 1 : count;
    for (i = 0; i < count; i++)
        axes[i] = mote_keras_axis(k, axes[i], rank);
    if (count == 1 && axes[0] == rank - 1) {
        mote_keras_return(k, mote_keras_unary(k, MOTE_OP_L2_NORMALIZATION, x));
        return;
    }
    sum = mote_keras_reduce(k, MOTE_OP_SUM, mote_keras_unary(k, MOTE_OP_SQUARE, x), axes, count, true);
    sum = mote_keras_unary(k, MOTE_OP_RSQRT, mote_keras_clip(k, sum, 1e-12, INFINITY));
    mote_keras_return(k, mote_keras_binary(k, MOTE_OP_MUL, x, sum));
}
