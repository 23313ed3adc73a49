/* LSTM with all that TensorFlow Lite allows, in one direction or in both: UNIDIRECTIONAL_SEQUENCE_LSTM where lstm.h has no
 * kernel for it, BIDIRECTIONAL_SEQUENCE_LSTM. Of float32, and of float32 with int8 weights (hybrid.h). For each sample and
 * time, of the input x, the further input a, the output h before and the cell c before:
 *
 *   z      = w x + v a + r h + peephole * c                  peepholes see c before; output's sees c as it is now
 *   gate   = f(bias + z), or f(bias + norm * (z - mean z) / sqrt(variance z + 1e-8))
 *   c      = clip(forget * c + input * candidate)            without weights of an input gate, input = 1 - forget
 *   h      = output * activation(c), or clip(projection_bias + projection (output * activation(c)))
 *
 * f is logistic, the candidate's is the activation. Constants are operands, which a direction names by their numbers; what
 * is left out is NULL. States are kept between invokes.
 *
 * x, a     [batch, time, count] or [time, batch, count]
 * w, v, r  [cells, in_count], [cells, aux_count], [cells, units] of each gate; peephole, norm, bias [cells]
 * projection [units, cells], projection_bias [units]; without a projection there are as many units as cells
 * h, c     [batch, units], [batch, cells]
 * out      [batch, time, units] or [time, batch, units]; both directions may share one, a vector of one beside the other's
 * scratch  4 * cells of float; with int8 weights then in_count + aux_count + units + cells of int8
 * Cannot fail: shapes were checked on the host or at open.
 * Source: LiteRT's reference kernels.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_LSTM_DIRECTIONS_H
#define MRT_LSTM_DIRECTIONS_H

#include "elementary.h"
#include "exp.h"
#include "hybrid.h"
#include "squash.h"

/* Gates in the order of their operands, and where operands lie behind a direction's first. */
enum { MRT_GATE_INPUT, MRT_GATE_FORGET, MRT_GATE_CANDIDATE, MRT_GATE_OUTPUT, MRT_GATES };
enum {
    MRT_GATE_RECURRENT = 4,
    MRT_GATE_PEEPHOLE = 8, /* of input, forget, output */
    MRT_GATE_BIAS = 11,
    MRT_GATE_PROJECTION = 15,
    MRT_GATE_PROJECTION_BIAS = 16
};

/* Numbers of operands, 0: there is none; of an output; sizes of vectors. */
typedef struct mrt_lstm_direction {
    int32_t x, aux, weights, aux_weights, norms, hidden, cell;
    int32_t in_count, aux_count, cells, units;
    int32_t out, out_at, out_step; /* in values: where the first vector lies, and from one to the next */
    int32_t is_backward;
} mrt_lstm_direction;

/* Sample b's vector at time t is number b * batch_step + t * time_step. Clips: the largest float is none. */
typedef struct mrt_lstm_plan {
    int32_t            batch, time, batch_step, time_step;
    int32_t            is_tanh; /* the activation; else it is a clamp: */
    float              act_min, act_max;
    float              cell_clip, projection_clip;
    int32_t            has_two; /* directions: backward, too */
    mrt_lstm_direction forward, backward;
} mrt_lstm_plan;

/* Of a direction's int8 weights. */
typedef struct mrt_lstm_scales {
    float w[MRT_GATES], aux[MRT_GATES], r[MRT_GATES], peephole[MRT_GATES - 1], projection;
} mrt_lstm_scales;

typedef struct mrt_lstm_directions_f32_params {
    mrt_lstm_plan plan;
} mrt_lstm_directions_f32_params;

typedef struct mrt_lstm_directions_hybrid_params {
    mrt_lstm_plan   plan;
    int32_t         is_asymmetric;
    mrt_lstm_scales forward, backward;
} mrt_lstm_directions_hybrid_params;

/* One direction at one time. scales NULL: weights are real numbers. */
typedef struct mrt_lstm_now {
    const mrt_lstm_plan      *plan;
    const mrt_lstm_direction *d;
    const mrt_lstm_scales    *scales;
    int32_t                   is_asymmetric;
    const mrt_io             *io;
    float                    *h, *c, *gates;
    int8_t                   *q; /* room for all vectors of a step */
} mrt_lstm_now;

/* What weights are multiplied by. */
typedef struct mrt_lstm_vector {
    const float  *real;
    const int8_t *q;
    mrt_hybrid    as;
    int32_t       count;
} mrt_lstm_vector;

MRT_INLINE mrt_lstm_vector mrt_lstm_see(const mrt_lstm_now *now, const float *real, int32_t count, int8_t *q)
{
    mrt_lstm_vector v;

    v.real = real;
    v.q = q;
    v.count = count;
    v.as.scale = 1.0f;
    v.as.zero = 0;
    if (now->scales)
        v.as = mrt_hybrid_quantize(real, 1, count, now->is_asymmetric, q);
    return v;
}

/* acc += w v; w_scale: of int8 weights. */
MRT_INLINE void mrt_lstm_multiply(const mrt_lstm_now *now, const void *w, float w_scale, const mrt_lstm_vector *v,
                                  int32_t rows, float *acc)
{
    const float scale = v->as.scale * w_scale;
    int32_t     row, i;

    for (row = 0; row < rows; row++) {
        if (now->scales) {
            acc[row] += (float)mrt_hybrid_dot(v->q, (const int8_t *)w + row * v->count, v->count, v->as.zero) * scale;
        } else {
            const float *weights = (const float *)w + row * v->count;
            float        sum = 0.0f;
            for (i = 0; i < v->count; i++)
                sum += v->real[i] * weights[i];
            acc[row] += sum;
        }
    }
}

MRT_INLINE void mrt_lstm_peep(const mrt_lstm_now *now, int32_t gate, float *acc)
{
    const int32_t peephole = gate == MRT_GATE_OUTPUT ? 2 : gate;
    const void   *w = now->io->in[now->d->weights + MRT_GATE_PEEPHOLE + peephole];
    int32_t       u;

    for (u = 0; w && u < now->d->cells; u++)
        acc[u] += now->c[u] *
                  (now->scales ? (float)((const int8_t *)w)[u] * now->scales->peephole[peephole] : ((const float *)w)[u]);
}

/* To a mean of 0 and a deviation of 1, then by norm and bias. */
MRT_INLINE void mrt_lstm_normalize(const float *norm, const float *bias, int32_t count, float *acc)
{
    float   sum = 0.0f, squares = 0.0f, mean, factor;
    int32_t u;

    for (u = 0; u < count; u++)
        sum += acc[u];
    mean = sum / (float)count;
    for (u = 0; u < count; u++)
        squares += (acc[u] - mean) * (acc[u] - mean);
    factor = 1.0f / mrt_sqrt_one_f32(squares / (float)count + 1e-8f);
    for (u = 0; u < count; u++)
        acc[u] = (acc[u] - mean) * factor * norm[u] + bias[u];
}

MRT_INLINE float mrt_lstm_activation(const mrt_lstm_plan *p, float x)
{
    return p->is_tanh ? mrt_tanh_one_f32(x) : mrt_clamp_f32(x, p->act_min, p->act_max);
}

MRT_INLINE void mrt_lstm_gate(const mrt_lstm_now *now, int32_t gate, const mrt_lstm_vector *x, const mrt_lstm_vector *aux,
                              const mrt_lstm_vector *h)
{
    const mrt_lstm_direction *d = now->d;
    const mrt_lstm_scales    *s = now->scales;
    const void *const        *in = now->io->in;
    const float              *norm = d->norms ? (const float *)in[d->norms + gate] : NULL;
    const float              *bias = (const float *)in[d->weights + MRT_GATE_BIAS + gate];
    float                    *acc = now->gates + gate * d->cells;
    int32_t                   u;

    for (u = 0; u < d->cells; u++)
        acc[u] = norm ? 0.0f : bias[u];
    mrt_lstm_multiply(now, in[d->weights + gate], s ? s->w[gate] : 1.0f, x, d->cells, acc);
    if (d->aux_weights)
        mrt_lstm_multiply(now, in[d->aux_weights + gate], s ? s->aux[gate] : 1.0f, aux, d->cells, acc);
    mrt_lstm_multiply(now, in[d->weights + MRT_GATE_RECURRENT + gate], s ? s->r[gate] : 1.0f, h, d->cells, acc);
    if (gate != MRT_GATE_CANDIDATE)
        mrt_lstm_peep(now, gate, acc);
    if (norm)
        mrt_lstm_normalize(norm, bias, d->cells, acc);
    for (u = 0; u < d->cells; u++)
        acc[u] = gate == MRT_GATE_CANDIDATE ? mrt_lstm_activation(now->plan, acc[u]) : mrt_logistic_one_f32(acc[u]);
}

MRT_INLINE void mrt_lstm_move_cell(const mrt_lstm_now *now, int32_t has_input_gate)
{
    const int32_t cells = now->d->cells;
    const float   clip = now->plan->cell_clip, *forget = now->gates + MRT_GATE_FORGET * cells;
    const float  *input = now->gates + MRT_GATE_INPUT * cells, *candidate = now->gates + MRT_GATE_CANDIDATE * cells;
    int32_t       u;

    for (u = 0; u < cells; u++) {
        const float let_in = has_input_gate ? input[u] : 1.0f - forget[u];
        now->c[u] = mrt_clamp_f32(now->c[u] * forget[u] + candidate[u] * let_in, -clip, clip);
    }
}

/* h, from the output gate and the cell. */
MRT_INLINE void mrt_lstm_answer(const mrt_lstm_now *now)
{
    const mrt_lstm_direction *d = now->d;
    const void *const        *in = now->io->in;
    const float              *bias = (const float *)in[d->weights + MRT_GATE_PROJECTION_BIAS];
    const void               *projection = in[d->weights + MRT_GATE_PROJECTION];
    const float               clip = now->plan->projection_clip;
    float                    *seen = now->gates, *output = now->gates + MRT_GATE_OUTPUT * d->cells;
    mrt_lstm_vector           v;
    int32_t                   u;

    for (u = 0; u < d->cells; u++)
        seen[u] = mrt_lstm_activation(now->plan, now->c[u]) * output[u];
    if (!projection) {
        mrt_copy(now->h, seen, sizeof(float) * (size_t)d->units);
        return;
    }
    for (u = 0; u < d->units; u++)
        now->h[u] = bias ? bias[u] : 0.0f;
    v = mrt_lstm_see(now, seen, d->cells, now->q);
    mrt_lstm_multiply(now, projection, now->scales ? now->scales->projection : 1.0f, &v, d->units, now->h);
    for (u = 0; u < d->units; u++)
        now->h[u] = mrt_clamp_f32(now->h[u], -clip, clip);
}

/* at: the vectors' number. */
MRT_INLINE void mrt_lstm_step(const mrt_lstm_now *now, int32_t at)
{
    const mrt_lstm_direction *d = now->d;
    const void *const        *in = now->io->in;
    const int32_t             has_input_gate = in[d->weights + MRT_GATE_INPUT] != NULL;
    int8_t                   *q_h = now->q + d->cells, *q_x = q_h + d->units, *q_aux = q_x + d->in_count;
    const mrt_lstm_vector     x = mrt_lstm_see(now, (const float *)in[d->x] + at * d->in_count, d->in_count, q_x);
    const mrt_lstm_vector     h = mrt_lstm_see(now, now->h, d->units, q_h);
    mrt_lstm_vector           aux = h;
    int32_t                   gate;

    if (d->aux_weights)
        aux = mrt_lstm_see(now, (const float *)in[d->aux] + at * d->aux_count, d->aux_count, q_aux);
    for (gate = has_input_gate ? MRT_GATE_INPUT : MRT_GATE_FORGET; gate < MRT_GATES; gate++) {
        if (gate == MRT_GATE_OUTPUT)
            mrt_lstm_move_cell(now, has_input_gate);
        mrt_lstm_gate(now, gate, &x, &aux, &h);
    }
    mrt_lstm_answer(now);
    mrt_copy((float *)now->io->out[d->out] + d->out_at + at * d->out_step, now->h, sizeof(float) * (size_t)d->units);
}

MRT_INLINE void mrt_lstm_direction_run(mrt_lstm_now *now)
{
    const mrt_lstm_plan      *p = now->plan;
    const mrt_lstm_direction *d = now->d;
    int32_t                   b, t;

    now->gates = (float *)now->io->scratch;
    now->q = (int8_t *)(now->gates + MRT_GATES * d->cells);
    for (b = 0; b < p->batch; b++) {
        now->h = (float *)now->io->in[d->hidden] + b * d->units;
        now->c = (float *)now->io->in[d->cell] + b * d->cells;
        for (t = 0; t < p->time; t++)
            mrt_lstm_step(now, b * p->batch_step + (d->is_backward ? p->time - 1 - t : t) * p->time_step);
    }
}

MRT_INLINE void mrt_lstm_directions_f32(const mrt_lstm_directions_f32_params *p, const mrt_io *io)
{
    mrt_lstm_now now;
    int32_t      i;

    now.plan = &p->plan;
    now.io = io;
    now.scales = NULL;
    now.is_asymmetric = 0;
    for (i = 0; i <= p->plan.has_two; i++) {
        now.d = i ? &p->plan.backward : &p->plan.forward;
        mrt_lstm_direction_run(&now);
    }
}

MRT_INLINE void mrt_lstm_directions_hybrid(const mrt_lstm_directions_hybrid_params *p, const mrt_io *io)
{
    mrt_lstm_now now;
    int32_t      i;

    now.plan = &p->plan;
    now.io = io;
    now.is_asymmetric = p->is_asymmetric;
    for (i = 0; i <= p->plan.has_two; i++) {
        now.d = i ? &p->plan.backward : &p->plan.forward;
        now.scales = i ? &p->backward : &p->forward;
        mrt_lstm_direction_run(&now);
    }
}

#endif
