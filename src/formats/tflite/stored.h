/* Weights that a .tflite holds as float16, with DEQUANTIZE behind them. In mote's models they are the real numbers
 * that DEQUANTIZE makes, with a note (mote_tensor.stored): nothing that runs or compiles need know of it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_STORED_H
#define MOTE_FORMATS_TFLITE_STORED_H

#include "graph/graph.h"

/* Of a node that was computed while reading. */
void mote_tflite_note_stored(mote_graph *graph, const mote_node *node);

/* The model with such constants as float16, and DEQUANTIZE in front, and those that have tables (tables.h) with these; the
 * caller's to destroy. *out is NULL where there are none. */
mote_status mote_tflite_store(mote_model **out, const mote_model *model, mote_error *err);

#endif
