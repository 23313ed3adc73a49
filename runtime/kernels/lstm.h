/* UNIDIRECTIONAL_SEQUENCE_LSTM: for each sample b and time t, of the input x, the output h before and the cell c before,
 *
 *   gate = activation(bias + w_gate x + r_gate h)     forget, input, output: logistic; candidate: tanh
 *   c    = clip(forget * c + input * candidate)
 *   h    = output * tanh(c)
 *   out[b,t] = h
 *
 * x        operand 0 [batch, time, in_count], or [time, batch, in_count]: see mrt_lstm_shape
 * h, c     operands 1 and 2, [batch, units]: kept between invokes
 * w, r     [units, in_count], [units, units] of each gate; bias [units]
 * out      [batch, time, units] or [time, batch, units]    overlaps none of them
 * scratch  4 * units values of int16, or float
 * Cannot fail: shapes were checked on the host or at open.
 * Source: TensorFlow Lite Micro's reference kernels (micro/kernels/lstm_eval.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_LSTM_H
#define MRT_LSTM_H

#include "exp.h"
#include "rescale_i64.h"
#include "squash.h"

/* Sample b's vector at time t is number b * batch_step + t * time_step, in x and out. */
typedef struct mrt_lstm_shape {
    int32_t batch, time, in_count, units;
    int32_t batch_step, time_step;
} mrt_lstm_shape;

enum { MRT_LSTM_FORGET, MRT_LSTM_INPUT, MRT_LSTM_CANDIDATE, MRT_LSTM_OUTPUT, MRT_LSTM_GATES };

/* ---- integers ----
 *
 * Before their activation gates are Q3.12, after it they are in steps of 2^-15; the cell's scale is a power of two. All are
 * int16 and saturate. In int8, h has a zero point:
 *
 *   gate = activation(clamp(rescale(bias + sum w (x - in_zero))) + clamp(rescale(sum r (h - hidden_zero))))
 *   c    = clamp(clamp(rescale(forget * c, forget_mult ..)) + clamp(rescale(input * candidate, input_mult ..)))
 *   h    = clamp(rescale(output * tanh(c), hidden_mult ..) + hidden_zero, hidden_min, hidden_max) */

/* How a step's gates become the cell and h. */
typedef struct mrt_lstm_cell {
    int32_t forget_mult, forget_shift, input_mult, input_shift, hidden_mult, hidden_shift;
    int32_t hidden_zero, hidden_min, hidden_max;
    int32_t tanh_mult, tanh_shift; /* c * tanh_mult / 2^tanh_shift is three times the cell in Q3.12 */
    int32_t clip;                  /* |c| is at most that; 32768: any */
} mrt_lstm_cell;

/* mult, shift: of x's sums for each gate, then of h's. */
typedef struct mrt_lstm_i8_params {
    mrt_lstm_shape           shape;
    mrt_lstm_cell            cell;
    int32_t                  in_zero;
    int32_t                  mult[2 * MRT_LSTM_GATES], shift[2 * MRT_LSTM_GATES];
    const MRT_FLASH int8_t  *forget_w, *input_w, *candidate_w, *output_w;
    const MRT_FLASH int8_t  *forget_r, *input_r, *candidate_r, *output_r;
    const MRT_FLASH int32_t *forget_bias, *input_bias, *candidate_bias, *output_bias;
    const MRT_FLASH int16_t *table; /* [256], of squash.h */
} mrt_lstm_i8_params;

/* int16 x and h without zero points, int64 biases and sums (rescale_i64.h). */
typedef struct mrt_lstm_i16_params {
    mrt_lstm_shape           shape;
    mrt_lstm_cell            cell;
    int32_t                  mult[2 * MRT_LSTM_GATES], shift[2 * MRT_LSTM_GATES];
    const MRT_FLASH int8_t  *forget_w, *input_w, *candidate_w, *output_w;
    const MRT_FLASH int8_t  *forget_r, *input_r, *candidate_r, *output_r;
    const MRT_FLASH int64_t *forget_bias, *input_bias, *candidate_bias, *output_bias;
    const MRT_FLASH int16_t *table; /* [256], of squash.h */
} mrt_lstm_i16_params;

MRT_INLINE int32_t mrt_lstm_saturate(int32_t x)
{
    return mrt_clamp_i32(x, -32768, 32767);
}

/* The gate's activation of its two rescaled sums, by squash.h's table. */
MRT_INLINE int16_t mrt_lstm_activate(const MRT_FLASH int16_t *table, int32_t gate, int32_t of_x, int32_t of_h)
{
    const int32_t sum = mrt_lstm_saturate(mrt_lstm_saturate(of_x) + mrt_lstm_saturate(of_h));

    return gate == MRT_LSTM_CANDIDATE ? mrt_tanh_one_i16(table, 3 * sum) : mrt_logistic_one_i16(table, 3 * sum);
}

/* The cell of one unit from its gates; returns h. */
MRT_INLINE int32_t mrt_lstm_update(const mrt_lstm_cell *p, const MRT_FLASH int16_t *table, const int16_t *gates,
                                   int32_t units, int16_t *c)
{
    const int32_t forget = gates[MRT_LSTM_FORGET * units], input = gates[MRT_LSTM_INPUT * units];
    const int32_t candidate = gates[MRT_LSTM_CANDIDATE * units], output = gates[MRT_LSTM_OUTPUT * units];
    const int32_t kept = mrt_rescale(forget * *c, p->forget_mult, (int)p->forget_shift);
    const int32_t added = mrt_rescale(input * candidate, p->input_mult, (int)p->input_shift);
    const int32_t cell = mrt_lstm_saturate(mrt_lstm_saturate(kept) + mrt_lstm_saturate(added));
    const int32_t half = p->tanh_shift > 0 ? (int32_t)1 << (p->tanh_shift - 1) : 0;
    int32_t       seen, h;

    *c = (int16_t)mrt_clamp_i32(cell, -p->clip, p->clip);
    seen = mrt_tanh_one_i16(table, (*c * p->tanh_mult + half) >> p->tanh_shift);
    h = mrt_rescale(seen * output, p->hidden_mult, (int)p->hidden_shift);
    return mrt_clamp_i32((int32_t)((uint32_t)h + (uint32_t)p->hidden_zero), p->hidden_min, p->hidden_max);
}

MRT_INLINE uint32_t mrt_lstm_sum_i8(const int8_t *in, const MRT_FLASH int8_t *w, int32_t count, int32_t in_zero)
{
    uint32_t acc = 0;
    int32_t  i;

    for (i = 0; i < count; i++)
        acc += (uint32_t)((in[i] - in_zero) * w[i]);
    return acc;
}

MRT_INLINE void mrt_lstm_gate_i8(const mrt_lstm_i8_params *p, int32_t gate, const MRT_FLASH int8_t *w,
                                 const MRT_FLASH int8_t *r, const MRT_FLASH int32_t *bias, const int8_t *x, const int8_t *h,
                                 int16_t *gates)
{
    const int32_t in_count = p->shape.in_count, units = p->shape.units, recurrent = MRT_LSTM_GATES + gate;
    int32_t       u;

    for (u = 0; u < units; u++) {
        const uint32_t of_x = (uint32_t)bias[u] + mrt_lstm_sum_i8(x, w + u * in_count, in_count, p->in_zero);
        const uint32_t of_h = mrt_lstm_sum_i8(h, r + u * units, units, p->cell.hidden_zero);
        gates[gate * units + u] =
            mrt_lstm_activate(p->table, gate, mrt_rescale((int32_t)of_x, p->mult[gate], (int)p->shift[gate]),
                              mrt_rescale((int32_t)of_h, p->mult[recurrent], (int)p->shift[recurrent]));
    }
}

MRT_INLINE void mrt_lstm_step_i8(const mrt_lstm_i8_params *p, const int8_t *x, int8_t *h, int16_t *c, int16_t *gates)
{
    int32_t u;

    mrt_lstm_gate_i8(p, MRT_LSTM_FORGET, p->forget_w, p->forget_r, p->forget_bias, x, h, gates);
    mrt_lstm_gate_i8(p, MRT_LSTM_INPUT, p->input_w, p->input_r, p->input_bias, x, h, gates);
    mrt_lstm_gate_i8(p, MRT_LSTM_CANDIDATE, p->candidate_w, p->candidate_r, p->candidate_bias, x, h, gates);
    mrt_lstm_gate_i8(p, MRT_LSTM_OUTPUT, p->output_w, p->output_r, p->output_bias, x, h, gates);
    for (u = 0; u < p->shape.units; u++)
        h[u] = (int8_t)mrt_lstm_update(&p->cell, p->table, gates + u, p->shape.units, c + u);
}

MRT_INLINE void mrt_lstm_i8(const mrt_lstm_i8_params *p, const mrt_io *io)
{
    const mrt_lstm_shape *s = &p->shape;
    int32_t               b, t;

    for (b = 0; b < s->batch; b++) {
        int8_t  *h = (int8_t *)io->in[1] + b * s->units;
        int16_t *c = (int16_t *)io->in[2] + b * s->units;
        for (t = 0; t < s->time; t++) {
            const int32_t at = b * s->batch_step + t * s->time_step;
            mrt_lstm_step_i8(p, (const int8_t *)io->in[0] + at * s->in_count, h, c, (int16_t *)io->scratch);
            mrt_copy((int8_t *)io->out[0] + at * s->units, h, (size_t)s->units);
        }
    }
}

MRT_INLINE uint64_t mrt_lstm_sum_i16(const int16_t *in, const MRT_FLASH int8_t *w, int32_t count)
{
    uint64_t acc = 0;
    int32_t  i;

    for (i = 0; i < count; i++)
        acc += (uint64_t)(int64_t)((int32_t)in[i] * w[i]);
    return acc;
}

MRT_INLINE void mrt_lstm_gate_i16(const mrt_lstm_i16_params *p, int32_t gate, const MRT_FLASH int8_t *w,
                                  const MRT_FLASH int8_t *r, const MRT_FLASH int64_t *bias, const int16_t *x,
                                  const int16_t *h, int16_t *gates)
{
    const int32_t in_count = p->shape.in_count, units = p->shape.units, recurrent = MRT_LSTM_GATES + gate;
    int32_t       u;

    for (u = 0; u < units; u++) {
        const uint64_t of_x = (uint64_t)bias[u] + mrt_lstm_sum_i16(x, w + u * in_count, in_count);
        const uint64_t of_h = mrt_lstm_sum_i16(h, r + u * units, units);
        gates[gate * units + u] =
            mrt_lstm_activate(p->table, gate, mrt_rescale_i64(of_x, p->mult[gate], (int)p->shift[gate]),
                              mrt_rescale_i64(of_h, p->mult[recurrent], (int)p->shift[recurrent]));
    }
}

MRT_INLINE void mrt_lstm_step_i16(const mrt_lstm_i16_params *p, const int16_t *x, int16_t *h, int16_t *c, int16_t *gates)
{
    int32_t u;

    mrt_lstm_gate_i16(p, MRT_LSTM_FORGET, p->forget_w, p->forget_r, p->forget_bias, x, h, gates);
    mrt_lstm_gate_i16(p, MRT_LSTM_INPUT, p->input_w, p->input_r, p->input_bias, x, h, gates);
    mrt_lstm_gate_i16(p, MRT_LSTM_CANDIDATE, p->candidate_w, p->candidate_r, p->candidate_bias, x, h, gates);
    mrt_lstm_gate_i16(p, MRT_LSTM_OUTPUT, p->output_w, p->output_r, p->output_bias, x, h, gates);
    for (u = 0; u < p->shape.units; u++)
        h[u] = (int16_t)mrt_lstm_update(&p->cell, p->table, gates + u, p->shape.units, c + u);
}

MRT_INLINE void mrt_lstm_i16(const mrt_lstm_i16_params *p, const mrt_io *io)
{
    const mrt_lstm_shape *s = &p->shape;
    int32_t               b, t;

    for (b = 0; b < s->batch; b++) {
        int16_t *h = (int16_t *)io->in[1] + b * s->units, *c = (int16_t *)io->in[2] + b * s->units;
        for (t = 0; t < s->time; t++) {
            const int32_t at = b * s->batch_step + t * s->time_step;
            mrt_lstm_step_i16(p, (const int16_t *)io->in[0] + at * s->in_count, h, c, (int16_t *)io->scratch);
            mrt_copy((int16_t *)io->out[0] + at * s->units, h, 2 * (size_t)s->units);
        }
    }
}

/* ---- float32 ---- */

/* clip: |c| is at most that; the largest float: any. */
typedef struct mrt_lstm_f32_params {
    mrt_lstm_shape         shape;
    float                  clip;
    const MRT_FLASH float *forget_w, *input_w, *candidate_w, *output_w;
    const MRT_FLASH float *forget_r, *input_r, *candidate_r, *output_r;
    const MRT_FLASH float *forget_bias, *input_bias, *candidate_bias, *output_bias;
} mrt_lstm_f32_params;

MRT_INLINE float mrt_lstm_sum_f32(const float *in, const MRT_FLASH float *w, int32_t count)
{
    float   acc = 0.0f;
    int32_t i;

    for (i = 0; i < count; i++)
        acc += in[i] * w[i];
    return acc;
}

/* The gate before its activation. */
MRT_INLINE void mrt_lstm_gate_f32(const mrt_lstm_shape *s, const MRT_FLASH float *w, const MRT_FLASH float *r,
                                  const MRT_FLASH float *bias, const float *x, const float *h, float *gate)
{
    int32_t u;

    for (u = 0; u < s->units; u++)
        gate[u] = mrt_lstm_sum_f32(x, w + u * s->in_count, s->in_count) + bias[u] +
                  mrt_lstm_sum_f32(h, r + u * s->units, s->units);
}

MRT_INLINE void mrt_lstm_step_f32(const mrt_lstm_f32_params *p, const float *x, float *h, float *c, float *gates)
{
    const int32_t units = p->shape.units;
    float        *forget = gates, *input = gates + units, *candidate = gates + 2 * units, *output = gates + 3 * units;
    int32_t       u;

    mrt_lstm_gate_f32(&p->shape, p->forget_w, p->forget_r, p->forget_bias, x, h, forget);
    mrt_lstm_gate_f32(&p->shape, p->input_w, p->input_r, p->input_bias, x, h, input);
    mrt_lstm_gate_f32(&p->shape, p->candidate_w, p->candidate_r, p->candidate_bias, x, h, candidate);
    mrt_lstm_gate_f32(&p->shape, p->output_w, p->output_r, p->output_bias, x, h, output);
    for (u = 0; u < units; u++) {
        const float cell =
            mrt_logistic_one_f32(forget[u]) * c[u] + mrt_logistic_one_f32(input[u]) * mrt_tanh_one_f32(candidate[u]);
        c[u] = mrt_clamp_f32(cell, -p->clip, p->clip);
        h[u] = mrt_tanh_one_f32(c[u]) * mrt_logistic_one_f32(output[u]);
    }
}

MRT_INLINE void mrt_lstm_f32(const mrt_lstm_f32_params *p, const mrt_io *io)
{
    const mrt_lstm_shape *s = &p->shape;
    int32_t               b, t;

    for (b = 0; b < s->batch; b++) {
        float *h = (float *)io->in[1] + b * s->units, *c = (float *)io->in[2] + b * s->units;
        for (t = 0; t < s->time; t++) {
            const int32_t at = b * s->batch_step + t * s->time_step;
            mrt_lstm_step_f32(p, (const float *)io->in[0] + at * s->in_count, h, c, (float *)io->scratch);
            mrt_copy((float *)io->out[0] + at * s->units, h, sizeof(float) * (size_t)s->units);
        }
    }
}

#endif
