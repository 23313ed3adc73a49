/* LSTM, GRU, SimpleRNN, Bidirectional, TimeDistributed.
 *
 * An LSTM with tanh and sigmoid is the operator UNIDIRECTIONAL_SEQUENCE_LSTM. Everything else is unrolled: the products with
 * the inputs at once for all steps, then some operators a step, so the length must be known and is bounded.
 *
 * Gates lie in Keras' arrays side by side: LSTM input, forget, candidate, output; GRU update, reset, candidate.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"

/* Operators are as many in a loop for any number of steps; one or two are fewer without. */
enum { UNROLL_MAX = 2, TIME_UNROLL_MAX = 256 };

static mote_id sum(mote_keras_call *k, mote_id a, mote_id b)
{
    return a == MOTE_NONE ? b : b == MOTE_NONE ? a : mote_keras_binary(k, MOTE_OP_ADD, a, b);
}

static mote_id product(mote_keras_call *k, mote_id a, mote_id b)
{
    return mote_keras_binary(k, MOTE_OP_MUL, a, b);
}

/* x kernel + bias; no bias: MOTE_NONE. */
static mote_id dense(mote_keras_call *k, mote_id x, mote_id kernel, mote_id bias)
{
    mote_id   in[3] = {x, kernel, bias};
    mote_node node = {.op = MOTE_OP_FULLY_CONNECTED, .in = in, .in_count = 3};

    node.as.fully_connected.keep_num_dims = mote_keras_tensor(k, x)->rank > 2;
    return mote_keras_node(k, &node);
}

/* ---- what all have ---- */

typedef struct recurrent {
    int32_t units, steps, in_count, gates;
    bool    use_bias, is_backward, returns_sequences;
    mote_id x; /* [N, T, I] */
} recurrent;

static bool read_recurrent(mote_keras_call *k, int32_t gates, recurrent *out)
{
    const mote_tensor in = *mote_keras_tensor(k, MOTE_KERAS_IN(k));

    *out = (recurrent){.units = mote_keras_int(k, "units", MOTE_KERAS_REQUIRED, 1, 65536),
                       .steps = in.dim[1],
                       .in_count = in.dim[2],
                       .gates = gates,
                       .use_bias = mote_keras_flag(k, "use_bias", true),
                       .is_backward = mote_keras_flag(k, "go_backwards", false),
                       .returns_sequences = mote_keras_flag(k, "return_sequences", false),
                       .x = MOTE_KERAS_IN(k)};
    if (!mote_keras_failed(k) && in.rank != 3)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its input has %d dimensions, [batch, time, values] expected", (int)in.rank);
    if (!mote_keras_failed(k) && k->base.in_count != 1)
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "an initial state is not supported");
    mote_keras_refuse_other(k, "return_state", NULL);
    mote_keras_refuse_other(k, "time_major", NULL);
    k->is_masked = false;
    return !mote_keras_failed(k);
}

/* [N, T, U] -> [N, U] */
static mote_id step_at(mote_keras_call *k, mote_id x, int32_t t)
{
    const int32_t from[] = {0, t, 0}, to[] = {0, t + 1, 0}, by[] = {1, 1, 1};
    mote_id       operands[4] = {x, mote_keras_ints_const(k, from, 3), mote_keras_ints_const(k, to, 3),
                                 mote_keras_ints_const(k, by, 3)};
    mote_node     node = {.op = MOTE_OP_STRIDED_SLICE, .in = operands, .in_count = 4};

    node.as.strided_slice.begin_mask = node.as.strided_slice.end_mask = 5;
    node.as.strided_slice.shrink_axis_mask = 2;
    return mote_keras_node(k, &node);
}

static mote_id reverse(mote_keras_call *k, mote_id x)
{
    const int32_t axis = 1;
    const mote_id before = mote_keras_before_by(k, x, MOTE_OP_REVERSE_V2, &axis, 1);

    if (before != MOTE_NONE) /* twice is not at all */
        return before;
    return mote_keras_binary(k, MOTE_OP_REVERSE_V2, x, mote_keras_ints_const(k, &axis, 1));
}

/* The weight of one gate: arrays are tables with its name. */
static mote_id gate_weight(mote_keras_call *k, const char *name, int32_t rows, int32_t cols)
{
    const int32_t dim[] = {rows, cols};

    return mote_keras_weight(k, name, cols ? 2 : 1, dim, false);
}

/* ---- steps, in a loop or one by one ---- */

/* A cell that computes one step, from what its inputs give it ([N, 1, gates * units], or [N, gates * units]) and from its
 * states, of which the first is what it answers. States are MOTE_NONE before the first step, where that is known. */
typedef struct cell_of {
    void (*begin)(mote_keras_call *k, struct cell_of *cell); /* weights, where the step is added */
    void (*step)(mote_keras_call *k, const struct cell_of *cell, mote_id x, mote_id *states);
    int32_t state_count;
    bool    resets_after;
    int32_t units;
    bool    use_bias;
    mote_id weights[4];
} cell_of;

enum { STATES_MAX = 2 };

static mote_id row_at(mote_keras_call *k, mote_id x, mote_id t)
{
    mote_id   in[2] = {x, t};
    mote_node node = {.op = MOTE_OP_GATHER, .in = in, .in_count = 2, .as.gather.axis = 1};

    return mote_keras_node(k, &node);
}

/* Row t, a vector of one, of [N, T, U] becomes h, [N, 1, U]. */
static mote_id put_row(mote_keras_call *k, mote_id all, mote_id h, mote_id t)
{
    static const int32_t pads[1][2] = {{1, 1}};
    mote_id              in[3] = {all, h, MOTE_NONE};

    in[2] = mote_keras_pad(k, t, pads, 0);
    return mote_keras_node(k, &(mote_node){.op = MOTE_OP_DYNAMIC_UPDATE_SLICE, .in = in, .in_count = 3});
}

/* With sequences tensors keep the axis of time, so that rows fit in. */
static void run_loop(mote_keras_call *k, const recurrent *r, cell_of *cell, mote_id all)
{
    const int32_t batch = mote_keras_tensor(k, all)->dim[0], rank = r->returns_sequences ? 3 : 2;
    const int32_t dim[] = {batch, r->returns_sequences ? 1 : r->units, r->units};
    mote_loop     loop = {.steps = r->steps, .counts_down = r->is_backward, .is_vector = r->returns_sequences};
    mote_id       results[2 + STATES_MAX + 1], out[MOTE_NODE_OUT_MAX], rows = all, x;
    int32_t       count = 2, i;

    if (r->returns_sequences && r->gates > 1) /* every row will be written over: it needs nothing but the shape */
        rows = mote_keras_slice(k, all, 2, 0, r->units);
    mote_keras_begin_loop(k, &loop, all);
    for (i = 0; i < cell->state_count; i++)
        results[count++] = mote_keras_carry_zeros(k, &loop, rank, dim);
    results[1] = loop.in[1];
    x = row_at(k, results[1], loop.in[0]);
    cell->begin(k, cell);
    cell->step(k, cell, x, results + 2);
    if (r->returns_sequences)
        results[count] = put_row(k, mote_keras_carry(k, &loop, rows), results[2], loop.in[0]);
    mote_keras_end_loop(k, &loop, results, out);
    if (mote_keras_failed(k))
        return;
    x = out[r->returns_sequences ? count : 2];
    mote_keras_return(k, r->returns_sequences && r->is_backward ? reverse(k, x) : x); /* in the order of steps */
}

static void run_steps(mote_keras_call *k, const recurrent *r, cell_of *cell, mote_id all)
{
    const int32_t one[] = {1, r->units};
    mote_id       h[UNROLL_MAX], states[STATES_MAX] = {MOTE_NONE, MOTE_NONE};
    int32_t       t;

    cell->begin(k, cell);
    for (t = 0; t < r->steps; t++) {
        cell->step(k, cell, step_at(k, all, r->is_backward ? r->steps - 1 - t : t), states);
        h[t] = states[0];
    }
    for (t = 0; r->returns_sequences && t < r->steps; t++)
        h[t] = mote_keras_reshape(k, h[t], 2, one);
    if (!r->returns_sequences || r->steps == 1)
        mote_keras_return(k, h[r->steps - 1]);
    else
        mote_keras_return(k, mote_keras_concat(k, h, r->steps, 1));
}

/* all: what the inputs give to each step. */
static void run_cell(mote_keras_call *k, const recurrent *r, cell_of *cell, mote_id all, int32_t unrolled)
{
    cell->units = r->units;
    cell->use_bias = r->use_bias;
    if (mote_keras_failed(k))
        return;
    if (r->steps <= unrolled)
        run_steps(k, r, cell, all);
    else
        run_loop(k, r, cell, all);
}

static bool refuse_stateful(mote_keras_call *k)
{
    if (mote_keras_flag(k, "stateful", false) && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a stateful one is supported as an LSTM with tanh and sigmoid only");
    return !mote_keras_failed(k);
}

/* ---- SimpleRNN ---- */

static void begin_rnn(mote_keras_call *k, cell_of *cell)
{
    cell->weights[0] = gate_weight(k, "recurrent_kernel", cell->units, cell->units);
}

static void step_rnn(mote_keras_call *k, const cell_of *cell, mote_id x, mote_id *states)
{
    if (states[0] != MOTE_NONE)
        x = sum(k, x, dense(k, states[0], cell->weights[0], MOTE_NONE));
    states[0] = mote_keras_activate(k, "activation", x);
}

MOTE_KERAS_FUNCTION(simple_rnn)
{
    static const mote_keras_array arrays[] = {{.name = "kernel", .index = 0, .order = "10"},
                                              {.name = "recurrent_kernel", .index = 1, .order = "10"},
                                              {.name = "bias", .index = 2}};
    cell_of                       cell = {.begin = begin_rnn, .step = step_rnn, .state_count = 1};
    recurrent                     r;
    mote_id                       all;

    if (!read_recurrent(k, 1, &r) || !refuse_stateful(k))
        return;
    MOTE_KERAS_ARRAYS(k, arrays);
    all = gate_weight(k, "kernel", r.units, r.in_count);
    all = dense(k, r.x, all, r.use_bias ? gate_weight(k, "bias", r.units, 0) : MOTE_NONE);
    run_cell(k, &r, &cell, all, 2);
}

/* ---- GRU ---- */

enum { GRU_GATES, GRU_CANDIDATE, GRU_GATE_BIAS, GRU_CANDIDATE_BIAS };

/* resets_after: the recurrent product has a bias of its own. */
static void begin_gru(mote_keras_call *k, cell_of *cell)
{
    const int32_t units = cell->units;

    cell->weights[GRU_GATES] = gate_weight(k, "recurrent_gates", 2 * units, units);
    cell->weights[GRU_CANDIDATE] = gate_weight(k, "recurrent_candidate", units, units);
    cell->weights[GRU_GATE_BIAS] = cell->weights[GRU_CANDIDATE_BIAS] = MOTE_NONE;
    if (!cell->resets_after || !cell->use_bias)
        return;
    cell->weights[GRU_GATE_BIAS] = gate_weight(k, "recurrent_gate_bias", 2 * units, 0);
    cell->weights[GRU_CANDIDATE_BIAS] = gate_weight(k, "recurrent_candidate_bias", units, 0);
}

/* What the state adds to the candidate. */
static mote_id gru_from_state(mote_keras_call *k, const cell_of *cell, mote_id reset, mote_id h)
{
    const mote_id weights = cell->weights[GRU_CANDIDATE], bias = cell->weights[GRU_CANDIDATE_BIAS];

    if (h == MOTE_NONE)
        return bias == MOTE_NONE ? MOTE_NONE : product(k, reset, bias);
    return cell->resets_after ? product(k, reset, dense(k, h, weights, bias))
                              : dense(k, product(k, reset, h), weights, MOTE_NONE);
}

/* z = update, r = reset, h' = candidate: z h + (1 - z) h' */
static void step_gru(mote_keras_call *k, const cell_of *cell, mote_id x, mote_id *states)
{
    const int32_t units = cell->units, sizes[] = {2 * units, units};
    const mote_id h = states[0];
    mote_id       parts[2], gates[2], candidate;

    mote_keras_split_sizes(k, x, mote_keras_tensor(k, x)->rank - 1, sizes, 2, parts);
    if (h != MOTE_NONE)
        parts[0] = sum(k, parts[0], dense(k, h, cell->weights[GRU_GATES], cell->weights[GRU_GATE_BIAS]));
    else
        parts[0] = sum(k, parts[0], cell->weights[GRU_GATE_BIAS]);
    parts[0] = mote_keras_activate(k, "recurrent_activation", parts[0]);
    mote_keras_split(k, parts[0], mote_keras_tensor(k, x)->rank - 1, 2, gates);
    candidate = sum(k, parts[1], gru_from_state(k, cell, gates[1], h));
    candidate = mote_keras_activate(k, "activation", candidate);
    if (h == MOTE_NONE) /* (1 - z) h' = h' - z h' */
        states[0] = mote_keras_binary(k, MOTE_OP_SUB, candidate, product(k, gates[0], candidate));
    else
        states[0] = sum(k, candidate, product(k, gates[0], mote_keras_binary(k, MOTE_OP_SUB, h, candidate)));
}

MOTE_KERAS_FUNCTION(gru)
{
    const bool             resets_after = mote_keras_flag(k, "reset_after", k->reader->is_version_3);
    cell_of                cell = {.begin = begin_gru, .step = step_gru, .state_count = 1, .resets_after = resets_after};
    const mote_keras_array arrays[] = {
        {.name = "kernel", .index = 0, .order = "10"},
        {.name = "recurrent_gates", .index = 1, .order = "10", .part = 0, .parts = 3, .part_count = 2},
        {.name = "recurrent_candidate", .index = 1, .order = "10", .part = 2, .parts = 3},
        {.name = "bias", .index = 2, .is_flat = true, .part = 0, .parts = resets_after ? 2 : 1},
        {.name = "recurrent_gate_bias", .index = 2, .is_flat = true, .part = 3, .parts = 6, .part_count = 2},
        {.name = "recurrent_candidate_bias", .index = 2, .is_flat = true, .part = 5, .parts = 6}};
    recurrent r;
    mote_id   all;

    if (!read_recurrent(k, 3, &r) || !refuse_stateful(k))
        return;
    MOTE_KERAS_ARRAYS(k, arrays);
    all = gate_weight(k, "kernel", 3 * r.units, r.in_count);
    all = dense(k, r.x, all, r.use_bias ? gate_weight(k, "bias", 3 * r.units, 0) : MOTE_NONE);
    run_cell(k, &r, &cell, all, 1);
}

/* ---- LSTM ---- */

static bool is_standard(mote_keras_call *k)
{
    const char *activation = json_string_value(mote_keras_get(k, "activation")),
               *gates = json_string_value(mote_keras_get(k, "recurrent_activation"));

    return activation && gates && strcmp(activation, "tanh") == 0 && strcmp(gates, "sigmoid") == 0;
}

static mote_id lstm_state(mote_keras_call *k, const char *name, int32_t batch, int32_t units)
{
    mote_builder *b = k->base.builder;
    mote_graph   *graph = mote_builder_graph(b);
    mote_tensor   state = {.dtype = MOTE_F32, .rank = 2, .dim = {batch, units}, .kind = MOTE_STATE};

    if (mote_keras_failed(k))
        return MOTE_NONE;
    state.origin = (uint32_t)graph->tensor_count;
    state.name = mote_arena_printf(&b->model->arena, &b->err, "%s/%s", k->base.name, name);
    state.data = mote_arena_alloc(&b->model->arena, (size_t)batch * (size_t)units, sizeof(float), &b->err);
    return state.name && state.data ? mote_graph_add_tensor(b->model, graph, &state, &b->err) : MOTE_NONE;
}

/* Operands as runtime/ops/lstm.h numbers them. */
static void fused_lstm(mote_keras_call *k, const recurrent *r)
{
    static const mote_keras_array arrays[] = {
#define GATE(i, gate)                                                                                                       \
    {.name = gate "_kernel", .index = 0, .order = "10", .part = i, .parts = 4},                                             \
        {.name = gate "_recurrent_kernel", .index = 1, .order = "10", .part = i, .parts = 4},                               \
        {.name = gate "_bias", .index = 2, .part = i, .parts = 4}
        GATE(0, "input"), GATE(1, "forget"), GATE(2, "candidate"), GATE(3, "output")
#undef GATE
    };
    const mote_tensor in = *mote_keras_tensor(k, r->x);
    mote_id           operands[24];
    mote_node         node = {.op = MOTE_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, .in = operands, .in_count = 24};
    mote_id           x;
    int32_t           i;

    for (i = 0; i < 24; i++)
        operands[i] = MOTE_NONE;
    MOTE_KERAS_ARRAYS(k, arrays);
    operands[0] = r->is_backward ? reverse(k, r->x) : r->x;
    for (i = 0; i < 4; i++) {
        operands[1 + i] = gate_weight(k, arrays[3 * i].name, r->units, r->in_count);
        operands[5 + i] = gate_weight(k, arrays[3 * i + 1].name, r->units, r->units);
        operands[12 + i] =
            r->use_bias ? gate_weight(k, arrays[3 * i + 2].name, r->units, 0) : mote_keras_zeros(k, 1, &r->units);
    }
    operands[18] = lstm_state(k, "hidden", in.dim[0], r->units);
    operands[19] = lstm_state(k, "cell", in.dim[0], r->units);
    node.as.unidirectional_sequence_lstm.fused_activation_function = MRT_LSTM_TANH;
    x = mote_keras_node(k, &node);
    if (r->returns_sequences || mote_keras_failed(k))
        mote_keras_return(k, x);
    else
        mote_keras_return(k, step_at(k, x, r->steps - 1));
}

/* Of other activations: i, f and o may have another than sigmoid, the candidate and the cell another than tanh. */
static void begin_lstm(mote_keras_call *k, cell_of *cell)
{
    cell->weights[0] = gate_weight(k, "recurrent_kernel", 4 * cell->units, cell->units);
}

static void step_lstm(mote_keras_call *k, const cell_of *cell, mote_id x, mote_id *states)
{
    mote_id gate[4]; /* input, forget, candidate, output */

    if (states[0] != MOTE_NONE)
        x = sum(k, x, dense(k, states[0], cell->weights[0], MOTE_NONE));
    mote_keras_split(k, x, mote_keras_tensor(k, x)->rank - 1, 4, gate);
    gate[0] = mote_keras_activate(k, "recurrent_activation", gate[0]);
    gate[2] = mote_keras_activate(k, "activation", gate[2]);
    gate[3] = mote_keras_activate(k, "recurrent_activation", gate[3]);
    gate[2] = product(k, gate[0], gate[2]);
    if (states[1] != MOTE_NONE) {
        gate[1] = mote_keras_activate(k, "recurrent_activation", gate[1]);
        gate[2] = sum(k, product(k, gate[1], states[1]), gate[2]);
    }
    states[1] = gate[2];
    states[0] = product(k, gate[3], mote_keras_activate(k, "activation", states[1]));
}

static void other_lstm(mote_keras_call *k, const recurrent *r)
{
    static const mote_keras_array arrays[] = {{.name = "kernel", .index = 0, .order = "10"},
                                              {.name = "recurrent_kernel", .index = 1, .order = "10"},
                                              {.name = "bias", .index = 2}};
    cell_of                       cell = {.begin = begin_lstm, .step = step_lstm, .state_count = 2};
    mote_id                       all;

    MOTE_KERAS_ARRAYS(k, arrays);
    all = gate_weight(k, "kernel", 4 * r->units, r->in_count);
    all = dense(k, r->x, all, r->use_bias ? gate_weight(k, "bias", 4 * r->units, 0) : MOTE_NONE);
    run_cell(k, r, &cell, all, 1);
}

MOTE_KERAS_FUNCTION(lstm)
{
    recurrent r;

    if (!read_recurrent(k, 4, &r))
        return;
    if (is_standard(k))
        fused_lstm(k, &r);
    else if (refuse_stateful(k))
        other_lstm(k, &r);
}

/* ---- Bidirectional ---- */

/* The second layer where the file has none of its own: the first, the other way round. */
static json_t *turned(mote_keras_call *k, json_t *layer)
{
    json_t    *config = json_copy(json_object_get(layer, "config")), *other = json_copy(layer);
    const bool goes_backwards = json_is_true(json_object_get(config, "go_backwards"));

    mote_json_set(&config, "go_backwards", json_boolean(!goes_backwards));
    mote_json_set(&other, "config", config);
    if (!other)
        (void)mote_fail(&k->base.builder->err, MOTE_ERR_MEMORY, "out of memory");
    return other;
}

static mote_id merge(mote_keras_call *k, const char *mode, const mote_id *both)
{
    if (strcmp(mode, "concat") == 0)
        return mote_keras_concat(k, both, 2, mote_keras_tensor(k, both[0])->rank - 1);
    if (strcmp(mode, "mul") == 0)
        return product(k, both[0], both[1]);
    if (strcmp(mode, "sum") == 0 || strcmp(mode, "ave") == 0) {
        mote_id x = sum(k, both[0], both[1]);
        return mode[0] == 's' ? x : product(k, x, mote_keras_scalar(k, 0.5));
    }
    if (!mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "merge_mode %s is not supported", mote_show_string(mode).text);
    return MOTE_NO_LAYER;
}

/* An array of each: kernel, recurrent kernel, and a bias where there is one. */
static int32_t array_count(json_t *layer)
{
    return json_is_false(json_object_get(json_object_get(layer, "config"), "use_bias")) ? 2 : 3;
}

MOTE_KERAS_FUNCTION(bidirectional)
{
    json_t     *forward = mote_keras_get(k, "layer"), *given = mote_keras_get(k, "backward_layer"), *backward;
    const bool  sequences = json_is_true(json_object_get(json_object_get(forward, "config"), "return_sequences"));
    const char *mode =
        json_is_null(json_object_get(k->config, "merge_mode")) ? NULL : mote_keras_text(k, "merge_mode", "concat");
    mote_id both[2];

    backward = given ? json_incref(given) : turned(k, forward);
    k->weight_prefix = "forward_";
    both[0] = mote_keras_call_inner(k, forward, "forward_layer/", 0, MOTE_KERAS_IN(k));
    k->weight_prefix = "backward_";
    both[1] = mote_keras_call_inner(k, backward, "backward_layer/", array_count(forward), MOTE_KERAS_IN(k));
    json_decref(backward);
    k->is_masked = false;
    if (mote_keras_failed(k))
        return;
    if (sequences) /* in the order of time */
        both[1] = reverse(k, both[1]);
    if (mode) {
        mote_keras_return(k, merge(k, mode, both));
        return;
    }
    mote_keras_return(k, both[0]);
    mote_keras_return(k, both[1]);
}

/* ---- TimeDistributed ---- */

/* Layers that treat every step alike by themselves. */
static bool works_on_steps(const char *class_name)
{
    static const char *const names[] = {"Dense",   "Activation", "ReLU",      "LeakyReLU",         "ELU",
                                        "Dropout", "Identity",   "Rescaling", "LayerNormalization"};
    size_t                   i;

    for (i = 0; class_name && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], class_name) == 0)
            return true;
    return false;
}

/* Layers that may have states of their own, which a loop would hand from step to step. */
static bool may_have_states(const char *class_name)
{
    static const char *const names[] = {"LSTM", "Bidirectional", "Sequential", "Functional", "Model", "TimeDistributed"};
    size_t                   i;

    for (i = 0; class_name && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], class_name) == 0)
            return true;
    return false;
}

/* Side by side along axis 1; CONCATENATION has room for so many. */
static void finish_steps(mote_keras_call *k, mote_id *h, int32_t count)
{
    mote_id part[MOTE_NODE_IN_MAX];
    int32_t t, i;

    while (count > 1) {
        for (i = 0, t = 0; t < count; t += MOTE_NODE_IN_MAX, i++) {
            const int32_t n = count - t < MOTE_NODE_IN_MAX ? count - t : MOTE_NODE_IN_MAX;
            memcpy(part, h + t, (size_t)n * sizeof *part);
            h[i] = n == 1 ? part[0] : mote_keras_concat(k, part, n, 1);
        }
        count = i;
    }
    mote_keras_return(k, h[0]);
}

static void time_steps(mote_keras_call *k, json_t *layer, const mote_tensor *in)
{
    mote_id h[TIME_UNROLL_MAX], x;
    int32_t t, dim[MOTE_RANK_MAX] = {1};

    if (in->dim[1] > TIME_UNROLL_MAX) {
        if (!mote_keras_failed(k))
            MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "%d steps of a layer that may have states; at most %d are possible",
                            (int)in->dim[1], TIME_UNROLL_MAX);
        return;
    }
    for (t = 0; t < in->dim[1] && !mote_keras_failed(k); t++) {
        x = mote_keras_reshape(k, mote_keras_slice(k, MOTE_KERAS_IN(k), 1, t, t + 1), in->rank - 2, in->dim + 2);
        x = mote_keras_call_inner(k, layer, "layer/", 0, x);
        memcpy(dim + 1, mote_keras_tensor(k, x)->dim + 1, (size_t)(mote_keras_tensor(k, x)->rank - 1) * sizeof *dim);
        h[t] = mote_keras_reshape(k, x, mote_keras_tensor(k, x)->rank, dim);
    }
    if (!mote_keras_failed(k))
        finish_steps(k, h, in->dim[1]);
}

/* x [N, 1, ...] as row t, a scalar, of [N, T, ...]. */
static mote_id put_part(mote_keras_call *k, mote_id all, mote_id x, mote_id t)
{
    const int32_t rank = mote_keras_tensor(k, all)->rank;
    mote_id       begin[MOTE_RANK_MAX], in[3] = {all, x, MOTE_NONE};
    mote_node     pack = {.op = MOTE_OP_PACK, .in = begin, .in_count = rank, .as.pack.count = rank};
    int32_t       i;

    begin[0] = mote_keras_int_scalar(k, 0);
    for (i = 1; i < rank; i++)
        begin[i] = i == 1 ? t : begin[0];
    in[2] = mote_keras_node(k, &pack);
    return mote_keras_node(k, &(mote_node){.op = MOTE_OP_DYNAMIC_UPDATE_SLICE, .in = in, .in_count = 3});
}

static void time_loop(mote_keras_call *k, json_t *layer, const mote_tensor *in)
{
    mote_loop   loop = {.steps = in->dim[1]};
    mote_id     results[3], out[MOTE_NODE_OUT_MAX], x;
    mote_tensor made;

    mote_keras_begin_loop(k, &loop, MOTE_KERAS_IN(k));
    results[1] = loop.in[1];
    x = mote_keras_call_inner(k, layer, "layer/", 0, row_at(k, results[1], loop.in[0]));
    made = *mote_keras_tensor(k, x);
    if (made.rank == MOTE_RANK_MAX && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "its steps have %d dimensions", MOTE_RANK_MAX);
    if (mote_keras_failed(k))
        return;
    memmove(made.dim + 2, made.dim + 1, (size_t)(made.rank - 1) * sizeof *made.dim);
    made.dim[1] = 1;
    x = mote_keras_reshape(k, x, made.rank, made.dim + 1);
    made.dim[1] = in->dim[1];
    results[2] = put_part(k, mote_keras_carry_zeros(k, &loop, made.rank + 1, made.dim), x, loop.in[0]);
    mote_keras_end_loop(k, &loop, results, out);
    if (!mote_keras_failed(k))
        mote_keras_return(k, out[2]);
}

MOTE_KERAS_FUNCTION(time_distributed)
{
    json_t           *layer = mote_keras_get(k, "layer");
    const char       *class_name = json_string_value(json_object_get(layer, "class_name"));
    const mote_tensor in = *mote_keras_tensor(k, MOTE_KERAS_IN(k));

    if (works_on_steps(class_name))
        mote_keras_return(k, mote_keras_call_inner(k, layer, "layer/", 0, MOTE_KERAS_IN(k)));
    else if (!mote_keras_failed(k) && (in.rank < 3 || in.dim[1] < 1))
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its input has shape %s, [batch, time, ...] expected",
                        mote_shape_show(&in).text);
    else if (class_name && strcmp(class_name, "Flatten") == 0)
        mote_keras_return(k, mote_keras_reshape(k, MOTE_KERAS_IN(k), 2,
                                                (int32_t[]){in.dim[1], (int32_t)(mote_tensor_count(&in) / (size_t)in.dim[0] /
                                                                                 (size_t)in.dim[1])}));
    else if (in.dim[1] <= UNROLL_MAX || may_have_states(class_name))
        time_steps(k, layer, &in);
    else
        time_loop(k, layer, &in);
}
