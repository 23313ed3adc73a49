/* How UNIDIRECTIONAL_SEQUENCE_LSTM and BIDIRECTIONAL_SEQUENCE_LSTM check and prepare the kernels of
 * kernels/lstm_directions.h: a direction's operands lie behind each other, 17 of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_LSTM_DIRECTIONS_H
#define MRT_OPS_LSTM_DIRECTIONS_H

#include "../kernels/lstm_directions.h"
#include "recurrent.h"

#define MRT_LSTM_DIRECTION_FIELDS(d)                                                                                        \
    plan.d.x, plan.d.aux, plan.d.weights, plan.d.aux_weights, plan.d.norms, plan.d.hidden, plan.d.cell, plan.d.in_count,    \
        plan.d.aux_count, plan.d.cells, plan.d.units, plan.d.out, plan.d.out_at, plan.d.out_step, plan.d.is_backward
#define MRT_LSTM_PLAN_FIELDS                                                                                                \
    plan.batch, plan.time, plan.batch_step, plan.time_step, plan.is_tanh, plan.act_min, plan.act_max, plan.cell_clip,       \
        plan.projection_clip, plan.has_two, MRT_LSTM_DIRECTION_FIELDS(forward), MRT_LSTM_DIRECTION_FIELDS(backward)

MRT_FIELDS(mrt_lstm_directions_f32_params, MRT_LSTM_PLAN_FIELDS);
MRT_FIELDS(mrt_lstm_directions_hybrid_params, MRT_LSTM_PLAN_FIELDS, is_asymmetric, forward.w, forward.aux, forward.r,
           forward.peephole, forward.projection, backward.w, backward.aux, backward.r, backward.peephole,
           backward.projection);
MRT_KERNEL(mrt_lstm_directions_f32, mrt_lstm_directions_f32_params, "kernels/lstm_directions.h");
MRT_KERNEL(mrt_lstm_directions_hybrid, mrt_lstm_directions_hybrid_params, "kernels/lstm_directions.h");

/* ---- shapes ---- */

/* Operand i, if there is one. */
static MRT_COLD mrt_reason mrt_lstm_check_optional(mrt_call *c, int32_t i, int32_t rows, int32_t cols)
{
    return mrt_has(c, i) ? mrt_check_matrix(c, i, rows, cols) : MRT_REASON_NONE;
}

/* One operand for each gate from `first` on, the input gate's if that has weights. */
static MRT_COLD mrt_reason mrt_lstm_check_gates(mrt_call *c, const mrt_lstm_direction *d, int32_t first, int32_t cols)
{
    int32_t gate;

    for (gate = 0; gate < MRT_GATES; gate++) {
        if (gate != MRT_GATE_INPUT || mrt_has(c, d->weights))
            MRT_TRY(mrt_check_matrix(c, first + gate, d->cells, cols));
        else
            MRT_REQUIRE(c, !mrt_has(c, first), OPERAND_COUNT, "operand %d is of an input gate that has no weights",
                        (int)first);
    }
    return MRT_REASON_NONE;
}

/* All three, or none; the input gate's if that has weights. */
static MRT_COLD mrt_reason mrt_lstm_check_peepholes(mrt_call *c, const mrt_lstm_direction *d)
{
    const int32_t first = d->weights + MRT_GATE_PEEPHOLE;
    int32_t       i;

    if (!mrt_has(c, first) && !mrt_has(c, first + 1) && !mrt_has(c, first + 2))
        return MRT_REASON_NONE;
    for (i = mrt_has(c, d->weights) ? 0 : 1; i < 3; i++)
        MRT_TRY(mrt_check_matrix(c, first + i, d->cells, 0));
    MRT_REQUIRE(c, mrt_has(c, d->weights) || !mrt_has(c, first), OPERAND_COUNT,
                "operand %d is of an input gate that has no weights", (int)first);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_lstm_check_projection(mrt_call *c, const mrt_lstm_direction *d)
{
    const int32_t projection = d->weights + MRT_GATE_PROJECTION, bias = d->weights + MRT_GATE_PROJECTION_BIAS;

    MRT_TRY(mrt_lstm_check_optional(c, projection, d->units, d->cells));
    MRT_TRY(mrt_lstm_check_optional(c, bias, d->units, 0));
    MRT_REQUIRE(c, mrt_has(c, projection) || (d->units == d->cells && !mrt_has(c, bias)), SHAPE,
                "%d cells and %d units, or a bias, without a projection", (int)d->cells, (int)d->units);
    return MRT_REASON_NONE;
}

/* From the operands that say them; their shapes are checked after that. */
static MRT_COLD mrt_reason mrt_lstm_find_sizes(mrt_call *c, mrt_lstm_direction *d)
{
    const int32_t     forget = d->weights + MRT_GATE_FORGET, recurrent = forget + MRT_GATE_RECURRENT;
    const mrt_tensor *w = &c->in[forget], *r = &c->in[recurrent];

    MRT_REQUIRE(c, mrt_is_const(c, forget) && mrt_is_const(c, recurrent), CONSTANT,
                "operands %d and %d, weights of the forget gate, must be constants", (int)forget, (int)recurrent);
    MRT_REQUIRE(c, w->rank == 2 && r->rank == 2 && w->count > 0 && r->count > 0, SHAPE,
                "weights %s and %s, two matrices expected", MRT_SHAPE(w), MRT_SHAPE(r));
    d->cells = w->dim[0];
    d->units = r->dim[1];
    d->in_count = c->in[d->x].dim[2];
    d->aux_count = d->aux_weights ? c->in[d->aux].dim[2] : 0;
    return MRT_REASON_NONE;
}

/* batch: how many states there are. d's operands are given, and its sizes found. */
static MRT_COLD mrt_reason mrt_lstm_check_direction(mrt_call *c, const mrt_lstm_direction *d, int32_t batch)
{
    MRT_TRY(mrt_lstm_check_gates(c, d, d->weights, d->in_count));
    MRT_TRY(mrt_lstm_check_gates(c, d, d->weights + MRT_GATE_RECURRENT, d->units));
    MRT_TRY(mrt_lstm_check_gates(c, d, d->weights + MRT_GATE_BIAS, 0));
    if (d->aux_weights)
        MRT_TRY(mrt_lstm_check_gates(c, d, d->aux_weights, d->aux_count));
    if (d->norms)
        MRT_TRY(mrt_lstm_check_gates(c, d, d->norms, 0));
    MRT_TRY(mrt_lstm_check_peepholes(c, d));
    MRT_TRY(mrt_lstm_check_projection(c, d));
    MRT_TRY(mrt_check_state(c, d->hidden, (uint64_t)batch * (uint64_t)d->units));
    return mrt_check_state(c, d->cell, (uint64_t)batch * (uint64_t)d->cells);
}

/* Multiplications of one vector. */
static MRT_COLD uint64_t mrt_lstm_direction_work(const mrt_lstm_direction *d)
{
    const uint64_t seen = (uint64_t)d->in_count + (uint64_t)d->aux_count + 2 * (uint64_t)d->units;

    return MRT_GATES * (uint64_t)d->cells * seen;
}

/* ---- parameters ---- */

static MRT_COLD mrt_reason mrt_lstm_check_options(mrt_call *c)
{
    const mrt_lstm_attributes *as = (const mrt_lstm_attributes *)c->attributes;

    MRT_REQUIRE(c, as->cell_clip >= 0.0f && mrt_is_finite(as->cell_clip), OPTIONS, "cell_clip %g is below 0, or no number",
                (double)as->cell_clip);
    MRT_REQUIRE(c, !as->time_major || !c->in[0].is_batched, AXES, "axis 0 counts samples, but time_major says it is time");
    return MRT_REASON_NONE;
}

/* All but the directions. */
static MRT_COLD mrt_reason mrt_lstm_begin_plan(mrt_call *c, mrt_lstm_plan *p)
{
    const mrt_lstm_attributes *as = (const mrt_lstm_attributes *)c->attributes;
    const int32_t              first = c->in[0].dim[0], second = c->in[0].dim[1];

    MRT_REQUIRE(c,
                as->fused_activation_function == MRT_LSTM_TANH ||
                    (as->fused_activation_function >= MRT_ACT_NONE && as->fused_activation_function <= MRT_ACT_RELU6),
                ACTIVATION, "activation %d: only tanh, none and the RELUs have a kernel",
                (int)as->fused_activation_function);
    MRT_REQUIRE(c, as->proj_clip >= 0.0f && mrt_is_finite(as->proj_clip), OPTIONS, "proj_clip %g is below 0, or no number",
                (double)as->proj_clip);
    p->batch = as->time_major ? second : first;
    p->time = as->time_major ? first : second;
    p->batch_step = as->time_major ? 1 : second;
    p->time_step = as->time_major ? second : 1;
    p->is_tanh = as->fused_activation_function == MRT_LSTM_TANH;
    mrt_activation_range_f32(p->is_tanh ? MRT_ACT_NONE : (mrt_activation)as->fused_activation_function, &p->act_min,
                             &p->act_max);
    p->cell_clip = as->cell_clip > 0.0f ? as->cell_clip : MRT_F32_MAX;
    p->projection_clip = as->proj_clip > 0.0f ? as->proj_clip : MRT_F32_MAX;
    return MRT_REASON_NONE;
}

/* Room for a step of the larger direction. */
static MRT_COLD mrt_reason mrt_lstm_take_room(mrt_call *c, const mrt_lstm_plan *p, int32_t is_hybrid)
{
    uint64_t most = 0;
    int32_t  i;

    for (i = 0; i <= p->has_two; i++) {
        const mrt_lstm_direction *d = i ? &p->backward : &p->forward;
        uint64_t                  bytes = sizeof(float) * MRT_GATES * (uint64_t)d->cells;
        if (is_hybrid)
            bytes += (uint64_t)d->cells + (uint64_t)d->units + (uint64_t)d->in_count + (uint64_t)d->aux_count;
        most = bytes > most ? bytes : most;
    }
    MRT_REQUIRE(c, most <= INT32_MAX, SIZE, "%d cells are too many", (int)p->forward.cells);
    c->scratch_bytes = (uint32_t)most;
    return MRT_REASON_NONE;
}

/* The kernel finds all operands by their numbers. */
static MRT_COLD mrt_reason mrt_lstm_prepare_directions_f32(mrt_call *c, const mrt_lstm_plan *plan)
{
    mrt_lstm_directions_f32_params p;

    p.plan = *plan;
    c->by_number = 1;
    c->constants = ~(uint64_t)0;
    MRT_TRY(mrt_lstm_take_room(c, plan, 0));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

/* ---- int8 weights ---- */

/* Operands from `first` on, of which some may be left out, are int8 with one scale: those. */
static MRT_COLD mrt_reason mrt_lstm_read_scales(mrt_call *c, int32_t first, int32_t count, float *scales)
{
    int32_t i;

    for (i = 0; i < count; i++) {
        scales[i] = 1.0f;
        if (!mrt_has(c, first + i))
            continue;
        MRT_TRY(mrt_check_type(c, first + i, MRT_I8));
        MRT_TRY(mrt_check_symmetric(c, first + i));
        scales[i] = mrt_scale(&c->in[first + i]);
    }
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_lstm_check_floats(mrt_call *c, int32_t first, int32_t count)
{
    int32_t i;

    for (i = first; i < first + count; i++)
        if (mrt_has(c, i))
            MRT_TRY(mrt_check_type(c, i, MRT_F32));
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_lstm_fill_scales(mrt_call *c, const mrt_lstm_direction *d, mrt_lstm_scales *s)
{
    int32_t i;

    MRT_TRY(mrt_lstm_check_floats(c, d->weights + MRT_GATE_BIAS, MRT_GATES));
    MRT_TRY(mrt_lstm_check_floats(c, d->weights + MRT_GATE_PROJECTION_BIAS, 1));
    MRT_TRY(mrt_lstm_check_floats(c, d->x, 1));
    MRT_TRY(mrt_lstm_check_floats(c, d->hidden, 1));
    MRT_TRY(mrt_lstm_check_floats(c, d->cell, 1));
    if (d->norms)
        MRT_TRY(mrt_lstm_check_floats(c, d->norms, MRT_GATES));
    MRT_TRY(mrt_lstm_read_scales(c, d->weights, MRT_GATES, s->w));
    MRT_TRY(mrt_lstm_read_scales(c, d->weights + MRT_GATE_RECURRENT, MRT_GATES, s->r));
    MRT_TRY(mrt_lstm_read_scales(c, d->weights + MRT_GATE_PEEPHOLE, MRT_GATES - 1, s->peephole));
    MRT_TRY(mrt_lstm_read_scales(c, d->weights + MRT_GATE_PROJECTION, 1, &s->projection));
    for (i = 0; i < MRT_GATES; i++)
        s->aux[i] = 1.0f;
    if (!d->aux_weights)
        return MRT_REASON_NONE;
    MRT_TRY(mrt_lstm_check_floats(c, d->aux, 1));
    return mrt_lstm_read_scales(c, d->aux_weights, MRT_GATES, s->aux);
}

static MRT_COLD mrt_reason mrt_lstm_prepare_directions_hybrid(mrt_call *c, const mrt_lstm_plan *plan)
{
    mrt_lstm_directions_hybrid_params p;

    p.plan = *plan;
    p.is_asymmetric = ((const mrt_lstm_attributes *)c->attributes)->asymmetric_quantize_inputs;
    MRT_TRY(mrt_lstm_fill_scales(c, &plan->forward, &p.forward));
    p.backward = p.forward;
    if (plan->has_two)
        MRT_TRY(mrt_lstm_fill_scales(c, &plan->backward, &p.backward));
    c->by_number = 1;
    c->constants = ~(uint64_t)0;
    MRT_TRY(mrt_lstm_take_room(c, plan, 1));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

#endif
