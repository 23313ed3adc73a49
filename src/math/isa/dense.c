/* Fully connected layers. Backward walks blocks of rows, so that what it reads stays in cache for all three gradients; long
 * batches (a 1x1 convolution is one) are cut into shards with their own dw and db, summed in order. Of a short batch's
 * gradients each thread has rows of its own, so that no sum is cut.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/dense_sparse.h"
#include "math/isa/gemm.h"
#include "math/isa/sparse.h"

enum { BLOCK_ROWS = 256, DOT_OUTPUTS = 4 /* so few outputs are dot products along the input */ };

typedef struct dense_job {
    dense_shape    *shape;
    const float    *x, *w, *b;
    float          *y;
    const float    *transposed; /* w^T [in, out] */
    mote_math_grads grads;
    char           *scratch;  /* of shards; of lists, forward */
    float          *partials; /* [shards, out * in + out]; NULL: one shard adds into dw and db itself */
    mote_pool      *pool;
    int             shards;
    int             parts;
} dense_job;

INLINE double multiply_adds(dense_shape *s)
{
    return (double)s->rows * s->in * s->out;
}

static int shard_count(dense_shape *s)
{
    return s->rows >= SHARDS_MAX * BLOCK_ROWS && 2 * multiply_adds(s) >= WORK_WORTH_SHARDS ? SHARDS_MAX : 1;
}

INLINE ptrdiff_t weights_of(dense_shape *s)
{
    return (ptrdiff_t)s->in * s->out;
}

INLINE ptrdiff_t block_rows(dense_shape *s)
{
    return s->rows < BLOCK_ROWS ? s->rows : BLOCK_ROWS;
}

/* Forward needs w^T and lists; backward, for each shard, a block's masked gradient and what lists need; the shards' sums. */
static size_t shard_bytes(dense_shape *s)
{
    size_t lists = ISA(dense_may_be_sparse)(s) ? ISA(dense_sparse_weights_bytes)(s, block_rows(s)) : 0;

    return scratch_floats(block_rows(s) * s->out) + lists;
}

size_t ISA(dense_scratch)(dense_shape *s)
{
    int    shards = shard_count(s);
    size_t forward = scratch_floats(weights_of(s)), backward = (size_t)shards * shard_bytes(s);

    if (ISA(dense_may_be_sparse)(s))
        forward += SHARDS_MAX * ISA(dense_list_bytes)(s->in);
    if (shards > 1)
        backward += (size_t)shards * scratch_floats(weights_of(s) + s->out);
    return forward > backward ? forward : backward;
}

/* Whether fewer than a third are not zero; of many rows, every fourth is asked. */
static bool is_sparse(dense_shape *s, ptrdiff_t rows, const float *x)
{
    ptrdiff_t step = rows >= 16 ? 4 : 1, asked = 0, found = 0;

    if (!ISA(dense_may_be_sparse)(s))
        return false;
    for (ptrdiff_t row = 0; row < rows; row += step, asked += s->in)
        found += ISA(count_nonzero)(s->in, x + row * s->in);
    return 3 * found < asked;
}

static ptrdiff_t part_begin(ptrdiff_t rows, int part, int parts)
{
    return rows * part / parts;
}

static void forward_part(void *context, int part)
{
    const dense_job *job = context;
    dense_shape     *s = job->shape;
    ptrdiff_t        begin = part_begin(s->rows, part, job->parts), end = part_begin(s->rows, part + 1, job->parts);

    ISA(gemm)
    (&(gemm_job){.rows = end - begin,
                 .columns = s->out,
                 .segments = 1,
                 .length = s->in,
                 .a = job->x + begin * s->in,
                 .b = job->transposed,
                 .a_row = s->in,
                 .a_k = 1,
                 .b_k = s->out,
                 .c = job->y + begin * s->out,
                 .c_row = s->out,
                 .bias = job->b,
                 .activation = s->activation});
}

static void forward_sparse_part(void *context, int part)
{
    const dense_job *job = context;
    dense_shape     *s = job->shape;
    ptrdiff_t        begin = part_begin(s->rows, part, job->parts), end = part_begin(s->rows, part + 1, job->parts);

    ISA(dense_sparse_forward)
    (s, end - begin, job->x + begin * s->in, job->transposed, job->b, job->y + begin * s->out,
     job->scratch + (size_t)part * ISA(dense_list_bytes)(s->in));
}

static void forward_dots(dense_shape *s, const float *x, const float *w, const float *b, float *y)
{
    ptrdiff_t row, o;

    for (row = 0; row < s->rows; row++, x += s->in)
        for (o = 0; o < s->out; o++, y++) {
            vf total = set1(0);
            for (ptrdiff_t i = 0, lanes = s->in; lanes > 0; i += LANES, lanes -= LANES)
                total = fma_(load_up_to(x + i, lanes), load_up_to(w + o * s->in + i, lanes), total);
            store_part(y, apply_activation(set1(sum_lanes(total) + (b ? b[o] : 0)), s->activation), 1);
        }
}

void ISA(dense_forward)(dense_shape *s, const float *x, const float *w, const float *b, float *y, mote_math_work work)
{
    mote_pool *pool = pool_if_worth(work.pool, multiply_adds(s));
    dense_job  job = {.shape = s, .x = x, .b = b, .y = y, .transposed = w};

    if (s->out <= DOT_OUTPUTS && s->in > 1) {
        forward_dots(s, x, w, b, y);
        return;
    }
    if (s->in > 1) {
        ISA(transpose)(s->out, s->in, w, s->in, work.scratch, s->out, false);
        job.transposed = work.scratch;
    }
    job.parts = mote_pool_thread_count(pool);
    if (s->in > 1 && is_sparse(s, s->rows, x)) {
        job.scratch = (char *)work.scratch + scratch_floats(weights_of(s));
        job.parts = job.parts < SHARDS_MAX ? job.parts : SHARDS_MAX;
        mote_pool_run(pool, forward_sparse_part, &job, job.parts);
        return;
    }
    mote_pool_run(pool, forward_part, &job, job.parts);
}

/* A block of rows, and which outputs and which rows of it are somebody's. */
typedef struct dense_block {
    dense_shape *s;
    ptrdiff_t    rows;
    const float *g, *x, *w; /* [rows, out], [rows, in], [out, in] */
    float       *dw, *dx;   /* NULL: not wanted */
    bool         dx_adds;
    int          parts;
} dense_block;

/* dw += g^T x, of outputs first to end. */
static void add_weight_gradient(const dense_block *block, ptrdiff_t first, ptrdiff_t end)
{
    dense_shape *s = block->s;
    const float *g = block->g + first;
    gemm_job     job = {.rows = end - first,
                        .columns = s->in,
                        .segments = 1,
                        .length = block->rows,
                        .a = g,
                        .b = block->x,
                        .a_row = 1,
                        .a_k = s->out,
                        .b_k = s->in,
                        .c = block->dw + first * s->in,
                        .c_row = s->in,
                        .adds = true};

    if (s->in == 1) { /* one column: dw is a row of outputs then */
        job.rows = 1;
        job.columns = end - first;
        job.a = block->x;
        job.b = g;
        job.a_k = 1;
        job.b_k = s->out;
    }
    ISA(gemm)(&job);
}

/* dx = g w, or += , of rows first to end. */
static void input_gradient(const dense_block *block, ptrdiff_t first, ptrdiff_t end)
{
    dense_shape *s = block->s;

    ISA(gemm)
    (&(gemm_job){.rows = end - first,
                 .columns = s->in,
                 .segments = 1,
                 .length = s->out,
                 .a = block->g + first * s->out,
                 .b = block->w,
                 .a_row = s->out,
                 .a_k = 1,
                 .b_k = s->in,
                 .c = block->dx + first * s->in,
                 .c_row = s->in,
                 .adds = block->dx_adds});
}

static void backward_part(void *context, int part)
{
    const dense_block *block = context;
    dense_shape       *s = block->s;

    if (block->dw)
        add_weight_gradient(block, part_begin(s->out, part, block->parts), part_begin(s->out, part + 1, block->parts));
    if (block->dx)
        input_gradient(block, part_begin(block->rows, part, block->parts), part_begin(block->rows, part + 1, block->parts));
}

/* pool: NULL within a shard. scratch: of dense_sparse_weights. */
static void backward_block(dense_block *block, mote_pool *pool, void *scratch)
{
    dense_shape *s = block->s;

    if (block->dw && block->rows >= LANES && is_sparse(s, block->rows, block->x)) {
        ISA(dense_sparse_weights)(s, block->rows, block->g, block->x, block->dw, scratch);
        block->dw = NULL;
    }
    pool = pool_if_worth(pool, 2 * (double)block->rows * s->in * s->out);
    block->parts = mote_pool_thread_count(pool);
    mote_pool_run(pool, backward_part, block, block->parts);
}

static void backward_shard(void *context, int shard)
{
    const dense_job       *job = context;
    dense_shape           *s = job->shape;
    const mote_math_grads *grads = &job->grads;
    ptrdiff_t              rows = block_rows(s);
    ptrdiff_t   begin = part_begin(s->rows, shard, job->shards), end = part_begin(s->rows, shard + 1, job->shards);
    char       *scratch = job->scratch + (size_t)shard * shard_bytes(s);
    dense_block block = {.s = s, .w = grads->w, .dx_adds = grads->dx_adds};
    float      *masked = (float *)(void *)scratch;
    float      *dw = grads->dw, *db = grads->db;

    if (job->partials) {
        size_t bytes = scratch_floats(weights_of(s) + s->out);
        float *own = (float *)(void *)((char *)job->partials + (size_t)shard * bytes);
        memset(own, 0, bytes);
        dw = dw ? own : NULL;
        db = db ? own + weights_of(s) : NULL;
    }
    for (; begin < end; begin += rows) {
        ptrdiff_t    n = end - begin < rows ? end - begin : rows;
        const float *g = grads->dy + begin * s->out;
        if (s->activation != MOTE_MATH_LINEAR) {
            ISA(activation_backward)((size_t)(n * s->out), s->activation, grads->y + begin * s->out, g, masked, false);
            g = masked;
        }
        if (db)
            ISA(bias_grad)((size_t)n, s->out, g, db);
        block.rows = n;
        block.g = g;
        block.x = grads->x + begin * s->in;
        block.dw = dw;
        block.dx = grads->dx ? grads->dx + begin * s->in : NULL;
        backward_block(&block, job->shards == 1 ? job->pool : NULL, scratch + scratch_floats(rows * s->out));
    }
}

void ISA(dense_backward)(dense_shape *s, grads_in *grads, mote_math_work work)
{
    dense_job job = {.shape = s, .grads = *grads, .scratch = work.scratch, .pool = work.pool, .shards = shard_count(s)};

    if (job.shards == 1) {
        backward_shard(&job, 0);
        return;
    }
    job.partials = (float *)(void *)((char *)work.scratch + (size_t)job.shards * shard_bytes(s));
    mote_pool_run(pool_if_worth(work.pool, 2 * multiply_adds(s)), backward_shard, &job, job.shards);
    for (int shard = 0; shard < job.shards; shard++) {
        const float *own =
            (const float *)(const void *)((char *)job.partials + (size_t)shard * scratch_floats(weights_of(s) + s->out));
        if (grads->dw)
            ISA(axpy)((size_t)weights_of(s), 1, own, grads->dw);
        if (grads->db)
            ISA(axpy)((size_t)s->out, 1, own + weights_of(s), grads->db);
    }
}
