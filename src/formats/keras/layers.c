/* The table of layers. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"

static const mote_keras_type types[] = {
#define LAYER(name, function)           {.class_name = name, .add = mote_keras_add_##function},
#define LAYER_WITH(name, function, ...) {.class_name = name, .add = mote_keras_add_##function, __VA_ARGS__},
#define OPERATOR(name, function)                                                                                            \
    {.class_name = name, .add = mote_keras_add_##function, .is_operator = true, .has_no_layer = true},
#include "formats/keras/layers.def"
#undef LAYER
#undef LAYER_WITH
#undef OPERATOR
};

const mote_keras_type *mote_keras_find_type(const char *class_name, bool is_operator)
{
    size_t i;

    for (i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].is_operator == is_operator && strcmp(types[i].class_name, class_name) == 0)
            return &types[i];
    return NULL;
}
