/* LSTM, GRU, SimpleRNN, Bidirectional, TimeDistributed.
 *
 * An LSTM with tanh and sigmoid is the operator UNIDIRECTIONAL_SEQUENCE_LSTM. Of everything else the products with the
 * inputs are computed at once for all steps, and the rest is a WHILE, or a few steps one by one (ops/recurrent.h).
 *
 * Gates lie in Keras' arrays side by side: LSTM input, forget, candidate, output; GRU update, reset, candidate.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"
#include "ops/recurrent.h"

/* Of what TimeDistributed repeats: operators that are counted for the layer inside, which is not known; most steps. */
enum { TIME_NODES = 4, TIME_UNROLL_MAX = 256 };

static mote_id sum(mote_keras_call *k, mote_id a, mote_id b)
{
    return a == MOTE_NONE ? b : b == MOTE_NONE ? a : mote_keras_binary(k, MOTE_OP_ADD, a, b);
}

static mote_id product(mote_keras_call *k, mote_id a, mote_id b)
{
    return mote_keras_binary(k, MOTE_OP_MUL, a, b);
}

/* ---- what all have ---- */

typedef struct recurrent {
    int32_t units, steps, in_count, gates;
    bool    use_bias, is_backward, returns_sequences, resets_after;
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

/* The weight of one gate: arrays are tables with its name. */
static mote_id gate_weight(mote_keras_call *k, const char *name, int32_t rows, int32_t cols)
{
    const int32_t dim[] = {rows, cols};

    return mote_keras_weight(k, name, cols ? 2 : 1, dim, false);
}

/* ---- cells ---- */

/* What a weight is called, and its shape in units, of a kernel in values that come in; columns 0: a bias. */
typedef struct cell_weight {
    const char *name; /* NULL: there is none */
    int32_t     rows, columns;
} cell_weight;

enum { COLUMNS_IN = -1 };

typedef struct keras_cell {
    mote_keras_call   *k;
    const recurrent   *r;
    const cell_weight *weights; /* [MOTE_CELL_LAYER_WEIGHTS] */
    mote_cell_maker    maker;
    mote_cell          cell;
} keras_cell;

static mote_keras_call *call_of(void *by)
{
    return ((keras_cell *)by)->k;
}

static void enter_graph(void *by, int32_t graph)
{
    call_of(by)->base.builder->graph = graph;
}

static void add_node(void *by, const mote_node *node, mote_id *out)
{
    mote_keras_node_of_many(call_of(by), node, node->out_count, out);
}

static mote_id add_ints(void *by, int32_t rank, const int32_t *dim, const int32_t *values)
{
    return mote_keras_ints_of(call_of(by), rank, dim, values);
}

static mote_id add_zeros(void *by, int32_t rank, const int32_t *dim)
{
    return mote_keras_zeros(call_of(by), rank, dim);
}

static mote_id add_weight(void *by, mote_cell_weight which)
{
    const keras_cell  *c = by;
    const cell_weight *weight = &c->weights[which];
    const int32_t      columns = weight->columns == COLUMNS_IN ? c->r->in_count : weight->columns * c->cell.units;

    if (!weight->name || (weight->columns == 0 && !c->r->use_bias))
        return MOTE_NONE;
    return gate_weight(c->k, weight->name, weight->rows * c->cell.units, columns);
}

static mote_id add_activation(void *by, mote_cell_activation which, mote_id x)
{
    return mote_keras_activate(call_of(by), which == MOTE_CELL_GATE ? "recurrent_activation" : "activation", x);
}

static void begin_cell(keras_cell *c, mote_keras_call *k, mote_cell_kind kind, const recurrent *r)
{
    *c = (keras_cell){.k = k, .r = r, .cell = {.kind = kind, .units = r->units}};
    c->maker = (mote_cell_maker){.model = k->base.builder->model,
                                 .name = k->base.name,
                                 .has_no_loops = k->reader->options && k->reader->options->has_no_loops,
                                 .err = &k->base.builder->err,
                                 .by = c,
                                 .enter = enter_graph,
                                 .add = add_node,
                                 .ints = add_ints,
                                 .zeros = add_zeros,
                                 .weight = add_weight,
                                 .activate = add_activation};
    c->cell.maker = &c->maker;
}

static void run_layer(keras_cell *c, bool is_one_operator)
{
    const recurrent     *r = c->r;
    const mote_recurrent layer = {.steps = r->steps,
                                  .is_one_operator = is_one_operator,
                                  .is_backward = r->is_backward,
                                  .wants_sequence = r->returns_sequences,
                                  .keeps_time = c->k->keeps_time};
    const mote_id        x = mote_recurrent_add(&c->cell, &layer, r->x, c->k->base.builder->graph);

    if (!mote_keras_failed(c->k))
        mote_keras_return(c->k, x);
}

static bool refuse_stateful(mote_keras_call *k)
{
    if (mote_keras_flag(k, "stateful", false) && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED,
                        "a stateful one is supported as an LSTM with tanh and sigmoid only, which is not trained");
    return !mote_keras_failed(k);
}

/* ---- while it is trained ---- */

static int32_t find_curve(mote_keras_call *k, const char *key)
{
    static const char *const names[MOTE_MATH_CURVE_COUNT] = {[MOTE_MATH_CURVE_LINEAR] = "linear",
                                                             [MOTE_MATH_CURVE_TANH] = "tanh",
                                                             [MOTE_MATH_CURVE_SIGMOID] = "sigmoid",
                                                             [MOTE_MATH_CURVE_RELU] = "relu"};
    json_t                  *value = mote_keras_get(k, key);
    int32_t                  curve = 0;

    while (curve < MOTE_MATH_CURVE_COUNT && value &&
           (!json_is_string(value) || strcmp(json_string_value(value), names[curve]) != 0))
        curve++;
    if (curve == MOTE_MATH_CURVE_COUNT && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "its %s cannot be trained; linear, tanh, sigmoid and relu can", key);
    return curve;
}

static float find_dropout(mote_keras_call *k)
{
    const double rate = mote_keras_number(k, "dropout", 0);

    if (mote_keras_number(k, "recurrent_dropout", 0) > 0)
        mote_text_printf(&k->reader->untrained, "layer %s: its recurrent_dropout does nothing in training here\n",
                         mote_show_string(k->base.name).text);
    return k->reader->is_inferring ? 0 : (float)rate;
}

static void train_layer(keras_cell *c, mote_math_cell cell)
{
    static const mote_keras_array arrays[] = {{.name = "kernel", .index = 0, .order = "10"},
                                              {.name = "recurrent_kernel", .index = 1, .order = "10"},
                                              {.name = "bias", .index = 2}};
    mote_keras_call              *k = c->k;
    const recurrent              *r = c->r;
    const int32_t                 rows = r->gates * r->units;
    mote_id                       in[4] = {r->x, MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node                     node = {.op = MOTE_OP_RECURRENT, .in = in, .in_count = 4};

    MOTE_KERAS_ARRAYS(k, arrays);
    node.as.recurrent = (mrt_recurrent_attributes){.cell = (int32_t)cell,
                                                   .activation = find_curve(k, "activation"),
                                                   .returns_sequences = r->returns_sequences,
                                                   .goes_backwards = r->is_backward,
                                                   .keeps_time = k->keeps_time,
                                                   .resets_after = r->resets_after,
                                                   .dropout = find_dropout(k)};
    if (cell != MOTE_MATH_RNN)
        node.as.recurrent.recurrent_activation = find_curve(k, "recurrent_activation");
    in[1] = gate_weight(k, "kernel", rows, r->in_count);
    in[2] = gate_weight(k, "recurrent_kernel", rows, r->units);
    if (r->use_bias)
        in[3] = gate_weight(k, "bias", r->resets_after ? 2 * rows : rows, 0);
    if (!mote_keras_failed(k))
        mote_keras_return(k, mote_keras_node(k, &node));
}

static void add_layer(keras_cell *c, bool is_one_operator)
{
    static const mote_math_cell cells[] = {
        [MOTE_CELL_RNN] = MOTE_MATH_RNN, [MOTE_CELL_GRU] = MOTE_MATH_GRU, [MOTE_CELL_LSTM] = MOTE_MATH_LSTM};

    if (!mote_keras_is_to_train(c->k))
        run_layer(c, is_one_operator);
    else if (refuse_stateful(c->k))
        train_layer(c, cells[c->cell.kind]);
}

/* ---- the layers ---- */

static const mote_keras_array whole_arrays[] = {{.name = "kernel", .index = 0, .order = "10"},
                                                {.name = "recurrent_kernel", .index = 1, .order = "10"},
                                                {.name = "bias", .index = 2}};

MOTE_KERAS_FUNCTION(simple_rnn)
{
    static const cell_weight weights[MOTE_CELL_LAYER_WEIGHTS] = {[MOTE_CELL_RECURRENT] = {"recurrent_kernel", 1, 1},
                                                                 [MOTE_CELL_KERNEL] = {"kernel", 1, COLUMNS_IN},
                                                                 [MOTE_CELL_BIAS] = {"bias", 1, 0}};
    keras_cell               c;
    recurrent                r;

    if (!read_recurrent(k, 1, &r) || !refuse_stateful(k))
        return;
    MOTE_KERAS_ARRAYS(k, whole_arrays);
    begin_cell(&c, k, MOTE_CELL_RNN, &r);
    c.weights = weights;
    add_layer(&c, false);
}

/* resets_after: the recurrent product has a bias of its own. */
MOTE_KERAS_FUNCTION(gru)
{
    const bool             resets_after = mote_keras_flag(k, "reset_after", k->reader->is_version_3);
    cell_weight            weights[MOTE_CELL_LAYER_WEIGHTS] = {[MOTE_CELL_RECURRENT] = {"recurrent_gates", 2, 1},
                                                               [MOTE_CELL_CANDIDATE] = {"recurrent_candidate", 1, 1},
                                                               [MOTE_CELL_KERNEL] = {"kernel", 3, COLUMNS_IN},
                                                               [MOTE_CELL_BIAS] = {"bias", 3, 0}};
    const mote_keras_array arrays[] = {
        {.name = "kernel", .index = 0, .order = "10"},
        {.name = "recurrent_gates", .index = 1, .order = "10", .part = 0, .parts = 3, .part_count = 2},
        {.name = "recurrent_candidate", .index = 1, .order = "10", .part = 2, .parts = 3},
        {.name = "bias", .index = 2, .is_flat = true, .part = 0, .parts = resets_after ? 2 : 1},
        {.name = "recurrent_gate_bias", .index = 2, .is_flat = true, .part = 3, .parts = 6, .part_count = 2},
        {.name = "recurrent_candidate_bias", .index = 2, .is_flat = true, .part = 5, .parts = 6}};
    keras_cell c;
    recurrent  r;

    if (!read_recurrent(k, 3, &r) || !refuse_stateful(k))
        return;
    r.resets_after = resets_after;
    MOTE_KERAS_ARRAYS(k, arrays);
    if (resets_after && r.use_bias) {
        weights[MOTE_CELL_GATE_BIAS] = (cell_weight){"recurrent_gate_bias", 2, 0};
        weights[MOTE_CELL_CANDIDATE_BIAS] = (cell_weight){"recurrent_candidate_bias", 1, 0};
    }
    begin_cell(&c, k, MOTE_CELL_GRU, &r);
    c.weights = weights;
    c.cell.resets_after = resets_after;
    add_layer(&c, false);
}

/* ---- LSTM ---- */

static bool is_standard(mote_keras_call *k)
{
    const char *activation = json_string_value(mote_keras_get(k, "activation")),
               *gates = json_string_value(mote_keras_get(k, "recurrent_activation"));

    return activation && gates && strcmp(activation, "tanh") == 0 && strcmp(gates, "sigmoid") == 0;
}

static void fused_lstm(mote_keras_call *k, const recurrent *r)
{
#define GATES(GATE) GATE(0, "input") GATE(1, "forget") GATE(2, "candidate") GATE(3, "output")
    static const mote_keras_array arrays[] = {
#define GATE(i, gate)                                                                                                       \
    {.name = gate "_kernel", .index = 0, .order = "10", .part = i, .parts = 4},                                             \
        {.name = gate "_recurrent_kernel", .index = 1, .order = "10", .part = i, .parts = 4},                               \
        {.name = gate "_bias", .index = 2, .part = i, .parts = 4},
        GATES(GATE)
#undef GATE
    };
    static const cell_weight weights[MOTE_CELL_LAYER_WEIGHTS] = {
#define GATE(i, gate)                                                                                                       \
    [MOTE_CELL_GATES + 3 * i] = {gate "_kernel", 1, COLUMNS_IN},                                                            \
                           [MOTE_CELL_GATES + 3 * i + 1] = {gate "_recurrent_kernel", 1, 1},                                \
                           [MOTE_CELL_GATES + 3 * i + 2] = {gate "_bias", 1, 0},
        GATES(GATE)
#undef GATE
#undef GATES
    };
    keras_cell c;

    MOTE_KERAS_ARRAYS(k, arrays);
    begin_cell(&c, k, MOTE_CELL_LSTM, r);
    c.weights = weights;
    add_layer(&c, true);
}

/* Of other activations: i, f and o may have another than sigmoid, the candidate and the cell another than tanh. */
static void other_lstm(mote_keras_call *k, const recurrent *r)
{
    static const cell_weight weights[MOTE_CELL_LAYER_WEIGHTS] = {[MOTE_CELL_RECURRENT] = {"recurrent_kernel", 4, 1},
                                                                 [MOTE_CELL_KERNEL] = {"kernel", 4, COLUMNS_IN},
                                                                 [MOTE_CELL_BIAS] = {"bias", 4, 0}};
    keras_cell               c;

    MOTE_KERAS_ARRAYS(k, whole_arrays);
    begin_cell(&c, k, MOTE_CELL_LSTM, r);
    c.weights = weights;
    add_layer(&c, false);
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
    const char *mode =
        json_is_null(json_object_get(k->config, "merge_mode")) ? NULL : mote_keras_text(k, "merge_mode", "concat");
    mote_id both[2];

    backward = given ? json_incref(given) : turned(k, forward);
    k->keeps_time = true;
    k->weight_prefix = "forward_";
    both[0] = mote_keras_call_inner(k, forward, "forward_layer/", 0, MOTE_KERAS_IN(k));
    k->weight_prefix = "backward_";
    both[1] = mote_keras_call_inner(k, backward, "backward_layer/", array_count(forward), MOTE_KERAS_IN(k));
    json_decref(backward);
    k->is_masked = false;
    if (mote_keras_failed(k))
        return;
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

static mote_id row_at(mote_keras_call *k, mote_id x, mote_id t)
{
    mote_id   in[2] = {x, t};
    mote_node node = {.op = MOTE_OP_GATHER, .in = in, .in_count = 2, .as.gather.axis = 1};

    return mote_keras_node(k, &node);
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
    else if (!mote_loop_is_shorter(in.dim[1], TIME_NODES) || may_have_states(class_name))
        time_steps(k, layer, &in);
    else
        time_loop(k, layer, &in);
}
