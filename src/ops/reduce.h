/* What reductions say about their axes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_REDUCE_H
#define MOTE_OPS_REDUCE_H

#include "ops/op.h"

/* Bit i: axis i is reduced. Shapes were checked. */
uint32_t mote_reduced_axes(const mote_graph *graph, const mote_node *node);

/* These axes lie in two runs, or fewer. */
bool mote_reduces_two_runs(const mote_graph *graph, const mote_node *node);

#endif
