/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/place.h"

#include <stdlib.h>
#include <string.h>

#include "plan/search.h"

/* Work of the search, for one height and for all; and pairs of blocks that first fit may look at before it tries another
 * order, or, where there are more than MANY blocks, gives up. A few nanoseconds each. */
enum { WORK_PER_HEIGHT = 400000, WORK_MAX = 2000000, FIT_PAIRS_MAX = 20000000, MANY = 10000 };

/* Blocks that have an offset, sorted by it: then one pass finds most fits. */
typedef struct placing_work {
    mote_placing *placing;
    mote_arena    scratch;
    mote_block  **order;  /* in which blocks are placed */
    int32_t      *placed; /* indices, by ascending offset */
    int32_t       placed_count;
    int64_t       pairs;        /* that first fit has looked at */
    size_t       *best, *tried; /* offsets of the best placing so far, of the search's */
} placing_work;

static size_t align_up(size_t x, size_t align)
{
    return (x + align - 1) / align * align;
}

static size_t size_max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ---- two blocks ---- */

static bool spans_meet(const mote_span *a, const mote_span *b)
{
    return a->first_step <= b->last_step && b->first_step <= a->last_step;
}

bool mote_blocks_meet(const mote_block *a, const mote_block *b)
{
    return a->first_step <= b->last_step && b->first_step <= a->last_step;
}

/* The most that block takes while other lives. */
static size_t bytes_beside(const mote_block *block, const mote_block *other)
{
    size_t  most = 0;
    int32_t i, k;

    if (block->span_count == 1)
        return block->bytes;
    for (i = 0; i < block->span_count; i++)
        for (k = 0; k < other->span_count; k++)
            if (spans_meet(&block->spans[i], &other->spans[k]))
                most = size_max(most, block->spans[i].bytes);
    return most;
}

size_t mote_block_gap(const mote_placing *placing, int32_t below, int32_t above)
{
    const mote_block *lower = &placing->blocks[below];
    size_t            gap;

    if (lower->span_count == 1 && lower->runs_over != above)
        return lower->padded_bytes;
    gap = bytes_beside(lower, &placing->blocks[above]);
    if (lower->runs_over == above && lower->distance < gap)
        gap = lower->distance;
    return align_up(gap, placing->align);
}

/* ---- the bound: what is live at one step ---- */

static size_t bytes_at(const mote_block *block, int32_t step)
{
    size_t  most = 0;
    int32_t i;

    for (i = 0; i < block->span_count; i++)
        if (block->spans[i].first_step <= step && step <= block->spans[i].last_step)
            most = size_max(most, block->spans[i].bytes);
    return most;
}

/* At one step all blocks but the highest are padded to the alignment. */
typedef struct live_blocks {
    size_t padded, most_padding;
} live_blocks;

static size_t padding_of(const mote_placing *placing, size_t bytes)
{
    return align_up(bytes, placing->align) - bytes;
}

/* What is live at each step, from -1 on; gathered from stretches of steps, however long, in one go each. */
typedef struct live_steps {
    const mote_placing *placing;
    live_blocks        *at;        /* [step + 1]; padded holds the change from the step before until all are added */
    mote_span          *stretches; /* over which a block takes so many bytes */
    int32_t             stretch_count;
} live_steps;

static void add_stretch(live_steps *live, int32_t first_step, int32_t last_step, size_t bytes)
{
    const size_t padded = align_up(bytes, live->placing->align);

    if (first_step > last_step)
        return;
    live->at[first_step + 1].padded += padded;
    live->at[last_step + 2].padded -= padded; /* may wrap on its way */
    live->stretches[live->stretch_count++] = (mote_span){padding_of(live->placing, bytes), first_step, last_step};
}

/* Where one span ends and the next begins the block takes the most of both. */
static void add_block_stretches(live_steps *live, const mote_block *block)
{
    int32_t i;

    for (i = 0; i < block->span_count; i++) {
        const mote_span *span = &block->spans[i], *next = i + 1 < block->span_count ? span + 1 : NULL;
        add_stretch(live, span->first_step + (i > 0), span->last_step - (next != NULL), span->bytes);
        if (next)
            add_stretch(live, span->last_step, span->last_step, size_max(span->bytes, next->bytes));
    }
}

static int by_falling_bytes(const void *a, const void *b)
{
    const mote_span *x = a, *y = b;

    return (x->bytes < y->bytes) - (x->bytes > y->bytes);
}

/* The step that no stretch has been laid over yet, at or behind s; next_free leads there, and is made to lead there at once.
 */
static int32_t find_free(int32_t *next_free, int32_t s)
{
    while (next_free[s] != s)
        s = next_free[s] = next_free[next_free[s]];
    return s;
}

/* The most padding goes first: it is the most of each step that it is laid over. */
static void find_most_padding(live_steps *live, int32_t *next_free)
{
    int32_t i, s;

    qsort(live->stretches, (size_t)live->stretch_count, sizeof *live->stretches, by_falling_bytes);
    for (i = 0; i < live->stretch_count; i++) {
        const mote_span *stretch = &live->stretches[i];
        for (s = find_free(next_free, stretch->first_step + 1); s <= stretch->last_step + 1; s = find_free(next_free, s)) {
            live->at[s].most_padding = stretch->bytes;
            next_free[s] = s + 1;
        }
    }
}

/* at has one entry more than there are steps. */
static mote_status find_live(live_steps *live, mote_arena *scratch, mote_error *err)
{
    const mote_placing *p = live->placing;
    const int32_t       steps = p->step_count + 2;
    int32_t            *next_free = MOTE_NEW(scratch, int32_t, steps + 1, err), spans = 0, i;

    for (i = 0; i < p->count; i++)
        spans += p->blocks[i].span_count;
    live->stretches = MOTE_NEW(scratch, mote_span, 2 * (size_t)spans, err);
    if (!next_free || !live->stretches)
        return err->code;
    for (i = 0; i < p->count; i++)
        add_block_stretches(live, &p->blocks[i]);
    for (i = 0; i <= steps; i++)
        next_free[i] = i;
    for (i = 1; i < steps; i++)
        live->at[i].padded += live->at[i - 1].padded;
    find_most_padding(live, next_free);
    return MOTE_OK;
}

/* At the step where a block runs over another the two may also be as one. */
static size_t live_with_overlap(const mote_placing *placing, const mote_block *block, live_blocks live)
{
    const size_t apart = live.padded - live.most_padding;
    const size_t out = bytes_at(block, block->first_step),
                 in = bytes_at(&placing->blocks[block->runs_over], block->first_step);
    const size_t both = size_max(out, in + align_up(block->distance, placing->align));
    size_t       as_one;

    live.padded += align_up(both, placing->align) - align_up(out, placing->align) - align_up(in, placing->align);
    as_one = live.padded - size_max(live.most_padding, padding_of(placing, both));
    return as_one < apart ? as_one : apart;
}

static mote_status find_lower_bound(placing_work *w, mote_error *err)
{
    mote_placing *p = w->placing;
    const int32_t steps = p->step_count + 2; /* from -1 on */
    live_steps    live = {.placing = p, .at = MOTE_NEW(&w->scratch, live_blocks, steps + 1, err)};
    int32_t *over = MOTE_NEW(&w->scratch, int32_t, steps, err), i, s; /* at each step the block that runs over, plus 1 */

    if (!live.at || !over || find_live(&live, &w->scratch, err) != MOTE_OK)
        return err->code;
    for (i = 0; i < p->count; i++)
        if (p->blocks[i].runs_over != MOTE_NONE)
            over[p->blocks[i].first_step + 1] = i + 1;
    for (s = 0; s < steps; s++)
        p->lower_bound = size_max(p->lower_bound, over[s] ? live_with_overlap(p, &p->blocks[over[s] - 1], live.at[s])
                                                          : live.at[s].padded - live.at[s].most_padding);
    return MOTE_OK;
}

/* ---- first fit ---- */

/* The lowest aligned offset at which the block clashes with no placed one. */
static size_t lowest_fit(placing_work *w, int32_t fresh)
{
    const mote_block *block = &w->placing->blocks[fresh];
    size_t            offset = 0;
    bool              lies_over, is_raised;
    int32_t           i;

    do { /* again where it lay over another one and was then raised */
        lies_over = is_raised = false;
        for (i = 0; i < w->placed_count; i++) {
            const mote_block *other = &w->placing->blocks[w->placed[i]];
            if (other->offset >= offset + block->padded_bytes)
                break;
            if (!mote_blocks_meet(block, other) || offset >= other->offset + mote_block_gap(w->placing, w->placed[i], fresh))
                continue;
            if (offset + mote_block_gap(w->placing, fresh, w->placed[i]) <= other->offset) {
                lies_over = true;
                continue;
            }
            offset = other->offset + mote_block_gap(w->placing, w->placed[i], fresh);
            is_raised = true;
        }
        w->pairs += i;
    } while (lies_over && is_raised);
    return offset;
}

static void put(placing_work *w, int32_t index, size_t offset)
{
    mote_block *blocks = w->placing->blocks;
    int32_t     i = w->placed_count++;

    blocks[index].offset = offset;
    for (; i > 0 && blocks[w->placed[i - 1]].offset > offset; i--)
        w->placed[i] = w->placed[i - 1];
    w->placed[i] = index;
}

static void keep_if_better(placing_work *w, const size_t *offsets)
{
    mote_placing *p = w->placing;
    size_t        end = 0;
    int32_t       i;

    for (i = 0; i < p->count; i++)
        end = size_max(end, offsets[i] + p->blocks[i].bytes);
    if (end >= p->memory_bytes)
        return;
    p->memory_bytes = end;
    memcpy(w->best, offsets, (size_t)p->count * sizeof *offsets);
}

static bool is_best_possible(const placing_work *w)
{
    return w->placing->memory_bytes <= size_max(w->placing->lower_bound, w->placing->enough_bytes);
}

static const mote_block *block_at(const void *pointer)
{
    return *(const mote_block *const *)pointer;
}

static int by_place_in_list(const void *a, const void *b)
{
    return block_at(a) < block_at(b) ? -1 : block_at(a) > block_at(b);
}

static int by_size(const void *a, const void *b)
{
    const size_t x = block_at(a)->bytes, y = block_at(b)->bytes;

    return x != y ? (x > y ? -1 : 1) : by_place_in_list(a, b);
}

static int by_start(const void *a, const void *b)
{
    const int32_t x = block_at(a)->first_step, y = block_at(b)->first_step;

    return x != y ? (x < y ? -1 : 1) : by_size(a, b);
}

/* From the last step to the first: an output comes before the input that it may run over, which then lies above it. */
static int by_end(const void *a, const void *b)
{
    const int32_t x = block_at(a)->last_step, y = block_at(b)->last_step;

    return x != y ? (x > y ? -1 : 1) : -by_start(a, b);
}

static int by_life(const void *a, const void *b)
{
    const int32_t x = block_at(a)->last_step - block_at(a)->first_step;
    const int32_t y = block_at(b)->last_step - block_at(b)->first_step;

    return x != y ? (x > y ? -1 : 1) : by_size(a, b);
}

/* An order in which blocks are placed, for qsort over pointers to them; what is equal keeps its order. */
typedef struct block_order {
    int (*compare)(const void *a, const void *b);
    /* No block from `fresh` on meets the placed one. NULL: that cannot be known. */
    bool (*is_past)(const mote_block *placed, const mote_block *fresh);
} block_order;

static bool begins_later(const mote_block *placed, const mote_block *fresh)
{
    return placed->first_step > fresh->last_step;
}

static bool ended_before(const mote_block *placed, const mote_block *fresh)
{
    return placed->last_step < fresh->first_step;
}

static void forget_past(placing_work *w, const block_order *order, const mote_block *fresh)
{
    int32_t i, kept = 0;

    if (!order->is_past)
        return;
    for (i = 0; i < w->placed_count; i++)
        if (!order->is_past(&w->placing->blocks[w->placed[i]], fresh))
            w->placed[kept++] = w->placed[i];
    w->placed_count = kept;
}

static void sort_blocks(const mote_placing *p, mote_block **out, int (*compare)(const void *, const void *))
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = &p->blocks[i];
    qsort(out, (size_t)p->count, sizeof *out, compare);
}

static bool is_many(const placing_work *w)
{
    return w->placing->count > MANY;
}

static void place_first_fit(placing_work *w, const block_order *order)
{
    mote_placing *p = w->placing;
    int32_t       i;

    sort_blocks(p, w->order, order->compare);
    w->placed_count = 0;
    for (i = 0; i < p->count; i++) {
        const int32_t index = (int32_t)(w->order[i] - p->blocks);
        forget_past(w, order, w->order[i]);
        put(w, index, lowest_fit(w, index));
        if (is_many(w) && w->pairs > FIT_PAIRS_MAX)
            return;
    }
    for (i = 0; i < p->count; i++)
        w->tried[i] = p->blocks[i].offset;
    keep_if_better(w, w->tried);
}

/* ---- many blocks ----
 * Step by step: a block takes the lowest gap that holds it, and gives its place back when it has ended. */

typedef struct gap {
    size_t from, to;
} gap;

/* By offset, apart from each other; the last has no end. */
typedef struct gaps {
    gap    *list;
    int32_t count;
} gaps;

static size_t take_lowest(gaps *g, size_t bytes)
{
    size_t  offset;
    int32_t i = 0;

    while (g->list[i].to - g->list[i].from < bytes)
        i++;
    offset = g->list[i].from;
    g->list[i].from += bytes;
    if (g->list[i].from == g->list[i].to)
        memmove(&g->list[i], &g->list[i + 1], (size_t)(--g->count - i) * sizeof *g->list);
    return offset;
}

/* The first gap behind an offset. */
static int32_t find_gap(const gaps *g, size_t offset)
{
    int32_t low = 0, high = g->count - 1;

    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (g->list[middle].from > offset)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void give_back(gaps *g, gap freed)
{
    const int32_t i = find_gap(g, freed.from);
    const bool    joins_below = i > 0 && g->list[i - 1].to == freed.from, joins_above = g->list[i].from == freed.to;

    if (freed.from == freed.to)
        return;
    if (joins_above)
        g->list[i].from = joins_below ? g->list[i - 1].from : freed.from;
    if (joins_above && joins_below)
        memmove(&g->list[i - 1], &g->list[i], (size_t)(g->count-- - i) * sizeof *g->list);
    else if (joins_below)
        g->list[i - 1].to = freed.to;
    else if (!joins_above) {
        memmove(&g->list[i + 1], &g->list[i], (size_t)(g->count++ - i) * sizeof *g->list);
        g->list[i] = freed;
    }
}

static mote_status place_stepwise(placing_work *w, mote_error *err)
{
    mote_placing *p = w->placing;
    mote_block  **ending = MOTE_NEW(&w->scratch, mote_block *, p->count, err);
    gaps          g = {MOTE_NEW(&w->scratch, gap, p->count + 1, err), 1};
    int32_t       i, ended = p->count - 1; /* by_end has the last ones first */

    if (!ending || !g.list)
        return err->code;
    g.list[0] = (gap){0, SIZE_MAX};
    sort_blocks(p, w->order, by_start);
    sort_blocks(p, ending, by_end);
    for (i = 0; i < p->count; i++) {
        mote_block *fresh = w->order[i];
        for (; ending[ended]->last_step < fresh->first_step; ended--)
            give_back(&g, (gap){ending[ended]->offset, ending[ended]->offset + ending[ended]->padded_bytes});
        fresh->offset = take_lowest(&g, fresh->padded_bytes);
    }
    for (i = 0; i < p->count; i++)
        w->tried[i] = p->blocks[i].offset;
    keep_if_better(w, w->tried);
    return MOTE_OK;
}

/* ---- search ----
 * First for the bound itself, which most networks reach; then between what is ruled out and what is found. */

static void place_by_search(placing_work *w, mote_search *search)
{
    mote_placing *p = w->placing;
    size_t        height = p->lower_bound, floor = p->lower_bound; /* below floor it is not worth looking */
    int64_t       left = WORK_MAX;

    while (floor < p->memory_bytes && p->memory_bytes > p->enough_bytes && left > 0) {
        int64_t work = left < WORK_PER_HEIGHT ? left : WORK_PER_HEIGHT;
        left -= work;
        switch (mote_search_run(search, height, &work, w->tried)) {
        case MOTE_SEARCH_FOUND:
            keep_if_better(w, w->tried);
            break;
        case MOTE_SEARCH_NONE:
            p->lower_bound = p->lower_bound > height ? p->lower_bound : height + 1;
            floor = height + 1;
            break;
        case MOTE_SEARCH_UNKNOWN:
            floor = height + 1;
        }
        left += work > 0 ? work : 0;
        height = floor + (p->memory_bytes - floor) / 2;
    }
}

static mote_status place(placing_work *w, mote_error *err)
{
    static const block_order orders[] = {{by_end, begins_later}, {by_size, NULL}, {by_start, ended_before}, {by_life, NULL}};
    mote_search             *search;
    size_t                   i;

    MOTE_TRY(find_lower_bound(w, err));
    if (w->placing->enough_bytes > 0 && w->placing->lower_bound > w->placing->enough_bytes)
        return MOTE_OK;
    if (is_many(w))
        MOTE_TRY(place_stepwise(w, err));
    for (i = 0; i < sizeof orders / sizeof *orders && !is_best_possible(w) && w->pairs < FIT_PAIRS_MAX; i++)
        if (!is_many(w) || orders[i].is_past)
            place_first_fit(w, &orders[i]);
    if (is_best_possible(w) || is_many(w))
        return MOTE_OK;
    MOTE_TRY(mote_search_create(&search, w->placing, &w->scratch, err));
    if (search)
        place_by_search(w, search);
    return MOTE_OK;
}

static void measure_blocks(mote_placing *placing)
{
    int32_t i, k;

    for (i = 0; i < placing->count; i++) {
        mote_block *block = &placing->blocks[i];
        block->first_step = block->spans[0].first_step;
        block->last_step = block->spans[0].last_step;
        block->bytes = 0;
        for (k = 0; k < block->span_count; k++) {
            block->bytes = size_max(block->bytes, block->spans[k].bytes);
            if (block->spans[k].last_step > block->last_step)
                block->last_step = block->spans[k].last_step;
        }
        block->padded_bytes = align_up(block->bytes, placing->align);
    }
}

mote_status mote_place_blocks(mote_placing *placing, mote_error *err)
{
    placing_work w = {.placing = placing};
    int32_t      i;

    measure_blocks(placing);
    placing->lower_bound = 0;
    placing->memory_bytes = placing->count > 0 ? SIZE_MAX : 0;
    w.order = MOTE_NEW(&w.scratch, mote_block *, placing->count, err);
    w.placed = MOTE_NEW(&w.scratch, int32_t, placing->count, err);
    w.best = MOTE_NEW(&w.scratch, size_t, placing->count, err);
    w.tried = MOTE_NEW(&w.scratch, size_t, placing->count, err);
    if (w.order && w.placed && w.best && w.tried && placing->count > 0 && place(&w, err) == MOTE_OK)
        for (i = 0; i < placing->count; i++)
            placing->blocks[i].offset = w.best[i];
    mote_arena_destroy(&w.scratch);
    return err->code;
}
