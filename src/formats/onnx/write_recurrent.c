/* LSTM layers of real numbers. ONNX' begins anew in each inference; so must ours (mote_graph_forgets).
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/onnx/writing.h"

/* Operands of a direction, counted from its first. The gates are input, forget, candidate, output; ONNX has them in another
 * order. */
enum { WEIGHTS = 0, RECURRENT = 4, PEEPHOLES = 8, BIASES = 11, PROJECTION = 15, GATES = 4 };
static const int32_t onnx_gates[GATES] = {0, 3, 1, 2}, onnx_peepholes[] = {0, 2, 1};

typedef struct direction {
    int32_t first, hidden; /* operands */
    bool    is_backward;
} direction;

/* ---- what it may be ---- */

static bool has_real(mote_ox_call *c, int32_t i)
{
    const mote_tensor *tensor = mote_ox_operand(c, i);

    return tensor && tensor->kind == MOTE_CONST && tensor->dtype == MOTE_F32;
}

static bool begins_at_zero(const mote_tensor *state)
{
    size_t i;

    for (i = 0; state && i < mote_tensor_bytes(state); i++)
        if (((const uint8_t *)state->data)[i] != 0)
            return false;
    return true;
}

static void check_direction(mote_ox_call *c, const direction *d)
{
    int32_t g;

    for (g = 0; g < GATES; g++)
        if (!has_real(c, d->first + WEIGHTS + g) || !has_real(c, d->first + RECURRENT + g))
            mote_ox_refuse(c, "an LSTM of integers, or with coupled gates");
    if (mote_ox_operand(c, d->first + PROJECTION))
        mote_ox_refuse(c, "an LSTM with a projection");
    if (!begins_at_zero(mote_ox_operand(c, d->hidden)) || !begins_at_zero(mote_ox_operand(c, d->hidden + 1)))
        mote_ox_refuse(c, "its state does not begin at zero");
}

static void check_layer(mote_ox_call *c)
{
    const mrt_lstm_attributes *as = &c->node->as.unidirectional_sequence_lstm;

    if (!mote_graph_forgets(c->x->graph))
        mote_ox_refuse(c, "its state lasts from one inference to the next, which ONNX has not; with an open batch it would "
                          "begin anew");
    if (as->cell_clip > 0 || as->proj_clip > 0)
        mote_ox_refuse(c, "its cell is clipped");
    if (as->fused_activation_function != MRT_LSTM_TANH)
        mote_ox_refuse(c, "its activation is not tanh");
}

/* ---- weights ---- */

/* Constants below each other, as [1, count * rows, columns] (columns 0: [1, count * rows]); where one is absent, zeros. */
typedef struct stacked {
    const int32_t *gates;
    int32_t        count, first, rows, columns;
} stacked;

static void copy_part(mote_ox_call *c, int32_t i, float *to, size_t size)
{
    const mote_tensor *tensor = mote_ox_operand(c, i);

    if (!tensor)
        return;
    if (!has_real(c, i) || mote_tensor_count(tensor) != size)
        mote_ox_refuse(c, "operand %d is no constant of %zu real numbers", i, size);
    else
        memcpy(to, tensor->data, size * sizeof *to);
}

/* spare: rows behind them, of zeros. */
static mote_ox_value *stack(mote_ox_call *c, const stacked *s, int32_t spare)
{
    const size_t  size = (size_t)s->rows * (size_t)(s->columns > 0 ? s->columns : 1);
    const int32_t dim[] = {1, s->count * s->rows + spare, s->columns};
    float        *values = mote_ox_take(c, size * (size_t)s->count + (size_t)spare, sizeof *values);
    int32_t       g;

    for (g = 0; values && g < s->count; g++)
        copy_part(c, s->first + s->gates[g], values + (size_t)g * size, size);
    return values ? mote_ox_const(c, MOTE_F32, s->columns > 0 ? 3 : 2, dim, values) : NULL;
}

/* ---- one direction ---- */

/* Time first; an output of [T, 1, N, U] without its second axis. */
static mote_ox_value *add_lstm(mote_ox_call *c, const direction *d, mote_ox_value *x)
{
    const mote_tensor *w = mote_ox_operand(c, d->first + WEIGHTS), *r = mote_ox_operand(c, d->first + RECURRENT);
    const int64_t      second = 1;
    mote_ox_value     *in[8] = {x}, *out;
    int32_t            units;

    if (mote_ox_failed(c))
        return NULL;
    units = w->dim[0];
    in[1] = stack(c, &(stacked){onnx_gates, GATES, d->first + WEIGHTS, units, w->dim[1]}, 0);
    in[2] = stack(c, &(stacked){onnx_gates, GATES, d->first + RECURRENT, units, r->dim[1]}, 0);
    in[3] = stack(c, &(stacked){onnx_gates, GATES, d->first + BIASES, units, 0}, GATES * units);
    if (mote_ox_operand(c, d->first + PEEPHOLES) || mote_ox_operand(c, d->first + PEEPHOLES + 1))
        in[7] = stack(c, &(stacked){onnx_peepholes, 3, d->first + PEEPHOLES, units, 0}, 0);
    out = mote_ox_add(c, "LSTM", in, 8);
    mote_ox_set_int(c, "hidden_size", units);
    if (d->is_backward)
        mote_ox_set_string(c, "direction", "reverse");
    return mote_ox_binary(c, "Squeeze", out, mote_ox_ints(c, &second, 1));
}

/* Ours is [N, T, ...], or time first as ONNX has it. */
static mote_ox_order time_first(bool is_time_major)
{
    return is_time_major ? mote_ox_ours(3) : (mote_ox_order){3, {1, 0, 2}};
}

static void write_lstm(mote_ox_call *c)
{
    const mote_ox_order order = time_first(c->node->as.unidirectional_sequence_lstm.time_major);
    const direction     d = {.first = 1, .hidden = 18};
    int32_t             i;

    check_layer(c);
    check_direction(c, &d);
    for (i = 20; i < c->node->in_count; i++)
        if (mote_ox_operand(c, i))
            mote_ox_refuse(c, "an LSTM with layer normalization");
    mote_ox_give(c, 0, add_lstm(c, &d, mote_ox_in(c, 0, &order)), &order);
}

static void write_bidirectional_lstm(mote_ox_call *c)
{
    const mote_ox_order order = time_first(c->node->as.bidirectional_sequence_lstm.time_major);
    const direction     forward = {.first = 1, .hidden = 35}, backward = {.first = 18, .hidden = 37, .is_backward = true};
    mote_ox_value      *x, *both[2], *out;

    check_layer(c);
    check_direction(c, &forward);
    check_direction(c, &backward);
    if (mote_ox_operand(c, 39))
        mote_ox_refuse(c, "an LSTM with a further input");
    x = mote_ox_in(c, 0, &order);
    both[0] = add_lstm(c, &forward, x);
    both[1] = add_lstm(c, &backward, x);
    if (!c->node->as.bidirectional_sequence_lstm.merge_outputs) {
        mote_ox_give(c, 0, both[0], &order);
        mote_ox_give(c, 1, both[1], &order);
        return;
    }
    out = mote_ox_add(c, "Concat", both, 2);
    mote_ox_set_int(c, "axis", 2);
    mote_ox_give(c, 0, out, &order);
}

const mote_ox_row mote_ox_recurrent[] = {{MOTE_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, MOTE_OX_OURS, write_lstm, NULL},
                                         {MOTE_OP_BIDIRECTIONAL_SEQUENCE_LSTM, MOTE_OX_OURS, write_bidirectional_lstm, NULL},
                                         {0}};
