/* Weights of few values: a table for each channel, and an index into it for each weight. TFLM_DECODE, which TensorFlow Lite
 * Micro has and no other engine, makes weights of them before the first inference:
 *
 *     indices, tables ── TFLM_DECODE ── weights ── CONV_2D ...
 *
 * mote's models have the weights themselves, with a note (mote_tensor.table_values), as of float16 (stored.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_TABLES_H
#define MOTE_FORMATS_TFLITE_TABLES_H

#include "graph/graph.h"

/* Of a node that was computed while reading. */
void mote_tflite_note_tables(mote_graph *graph, const mote_node *node);

bool mote_tflite_has_tables(const mote_tensor *tensor);
/* The tensor becomes what TFLM_DECODE computes, a node that is added at the end; where its channels have more values than it
 * is said, nothing is done. */
mote_status mote_tflite_put_tables(mote_model *model, mote_graph *graph, mote_id id, mote_error *err);

#endif
