/* flatten, reshape: Keras' Flatten and Reshape. Both become RESHAPE, whose shape leaves the batch open.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layers/parts.h"

static mote_layer_id add_flatten(const mote_layer_call *call, const void *options)
{
    const int32_t count = (int32_t)mote_tensor_count(mote_layer_in(call, 0)); /* operators keep it below 2^31 */

    (void)options;
    return mote_layer_reshaped(call, call->in[0], 1, &count, NULL);
}

/* The shape without -1; false when nothing fits. */
static bool resolve(const mote_shape *target, size_t count, int32_t *dims)
{
    size_t known = 1;
    int    i, open = -1;

    for (i = 0; i < target->rank; i++) {
        dims[i] = target->dims[i];
        if (dims[i] == -1)
            open = i;
        else
            known = mote_size_mul(known, (size_t)dims[i]);
    }
    if (open >= 0 && count % known == 0) {
        dims[open] = (int32_t)(count / known);
        known = count;
    }
    return known == count;
}

static mote_layer_id add_reshape(const mote_layer_call *call, const void *options)
{
    const mote_reshape_options *o = options;
    const size_t                count = mote_tensor_count(mote_layer_in(call, 0));
    mote_tensor                 shown = {.rank = o->target_shape.rank};
    int32_t                     dims[MOTE_RANK_MAX];
    int                         i;

    if (resolve(&o->target_shape, count, dims))
        return mote_layer_reshaped(call, call->in[0], o->target_shape.rank, dims, NULL);
    for (i = 0; i < shown.rank; i++)
        shown.dim[i] = o->target_shape.dims[i];
    return mote_layer_fail(call, MOTE_ERR_USAGE, "target_shape %s does not hold the %zu elements of its input %s",
                           mote_shape_show(&shown).text, count, mote_layer_shape(call, 0).text);
}

static const mote_key no_keys[] = {{0}};

static const mote_key reshape_keys[] = {
    MOTE_KEY("target_shape", mote_reshape_options, target_shape, .min = -1, .max = INT32_MAX, .is_required = true),
    {0},
};

const mote_layer_type mote_layer_type_flatten = {.name = "flatten",
                                                 .keras_class = "Flatten",
                                                 .options_bytes = sizeof(mote_flatten_options),
                                                 .keys = no_keys,
                                                 .add = add_flatten};

const mote_layer_type mote_layer_type_reshape = {.name = "reshape",
                                                 .keras_class = "Reshape",
                                                 .options_bytes = sizeof(mote_reshape_options),
                                                 .keys = reshape_keys,
                                                 .add = add_reshape};
