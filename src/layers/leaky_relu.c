/* leaky_relu: Keras' LeakyReLU. A slope of 0 is refused in a spec, where it would silently mean the default.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

static mote_layer_id add(const mote_layer_call *call, const void *options)
{
    const mote_leaky_relu_options *o = options;

    return mote_layer_simple_node(call, MOTE_OP_LEAKY_RELU, (mote_attrs){.leaky_relu = {.alpha = o->negative_slope}});
}

static const mote_key keys[] = {
    MOTE_KEY("negative_slope", mote_leaky_relu_options, negative_slope, .min = 1e-7, .max = 100, .standard = 0.3),
    {0},
};

const mote_layer_type mote_layer_type_leaky_relu = {.name = "leaky_relu",
                                                    .keras_class = "LeakyReLU",
                                                    .options_bytes = sizeof(mote_leaky_relu_options),
                                                    .keys = keys,
                                                    .add = add};
