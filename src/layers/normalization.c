/* Keras' BatchNormalization over the last axis, LayerNormalization and RMSNormalization over the last axes,
 * GroupNormalization over the last one. SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

/* ---- batch ---- */

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

static mote_layer_id add_batch(const mote_layer_call *call, const void *options)
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

static const mote_key batch_keys[] = {
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
                                                             .keys = batch_keys,
                                                             .add = add_batch};

/* ---- of each sample ---- */

/* gamma or beta, of the input's last axes. */
static mote_id add_affine(const mote_layer_call *call, const char *name, int32_t axes, mote_initializer initializer)
{
    const mote_tensor *in = mote_layer_in(call, 0);
    mote_weight        weight = {.name = name, .rank = axes, .initializer = initializer, .keras = {.rank = axes}};
    int32_t            i;

    for (i = 0; i < axes; i++) {
        weight.dim[i] = weight.keras.dim[i] = in->dim[in->rank - axes + i];
        weight.keras.order[i] = (char)('0' + i);
    }
    weight.fan_in = axes > 1 ? weight.dim[axes - 2] : weight.dim[0];
    weight.fan_out = weight.dim[axes - 1];
    for (i = 0; i < axes - 2; i++) {
        weight.fan_in *= weight.dim[i];
        weight.fan_out *= weight.dim[i];
    }
    return mote_layer_weight(call, &weight);
}

static mote_layer_id add_normalized(const mote_layer_call *call, mrt_group_normalization_attributes as, mote_switch scale,
                                    mote_initializer gamma, mote_switch center, mote_initializer beta)
{
    const int32_t axes = as.axes > 0 ? as.axes : 1;
    mote_id       operands[3] = {call->in[0], MOTE_NONE, MOTE_NONE};
    mote_node     node = {.op = MOTE_OP_GROUP_NORMALIZATION, .in = operands, .in_count = 3, .as.group_normalization = as};

    if (scale == MOTE_SWITCH_ON)
        operands[1] = add_affine(call, "gamma", axes, gamma);
    if (center == MOTE_SWITCH_ON)
        operands[2] = add_affine(call, "beta", axes, beta);
    return mote_layer_node(call, &node);
}

/* So many last axes, which is what they must be; 0 after a failure. */
static int32_t last_axes(const mote_layer_call *call, const mote_numbers *axis)
{
    const int32_t rank = mote_layer_in(call, 0)->rank;
    unsigned      named = 0;
    int32_t       i, at;

    for (i = 0; i < axis->count; i++) {
        at = axis->values[i] < 0 ? axis->values[i] + rank : axis->values[i];
        if (at < 1 || at >= rank)
            return mote_layer_fail(call, MOTE_ERR_USAGE, "axis is %d; 1 to %d are possible, or -1 to -%d", axis->values[i],
                                   rank - 1, rank - 1),
                   0;
        named |= 1u << at;
    }
    if (named + (1u << (rank - axis->count)) != 1u << rank)
        return mote_layer_fail(call, MOTE_ERR_UNSUPPORTED, "axes that are not the last ones are not supported"), 0;
    if (axis->count > MOTE_WEIGHT_RANK_MAX)
        return mote_layer_fail(call, MOTE_ERR_UNSUPPORTED, "%d axes, more than %d", axis->count, MOTE_WEIGHT_RANK_MAX), 0;
    return axis->count;
}

static mote_layer_id add_layer_normalization(const mote_layer_call *call, const void *options)
{
    const mote_layer_normalization_options  *o = options;
    const mrt_group_normalization_attributes as = {
        .axes = last_axes(call, &o->axis), .groups = 1, .is_centered = 1, .epsilon = o->epsilon};

    if (as.axes == 0)
        return MOTE_NO_LAYER;
    return add_normalized(call, as, o->scale, o->gamma_initializer, o->center, o->beta_initializer);
}

static mote_layer_id add_rms_normalization(const mote_layer_call *call, const void *options)
{
    const mote_rms_normalization_options    *o = options;
    const mrt_group_normalization_attributes as = {.axes = last_axes(call, &o->axis), .groups = 1, .epsilon = o->epsilon};

    if (as.axes == 0)
        return MOTE_NO_LAYER;
    return add_normalized(call, as, MOTE_SWITCH_ON, MOTE_INITIALIZER_ONES, MOTE_SWITCH_OFF, MOTE_INITIALIZER_ZEROS);
}

static mote_layer_id add_group_normalization(const mote_layer_call *call, const void *options)
{
    const mote_group_normalization_options  *o = options;
    const mote_tensor                       *in = mote_layer_in(call, 0);
    const int32_t                            channels = mote_layer_channels(call);
    const mrt_group_normalization_attributes as = {
        .groups = o->groups == -1 ? channels : o->groups, .is_centered = 1, .epsilon = o->epsilon};

    if (o->axis != -1 && o->axis != in->rank - 1)
        return mote_layer_fail(call, MOTE_ERR_UNSUPPORTED, "axis is %d; -1, the last, is possible", o->axis);
    if (as.groups < 1 || channels % as.groups != 0)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "%d groups do not divide %d channels", as.groups, channels);
    return add_normalized(call, as, o->scale, o->gamma_initializer, o->center, o->beta_initializer);
}

#define AXIS_KEY(T)                                                                                                         \
    MOTE_KEY("axis", T, axis, .min = 1 - MOTE_RANK_MAX, .max = MOTE_RANK_MAX - 1, .standard = -1, .most = MOTE_RANK_MAX - 1)
#define EPSILON_KEY(T, usual) MOTE_KEY("epsilon", T, epsilon, .min = 1e-12, .max = 1, .standard = usual)
#define AFFINE_KEYS(T)                                                                                                      \
    MOTE_KEY("center", T, center, .words = mote_switch_words, .standard = MOTE_SWITCH_ON),                                  \
        MOTE_KEY("scale", T, scale, .words = mote_switch_words, .standard = MOTE_SWITCH_ON),                                \
        MOTE_KEY("beta_initializer", T, beta_initializer, .standard = MOTE_INITIALIZER_ZEROS,                               \
                 .words = mote_initializer_words),                                                                          \
        MOTE_KEY("gamma_initializer", T, gamma_initializer, .standard = MOTE_INITIALIZER_ONES,                              \
                 .words = mote_initializer_words)

static const mote_key layer_normalization_keys[] = {
    AXIS_KEY(mote_layer_normalization_options),
    EPSILON_KEY(mote_layer_normalization_options, 1e-3),
    AFFINE_KEYS(mote_layer_normalization_options),
    {0},
};
static const mote_key rms_normalization_keys[] = {
    AXIS_KEY(mote_rms_normalization_options),
    EPSILON_KEY(mote_rms_normalization_options, 1e-6),
    {0},
};
static const mote_key group_normalization_keys[] = {
    MOTE_KEY("groups", mote_group_normalization_options, groups, .min = -1, .max = MOTE_LAYER_CHANNEL_MAX, .standard = 32),
    MOTE_KEY("axis", mote_group_normalization_options, axis, .min = 1 - MOTE_RANK_MAX, .max = MOTE_RANK_MAX - 1,
             .standard = -1),
    EPSILON_KEY(mote_group_normalization_options, 1e-3),
    AFFINE_KEYS(mote_group_normalization_options),
    {0},
};

#define TYPE(layer, class_name)                                                                                             \
    const mote_layer_type mote_layer_type_##layer = {.name = #layer,                                                        \
                                                     .keras_class = class_name,                                             \
                                                     .options_bytes = sizeof(mote_##layer##_options),                       \
                                                     .keys = layer##_keys,                                                  \
                                                     .add = add_##layer}
TYPE(layer_normalization, "LayerNormalization");
TYPE(rms_normalization, "RMSNormalization");
TYPE(group_normalization, "GroupNormalization");
