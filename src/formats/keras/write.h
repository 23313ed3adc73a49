/* Writing what mote trained for Keras: `.keras`, which Keras 3 loads, and `.h5`, which Keras 2 (tf_keras) and 3 load. Both
 * give a compiled model, with the loss, metrics and optimizer of its training; the optimizer starts anew. The recipe is
 * assets/mote.recipe of the one and the attribute "mote.recipe" of the other. The same model gives the same bytes.
 *
 * Layers, arguments and names come from the model's layer records: what a layer's options are called, Keras calls them, too.
 * Keras' names have ASCII letters, digits, '_', '-' and '.': any other byte becomes '_', and an x is put before what may not
 * begin a name.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_KERAS_WRITE_H
#define MOTE_FORMATS_KERAS_WRITE_H

#include "base/text.h"
#include "graph/graph.h"

/* The model is at stage TRAIN. Errors: USAGE where it is not, UNSUPPORTED where it has what no layer of mote's made. */
mote_status mote_keras_write(mote_text *out, const mote_model *model, mote_error *err);
mote_status mote_keras_write_h5(mote_text *out, const mote_model *model, mote_error *err);

#endif
