/* Convolutions: mote's own layers, and what files may say that those do not do. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"

#define CONV(layer)                                                                                                         \
    MOTE_KERAS_FUNCTION(layer)                                                                                              \
    {                                                                                                                       \
        mote_keras_refuse_other(k, "lora_rank", NULL);                                                                      \
        mote_keras_add_own(k, &mote_layer_type_##layer);                                                                    \
    }
CONV(conv1d)
CONV(conv2d)
CONV(depthwise_conv1d)
CONV(depthwise_conv2d)
CONV(separable_conv2d)

/* Keras 2 has it causal, too: zeros before the first step. */
static void add_causal(mote_keras_call *k)
{
    int32_t dilation = 1, pads[3][2] = {{0}};

    mote_keras_sizes(k, "dilation_rate", 1, &dilation, 1);
    mote_keras_sizes(k, "kernel_size", 1, &pads[1][0], 0);
    pads[1][0] = (pads[1][0] - 1) * dilation;
    mote_keras_return(k, mote_keras_own_but(k, &mote_layer_type_separable_conv1d,
                                            mote_keras_pad(k, MOTE_KERAS_IN(k), (const int32_t(*)[2])pads, 0), "padding",
                                            json_string("valid")));
}

MOTE_KERAS_FUNCTION(separable_conv1d)
{
    if (strcmp(mote_keras_text(k, "padding", "valid"), "causal") == 0 && !mote_keras_is_channels_first(k))
        add_causal(k);
    else
        mote_keras_add_own(k, &mote_layer_type_separable_conv1d);
}

/* More than 1 of anything. */
static bool is_over_one(json_t *value)
{
    size_t i;

    for (i = 0; json_is_array(value) && i < json_array_size(value); i++)
        if (is_over_one(json_array_get(value, i)))
            return true;
    return json_is_number(value) && json_number_value(value) > 1;
}

static void add_transposed(mote_keras_call *k, const mote_layer_type *type)
{
    mote_keras_refuse_other(k, "lora_rank", NULL);
    if (!mote_keras_failed(k) && is_over_one(mote_keras_get(k, "dilation_rate")))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a transposed convolution with dilation_rate over 1 is not supported");
    if (!mote_keras_failed(k) && is_over_one(mote_keras_get(k, "groups")))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a transposed convolution in groups is not supported");
    mote_keras_add_own(k, type);
}

MOTE_KERAS_FUNCTION(conv1d_transpose)
{
    add_transposed(k, &mote_layer_type_conv1d_transpose);
}

MOTE_KERAS_FUNCTION(conv2d_transpose)
{
    add_transposed(k, &mote_layer_type_conv2d_transpose);
}
