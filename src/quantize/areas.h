/* Which operators of a model are quantized by which scheme, where there is more than one.
 *
 * A layer is an operator that computes something, with those behind it that only move what it computed (RESHAPE,
 * MAX_POOL_2D, PAD ...): they have its scale and its type, so they go where it goes. What moves an input of the model goes
 * with the first that reads it. Loops, and all that they run, are of the model's own scheme: what they carry has one type.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_QUANTIZE_AREAS_H
#define MOTE_QUANTIZE_AREAS_H

#include "graph/graph.h"
#include "quantize/schemes.h"

/* leader[n], of each operator of the main graph: the one whose scheme it has; its own number where it is a layer's first,
 * MOTE_NONE where no other scheme can be given it: it has no real numbers, or is a loop. */
mote_status mote_areas_find_leaders(int32_t *leader, const mote_graph *graph, mote_error *err);

/* What messages and tables call a layer: the name that `mote inspect` shows. */
const char *mote_area_name(const mote_graph *graph, int32_t n);

/* Whether any of an operator's outputs, or itself, or its kind is called so. */
bool mote_area_matches(const mote_graph *graph, int32_t n, const char *pattern);

/* rows[n], of each operator of the main graph: the scheme's, or what options->layers say. USAGE: a pattern that is no
 * layer's, or a loop's. */
mote_status mote_areas_assign(const mote_scheme_row **rows, const mote_graph *graph, const mote_quantize_options *options,
                              mote_error *err);

#endif
