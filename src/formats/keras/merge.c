/* Layers of several inputs. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"

/* Inputs of fewer axes get axes of length 1 behind the batch's, as Keras broadcasts them. */
static mote_id widen(mote_keras_call *k, mote_id x, int32_t rank)
{
    const mote_tensor in = *mote_keras_tensor(k, x);
    int32_t           dim[MOTE_RANK_MAX], i;

    if (in.rank >= rank || in.rank < 1)
        return x;
    for (i = 1; i < rank; i++)
        dim[i - 1] = i <= rank - in.rank ? 1 : in.dim[i - (rank - in.rank)];
    return mote_keras_reshape(k, x, rank - 1, dim);
}

static void widen_all(mote_keras_call *k, mote_id *in)
{
    int32_t rank = 0, i;

    for (i = 0; i < k->base.in_count; i++)
        rank = rank < mote_keras_tensor(k, k->base.in[i])->rank ? mote_keras_tensor(k, k->base.in[i])->rank : rank;
    for (i = 0; i < k->base.in_count; i++)
        in[i] = widen(k, k->base.in[i], rank);
}

static mote_id combine(mote_keras_call *k, mote_op_kind op)
{
    mote_id in[MOTE_NODE_IN_MAX] = {MOTE_NONE}, x;
    int     i;

    if (k->base.in_count < 2) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "it has %d input, at least 2 expected", k->base.in_count);
        return MOTE_NO_LAYER;
    }
    widen_all(k, in);
    x = in[0];
    for (i = 1; i < k->base.in_count; i++)
        x = mote_keras_binary(k, op, x, in[i]);
    return x;
}

#define COMBINE(name, KIND)                                                                                                 \
    MOTE_KERAS_FUNCTION(name)                                                                                               \
    {                                                                                                                       \
        mote_keras_return(k, combine(k, MOTE_OP_##KIND));                                                                   \
    }
COMBINE(add, ADD)
COMBINE(subtract, SUB)
COMBINE(multiply, MUL)
COMBINE(maximum, MAXIMUM)
COMBINE(minimum, MINIMUM)

MOTE_KERAS_FUNCTION(average)
{
    mote_id sum = combine(k, MOTE_OP_ADD);

    mote_keras_return(k, mote_keras_binary(k, MOTE_OP_MUL, sum, mote_keras_scalar(k, 1.0 / k->base.in_count)));
}

MOTE_KERAS_FUNCTION(concatenate)
{
    const int32_t rank = mote_keras_tensor(k, MOTE_KERAS_IN(k))->rank;
    const int32_t axis = mote_keras_axis(k, mote_keras_int(k, "axis", -1, -8, 8), rank);

    mote_keras_return(k,
                      k->base.in_count == 1 ? MOTE_KERAS_IN(k) : mote_keras_concat(k, k->base.in, k->base.in_count, axis));
}

/* ---- dot ---- */

static mote_id normalize(mote_keras_call *k, mote_id x, int32_t axis)
{
    mote_id sum;

    if (axis == mote_keras_tensor(k, x)->rank - 1)
        return mote_keras_unary(k, MOTE_OP_L2_NORMALIZATION, x);
    sum = mote_keras_reduce(k, MOTE_OP_SUM, mote_keras_unary(k, MOTE_OP_SQUARE, x), &axis, 1, true);
    sum = mote_keras_unary(k, MOTE_OP_RSQRT, mote_keras_binary(k, MOTE_OP_MAXIMUM, sum, mote_keras_scalar(k, 1e-12)));
    return mote_keras_binary(k, MOTE_OP_MUL, x, sum);
}

/* Sums of products along one axis of each; of matrices all pairs of the others. */
MOTE_KERAS_FUNCTION(dot)
{
    int32_t   axes[2] = {0, 0}, rank, count = mote_keras_ints(k, "axes", axes, 2);
    mote_id   in[2];
    mote_node node = {.op = MOTE_OP_BATCH_MATMUL, .in = in, .in_count = 2};

    if (k->base.in_count != 2 || count < 1) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "it needs two inputs and axes");
        return;
    }
    memcpy(in, k->base.in, sizeof in);
    rank = mote_keras_tensor(k, in[0])->rank;
    if (rank != mote_keras_tensor(k, in[1])->rank || rank > 3) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "inputs %s and %s: both vectors or both matrices are supported",
                        mote_layer_shape(&k->base, 0).text, mote_layer_shape(&k->base, 1).text);
        return;
    }
    axes[0] = mote_keras_axis(k, axes[0], rank);
    axes[1] = mote_keras_axis(k, count == 1 ? axes[0] : axes[1], rank);
    if (mote_keras_flag(k, "normalize", false)) {
        in[0] = normalize(k, in[0], axes[0]);
        in[1] = normalize(k, in[1], axes[1]);
    }
    if (rank == 2) {
        mote_keras_return(k,
                          mote_keras_reduce(k, MOTE_OP_SUM, mote_keras_binary(k, MOTE_OP_MUL, in[0], in[1]), axes, 1, true));
        return;
    }
    node.as.batch_matmul.adj_x = axes[0] == 1;
    node.as.batch_matmul.adj_y = axes[1] == 2;
    mote_keras_return(k, mote_keras_node(k, &node));
}
