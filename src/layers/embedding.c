/* embedding: Keras' Embedding. SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

/* The largest rank with one more axis. */
static bool has_room(const mote_layer_call *call)
{
    return mote_layer_in(call, 0)->rank < MOTE_RANK_MAX;
}

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const mote_embedding_options *o = options;
    mote_id                       operands[2] = {call->in[0], MOTE_NONE};

    if (!has_room(call))
        return mote_layer_fail(call, MOTE_ERR_USAGE, "its input has too many dimensions: %s",
                               mote_layer_shape(call, 0).text);
    operands[1] = mote_layer_weight(call, &(mote_weight){.name = "embeddings",
                                                         .rank = 2,
                                                         .dim = {o->input_dim, o->output_dim},
                                                         .initializer = o->embeddings_initializer,
                                                         .fan_in = o->input_dim,
                                                         .fan_out = o->output_dim,
                                                         .keras = {2, {o->input_dim, o->output_dim}, "01"}});
    return mote_layer_node(call, &(mote_node){.op = MOTE_OP_EMBEDDING, .in = operands, .in_count = 2});
}

static const mote_key keys[] = {
    MOTE_KEY("input_dim", mote_embedding_options, input_dim, .min = 1, .max = 16777216, .is_required = true),
    MOTE_KEY("output_dim", mote_embedding_options, output_dim, .min = 1, .max = MOTE_LAYER_CHANNEL_MAX, .is_required = true),
    MOTE_KEY("embeddings_initializer", mote_embedding_options, embeddings_initializer,
             .standard = MOTE_INITIALIZER_RANDOM_UNIFORM, .words = mote_initializer_words),
    {0},
};

const mote_layer_type mote_layer_type_embedding = {.name = "embedding",
                                                   .keras_class = "Embedding",
                                                   .options_bytes = sizeof(mote_embedding_options),
                                                   .keys = keys,
                                                   .add = add};
