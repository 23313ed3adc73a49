/* A node of the graph as runtime/op.h's call.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_DESCRIBED_H
#define MOTE_OPS_DESCRIBED_H

#include "ops/op.h"

typedef struct mote_host_call {
    mrt_call          c;
    mrt_tensor        in[MOTE_NODE_IN_MAX], out[MOTE_NODE_OUT_MAX];
    const mote_graph *graph;
    const mote_node  *node;
    mote_prepared    *prepared;
    mote_error       *err;
} mote_host_call;

/* The call points into *call. prepared may be NULL where nothing is prepared. */
void mote_host_call_begin(mote_host_call *call, const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                          mote_error *err);

/* Outputs' types, shapes and batches, by the node's description. */
mote_status mote_described_infer(mote_graph *graph, mote_node *node, mote_error *err);

/* The first row that goes with the operands; NULL: none. */
const mote_op_row *mote_described_row(const mote_graph *graph, const mote_node *node);

#endif
