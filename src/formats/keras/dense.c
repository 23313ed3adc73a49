/* Dense and Embedding. SPDX-License-Identifier: Apache-2.0 */
#include "formats/keras/layer.h"

/* What a vector was flattened from: the operator flattens by itself. Training wants the vector. */
static mote_id before_flatten(mote_keras_call *k, mote_id x)
{
    const mote_tensor *in = mote_keras_tensor(k, x), *from;
    const mote_id      before = in->rank == 2 && k->reader->is_to_run ? mote_keras_before(k, x, MOTE_OP_RESHAPE) : MOTE_NONE;

    if (before == MOTE_NONE)
        return x;
    from = mote_keras_tensor(k, before);
    return from->is_batched && in->is_batched && from->rank > 2 ? before : x;
}

MOTE_KERAS_FUNCTION(dense)
{
    static const mote_keras_array arrays[] = {{.name = "kernel", .index = 0, .order = "10"}, {.name = "bias", .index = 1}};
    const mote_tensor             in = *mote_keras_tensor(k, MOTE_KERAS_IN(k));
    const int32_t dim[] = {mote_keras_int(k, "units", MOTE_KERAS_REQUIRED, 1, MOTE_LAYER_CHANNEL_MAX), in.dim[in.rank - 1]};
    mote_id       operands[3] = {before_flatten(k, MOTE_KERAS_IN(k)), MOTE_NONE, MOTE_NONE};
    mote_node     node = {.op = MOTE_OP_FULLY_CONNECTED, .in = operands, .in_count = 3};

    mote_keras_refuse_other(k, "lora_rank", NULL);
    MOTE_KERAS_ARRAYS(k, arrays);
    operands[1] = mote_keras_weight(k, "kernel", 2, dim, false);
    if (mote_keras_flag(k, "use_bias", true))
        operands[2] = mote_keras_weight(k, "bias", 1, dim, false);
    node.as.fully_connected.keep_num_dims = in.rank > 2;
    mote_keras_return(k, mote_keras_activate(k, "activation", mote_keras_node(k, &node)));
}

/* Rows of a table, by whole numbers. */
MOTE_KERAS_FUNCTION(embedding)
{
    static const mote_keras_array arrays[] = {{.name = "embeddings", .index = 0}};
    const int32_t                 dim[] = {mote_keras_int(k, "input_dim", MOTE_KERAS_REQUIRED, 1, INT32_MAX),
                                           mote_keras_int(k, "output_dim", MOTE_KERAS_REQUIRED, 1, MOTE_LAYER_CHANNEL_MAX)};
    mote_id                       in[2];

    mote_keras_refuse_other(k, "lora_rank", NULL);
    k->is_masked |= mote_keras_flag(k, "mask_zero", false);
    MOTE_KERAS_ARRAYS(k, arrays);
    in[0] = mote_keras_weight(k, "embeddings", 2, dim, false);
    if (mote_keras_is_to_train(k)) {
        in[1] = in[0];
        in[0] = MOTE_KERAS_IN(k);
        mote_keras_return(k, mote_keras_node(k, &(mote_node){.op = MOTE_OP_EMBEDDING, .in = in, .in_count = 2}));
        return;
    }
    in[1] = mote_keras_cast(k, MOTE_KERAS_IN(k), MOTE_I32);
    mote_keras_return(k, mote_keras_node(k, &(mote_node){.op = MOTE_OP_GATHER, .in = in, .in_count = 2}));
}
