/* UNIDIRECTIONAL_SEQUENCE_LSTM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/lstm.h"

/* Of the gates' products with the input, and with the output before. */
static size_t macs(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, MRT_LSTM_WEIGHTS);
    const size_t       per_unit = MRT_LSTM_GATES * ((size_t)w->dim[1] + (size_t)w->dim[0]);

    return mote_size_mul(mote_tensor_count(mote_node_out(graph, node, 0)), per_unit);
}

const mote_op mote_op_unidirectional_sequence_lstm = {.description = &mrt_operator_unidirectional_sequence_lstm,
                                                      .macs = macs};
