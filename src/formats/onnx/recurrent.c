/* RNN, GRU and LSTM, as ops/recurrent.h makes them: an LSTM as most are is one operator where the batch is open, since that
 * operator's state then begins anew with every inference, as ONNX has it. Everything else is a WHILE, or a few steps one by
 * one.
 *
 * The part of the gates that comes from the input is computed for all steps at once. Sequences lie [N, T, I] here, so that
 * samples stay apart; ONNX has [T, N, I], or as `layout` says. Gates are put in the order of ops/recurrent.h.
 *     LSTM   i, o, f = sigmoid, g = tanh;  c = f c + i g;  h = o tanh(c)
 *     GRU    z, r = sigmoid;  n = tanh(...);  h = n + z (h - n)
 * Source: onnx/docs/Operators.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "formats/onnx/operators.h"
#include "ops/recurrent.h"

typedef struct layer {
    mote_cell_kind kind;
    int32_t        gates, time, all_time, batch, ins, units, directions; /* time: without steps that no sample has */
    bool           is_batch_first, is_reverse, before_reset, is_relu;
    const float   *w, *r, *b, *p; /* of all directions; b, p: NULL where there is none */
} layer;

/* One direction of it. Weights in the order of gates of ops/recurrent.h. */
typedef struct direction {
    mote_import_cell base; /* first: the maker's */
    const layer     *l;
    const float     *w, *r;             /* [gates * units, ins], [gates * units, units] */
    const float     *b, *candidate, *p; /* [gates * units], a GRU's [units], [3, units]; NULL: none */
    bool             is_reverse;
    mote_id          first[MOTE_CELL_STATES];
    mote_id          sequence, last[MOTE_CELL_STATES]; /* [N, T, units], [N, 1, units] or [N, units] */
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
    const int32_t                each = l->kind == MOTE_CELL_RNN ? 1 : l->kind == MOTE_CELL_GRU ? 2 : 3;
    int32_t                      i;

    if (!a)
        return;
    if (a->string_count != each * l->directions) {
        mote_import_wrong(c, "%d activations", a->string_count);
        return;
    }
    l->is_relu = l->kind == MOTE_CELL_RNN && is_word(a, 0, "relu");
    for (i = 0; i < a->string_count; i++)
        if (!is_word(a, i, l->is_relu ? "relu" : standard[l->kind][i % each]))
            mote_import_refuse(c, "activation %s", mote_show_string(a->strings[i]).text);
}

/* All samples have one length: steps behind it are none. */
static void read_lengths(mote_import_call *c, layer *l)
{
    const mote_import_list list = mote_import_operand_ints(c, 4, NULL);
    int32_t                i;

    for (i = 0; i < list.count; i++)
        if (list.n[i] < 1 || list.n[i] > l->all_time || list.n[i] != list.n[0])
            mote_import_refuse(c, "sequences of different lengths (sequence_lens), or of none");
    if (list.count > 0 && !mote_import_failed(c))
        l->time = (int32_t)list.n[0];
}

static void read_options(mote_import_call *c, layer *l)
{
    const char *way = mote_import_string(c, "direction", "forward");

    l->kind = (mote_cell_kind)c->row->kind;
    l->gates = l->kind == MOTE_CELL_RNN ? 1 : l->kind == MOTE_CELL_GRU ? 3 : 4;
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

    *l = (layer){0};
    read_options(c, l);
    if (x->rank != 3 || r->rank != 3 || mote_import_count(x) == 0 || mote_import_count(r) == 0) {
        mote_import_wrong(c, "an input of %d dimensions, weights of %d", x->rank, r->rank);
        return false;
    }
    l->time = l->all_time = x->dim[l->is_batch_first];
    l->batch = x->dim[!l->is_batch_first];
    l->ins = x->dim[2];
    l->units = r->dim[2];
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
    read_lengths(c, l);
    return !mote_import_failed(c);
}

/* ---- weights ---- */

/* Where gate g of ops/recurrent.h lies in the file: of an LSTM that has input, output, forget, candidate. */
static int32_t place_of(const layer *l, int32_t g)
{
    static const int32_t lstm[] = {0, 2, 3, 1};

    return l->kind == MOTE_CELL_LSTM ? lstm[g] : g;
}

/* Parts of count floats each, put in our order. */
static const float *in_order(mote_import_call *c, const layer *l, const float *from, size_t count)
{
    float  *to = mote_import_take(c, mote_size_mul((size_t)l->gates, count), sizeof *to);
    int32_t g;

    for (g = 0; to && g < l->gates; g++)
        memcpy(to + (size_t)g * count, from + (size_t)place_of(l, g) * count, count * sizeof *to);
    return to;
}

/* Biases of the input and of the state are added up, but for a GRU's candidate with linear_before_reset. */
static const float *input_bias(mote_import_call *c, const layer *l, const float *b)
{
    const int32_t count = l->gates * l->units, apart = l->kind == MOTE_CELL_GRU && l->before_reset ? 2 * l->units : count;
    float        *sum = mote_import_take(c, (size_t)count, sizeof *sum);
    int32_t       i;

    for (i = 0; sum && i < count; i++)
        sum[i] = b[i] + (i < apart ? b[count + i] : 0);
    return sum ? in_order(c, l, sum, (size_t)l->units) : NULL;
}

static mote_id matrix(mote_import_call *c, const float *values, int32_t rows, int32_t columns)
{
    return mote_import_const(c, MOTE_F32, 2, (int32_t[]){rows, columns}, values);
}

static mote_id vector(mote_import_call *c, const float *values, int32_t count)
{
    return mote_import_const(c, MOTE_F32, 1, &count, values);
}

/* State k (0: h, 1: c), operand 5 + k, [directions, N, units]: of one direction [N, units]. */
static mote_id first_state(mote_import_call *c, const layer *l, int32_t k, int32_t d)
{
    const mote_import_value *value = mote_import_in(c, 5 + k);
    const mote_import_order  order = {3, {1, 0, 2}}, file = mote_import_file_order(3);
    const int32_t            dim[] = {l->batch, l->units}, begin[] = {0, d, 0}, size[] = {l->batch, 1, l->units};
    size_t                   i;
    mote_id                  id;

    if (!value || (k == 1 && l->kind != MOTE_CELL_LSTM))
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

/* ONNX has peepholes of input, output, forget. */
static const float *read_peepholes(mote_import_call *c, const layer *l, const float *p)
{
    const size_t count = (size_t)l->units;
    float       *to = mote_import_take(c, mote_size_mul(3, count), sizeof *to);

    if (!to)
        return NULL;
    memcpy(to, p, count * sizeof *to);
    memcpy(to + count, p + 2 * count, count * sizeof *to);
    memcpy(to + 2 * count, p + count, count * sizeof *to);
    return to;
}

static void begin_direction(mote_import_call *c, const layer *l, int32_t d, direction *out)
{
    const size_t units = (size_t)l->units, count = (size_t)l->gates * units, ins = (size_t)l->ins, at = (size_t)d;

    *out = (direction){.base = {c}, .l = l, .is_reverse = l->is_reverse || d == 1};
    out->w = in_order(c, l, l->w + at * count * ins, units * ins);
    out->r = in_order(c, l, l->r + at * count * units, units * units);
    out->b = l->b ? input_bias(c, l, l->b + at * 2 * count) : NULL;
    if (l->b && l->kind == MOTE_CELL_GRU && l->before_reset)
        out->candidate = l->b + at * 2 * count + count + 2 * units;
    out->p = l->p ? read_peepholes(c, l, l->p + at * 3 * units) : NULL;
    out->first[0] = first_state(c, l, 0, d);
    out->first[1] = first_state(c, l, 1, d);
}

/* ---- as ops/recurrent.h asks for it ---- */

static mote_id add_weight(void *by, mote_cell_weight which)
{
    const direction *d = by;
    const layer     *l = d->l;
    const int32_t    units = l->units;

    if (which == MOTE_CELL_RECURRENT)
        return matrix(d->base.c, d->r, (l->kind == MOTE_CELL_GRU ? 2 : l->gates) * units, units);
    if (which == MOTE_CELL_CANDIDATE && l->kind == MOTE_CELL_GRU)
        return matrix(d->base.c, d->r + 2 * (size_t)units * (size_t)units, units, units);
    if (which == MOTE_CELL_CANDIDATE_BIAS && d->candidate)
        return vector(d->base.c, d->candidate, units);
    if (which >= MOTE_CELL_PEEPHOLES && d->p)
        return vector(d->base.c, d->p + (size_t)(which - MOTE_CELL_PEEPHOLES) * (size_t)units, units);
    return MOTE_NONE;
}

static mote_id add_activation(void *by, mote_cell_activation which, mote_id x)
{
    const direction *d = by;

    return mote_import_unary(d->base.c,
                             which == MOTE_CELL_GATE ? MOTE_OP_LOGISTIC
                             : d->l->is_relu         ? MOTE_OP_RELU
                                                     : MOTE_OP_TANH,
                             x);
}

static mote_cell cell_of(const mote_cell_maker *maker, const layer *l)
{
    return (mote_cell){.maker = maker, .kind = l->kind, .units = l->units, .resets_after = l->before_reset};
}

static mote_cell_maker maker_of(direction *d)
{
    mote_cell_maker maker = mote_import_cell_maker(&d->base);

    maker.weight = add_weight;
    maker.activate = add_activation;
    return maker;
}

/* ---- one operator ---- */

/* Whether the operator that keeps its state is what ONNX means: the state is forgotten, and nobody asks for the cell. */
static bool may_be_operator(const mote_import_call *c, const layer *l, const direction *d, mote_id x)
{
    return l->kind == MOTE_CELL_LSTM && !d->p && d->first[0] == MOTE_NONE && d->first[1] == MOTE_NONE &&
           mote_import_tensor_at(c, x)->is_batched && !mote_import_wants(c, 2);
}

static void add_operator(direction *d, mote_cell *cell, mote_id x)
{
    mote_import_call *c = d->base.c;
    const layer      *l = d->l;
    const size_t      units = (size_t)l->units, ins = (size_t)l->ins;
    mote_lstm_weights weights;
    size_t            g;

    for (g = 0; g < MOTE_LSTM_GATES; g++) {
        weights.kernel[g] = matrix(c, d->w + g * units * ins, l->units, l->ins);
        weights.recurrent[g] = matrix(c, d->r + g * units * units, l->units, l->units);
        weights.bias[g] = d->b ? vector(c, d->b + g * units, l->units) : mote_import_zeros(c, MOTE_F32, 1, &l->units);
    }
    x = d->is_reverse ? mote_sequence_reverse(cell, x) : x;
    x = mote_lstm_add(cell, x, &weights, mote_import_graph_number(c->im));
    d->last[0] = mote_import_wants(c, 1) ? mote_sequence_step(cell, x, l->time - 1) : MOTE_NONE;
    d->sequence = d->is_reverse && mote_import_wants(c, 0) ? mote_sequence_reverse(cell, x) : x;
}

static void run_direction(direction *d, mote_id x)
{
    const layer    *l = d->l;
    mote_cell_maker maker = maker_of(d);
    mote_cell       cell = cell_of(&maker, l);
    mote_cell_run run = {.steps = l->time, .is_backward = d->is_reverse, .wants_sequence = mote_import_wants(d->base.c, 0)};

    if (may_be_operator(d->base.c, l, d, x)) {
        add_operator(d, &cell, x);
        return;
    }
    run.x = mote_import_dense(d->base.c, x, d->w, l->ins, l->gates * l->units, true, d->b, false);
    memcpy(run.first, d->first, sizeof run.first);
    mote_cell_run_all(&cell, &run, mote_import_graph_number(d->base.c->im));
    d->sequence = run.sequence;
    memcpy(d->last, run.last, sizeof d->last);
}

/* ---- results ---- */

/* Both directions' units side by side, [N, .., directions * units], in another shape. */
static mote_id join(mote_import_call *c, const layer *l, mote_id first, mote_id second, int32_t rank, const int32_t *dim)
{
    const mote_id way[] = {first, second};
    const int32_t axis = mote_import_tensor_at(c, first)->rank - 1;

    return mote_import_reshape(c, mote_import_concat(c, way, l->directions, axis), rank, dim);
}

/* Y: [N, T, directions, units] here, zero behind what samples have. */
static void give_sequence(mote_import_call *c, const layer *l, const direction *d)
{
    static const int32_t batch_first[] = {0, 1, 2, 3}, time_first[] = {2, 0, 1, 3};
    const int32_t        dim[] = {l->batch, l->time, l->directions, l->units}, none[4] = {0},
                  behind[] = {0, l->all_time - l->time, 0, 0};
    mote_id all;

    if (!mote_import_wants(c, 0))
        return;
    all = join(c, l, d[0].sequence, d[l->directions - 1].sequence, 4, dim);
    if (l->time < l->all_time)
        all = mote_import_pad_zero(c, all, none, behind);
    mote_import_give(c, 0, all, l->is_batch_first ? batch_first : time_first);
}

/* Y_h, Y_c: [N, directions, units] here. */
static void give_state(mote_import_call *c, const layer *l, int32_t output, mote_id first, mote_id second)
{
    static const int32_t batch_first[] = {0, 1, 2}, directions_first[] = {1, 0, 2};
    const int32_t        dim[] = {l->batch, l->directions, l->units};

    if (mote_import_wants(c, output))
        mote_import_give(c, output, join(c, l, first, second, 3, dim), l->is_batch_first ? batch_first : directions_first);
}

static void import_layer(mote_import_call *c)
{
    const mote_import_order file = mote_import_file_order(3), turned = {3, {1, 0, 2}};
    const int32_t           none[3] = {0};
    direction               d[2];
    layer                   l;
    mote_id                 x;
    int32_t                 i;

    if (!read_layer(c, &l))
        return;
    x = mote_import_as(c, mote_import_in(c, 0), l.is_batch_first ? &file : &turned);
    x = mote_import_slice(c, x, none, (int32_t[]){l.batch, l.time, l.ins});
    for (i = 0; i < l.directions && !mote_import_failed(c); i++) {
        begin_direction(c, &l, i, &d[i]);
        if (!mote_import_failed(c))
            run_direction(&d[i], x);
    }
    if (mote_import_failed(c))
        return;
    give_sequence(c, &l, d);
    give_state(c, &l, 1, d[0].last[0], d[l.directions - 1].last[0]);
    if (l.kind == MOTE_CELL_LSTM)
        give_state(c, &l, 2, d[0].last[1], d[l.directions - 1].last[1]);
}

const mote_import_row mote_onnx_recurrent[] = {{"RNN", MOTE_IMPORT_FILE, 3, 6, 2, import_layer, MOTE_CELL_RNN},
                                               {"GRU", MOTE_IMPORT_FILE, 3, 6, 2, import_layer, MOTE_CELL_GRU},
                                               {"LSTM", MOTE_IMPORT_FILE, 3, 8, 3, import_layer, MOTE_CELL_LSTM},
                                               {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
