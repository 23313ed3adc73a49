/* Attention: for each sample and head two products and a softmax between. Threads share out the pairs of sample and head,
 * whose outputs are apart. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "math/isa/gemm.h"

typedef struct attention_job {
    attention_shape *shape;
    const float     *q, *k, *v, *dy;
    float           *weights; /* [n, heads, queries, keys] */
    float           *y, *dq, *dk, *dv;
    char            *scratch;
    int              parts;
} attention_job;

/* One head of one sample: where its parts begin. */
typedef struct head {
    ptrdiff_t q, k, v, y, weights;
} head;

static head head_at(attention_shape *s, ptrdiff_t pair)
{
    const ptrdiff_t sample = pair / s->heads, h = pair % s->heads;

    return (head){.q = (sample * s->queries * s->heads + h) * s->width,
                  .k = (sample * s->keys * s->heads + h) * s->width,
                  .v = (sample * s->keys * s->heads + h) * s->values,
                  .y = (sample * s->queries * s->heads + h) * s->values,
                  .weights = pair * s->queries * s->keys};
}

static ptrdiff_t longest(attention_shape *s)
{
    return s->width > s->values ? s->width : s->values;
}

/* Of a thread: keys or values turned, and a gradient of the weights. */
static size_t part_bytes(attention_shape *s)
{
    return scratch_floats(longest(s) * s->keys) + scratch_floats((ptrdiff_t)s->queries * s->keys);
}

size_t ISA(attention_scratch)(attention_shape *s)
{
    return SHARDS_MAX * part_bytes(s);
}

INLINE float sharpness(attention_shape *s)
{
    return 1.0f / sqrtf((float)s->width);
}

/* c = a b; a's rows are a_row apart, or, turned, its columns. */
static void product(ptrdiff_t rows, ptrdiff_t length, ptrdiff_t columns, const float *a, ptrdiff_t a_row, ptrdiff_t a_k,
                    const float *b, ptrdiff_t b_k, float *c, ptrdiff_t c_row)
{
    ISA(gemm)
    (&(gemm_job){.rows = rows,
                 .columns = columns,
                 .segments = 1,
                 .length = length,
                 .a = a,
                 .b = b,
                 .a_row = a_row,
                 .a_k = a_k,
                 .b_k = b_k,
                 .c = c,
                 .c_row = c_row});
}

static void forward_head(const attention_job *job, head at, float *turned)
{
    attention_shape *s = job->shape;
    const ptrdiff_t  wide = (ptrdiff_t)s->heads * s->width, high = (ptrdiff_t)s->heads * s->values;
    float           *weights = job->weights + at.weights;

    ISA(transpose)(s->keys, s->width, job->k + at.k, wide, turned, s->keys, false);
    product(s->queries, s->width, s->keys, job->q + at.q, wide, 1, turned, s->keys, weights, s->keys);
    ISA(softmax_forward)((size_t)s->queries, s->keys, sharpness(s), weights, weights);
    product(s->queries, s->keys, s->values, weights, s->keys, 1, job->v + at.v, high, job->y + at.y, high);
}

static void backward_head(const attention_job *job, head at, float *turned, float *dweights)
{
    attention_shape *s = job->shape;
    const ptrdiff_t  wide = (ptrdiff_t)s->heads * s->width, high = (ptrdiff_t)s->heads * s->values;
    const float     *weights = job->weights + at.weights;

    if (job->dv)
        product(s->keys, s->queries, s->values, weights, 1, s->keys, job->dy + at.y, high, job->dv + at.v, high);
    if (!job->dq && !job->dk)
        return;
    ISA(transpose)(s->keys, s->values, job->v + at.v, high, turned, s->keys, false);
    product(s->queries, s->values, s->keys, job->dy + at.y, high, 1, turned, s->keys, dweights, s->keys);
    ISA(softmax_backward)((size_t)s->queries, s->keys, sharpness(s), weights, dweights, dweights, false);
    if (job->dq)
        product(s->queries, s->keys, s->width, dweights, s->keys, 1, job->k + at.k, wide, job->dq + at.q, wide);
    if (job->dk)
        product(s->keys, s->queries, s->width, dweights, 1, s->keys, job->q + at.q, wide, job->dk + at.k, wide);
}

static void run_part(void *context, int part)
{
    const attention_job *job = context;
    attention_shape     *s = job->shape;
    const ptrdiff_t      pairs = (ptrdiff_t)s->n * s->heads;
    float               *turned = (float *)(void *)(job->scratch + (size_t)part * part_bytes(s));
    float               *dweights = (float *)(void *)((char *)turned + scratch_floats(longest(s) * s->keys));
    ptrdiff_t            pair;

    for (pair = pairs * part / job->parts; pair < pairs * (part + 1) / job->parts; pair++)
        if (job->dy)
            backward_head(job, head_at(s, pair), turned, dweights);
        else
            forward_head(job, head_at(s, pair), turned);
}

static void run(attention_job *job, mote_math_work work)
{
    attention_shape *s = job->shape;
    mote_pool       *pool =
        pool_if_worth(work.pool, (double)s->n * s->heads * s->queries * s->keys * ((double)s->width + s->values));

    job->scratch = work.scratch;
    job->parts = mote_pool_thread_count(pool);
    job->parts = job->parts < SHARDS_MAX ? job->parts : SHARDS_MAX;
    mote_pool_run(pool, run_part, job, job->parts);
}

void ISA(attention_forward)(attention_shape *s, const float *q, const float *k, const float *v, float *y, float *saved,
                            mote_math_work work)
{
    run(&(attention_job){.shape = s, .q = q, .k = k, .v = v, .y = y, .weights = saved}, work);
}

void ISA(attention_backward)(attention_shape *s, const float *q, const float *k, const float *v, const float *saved,
                             const float *dy, float *dq, float *dk, float *dv, mote_math_work work)
{
    run(&(attention_job){.shape = s,
                         .q = q,
                         .k = k,
                         .v = v,
                         .dy = dy,
                         .weights = (float *)(uintptr_t)saved, /* backward only reads them */
                         .dq = dq,
                         .dk = dk,
                         .dv = dv},
        work);
}
