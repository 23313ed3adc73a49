/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/recurrent.h"

#include <string.h>

/* How many operators a step has, about. */
static const int32_t step_nodes[] = {[MOTE_CELL_RNN] = 4, [MOTE_CELL_GRU] = 13, [MOTE_CELL_LSTM] = 15};

static const int32_t state_counts[] = {[MOTE_CELL_RNN] = 1, [MOTE_CELL_GRU] = 1, [MOTE_CELL_LSTM] = 2};

/* Steps that may be one by one. */
enum { STEPS_MAX = 1024 };

static bool failed(const mote_cell *cell)
{
    return cell->maker->err->code != MOTE_OK;
}

static const mote_tensor *tensor_at(const mote_cell *cell, mote_id id)
{
    static const mote_tensor none = {.name = "", .rank = 3, .dim = {1, 1, 1}};
    const mote_graph        *graph = &cell->maker->model->graphs[cell->graph];

    return id >= 0 && id < graph->tensor_count ? &graph->tensors[id] : &none;
}

static void enter(mote_cell *cell, int32_t graph)
{
    cell->graph = graph;
    cell->maker->enter(cell->maker->by, graph);
}

/* ---- operators ---- */

static void add_many(mote_cell *cell, const mote_node *node, mote_id *out)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++)
        out[i] = MOTE_NONE;
    if (!failed(cell))
        cell->maker->add(cell->maker->by, node, out);
}

static mote_id add(mote_cell *cell, mote_node node)
{
    mote_id out;

    node.out_count = 1;
    add_many(cell, &node, &out);
    return out;
}

static mote_id binary(mote_cell *cell, mote_op_kind op, mote_id a, mote_id b)
{
    mote_id in[2] = {a, b};

    return add(cell, (mote_node){.op = op, .in = in, .in_count = 2});
}

/* A missing one adds nothing. */
static mote_id sum(mote_cell *cell, mote_id a, mote_id b)
{
    return a == MOTE_NONE ? b : b == MOTE_NONE ? a : binary(cell, MOTE_OP_ADD, a, b);
}

static mote_id product(mote_cell *cell, mote_id a, mote_id b)
{
    return a == MOTE_NONE || b == MOTE_NONE ? MOTE_NONE : binary(cell, MOTE_OP_MUL, a, b);
}

static mote_id ints(mote_cell *cell, const int32_t *values, int32_t count)
{
    return failed(cell) ? MOTE_NONE : cell->maker->ints(cell->maker->by, 1, &count, values);
}

static mote_id number(mote_cell *cell, int32_t value)
{
    return failed(cell) ? MOTE_NONE : cell->maker->ints(cell->maker->by, 0, NULL, &value);
}

static mote_id activate(mote_cell *cell, mote_cell_activation which, mote_id x)
{
    return failed(cell) ? MOTE_NONE : cell->maker->activate(cell->maker->by, which, x);
}

/* h by a weight; no bias: MOTE_NONE. */
static mote_id dense(mote_cell *cell, mote_id h, mote_id weights, mote_id bias)
{
    mote_id   in[3] = {h, weights, bias};
    mote_node node = {.op = MOTE_OP_FULLY_CONNECTED, .in = in, .in_count = 3};

    if (h == MOTE_NONE)
        return MOTE_NONE;
    node.as.fully_connected.keep_num_dims = tensor_at(cell, h)->rank > 2;
    return add(cell, node);
}

static mote_id reshape(mote_cell *cell, mote_id x, int32_t rank, const int32_t *dim)
{
    int32_t shape[3];

    if (x == MOTE_NONE || tensor_at(cell, x)->rank == rank)
        return x;
    memcpy(shape, dim, (size_t)rank * sizeof *dim);
    if (tensor_at(cell, x)->is_batched)
        shape[0] = -1;
    return binary(cell, MOTE_OP_RESHAPE, x, ints(cell, shape, rank));
}

/* Gates that lie side by side, each of `units`. */
static void split(mote_cell *cell, mote_id x, int32_t count, mote_id *out)
{
    mote_id in[2] = {number(cell, tensor_at(cell, x)->rank - 1), x};

    add_many(cell, &(mote_node){.op = MOTE_OP_SPLIT, .in = in, .in_count = 2, .out_count = count, .as.split.count = count},
             out);
}

/* A GRU's two gates, and its candidate. */
static void split_candidate(mote_cell *cell, mote_id x, mote_id *out)
{
    const int32_t sizes[] = {2 * cell->units, cell->units};
    mote_id       in[3] = {x, ints(cell, sizes, 2), number(cell, tensor_at(cell, x)->rank - 1)};

    add_many(cell, &(mote_node){.op = MOTE_OP_SPLIT_V, .in = in, .in_count = 3, .out_count = 2, .as.split_v.count = 2}, out);
}

/* Parts [from, to) of one axis; shrinks: the axis is gone. */
static mote_id slice(mote_cell *cell, mote_id x, int32_t axis, int32_t from, int32_t to, bool shrinks)
{
    int32_t   begin[3] = {0}, end[3] = {0}, by[3] = {1, 1, 1};
    mote_id   in[4] = {x};
    mote_node node = {.op = MOTE_OP_STRIDED_SLICE, .in = in, .in_count = 4};

    begin[axis] = from;
    end[axis] = to;
    in[1] = ints(cell, begin, 3);
    in[2] = ints(cell, end, 3);
    in[3] = ints(cell, by, 3);
    node.as.strided_slice.begin_mask = node.as.strided_slice.end_mask = 7 & ~(1 << axis);
    node.as.strided_slice.shrink_axis_mask = shrinks ? 1 << axis : 0;
    return add(cell, node);
}

mote_id mote_sequence_step(mote_cell *cell, mote_id x, int32_t t)
{
    return slice(cell, x, 1, t, t + 1, true);
}

/* The tensor that x is the reverse of, in steps; MOTE_NONE: it is none's. */
static mote_id reversed(const mote_cell *cell, mote_id x)
{
    const mote_graph *graph = &cell->maker->model->graphs[cell->graph];
    int32_t           n;

    for (n = graph->node_count - 1; n >= 0; n--) {
        const mote_node   *node = &graph->nodes[n];
        const mote_tensor *axis = node->op == MOTE_OP_REVERSE_V2 ? mote_node_in(graph, node, 1) : NULL;
        if (axis && node->out[0] == x && axis->kind == MOTE_CONST && mote_tensor_count(axis) == 1)
            return ((const int32_t *)axis->data)[0] == 1 ? node->in[0] : MOTE_NONE;
    }
    return MOTE_NONE;
}

mote_id mote_sequence_reverse(mote_cell *cell, mote_id x)
{
    const int32_t axis = 1;
    const mote_id before = failed(cell) ? MOTE_NONE : reversed(cell, x);

    return before != MOTE_NONE ? before : binary(cell, MOTE_OP_REVERSE_V2, x, ints(cell, &axis, 1));
}

/* ---- cells: states are MOTE_NONE where they are known to be zero ---- */

static void begin(mote_cell *cell)
{
    int32_t i;

    for (i = 0; i < MOTE_CELL_WEIGHTS; i++)
        cell->weights[i] = failed(cell) ? MOTE_NONE : cell->maker->weight(cell->maker->by, (mote_cell_weight)i);
}

static void step_rnn(mote_cell *cell, mote_id x, mote_id *states)
{
    x = sum(cell, x, dense(cell, states[0], cell->weights[MOTE_CELL_RECURRENT], MOTE_NONE));
    states[0] = activate(cell, MOTE_CELL_STATE, x);
}

/* What the state adds to the candidate. */
static mote_id from_state(mote_cell *cell, mote_id reset, mote_id h)
{
    const mote_id weights = cell->weights[MOTE_CELL_CANDIDATE], bias = cell->weights[MOTE_CELL_CANDIDATE_BIAS];

    if (h == MOTE_NONE)
        return product(cell, reset, bias);
    return cell->resets_after ? product(cell, reset, dense(cell, h, weights, bias))
                              : dense(cell, product(cell, reset, h), weights, MOTE_NONE);
}

static void step_gru(mote_cell *cell, mote_id x, mote_id *states)
{
    const mote_id h = states[0], bias = cell->weights[MOTE_CELL_GATE_BIAS];
    mote_id       parts[2], gates[2], candidate;

    split_candidate(cell, x, parts);
    parts[0] = sum(cell, parts[0], h == MOTE_NONE ? bias : dense(cell, h, cell->weights[MOTE_CELL_RECURRENT], bias));
    split(cell, activate(cell, MOTE_CELL_GATE, parts[0]), 2, gates);
    candidate = activate(cell, MOTE_CELL_STATE, sum(cell, parts[1], from_state(cell, gates[1], h)));
    if (h == MOTE_NONE) /* (1 - z) n = n - z n */
        states[0] = binary(cell, MOTE_OP_SUB, candidate, product(cell, gates[0], candidate));
    else
        states[0] = sum(cell, candidate, product(cell, gates[0], binary(cell, MOTE_OP_SUB, h, candidate)));
}

/* A gate that sees the cell's state through peephole p. */
static mote_id lstm_gate(mote_cell *cell, mote_id x, int32_t p, mote_id state)
{
    return activate(cell, MOTE_CELL_GATE, sum(cell, x, product(cell, cell->weights[MOTE_CELL_PEEPHOLES + p], state)));
}

static void step_lstm(mote_cell *cell, mote_id x, mote_id *states)
{
    const mote_id before = states[1];
    mote_id       gates[MOTE_LSTM_GATES], made;

    x = sum(cell, x, dense(cell, states[0], cell->weights[MOTE_CELL_RECURRENT], MOTE_NONE));
    split(cell, x, MOTE_LSTM_GATES, gates);
    gates[0] = lstm_gate(cell, gates[0], 0, before);
    made = product(cell, gates[0], activate(cell, MOTE_CELL_STATE, gates[2]));
    if (before != MOTE_NONE)
        made = sum(cell, product(cell, lstm_gate(cell, gates[1], 1, before), before), made);
    states[1] = made;
    gates[3] = lstm_gate(cell, gates[3], 2, made);
    states[0] = product(cell, gates[3], activate(cell, MOTE_CELL_STATE, made));
}

static void step(mote_cell *cell, mote_id x, mote_id *states)
{
    static void (*const steps[])(mote_cell *, mote_id, mote_id *) = {
        [MOTE_CELL_RNN] = step_rnn, [MOTE_CELL_GRU] = step_gru, [MOTE_CELL_LSTM] = step_lstm};

    steps[cell->kind](cell, x, states);
}

/* ---- in a loop ---- */

static mote_id row_at(mote_cell *cell, mote_id x, mote_id t)
{
    mote_id in[2] = {x, t};

    return add(cell, (mote_node){.op = MOTE_OP_GATHER, .in = in, .in_count = 2, .as.gather.axis = 1});
}

/* Row t, a vector of one, of [N, T, U] becomes h, [N, 1, U]. */
static mote_id put_row(mote_cell *cell, mote_id all, mote_id h, mote_id t)
{
    static const int32_t dim[] = {1, 2}, around[] = {1, 1};
    mote_id              in[3] = {all, h, MOTE_NONE}, pad[2] = {t, MOTE_NONE};

    pad[1] = failed(cell) ? MOTE_NONE : cell->maker->ints(cell->maker->by, 2, dim, around);
    in[2] = add(cell, (mote_node){.op = MOTE_OP_PAD, .in = pad, .in_count = 2});
    return add(cell, (mote_node){.op = MOTE_OP_DYNAMIC_UPDATE_SLICE, .in = in, .in_count = 3});
}

static bool begin_loop(mote_cell *cell, mote_loop *loop, const mote_cell_run *run)
{
    const mote_cell_maker *m = cell->maker;

    *loop =
        (mote_loop){.name = m->name, .steps = run->steps, .counts_down = run->is_backward, .is_vector = run->wants_sequence};
    if (!failed(cell) && mote_loop_begin(loop, m->model, cell->graph, m->err) == MOTE_OK)
        mote_loop_carry(loop, run->x, m->err);
    enter(cell, cell->graph); /* graphs moved */
    return !failed(cell);
}

/* With sequences tensors keep the axis of time, so that rows fit in. */
static void carry_states(mote_cell *cell, mote_loop *loop, const mote_cell_run *run, int32_t batch)
{
    const int32_t rank = run->wants_sequence ? 3 : 2, dim[] = {batch, run->wants_sequence ? 1 : cell->units, cell->units};
    mote_id       value;
    int32_t       i;

    for (i = 0; i < state_counts[cell->kind] && !failed(cell); i++) {
        value = run->first[i] != MOTE_NONE ? reshape(cell, run->first[i], rank, dim)
                                           : cell->maker->zeros(cell->maker->by, rank, dim);
        if (!failed(cell))
            mote_loop_carry(loop, value, cell->maker->err);
    }
}

static void run_loop(mote_cell *cell, mote_cell_run *run)
{
    const int32_t batch = tensor_at(cell, run->x)->dim[0], states = state_counts[cell->kind], outer = cell->graph;
    mote_id       results[2 + MOTE_CELL_STATES + 1], out[MOTE_NODE_OUT_MAX], rows = run->x, x;
    mote_loop     loop;
    int32_t       i;

    if (run->wants_sequence && tensor_at(cell, rows)->dim[2] != cell->units)
        rows = slice(cell, rows, 2, 0, cell->units, false); /* every row will be written over: the shape is all it needs */
    if (!begin_loop(cell, &loop, run))
        return;
    carry_states(cell, &loop, run, batch);
    if (run->wants_sequence && !failed(cell))
        mote_loop_carry(&loop, rows, cell->maker->err);
    if (failed(cell))
        return;
    enter(cell, loop.body);
    memcpy(results + 1, loop.in + 1, (size_t)(loop.count - 1) * sizeof *results);
    x = row_at(cell, results[1], loop.in[0]);
    begin(cell);
    step(cell, x, results + 2);
    if (run->wants_sequence)
        results[2 + states] = put_row(cell, results[2 + states], results[2], loop.in[0]);
    enter(cell, outer);
    if (failed(cell) || mote_loop_end(&loop, results, out, cell->maker->err) != MOTE_OK)
        return;
    for (i = 0; i < states; i++)
        run->last[i] = out[2 + i];
    run->sequence = run->wants_sequence ? out[2 + states] : MOTE_NONE;
}

/* ---- one by one ---- */

/* In groups of as many as an operator may have. */
static mote_id join_steps(mote_cell *cell, mote_id *h, int32_t count)
{
    int32_t i, groups;

    while (count > 1 && !failed(cell)) {
        for (groups = 0, i = 0; i < count; i += MOTE_NODE_IN_MAX, groups++) {
            mote_node join = {.op = MOTE_OP_CONCATENATION, .in = h + i, .in_count = count - i, .as.concatenation.axis = 1};
            if (join.in_count > MOTE_NODE_IN_MAX)
                join.in_count = MOTE_NODE_IN_MAX;
            h[groups] = join.in_count > 1 ? add(cell, join) : h[i];
        }
        count = groups;
    }
    return h[0];
}

static void run_steps(mote_cell *cell, mote_cell_run *run)
{
    const int32_t dim[] = {tensor_at(cell, run->x)->dim[0], 1, cell->units};
    mote_id      *h = MOTE_NEW(&cell->maker->model->arena, mote_id, run->steps, cell->maker->err);
    int32_t       n, t;

    if (!h)
        return;
    begin(cell);
    memcpy(run->last, run->first, sizeof run->last);
    for (n = 0; n < run->steps && !failed(cell); n++) {
        t = run->is_backward ? run->steps - 1 - n : n;
        step(cell, mote_sequence_step(cell, run->x, t), run->last);
        h[t] = run->last[0];
    }
    for (t = 0; run->wants_sequence && t < run->steps; t++)
        h[t] = reshape(cell, h[t], 3, dim);
    run->sequence = run->wants_sequence ? join_steps(cell, h, run->steps) : MOTE_NONE;
}

void mote_cell_run_all(mote_cell *cell, mote_cell_run *run, int32_t graph)
{
    run->sequence = run->last[0] = run->last[1] = MOTE_NONE;
    cell->graph = graph;
    if (failed(cell))
        return;
    if (run->steps > STEPS_MAX || (!cell->maker->has_no_loops && mote_loop_is_shorter(run->steps, step_nodes[cell->kind])))
        run_loop(cell, run);
    else
        run_steps(cell, run);
}

/* ---- as one operator ---- */

static mote_id add_state(mote_cell *cell, const char *what, int32_t batch)
{
    const mote_cell_maker *m = cell->maker;
    mote_tensor            state = {.dtype = MOTE_F32, .rank = 2, .dim = {batch, cell->units}, .kind = MOTE_STATE};

    if (failed(cell))
        return MOTE_NONE;
    state.origin = (uint32_t)m->model->graphs[cell->graph].tensor_count;
    state.name = mote_arena_printf(&m->model->arena, m->err, "%s/%s", m->name, what);
    state.data =
        mote_arena_alloc(&m->model->arena, mote_size_mul((size_t)batch, (size_t)cell->units), sizeof(float), m->err);
    return state.name && state.data ? mote_graph_add_tensor(m->model, &m->model->graphs[cell->graph], &state, m->err)
                                    : MOTE_NONE;
}

/* Operands as runtime/ops/lstm.h numbers them. */
mote_id mote_lstm_add(mote_cell *cell, mote_id x, const mote_lstm_weights *weights, int32_t graph)
{
    mote_id   in[24];
    mote_node node = {.op = MOTE_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, .in = in, .in_count = 24};
    int32_t   i, batch;

    cell->graph = graph;
    batch = tensor_at(cell, x)->dim[0];
    for (i = 0; i < 24; i++)
        in[i] = MOTE_NONE;
    in[0] = x;
    for (i = 0; i < MOTE_LSTM_GATES; i++) {
        in[1 + i] = weights->kernel[i];
        in[5 + i] = weights->recurrent[i];
        in[12 + i] = weights->bias[i];
    }
    in[18] = add_state(cell, "hidden", batch);
    in[19] = add_state(cell, "cell", batch);
    node.as.unidirectional_sequence_lstm.fused_activation_function = MRT_LSTM_TANH;
    return add(cell, node);
}

/* ---- layers ---- */

static mote_id layer_weight(mote_cell *cell, int which)
{
    return failed(cell) ? MOTE_NONE : cell->maker->weight(cell->maker->by, (mote_cell_weight)which);
}

static mote_id add_operator(mote_cell *cell, const mote_recurrent *layer, mote_id x, int32_t graph)
{
    mote_lstm_weights weights;
    int32_t           i;

    if (layer->is_backward)
        x = mote_sequence_reverse(cell, x);
    for (i = 0; i < MOTE_LSTM_GATES; i++) {
        weights.kernel[i] = layer_weight(cell, MOTE_CELL_GATES + 3 * i);
        weights.recurrent[i] = layer_weight(cell, MOTE_CELL_GATES + 3 * i + 1);
        weights.bias[i] = layer_weight(cell, MOTE_CELL_GATES + 3 * i + 2);
        if (weights.bias[i] == MOTE_NONE && !failed(cell))
            weights.bias[i] = cell->maker->zeros(cell->maker->by, 1, &cell->units);
    }
    x = mote_lstm_add(cell, x, &weights, graph);
    if (failed(cell))
        return MOTE_NONE;
    if (!layer->wants_sequence)
        return mote_sequence_step(cell, x, layer->steps - 1);
    return layer->is_backward && layer->keeps_time ? mote_sequence_reverse(cell, x) : x;
}

static mote_id add_cell(mote_cell *cell, const mote_recurrent *layer, mote_id x, int32_t graph)
{
    mote_cell_run run = {.steps = layer->steps,
                         .is_backward = layer->is_backward,
                         .wants_sequence = layer->wants_sequence,
                         .first = {MOTE_NONE, MOTE_NONE}};
    const mote_id kernel = layer_weight(cell, MOTE_CELL_KERNEL);

    run.x = dense(cell, x, kernel, layer_weight(cell, MOTE_CELL_BIAS));
    mote_cell_run_all(cell, &run, graph);
    if (failed(cell) || !layer->wants_sequence)
        return run.last[0];
    return layer->is_backward && !layer->keeps_time && layer->steps > 1 ? mote_sequence_reverse(cell, run.sequence)
                                                                        : run.sequence;
}

mote_id mote_recurrent_add(mote_cell *cell, const mote_recurrent *layer, mote_id x, int32_t graph)
{
    cell->graph = graph;
    return (layer->is_one_operator ? add_operator : add_cell)(cell, layer, x, graph);
}
