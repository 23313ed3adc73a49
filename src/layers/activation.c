/* activation: Keras' Activation, a layer of its own. passes/ fuses it into the layer before it where that can be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const mote_activation_options *o = options;

    return mote_layer_activation_node(call, call->in[0], o->activation);
}

static const mote_word words[] = {{"relu", MOTE_ACTIVATION_RELU},       {"relu6", MOTE_ACTIVATION_RELU6},
                                  {"sigmoid", MOTE_ACTIVATION_SIGMOID}, {"tanh", MOTE_ACTIVATION_TANH},
                                  {"softmax", MOTE_ACTIVATION_SOFTMAX}, {NULL, 0}};

static const mote_key keys[] = {
    MOTE_KEY("activation", mote_activation_options, activation, .words = words, .is_required = true),
    {0},
};

const mote_layer_type mote_layer_type_activation = {
    .name = "activation", .options_bytes = sizeof(mote_activation_options), .keys = keys, .add = add};
