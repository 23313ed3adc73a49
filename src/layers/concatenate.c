/* concatenate: Keras' Concatenate. SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

/* Keras counts the batch as axis 0, along which a layer does not mix samples. */
static int32_t axis_of(const mote_layer_call *call, const mote_concatenate_options *o)
{
    return o->axis < 0 ? o->axis + mote_layer_in(call, 0)->rank : o->axis;
}

static bool fit_beside(const mote_tensor *a, const mote_tensor *b, int32_t axis)
{
    int32_t i;

    for (i = 0; i < a->rank && a->rank == b->rank; i++)
        if (i != axis && a->dim[i] != b->dim[i])
            return false;
    return a->rank == b->rank;
}

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const int32_t axis = axis_of(call, options), rank = mote_layer_in(call, 0)->rank;
    mote_id       operands[MOTE_NODE_IN_MAX];
    mote_node     node = {
            .op = MOTE_OP_CONCATENATION, .in = operands, .in_count = call->in_count, .as.concatenation.axis = axis};
    int i;

    if (axis < 1 || axis >= rank)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "axis is %d; 1 to %d are possible, or -1 to -%d", (int)axis,
                               (int)rank - 1, (int)rank - 1);
    for (i = 0; i < call->in_count; i++) {
        operands[i] = call->in[i];
        if (!fit_beside(mote_layer_in(call, 0), mote_layer_in(call, i), axis))
            return mote_layer_fail(call, MOTE_ERR_USAGE, "its inputs must be alike but along axis %d: %s and %s", (int)axis,
                                   mote_layer_shape(call, 0).text, mote_layer_shape(call, i).text);
    }
    return mote_layer_node(call, &node);
}

static const mote_key keys[] = {MOTE_KEY("axis", mote_concatenate_options, axis, .min = -7, .max = 7, .standard = -1), {0}};

const mote_layer_type mote_layer_type_concatenate = {.name = "concatenate",
                                                     .keras_class = "Concatenate",
                                                     .options_bytes = sizeof(mote_concatenate_options),
                                                     .keys = keys,
                                                     .in_min = 2,
                                                     .add = add};
