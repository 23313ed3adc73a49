/* UNIDIRECTIONAL_SEQUENCE_LSTM, BIDIRECTIONAL_SEQUENCE_LSTM.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

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

/* Weights and biases of the four gates; the states follow what was seen of output and cell. Other LSTMs have no form of
 * integers, which the row says. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    int32_t i;

    (void)graph;
    for (i = 0; i < MRT_LSTM_GATES; i++) {
        want[MRT_LSTM_WEIGHTS + i] = (mote_quant_want){.rule = MOTE_QUANT_WEIGHTS, .axis = -1};
        want[MRT_LSTM_RECURRENT + i] = (mote_quant_want){.rule = MOTE_QUANT_WEIGHTS, .axis = -1};
        want[MRT_LSTM_BIAS + i] = (mote_quant_want){.rule = MOTE_QUANT_BIAS, .input = 0, .weights = MRT_LSTM_WEIGHTS + i};
    }
    if (node->in_count <= MRT_LSTM_CELL)
        return;
    want[MRT_LSTM_HIDDEN].rule = MOTE_QUANT_STATE;
    want[MRT_LSTM_CELL].rule = MOTE_QUANT_CELL;
}

/* The cell goes through all steps, of which its state keeps the last: they are run once more, one by one. A sample begins at
 * zero here, as where the model forgets (mote_graph_forgets). */
static void trace(const mote_graph *graph, const mote_node *node, const mote_trace *t)
{
    mote_prepared       prepared = {0};
    mote_arena          arena = {0};
    mote_error          ignored = {0};
    mrt_lstm_f32_params p;
    mrt_lstm_shape      s;
    float              *h, *c, *gates, *y;
    mrt_io              io = {0};
    int32_t             b, n;

    prepared.arena = &arena;
    if (mote_node_in(graph, node, 0)->dtype != MOTE_F32 || !is_plain(graph, node, &ignored) ||
        mote_described_prepare(graph, node, &prepared, &ignored) != MOTE_OK) {
        mote_arena_destroy(&arena);
        return;
    }
    memcpy(&p, prepared.params, sizeof p);
    s = p.shape;
    p.shape.batch = p.shape.time = 1;
    h = MOTE_NEW(&arena, float, s.units, &ignored);
    c = MOTE_NEW(&arena, float, s.units, &ignored);
    gates = MOTE_NEW(&arena, float, (size_t)s.units *MRT_LSTM_GATES, &ignored);
    y = MOTE_NEW(&arena, float, s.units, &ignored);
    io.scratch = gates;
    io.in[1] = h;
    io.in[2] = c;
    io.out[0] = y;
    for (b = 0; ignored.code == MOTE_OK && b < s.batch; b++) {
        memset(h, 0, (size_t)s.units * sizeof *h);
        memset(c, 0, (size_t)s.units * sizeof *c);
        for (n = 0; n < s.time; n++) {
            io.in[0] = (const float *)t->in[0] + (size_t)(b * s.batch_step + n * s.time_step) * (size_t)s.in_count;
            mrt_lstm_f32(&p, &io);
            t->see(t->watcher, node->in[MRT_LSTM_CELL], c, (size_t)s.units);
        }
    }
    mote_arena_destroy(&arena);
}

const mote_kernel mrt_lstm_f32_kernels[] = {
    {MOTE_REFERENCE_KERNEL(mrt_lstm_f32, mrt_lstm_f32_params, "kernels/lstm.h", mrt_lstm_f32_run),
     .scratch = mote_described_scratch, .applies = is_plain, .takes_io = true},
    {MOTE_REFERENCE_KERNEL(mrt_lstm_directions_f32, mrt_lstm_directions_f32_params, "kernels/lstm_directions.h",
                           mrt_lstm_directions_f32_run),
     .scratch = mote_described_scratch, .applies = is_beyond, .takes_io = true},
    {0},
};

const mote_op mote_op_unidirectional_sequence_lstm = {
    .description = &mrt_operator_unidirectional_sequence_lstm, .quantize = quantize, .macs = macs, .trace = trace};
const mote_op mote_op_bidirectional_sequence_lstm = {.description = &mrt_operator_bidirectional_sequence_lstm, .macs = macs};
