/* dense: Keras' Dense. SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const mote_dense_options *o = options;
    const int32_t             in_count = mote_layer_channels(call);
    mote_id                   operands[3] = {call->in[0], MOTE_NONE, MOTE_NONE};
    mote_node                 node = {.op = MOTE_OP_FULLY_CONNECTED, .in = operands, .in_count = 3};

    operands[1] = mote_layer_weight(call, &(mote_weight){.name = "kernel",
                                                         .rank = 2,
                                                         .dim = {o->units, in_count},
                                                         .initializer = o->kernel_initializer,
                                                         .regularizer = o->kernel_regularizer,
                                                         .fan_in = in_count,
                                                         .fan_out = o->units});
    if (o->use_bias == MOTE_SWITCH_ON)
        operands[2] = mote_layer_bias(call, o->units, o->bias_initializer, o->bias_regularizer);
    node.as.fully_connected.keep_num_dims = mote_layer_in(call, 0)->rank > 2;
    return mote_layer_activated_node(call, &node, o->activation);
}

static const mote_key keys[] = {
    MOTE_KEY("units", mote_dense_options, units, .min = 1, .max = MOTE_LAYER_CHANNEL_MAX, .is_required = true),
    MOTE_KEY("activation", mote_dense_options, activation, .words = mote_activation_words),
    MOTE_KEY("use_bias", mote_dense_options, use_bias, .words = mote_switch_words, .standard = MOTE_SWITCH_ON),
    MOTE_KEY("kernel_initializer", mote_dense_options, kernel_initializer, .standard = MOTE_INITIALIZER_GLOROT_UNIFORM,
             .words = mote_initializer_words),
    MOTE_KEY("bias_initializer", mote_dense_options, bias_initializer, .standard = MOTE_INITIALIZER_ZEROS,
             .words = mote_initializer_words),
    MOTE_KEY("kernel_regularizer", mote_dense_options, kernel_regularizer),
    MOTE_KEY("bias_regularizer", mote_dense_options, bias_regularizer),
    {0},
};

const mote_layer_type mote_layer_type_dense = {
    .name = "dense", .keras_class = "Dense", .options_bytes = sizeof(mote_dense_options), .keys = keys, .add = add};
