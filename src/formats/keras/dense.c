/* Dense and Embedding. SPDX-License-Identifier: Apache-2.0 */
#include "formats/keras/layer.h"

MOTE_KERAS_FUNCTION(dense)
{
    static const mote_keras_array arrays[] = {{.name = "kernel", .index = 0, .order = "10"}, {.name = "bias", .index = 1}};
    const mote_dense_options      o = {.name = k->base.name,
                                       .units = mote_keras_int(k, "units", MOTE_KERAS_REQUIRED, 1, MOTE_LAYER_CHANNEL_MAX),
                                       .activation = mote_keras_builtin(k, "activation"),
                                       .use_bias = mote_keras_flag(k, "use_bias", true) ? MOTE_SWITCH_ON : MOTE_SWITCH_OFF};
    mote_id                       x = MOTE_KERAS_IN(k);

    mote_keras_refuse_other(k, "lora_rank", NULL);
    MOTE_KERAS_ARRAYS(k, arrays);
    x = mote_layer_type_dense.add(&k->base, &o);
    mote_keras_return(k, o.activation ? x : mote_keras_activate(k, "activation", x));
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
    in[1] = mote_keras_cast(k, MOTE_KERAS_IN(k), MOTE_I32);
    mote_keras_return(k, mote_keras_node(k, &(mote_node){.op = MOTE_OP_GATHER, .in = in, .in_count = 2}));
}
