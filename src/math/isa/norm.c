/* Batch normalization over the last axis. Rows are cut into shards (a number that depends on the shape only), shards into
 * blocks that stay in the first-level cache: a block's mean and squared distances are summed in float there, and blocks are
 * merged in double (Chan, Golub and LeVeque 1979), so that neither long sums nor a large mean cost digits.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/kernels.h"

enum { BLOCK_ROWS = 64 };

typedef struct norm_job {
    norm_shape  *shape;
    int          shards;
    double      *first, *second; /* [shards, channels]: mean and squared distances; or sums of dy and of dy * xhat */
    const float *x, *gamma, *beta, *mean, *inv_std, *dy;
    const float *factor, *offset, *slope; /* per channel */
    float       *y;
    bool         adds;
} norm_job;

static int shard_count(norm_shape *shape)
{
    double elements = (double)shape->rows * shape->channels;

    return elements < 65536 || shape->rows < SHARDS_MAX * BLOCK_ROWS ? 1 : SHARDS_MAX;
}

size_t ISA(batch_norm_scratch)(norm_shape *shape)
{
    size_t sums = ((size_t)shard_count(shape) + 1) * (size_t)shape->channels * sizeof(double);

    return 2 * ((sums + 63) / 64 * 64) + 3 * scratch_floats(shape->channels);
}

/* Cuts the scratch; *vectors is room for 3 vectors of channels. */
static void take_scratch(norm_job *job, void *scratch, float *vectors[3])
{
    size_t sums = ((size_t)job->shards + 1) * (size_t)job->shape->channels * sizeof(double);
    char  *at = scratch;

    sums = (sums + 63) / 64 * 64;
    job->first = (double *)(void *)at;
    job->second = (double *)(void *)(at + sums);
    at += 2 * sums;
    for (int i = 0; i < 3; i++, at += scratch_floats(job->shape->channels))
        vectors[i] = (float *)(void *)at;
}

static void shard_rows(const norm_job *job, int shard, size_t *begin, size_t *end)
{
    *begin = job->shape->rows * (size_t)shard / (size_t)job->shards;
    *end = job->shape->rows * ((size_t)shard + 1) / (size_t)job->shards;
}

static void run_shards(const norm_job *job, mote_pool *pool, mote_task task)
{
    double work = 8.0 * (double)job->shape->rows * job->shape->channels;

    mote_pool_run(pool_if_worth(pool, work), task, (void *)(uintptr_t)job, job->shards);
}

/* Merges n values of the given mean and squared distances into a total of `before` values. */
INLINE void merge(double *mean, double *squares, double before, double n, double other_mean, double other_squares)
{
    double gap = other_mean - *mean, whole = before + n;

    *squares += other_squares + gap * gap * (before * n / whole);
    *mean += gap * (n / whole);
}

static void shard_moments(void *context, int shard)
{
    const norm_job *job = context;
    ptrdiff_t       channels = job->shape->channels;
    double         *mean = job->first + shard * channels, *squares = job->second + shard * channels;
    size_t          start, stop, begin;

    shard_rows(job, shard, &start, &stop);
    for (ptrdiff_t c = 0; c < channels; c++)
        mean[c] = squares[c] = 0;
    for (begin = start; begin < stop; begin += BLOCK_ROWS) {
        ptrdiff_t    n = stop - begin < BLOCK_ROWS ? (ptrdiff_t)(stop - begin) : BLOCK_ROWS;
        const float *x = job->x + (ptrdiff_t)begin * channels;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            ptrdiff_t lanes = channels - c;
            vf        sum = set1(0), square = set1(0), center;
            for (ptrdiff_t r = 0; r < n; r++)
                sum += load_up_to(x + r * channels + c, lanes);
            center = sum / (float)n;
            for (ptrdiff_t r = 0; r < n; r++) {
                vf gap = load_up_to(x + r * channels + c, lanes) - center;
                square = fma_(gap, gap, square);
            }
            for (ptrdiff_t i = 0; i < LANES && i < lanes; i++)
                merge(&mean[c + i], &squares[c + i], (double)(begin - start), (double)n, (double)center[i],
                      (double)square[i]);
        }
    }
}

static void shard_affine(void *context, int shard)
{
    const norm_job *job = context;
    ptrdiff_t       channels = job->shape->channels;
    size_t          row, end;

    shard_rows(job, shard, &row, &end);
    for (; row < end; row++) {
        const float *x = job->x + (ptrdiff_t)row * channels;
        float       *y = job->y + (ptrdiff_t)row * channels;
        for (ptrdiff_t c = 0, lanes = channels; lanes > 0; c += LANES, lanes -= LANES)
            store_up_to(y + c,
                        fma_(load_up_to(x + c, lanes) - load_up_to(job->mean + c, lanes), load_up_to(job->factor + c, lanes),
                             load_up_to(job->offset + c, lanes)),
                        lanes);
    }
}

/* y = (x - mean) * factor + offset */
static void normalize(norm_job *job, const float *gamma, const float *beta, const float *inv_std, float *vectors[3],
                      mote_pool *pool)
{
    for (ptrdiff_t c = 0; c < job->shape->channels; c++) {
        vectors[0][c] = inv_std[c] * (gamma ? gamma[c] : 1.0f);
        vectors[1][c] = beta ? beta[c] : 0.0f;
    }
    job->factor = vectors[0];
    job->offset = vectors[1];
    run_shards(job, pool, shard_affine);
}

void ISA(batch_norm_train)(norm_shape *shape, const float *x, const float *gamma, const float *beta, float *y, float *mean,
                           float *variance, float *inv_std, mote_math_work work)
{
    norm_job  job = {.shape = shape, .shards = shard_count(shape), .x = x, .y = y};
    float    *vectors[3];
    ptrdiff_t channels = shape->channels;
    double   *total_mean, *total_squares;

    take_scratch(&job, work.scratch, vectors);
    run_shards(&job, work.pool, shard_moments);
    total_mean = job.first;
    total_squares = job.second;
    for (int shard = 1; shard < job.shards; shard++) {
        size_t begin, end;
        shard_rows(&job, shard, &begin, &end);
        for (ptrdiff_t c = 0; c < channels; c++)
            merge(&total_mean[c], &total_squares[c], (double)begin, (double)(end - begin), job.first[shard * channels + c],
                  job.second[shard * channels + c]);
    }
    for (ptrdiff_t c = 0; c < channels; c++) {
        double spread = total_squares[c] / (double)shape->rows;
        mean[c] = (float)total_mean[c];
        variance[c] = (float)spread;
        inv_std[c] = (float)(1.0 / __builtin_sqrt(spread + (double)shape->epsilon));
    }
    job.mean = mean;
    normalize(&job, gamma, beta, inv_std, vectors, work.pool);
}

void ISA(batch_norm_infer)(norm_shape *shape, const float *x, const float *gamma, const float *beta, float *y,
                           const float *mean, const float *variance, mote_math_work work)
{
    norm_job job = {.shape = shape, .shards = shard_count(shape), .x = x, .y = y, .mean = mean};
    float   *vectors[3];

    take_scratch(&job, work.scratch, vectors);
    for (ptrdiff_t c = 0; c < shape->channels; c++)
        vectors[2][c] = (float)(1.0 / __builtin_sqrt((double)variance[c] + (double)shape->epsilon));
    normalize(&job, gamma, beta, vectors[2], vectors, work.pool);
}

static void shard_gradient_sums(void *context, int shard)
{
    const norm_job *job = context;
    ptrdiff_t       channels = job->shape->channels;
    double         *sum_dy = job->first + shard * channels, *sum_product = job->second + shard * channels;
    size_t          begin, stop;

    shard_rows(job, shard, &begin, &stop);
    for (ptrdiff_t c = 0; c < channels; c++)
        sum_dy[c] = sum_product[c] = 0;
    for (; begin < stop; begin += BLOCK_ROWS) {
        ptrdiff_t    n = stop - begin < BLOCK_ROWS ? (ptrdiff_t)(stop - begin) : BLOCK_ROWS;
        const float *x = job->x + (ptrdiff_t)begin * channels, *dy = job->dy + (ptrdiff_t)begin * channels;
        for (ptrdiff_t c = 0; c < channels; c += LANES) {
            ptrdiff_t lanes = channels - c;
            vf        sum = set1(0), product = set1(0), center = load_up_to(job->mean + c, lanes);
            for (ptrdiff_t r = 0; r < n; r++) {
                vf g = load_up_to(dy + r * channels + c, lanes);
                sum += g;
                product = fma_(g, load_up_to(x + r * channels + c, lanes) - center, product);
            }
            for (ptrdiff_t i = 0; i < LANES && i < lanes; i++) {
                sum_dy[c + i] += (double)sum[i];
                sum_product[c + i] += (double)product[i] * (double)job->inv_std[c + i];
            }
        }
    }
}

/* dx = factor * dy - (x - mean) * slope - offset */
static void shard_gradient(void *context, int shard)
{
    const norm_job *job = context;
    ptrdiff_t       channels = job->shape->channels;
    size_t          row, end;

    shard_rows(job, shard, &row, &end);
    for (; row < end; row++) {
        const float *x = job->x + (ptrdiff_t)row * channels, *dy = job->dy + (ptrdiff_t)row * channels;
        float       *dx = job->y + (ptrdiff_t)row * channels;
        for (ptrdiff_t c = 0, lanes = channels; lanes > 0; c += LANES, lanes -= LANES) {
            vf gap = load_up_to(x + c, lanes) - load_up_to(job->mean + c, lanes);
            vf rest = fma_(gap, load_up_to(job->slope + c, lanes), load_up_to(job->offset + c, lanes));
            vf part = fma_(load_up_to(dy + c, lanes), load_up_to(job->factor + c, lanes), -rest);
            store_up_to(dx + c, job->adds ? load_up_to(dx + c, lanes) + part : part, lanes);
        }
    }
}

/* With xhat = (x - mean) inv_std and N rows:
 *   dbeta = sum dy, dgamma = sum dy xhat, dx = gamma inv_std (dy - dbeta / N - xhat dgamma / N) */
void ISA(batch_norm_backward)(norm_shape *shape, const float *x, const float *gamma, const float *mean, const float *inv_std,
                              const float *dy, float *dx, bool adds, float *dgamma, float *dbeta, mote_math_work work)
{
    norm_job  job = {.shape = shape,
                     .shards = shard_count(shape),
                     .x = x,
                     .mean = mean,
                     .inv_std = inv_std,
                     .dy = dy,
                     .y = dx,
                     .adds = adds};
    float    *vectors[3];
    ptrdiff_t channels = shape->channels;

    take_scratch(&job, work.scratch, vectors);
    run_shards(&job, work.pool, shard_gradient_sums);
    for (ptrdiff_t c = 0; c < channels; c++) {
        double sum_dy = 0, sum_product = 0, factor = (gamma ? (double)gamma[c] : 1.0) * (double)inv_std[c];
        for (int shard = 0; shard < job.shards; shard++) {
            sum_dy += job.first[shard * channels + c];
            sum_product += job.second[shard * channels + c];
        }
        if (dgamma)
            dgamma[c] += (float)sum_product;
        if (dbeta)
            dbeta[c] += (float)sum_dy;
        vectors[0][c] = (float)factor;
        vectors[1][c] = (float)(factor * sum_dy / (double)shape->rows);
        vectors[2][c] = (float)(factor * sum_product / (double)shape->rows * (double)inv_std[c]);
    }
    if (!dx)
        return;
    job.factor = vectors[0];
    job.offset = vectors[1];
    job.slope = vectors[2];
    run_shards(&job, work.pool, shard_gradient);
}
