/* UNIDIRECTIONAL_SEQUENCE_LSTM: in [N, T, I] (time_major: [T, N, I]) -> out [N, T, U] (or [T, N, U]). Operands by their
 * numbers:
 *    1 to 4     weights [U, I] of the gates input, forget, candidate ("cell"), output
 *    5 to 8     the same of the output before, [U, U]
 *   12 to 15    biases [U]
 *   18, 19      states: the output before, and the cell, [N, U]
 * The others are those of peepholes (9 to 11), a projection (16, 17) and layer normalization (20 to 23). What TensorFlow
 * Lite Micro has no kernel for, those among it, float32 takes to kernels/lstm_directions.h. Integers: the cell is int16 with
 * a power of two as scale, and the output has the first state's scale, whatever its own. SPDX-License-Identifier: Apache-2.0
 */
#ifndef MRT_OPS_LSTM_H
#define MRT_OPS_LSTM_H

#include "../kernels/lstm.h"
#include "lstm_directions.h"

#define MRT_LSTM_SHAPE_FIELDS shape.batch, shape.time, shape.in_count, shape.units, shape.batch_step, shape.time_step
#define MRT_LSTM_CELL_FIELDS                                                                                                \
    cell.forget_mult, cell.forget_shift, cell.input_mult, cell.input_shift, cell.hidden_mult, cell.hidden_shift,            \
        cell.hidden_zero, cell.hidden_min, cell.hidden_max, cell.tanh_mult, cell.tanh_shift, cell.clip
#define MRT_LSTM_ARRAY_FIELDS                                                                                               \
    forget_w, input_w, candidate_w, output_w, forget_r, input_r, candidate_r, output_r, forget_bias, input_bias,            \
        candidate_bias, output_bias

MRT_FIELDS(mrt_lstm_i8_params, MRT_LSTM_SHAPE_FIELDS, MRT_LSTM_CELL_FIELDS, in_zero, mult, shift, MRT_LSTM_ARRAY_FIELDS,
           table);
MRT_FIELDS(mrt_lstm_i16_params, MRT_LSTM_SHAPE_FIELDS, MRT_LSTM_CELL_FIELDS, mult, shift, MRT_LSTM_ARRAY_FIELDS, table);
MRT_FIELDS(mrt_lstm_f32_params, MRT_LSTM_SHAPE_FIELDS, clip, MRT_LSTM_ARRAY_FIELDS);
MRT_KERNEL(mrt_lstm_i8, mrt_lstm_i8_params, "kernels/lstm.h");
MRT_KERNEL(mrt_lstm_i16, mrt_lstm_i16_params, "kernels/lstm.h");
MRT_KERNELS_OF(mrt_lstm_f32, mrt_lstm_f32, mrt_lstm_f32_params);

enum {
    MRT_LSTM_WEIGHTS = 1,
    MRT_LSTM_RECURRENT = 5,
    MRT_LSTM_BIAS = 12,
    MRT_LSTM_HIDDEN = 18,
    MRT_LSTM_CELL = 19,
    MRT_LSTM_NORMS = 20
};

static const mrt_attribute mrt_unidirectional_sequence_lstm_fields[] = {
    MRT_ATTRIBUTE(BYTE, mrt_lstm_attributes, fused_activation_function, 0, 0),
    MRT_ATTRIBUTE(F32, mrt_lstm_attributes, cell_clip, 1, 0),
    MRT_ATTRIBUTE(F32, mrt_lstm_attributes, proj_clip, 2, 0),
    MRT_ATTRIBUTE(BOOL, mrt_lstm_attributes, time_major, 3, 0),
    MRT_ATTRIBUTE(BOOL, mrt_lstm_attributes, asymmetric_quantize_inputs, 4, 0),
    MRT_ATTRIBUTE_OF_CALL(IGNORED, "diagonal_recurrent_tensors", 5, 0)};

/* ---- what lstm.h's kernels do not take ---- */

#define MRT_LSTM_HAS_DIRECTIONS (MRT_KEEPS(mrt_lstm_directions_f32) || MRT_KEEPS(mrt_lstm_directions_hybrid))

/* All gates have weights, nothing else is there but biases and states; and with real numbers all weights are real, too. */
static MRT_COLD int mrt_lstm_is_plain(const mrt_call *c)
{
    int32_t i;

    for (i = MRT_LSTM_RECURRENT + MRT_LSTM_GATES; i < c->in_count; i++)
        if (mrt_has(c, i) && (i < MRT_LSTM_BIAS || i >= MRT_LSTM_BIAS + MRT_LSTM_GATES) && i != MRT_LSTM_HIDDEN &&
            i != MRT_LSTM_CELL)
            return 0;
    return mrt_has(c, MRT_LSTM_WEIGHTS) && (c->in[0].type != MRT_F32 || c->in[MRT_LSTM_WEIGHTS].type == MRT_F32) &&
           ((const mrt_lstm_attributes *)c->attributes)->fused_activation_function == MRT_LSTM_TANH;
}

static MRT_COLD mrt_reason mrt_lstm_find_plan(mrt_call *c, mrt_lstm_plan *p)
{
    mrt_lstm_direction *d = &p->forward;
    int32_t             i;

    MRT_TRY(mrt_lstm_begin_plan(c, p));
    d->x = d->aux = d->aux_weights = d->norms = d->out = d->out_at = d->is_backward = 0;
    d->weights = MRT_LSTM_WEIGHTS;
    for (i = MRT_LSTM_NORMS; i < c->in_count; i++)
        d->norms = mrt_has(c, i) ? MRT_LSTM_NORMS : d->norms;
    d->hidden = MRT_LSTM_HIDDEN;
    d->cell = MRT_LSTM_CELL;
    MRT_TRY(mrt_lstm_find_sizes(c, d));
    d->out_step = d->units;
    p->has_two = 0;
    p->backward = p->forward;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_lstm_shape_of_plan(mrt_call *c)
{
    mrt_lstm_plan p;
    int32_t       dim[3];

    MRT_REQUIRE(c, c->in[0].type == MRT_F32, TYPES,
                "peepholes, projection, layer normalization, coupled gates and other activations than tanh: only float32 "
                "has a kernel");
    MRT_TRY(mrt_lstm_find_plan(c, &p));
    MRT_TRY(mrt_lstm_check_direction(c, &p.forward, p.batch));
    dim[0] = c->in[0].dim[0];
    dim[1] = c->in[0].dim[1];
    dim[2] = p.forward.units;
    MRT_TRY(mrt_set_shape(c, 0, MRT_F32, 3, dim));
    c->work = (uint64_t)p.batch * (uint64_t)p.time * mrt_lstm_direction_work(&p.forward);
    return MRT_REASON_NONE;
}

/* ---- shapes ---- */

/* Steps count vectors. */
static MRT_COLD void mrt_lstm_find_shape(const mrt_call *c, mrt_lstm_shape *s)
{
    const int32_t time_major = ((const mrt_lstm_attributes *)c->attributes)->time_major;
    const int32_t first = c->in[0].dim[0], second = c->in[0].dim[1];

    s->batch = time_major ? second : first;
    s->time = time_major ? first : second;
    s->in_count = c->in[0].dim[2];
    s->units = c->in[MRT_LSTM_WEIGHTS].dim[0];
    s->batch_step = time_major ? 1 : second;
    s->time_step = time_major ? second : 1;
}

static MRT_COLD mrt_reason mrt_lstm_shape_of(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];
    mrt_lstm_shape    s;
    int32_t           dim[3], i;

    MRT_TRY(mrt_lstm_check_options(c));
    MRT_REQUIRE(c, c->in_count > MRT_LSTM_CELL && !mrt_is_const(c, 0), OPERAND_COUNT,
                "%d operands, 20 to 24 expected, the first of them computed", (int)c->in_count);
    MRT_REQUIRE(c, in->rank == 3 && in->count > 0, SHAPE, "input has shape %s, [N,T,I] expected", MRT_SHAPE(in));
    if (!MRT_LSTM_HAS_DIRECTIONS && !mrt_lstm_is_plain(c))
        return MRT_REFUSE(c, TYPES, "was left out when this interpreter was compiled");
    if (MRT_LSTM_HAS_DIRECTIONS && !mrt_lstm_is_plain(c))
        return mrt_lstm_shape_of_plan(c);
    MRT_REQUIRE(c, mrt_is_const(c, MRT_LSTM_WEIGHTS) && c->in[MRT_LSTM_WEIGHTS].count > 0, CONSTANT,
                "the input gate has no weights");
    mrt_lstm_find_shape(c, &s);
    for (i = 0; i < MRT_LSTM_GATES; i++) {
        MRT_TRY(mrt_check_matrix(c, MRT_LSTM_WEIGHTS + i, s.units, s.in_count));
        MRT_TRY(mrt_check_matrix(c, MRT_LSTM_RECURRENT + i, s.units, s.units));
        MRT_TRY(mrt_check_matrix(c, MRT_LSTM_BIAS + i, s.units, 0));
    }
    MRT_TRY(mrt_check_state(c, MRT_LSTM_HIDDEN, (uint64_t)s.batch * (uint64_t)s.units));
    MRT_TRY(mrt_check_state(c, MRT_LSTM_CELL, (uint64_t)s.batch * (uint64_t)s.units));
    dim[0] = in->dim[0];
    dim[1] = in->dim[1];
    dim[2] = s.units;
    MRT_TRY(mrt_set_shape(c, 0, in->type, 3, dim));
    c->work = (uint64_t)c->out[0].count * (MRT_LSTM_GATES * ((uint64_t)s.in_count + (uint64_t)s.units));
    return MRT_REASON_NONE;
}

/* ---- integers ---- */

/* The kernel's gates, as the operands from `first` on have them. */
static MRT_COLD const mrt_tensor *mrt_lstm_operand(const mrt_call *c, int32_t first, int32_t gate)
{
    return &c->in[first + (gate == MRT_LSTM_FORGET ? 1 : gate == MRT_LSTM_INPUT ? 0 : gate)];
}

static MRT_COLD mrt_reason mrt_lstm_check_types(mrt_call *c, mrt_type bias)
{
    int32_t i;

    for (i = 0; i < MRT_LSTM_GATES; i++) {
        MRT_TRY(mrt_check_type(c, MRT_LSTM_WEIGHTS + i, MRT_I8));
        MRT_TRY(mrt_check_type(c, MRT_LSTM_RECURRENT + i, MRT_I8));
        MRT_TRY(mrt_check_type(c, MRT_LSTM_BIAS + i, bias));
        MRT_TRY(mrt_check_symmetric(c, MRT_LSTM_WEIGHTS + i));
        MRT_TRY(mrt_check_symmetric(c, MRT_LSTM_RECURRENT + i));
    }
    MRT_TRY(mrt_check_type(c, MRT_LSTM_HIDDEN, c->in[0].type));
    MRT_TRY(mrt_check_type(c, MRT_LSTM_CELL, MRT_I16));
    MRT_TRY(mrt_check_scale(c, &c->in[0]));
    MRT_TRY(mrt_check_scale(c, &c->in[MRT_LSTM_HIDDEN]));
    return mrt_check_symmetric(c, MRT_LSTM_CELL);
}

/* The exponent of the power of two that is nearest, in logarithms, to a positive scale; 127 where the scale is too small. */
static MRT_COLD int32_t mrt_lstm_log2(const mrt_tensor *tensor)
{
    const uint32_t bits = mrt_load_u32(tensor->scales);
    const uint32_t sqrt_2 = 0x3504f3u; /* its mantissa */

    if (bits >> 23 == 0)
        return 127;
    return (int32_t)(bits >> 23) - 127 + ((bits & 0x7fffffu) >= sqrt_2 ? 1 : 0);
}

/* From sums of a tensor's values by weights to Q3.12. */
static MRT_COLD void mrt_lstm_gate_multiplier(const mrt_tensor *in, const mrt_tensor *w, int32_t *mult, int32_t *shift)
{
    mrt_quantize_multiplier((double)mrt_scale(in) * (double)mrt_scale(w) / 0.000244140625, mult, shift);
}

static MRT_COLD void mrt_lstm_gate_multipliers(mrt_call *c, int32_t *mult, int32_t *shift)
{
    int32_t gate;

    for (gate = 0; gate < MRT_LSTM_GATES; gate++) {
        const int32_t recurrent = MRT_LSTM_GATES + gate;
        mrt_lstm_gate_multiplier(&c->in[0], mrt_lstm_operand(c, MRT_LSTM_WEIGHTS, gate), &mult[gate], &shift[gate]);
        mrt_lstm_gate_multiplier(&c->in[MRT_LSTM_HIDDEN], mrt_lstm_operand(c, MRT_LSTM_RECURRENT, gate), &mult[recurrent],
                                 &shift[recurrent]);
    }
}

static MRT_COLD mrt_reason mrt_lstm_fill_cell(mrt_call *c, mrt_lstm_cell *p)
{
    const mrt_tensor *hidden = &c->in[MRT_LSTM_HIDDEN], *cell = &c->in[MRT_LSTM_CELL];
    const double      unit = 1.0 / 32768.0, clip = (double)((const mrt_lstm_attributes *)c->attributes)->cell_clip;
    const int32_t     power = mrt_lstm_log2(cell);

    MRT_REQUIRE(c, power >= -24 && power <= 0, SCALES, "the cell's scale is %.9g; 2^-24 to 1 expected",
                (double)mrt_scale(cell));
    mrt_quantize_multiplier(unit * (double)mrt_scale(cell) / (double)mrt_scale(cell), &p->forget_mult, &p->forget_shift);
    mrt_quantize_multiplier(unit * unit / (double)mrt_scale(cell), &p->input_mult, &p->input_shift);
    mrt_quantize_multiplier(unit * unit / (double)mrt_scale(hidden), &p->hidden_mult, &p->hidden_shift);
    p->hidden_zero = mrt_zero(hidden);
    mrt_type_limits(hidden->type, &p->hidden_min, &p->hidden_max);
    p->tanh_mult = power < -12 ? 3 : (int32_t)3 << (power + 12);
    p->tanh_shift = power < -12 ? -12 - power : 0;
    p->clip =
        clip > 0 ? (int32_t)(clip / (double)mrt_scale(cell) < 32767.0 ? clip / (double)mrt_scale(cell) : 32767.0) : 32768;
    return MRT_REASON_NONE;
}

static MRT_COLD const void *mrt_lstm_constant(mrt_call *c, int32_t first, int32_t gate, const char *role)
{
    return c->side->constant(c, mrt_lstm_operand(c, first, gate), role, 0);
}

/* Fills the twelve arrays of a parameter struct, whose types are W and B. */
#define MRT_LSTM_FILL_ARRAYS(c, p, W, B)                                                                                    \
    do {                                                                                                                    \
        (p)->forget_w = (const W *)mrt_lstm_constant(c, MRT_LSTM_WEIGHTS, MRT_LSTM_FORGET, "forget_w");                     \
        (p)->input_w = (const W *)mrt_lstm_constant(c, MRT_LSTM_WEIGHTS, MRT_LSTM_INPUT, "input_w");                        \
        (p)->candidate_w = (const W *)mrt_lstm_constant(c, MRT_LSTM_WEIGHTS, MRT_LSTM_CANDIDATE, "candidate_w");            \
        (p)->output_w = (const W *)mrt_lstm_constant(c, MRT_LSTM_WEIGHTS, MRT_LSTM_OUTPUT, "output_w");                     \
        (p)->forget_r = (const W *)mrt_lstm_constant(c, MRT_LSTM_RECURRENT, MRT_LSTM_FORGET, "forget_r");                   \
        (p)->input_r = (const W *)mrt_lstm_constant(c, MRT_LSTM_RECURRENT, MRT_LSTM_INPUT, "input_r");                      \
        (p)->candidate_r = (const W *)mrt_lstm_constant(c, MRT_LSTM_RECURRENT, MRT_LSTM_CANDIDATE, "candidate_r");          \
        (p)->output_r = (const W *)mrt_lstm_constant(c, MRT_LSTM_RECURRENT, MRT_LSTM_OUTPUT, "output_r");                   \
        (p)->forget_bias = (const B *)mrt_lstm_constant(c, MRT_LSTM_BIAS, MRT_LSTM_FORGET, "forget_bias");                  \
        (p)->input_bias = (const B *)mrt_lstm_constant(c, MRT_LSTM_BIAS, MRT_LSTM_INPUT, "input_bias");                     \
        (p)->candidate_bias = (const B *)mrt_lstm_constant(c, MRT_LSTM_BIAS, MRT_LSTM_CANDIDATE, "candidate_bias");         \
        (p)->output_bias = (const B *)mrt_lstm_constant(c, MRT_LSTM_BIAS, MRT_LSTM_OUTPUT, "output_bias");                  \
    } while (0)

static MRT_COLD const int16_t *mrt_lstm_table(mrt_call *c)
{
    int16_t *table = (int16_t *)c->side->take(c, "table", MRT_I16, MRT_SQUASH_I16_TABLE);

    if (table)
        mrt_squash_fill_i16(table);
    return table;
}

/* For the four gates of one step. */
static MRT_COLD mrt_reason mrt_lstm_take_scratch(mrt_call *c, int32_t units, uint32_t value_bytes)
{
    const uint64_t bytes = (uint64_t)units * MRT_LSTM_GATES * value_bytes;

    MRT_REQUIRE(c, bytes <= INT32_MAX, SIZE, "%d units are too many", (int)units);
    c->scratch_bytes = (uint32_t)bytes;
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_lstm_prepare_i8(mrt_call *c)
{
    mrt_lstm_i8_params p;

    MRT_TRY(mrt_lstm_check_types(c, MRT_I32));
    mrt_lstm_find_shape(c, &p.shape);
    MRT_TRY(mrt_lstm_fill_cell(c, &p.cell));
    p.in_zero = mrt_zero(&c->in[0]);
    mrt_lstm_gate_multipliers(c, p.mult, p.shift);
    MRT_LSTM_FILL_ARRAYS(c, &p, int8_t, int32_t);
    p.table = mrt_lstm_table(c);
    MRT_TRY(mrt_lstm_take_scratch(c, p.shape.units, sizeof(int16_t)));
    c->side->store(c, &p, sizeof p, 13);
    return MRT_REASON_NONE;
}

/* Multipliers of 16 bits; rescale_i64.h bounds their shifts. */
static MRT_COLD mrt_reason mrt_lstm_cut_multipliers(mrt_call *c, int32_t *mult, const int32_t *shift)
{
    int32_t i;

    for (i = 0; i < 2 * MRT_LSTM_GATES; i++) {
        MRT_REQUIRE(c, shift[i] <= MRT_RESCALE_I64_SHIFT_MAX, SCALES, "the scales of input or output are too large");
        mult[i] = mrt_upper_multiplier(mult[i]);
    }
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_lstm_prepare_i16(mrt_call *c)
{
    mrt_lstm_i16_params p;

    MRT_TRY(mrt_lstm_check_types(c, MRT_I64));
    MRT_REQUIRE(c, mrt_zero(&c->in[0]) == 0 && mrt_zero(&c->in[MRT_LSTM_HIDDEN]) == 0, SCALES,
                "int16 input and output must have zero point 0");
    mrt_lstm_find_shape(c, &p.shape);
    MRT_TRY(mrt_lstm_fill_cell(c, &p.cell));
    mrt_lstm_gate_multipliers(c, p.mult, p.shift);
    MRT_TRY(mrt_lstm_cut_multipliers(c, p.mult, p.shift));
    MRT_LSTM_FILL_ARRAYS(c, &p, int8_t, int64_t);
    p.table = mrt_lstm_table(c);
    MRT_TRY(mrt_lstm_take_scratch(c, p.shape.units, sizeof(int16_t)));
    c->side->store(c, &p, sizeof p, 13);
    return MRT_REASON_NONE;
}

/* ---- float32 ---- */

static MRT_COLD mrt_reason mrt_lstm_prepare_f32(mrt_call *c)
{
    const float         clip = ((const mrt_lstm_attributes *)c->attributes)->cell_clip;
    mrt_lstm_f32_params p;
    mrt_lstm_plan       plan;

    if (MRT_KEEPS(mrt_lstm_directions_f32) && !mrt_lstm_is_plain(c)) {
        MRT_TRY(mrt_lstm_find_plan(c, &plan));
        MRT_RUN_INSTEAD(c, mrt_lstm_directions_f32);
        return mrt_lstm_prepare_directions_f32(c, &plan);
    }
    mrt_lstm_find_shape(c, &p.shape);
    p.clip = clip > 0.0f ? clip : MRT_F32_MAX;
    MRT_LSTM_FILL_ARRAYS(c, &p, float, float);
    MRT_TRY(mrt_lstm_take_scratch(c, p.shape.units, sizeof(float)));
    c->side->store(c, &p, sizeof p, 12);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_lstm_prepare_hybrid(mrt_call *c)
{
    mrt_lstm_plan plan;

    MRT_TRY(mrt_lstm_find_plan(c, &plan));
    return mrt_lstm_prepare_directions_hybrid(c, &plan);
}

/* The types of weights, biases and states are checked in prepare. */
static const mrt_row mrt_unidirectional_sequence_lstm_rows[] = {
    {MRT_I8, {MRT_I8, MRT_I8, MRT_I8, MRT_ANY}, 4, 1, 5, MRT_WITH(mrt_lstm_prepare_i8, mrt_lstm_i8)},
    {MRT_I16, {MRT_I16, MRT_I8, MRT_I8, MRT_ANY}, 4, 5, 5, MRT_WITH(mrt_lstm_prepare_i16, mrt_lstm_i16)},
    {MRT_F32, {MRT_F32}, 1, 1, 5, MRT_FLOATS(mrt_lstm_prepare_f32, mrt_lstm_f32)},
    MRT_LINE_OF(mrt_lstm_directions_hybrid,
                {MRT_F32, {MRT_F32, MRT_ANY}, 2, 2, 5, MRT_FLOATS(mrt_lstm_prepare_hybrid, mrt_lstm_directions_hybrid)})
        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_unidirectional_sequence_lstm = {
    44,
    71,
    1,
    24,
    1,
    1,
    MRT_ATTRIBUTES(mrt_unidirectional_sequence_lstm_fields),
    mrt_lstm_shape_of,
    mrt_unidirectional_sequence_lstm_rows};

#endif
