/* Keras' model files: `.keras` of Keras 3 (a zip archive of config.json and model.weights.h5) and `.h5` of Keras 3 and 2.
 *
 * config.json says layers by class, with their arguments, and how they are wired; weights lie in HDF5. Both are read into
 * the builder of layers/, so that layers mean here what they mean in a spec. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_KERAS_KERAS_H
#define MOTE_FORMATS_KERAS_KERAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/model.h>

/* A zip archive with a config.json, or an HDF5 file. */
bool mote_is_keras(const void *bytes, size_t count);

/* The model as it runs (stage INFER): BatchNormalization is folded, Dropout left out. Layers that mote does not have are
 * told all at once. The memory taken is bounded by the file's size and by options->memory_bytes; options may be NULL. The
 * caller destroys the model. Errors: FORMAT, UNSUPPORTED, LIMIT, USAGE; the text names the layer. */
mote_status mote_keras_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                            mote_error *err);

/* The same at stage TRAIN, with the weights as they were trained. */
mote_status mote_keras_read_trained(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                                    mote_error *err);

/* An HDF5 file of weights alone, as Keras' save_weights writes it; and its weights into a model at stage TRAIN that has the
 * layers. All weights of all layers must be there, in their shapes. Errors: USAGE, FORMAT, UNSUPPORTED. */
bool        mote_keras_is_weights(const uint8_t *bytes, size_t count);
mote_status mote_keras_take_weights(mote_model *model, const uint8_t *bytes, size_t count, mote_error *err);

#endif
