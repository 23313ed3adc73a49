/* What tells one model from another on a board that runs it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_IDENTITY_H
#define MOTE_FORMATS_IDENTITY_H

#include "graph/graph.h"

/* The CRC-32 of the .tflite that mote writes of the model without what changes no answer: its name, description, recipe and
 * other metadata. It is the same for a model in memory and for one that was saved and loaded, and for every target that it
 * is compiled for. What no .tflite can hold has the CRC of nothing. Errors: USAGE (a model in training), LIMIT, MEMORY. */
mote_status mote_model_identity(uint32_t *out, const mote_model *model, mote_error *err);

#endif
