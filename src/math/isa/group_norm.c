/* Normalization of each sample's values in groups: layer, group and RMS normalization. A group's values lie in as many runs
 * as there are positions. Sums go by vectors within a stretch of a run, stretches in double. Rows are cut into shards (a
 * number that depends on the shape only), each with sums of its own for gamma and beta, added in order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/kernels.h"

enum { STRETCH = 64 * LANES };

typedef struct group_norm_job {
    group_norm_shape *shape;
    int               shards;
    const float      *x, *gamma, *beta, *dy;
    float            *y, *mean, *inv_std; /* the last two [rows, groups] */
    float            *dx, *sums;          /* [shards, 2, groups width]: of dy xhat, of dy */
    bool              adds, wants_sums;
} group_norm_job;

INLINE ptrdiff_t channels_of(group_norm_shape *s)
{
    return (ptrdiff_t)s->groups * s->width;
}

static double work_of(group_norm_shape *s)
{
    return 8.0 * (double)s->rows * (double)s->positions * (double)channels_of(s);
}

static int shard_count(group_norm_shape *s)
{
    return work_of(s) < 1 << 20 ? 1 : s->rows < SHARDS_MAX ? (int)s->rows : SHARDS_MAX;
}

size_t ISA(group_norm_scratch)(group_norm_shape *s)
{
    return (size_t)shard_count(s) * 2 * scratch_floats(channels_of(s));
}

static void shard_rows(const group_norm_job *job, int shard, ptrdiff_t *begin, ptrdiff_t *end)
{
    *begin = (ptrdiff_t)(job->shape->rows * (size_t)shard / (size_t)job->shards);
    *end = (ptrdiff_t)(job->shape->rows * ((size_t)shard + 1) / (size_t)job->shards);
}

/* ---- sums over a group, x its first run ---- */

static double sum_group(group_norm_shape *s, const float *x)
{
    double total = 0;

    for (ptrdiff_t p = 0; p < s->positions; p++, x += channels_of(s))
        for (ptrdiff_t at = 0; at < s->width; at += STRETCH) {
            ptrdiff_t end = s->width < at + STRETCH ? s->width : at + STRETCH;
            vf        sum = set1(0);
            for (ptrdiff_t i = at; i < end; i += LANES)
                sum += load_up_to(x + i, end - i);
            total += sum_lanes_f64(sum);
        }
    return total;
}

static double sum_squared_group(group_norm_shape *s, const float *x, float mean)
{
    const vf center = set1(mean);
    double   total = 0;

    for (ptrdiff_t p = 0; p < s->positions; p++, x += channels_of(s))
        for (ptrdiff_t at = 0; at < s->width; at += STRETCH) {
            ptrdiff_t end = s->width < at + STRETCH ? s->width : at + STRETCH, i = at;
            vf        sum = set1(0);
            for (; i + LANES <= end; i += LANES) {
                vf gap = load(x + i) - center;
                sum = fma_(gap, gap, sum);
            }
            total += sum_lanes_f64(sum);
            for (; i < end; i++)
                total += (double)(x[i] - mean) * (double)(x[i] - mean);
        }
    return total;
}

/* ---- forward ---- */

static void normalize_group(const group_norm_job *job, ptrdiff_t row, ptrdiff_t group)
{
    group_norm_shape *s = job->shape;
    const ptrdiff_t   channels = channels_of(s), first = row * s->positions * channels + group * s->width;
    const double      count = (double)s->positions * s->width;
    const float       mean = s->is_centered ? (float)(sum_group(s, job->x + first) / count) : 0;
    const float       variance = (float)(sum_squared_group(s, job->x + first, mean) / count);
    const float       inv_std = 1.0f / __builtin_sqrtf(variance + s->epsilon);
    const float      *gamma = job->gamma ? job->gamma + group * s->width : NULL;
    const float      *beta = job->beta ? job->beta + group * s->width : NULL;

    if (job->mean) {
        job->mean[row * s->groups + group] = mean;
        job->inv_std[row * s->groups + group] = inv_std;
    }
    for (ptrdiff_t p = 0; p < s->positions; p++) {
        const float *x = job->x + first + p * channels;
        float       *y = job->y + first + p * channels;
        for (ptrdiff_t i = 0, lanes = s->width; lanes > 0; i += LANES, lanes -= LANES) {
            vf factor = gamma ? load_up_to(gamma + i, lanes) * inv_std : set1(inv_std);
            store_up_to(y + i, fma_(load_up_to(x + i, lanes) - mean, factor, beta ? load_up_to(beta + i, lanes) : set1(0)),
                        lanes);
        }
    }
}

static void forward_shard(void *context, int shard)
{
    const group_norm_job *job = context;
    ptrdiff_t             row, end;

    for (shard_rows(job, shard, &row, &end); row < end; row++)
        for (ptrdiff_t group = 0; group < job->shape->groups; group++)
            normalize_group(job, row, group);
}

void ISA(group_norm_forward)(group_norm_shape *s, const float *x, const float *gamma, const float *beta, float *y,
                             float *mean, float *inv_std, mote_math_work work)
{
    group_norm_job job = {.shape = s,
                          .shards = shard_count(s),
                          .x = x,
                          .gamma = gamma,
                          .beta = beta,
                          .y = y,
                          .mean = mean,
                          .inv_std = inv_std};

    mote_pool_run(pool_if_worth(work.pool, work_of(s)), forward_shard, &job, job.shards);
}

/* ---- backward ----
 * With d = dy gamma, m the mean over the group:  dx = inv_std (d - m(d) - xhat m(d xhat)); m(d) is left out where the mean
 * counts as 0. */

typedef struct group_sums {
    double d, d_xhat;
} group_sums;

/* The group's sums; adds what gamma and beta get to sums, where they are wanted. */
static group_sums sum_gradients(const group_norm_job *job, ptrdiff_t row, ptrdiff_t group, float *sums)
{
    group_norm_shape *s = job->shape;
    const ptrdiff_t   channels = channels_of(s), first = row * s->positions * channels + group * s->width;
    const float       mean = job->mean[row * s->groups + group], inv_std = job->inv_std[row * s->groups + group];
    float            *dgamma = sums + group * s->width, *dbeta = dgamma + scratch_floats(channels) / sizeof(float);
    group_sums        total = {0, 0};

    for (ptrdiff_t p = 0; p < s->positions; p++)
        for (ptrdiff_t at = 0; at < s->width; at += STRETCH) {
            ptrdiff_t    end = s->width < at + STRETCH ? s->width : at + STRETCH;
            const float *x = job->x + first + p * channels, *dy = job->dy + first + p * channels;
            vf           d_sum = set1(0), d_xhat_sum = set1(0);
            for (ptrdiff_t i = at; i < end; i += LANES) {
                vf g = load_up_to(dy + i, end - i), xhat = (load_up_to(x + i, end - i) - mean) * inv_std;
                vf d = job->gamma ? g * load_up_to(job->gamma + group * s->width + i, end - i) : g;
                d_sum += d;
                d_xhat_sum = fma_(d, xhat, d_xhat_sum);
                if (job->wants_sums) {
                    store_up_to(dgamma + i, fma_(g, xhat, load_up_to(dgamma + i, end - i)), end - i);
                    store_up_to(dbeta + i, g + load_up_to(dbeta + i, end - i), end - i);
                }
            }
            total.d += sum_lanes_f64(d_sum);
            total.d_xhat += sum_lanes_f64(d_xhat_sum);
        }
    return total;
}

static void spread_gradients(const group_norm_job *job, ptrdiff_t row, ptrdiff_t group, group_sums sums)
{
    group_norm_shape *s = job->shape;
    const ptrdiff_t   channels = channels_of(s), first = row * s->positions * channels + group * s->width;
    const float       mean = job->mean[row * s->groups + group], inv_std = job->inv_std[row * s->groups + group];
    const double      count = (double)s->positions * s->width;
    const float       d_mean = s->is_centered ? (float)(sums.d / count) : 0, d_xhat_mean = (float)(sums.d_xhat / count);

    for (ptrdiff_t p = 0; p < s->positions; p++) {
        const float *x = job->x + first + p * channels, *dy = job->dy + first + p * channels;
        float       *dx = job->dx + first + p * channels;
        for (ptrdiff_t i = 0, lanes = s->width; lanes > 0; i += LANES, lanes -= LANES) {
            vf xhat = (load_up_to(x + i, lanes) - mean) * inv_std, d = load_up_to(dy + i, lanes), value;
            if (job->gamma)
                d *= load_up_to(job->gamma + group * s->width + i, lanes);
            value = (d - d_mean - xhat * d_xhat_mean) * inv_std;
            store_up_to(dx + i, job->adds ? load_up_to(dx + i, lanes) + value : value, lanes);
        }
    }
}

static void backward_shard(void *context, int shard)
{
    const group_norm_job *job = context;
    const size_t          part = scratch_floats(channels_of(job->shape)) / sizeof(float);
    float                *sums = job->sums + (size_t)shard * 2 * part;
    ptrdiff_t             row, end;

    memset(sums, 0, 2 * part * sizeof *sums);
    for (shard_rows(job, shard, &row, &end); row < end; row++)
        for (ptrdiff_t group = 0; group < job->shape->groups; group++) {
            const group_sums total = sum_gradients(job, row, group, sums);
            if (job->dx)
                spread_gradients(job, row, group, total);
        }
}

void ISA(group_norm_backward)(group_norm_shape *s, const float *x, const float *gamma, const float *mean,
                              const float *inv_std, const float *dy, float *dx, bool adds, float *dgamma, float *dbeta,
                              mote_math_work work)
{
    const size_t   part = scratch_floats(channels_of(s)) / sizeof(float);
    group_norm_job job = {.shape = s,
                          .shards = shard_count(s),
                          .x = x,
                          .gamma = gamma,
                          .mean = (float *)(uintptr_t)mean,
                          .inv_std = (float *)(uintptr_t)inv_std,
                          .dy = dy,
                          .dx = dx,
                          .adds = adds,
                          .sums = work.scratch,
                          .wants_sums = dgamma || dbeta};

    mote_pool_run(pool_if_worth(work.pool, work_of(s)), backward_shard, &job, job.shards);
    for (int shard = 0; shard < job.shards; shard++) {
        const float *sums = job.sums + (size_t)shard * 2 * part;
        if (dgamma)
            ISA(axpy)((size_t)channels_of(s), 1, sums, dgamma);
        if (dbeta)
            ISA(axpy)((size_t)channels_of(s), 1, sums + part, dbeta);
    }
}
