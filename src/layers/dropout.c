/* dropout and its like, which make their input noisy in training alone: Keras' Dropout, SpatialDropout1D and 2D,
 * AlphaDropout, GaussianDropout, GaussianNoise. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "layers/layer.h"

static mote_layer_id add_noise(const mote_layer_call *call, mrt_noise noise, float rate, float stddev)
{
    return mote_layer_simple_node(call, MOTE_OP_DROPOUT,
                                  (mote_attrs){.dropout = {.rate = rate, .stddev = stddev, .noise = (int32_t)noise}});
}

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    return add_noise(call, MRT_NOISE_DROPOUT, ((const mote_dropout_options *)options)->rate, 0);
}

static mote_layer_id add_spatial(const mote_layer_call *call, const void *options)
{
    return add_noise(call, MRT_NOISE_CHANNELS, ((const mote_dropout_options *)options)->rate, 0);
}

static mote_layer_id add_spatial_1d(const mote_layer_call *call, const void *options)
{
    if (mote_layer_in(call, 0)->rank != 3)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "its input is %s; [length, channels] is expected",
                               mote_layer_shape(call, 0).text);
    return add_spatial(call, options);
}

static mote_layer_id add_alpha(const mote_layer_call *call, const void *options)
{
    return add_noise(call, MRT_NOISE_ALPHA, ((const mote_dropout_options *)options)->rate, 0);
}

/* Keras' deviation, worked out in double there, too. */
static mote_layer_id add_gaussian(const mote_layer_call *call, const void *options)
{
    const double rate = (double)((const mote_dropout_options *)options)->rate;

    return add_noise(call, MRT_NOISE_PRODUCT, 0, (float)sqrt(rate / (1 - rate)));
}

static mote_layer_id add_gaussian_noise(const mote_layer_call *call, const void *options)
{
    return add_noise(call, MRT_NOISE_SUM, 0, ((const mote_gaussian_noise_options *)options)->stddev);
}

static const mote_key keys[] = {
    MOTE_KEY("rate", mote_dropout_options, rate, .min = 0, .max = 0.99, .is_required = true),
    {0},
};

static const mote_key noise_keys[] = {
    MOTE_KEY("stddev", mote_gaussian_noise_options, stddev, .min = 0, .max = 1, .is_required = true),
    {0},
};

const mote_layer_type mote_layer_type_dropout = {
    .name = "dropout", .keras_class = "Dropout", .options_bytes = sizeof(mote_dropout_options), .keys = keys, .add = add};

const mote_layer_type mote_layer_type_spatial_dropout1d = {.name = "spatial_dropout1d",
                                                           .keras_class = "SpatialDropout1D",
                                                           .options_bytes = sizeof(mote_dropout_options),
                                                           .keys = keys,
                                                           .add = add_spatial_1d};

const mote_layer_type mote_layer_type_spatial_dropout2d = {.name = "spatial_dropout2d",
                                                           .keras_class = "SpatialDropout2D",
                                                           .options_bytes = sizeof(mote_dropout_options),
                                                           .keys = keys,
                                                           .is_image = true,
                                                           .add = add_spatial};

const mote_layer_type mote_layer_type_alpha_dropout = {.name = "alpha_dropout",
                                                       .keras_class = "AlphaDropout",
                                                       .options_bytes = sizeof(mote_dropout_options),
                                                       .keys = keys,
                                                       .add = add_alpha};

const mote_layer_type mote_layer_type_gaussian_dropout = {.name = "gaussian_dropout",
                                                          .keras_class = "GaussianDropout",
                                                          .options_bytes = sizeof(mote_dropout_options),
                                                          .keys = keys,
                                                          .add = add_gaussian};

const mote_layer_type mote_layer_type_gaussian_noise = {.name = "gaussian_noise",
                                                        .keras_class = "GaussianNoise",
                                                        .options_bytes = sizeof(mote_gaussian_noise_options),
                                                        .keys = noise_keys,
                                                        .add = add_gaussian_noise};
