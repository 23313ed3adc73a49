/* What the layers of an int8 model can and cannot compute, for mote_inspect. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_COMPARE_RANGES_H
#define MOTE_COMPARE_RANGES_H

#include <mote/inspect.h>

#include "graph/graph.h"

/* Fills in the range of each of the inspection's layers, whose nodes are the graph's in their order. */
mote_status mote_describe_ranges(mote_inspection *out, const mote_graph *graph, mote_error *err);

#endif
