/* elu, relu, prelu, softmax: Keras' layers that are activations with arguments. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "layers/parts.h"

/* ---- elu ---- */

/* ELU's answer has the sign of x, and its slope below 0 is alpha at 0, too. */
static mote_layer_id add_elu(const mote_layer_call *call, const void *options)
{
    const mote_elu_options *o = options;
    mote_id                 x;

    if (o->alpha == 1)
        return mote_layer_part(call, MOTE_OP_ELU, call->in[0], MOTE_NONE, NULL);
    x = mote_layer_part(call, MOTE_OP_ELU, call->in[0], MOTE_NONE, "elu");
    return mote_layer_node(call,
                           &(mote_node){.op = MOTE_OP_LEAKY_RELU, .in = &x, .in_count = 1, .as.leaky_relu.alpha = o->alpha});
}

static const mote_key elu_keys[] = {
    MOTE_KEY("alpha", mote_elu_options, alpha, .min = 1e-7, .max = 1000, .standard = 1),
    {0},
};

/* ---- relu ---- */

static mote_layer_id capped(const mote_layer_call *call, mote_layer_id x, const mote_relu_options *o, const char *suffix)
{
    return mote_layer_part(call, MOTE_OP_MINIMUM, x, mote_layer_number(call, "most", (double)o->max_value), suffix);
}

/* x above the threshold, negative_slope (x - threshold) elsewhere. */
static mote_layer_id above_threshold(const mote_layer_call *call, const mote_relu_options *o, const char *suffix)
{
    const mote_id threshold = mote_layer_number(call, "threshold", (double)o->threshold);
    mote_id       in[3] = {MOTE_NONE, call->in[0], MOTE_NONE};
    mote_node     node = {.op = MOTE_OP_SELECT_V2, .in = in, .in_count = 3};
    mote_node     greater = {.op = MOTE_OP_GREATER, .in = (mote_id[]){call->in[0], threshold}, .in_count = 2};

    if (o->negative_slope == 0) {
        in[2] = mote_layer_number(call, "zero", 0);
    } else {
        in[2] = mote_layer_part(call, MOTE_OP_SUB, call->in[0], threshold, "below");
        in[2] = mote_layer_part(call, MOTE_OP_MUL, in[2],
                                mote_layer_number(call, "negative_slope", (double)o->negative_slope), "sloped");
    }
    in[0] = mote_layer_inner_node_of(call, &greater, "is_above", MOTE_BOOL);
    return suffix ? mote_layer_inner_node(call, &node, suffix) : mote_layer_node(call, &node);
}

static mote_layer_id add_relu(const mote_layer_call *call, const void *options)
{
    const mote_relu_options *o = options;
    const bool               has_most = o->max_value > 0;
    mote_id                  x = call->in[0];

    if (o->threshold > 0) {
        x = above_threshold(call, o, has_most ? "open" : NULL);
        return has_most ? capped(call, x, o, NULL) : x;
    }
    if (o->negative_slope == 0) {
        if (!has_most || o->max_value == 6)
            return mote_layer_part(call, has_most ? MOTE_OP_RELU6 : MOTE_OP_RELU, x, MOTE_NONE, NULL);
        return capped(call, mote_layer_part(call, MOTE_OP_RELU, x, MOTE_NONE, "open"), o, NULL);
    }
    x = has_most ? capped(call, x, o, "capped") : x;
    return mote_layer_node(
        call, &(mote_node){.op = MOTE_OP_LEAKY_RELU, .in = &x, .in_count = 1, .as.leaky_relu.alpha = o->negative_slope});
}

static const mote_key relu_keys[] = {
    MOTE_KEY("max_value", mote_relu_options, max_value, .min = 1e-7, .max = 1e9, .may_lack = true),
    MOTE_KEY("negative_slope", mote_relu_options, negative_slope, .min = 0, .max = 100),
    MOTE_KEY("threshold", mote_relu_options, threshold, .min = 0, .max = 1e9),
    {0},
};

/* ---- prelu ---- */

/* Keras' fans: the last two axes are inputs and outputs, those before them the window. */
static void set_fans(mote_weight *weight)
{
    double  window = 1;
    int32_t i;

    for (i = 0; i < weight->rank - 2; i++)
        window *= weight->dim[i];
    weight->fan_out = window * weight->dim[weight->rank - 1];
    weight->fan_in = weight->rank == 1 ? weight->fan_out : window * weight->dim[weight->rank - 2];
}

static mote_layer_id add_prelu(const mote_layer_call *call, const void *options)
{
    const mote_prelu_options *o = options;
    const mote_tensor         in = *mote_layer_in(call, 0);
    mote_weight               alpha = {.name = "alpha", .rank = in.rank - 1, .initializer = o->alpha_initializer};
    int32_t                   i;

    if (in.rank - 1 > MOTE_WEIGHT_RANK_MAX)
        return mote_layer_fail(call, MOTE_ERR_UNSUPPORTED, "its input has %d dimensions, more than %d", (int)in.rank - 1,
                               MOTE_WEIGHT_RANK_MAX);
    memcpy(alpha.dim, in.dim + 1, (size_t)alpha.rank * sizeof *alpha.dim);
    for (i = 0; i < o->shared_axes.count; i++) {
        const int32_t axis = o->shared_axes.values[i];
        if (axis >= in.rank)
            return mote_layer_fail(call, MOTE_ERR_USAGE, "shared_axes has %d; 1 to %d are possible", (int)axis,
                                   (int)in.rank - 1);
        alpha.dim[axis - 1] = 1;
    }
    set_fans(&alpha);
    alpha.keras.rank = alpha.rank;
    for (i = 0; i < alpha.rank; i++) {
        alpha.keras.dim[i] = alpha.dim[i];
        alpha.keras.order[i] = (char)('0' + i);
    }
    return mote_layer_part(call, MOTE_OP_PRELU, call->in[0], mote_layer_weight(call, &alpha), NULL);
}

static const mote_key prelu_keys[] = {
    MOTE_KEY("alpha_initializer", mote_prelu_options, alpha_initializer, .standard = MOTE_INITIALIZER_ZEROS,
             .words = mote_initializer_words),
    MOTE_KEY("shared_axes", mote_prelu_options, shared_axes, .min = 1, .max = 7, .most = 7),
    {0},
};

/* ---- softmax ---- */

/* Along another axis than the last one it is turned, and turned back. */
static mote_layer_id add_softmax(const mote_layer_call *call, const void *options)
{
    const mote_softmax_options *o = options;
    const int32_t               rank = mote_layer_in(call, 0)->rank, axis = mote_layer_axis(call, call->in[0], o->axis);
    mote_id                     x = call->in[0];
    mote_node                   node = {.op = MOTE_OP_SOFTMAX, .in = &x, .in_count = 1, .as.softmax.beta = 1};
    int32_t                     order[MOTE_RANK_MAX], i;

    if (axis == 0)
        return MOTE_NO_LAYER;
    if (axis == rank - 1)
        return mote_layer_node(call, &node);
    for (i = 0; i < rank; i++)
        order[i] = i;
    order[axis] = rank - 1;
    order[rank - 1] = axis;
    x = mote_layer_turned(call, x, order, "turned");
    x = mote_layer_inner_node(call, &node, "softmax");
    return mote_layer_turned(call, x, order, NULL);
}

static const mote_key softmax_keys[] = {MOTE_KEY("axis", mote_softmax_options, axis, .min = -7, .max = 7, .standard = -1),
                                        {0}};

#define SLOPED(layer, class)                                                                                                \
    const mote_layer_type mote_layer_type_##layer = {.name = #layer,                                                        \
                                                     .keras_class = class,                                                  \
                                                     .options_bytes = sizeof(mote_##layer##_options),                       \
                                                     .keys = layer##_keys,                                                  \
                                                     .add = add_##layer}
SLOPED(elu, "ELU");
SLOPED(relu, "ReLU");
SLOPED(prelu, "PReLU");
SLOPED(softmax, "Softmax");
