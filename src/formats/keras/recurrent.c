/* LSTM, GRU, SimpleRNN, Bidirectional, TimeDistributed.
 *
 * An LSTM with tanh and sigmoid is the operator UNIDIRECTIONAL_SEQUENCE_LSTM. Everything else is unrolled: the products with
 * the inputs at once for all steps, then some operators a step, so the length must be known and is bounded.
 *
 * Gates lie in Keras' arrays side by side: LSTM input, forget, candidate, output; GRU update, reset, candidate.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"

enum { UNROLL_MAX = 256 };

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
    mote_id x; /* [T, I] */
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

/* [T, U] -> [U] */
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

/* Step t of [T, U], in the order in which steps are computed. */
static mote_id step_of(mote_keras_call *k, const recurrent *r, mote_id all, int32_t t)
{
    return step_at(k, all, r->is_backward ? r->steps - 1 - t : t);
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

/* The h of all steps, or the last. */
static void finish(mote_keras_call *k, const recurrent *r, mote_id *h)
{
    const int32_t one[] = {1, r->units};
    int32_t       t;

    if (!r->returns_sequences) {
        mote_keras_return(k, h[r->steps - 1]);
        return;
    }
    for (t = 0; t < r->steps; t++)
        h[t] = mote_keras_reshape(k, h[t], 2, one);
    finish_steps(k, h, r->steps);
}

static bool check_unrolled(mote_keras_call *k, const recurrent *r)
{
    if (r->steps >= 1 && r->steps <= UNROLL_MAX && !mote_keras_flag(k, "stateful", false))
        return true;
    if (mote_keras_flag(k, "stateful", false))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a stateful one is supported as an LSTM with tanh and sigmoid only");
    else
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "it is computed step by step, for at most %d steps; its input has %d",
                        UNROLL_MAX, (int)r->steps);
    return false;
}

/* The weight of one gate: arrays are tables with its name. */
static mote_id gate_weight(mote_keras_call *k, const char *name, int32_t rows, int32_t cols)
{
    const int32_t dim[] = {rows, cols};

    return mote_keras_weight(k, name, cols ? 2 : 1, dim, false);
}

/* ---- SimpleRNN ---- */

MOTE_KERAS_FUNCTION(simple_rnn)
{
    static const mote_keras_array arrays[] = {{.name = "kernel", .index = 0, .order = "10"},
                                              {.name = "recurrent_kernel", .index = 1, .order = "10"},
                                              {.name = "bias", .index = 2}};
    mote_id                       h[UNROLL_MAX], all, recurrent_kernel, z;
    recurrent                     r;
    int32_t                       t;

    if (!read_recurrent(k, 1, &r) || !check_unrolled(k, &r))
        return;
    MOTE_KERAS_ARRAYS(k, arrays);
    all = gate_weight(k, "kernel", r.units, r.in_count);
    recurrent_kernel = gate_weight(k, "recurrent_kernel", r.units, r.units);
    all = dense(k, r.x, all, r.use_bias ? gate_weight(k, "bias", r.units, 0) : MOTE_NONE);
    for (t = 0; t < r.steps && !mote_keras_failed(k); t++) {
        z = step_of(k, &r, all, t);
        if (t > 0)
            z = sum(k, z, dense(k, h[t - 1], recurrent_kernel, MOTE_NONE));
        h[t] = mote_keras_activate(k, "activation", z);
    }
    if (!mote_keras_failed(k))
        finish(k, &r, h);
}

/* ---- GRU ---- */

/* Which one it is at the time of the recurrent product: reset_after has a bias of its own there. */
typedef struct gru {
    recurrent r;
    bool      resets_after;
    mote_id   recurrent_gates, gate_bias, recurrent_candidate, candidate_bias;
} gru;

static mote_id part_of(mote_keras_call *k, mote_id x, int32_t begin, int32_t end)
{
    return mote_keras_slice(k, x, mote_keras_tensor(k, x)->rank - 1, begin, end);
}

/* z = update, r = reset, h' = candidate: z h + (1 - z) h' */
static mote_id gru_step(mote_keras_call *k, const gru *g, mote_id x, mote_id h)
{
    const int32_t units = g->r.units;
    mote_id gates = part_of(k, x, 0, 2 * units), candidate = part_of(k, x, 2 * units, 3 * units), update, reset, before;

    if (h != MOTE_NONE)
        gates = sum(k, gates, dense(k, h, g->recurrent_gates, g->gate_bias));
    else if (g->gate_bias != MOTE_NONE)
        gates = sum(k, gates, g->gate_bias);
    gates = mote_keras_activate(k, "recurrent_activation", gates);
    update = part_of(k, gates, 0, units);
    reset = part_of(k, gates, units, 2 * units);
    if (h != MOTE_NONE && g->resets_after)
        candidate = sum(k, candidate, product(k, reset, dense(k, h, g->recurrent_candidate, g->candidate_bias)));
    else if (h != MOTE_NONE)
        candidate = sum(k, candidate, dense(k, product(k, reset, h), g->recurrent_candidate, MOTE_NONE));
    else if (g->resets_after && g->candidate_bias != MOTE_NONE)
        candidate = sum(k, candidate, product(k, reset, g->candidate_bias));
    candidate = mote_keras_activate(k, "activation", candidate);
    if (h == MOTE_NONE) /* (1 - z) h' = h' - z h' */
        return mote_keras_binary(k, MOTE_OP_SUB, candidate, product(k, update, candidate));
    before = mote_keras_binary(k, MOTE_OP_SUB, h, candidate);
    return sum(k, candidate, product(k, update, before));
}

static void read_gru_weights(mote_keras_call *k, gru *g)
{
    const int32_t units = g->r.units;

    g->recurrent_gates = mote_keras_weight(k, "recurrent_gates", 2, (const int32_t[]){2 * units, units}, false);
    g->recurrent_candidate = mote_keras_weight(k, "recurrent_candidate", 2, (const int32_t[]){units, units}, false);
    g->gate_bias = g->candidate_bias = MOTE_NONE;
    if (!g->resets_after || !g->r.use_bias)
        return;
    g->gate_bias = mote_keras_weight(k, "recurrent_gate_bias", 1, (const int32_t[]){2 * units}, false);
    g->candidate_bias = mote_keras_weight(k, "recurrent_candidate_bias", 1, (const int32_t[]){units}, false);
}

MOTE_KERAS_FUNCTION(gru)
{
    gru                    g = {.resets_after = mote_keras_flag(k, "reset_after", k->reader->is_version_3)};
    const mote_keras_array arrays[] = {
        {.name = "kernel", .index = 0, .order = "10"},
        {.name = "recurrent_gates", .index = 1, .order = "10", .part = 0, .parts = 3, .part_count = 2},
        {.name = "recurrent_candidate", .index = 1, .order = "10", .part = 2, .parts = 3},
        {.name = "bias", .index = 2, .is_flat = true, .part = 0, .parts = g.resets_after ? 2 : 1},
        {.name = "recurrent_gate_bias", .index = 2, .is_flat = true, .part = 3, .parts = 6, .part_count = 2},
        {.name = "recurrent_candidate_bias", .index = 2, .is_flat = true, .part = 5, .parts = 6}};
    mote_id h[UNROLL_MAX], all;
    int32_t t;

    if (!read_recurrent(k, 3, &g.r) || !check_unrolled(k, &g.r))
        return;
    MOTE_KERAS_ARRAYS(k, arrays);
    all = gate_weight(k, "kernel", 3 * g.r.units, g.r.in_count);
    all = dense(k, g.r.x, all, g.r.use_bias ? gate_weight(k, "bias", 3 * g.r.units, 0) : MOTE_NONE);
    read_gru_weights(k, &g);
    for (t = 0; t < g.r.steps && !mote_keras_failed(k); t++)
        h[t] = gru_step(k, &g, step_of(k, &g.r, all, t), t > 0 ? h[t - 1] : MOTE_NONE);
    if (!mote_keras_failed(k))
        finish(k, &g.r, h);
}

/* ---- LSTM ---- */

static mote_id zeros(mote_keras_call *k, int32_t count)
{
    const float *values = MOTE_NEW(&k->reader->arena, float, count, &k->base.builder->err);

    return values ? mote_keras_floats_const(k, 1, &count, values) : MOTE_NONE;
}

static bool is_standard(mote_keras_call *k)
{
    const char *activation = json_string_value(mote_keras_get(k, "activation")),
               *gates = json_string_value(mote_keras_get(k, "recurrent_activation"));

    return activation && gates && strcmp(activation, "tanh") == 0 && strcmp(gates, "sigmoid") == 0;
}

static mote_id lstm_state(mote_keras_call *k, const char *name, int32_t batch, int32_t units)
{
    mote_builder *b = k->base.builder;
    mote_graph   *graph = &b->model->graphs[0];
    mote_tensor   state = {.dtype = MOTE_F32, .rank = 2, .dim = {batch, units}, .kind = MOTE_STATE};

    if (mote_keras_failed(k))
        return MOTE_NONE;
    state.origin = (uint32_t)graph->tensor_count;
    state.name = mote_arena_printf(&b->model->arena, &b->err, "%s/%s", k->base.name, name);
    state.data = mote_arena_alloc(&b->model->arena, (size_t)batch * (size_t)units, sizeof(float), &b->err);
    return state.name && state.data ? mote_graph_add_tensor(b->model, graph, &state, &b->err) : MOTE_NONE;
}

static mote_id reverse(mote_keras_call *k, mote_id x)
{
    const int32_t axis = 1;

    return mote_keras_binary(k, MOTE_OP_REVERSE_V2, x, mote_keras_ints_const(k, &axis, 1));
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
        operands[12 + i] = r->use_bias ? gate_weight(k, arrays[3 * i + 2].name, r->units, 0) : zeros(k, r->units);
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
static void unrolled_lstm(mote_keras_call *k, const recurrent *r)
{
    static const mote_keras_array arrays[] = {{.name = "kernel", .index = 0, .order = "10"},
                                              {.name = "recurrent_kernel", .index = 1, .order = "10"},
                                              {.name = "bias", .index = 2}};
    const int32_t                 units = r->units;
    mote_id                       h[UNROLL_MAX], all, kernel, z, in, forget, candidate, out, cell = MOTE_NONE;
    int32_t                       t;

    MOTE_KERAS_ARRAYS(k, arrays);
    all = gate_weight(k, "kernel", 4 * units, r->in_count);
    all = dense(k, r->x, all, r->use_bias ? gate_weight(k, "bias", 4 * units, 0) : MOTE_NONE);
    kernel = gate_weight(k, "recurrent_kernel", 4 * units, units);
    for (t = 0; t < r->steps && !mote_keras_failed(k); t++) {
        z = step_of(k, r, all, t);
        if (t > 0)
            z = sum(k, z, dense(k, h[t - 1], kernel, MOTE_NONE));
        in = mote_keras_activate(k, "recurrent_activation", part_of(k, z, 0, units));
        candidate = mote_keras_activate(k, "activation", part_of(k, z, 2 * units, 3 * units));
        out = mote_keras_activate(k, "recurrent_activation", part_of(k, z, 3 * units, 4 * units));
        candidate = product(k, in, candidate);
        if (t > 0) {
            forget = mote_keras_activate(k, "recurrent_activation", part_of(k, z, units, 2 * units));
            cell = sum(k, product(k, forget, cell), candidate);
        } else
            cell = candidate;
        h[t] = product(k, out, mote_keras_activate(k, "activation", cell));
    }
    if (!mote_keras_failed(k))
        finish(k, r, h);
}

MOTE_KERAS_FUNCTION(lstm)
{
    recurrent r;

    if (!read_recurrent(k, 4, &r))
        return;
    if (is_standard(k))
        fused_lstm(k, &r);
    else if (check_unrolled(k, &r))
        unrolled_lstm(k, &r);
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

MOTE_KERAS_FUNCTION(time_distributed)
{
    json_t           *layer = mote_keras_get(k, "layer");
    const mote_tensor in = *mote_keras_tensor(k, MOTE_KERAS_IN(k));
    mote_id           h[UNROLL_MAX], x;
    int32_t           t, dim[MOTE_RANK_MAX] = {1};

    if (works_on_steps(json_string_value(json_object_get(layer, "class_name")))) {
        mote_keras_return(k, mote_keras_call_inner(k, layer, "layer/", 0, MOTE_KERAS_IN(k)));
        return;
    }
    if (in.rank < 3 || in.dim[1] > UNROLL_MAX || in.dim[1] < 1) {
        if (!mote_keras_failed(k))
            MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "%d steps; 1 to %d are possible", (int)in.dim[1], UNROLL_MAX);
        return;
    }
    for (t = 0; t < in.dim[1] && !mote_keras_failed(k); t++) {
        x = mote_keras_reshape(k, mote_keras_slice(k, MOTE_KERAS_IN(k), 1, t, t + 1), in.rank - 2, in.dim + 2);
        x = mote_keras_call_inner(k, layer, "layer/", 0, x);
        memcpy(dim + 1, mote_keras_tensor(k, x)->dim + 1, (size_t)(mote_keras_tensor(k, x)->rank - 1) * sizeof *dim);
        h[t] = mote_keras_reshape(k, x, mote_keras_tensor(k, x)->rank, dim);
    }
    if (!mote_keras_failed(k))
        finish_steps(k, h, in.dim[1]);
}
