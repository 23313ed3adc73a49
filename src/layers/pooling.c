/* max_pooling2d, average_pooling2d, global_average_pooling2d: Keras' layers of these names, channels last.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

/* strides left out are the window's size. */
static mote_layer_id add_window(const mote_layer_call *call, const mote_pooling2d_options *o, mote_op_kind op)
{
    const mote_tensor *in = mote_layer_in(call, 0);
    mote_attrs         attributes = {
                .max_pool_2d = {.filter_h = o->pool_size[0],
                                .filter_w = o->pool_size[1],
                                .stride_h = o->strides[0] ? o->strides[0] : o->pool_size[0],
                                .stride_w = o->strides[1] ? o->strides[1] : o->pool_size[1],
                                .padding = o->padding == MOTE_PADDING_SAME ? MRT_PADDING_SAME : MRT_PADDING_VALID}};

    if (o->padding == MOTE_PADDING_VALID && (o->pool_size[0] > in->dim[1] || o->pool_size[1] > in->dim[2]))
        return mote_layer_fail(call, MOTE_ERR_USAGE,
                               "pool_size [%d,%d] is larger than its input %s; use padding: same or a smaller pool_size",
                               o->pool_size[0], o->pool_size[1], mote_layer_shape(call, 0).text);
    return mote_layer_simple_node(call, op, attributes);
}

static mote_layer_id add_max(const mote_layer_call *call, const void *options)
{
    return add_window(call, options, MOTE_OP_MAX_POOL_2D);
}

static mote_layer_id add_average(const mote_layer_call *call, const void *options)
{
    return add_window(call, options, MOTE_OP_AVERAGE_POOL_2D);
}

static mote_layer_id add_global_average(const mote_layer_call *call, const void *options)
{
    const mote_global_pooling2d_options *o = options;
    mote_id   operands[2] = {call->in[0], mote_layer_integers(call, "axes", (const int32_t[]){1, 2}, 2)};
    mote_node node = {.op = MOTE_OP_MEAN, .in = operands, .in_count = 2};

    node.as.mean = (mrt_reduce_attributes){.axis = {1, 2}, .axis_count = 2, .keep_dims = o->keepdims == MOTE_SWITCH_ON};
    return mote_layer_node(call, &node);
}

static const mote_key window_keys[] = {
    MOTE_KEY("pool_size", mote_pooling2d_options, pool_size, .min = 1, .max = MOTE_LAYER_SIZE_MAX, .standard = 2),
    MOTE_KEY("strides", mote_pooling2d_options, strides, .min = 1, .max = MOTE_LAYER_SIZE_MAX),
    MOTE_KEY("padding", mote_pooling2d_options, padding, .words = mote_padding_words),
    {0},
};

static const mote_key global_keys[] = {
    MOTE_KEY("keepdims", mote_global_pooling2d_options, keepdims, .words = mote_switch_words, .standard = MOTE_SWITCH_OFF),
    {0},
};

const mote_layer_type mote_layer_type_max_pooling2d = {.name = "max_pooling2d",
                                                       .keras_class = "MaxPooling2D",
                                                       .options_bytes = sizeof(mote_pooling2d_options),
                                                       .keys = window_keys,
                                                       .is_image = true,
                                                       .add = add_max};

const mote_layer_type mote_layer_type_average_pooling2d = {.name = "average_pooling2d",
                                                           .keras_class = "AveragePooling2D",
                                                           .options_bytes = sizeof(mote_pooling2d_options),
                                                           .keys = window_keys,
                                                           .is_image = true,
                                                           .add = add_average};

const mote_layer_type mote_layer_type_global_average_pooling2d = {.name = "global_average_pooling2d",
                                                                  .keras_class = "GlobalAveragePooling2D",
                                                                  .options_bytes = sizeof(mote_global_pooling2d_options),
                                                                  .keys = global_keys,
                                                                  .is_image = true,
                                                                  .add = add_global_average};
