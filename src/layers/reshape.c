/* flatten, reshape, permute, repeat_vector: Keras' layers that move what is there. The first two become RESHAPE, whose shape
 * leaves the batch open. SPDX-License-Identifier: Apache-2.0 */
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

/* ---- permute ---- */

static mote_layer_id add_permute(const mote_layer_call *call, const void *options)
{
    const mote_permute_options *o = options;
    const int32_t               rank = mote_layer_in(call, 0)->rank;
    int32_t                     order[MOTE_RANK_MAX] = {0}, i;
    unsigned                    named = 1;

    for (i = 0; i < o->dims.rank; i++) {
        order[i + 1] = o->dims.dims[i];
        named |= 1u << o->dims.dims[i];
    }
    if (o->dims.rank != rank - 1 || named != (1u << rank) - 1)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "dims must name each of 1 to %d, the axes of its input %s, once",
                               (int)rank - 1, mote_layer_shape(call, 0).text);
    return mote_layer_turned(call, call->in[0], order, NULL);
}

static const mote_key permute_keys[] = {
    MOTE_KEY("dims", mote_permute_options, dims, .min = 1, .max = 7, .is_required = true), {0}};

const mote_layer_type mote_layer_type_permute = {.name = "permute",
                                                 .keras_class = "Permute",
                                                 .options_bytes = sizeof(mote_permute_options),
                                                 .keys = permute_keys,
                                                 .add = add_permute};

/* ---- repeat_vector ---- */

static mote_layer_id add_repeat_vector(const mote_layer_call *call, const void *options)
{
    const mote_repeat_vector_options *o = options;
    const int32_t                     times[] = {1, o->n, 1}, row[] = {1, mote_layer_channels(call)};

    if (mote_layer_in(call, 0)->rank != 2)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "takes a vector, but its input is %s; add a flatten before it",
                               mote_layer_shape(call, 0).text);
    return mote_layer_part(call, MOTE_OP_TILE, mote_layer_reshaped(call, call->in[0], 2, row, "row"),
                           mote_layer_integers(call, "times", times, 3), NULL);
}

static const mote_key repeat_vector_keys[] = {
    MOTE_KEY("n", mote_repeat_vector_options, n, .min = 1, .max = 65536, .is_required = true), {0}};

const mote_layer_type mote_layer_type_repeat_vector = {.name = "repeat_vector",
                                                       .keras_class = "RepeatVector",
                                                       .options_bytes = sizeof(mote_repeat_vector_options),
                                                       .keys = repeat_vector_keys,
                                                       .add = add_repeat_vector};
