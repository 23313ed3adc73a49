/* The body of a loop that is an LSTM, as cells of Keras and of TensorFlow 1 are written:
 *
 *     x = GATHER(sequence, t);  parts = SPLIT(x W + h R + b)
 *     c' = s(f) c + s(i) tanh(g);  h' = s(o) tanh(c')
 *
 * where parts lie in any order, products may be one of x and h side by side, and constants may be added anywhere before s
 * and tanh. What goes round is h, c, the sequence, and a list whose row t becomes h'. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/tensorflow/lists.h"

enum { TERMS_MAX = 8 };

typedef struct matcher {
    mote_import_call *c;
    const mote_loop  *loop;
    const mote_graph *body;
    int32_t           h, cell, sequence; /* among what goes round; -1: not found yet */
    const mote_node  *split;
    int32_t           units, ins;
    int32_t           parts[MOTE_LSTM_GATES];    /* of i, f, g, o: which output of split */
    float            *kernel, *recurrent, *bias; /* [4 units, ins], [4 units, units], [4 units], as split has its parts */
    bool              has_kernel, has_recurrent;
} matcher;

static const mote_tensor *tensor_at(const matcher *m, mote_id id)
{
    static const mote_tensor none = {.name = ""};

    return id >= 0 && id < m->body->tensor_count ? &m->body->tensors[id] : &none;
}

/* The node that computes it, where it is of the kind and does nothing beside. */
static const mote_node *maker_of(const matcher *m, mote_id id, mote_op_kind op)
{
    int32_t n, i;

    for (n = 0; n < m->body->node_count; n++)
        for (i = 0; i < m->body->nodes[n].out_count; i++)
            if (m->body->nodes[n].out[i] == id)
                return m->body->nodes[n].op == op && m->body->nodes[n].activation == MRT_ACT_NONE ? &m->body->nodes[n]
                                                                                                  : NULL;
    return NULL;
}

/* The number of what goes in; -1: it is computed. */
static int32_t number_of(const matcher *m, mote_id id)
{
    int32_t i;

    for (i = 0; i < m->loop->count; i++)
        if (m->loop->in[i] == id)
            return i;
    return -1;
}

static bool is_const(const matcher *m, mote_id id, size_t count)
{
    const mote_tensor *tensor = tensor_at(m, id);

    return tensor->kind == MOTE_CONST && tensor->dtype == MOTE_F32 && mote_tensor_count(tensor) == count;
}

/* ---- gates ---- */

static void add_bias(matcher *m, const mote_tensor *from, int32_t first, int32_t count)
{
    const size_t all = mote_tensor_count(from);
    int32_t      i;

    for (i = 0; i < count; i++)
        m->bias[first + i] += ((const float *)from->data)[all == 1 ? 0 : i];
}

/* Part i of split, perhaps with a constant added. */
static bool match_part(matcher *m, mote_id id, int32_t gate)
{
    const mote_node   *sum = maker_of(m, id, MOTE_OP_ADD), *split;
    const mote_tensor *added = NULL;
    int32_t            i;

    for (i = 0; sum && i < 2; i++)
        if (is_const(m, sum->in[i], 1) || is_const(m, sum->in[i], (size_t)m->units)) {
            added = tensor_at(m, sum->in[i]);
            id = sum->in[1 - i];
            break;
        }
    if (!(split = maker_of(m, id, MOTE_OP_SPLIT)))
        split = maker_of(m, id, MOTE_OP_SPLIT_V);
    if (!split || split->out_count != MOTE_LSTM_GATES || (m->split && split != m->split))
        return false;
    m->split = split;
    for (i = 0; split->out[i] != id; i++)
        ;
    m->parts[gate] = i;
    if (added)
        add_bias(m, added, i * m->units, m->units);
    return tensor_at(m, id)->rank == 2 && tensor_at(m, id)->dim[1] == m->units;
}

static bool match_gate(matcher *m, mote_id id, mote_op_kind op, int32_t gate)
{
    const mote_node *node = maker_of(m, id, op);

    return node && match_part(m, node->in[0], gate);
}

/* s(gate) times something, in either order; gives the other operand. */
static bool match_product(matcher *m, mote_id id, int32_t gate, mote_id *other)
{
    const mote_node *node = maker_of(m, id, MOTE_OP_MUL);
    int32_t          i;

    for (i = 0; node && i < 2; i++)
        if (maker_of(m, node->in[i], MOTE_OP_LOGISTIC)) {
            *other = node->in[1 - i];
            return match_gate(m, node->in[i], MOTE_OP_LOGISTIC, gate);
        }
    return false;
}

/* Each gate has a part of its own. */
static bool has_all_parts(const matcher *m)
{
    uint32_t seen = 0;
    int32_t  i;

    for (i = 0; i < MOTE_LSTM_GATES; i++)
        seen |= 1u << m->parts[i];
    return seen == (1u << MOTE_LSTM_GATES) - 1;
}

/* c' = s(f) c + s(i) tanh(g) */
static bool match_cell(matcher *m, mote_id id)
{
    const mote_node *sum = maker_of(m, id, MOTE_OP_ADD), *product;
    int32_t          i, k;
    mote_id          other;

    for (i = 0; sum && i < 2; i++) {
        if (!(product = maker_of(m, sum->in[i], MOTE_OP_MUL)))
            return false;
        for (k = 0; k < 2 && number_of(m, product->in[k]) < 0; k++)
            ;
        if (k == 2)
            continue;
        m->cell = number_of(m, product->in[k]);
        return match_product(m, sum->in[i], 1, &other) && number_of(m, other) == m->cell &&
               match_product(m, sum->in[1 - i], 0, &other) && match_gate(m, other, MOTE_OP_TANH, 2);
    }
    return false;
}

/* h' = s(o) tanh(c') */
static bool match_output(matcher *m, mote_id id, const mote_id *results)
{
    const mote_node *tanh_of;
    mote_id          other;

    m->split = NULL;
    m->units = tensor_at(m, id)->rank == 2 ? tensor_at(m, id)->dim[1] : 0;
    memset(m->bias, 0, MOTE_LSTM_GATES * (size_t)m->units * sizeof *m->bias);
    if (m->units == 0 || !match_product(m, id, 3, &other) || !(tanh_of = maker_of(m, other, MOTE_OP_TANH)))
        return false;
    return match_cell(m, tanh_of->in[0]) && results[m->cell] == tanh_of->in[0] && has_all_parts(m);
}

/* ---- what they are split from ---- */

/* Row t of what goes round and stays as it is. */
static bool match_row(matcher *m, mote_id id)
{
    const mote_node *row = maker_of(m, id, MOTE_OP_GATHER);
    const int32_t    number = row ? number_of(m, row->in[0]) : -1;

    if (number < 0 || row->in[1] != m->loop->in[0] || row->as.gather.axis != 1 || row->as.gather.batch_dims != 0 ||
        tensor_at(m, row->in[0])->rank != 3)
        return false;
    m->sequence = number;
    m->ins = tensor_at(m, row->in[0])->dim[2];
    return tensor_at(m, row->in[0])->dim[1] == m->loop->steps && !m->has_kernel;
}

/* Columns [first, first + count) of weights [rows, columns]. */
static float *take_columns(matcher *m, const mote_tensor *weights, int32_t first, int32_t count)
{
    const size_t rows = (size_t)weights->dim[0], columns = (size_t)weights->dim[1];
    float       *out = mote_import_take(m->c, mote_size_mul(rows, (size_t)count), sizeof *out);
    size_t       i;

    for (i = 0; out && i < rows; i++)
        memcpy(out + i * (size_t)count, (const float *)weights->data + i * columns + (size_t)first,
               (size_t)count * sizeof *out);
    return out;
}

/* One operand of a product, whose weights begin at column *at. */
static bool match_operand(matcher *m, mote_id id, const mote_tensor *weights, int32_t *at)
{
    const bool    is_row = match_row(m, id), is_h = !is_row && number_of(m, id) == m->h && !m->has_recurrent;
    const int32_t count = is_row ? m->ins : m->units;

    if ((!is_row && !is_h) || *at + count > weights->dim[1])
        return false;
    if (is_row) {
        m->has_kernel = true;
        m->kernel = take_columns(m, weights, *at, count);
    } else {
        m->has_recurrent = true;
        m->recurrent = take_columns(m, weights, *at, count);
    }
    *at += count;
    return !mote_import_failed(m->c);
}

static bool match_dense(matcher *m, const mote_node *dense)
{
    const mote_tensor *weights = tensor_at(m, dense->in[1]);
    const mote_id      bias = dense->in_count > 2 ? dense->in[2] : MOTE_NONE;
    const mote_node   *join = maker_of(m, dense->in[0], MOTE_OP_CONCATENATION);
    const int32_t      all = MOTE_LSTM_GATES * m->units;
    int32_t            i, at = 0;

    if (weights->rank != 2 || weights->dim[0] != all || !is_const(m, dense->in[1], mote_tensor_count(weights)) ||
        (bias != MOTE_NONE && !is_const(m, bias, (size_t)all)))
        return false;
    if (bias != MOTE_NONE)
        add_bias(m, tensor_at(m, bias), 0, all);
    if (!join)
        return match_operand(m, dense->in[0], weights, &at) && at == weights->dim[1];
    for (i = 0; i < join->in_count; i++)
        if (join->as.concatenation.axis != 1 || !match_operand(m, join->in[i], weights, &at))
            return false;
    return at == weights->dim[1];
}

/* A sum of products and constants, in any order. */
static bool match_sum(matcher *m, mote_id id)
{
    const int32_t all = MOTE_LSTM_GATES * m->units;
    mote_id       left[TERMS_MAX] = {id};
    int32_t       count = 1;

    while (count > 0) {
        const mote_id    term = left[--count];
        const mote_node *sum = maker_of(m, term, MOTE_OP_ADD), *dense = maker_of(m, term, MOTE_OP_FULLY_CONNECTED);
        if (sum && count + 2 <= TERMS_MAX) {
            left[count++] = sum->in[0];
            left[count++] = sum->in[1];
        } else if (is_const(m, term, (size_t)all)) {
            add_bias(m, tensor_at(m, term), 0, all);
        } else if (!dense || !match_dense(m, dense)) {
            return false;
        }
    }
    return m->has_kernel && m->has_recurrent;
}

/* ---- the loop ---- */

/* Whether the result is the list that went in with h' as its row t. */
static bool is_written_row(const matcher *m, int32_t number, mote_id result, mote_id h)
{
    const mote_node   *write = maker_of(m, result, MOTE_OP_DYNAMIC_UPDATE_SLICE);
    const mote_node   *row = write ? maker_of(m, write->in[1], MOTE_OP_RESHAPE) : NULL;
    const mote_node   *place = write ? maker_of(m, write->in[2], MOTE_OP_PACK) : NULL;
    const mote_tensor *list = write ? tensor_at(m, write->in[0]) : NULL;

    return row && place && write->in[0] == m->loop->in[number] && row->in[0] == h && list->rank == 3 &&
           list->dim[1] == m->loop->steps && list->dim[2] == m->units && place->in[1] == m->loop->in[0] &&
           tensor_at(m, place->in[0])->kind == MOTE_CONST && tensor_at(m, place->in[2])->kind == MOTE_CONST;
}

/* Nothing goes round but that. */
static bool match_rest(const matcher *m, const mote_id *results)
{
    int32_t i;

    for (i = 1; i < m->loop->count; i++)
        if (i != m->h && i != m->cell && results[i] != m->loop->in[i] && !is_written_row(m, i, results[i], results[m->h]))
            return false;
    return results[m->sequence] == m->loop->in[m->sequence];
}

static bool begins_at_zero(const matcher *m, int32_t number)
{
    const mote_tensor *state = mote_import_tensor_at(m->c, m->loop->given[number]);
    const float       *values = state->data;
    size_t             i, count = mote_tensor_count(state);

    if (state->kind != MOTE_CONST || state->dtype != MOTE_F32)
        return false;
    for (i = 0; i < count && values[i] == 0; i++)
        ;
    return i == count;
}

static bool match(matcher *m, const mote_id *results, const bool *is_wanted)
{
    for (m->h = 1; m->h < m->loop->count; m->h++) {
        const mote_tensor *h = tensor_at(m, results[m->h]);
        const size_t       units = h->rank == 2 ? (size_t)h->dim[1] : 0;
        m->has_kernel = m->has_recurrent = false;
        if (units == 0 || !(m->bias = mote_import_take(m->c, mote_size_mul(MOTE_LSTM_GATES, units), sizeof *m->bias)))
            continue;
        if (match_output(m, results[m->h], results) && match_sum(m, m->split->in[m->split->op == MOTE_OP_SPLIT ? 1 : 0]) &&
            match_rest(m, results))
            return !is_wanted[m->cell] && begins_at_zero(m, m->h) && begins_at_zero(m, m->cell) &&
                   mote_import_tensor_at(m->c, m->loop->given[m->sequence])->is_batched;
    }
    return false;
}

static mote_id matrix(matcher *m, const float *values, int32_t gate, int32_t columns)
{
    const int32_t dim[] = {m->units, columns};

    return mote_import_const(m->c, MOTE_F32, 2, dim, values + (size_t)m->parts[gate] * (size_t)m->units * (size_t)columns);
}

static void add_operator(matcher *m, const mote_id *results, const bool *is_wanted, mote_id *out)
{
    mote_import_cell  by = {m->c};
    mote_cell_maker   maker = mote_import_cell_maker(&by);
    mote_cell         cell = {.maker = &maker, .kind = MOTE_CELL_LSTM, .units = m->units};
    mote_lstm_weights weights;
    mote_id           all;
    int32_t           i;

    for (i = 0; i < MOTE_LSTM_GATES; i++) {
        weights.kernel[i] = matrix(m, m->kernel, i, m->ins);
        weights.recurrent[i] = matrix(m, m->recurrent, i, m->units);
        weights.bias[i] = mote_import_const(m->c, MOTE_F32, 1, &m->units, m->bias + (size_t)m->parts[i] * (size_t)m->units);
    }
    all = mote_lstm_add(&cell, m->loop->given[m->sequence], &weights, mote_import_graph_number(m->c->im));
    for (i = 1; i < m->loop->count; i++)
        out[i] = !is_wanted[i] || results[i] == m->loop->in[i] ? m->loop->given[i]
                 : i == m->h                                   ? mote_sequence_step(&cell, all, m->loop->steps - 1)
                                                               : all;
}

bool mote_tf_fuse_lstm(mote_import_call *c, const mote_loop *loop, const mote_id *results, const bool *is_wanted,
                       mote_id *out)
{
    matcher m = {.c = c, .loop = loop, .body = &c->im->model->graphs[loop->body], .cell = -1, .sequence = -1};

    if (mote_import_failed(c) || loop->counts_down || !match(&m, results, is_wanted))
        return false;
    add_operator(&m, results, is_wanted, out);
    return true;
}
