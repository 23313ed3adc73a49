/* Variables of a .tflite: resources in the file, states in the graph.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_VARIABLES_H
#define MOTE_FORMATS_TFLITE_VARIABLES_H

#include "formats/tflite/flatbuffer_reader.h"
#include "graph/graph.h"

/* The name that a VAR_HANDLE's options give, "container/shared_name" in the arena; NULL with err. */
const char *mote_tflite_variable_name(const mote_fb_table *options, mote_arena *arena, mote_error *err);

/* After nodes and tensors are read: the tensors that VAR_HANDLE makes become states of the type and shape that operators
 * read and assign, those of one name one, with 0 (the zero point) as first value. Errors: FORMAT, two types for one
 * variable. */
mote_status mote_tflite_settle_variables(mote_model *model, mote_graph *graph, mote_error *err);

/* The state of that name; NULL: there is none. */
mote_tensor *mote_tflite_find_variable(const mote_graph *graph, const char *name);

#endif
