/* dropout: Keras' Dropout. SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const mote_dropout_options *o = options;

    return mote_layer_simple_node(call, MOTE_OP_DROPOUT, (mote_attrs){.dropout = {.rate = o->rate}});
}

static const mote_key keys[] = {
    MOTE_KEY("rate", mote_dropout_options, rate, .min = 0, .max = 0.99, .is_required = true),
    {0},
};

const mote_layer_type mote_layer_type_dropout = {
    .name = "dropout", .keras_class = "Dropout", .options_bytes = sizeof(mote_dropout_options), .keys = keys, .add = add};
