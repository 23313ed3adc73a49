/* normalization's numbers, which training finds. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LAYERS_SCALING_H
#define MOTE_LAYERS_SCALING_H

#include "layers/layer.h"

/* How a layer normalization goes through its input: element i belongs to channel i / inner % channels. */
typedef struct mote_normalization_shape {
    int32_t channels;
    size_t  inner;
} mote_normalization_shape;

/* False: the record is no normalization, or its numbers were given. */
bool mote_normalization_lacks_numbers(const mote_model *model, const mote_layer_record *record,
                                      mote_normalization_shape *shape);

/* They become the layer's. */
void mote_normalization_set(mote_model *model, mote_layer_record *record, const float *mean, const float *variance);

#endif
