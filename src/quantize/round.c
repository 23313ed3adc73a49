/* Rounding weights to what a layer answers. To the nearest integer each weight has the least error, but a layer adds
 * products up: with x what a channel reads (a window's inputs), d the errors of its weights, the error of its sums is
 *
 *     mean of (d . x)^2 = d' G d,    G = mean of x x'      (of x minus its mean, where a bias takes the mean back)
 *
 * and there the errors of inputs that go together can undo each other. As in AdaRound each weight becomes one of the two
 * integers beside it; which, is found without gradients:
 *
 *     G = U' U, U upper triangular. From the last weight to the first, each is rounded with what those behind it have left
 *     over (Babai's nearest plane, which is what GPTQ does, too), weights of the largest inputs first, as the others can
 *     make good for them. Then single weights are turned over as long as that helps, from there and from the nearest
 *     integers; the better of the two is taken, so that it never is worse than the nearest.
 *
 * G is of few samples, so it is drawn towards its diagonal, by as much as its size and their number say (the oracle
 * approximating shrinkage, on correlations): where nothing is known, the nearest integer it is. Blocks of at most BLOCK
 * weights are rounded apart, which bounds the time. All sums have an order of their own: the same bytes for any number of
 * threads.
 *
 * With four bits the largest weight of a channel makes all others coarse: the scale is tried a few per cent smaller, too.
 *
 * Sources: Nagel et al. 2020 (arXiv:2004.10568); Frantar et al. 2022 (arXiv:2210.17323); Chen et al. 2010
 * (arXiv:0907.4698). SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "math/math.h"
#include "quantize/refine.h"

enum { BLOCK = 1024, SWEEPS = 8, SCALES = 11 };

/* Weights first .. first + count - 1 of the channels of a group. */
typedef struct block {
    int32_t  group, first, count;
    float   *gram;  /* [count, count] */
    int32_t *order; /* [count]: from the smallest inputs to the largest */
    double  *upper; /* [count, count]: U, in that order */
    void    *scratch;
} block;

typedef struct rounding {
    mote_refining   *r;
    const mote_math *math;
    block            block;
    double          *cost; /* [channels, SCALES]: of the nearest integers, in each scale that is tried */
} rounding;

/* ---- what inputs go together ---- */

static float *seen_of(const mote_refining *r, int32_t group, int32_t tap)
{
    return r->seen + ((size_t)group * (size_t)r->layer.taps + (size_t)tap) * r->seen_count;
}

static void take_means_off(mote_refining *r)
{
    const size_t rows = (size_t)r->layer.groups * (size_t)r->layer.taps;
    size_t       row, i;

    for (row = 0; row < rows; row++) {
        float *x = r->seen + row * r->seen_count;
        double mean = 0;
        for (i = 0; i < r->seen_count; i++)
            mean += (double)x[i];
        mean /= (double)r->seen_count;
        for (i = 0; i < r->seen_count; i++)
            x[i] = (float)((double)x[i] - mean);
    }
}

/* How far correlations of p numbers, estimated from n samples, are to be drawn to 0. squares: the sum of theirs. */
static double shrinkage(double squares, double p, double n)
{
    const double above = (1 - 2 / p) * squares + p * p, below = (n + 1 - 2 / p) * (squares - p);

    return below > above ? above / below : 1;
}

static void shrink(const block *b, size_t sample_count)
{
    const size_t count = (size_t)b->count;
    double       squares = 0, trace = 0, known = 0, keep;
    size_t       i, k;

    for (i = 0; i < count; i++) {
        trace += (double)b->gram[i * count + i];
        known += b->gram[i * count + i] > 0;
        for (k = 0; k < count; k++) {
            const double g = (double)b->gram[i * count + k],
                         size = (double)b->gram[i * count + i] * (double)b->gram[k * count + k];
            squares += size > 0 ? g * g / size : 0;
        }
    }
    keep = known > 1 ? 1 - shrinkage(squares, known, (double)sample_count) : 1;
    for (i = 0; i < count; i++)
        for (k = 0; k < count; k++)
            b->gram[i * count + k] *= i == k ? 1.0f : (float)keep;
    for (i = 0; i < count; i++) /* what is 0 in all samples may be something else in others */
        b->gram[i * count + i] += (float)(1e-4 * trace / (double)count + 1e-30);
}

static void find_gram(const rounding *work)
{
    const block          *b = &work->block;
    const mote_refining  *r = work->r;
    const mote_math_dense shape = {.rows = b->count, .in = (int32_t)r->seen_count, .out = b->count};
    const float          *x = seen_of(r, b->group, b->first);
    const size_t          cells = (size_t)b->count * (size_t)b->count;

    work->math->dense_forward(&shape, x, x, NULL, b->gram, (mote_math_work){r->pool, b->scratch});
    work->math->scale(cells, 1.0f / (float)r->seen_count, b->gram, b->gram);
    shrink(b, r->seen_count);
}

/* ---- one channel ---- */

/* Of a channel, in the block: its weights in steps, the integers beside them, and which of the two is taken. */
typedef struct channel_part {
    double  step; /* the scale */
    double  steps[BLOCK];
    int8_t  low[BLOCK], high[BLOCK], taken[BLOCK];
    double  product[BLOCK]; /* G d, d the errors in steps */
    int32_t count;
} channel_part;

static size_t weight_at(const mote_weighted *layer, int32_t c, int32_t k)
{
    return (size_t)c * layer->channel_step + (size_t)k * layer->tap_step;
}

static int8_t within(double value, int32_t limit)
{
    return (int8_t)(value < -limit ? -limit : value > limit ? limit : value);
}

static void open_column(const rounding *work, int32_t c, double scale, channel_part *column)
{
    const mote_refining *r = work->r;
    int32_t              k;

    column->step = scale;
    column->count = work->block.count;
    for (k = 0; k < column->count; k++) {
        const double steps = (double)r->w[weight_at(&r->layer, c, work->block.first + k)] / scale;
        column->steps[k] = steps;
        column->low[k] = within(floor(steps), r->limit);
        column->high[k] = within(floor(steps) + 1, r->limit);
    }
}

static void take_nearest(channel_part *column, int32_t limit)
{
    int32_t k;

    for (k = 0; k < column->count; k++)
        column->taken[k] = within(round(column->steps[k]), limit);
}

static double error_of(const channel_part *column, int32_t k)
{
    return (double)column->taken[k] - column->steps[k];
}

/* Rounds with what those behind have left over. */
static void take_in_turn(const block *b, channel_part *column)
{
    const int32_t count = b->count;
    double        error[BLOCK];
    int32_t       i, j;

    for (i = count - 1; i >= 0; i--) {
        const double *row = b->upper + (size_t)i * (size_t)count;
        const int32_t k = b->order[i];
        double        over = 0, wanted;
        for (j = i + 1; j < count; j++)
            over += row[j] * error[j];
        wanted = column->steps[k] - over / row[i];
        column->taken[k] = wanted - column->low[k] > column->high[k] - wanted ? column->high[k] : column->low[k];
        error[i] = error_of(column, k);
    }
}

/* d' G d */
static double multiply(const block *b, channel_part *column)
{
    const size_t count = (size_t)b->count;
    double       cost = 0;
    size_t       i, k;

    memset(column->product, 0, count * sizeof *column->product);
    for (i = 0; i < count; i++) {
        const double error = error_of(column, (int32_t)i);
        const float *row = b->gram + i * count;
        for (k = 0; k < count; k++)
            column->product[k] += error * (double)row[k];
    }
    for (i = 0; i < count; i++)
        cost += error_of(column, (int32_t)i) * column->product[i];
    return cost;
}

static bool turn_over(const block *b, channel_part *column, int32_t k, double *cost)
{
    const size_t count = (size_t)b->count;
    const float *row = b->gram + (size_t)k * count;
    const int8_t other = column->taken[k] == column->low[k] ? column->high[k] : column->low[k];
    const double change = (double)other - (double)column->taken[k];
    const double gain = -change * (2 * column->product[k] + change * (double)row[k]);
    size_t       i;

    if (!(gain > 1e-9 * *cost))
        return false;
    column->taken[k] = other;
    *cost -= gain;
    for (i = 0; i < count; i++)
        column->product[i] += change * (double)row[i];
    return true;
}

/* What turning single weights over comes to. */
static double improve(const block *b, channel_part *column)
{
    double  cost = multiply(b, column);
    int32_t sweep, i;
    bool    has_changed = true;

    for (sweep = 0; has_changed && sweep < SWEEPS; sweep++)
        for (has_changed = false, i = b->count - 1; i >= 0; i--)
            has_changed |= turn_over(b, column, b->order[i], &cost);
    return cost;
}

static double scale_of(const mote_refining *r, int32_t c)
{
    return (double)r->quant->scale[r->quant->count > 1 ? c : 0];
}

static void round_channel(void *context, int task)
{
    const rounding *work = context;
    mote_refining  *r = work->r;
    const int32_t   c = work->block.group * mote_weighted_shares(&r->layer) + task;
    channel_part    nearest, turned, *best;
    int32_t         k;

    open_column(work, c, scale_of(r, c), &nearest);
    turned = nearest;
    take_nearest(&nearest, r->limit);
    take_in_turn(&work->block, &turned);
    best = improve(&work->block, &turned) < improve(&work->block, &nearest) ? &turned : &nearest;
    for (k = 0; k < work->block.count; k++)
        r->q[weight_at(&r->layer, c, work->block.first + k)] = best->taken[k];
}

/* ---- a block ---- */

typedef struct sized {
    float   size;
    int32_t index;
} sized;

static int by_size(const void *a, const void *b)
{
    const sized *x = a, *y = b;

    if (x->size < y->size || x->size > y->size)
        return x->size < y->size ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static void find_order(const block *b)
{
    sized   all[BLOCK];
    int32_t i;

    for (i = 0; i < b->count; i++)
        all[i] = (sized){b->gram[(size_t)i * (size_t)b->count + (size_t)i], i};
    qsort(all, (size_t)b->count, sizeof *all, by_size);
    for (i = 0; i < b->count; i++)
        b->order[i] = all[i].index;
}

/* Cholesky's. The shrunk matrix is positive definite; what float rounding leaves of that is bounded from below. */
static void factor(const block *b)
{
    const size_t count = (size_t)b->count;
    double      *u = b->upper;
    size_t       i, j, k;

    for (i = 0; i < count; i++)
        for (j = i; j < count; j++)
            u[i * count + j] = (double)b->gram[(size_t)b->order[i] * count + (size_t)b->order[j]];
    for (k = 0; k < count; k++) {
        double      *row = u + k * count;
        const double least = 1e-7 * (double)b->gram[(size_t)b->order[k] * count + (size_t)b->order[k]],
                     root = sqrt(row[k] > least ? row[k] : least);
        row[k] = root;
        for (j = k + 1; j < count; j++)
            row[j] /= root;
        for (i = k + 1; i < count; i++)
            for (j = i; j < count; j++)
                u[i * count + j] -= row[i] * row[j];
    }
}

static void round_block(rounding *work)
{
    find_gram(work);
    find_order(&work->block);
    factor(&work->block);
    mote_pool_run(work->r->pool, round_channel, work, mote_weighted_shares(&work->r->layer));
}

/* Calls of all blocks of all groups. */
static void for_blocks(rounding *work, void (*call)(rounding *))
{
    const mote_weighted *layer = &work->r->layer;
    block               *b = &work->block;

    for (b->group = 0; b->group < layer->groups; b->group++)
        for (b->first = 0; b->first < layer->taps; b->first += BLOCK) {
            b->count = layer->taps - b->first < BLOCK ? layer->taps - b->first : BLOCK;
            call(work);
        }
}

/* ---- smaller scales ---- */

static double tried(int32_t i)
{
    return 1 - 0.05 * i;
}

static void try_channel(void *context, int task)
{
    const rounding *work = context;
    mote_refining  *r = work->r;
    const int32_t   c = work->block.group * mote_weighted_shares(&r->layer) + task;
    channel_part    column;
    int32_t         i;

    for (i = 0; i < SCALES; i++) {
        const double scale = scale_of(r, c) * tried(i);
        open_column(work, c, scale, &column);
        take_nearest(&column, r->limit);
        work->cost[c * SCALES + i] += multiply(&work->block, &column) * scale * scale;
    }
}

static void try_block(rounding *work)
{
    find_gram(work);
    mote_pool_run(work->r->pool, try_channel, work, mote_weighted_shares(&work->r->layer));
}

/* The bias has to fit in these steps. */
static bool is_fine_enough(const mote_refining *r, int32_t c, double scale)
{
    return !r->bias || fabs((double)r->bias[c]) <= r->scheme->bias_limit * scale * r->in_scale;
}

static void choose_scale(rounding *work, int32_t slot, int32_t first, int32_t end)
{
    float  *scale = &work->r->quant->scale[slot];
    double  best = INFINITY;
    int32_t i, c, chosen = 0;

    for (i = 0; i < SCALES; i++) {
        double sum = 0;
        for (c = first; c < end; c++)
            sum += is_fine_enough(work->r, c, (double)*scale * tried(i)) ? work->cost[c * SCALES + i] : INFINITY;
        if (sum < best) {
            best = sum;
            chosen = i;
        }
    }
    *scale = (float)((double)*scale * tried(chosen));
}

static mote_status choose_scales(rounding *work, mote_arena *arena, mote_error *err)
{
    const mote_refining *r = work->r;
    int32_t              c;

    work->cost = MOTE_NEW(arena, double, (size_t)r->layer.channels *SCALES, err);
    if (!work->cost)
        return err->code;
    for_blocks(work, try_block);
    if (r->quant->count == 1)
        choose_scale(work, 0, 0, r->layer.channels);
    for (c = 0; r->quant->count > 1 && c < r->layer.channels; c++)
        choose_scale(work, c, c, c + 1);
    return MOTE_OK;
}

/* ---- the layer ---- */

mote_status mote_round_weights(mote_refining *r, bool is_centered, mote_error *err)
{
    enum { COARSE = 7 }; /* the limit of four bits */
    const int32_t         most = r->layer.taps < BLOCK ? r->layer.taps : BLOCK;
    const size_t          cells = (size_t)most * (size_t)most;
    const mote_math_dense largest = {.rows = most, .in = (int32_t)r->seen_count, .out = most};
    mote_arena            arena = {0};
    rounding              work = {.r = r, .math = mote_math_select(NULL)};

    work.block.gram = MOTE_NEW(&arena, float, cells, err);
    work.block.upper = MOTE_NEW(&arena, double, cells, err);
    work.block.order = MOTE_NEW(&arena, int32_t, most, err);
    work.block.scratch = mote_arena_alloc(&arena, work.math->dense_scratch(&largest) + 64, 1, err);
    if (err->code == MOTE_OK) {
        if (is_centered)
            take_means_off(r);
        if (r->limit > COARSE || choose_scales(&work, &arena, err) == MOTE_OK)
            for_blocks(&work, round_block);
    }
    mote_arena_destroy(&arena);
    return err->code;
}
