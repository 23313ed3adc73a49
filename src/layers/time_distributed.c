/* time_distributed: Keras' TimeDistributed, of a dense layer, which treats every step alike by itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const mote_time_distributed_options *o = options;

    if (mote_layer_in(call, 0)->rank < 3)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "takes [time, ...], but its input is %s; add a reshape before it",
                               mote_layer_shape(call, 0).text);
    return mote_layer_type_dense.add(call, &o->layer.as.dense);
}

static const mote_word inner_words[] = {{"dense", 0}, {NULL, 0}};

static const mote_key keys[] = {
    MOTE_KEY("layer", mote_time_distributed_options, layer, .words = inner_words, .is_required = true),
    {0},
};

const mote_layer_type mote_layer_type_time_distributed = {.name = "time_distributed",
                                                          .keras_class = "TimeDistributed",
                                                          .options_bytes = sizeof(mote_time_distributed_options),
                                                          .keys = keys,
                                                          .add = add};
