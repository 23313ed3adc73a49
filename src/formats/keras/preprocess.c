/* Layers that prepare inputs. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/keras/layer.h"

/* A number, or a list over the last axis. */
static mote_id numbers(mote_keras_call *k, const char *key)
{
    mote_tensor values;

    if (mote_keras_numbers(k, mote_keras_get(k, key), &values))
        return mote_keras_floats_const(k, values.rank, values.dim, values.data);
    if (!mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "%s is neither a number nor a list of them", key);
    return MOTE_NO_LAYER;
}

static bool is_number(mote_keras_call *k, const char *key, double value)
{
    json_t *given = mote_keras_get(k, key);

    return !given || (json_is_number(given) && json_number_value(given) == value);
}

MOTE_KERAS_FUNCTION(rescaling)
{
    mote_id x = mote_keras_cast(k, MOTE_KERAS_IN(k), MOTE_F32);

    if (!is_number(k, "scale", 1))
        x = mote_keras_binary(k, MOTE_OP_MUL, x, numbers(k, "scale"));
    if (!is_number(k, "offset", 0))
        x = mote_keras_binary(k, MOTE_OP_ADD, x, numbers(k, "offset"));
    mote_keras_return(k, x);
}

/* Steps that are masked become zero. */
MOTE_KERAS_FUNCTION(masking)
{
    const double value = mote_keras_number(k, "mask_value", 0);
    mote_id      x = MOTE_KERAS_IN(k), is_other, in[3];
    int32_t      axis = mote_keras_tensor(k, x)->rank - 1;

    k->is_masked = true;
    if (value == 0) {
        mote_keras_return(k, x);
        return;
    }
    is_other = mote_keras_binary(k, MOTE_OP_NOT_EQUAL, x, mote_keras_scalar(k, value));
    in[0] = mote_keras_reduce(k, MOTE_OP_REDUCE_ANY, is_other, &axis, 1, true);
    in[1] = x;
    in[2] = mote_keras_scalar(k, 0);
    mote_keras_return(k, mote_keras_node(k, &(mote_node){.op = MOTE_OP_SELECT_V2, .in = in, .in_count = 3}));
}

/* ---- Normalization ---- */

/* The shape that mean and variance broadcast with: the input's along `axis`, 1 elsewhere. Returns the count. */
static int32_t statistics_shape(mote_keras_call *k, const mote_tensor *in, int32_t *dim)
{
    int32_t axes[MOTE_RANK_MAX], i, count = 1, given = mote_keras_ints(k, "axis", axes, MOTE_RANK_MAX);

    for (i = 0; i < in->rank - 1; i++)
        dim[i] = 1;
    for (i = 0; i < given; i++) {
        const int32_t axis = mote_keras_axis(k, axes[i], in->rank);
        dim[axis - 1] = in->dim[axis];
    }
    for (i = 0; i < in->rank - 1; i++)
        count *= dim[i];
    return count;
}

/* Statistics that the configuration has, else the file's. NULL after failing. */
static float *statistics(mote_keras_call *k, const char *name, int32_t rank, const int32_t *dim, int32_t count)
{
    mote_tensor values;
    float      *out;
    mote_id     id;
    int32_t     i;

    if (!mote_keras_get(k, name)) {
        id = mote_keras_weight(k, name, rank, dim, true);
        return mote_keras_failed(k) ? NULL : (float *)mote_keras_tensor(k, id)->data;
    }
    if (!mote_keras_numbers(k, mote_keras_get(k, name), &values) ||
        (mote_tensor_count(&values) != (size_t)count && mote_tensor_count(&values) != 1)) {
        if (!mote_keras_failed(k))
            MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "%s does not fit its input", name);
        return NULL;
    }
    out = MOTE_NEW(&k->reader->arena, float, count, &k->base.builder->err);
    for (i = 0; out && i < count; i++)
        out[i] = ((const float *)values.data)[mote_tensor_count(&values) == 1 ? 0 : i];
    return out;
}

/* Numbers that the file has as arrays become arguments, so that the layer can be written again: it has no weights then. */
static void keep_as_argument(mote_keras_call *k, const char *key, const float *values, int32_t count)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < count; i++)
        mote_json_append(&list, json_real((double)values[i]));
    mote_json_set(&k->layer->config, key, list);
}

/* Of one axis; of several, Keras would want lists in lists. */
static void keep_statistics(mote_keras_call *k, const float *mean, const float *variance, int32_t count)
{
    int32_t axes[MOTE_RANK_MAX];

    if (k->reader->is_to_run || mote_keras_get(k, "mean") || mote_keras_ints(k, "axis", axes, MOTE_RANK_MAX) != 1)
        return;
    keep_as_argument(k, "mean", mean, count);
    keep_as_argument(k, "variance", variance, count);
    k->layer->weight_count = 0;
    k->layer->has_arguments = true;
}

/* (x - mean) / max(sqrt(variance), 1e-7): as x times a factor, plus a shift. */
MOTE_KERAS_FUNCTION(normalization)
{
    static const mote_keras_array arrays[] = {{.name = "mean", .index = 0}, {.name = "variance", .index = 1}};
    mote_id                       x = mote_keras_cast(k, MOTE_KERAS_IN(k), MOTE_F32);
    const mote_tensor             in = *mote_keras_tensor(k, x);
    const bool                    inverts = mote_keras_flag(k, "invert", false);
    int32_t                       dim[MOTE_RANK_MAX], rank = in.rank - 1, i;
    const int32_t                 count = statistics_shape(k, &in, dim);
    float                        *mean, *variance, *factor, *shift;

    if (rank > 4 && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "its input has %d dimensions, more than 4", (int)rank);
    MOTE_KERAS_ARRAYS(k, arrays);
    mean = mote_keras_failed(k) ? NULL : statistics(k, "mean", rank, dim, count);
    variance = mean ? statistics(k, "variance", rank, dim, count) : NULL;
    factor = variance ? MOTE_NEW(&k->reader->arena, float, count, &k->base.builder->err) : NULL;
    shift = factor ? MOTE_NEW(&k->reader->arena, float, count, &k->base.builder->err) : NULL;
    if (!shift)
        return;
    keep_statistics(k, mean, variance, count);
    for (i = 0; i < count; i++) {
        const double deviation = fmax(sqrt((double)variance[i]), 1e-7);
        factor[i] = (float)(inverts ? deviation : 1 / deviation);
        shift[i] = inverts ? mean[i] : -mean[i];
    }
    if (!inverts)
        x = mote_keras_binary(k, MOTE_OP_ADD, x, mote_keras_floats_const(k, rank, dim, shift));
    x = mote_keras_binary(k, MOTE_OP_MUL, x, mote_keras_floats_const(k, rank, dim, factor));
    if (inverts)
        x = mote_keras_binary(k, MOTE_OP_ADD, x, mote_keras_floats_const(k, rank, dim, shift));
    mote_keras_return(k, x);
}
