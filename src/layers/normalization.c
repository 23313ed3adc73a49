/* batch_normalization: Keras' BatchNormalization over the last axis. SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

static mote_id add_weight(const mote_layer_call *call, const char *name, mote_initializer initializer, bool is_fixed)
{
    const int32_t channels = mote_layer_channels(call);

    return mote_layer_weight(call, &(mote_weight){.name = name,
                                                  .rank = 1,
                                                  .dim = {channels},
                                                  .initializer = initializer,
                                                  .fan_in = channels,
                                                  .fan_out = channels,
                                                  .is_fixed = is_fixed});
}

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const mote_batch_normalization_options *o = options;
    mote_id                                 operands[5] = {call->in[0], MOTE_NONE, MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node                               node = {.op = MOTE_OP_BATCH_NORMALIZATION, .in = operands, .in_count = 5};

    if (o->scale == MOTE_SWITCH_ON)
        operands[1] = add_weight(call, "gamma", o->gamma_initializer, false);
    if (o->center == MOTE_SWITCH_ON)
        operands[2] = add_weight(call, "beta", o->beta_initializer, false);
    operands[3] = add_weight(call, "moving_mean", MOTE_INITIALIZER_ZEROS, true);
    operands[4] = add_weight(call, "moving_variance", MOTE_INITIALIZER_ONES, true);
    node.as.batch_normalization = (mrt_batch_normalization_attributes){.momentum = o->momentum, .epsilon = o->epsilon};
    return mote_layer_node(call, &node);
}

static const mote_key keys[] = {
    MOTE_KEY("momentum", mote_batch_normalization_options, momentum, .min = 1e-6, .max = 1, .standard = 0.99),
    MOTE_KEY("epsilon", mote_batch_normalization_options, epsilon, .min = 1e-12, .max = 1, .standard = 1e-3),
    MOTE_KEY("center", mote_batch_normalization_options, center, .words = mote_switch_words, .standard = MOTE_SWITCH_ON),
    MOTE_KEY("scale", mote_batch_normalization_options, scale, .words = mote_switch_words, .standard = MOTE_SWITCH_ON),
    MOTE_KEY("beta_initializer", mote_batch_normalization_options, beta_initializer, .standard = MOTE_INITIALIZER_ZEROS,
             .words = mote_initializer_words),
    MOTE_KEY("gamma_initializer", mote_batch_normalization_options, gamma_initializer, .standard = MOTE_INITIALIZER_ONES,
             .words = mote_initializer_words),
    {0},
};

const mote_layer_type mote_layer_type_batch_normalization = {.name = "batch_normalization",
                                                             .keras_class = "BatchNormalization",
                                                             .options_bytes = sizeof(mote_batch_normalization_options),
                                                             .keys = keys,
                                                             .add = add};
