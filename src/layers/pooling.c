/* Keras' MaxPooling, AveragePooling, GlobalMaxPooling and GlobalAveragePooling of one and two dimensions, channels last.
 * Those of one dimension are of images of height 1. SPDX-License-Identifier: Apache-2.0 */
#include "layers/parts.h"

/* ---- windows ---- */

/* strides left out are the window's size. */
static mrt_pool_attributes attributes(const int32_t *size, const int32_t *strides, mote_padding padding)
{
    return (mrt_pool_attributes){.filter_h = size[0],
                                 .filter_w = size[1],
                                 .stride_h = strides[0] ? strides[0] : size[0],
                                 .stride_w = strides[1] ? strides[1] : size[1],
                                 .padding = padding == MOTE_PADDING_SAME ? MRT_PADDING_SAME : MRT_PADDING_VALID};
}

static mote_layer_id add_images(const mote_layer_call *call, const mote_pooling2d_options *o, mote_op_kind op)
{
    const mote_tensor *in = mote_layer_in(call, 0);

    if (o->padding == MOTE_PADDING_VALID && (o->pool_size[0] > in->dim[1] || o->pool_size[1] > in->dim[2]))
        return mote_layer_fail(call, MOTE_ERR_USAGE,
                               "pool_size [%d,%d] is larger than its input %s; use padding: same or a smaller pool_size",
                               o->pool_size[0], o->pool_size[1], mote_layer_shape(call, 0).text);
    return mote_layer_simple_node(call, op, (mote_attrs){.max_pool_2d = attributes(o->pool_size, o->strides, o->padding)});
}

static mote_layer_id add_sequences(const mote_layer_call *call, const mote_pooling1d_options *o, mote_op_kind op)
{
    const int32_t size[2] = {1, o->pool_size}, strides[2] = {1, o->strides};
    mote_id       x;
    mote_node     node = {.op = op, .in = &x, .in_count = 1, .as.max_pool_2d = attributes(size, strides, o->padding)};

    if (o->padding == MOTE_PADDING_VALID && o->pool_size > mote_layer_in(call, 0)->dim[1])
        return mote_layer_fail(call, MOTE_ERR_USAGE,
                               "pool_size %d is larger than its input %s; use padding: same or a smaller pool_size",
                               o->pool_size, mote_layer_shape(call, 0).text);
    x = mote_layer_image_of_sequence(call, call->in[0]);
    return mote_layer_sequence_of_image(call, mote_layer_inner_node(call, &node, "row"));
}

static mote_layer_id add_max_pooling2d(const mote_layer_call *call, const void *options)
{
    return add_images(call, options, MOTE_OP_MAX_POOL_2D);
}

static mote_layer_id add_average_pooling2d(const mote_layer_call *call, const void *options)
{
    return add_images(call, options, MOTE_OP_AVERAGE_POOL_2D);
}

static mote_layer_id add_max_pooling1d(const mote_layer_call *call, const void *options)
{
    return add_sequences(call, options, MOTE_OP_MAX_POOL_2D);
}

static mote_layer_id add_average_pooling1d(const mote_layer_call *call, const void *options)
{
    return add_sequences(call, options, MOTE_OP_AVERAGE_POOL_2D);
}

/* ---- over all positions ---- */

static mote_layer_id add_global(const mote_layer_call *call, mote_switch keepdims, mote_op_kind op)
{
    static const int32_t axes[] = {1, 2};
    const int32_t        count = mote_layer_in(call, 0)->rank - 2;
    mote_id              operands[2] = {call->in[0], mote_layer_integers(call, "axes", axes, count)};
    mote_node            node = {.op = op, .in = operands, .in_count = 2};

    node.as.mean = (mrt_reduce_attributes){
        .axis = {1, count > 1 ? 2 : 0}, .axis_count = count, .keep_dims = keepdims == MOTE_SWITCH_ON};
    return mote_layer_node(call, &node);
}

#define ADD_GLOBAL(layer, n, KIND)                                                                                          \
    static mote_layer_id add_##layer(const mote_layer_call *call, const void *options)                                      \
    {                                                                                                                       \
        return add_global(call, ((const mote_global_pooling##n##d_options *)options)->keepdims, MOTE_OP_##KIND);            \
    }
ADD_GLOBAL(global_average_pooling1d, 1, MEAN)
ADD_GLOBAL(global_average_pooling2d, 2, MEAN)
ADD_GLOBAL(global_max_pooling1d, 1, REDUCE_MAX)
ADD_GLOBAL(global_max_pooling2d, 2, REDUCE_MAX)

/* ---- tables ---- */

#define WINDOW_KEYS(T)                                                                                                      \
    {                                                                                                                       \
        MOTE_KEY("pool_size", T, pool_size, .min = 1, .max = MOTE_LAYER_SIZE_MAX, .standard = 2),                           \
            MOTE_KEY("strides", T, strides, .min = 1, .max = MOTE_LAYER_SIZE_MAX),                                          \
            MOTE_KEY("padding", T, padding, .words = mote_padding_words),                                                   \
        {                                                                                                                   \
            0                                                                                                               \
        }                                                                                                                   \
    }
#define GLOBAL_KEYS(T)                                                                                                      \
    {                                                                                                                       \
        MOTE_KEY("keepdims", T, keepdims, .words = mote_switch_words, .standard = MOTE_SWITCH_OFF),                         \
        {                                                                                                                   \
            0                                                                                                               \
        }                                                                                                                   \
    }
static const mote_key pooling1d_keys[] = WINDOW_KEYS(mote_pooling1d_options),
                      pooling2d_keys[] = WINDOW_KEYS(mote_pooling2d_options),
                      global_pooling1d_keys[] = GLOBAL_KEYS(mote_global_pooling1d_options),
                      global_pooling2d_keys[] = GLOBAL_KEYS(mote_global_pooling2d_options);

#define TYPE(layer, class_name, options, ...)                                                                               \
    const mote_layer_type mote_layer_type_##layer = {.name = #layer,                                                        \
                                                     .keras_class = class_name,                                             \
                                                     .options_bytes = sizeof(mote_##options##_options),                     \
                                                     .keys = options##_keys,                                                \
                                                     .add = add_##layer,                                                    \
                                                     __VA_ARGS__}
#define IMAGE_TYPE(layer, class_name, options)    TYPE(layer, class_name, options, .is_image = true)
#define SEQUENCE_TYPE(layer, class_name, options) TYPE(layer, class_name, options, .is_sequence = true, .has_format = true)

IMAGE_TYPE(max_pooling2d, "MaxPooling2D", pooling2d);
IMAGE_TYPE(average_pooling2d, "AveragePooling2D", pooling2d);
IMAGE_TYPE(global_average_pooling2d, "GlobalAveragePooling2D", global_pooling2d);
IMAGE_TYPE(global_max_pooling2d, "GlobalMaxPooling2D", global_pooling2d);
SEQUENCE_TYPE(max_pooling1d, "MaxPooling1D", pooling1d);
SEQUENCE_TYPE(average_pooling1d, "AveragePooling1D", pooling1d);
SEQUENCE_TYPE(global_average_pooling1d, "GlobalAveragePooling1D", global_pooling1d);
SEQUENCE_TYPE(global_max_pooling1d, "GlobalMaxPooling1D", global_pooling1d);
