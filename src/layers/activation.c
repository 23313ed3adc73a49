/* activation: Keras' Activation, a layer of its own. passes/ fuses it into the layer before it where that can be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const mote_activation_options *o = options;

    return mote_layer_activation_node(call, call->in[0], o->activation);
}

/* All activations but the first, linear, which is no layer. */
static const mote_key keys[] = {
    MOTE_KEY("activation", mote_activation_options, activation, .words = mote_activation_words + 1, .is_required = true),
    {0},
};

const mote_layer_type mote_layer_type_activation = {.name = "activation",
                                                    .keras_class = "Activation",
                                                    .options_bytes = sizeof(mote_activation_options),
                                                    .keys = keys,
                                                    .add = add};
