/* UNIDIRECTIONAL_SEQUENCE_LSTM, BIDIRECTIONAL_SEQUENCE_LSTM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/described.h"
#include "runtime/ops/bidirectional_lstm.h"
#include "runtime/ops/lstm.h"

static bool is_beyond(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    mote_host_call call;

    mote_host_call_begin(&call, graph, node, NULL, err);
    return !mrt_lstm_is_plain(&call.c);
}

/* What the shape rule says of it. */
static size_t macs(const mote_graph *graph, const mote_node *node)
{
    mote_error     ignored = {0};
    mote_host_call call;

    mote_host_call_begin(&call, graph, node, NULL, &ignored);
    call.c.is_checking = 1;
    mote_ops[node->op]->description->shape(&call.c);
    return call.c.work < SIZE_MAX ? (size_t)call.c.work : SIZE_MAX;
}

/* TensorFlow Lite Micro's LSTM, and what is beyond it. */
static bool is_plain(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    return !is_beyond(graph, node, err);
}

const mote_kernel mrt_lstm_f32_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_lstm_f32, mrt_lstm_f32_params, "kernels/lstm.h", mrt_lstm_f32_run),
     .scratch = mote_described_scratch, .applies = is_plain, .takes_io = true},
    {MOTE_REFERENCE_KERNEL(mrt_lstm_directions_f32, mrt_lstm_directions_f32_params, "kernels/lstm_directions.h",
                           mrt_lstm_directions_f32_run),
     .scratch = mote_described_scratch, .applies = is_beyond, .takes_io = true},
    {0},
};

const mote_op mote_op_unidirectional_sequence_lstm = {.description = &mrt_operator_unidirectional_sequence_lstm,
                                                      .macs = macs};
const mote_op mote_op_bidirectional_sequence_lstm = {.description = &mrt_operator_bidirectional_sequence_lstm, .macs = macs};
