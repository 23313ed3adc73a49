/* Recurrent layers, forward and back through time.
 *
 * Inside, steps come first: [steps, n, ...], in the order in which they are made, so that a step's rows lie side by side and
 * all steps' rows together are one dense layer. The products with what comes in are computed at once for all steps, and so
 * are, when all steps' gradients are known, those of the weights; one product a step is left, in which each thread has
 * samples of its own. What forward keeps are the values of the gates.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/functions.h"
#include "math/isa/gemm.h"

/* ---- memory ---- */

static const int gate_counts[MOTE_MATH_CELL_COUNT] = {[MOTE_MATH_RNN] = 1, [MOTE_MATH_GRU] = 3, [MOTE_MATH_LSTM] = 4};

INLINE ptrdiff_t gates_of(recurrent_shape *s)
{
    return (ptrdiff_t)gate_counts[s->cell] * s->units;
}

/* What forward leaves to backward. */
typedef struct kept {
    float *x;     /* [steps, n, in], after dropout */
    float *mask;  /* [n, in]; NULL: nothing is dropped */
    float *gates; /* [steps, n, G units]: their values */
    float *h;     /* [1 + steps, n, units], zero first */
    float *c;     /* LSTM: the same */
    float *inner; /* [steps, n, units] LSTM: f(c); GRU: h R + b' of the candidate, or r h */
} kept;

/* Memory that is given out from the front; NULL: only its size is asked for. */
typedef struct memory {
    char  *bytes;
    size_t used;
} memory;

static float *take(memory *at, ptrdiff_t count)
{
    float *part = at->bytes ? (float *)(void *)(at->bytes + at->used) : NULL;

    at->used += scratch_floats(count);
    return part;
}

static size_t lay_out(recurrent_shape *s, void *bytes, kept *k)
{
    memory          at = {.bytes = bytes};
    const ptrdiff_t rows = (ptrdiff_t)s->steps * s->n, state = (ptrdiff_t)s->n * s->units;

    k->x = take(&at, rows * s->in);
    k->mask = s->dropout > 0 ? take(&at, (ptrdiff_t)s->n * s->in) : NULL;
    k->gates = take(&at, rows * gates_of(s));
    k->h = take(&at, rows * s->units + state);
    k->c = s->cell == MOTE_MATH_LSTM ? take(&at, rows * s->units + state) : NULL;
    k->inner = s->cell != MOTE_MATH_RNN ? take(&at, rows * s->units) : NULL;
    return at.used;
}

size_t ISA(recurrent_saved)(recurrent_shape *s)
{
    kept k;

    return lay_out(s, NULL, &k);
}

/* The dense layers that all steps together are: of what comes in; of the states; of a GRU that resets before its product,
 * gates and candidate apart. */
static mote_math_dense dense_of(recurrent_shape *s, int32_t in, ptrdiff_t out)
{
    return (mote_math_dense){.rows = s->steps * s->n, .in = in, .out = (int32_t)out};
}

static bool resets_before(recurrent_shape *s)
{
    return s->cell == MOTE_MATH_GRU && !s->resets_after;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t dense_bytes(recurrent_shape *s)
{
    const mote_math_dense input = dense_of(s, s->in, gates_of(s)), state = dense_of(s, s->units, gates_of(s)),
                          gates = dense_of(s, s->units, 2 * (ptrdiff_t)s->units), one = dense_of(s, s->units, s->units);
    const size_t bytes = most(ISA(dense_scratch)(&input), ISA(dense_scratch)(&state));

    return resets_before(s) ? most(bytes, most(ISA(dense_scratch)(&gates), ISA(dense_scratch)(&one))) : bytes;
}

size_t ISA(recurrent_scratch)(recurrent_shape *s)
{
    const ptrdiff_t rows = (ptrdiff_t)s->steps * s->n, state = (ptrdiff_t)s->n * s->units;
    const size_t    forward = scratch_floats(gates_of(s) * s->units) + scratch_floats(gates_of(s));
    size_t          backward = 3 * scratch_floats(state) + scratch_floats(rows * s->in) + scratch_floats(rows * gates_of(s));

    if (s->cell == MOTE_MATH_GRU)
        backward += scratch_floats(rows * 2 * s->units) + scratch_floats(rows * s->units);
    return most(forward, backward) + dense_bytes(s);
}

/* ---- functions ---- */

INLINE vf curve(const mote_math_curve kind, vf x)
{
    switch (kind) {
    case MOTE_MATH_CURVE_TANH:
        return tanh_(x);
    case MOTE_MATH_CURVE_SIGMOID:
        return sigmoid_(x);
    case MOTE_MATH_CURVE_RELU:
        return max_(set1(0), x);
    default:
        return x;
    }
}

/* dy times the derivative where the function's value is y. */
INLINE vf along(const mote_math_curve kind, vf y, vf dy)
{
    switch (kind) {
    case MOTE_MATH_CURVE_TANH:
        return dy * (1.0f - y * y);
    case MOTE_MATH_CURVE_SIGMOID:
        return dy * (y * (1.0f - y));
    case MOTE_MATH_CURVE_RELU:
        return select_(greater(y, set1(0)), dy, set1(0));
    default:
        return dy;
    }
}

/* Calls with Keras' own functions as constants, so that the compiler has no choice left in the loops. */
#define WITH_CURVES(function, s, ...)                                                                                       \
    do {                                                                                                                    \
        if ((s)->gate == MOTE_MATH_CURVE_SIGMOID && (s)->state == MOTE_MATH_CURVE_TANH)                                     \
            function(MOTE_MATH_CURVE_SIGMOID, MOTE_MATH_CURVE_TANH, __VA_ARGS__);                                           \
        else                                                                                                                \
            function((s)->gate, (s)->state, __VA_ARGS__);                                                                   \
    } while (0)

/* ---- a job: samples from begin to end, through all steps ---- */

typedef struct recurrent_job {
    recurrent_shape *shape;
    kept             kept;
    const float     *r;          /* backward: as it is; forward: its transpose [units, G units] */
    const float     *inner_bias; /* GRU's b' of the candidate, or NULL */
    const float     *dy;
    float           *dh, *dc, *part; /* [n, units] backward */
    float           *dgates;         /* [steps, n, G units] */
    float *recurrent, *other;        /* GRU: gradients at h R: [steps, n, 3 units]; or, resetting before, [.., 2 units] and
                                        [.., units] */
    int parts;
} recurrent_job;

typedef struct samples {
    ptrdiff_t begin, rows;
} samples;

static samples samples_of(const recurrent_job *job, int part)
{
    const ptrdiff_t n = job->shape->n, begin = n * part / job->parts;

    return (samples){begin, n * (part + 1) / job->parts - begin};
}

/* The first of the samples' rows at a step of an array of steps. */
INLINE float *rows_at(const recurrent_job *job, float *array, ptrdiff_t step, ptrdiff_t width, ptrdiff_t sample)
{
    return array + (step * job->shape->n + sample) * width;
}

/* c (+)= a b [+ bias]: rows of a step. */
static void product(ptrdiff_t rows, const float *a, ptrdiff_t length, ptrdiff_t a_row, const float *b, ptrdiff_t columns,
                    ptrdiff_t b_row, float *c, ptrdiff_t c_row, bool adds, const float *bias)
{
    ISA(gemm)
    (&(gemm_job){.rows = rows,
                 .columns = columns,
                 .segments = 1,
                 .length = length,
                 .a = a,
                 .b = b,
                 .a_row = a_row,
                 .a_k = 1,
                 .b_k = b_row,
                 .c = c,
                 .c_row = c_row,
                 .adds = adds,
                 .bias = bias});
}

/* ---- forward ---- */

static void rnn_rows(mote_math_curve state, ptrdiff_t count, float *z, float *h)
{
    FOR_VECTORS(i, left, count)
    {
        const vf y = curve(state, load_up_to(z + i, left));
        store_up_to(z + i, y, left);
        store_up_to(h + i, y, left);
    }
}

INLINE void lstm_rows(const mote_math_curve gate, const mote_math_curve state, ptrdiff_t rows, ptrdiff_t units, float *z,
                      const float *c_before, float *c, float *inner, float *h)
{
    for (; rows > 0; rows--, z += 4 * units, c_before += units, c += units, inner += units, h += units)
        FOR_VECTORS(i, left, units)
        {
            const vf in = curve(gate, load_up_to(z + i, left)), forget = curve(gate, load_up_to(z + units + i, left)),
                     made = curve(state, load_up_to(z + 2 * units + i, left)),
                     out = curve(gate, load_up_to(z + 3 * units + i, left)),
                     cell = fma_(forget, load_up_to(c_before + i, left), in * made), shown = curve(state, cell);
            store_up_to(z + i, in, left);
            store_up_to(z + units + i, forget, left);
            store_up_to(z + 2 * units + i, made, left);
            store_up_to(z + 3 * units + i, out, left);
            store_up_to(c + i, cell, left);
            store_up_to(inner + i, shown, left);
            store_up_to(h + i, out * shown, left);
        }
}

/* Both gates, and r h, where that is what the product takes. */
INLINE void gru_gates(const mote_math_curve gate, ptrdiff_t rows, ptrdiff_t units, float *z, const float *h_before,
                      float *inner)
{
    for (; rows > 0; rows--, z += 3 * units, h_before += units, inner += units)
        FOR_VECTORS(i, left, units)
        {
            const vf reset = curve(gate, load_up_to(z + units + i, left));
            store_up_to(z + i, curve(gate, load_up_to(z + i, left)), left);
            store_up_to(z + units + i, reset, left);
            store_up_to(inner + i, reset * load_up_to(h_before + i, left), left);
        }
}

INLINE vf gru_mix(vf update, vf made, vf before)
{
    return fma_(update, before - made, made);
}

INLINE void gru_after_rows(const mote_math_curve gate, const mote_math_curve state, ptrdiff_t rows, ptrdiff_t units,
                           float *z, const float *inner, const float *h_before, float *h)
{
    for (; rows > 0; rows--, z += 3 * units, inner += units, h_before += units, h += units)
        FOR_VECTORS(i, left, units)
        {
            const vf update = curve(gate, load_up_to(z + i, left)), reset = curve(gate, load_up_to(z + units + i, left)),
                     made = curve(state, fma_(reset, load_up_to(inner + i, left), load_up_to(z + 2 * units + i, left)));
            store_up_to(z + i, update, left);
            store_up_to(z + units + i, reset, left);
            store_up_to(z + 2 * units + i, made, left);
            store_up_to(h + i, gru_mix(update, made, load_up_to(h_before + i, left)), left);
        }
}

INLINE void gru_before_rows(const mote_math_curve gate, const mote_math_curve state, ptrdiff_t rows, ptrdiff_t units,
                            float *z, const float *h_before, float *h)
{
    (void)gate;
    for (; rows > 0; rows--, z += 3 * units, h_before += units, h += units)
        FOR_VECTORS(i, left, units)
        {
            const vf made = curve(state, load_up_to(z + 2 * units + i, left));
            store_up_to(z + 2 * units + i, made, left);
            store_up_to(h + i, gru_mix(load_up_to(z + i, left), made, load_up_to(h_before + i, left)), left);
        }
}

static void forward_gru(const recurrent_job *job, ptrdiff_t step, samples part)
{
    recurrent_shape *s = job->shape;
    const ptrdiff_t  u = s->units;
    float           *z = rows_at(job, job->kept.gates, step, 3 * u, part.begin),
          *inner = rows_at(job, job->kept.inner, step, u, part.begin),
          *before = rows_at(job, job->kept.h, step, u, part.begin), *h = rows_at(job, job->kept.h, step + 1, u, part.begin);

    product(part.rows, before, u, u, job->r, 2 * u, 3 * u, z, 3 * u, true, NULL);
    if (s->resets_after) {
        product(part.rows, before, u, u, job->r + 2 * u, u, 3 * u, inner, u, false, job->inner_bias);
        WITH_CURVES(gru_after_rows, s, part.rows, u, z, inner, before, h);
        return;
    }
    gru_gates(s->gate, part.rows, u, z, before, inner);
    product(part.rows, inner, u, u, job->r + 2 * u, u, 3 * u, z + 2 * u, 3 * u, true, NULL);
    WITH_CURVES(gru_before_rows, s, part.rows, u, z, before, h);
}

static void forward_step(const recurrent_job *job, ptrdiff_t step, samples part)
{
    recurrent_shape *s = job->shape;
    const ptrdiff_t  u = s->units, g = gates_of(s);
    float *z = rows_at(job, job->kept.gates, step, g, part.begin), *before = rows_at(job, job->kept.h, step, u, part.begin),
          *h = rows_at(job, job->kept.h, step + 1, u, part.begin);

    if (s->cell == MOTE_MATH_GRU) {
        forward_gru(job, step, part);
        return;
    }
    if (step > 0)
        product(part.rows, before, u, u, job->r, g, g, z, g, true, NULL);
    if (s->cell == MOTE_MATH_LSTM)
        WITH_CURVES(lstm_rows, s, part.rows, u, z, rows_at(job, job->kept.c, step, u, part.begin),
                    rows_at(job, job->kept.c, step + 1, u, part.begin), rows_at(job, job->kept.inner, step, u, part.begin),
                    h);
    else
        rnn_rows(s->state, part.rows * u, z, h);
}

static void forward_samples(void *context, int index)
{
    const recurrent_job *job = context;
    const samples        part = samples_of(job, index);
    ptrdiff_t            step;

    for (step = 0; part.rows > 0 && step < job->shape->steps; step++)
        forward_step(job, step, part);
}

INLINE ptrdiff_t step_in(recurrent_shape *s, ptrdiff_t step)
{
    return s->goes_backwards ? s->steps - 1 - step : step;
}

INLINE ptrdiff_t step_out(recurrent_shape *s, ptrdiff_t step)
{
    return s->keeps_time ? step_in(s, step) : step;
}

/* x's steps come first, in their order. */
static void take_in(recurrent_shape *s, const float *x, const kept *k)
{
    const size_t in = (size_t)s->in;
    ptrdiff_t    step, sample;
    float       *to = k->x;

    for (step = 0; step < s->steps; step++)
        for (sample = 0; sample < s->n; sample++, to += in)
            memcpy(to, x + (size_t)(sample * s->steps + step_in(s, step)) * in, in * sizeof *to);
    if (!k->mask)
        return;
    FOR_VECTORS(i, left, (ptrdiff_t)s->n * s->in)
    {
        store_up_to(k->mask + i, set1(1), left);
    }
    ISA(dropout)((size_t)s->n * in, s->dropout, s->key, k->mask, k->mask, false);
    for (step = 0, to = k->x; step < s->steps; step++, to += (size_t)s->n * in)
        ISA(multiply)((size_t)s->n * in, to, k->mask, to, false);
}

static void give_out(recurrent_shape *s, const kept *k, float *y)
{
    const size_t units = (size_t)s->units;
    ptrdiff_t    step, sample;
    const float *h = k->h + (size_t)s->n * units;

    if (!s->returns_sequences) {
        memcpy(y, h + (size_t)(s->steps - 1) * (size_t)s->n * units, (size_t)s->n * units * sizeof *y);
        return;
    }
    for (step = 0; step < s->steps; step++)
        for (sample = 0; sample < s->n; sample++, h += units)
            memcpy(y + (size_t)(sample * s->steps + step_out(s, step)) * units, h, units * sizeof *y);
}

/* What is added to all steps' products with x: of a GRU that resets after its product the gates' b', too. */
static const float *input_bias(recurrent_shape *s, const float *b, float *both)
{
    const ptrdiff_t gates = 2 * (ptrdiff_t)s->units;

    if (!b || s->cell != MOTE_MATH_GRU || !s->resets_after)
        return b;
    ISA(add)((size_t)gates, MOTE_MATH_LINEAR, b, b + gates_of(s), both);
    memcpy(both + gates, b + gates, (size_t)s->units * sizeof *both);
    return both;
}

INLINE double products_of(recurrent_shape *s)
{
    return (double)s->n * s->steps * s->units * (double)gates_of(s);
}

static void run(recurrent_job *job, mote_pool *pool, void (*work)(void *, int))
{
    pool = pool_if_worth(pool, products_of(job->shape));
    job->parts = mote_pool_thread_count(pool);
    mote_pool_run(pool, work, job, job->parts);
}

void ISA(recurrent_forward)(recurrent_shape *s, const float *x, const float *w, const float *r, const float *b, float *y,
                            void *saved, mote_math_work work)
{
    const ptrdiff_t       g = gates_of(s);
    const mote_math_dense input = dense_of(s, s->in, g);
    memory                scratch = {.bytes = work.scratch};
    float                *turned = take(&scratch, g * s->units), *both = take(&scratch, g);
    recurrent_job         job = {.shape = s, .r = turned};

    lay_out(s, saved, &job.kept);
    take_in(s, x, &job.kept);
    memset(job.kept.h, 0, (size_t)s->n * (size_t)s->units * sizeof *job.kept.h);
    if (job.kept.c)
        memset(job.kept.c, 0, (size_t)s->n * (size_t)s->units * sizeof *job.kept.c);
    ISA(dense_forward)
    (&input, job.kept.x, w, input_bias(s, b, both), job.kept.gates,
     (mote_math_work){work.pool, scratch.bytes + scratch.used});
    ISA(transpose)(g, s->units, r, s->units, turned, g, false);
    job.inner_bias = b && s->cell == MOTE_MATH_GRU && s->resets_after ? b + g + 2 * s->units : NULL;
    run(&job, work.pool, forward_samples);
    give_out(s, &job.kept, y);
}

/* ---- backward ---- */

/* dh += what y's gradient says of this step. */
static void add_given(const recurrent_job *job, ptrdiff_t step, samples part)
{
    recurrent_shape *s = job->shape;
    const size_t     units = (size_t)s->units;
    ptrdiff_t        sample;

    if (!s->returns_sequences && step < s->steps - 1)
        return;
    for (sample = part.begin; sample < part.begin + part.rows; sample++) {
        const size_t row = s->returns_sequences ? (size_t)(sample * s->steps + step_out(s, step)) : (size_t)sample;
        float       *dh = job->dh + (size_t)sample * units;
        ISA(add)(units, MOTE_MATH_LINEAR, dh, job->dy + row * units, dh);
    }
}

INLINE void lstm_back(const mote_math_curve gate, const mote_math_curve state, ptrdiff_t rows, ptrdiff_t units,
                      const float *z, const float *c_before, const float *inner, const float *dh, float *dc, float *dz)
{
    for (; rows > 0; rows--, z += 4 * units, dz += 4 * units, c_before += units, inner += units, dh += units, dc += units)
        FOR_VECTORS(i, left, units)
        {
            const vf in = load_up_to(z + i, left), forget = load_up_to(z + units + i, left),
                     made = load_up_to(z + 2 * units + i, left), out = load_up_to(z + 3 * units + i, left),
                     shown = load_up_to(inner + i, left), d = load_up_to(dh + i, left),
                     dcell = load_up_to(dc + i, left) + along(state, shown, d * out);
            store_up_to(dz + i, along(gate, in, dcell * made), left);
            store_up_to(dz + units + i, along(gate, forget, dcell * load_up_to(c_before + i, left)), left);
            store_up_to(dz + 2 * units + i, along(state, made, dcell * in), left);
            store_up_to(dz + 3 * units + i, along(gate, out, d * shown), left);
            store_up_to(dc + i, dcell * forget, left);
        }
}

static void rnn_back(mote_math_curve state, ptrdiff_t count, const float *z, const float *dh, float *dz)
{
    FOR_VECTORS(i, left, count)
    {
        store_up_to(dz + i, along(state, load_up_to(z + i, left), load_up_to(dh + i, left)), left);
    }
}

INLINE void gru_after_back(const mote_math_curve gate, const mote_math_curve state, ptrdiff_t rows, ptrdiff_t units,
                           const float *z, const float *inner, const float *h_before, float *dz, float *recurrent, float *dh)
{
    for (; rows > 0;
         rows--, z += 3 * units, dz += 3 * units, inner += units, h_before += units, recurrent += 3 * units, dh += units)
        FOR_VECTORS(i, left, units)
        {
            const vf update = load_up_to(z + i, left), reset = load_up_to(z + units + i, left),
                     made = load_up_to(z + 2 * units + i, left), d = load_up_to(dh + i, left),
                     dmade = along(state, made, d * (1.0f - update)),
                     dupdate = along(gate, update, d * (load_up_to(h_before + i, left) - made)),
                     dreset = along(gate, reset, dmade * load_up_to(inner + i, left));
            store_up_to(dz + i, dupdate, left);
            store_up_to(dz + units + i, dreset, left);
            store_up_to(dz + 2 * units + i, dmade, left);
            store_up_to(recurrent + i, dupdate, left);
            store_up_to(recurrent + units + i, dreset, left);
            store_up_to(recurrent + 2 * units + i, dmade * reset, left);
            store_up_to(dh + i, d * update, left);
        }
}

/* The update gate and the candidate; the reset gate's follows from the candidate's, through r h. */
INLINE void gru_before_back(const mote_math_curve gate, const mote_math_curve state, ptrdiff_t rows, ptrdiff_t units,
                            const float *z, const float *h_before, float *dz, float *recurrent, float *other, float *dh)
{
    for (; rows > 0;
         rows--, z += 3 * units, dz += 3 * units, h_before += units, recurrent += 2 * units, other += units, dh += units)
        FOR_VECTORS(i, left, units)
        {
            const vf update = load_up_to(z + i, left), made = load_up_to(z + 2 * units + i, left),
                     d = load_up_to(dh + i, left), dmade = along(state, made, d * (1.0f - update)),
                     dupdate = along(gate, update, d * (load_up_to(h_before + i, left) - made));
            store_up_to(dz + i, dupdate, left);
            store_up_to(dz + 2 * units + i, dmade, left);
            store_up_to(recurrent + i, dupdate, left);
            store_up_to(other + i, dmade, left);
            store_up_to(dh + i, d * update, left);
        }
}

INLINE void gru_reset_back(const mote_math_curve gate, ptrdiff_t rows, ptrdiff_t units, const float *z,
                           const float *h_before, const float *dproduct, float *dz, float *recurrent, float *dh)
{
    for (; rows > 0;
         rows--, z += 3 * units, dz += 3 * units, h_before += units, dproduct += units, recurrent += 2 * units, dh += units)
        FOR_VECTORS(i, left, units)
        {
            const vf reset = load_up_to(z + units + i, left), d = load_up_to(dproduct + i, left),
                     dreset = along(gate, reset, d * load_up_to(h_before + i, left));
            store_up_to(dz + units + i, dreset, left);
            store_up_to(recurrent + units + i, dreset, left);
            store_up_to(dh + i, fma_(d, reset, load_up_to(dh + i, left)), left);
        }
}

static void backward_gru(const recurrent_job *job, ptrdiff_t step, samples part)
{
    recurrent_shape *s = job->shape;
    const ptrdiff_t  u = s->units, width = s->resets_after ? 3 * u : 2 * u;
    float           *z = rows_at(job, job->kept.gates, step, 3 * u, part.begin),
          *inner = rows_at(job, job->kept.inner, step, u, part.begin),
          *before = rows_at(job, job->kept.h, step, u, part.begin),
          *recurrent = rows_at(job, job->recurrent, step, width, part.begin), *dh = rows_at(job, job->dh, 0, u, part.begin),
          *dproduct = rows_at(job, job->part, 0, u, part.begin), *dz = rows_at(job, job->dgates, step, 3 * u, part.begin);

    if (s->resets_after) {
        WITH_CURVES(gru_after_back, s, part.rows, u, z, inner, before, dz, recurrent, dh);
    } else {
        float *other = rows_at(job, job->other, step, u, part.begin);
        WITH_CURVES(gru_before_back, s, part.rows, u, z, before, dz, recurrent, other, dh);
        product(part.rows, other, u, u, job->r + 2 * u * u, u, u, dproduct, u, false, NULL);
        gru_reset_back(s->gate, part.rows, u, z, before, dproduct, dz, recurrent, dh);
    }
    if (step > 0)
        product(part.rows, recurrent, width, width, job->r, u, u, dh, u, true, NULL);
}

static void backward_step(const recurrent_job *job, ptrdiff_t step, samples part)
{
    recurrent_shape *s = job->shape;
    const ptrdiff_t  u = s->units, g = gates_of(s);
    float           *z = rows_at(job, job->kept.gates, step, g, part.begin), *dh = rows_at(job, job->dh, 0, u, part.begin),
          *dz = rows_at(job, job->dgates, step, g, part.begin);

    add_given(job, step, part);
    if (s->cell == MOTE_MATH_GRU) {
        backward_gru(job, step, part);
        return;
    }
    if (s->cell == MOTE_MATH_LSTM)
        WITH_CURVES(lstm_back, s, part.rows, u, z, rows_at(job, job->kept.c, step, u, part.begin),
                    rows_at(job, job->kept.inner, step, u, part.begin), dh, rows_at(job, job->dc, 0, u, part.begin), dz);
    else
        rnn_back(s->state, part.rows * u, z, dh, dz);
    if (step > 0)
        product(part.rows, dz, g, g, job->r, u, u, dh, u, false, NULL);
}

static void backward_samples(void *context, int index)
{
    const recurrent_job *job = context;
    const samples        part = samples_of(job, index);
    ptrdiff_t            step;

    for (step = job->shape->steps - 1; part.rows > 0 && step >= 0; step--)
        backward_step(job, step, part);
}

static void give_back(recurrent_shape *s, float *from, const kept *k, float *dx)
{
    const size_t in = (size_t)s->in;
    ptrdiff_t    step, sample;

    for (step = 0; step < s->steps; step++) {
        if (k->mask)
            ISA(multiply)((size_t)s->n * in, from, k->mask, from, false);
        for (sample = 0; sample < s->n; sample++, from += in)
            memcpy(dx + (size_t)(sample * s->steps + step_in(s, step)) * in, from, in * sizeof *dx);
    }
}

/* Gradients of a dense layer's weights, all steps' rows together. */
static void add_weights(const mote_math_dense *shape, const float *x, const float *dy, float *dw, float *db,
                        mote_math_work work)
{
    if (dw || db)
        ISA(dense_backward)(shape, &(mote_math_grads){.x = x, .dy = dy, .dw = dw, .db = db}, work);
}

static void recurrent_weights(const recurrent_job *job, float *dr, float *db, mote_math_work work)
{
    recurrent_shape      *s = job->shape;
    const ptrdiff_t       u = s->units, g = gates_of(s);
    const mote_math_dense all = dense_of(s, s->units, g), gates = dense_of(s, s->units, 2 * u),
                          candidate = dense_of(s, s->units, u);

    if (s->cell != MOTE_MATH_GRU) {
        add_weights(&all, job->kept.h, job->dgates, dr, NULL, work);
    } else if (s->resets_after) {
        add_weights(&all, job->kept.h, job->recurrent, dr, db ? db + g : NULL, work);
    } else {
        add_weights(&gates, job->kept.h, job->recurrent, dr, NULL, work);
        add_weights(&candidate, job->kept.inner, job->other, dr ? dr + 2 * u * u : NULL, NULL, work);
    }
}

void ISA(recurrent_backward)(recurrent_shape *s, const float *w, const float *r, const float *dy, float *dx, float *dw,
                             float *dr, float *db, const void *saved, mote_math_work work)
{
    const ptrdiff_t       rows = (ptrdiff_t)s->steps * s->n, state = (ptrdiff_t)s->n * s->units;
    const mote_math_dense input = dense_of(s, s->in, gates_of(s));
    memory                scratch = {.bytes = work.scratch};
    recurrent_job         job = {.shape = s, .r = r, .dy = dy};
    float                *by_step;

    lay_out(s, (void *)(uintptr_t)saved, &job.kept); /* which is only read */
    job.dh = take(&scratch, state);
    job.dc = take(&scratch, state);
    job.part = take(&scratch, state);
    by_step = take(&scratch, rows * s->in);
    job.dgates = take(&scratch, rows * gates_of(s));
    if (s->cell == MOTE_MATH_GRU) { /* three units in one, or two and one */
        job.recurrent = take(&scratch, rows * 2 * s->units);
        job.other = take(&scratch, rows * s->units);
    }
    memset(job.dh, 0, (size_t)state * sizeof *job.dh);
    memset(job.dc, 0, (size_t)state * sizeof *job.dc);
    run(&job, work.pool, backward_samples);
    work.scratch = scratch.bytes + scratch.used;
    recurrent_weights(&job, dr, db, work);
    if (dx || dw || db)
        ISA(dense_backward)
    (&input, &(mote_math_grads){.x = job.kept.x, .w = w, .dy = job.dgates, .dx = dx ? by_step : NULL, .dw = dw, .db = db},
     work);
    if (dx)
        give_back(s, by_step, &job.kept, dx);
}
