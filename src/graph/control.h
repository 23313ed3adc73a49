/* Nodes that run other graphs of their model: IF runs graphs[then_subgraph_index] or graphs[else_subgraph_index], WHILE
 * graphs[cond_subgraph_index] and graphs[body_subgraph_index]. Graphs see no tensors but their own: values go in as
 * inputs and come out as outputs, in order. What outlives an invoke is a variable, which graphs know by its name.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_GRAPH_CONTROL_H
#define MOTE_GRAPH_CONTROL_H

#include "graph/graph.h"

enum { MOTE_GRAPHS_MAX = 64, MOTE_CONTROL_DEPTH_MAX = 16 };

/* Where the node names the two graphs that it runs; NULL: it is neither IF nor WHILE. */
int32_t       *mote_node_graphs(mote_node *node);
const int32_t *mote_node_graphs_of(const mote_node *node);

/* Whether the main graph runs another one. */
bool mote_model_has_control(const mote_model *model);

/* No graph runs itself, and what each takes and gives has the types and shapes of who runs it. mote_graph_verify went well
 * for each graph. */
mote_status mote_control_verify(const mote_model *model, mote_error *err);

#endif
