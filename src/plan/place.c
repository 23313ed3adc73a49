/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/place.h"

#include <string.h>

#include "plan/search.h"

/* Work of the search: for one height, and for all; some ten nanoseconds each. */
enum { WORK_PER_HEIGHT = 400000, WORK_MAX = 2000000 };

/* Blocks that have an offset, sorted by it: then one pass finds most fits. */
typedef struct placing_work {
    mote_placing *placing;
    mote_arena    scratch;
    int32_t      *order;  /* in which blocks are placed */
    int32_t      *placed; /* indices, by ascending offset */
    int32_t       placed_count;
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
    const mote_block *lower = &placing->blocks[below], *upper = &placing->blocks[above];
    size_t            gap = bytes_beside(lower, upper);

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

static void add_live(live_blocks *live, const mote_placing *placing, size_t bytes)
{
    const size_t padded = align_up(bytes, placing->align);

    live->padded += padded;
    live->most_padding = size_max(live->most_padding, padded - bytes);
}

/* At the step where a block runs over another the two may also be as one. */
static size_t live_with_overlap(const mote_placing *placing, const mote_block *block, live_blocks live)
{
    const size_t apart = live.padded - live.most_padding;
    const size_t out = bytes_at(block, block->first_step),
                 in = bytes_at(&placing->blocks[block->runs_over], block->first_step);
    size_t as_one;

    live.padded -= align_up(out, placing->align) + align_up(in, placing->align);
    add_live(&live, placing, size_max(out, in + align_up(block->distance, placing->align)));
    as_one = live.padded - live.most_padding;
    return as_one < apart ? as_one : apart;
}

static mote_status find_lower_bound(placing_work *w, mote_error *err)
{
    mote_placing *p = w->placing;
    const int32_t steps = p->step_count + 2; /* from -1 on */
    live_blocks  *live = MOTE_NEW(&w->scratch, live_blocks, steps, err);
    int32_t *over = MOTE_NEW(&w->scratch, int32_t, steps, err), i, s; /* at each step the block that runs over, plus 1 */

    if (!live || !over)
        return err->code;
    for (i = 0; i < p->count; i++) {
        const mote_block *block = &p->blocks[i];
        for (s = block->first_step; s <= block->last_step; s++)
            add_live(&live[s + 1], p, bytes_at(block, s));
        if (block->runs_over != MOTE_NONE)
            over[block->first_step + 1] = i + 1;
    }
    for (s = 0; s < steps; s++)
        p->lower_bound = size_max(p->lower_bound, over[s] ? live_with_overlap(p, &p->blocks[over[s] - 1], live[s])
                                                          : live[s].padded - live[s].most_padding);
    return MOTE_OK;
}

/* ---- first fit ---- */

/* The lowest aligned offset at which the block clashes with no placed one. */
static size_t lowest_fit(const placing_work *w, int32_t fresh)
{
    const mote_block *block = &w->placing->blocks[fresh];
    size_t            offset = 0, before;
    int32_t           i;

    do { /* again where it was raised: it may now clash with one that it lay over before */
        before = offset;
        for (i = 0; i < w->placed_count; i++) {
            const mote_block *other = &w->placing->blocks[w->placed[i]];
            if (other->offset >= offset + align_up(block->bytes, w->placing->align))
                break;
            if (mote_blocks_meet(block, other) && offset + mote_block_gap(w->placing, fresh, w->placed[i]) > other->offset)
                offset = size_max(offset, other->offset + mote_block_gap(w->placing, w->placed[i], fresh));
        }
    } while (offset != before);
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
    return w->placing->memory_bytes <= w->placing->lower_bound;
}

typedef int (*block_order)(const mote_block *a, const mote_block *b);

static int by_size(const mote_block *a, const mote_block *b)
{
    return a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

static int by_start(const mote_block *a, const mote_block *b)
{
    return a->first_step != b->first_step ? (a->first_step < b->first_step ? -1 : 1) : by_size(a, b);
}

/* From the last step to the first: an output comes before the input that it may run over, which then lies above it. */
static int by_end(const mote_block *a, const mote_block *b)
{
    if (a->last_step != b->last_step)
        return a->last_step > b->last_step ? -1 : 1;
    return a->first_step != b->first_step ? (a->first_step > b->first_step ? -1 : 1) : by_size(a, b);
}

static int by_life(const mote_block *a, const mote_block *b)
{
    int32_t la = a->last_step - a->first_step, lb = b->last_step - b->first_step;

    return la != lb ? (la > lb ? -1 : 1) : by_size(a, b);
}

/* Insertion sort: stable, and a model has a few hundred blocks. */
static void sort_blocks(placing_work *w, block_order compare)
{
    const mote_block *blocks = w->placing->blocks;
    int32_t           i, j;

    for (i = 0; i < w->placing->count; i++) {
        for (j = i; j > 0 && compare(&blocks[i], &blocks[w->order[j - 1]]) < 0; j--)
            w->order[j] = w->order[j - 1];
        w->order[j] = i;
    }
}

static void place_first_fit(placing_work *w, block_order order)
{
    int32_t i;

    sort_blocks(w, order);
    w->placed_count = 0;
    for (i = 0; i < w->placing->count; i++)
        put(w, w->order[i], lowest_fit(w, w->order[i]));
    for (i = 0; i < w->placing->count; i++)
        w->tried[i] = w->placing->blocks[i].offset;
    keep_if_better(w, w->tried);
}

/* ---- search ----
 * First for the bound itself, which most networks reach; then between what is ruled out and what is found. */

static void place_by_search(placing_work *w, mote_search *search)
{
    mote_placing *p = w->placing;
    size_t        height = p->lower_bound, floor = p->lower_bound; /* below floor it is not worth looking */
    int64_t       left = WORK_MAX;

    while (floor < p->memory_bytes && left > 0) {
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
    static const block_order orders[] = {by_size, by_start, by_end, by_life};
    mote_search             *search;
    size_t                   i;

    MOTE_TRY(find_lower_bound(w, err));
    for (i = 0; i < sizeof orders / sizeof *orders && !is_best_possible(w); i++)
        place_first_fit(w, orders[i]);
    if (is_best_possible(w))
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
    }
}

mote_status mote_place_blocks(mote_placing *placing, mote_error *err)
{
    placing_work w = {.placing = placing};
    int32_t      i;

    measure_blocks(placing);
    placing->lower_bound = 0;
    placing->memory_bytes = placing->count > 0 ? SIZE_MAX : 0;
    w.order = MOTE_NEW(&w.scratch, int32_t, placing->count, err);
    w.placed = MOTE_NEW(&w.scratch, int32_t, placing->count, err);
    w.best = MOTE_NEW(&w.scratch, size_t, placing->count, err);
    w.tried = MOTE_NEW(&w.scratch, size_t, placing->count, err);
    if (w.order && w.placed && w.best && w.tried && placing->count > 0 && place(&w, err) == MOTE_OK)
        for (i = 0; i < placing->count; i++)
            placing->blocks[i].offset = w.best[i];
    mote_arena_destroy(&w.scratch);
    return err->code;
}
