/* TensorFlow's SavedModel folders and frozen graphs (.pb), read. What is read and how: docs/TENSORFLOW.md.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TENSORFLOW_TENSORFLOW_H
#define MOTE_FORMATS_TENSORFLOW_TENSORFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/model.h>

/* Whether the folder holds a SavedModel. */
bool mote_is_saved_model(const char *folder);

/* As mote_model_load, of such a folder. */
mote_status mote_saved_model_load(mote_model **out, const char *folder, const mote_load_options *options, mote_error *err);

/* As mote_model_read: saved_model.pb, whose variables lie in options->folder; a graph alone. */
mote_status mote_saved_model_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                                  mote_error *err);
bool        mote_is_saved_model_file(const void *bytes, size_t count);
mote_status mote_graph_def_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                                mote_error *err);
bool        mote_is_graph_def(const void *bytes, size_t count);

#endif
