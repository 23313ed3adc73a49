/* SignalRfft: [..., n] -> [..., 2 (fft_length / 2 + 1)], complex numbers, n at most fft_length. SignalIrfft: the way back.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_FFT_H
#define MRT_OPS_FFT_H

#include "../attributes.h"
#include "../kernels/fft_f32.h"
#include "../kernels/turn.h"
#include "../op.h"

MRT_FIELDS(mrt_fft_i16_params, shape.outer, shape.in_count, shape.length, shape.stages, shape.radix, turns, ends);
MRT_FIELDS(mrt_fft_i32_params, shape.outer, shape.in_count, shape.length, shape.stages, shape.radix, turns, ends);
MRT_FIELDS(mrt_fft_f32_params, shape.outer, shape.in_count, shape.length, shape.stages, shape.radix, turns, ends);
MRT_KERNEL(mrt_signal_rfft_i16, mrt_fft_i16_params, "kernels/fft.h");
MRT_KERNEL(mrt_signal_rfft_i32, mrt_fft_i32_params, "kernels/fft.h");
MRT_KERNEL(mrt_signal_rfft_f32, mrt_fft_f32_params, "kernels/fft_f32.h");
MRT_KERNEL(mrt_signal_irfft_i16, mrt_fft_i16_params, "kernels/fft.h");
MRT_KERNEL(mrt_signal_irfft_i32, mrt_fft_i32_params, "kernels/fft.h");
MRT_KERNEL(mrt_signal_irfft_f32, mrt_fft_f32_params, "kernels/fft_f32.h");

static const mrt_attribute mrt_fft_fields[] = {MRT_ATTRIBUTE(I32, mrt_fft_attributes, fft_length, 1, 0)};

/* ---- shapes ---- */

static MRT_COLD int32_t mrt_fft_length_of(const mrt_call *c)
{
    return ((const mrt_fft_attributes *)c->attributes)->fft_length;
}

/* Half of fft_length in factors of 4, of which as many as there are come first, 2, 3 and 5; 0: it has others. */
static MRT_COLD int mrt_fft_factor(int32_t rest, mrt_fft_shape *shape)
{
    static const int8_t radixes[] = {4, 2, 3, 5};
    int32_t             i = 0, k;

    shape->stages = 0;
    for (k = 0; k < MRT_FFT_STAGES_MAX; k++)
        shape->radix[k] = 1;
    while (i < 4) {
        if (rest % radixes[i] != 0) {
            i++;
            continue;
        }
        if (shape->stages == MRT_FFT_STAGES_MAX)
            return 0;
        shape->radix[shape->stages++] = radixes[i];
        rest /= radixes[i];
    }
    return rest == 1;
}

/* Output 0 is operand 0, the last dimension apart. */
static MRT_COLD mrt_reason mrt_fft_set_last(mrt_call *c, int32_t last)
{
    int32_t dim[MRT_RANK_MAX], i;

    for (i = 0; i < c->in[0].rank; i++)
        dim[i] = c->in[0].dim[i];
    dim[c->in[0].rank - 1] = last;
    return mrt_set_shape(c, 0, c->in[0].type, c->in[0].rank, dim);
}

static MRT_COLD mrt_reason mrt_fft_check(mrt_call *c)
{
    const int32_t length = mrt_fft_length_of(c);
    mrt_fft_shape shape;

    MRT_REQUIRE(c, length >= 4 && length <= 65536 && length % 2 == 0 && mrt_fft_factor(length / 2, &shape), OPTIONS,
                "fft_length is %d; an even product of powers of 2, 3 and 5 from 4 to 65536 expected", (int)length);
    MRT_REQUIRE(c, c->in[0].rank >= 1 && c->in[0].count >= 1, SHAPE, "input %s: [..., n] expected", MRT_SHAPE(&c->in[0]));
    MRT_REQUIRE(c, !c->in[0].is_batched || c->in[0].rank > 1, AXES, "axis 0 counts samples, and would be transformed");
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_signal_rfft_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];

    MRT_TRY(mrt_fft_check(c));
    MRT_REQUIRE(c, in->dim[in->rank - 1] <= mrt_fft_length_of(c), SHAPE, "input %s is longer than fft_length %d",
                MRT_SHAPE(in), (int)mrt_fft_length_of(c));
    return mrt_fft_set_last(c, mrt_fft_length_of(c) + 2);
}

static MRT_COLD mrt_reason mrt_signal_irfft_shape(mrt_call *c)
{
    const mrt_tensor *in = &c->in[0];

    MRT_TRY(mrt_fft_check(c));
    MRT_REQUIRE(c, in->dim[in->rank - 1] == mrt_fft_length_of(c) + 2, SHAPE, "input %s, [..., fft_length + 2 = %d] expected",
                MRT_SHAPE(in), (int)(mrt_fft_length_of(c) + 2));
    return mrt_fft_set_last(c, mrt_fft_length_of(c));
}

/* ---- turns ---- */

/* A table of `count` turns by `step` each, from `from` on, as its type keeps them: 1 is the most that it holds. */
typedef struct mrt_fft_table {
    mrt_type type;
    int32_t  count, length, is_inverse, is_end;
} mrt_fft_table;

/* In the order of operations that the reference has, since rounding of halves shows it. */
static MRT_COLD double mrt_fft_angle(const mrt_fft_table *table, int32_t i)
{
    const double pi = 3.14159265358979323846264338327;
    const double angle = table->is_end ? -pi * ((double)(i + 1) / table->length + 0.5) : -2.0 * pi * i / table->length;

    return table->is_inverse ? -angle : angle;
}

/* To nearest, halves up. */
static MRT_COLD int32_t mrt_fft_fixed(double x, double most)
{
    const double  moved = 0.5 + most * x;
    const int64_t whole = (int64_t)moved;

    return (int32_t)(whole - ((double)whole > moved ? 1 : 0));
}

static MRT_COLD void mrt_fft_put(void *array, mrt_type type, int32_t i, double x)
{
    if (type == MRT_I16)
        ((int16_t *)array)[i] = (int16_t)mrt_fft_fixed(x, INT16_MAX);
    else if (type == MRT_I32)
        ((int32_t *)array)[i] = mrt_fft_fixed(x, INT32_MAX);
    else
        ((float *)array)[i] = (float)x;
}

static MRT_COLD void *mrt_fft_take_turns(mrt_call *c, const char *role, mrt_fft_table table)
{
    void   *array = c->side->take(c, role, table.type, 2 * (size_t)table.count);
    int32_t i;

    for (i = 0; array && i < table.count; i++) {
        const mrt_turn turn = mrt_turn_by(mrt_fft_angle(&table, i));
        mrt_fft_put(array, table.type, 2 * i, turn.cos);
        mrt_fft_put(array, table.type, 2 * i + 1, turn.sin);
    }
    return array;
}

/* ---- preparing ---- */

typedef struct mrt_fft_parts {
    mrt_fft_shape shape;
    void         *turns, *ends;
} mrt_fft_parts;

static MRT_COLD void mrt_fft_prepare_parts(mrt_call *c, int32_t is_inverse, mrt_fft_parts *parts)
{
    const mrt_tensor *in = &c->in[0];
    mrt_fft_table     table;

    parts->shape.length = mrt_fft_length_of(c) / 2;
    parts->shape.in_count = in->dim[in->rank - 1];
    parts->shape.outer = (int32_t)in->count / parts->shape.in_count;
    mrt_fft_factor(parts->shape.length, &parts->shape);
    table.type = in->type;
    table.length = table.count = parts->shape.length;
    table.is_inverse = is_inverse;
    table.is_end = 0;
    parts->turns = mrt_fft_take_turns(c, "turns", table);
    table.count = parts->shape.length / 2;
    table.is_end = 1;
    parts->ends = mrt_fft_take_turns(c, "ends", table);
    c->scratch_bytes = 2 * (uint32_t)parts->shape.length * (mrt_type_bits(in->type) / 8);
    c->work =
        (uint64_t)(uint32_t)parts->shape.outer * (uint32_t)parts->shape.length * (uint32_t)(4 * parts->shape.stages + 8);
}

static MRT_COLD mrt_reason mrt_fft_store_i16(mrt_call *c, int32_t is_inverse)
{
    mrt_fft_parts      parts;
    mrt_fft_i16_params p;

    mrt_fft_prepare_parts(c, is_inverse, &parts);
    p.shape = parts.shape;
    p.turns = (const int16_t *)parts.turns;
    p.ends = (const int16_t *)parts.ends;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_fft_store_i32(mrt_call *c, int32_t is_inverse)
{
    mrt_fft_parts      parts;
    mrt_fft_i32_params p;

    mrt_fft_prepare_parts(c, is_inverse, &parts);
    p.shape = parts.shape;
    p.turns = (const int32_t *)parts.turns;
    p.ends = (const int32_t *)parts.ends;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_fft_store_f32(mrt_call *c, int32_t is_inverse)
{
    mrt_fft_parts      parts;
    mrt_fft_f32_params p;

    mrt_fft_prepare_parts(c, is_inverse, &parts);
    p.shape = parts.shape;
    p.turns = (const float *)parts.turns;
    p.ends = (const float *)parts.ends;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_signal_rfft_prepare_i16(mrt_call *c)
{
    return mrt_fft_store_i16(c, 0);
}

static MRT_COLD mrt_reason mrt_signal_rfft_prepare_i32(mrt_call *c)
{
    return mrt_fft_store_i32(c, 0);
}

static MRT_COLD mrt_reason mrt_signal_rfft_prepare_f32(mrt_call *c)
{
    return mrt_fft_store_f32(c, 0);
}

static MRT_COLD mrt_reason mrt_signal_irfft_prepare_i16(mrt_call *c)
{
    return mrt_fft_store_i16(c, 1);
}

static MRT_COLD mrt_reason mrt_signal_irfft_prepare_i32(mrt_call *c)
{
    return mrt_fft_store_i32(c, 1);
}

static MRT_COLD mrt_reason mrt_signal_irfft_prepare_f32(mrt_call *c)
{
    return mrt_fft_store_f32(c, 1);
}

/* ---- the operators ---- */

static const char *const mrt_signal_rfft_names[] = {"SignalRfft", "fft_length"};
static const mrt_row     mrt_signal_rfft_rows[] = {
        {MRT_I16, {MRT_I16}, 1, 1, 1, MRT_WITH(mrt_signal_rfft_prepare_i16, mrt_signal_rfft_i16)},
        {MRT_I32, {MRT_I32}, 1, 1, 1, MRT_WITH(mrt_signal_rfft_prepare_i32, mrt_signal_rfft_i32)},
        {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_signal_rfft_prepare_f32, mrt_signal_rfft_f32)},
        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_rfft = {
    MRT_CUSTOM_CODE,     0, 1, 1, 1, 1, MRT_CUSTOM(mrt_signal_rfft_names, mrt_fft_fields), mrt_signal_rfft_shape,
    mrt_signal_rfft_rows};

static const char *const mrt_signal_irfft_names[] = {"SignalIrfft", "fft_length"};
static const mrt_row     mrt_signal_irfft_rows[] = {
        {MRT_I16, {MRT_I16}, 1, 1, 1, MRT_WITH(mrt_signal_irfft_prepare_i16, mrt_signal_irfft_i16)},
        {MRT_I32, {MRT_I32}, 1, 1, 1, MRT_WITH(mrt_signal_irfft_prepare_i32, mrt_signal_irfft_i32)},
        {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_signal_irfft_prepare_f32, mrt_signal_irfft_f32)},
        MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_signal_irfft = {
    MRT_CUSTOM_CODE,      0, 1, 1, 1, 1, MRT_CUSTOM(mrt_signal_irfft_names, mrt_fft_fields), mrt_signal_irfft_shape,
    mrt_signal_irfft_rows};

#endif
