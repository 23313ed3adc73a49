/* BIDIRECTIONAL_SEQUENCE_LSTM: in [N, T, I] (time_major: [T, N, I]) -> out [N, T, U] of the direction that goes forward, and
 * [N, T, V] of the one that goes backward; merge_outputs makes them one, [N, T, U + V]. Operands by their numbers:
 *
 *      1 to 17    forward: weights of input, forget, candidate, output (4); of the output before (4); peepholes (3);
 *                 biases (4); projection and its bias
 *     18 to 34    backward: the same
 *     35 to 38    states: forward output and cell, backward output and cell
 *     39          a further input; 40 to 43 its weights forward, 44 to 47 backward. Without those it is backward's only
 *                 input
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_BIDIRECTIONAL_LSTM_H
#define MRT_OPS_BIDIRECTIONAL_LSTM_H

#include "lstm_directions.h"

enum {
    MRT_BOTH_FORWARD = 1,
    MRT_BOTH_BACKWARD = 18,
    MRT_BOTH_STATES = 35,
    MRT_BOTH_AUX = 39,
    MRT_BOTH_AUX_FORWARD = 40,
    MRT_BOTH_AUX_BACKWARD = 44,
    MRT_BOTH_OPERANDS = 48
};

static const mrt_attribute mrt_bidirectional_sequence_lstm_fields[] = {
    MRT_ATTRIBUTE(BYTE, mrt_lstm_attributes, fused_activation_function, 0, 0),
    MRT_ATTRIBUTE(F32, mrt_lstm_attributes, cell_clip, 1, 0),
    MRT_ATTRIBUTE(F32, mrt_lstm_attributes, proj_clip, 2, 0),
    MRT_ATTRIBUTE(BOOL, mrt_lstm_attributes, merge_outputs, 3, 0),
    MRT_ATTRIBUTE(BOOL, mrt_lstm_attributes, time_major, 4, 1),
    MRT_ATTRIBUTE(BOOL, mrt_lstm_attributes, asymmetric_quantize_inputs, 5, 0)};

/* ---- directions ---- */

static MRT_COLD mrt_reason mrt_both_find_direction(mrt_call *c, int32_t is_backward, mrt_lstm_direction *d)
{
    const int32_t has_aux_weights = mrt_has(c, MRT_BOTH_AUX_FORWARD + MRT_GATE_FORGET);
    const int32_t has_aux = mrt_has(c, MRT_BOTH_AUX);

    d->x = is_backward && has_aux && !has_aux_weights ? MRT_BOTH_AUX : 0;
    d->aux = has_aux_weights ? MRT_BOTH_AUX : 0;
    d->weights = is_backward ? MRT_BOTH_BACKWARD : MRT_BOTH_FORWARD;
    d->aux_weights = !has_aux_weights ? 0 : is_backward ? MRT_BOTH_AUX_BACKWARD : MRT_BOTH_AUX_FORWARD;
    d->norms = 0;
    d->hidden = MRT_BOTH_STATES + (is_backward ? 2 : 0);
    d->cell = d->hidden + 1;
    d->is_backward = is_backward;
    return mrt_lstm_find_sizes(c, d);
}

/* Where the outputs lie. */
static MRT_COLD void mrt_both_place_outputs(int32_t merges, mrt_lstm_plan *p)
{
    const int32_t together = p->forward.units + p->backward.units;

    p->forward.out = p->forward.out_at = 0;
    p->forward.out_step = merges ? together : p->forward.units;
    p->backward.out = merges ? 0 : 1;
    p->backward.out_at = merges ? p->forward.units : 0;
    p->backward.out_step = merges ? together : p->backward.units;
}

static MRT_COLD mrt_reason mrt_both_find_plan(mrt_call *c, mrt_lstm_plan *p)
{
    MRT_TRY(mrt_lstm_begin_plan(c, p));
    p->has_two = 1;
    MRT_TRY(mrt_both_find_direction(c, 0, &p->forward));
    MRT_TRY(mrt_both_find_direction(c, 1, &p->backward));
    mrt_both_place_outputs(((const mrt_lstm_attributes *)c->attributes)->merge_outputs, p);
    return MRT_REASON_NONE;
}

/* ---- shapes ---- */

/* The further input has the input's samples and times. Weights for it are there in both directions, or in none. */
static MRT_COLD mrt_reason mrt_both_check_aux(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0], *aux = &c->in[MRT_BOTH_AUX];
    const int32_t     has_weights = mrt_has(c, MRT_BOTH_AUX_FORWARD + MRT_GATE_FORGET);
    int32_t           i;

    for (i = MRT_BOTH_AUX_FORWARD; !has_weights && i < MRT_BOTH_OPERANDS; i++)
        MRT_REQUIRE(c, !mrt_has(c, i), OPERAND_COUNT, "operand %d is there, but operand %d is left out", (int)i,
                    MRT_BOTH_AUX_FORWARD + MRT_GATE_FORGET);
    MRT_REQUIRE(c, mrt_has(c, MRT_BOTH_AUX) || !has_weights, OPERAND_COUNT,
                "there are weights for a further input, operand %d, which is left out", MRT_BOTH_AUX);
    MRT_REQUIRE(c,
                !mrt_has(c, MRT_BOTH_AUX) || (aux->rank == 3 && aux->count > 0 && aux->dim[0] == in->dim[0] &&
                                              aux->dim[1] == in->dim[1] && !mrt_is_const(c, MRT_BOTH_AUX)),
                SHAPE, "further input %s, input %s: both are computed, and agree in samples and times", MRT_SHAPE(aux),
                MRT_SHAPE(in));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_both_set_shapes(mrt_call *c, const mrt_lstm_plan *p)
{
    const int32_t merges = ((const mrt_lstm_attributes *)c->attributes)->merge_outputs;
    int32_t       dim[3];

    MRT_REQUIRE(c, c->out_count == (merges ? 1 : 2), OPERAND_COUNT, "%d outputs, but merge_outputs is %s", (int)c->out_count,
                merges ? "true" : "false");
    MRT_REQUIRE(c, p->forward.units <= INT32_MAX - p->backward.units, SIZE, "%d and %d units are too many",
                (int)p->forward.units, (int)p->backward.units);
    dim[0] = c->in[0].dim[0];
    dim[1] = c->in[0].dim[1];
    dim[2] = p->forward.out_step;
    MRT_TRY(mrt_set_shape(c, 0, MRT_F32, 3, dim));
    dim[2] = p->backward.out_step;
    return merges ? MRT_REASON_NONE : mrt_set_shape(c, 1, MRT_F32, 3, dim);
}

static MRT_COLD mrt_reason mrt_both_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    mrt_lstm_plan     p;

    MRT_TRY(mrt_lstm_check_options(c));
    MRT_REQUIRE(c, c->in_count >= MRT_BOTH_AUX, OPERAND_COUNT, "%d operands, %d to %d expected", (int)c->in_count,
                MRT_BOTH_AUX, MRT_BOTH_OPERANDS);
    MRT_REQUIRE(c, in->rank == 3 && in->count > 0 && !mrt_is_const(c, 0), SHAPE,
                "input has shape %s, [N,T,I] expected, and computed", MRT_SHAPE(in));
    MRT_TRY(mrt_both_check_aux(c));
    MRT_TRY(mrt_both_find_plan(c, &p));
    MRT_TRY(mrt_lstm_check_direction(c, &p.forward, p.batch));
    MRT_TRY(mrt_lstm_check_direction(c, &p.backward, p.batch));
    MRT_TRY(mrt_both_set_shapes(c, &p));
    c->work =
        (uint64_t)p.batch * (uint64_t)p.time * (mrt_lstm_direction_work(&p.forward) + mrt_lstm_direction_work(&p.backward));
    return MRT_REASON_NONE;
}

/* ---- kernels ---- */

static MRT_COLD mrt_reason mrt_both_prepare_f32(mrt_call *c)
{
    mrt_lstm_plan p;

    MRT_TRY(mrt_both_find_plan(c, &p));
    return mrt_lstm_prepare_directions_f32(c, &p);
}

static MRT_COLD mrt_reason mrt_both_prepare_hybrid(mrt_call *c)
{
    mrt_lstm_plan p;

    MRT_TRY(mrt_both_find_plan(c, &p));
    return mrt_lstm_prepare_directions_hybrid(c, &p);
}

/* The types of operands behind the first are checked in prepare where they differ. */
static const mrt_row mrt_bidirectional_sequence_lstm_rows[] = {
    {MRT_F32, {MRT_F32}, 1, 1, 3, MRT_FLOATS(mrt_both_prepare_f32, mrt_lstm_directions_f32)},
    {MRT_F32, {MRT_F32, MRT_ANY}, 2, 2, 3, MRT_FLOATS(mrt_both_prepare_hybrid, mrt_lstm_directions_hybrid)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_bidirectional_sequence_lstm = {
    52,
    69,
    1,
    MRT_BOTH_OPERANDS,
    1,
    2,
    MRT_ATTRIBUTES(mrt_bidirectional_sequence_lstm_fields),
    mrt_both_shape,
    mrt_bidirectional_sequence_lstm_rows};

#endif
