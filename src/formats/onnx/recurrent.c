/* RNN, GRU and LSTM, step by step: the file says how many steps there are, and each becomes operators of its own, which
 * share their weights. An operator of mote's that had the whole layer would keep its state from one inference to the next;
 * in ONNX every inference begins anew.
 *
 * The part of the gates that comes from the input is computed for all steps at once. Sequences lie [N, T, I] here, so that
 * samples stay apart; ONNX has [T, N, I], or as `layout` says.
 *     LSTM   i, o, f = sigmoid, g = tanh;  c = f c + i g;  h = o tanh(c)
 *     GRU    z, r = sigmoid;  n = tanh(...);  h = n + z (h - n)
 * Source: onnx/docs/Operators.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "formats/onnx/operators.h"

enum { STEPS_MAX = 1024 };

typedef enum cell { RNN, GRU, LSTM } cell;

typedef struct layer {
    cell         kind;
    int32_t      gates, time, batch, ins, units, directions;
    bool         is_batch_first, is_reverse, before_reset, is_relu;
    const float *w, *r, *b, *p; /* of all directions; b, p: NULL where there is none */
} layer;

/* One direction, with its weights as constants of the graph. */
typedef struct direction {
    mote_id  x;                    /* [N, T, gates * units]: what the input gives to the gates */
    mote_id  recurrent, candidate; /* weights [gates * units, units]; of GRU the candidate's by itself */
    mote_id  bias, candidate_bias; /* MOTE_NONE: none */
    mote_id  peephole[3];          /* of i, o, f; MOTE_NONE: none */
    mote_id  h, c;                 /* [N, units] after the last step; MOTE_NONE: zero */
    mote_id *out;                  /* [T]: h after each step */
} direction;

/* ---- what the file says ---- */

static bool has_shape(const mote_import_value *value, int32_t rank, const int32_t *dim)
{
    return !value || (value->shape.rank == rank && memcmp(value->shape.dim, dim, (size_t)rank * sizeof *dim) == 0);
}

static bool is_word(const mote_import_attribute *a, int32_t i, const char *word)
{
    const char *given = a->strings[i];

    for (; *word && (*given | 0x20) == (*word | 0x20); word++, given++)
        ;
    return *word == '\0' && *given == '\0';
}

static void check_activations(mote_import_call *c, layer *l)
{
    static const char *const     standard[][3] = {{"tanh"}, {"sigmoid", "tanh"}, {"sigmoid", "tanh", "tanh"}};
    const mote_import_attribute *a = mote_import_attribute_find(c->node, "activations");
    const int32_t                each = l->kind == RNN ? 1 : l->kind == GRU ? 2 : 3;
    int32_t                      i;

    if (!a)
        return;
    if (a->string_count != each * l->directions) {
        mote_import_wrong(c, "%d activations", a->string_count);
        return;
    }
    l->is_relu = l->kind == RNN && is_word(a, 0, "relu");
    for (i = 0; i < a->string_count; i++)
        if (!is_word(a, i, l->is_relu ? "relu" : standard[l->kind][i % each]))
            mote_import_refuse(c, "activation %s", mote_show_string(a->strings[i]).text);
}

static void check_lengths(mote_import_call *c, const layer *l)
{
    const mote_import_list list = mote_import_operand_ints(c, 4, NULL);
    int32_t                i;

    for (i = 0; i < list.count; i++)
        if (list.n[i] != l->time)
            mote_import_refuse(c, "sequences of different lengths (sequence_lens)");
}

static void read_options(mote_import_call *c, layer *l)
{
    const char *way = mote_import_string(c, "direction", "forward");

    l->kind = (cell)c->row->kind;
    l->gates = l->kind == RNN ? 1 : l->kind == GRU ? 3 : 4;
    l->directions = strcmp(way, "bidirectional") == 0 ? 2 : 1;
    l->is_reverse = strcmp(way, "reverse") == 0;
    l->is_batch_first = mote_import_int(c, "layout", 0) != 0;
    l->before_reset = mote_import_int(c, "linear_before_reset", 0) != 0;
    if (l->directions == 1 && !l->is_reverse && strcmp(way, "forward") != 0)
        mote_import_wrong(c, "direction \"%s\"", mote_show_string(way).text);
    if (mote_import_has(c, "clip") || mote_import_int(c, "input_forget", 0) != 0)
        mote_import_refuse(c, "clip or input_forget");
}

static bool read_layer(mote_import_call *c, layer *l)
{
    const mote_import_shape *x = &mote_import_in(c, 0)->shape, *r = &mote_import_in(c, 2)->shape;

    *l = (layer){.kind = RNN};
    read_options(c, l);
    if (x->rank != 3 || r->rank != 3 || mote_import_count(x) == 0 || mote_import_count(r) == 0) {
        mote_import_wrong(c, "an input of %d dimensions, weights of %d", x->rank, r->rank);
        return false;
    }
    l->time = x->dim[l->is_batch_first];
    l->batch = x->dim[!l->is_batch_first];
    l->ins = x->dim[2];
    l->units = r->dim[2];
    if (l->time * l->directions > STEPS_MAX) {
        mote_import_refuse(c, "%d steps; at most %d are read", l->time * l->directions, STEPS_MAX);
        return false;
    }
    if (!has_shape(mote_import_in(c, 1), 3, (int32_t[]){l->directions, l->gates * l->units, l->ins}) ||
        !has_shape(mote_import_in(c, 2), 3, (int32_t[]){l->directions, l->gates * l->units, l->units}) ||
        !has_shape(mote_import_in(c, 3), 2, (int32_t[]){l->directions, 2 * l->gates * l->units}) ||
        !has_shape(mote_import_in(c, 7), 2, (int32_t[]){l->directions, 3 * l->units})) {
        mote_import_wrong(c, "weights, biases or peepholes whose shapes do not go together");
        return false;
    }
    l->w = mote_import_floats(c, 1);
    l->r = mote_import_floats(c, 2);
    l->b = mote_import_in(c, 3) ? mote_import_floats(c, 3) : NULL;
    l->p = mote_import_in(c, 7) ? mote_import_floats(c, 7) : NULL;
    check_activations(c, l);
    check_lengths(c, l);
    return !mote_import_failed(c);
}

/* ---- weights ---- */

/* Biases of the input and of the state are added up, but for a GRU's candidate with linear_before_reset. */
static const float *input_bias(mote_import_call *c, const layer *l, const float *b)
{
    const int32_t count = l->gates * l->units, apart = l->kind == GRU && l->before_reset ? 2 * l->units : count;
    float        *sum = mote_import_take(c, (size_t)count, sizeof *sum);
    int32_t       i;

    for (i = 0; sum && i < count; i++)
        sum[i] = b[i] + (i < apart ? b[count + i] : 0);
    return sum;
}

static mote_id matrix(mote_import_call *c, const float *values, int32_t rows, int32_t columns)
{
    return mote_import_const(c, MOTE_F32, 2, (int32_t[]){rows, columns}, values);
}

/* State k (0: h, 1: c), operand 5 + k, [directions, N, units]: of one direction [N, units]. */
static mote_id first_state(mote_import_call *c, const layer *l, int32_t k, int32_t d)
{
    const mote_import_value *value = mote_import_in(c, 5 + k);
    const mote_import_order  order = {3, {1, 0, 2}}, file = mote_import_file_order(3);
    const int32_t            dim[] = {l->batch, l->units}, begin[] = {0, d, 0}, size[] = {l->batch, 1, l->units};
    size_t                   i;
    mote_id                  id;

    if (!value || (k == 1 && l->kind != LSTM))
        return MOTE_NONE;
    if (!has_shape(value, 3,
                   l->is_batch_first ? (int32_t[]){l->batch, l->directions, l->units}
                                     : (int32_t[]){l->directions, l->batch, l->units})) {
        mote_import_wrong(c, "a first state of another shape");
        return MOTE_NONE;
    }
    for (i = 0; value->known && i < mote_import_count(&value->shape) && mote_import_number_at(value, i) == 0; i++)
        ;
    if (value->known && i == mote_import_count(&value->shape))
        return MOTE_NONE;
    id = mote_import_as(c, value, l->is_batch_first ? &file : &order);
    return mote_import_reshape(c, mote_import_slice(c, id, begin, size), 2, dim);
}

static void begin_direction(mote_import_call *c, const layer *l, mote_id x, int32_t d, direction *out)
{
    const int32_t count = l->gates * l->units, own = l->kind == GRU ? 2 * l->units : count;
    const float  *w = l->w + (size_t)d * (size_t)count * (size_t)l->ins;
    const float  *r = l->r + (size_t)d * (size_t)count * (size_t)l->units;
    const float  *b = l->b ? l->b + (size_t)d * 2 * (size_t)count : NULL;
    int32_t       i;

    *out = (direction){.bias = MOTE_NONE, .candidate = MOTE_NONE, .candidate_bias = MOTE_NONE};
    out->x = mote_import_dense(c, x, w, l->ins, count, true, b ? input_bias(c, l, b) : NULL, false);
    out->recurrent = matrix(c, r, own, l->units);
    if (l->kind == GRU) {
        out->candidate = matrix(c, r + (size_t)own * (size_t)l->units, l->units, l->units);
        if (b && l->before_reset)
            out->candidate_bias = mote_import_const(c, MOTE_F32, 1, &l->units, b + count + own);
    }
    for (i = 0; i < 3; i++)
        out->peephole[i] =
            l->p ? mote_import_const(c, MOTE_F32, 1, &l->units, l->p + ((size_t)d * 3 + (size_t)i) * (size_t)l->units)
                 : MOTE_NONE;
    out->h = first_state(c, l, 0, d);
    out->c = first_state(c, l, 1, d);
    out->out = mote_import_take(c, (size_t)l->time, sizeof *out->out);
}

/* ---- steps ---- */

static mote_id dense(mote_import_call *c, mote_id x, mote_id weights, mote_id bias)
{
    const mote_id in[] = {x, weights, bias};

    return mote_import_add(c, &(mote_import_op){.op = MOTE_OP_FULLY_CONNECTED, .in = in, .in_count = 3});
}

static mote_id add(mote_import_call *c, mote_id a, mote_id b)
{
    return a == MOTE_NONE ? b : b == MOTE_NONE ? a : mote_import_binary(c, MOTE_OP_ADD, a, b);
}

static mote_id times(mote_import_call *c, mote_id a, mote_id b)
{
    return a == MOTE_NONE || b == MOTE_NONE ? MOTE_NONE : mote_import_binary(c, MOTE_OP_MUL, a, b);
}

/* Units [first, first + count) of [N, all]. */
static mote_id part(mote_import_call *c, mote_id x, int32_t first, int32_t count)
{
    const int32_t begin[] = {0, first}, size[] = {mote_import_tensor_at(c, x)->dim[0], count};

    return mote_import_slice(c, x, begin, size);
}

/* What the input gives to the gates of step t: [N, gates * units]. */
static mote_id input_at(mote_import_call *c, const layer *l, const direction *d, int32_t t)
{
    const int32_t count = l->gates * l->units, begin[] = {0, t, 0}, size[] = {l->batch, 1, count};

    return mote_import_reshape(c, mote_import_slice(c, d->x, begin, size), 2, (int32_t[]){l->batch, count});
}

static void step_rnn(mote_import_call *c, const layer *l, direction *d, mote_id x)
{
    if (d->h != MOTE_NONE)
        x = add(c, x, dense(c, d->h, d->recurrent, MOTE_NONE));
    d->h = mote_import_unary(c, l->is_relu ? MOTE_OP_RELU : MOTE_OP_TANH, x);
}

/* With peepholes gates are computed one by one. */
static mote_id gate(mote_import_call *c, const layer *l, mote_id gates, int32_t i, mote_id peephole, mote_id cell_state)
{
    return mote_import_unary(c, MOTE_OP_LOGISTIC,
                             add(c, part(c, gates, i * l->units, l->units), times(c, peephole, cell_state)));
}

static void step_lstm(mote_import_call *c, const layer *l, direction *d, mote_id x)
{
    const bool    has_peepholes = d->peephole[0] != MOTE_NONE;
    const mote_id gates = d->h == MOTE_NONE ? x : add(c, x, dense(c, d->h, d->recurrent, MOTE_NONE));
    const mote_id candidate = mote_import_unary(c, MOTE_OP_TANH, part(c, gates, 3 * l->units, l->units));
    const mote_id open =
        has_peepholes ? MOTE_NONE : mote_import_unary(c, MOTE_OP_LOGISTIC, part(c, gates, 0, 3 * l->units)); /* i, o, f */
    const mote_id in = has_peepholes ? gate(c, l, gates, 0, d->peephole[0], d->c) : part(c, open, 0, l->units);
    mote_id       keep = MOTE_NONE, out;

    if (d->c != MOTE_NONE)
        keep = has_peepholes ? gate(c, l, gates, 2, d->peephole[2], d->c) : part(c, open, 2 * l->units, l->units);
    d->c = add(c, times(c, keep, d->c), times(c, in, candidate));
    out = has_peepholes ? gate(c, l, gates, 1, d->peephole[1], d->c) : part(c, open, l->units, l->units);
    d->h = times(c, out, mote_import_unary(c, MOTE_OP_TANH, d->c));
}

static void step_gru(mote_import_call *c, const layer *l, direction *d, mote_id x)
{
    const mote_id own = part(c, x, 0, 2 * l->units), rest = part(c, x, 2 * l->units, l->units);
    const mote_id gates = mote_import_unary(c, MOTE_OP_LOGISTIC,
                                            d->h == MOTE_NONE ? own : add(c, own, dense(c, d->h, d->recurrent, MOTE_NONE)));
    const mote_id update = part(c, gates, 0, l->units), reset = part(c, gates, l->units, l->units);
    mote_id       from_state = MOTE_NONE, candidate;

    if (l->before_reset && d->h == MOTE_NONE)
        from_state = d->candidate_bias == MOTE_NONE ? MOTE_NONE : times(c, reset, d->candidate_bias);
    else if (l->before_reset)
        from_state = times(c, reset, dense(c, d->h, d->candidate, d->candidate_bias));
    else if (d->h != MOTE_NONE)
        from_state = dense(c, times(c, reset, d->h), d->candidate, MOTE_NONE);
    candidate = mote_import_unary(c, MOTE_OP_TANH, add(c, rest, from_state));
    if (d->h == MOTE_NONE)
        d->h = mote_import_binary(c, MOTE_OP_SUB, candidate, times(c, update, candidate));
    else
        d->h = add(c, candidate, times(c, update, mote_import_binary(c, MOTE_OP_SUB, d->h, candidate)));
}

static void run_direction(mote_import_call *c, const layer *l, direction *d, bool is_reverse)
{
    int32_t n;

    for (n = 0; n < l->time && !mote_import_failed(c); n++) {
        const int32_t t = is_reverse ? l->time - 1 - n : n;
        const mote_id x = input_at(c, l, d, t);
        if (l->kind == RNN)
            step_rnn(c, l, d, x);
        else if (l->kind == GRU)
            step_gru(c, l, d, x);
        else
            step_lstm(c, l, d, x);
        d->out[t] = d->h;
    }
}

/* ---- results ---- */

/* Many operands, in groups of as many as an operator may have. */
static mote_id concat_all(mote_import_call *c, mote_id *in, int32_t count, int32_t axis)
{
    int32_t i, groups;

    while (count > 1 && !mote_import_failed(c)) {
        for (groups = 0, i = 0; i < count; i += MOTE_NODE_IN_MAX, groups++)
            in[groups] = mote_import_concat(c, in + i, count - i < MOTE_NODE_IN_MAX ? count - i : MOTE_NODE_IN_MAX, axis);
        count = groups;
    }
    return in[0];
}

/* Y: [N, T, directions, units] here. */
static void give_sequence(mote_import_call *c, const layer *l, const direction *d)
{
    static const int32_t batch_first[] = {0, 1, 2, 3}, time_first[] = {2, 0, 1, 3};
    const int32_t        dim[] = {l->batch, 1, 1, l->units};
    mote_id              way[2], *steps = mote_import_take(c, (size_t)l->time, sizeof *steps);
    int32_t              i, t;

    if (!mote_import_wants(c, 0) || !steps)
        return;
    for (i = 0; i < l->directions; i++) {
        for (t = 0; t < l->time; t++)
            steps[t] = mote_import_reshape(c, d[i].out[t], 4, dim);
        way[i] = concat_all(c, steps, l->time, 1);
    }
    mote_import_give(c, 0, mote_import_concat(c, way, l->directions, 2), l->is_batch_first ? batch_first : time_first);
}

/* Y_h, Y_c: [N, directions, units] here. */
static void give_state(mote_import_call *c, const layer *l, int32_t output, mote_id first, mote_id second)
{
    static const int32_t batch_first[] = {0, 1, 2}, directions_first[] = {1, 0, 2};
    const int32_t        dim[] = {l->batch, 1, l->units};
    mote_id              way[2];

    if (!mote_import_wants(c, output))
        return;
    way[0] = mote_import_reshape(c, first, 3, dim);
    way[1] = l->directions == 2 ? mote_import_reshape(c, second, 3, dim) : MOTE_NONE;
    mote_import_give(c, output, mote_import_concat(c, way, l->directions, 1),
                     l->is_batch_first ? batch_first : directions_first);
}

static void import_layer(mote_import_call *c)
{
    const mote_import_order file = mote_import_file_order(3), turned = {3, {1, 0, 2}};
    direction               d[2];
    layer                   l;
    mote_id                 x;
    int32_t                 i;

    if (!read_layer(c, &l))
        return;
    x = mote_import_as(c, mote_import_in(c, 0), l.is_batch_first ? &file : &turned);
    for (i = 0; i < l.directions && !mote_import_failed(c); i++) {
        begin_direction(c, &l, x, i, &d[i]);
        if (!mote_import_failed(c))
            run_direction(c, &l, &d[i], l.is_reverse || i == 1);
    }
    if (mote_import_failed(c))
        return;
    give_sequence(c, &l, d);
    give_state(c, &l, 1, d[0].h, d[l.directions - 1].h);
    if (l.kind == LSTM)
        give_state(c, &l, 2, d[0].c, d[l.directions - 1].c);
}

const mote_import_row mote_onnx_recurrent[] = {{"RNN", MOTE_IMPORT_FILE, 3, 6, 2, import_layer, RNN},
                                               {"GRU", MOTE_IMPORT_FILE, 3, 6, 2, import_layer, GRU},
                                               {"LSTM", MOTE_IMPORT_FILE, 3, 8, 3, import_layer, LSTM},
                                               {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
