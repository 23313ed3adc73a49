/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/place.h"

#include <string.h>

enum { SEARCH_BLOCKS_MAX = 64, SEARCH_FITS_MAX = 300000 };

/* Blocks that have an offset, sorted by it: then one pass finds a fit. */
typedef struct placing_work {
    mote_placing *placing;
    mote_arena    scratch;
    int32_t      *order;  /* in which blocks are placed */
    int32_t      *placed; /* indices, by ascending offset */
    int32_t       placed_count;
    size_t       *best;      /* offsets of the best placing so far */
    int32_t       fits_left; /* of the search */
} placing_work;

static size_t align_up(size_t x, size_t align)
{
    return (x + align - 1) / align * align;
}

static bool live_together(const mote_block *a, const mote_block *b)
{
    return a->first_step <= b->last_step && b->first_step <= a->last_step;
}

/* The lowest aligned offset, from `from` up, at which fresh overlaps no placed block that lives with it. */
static size_t lowest_fit(const placing_work *w, const mote_block *fresh, size_t from)
{
    size_t  offset = align_up(from, w->placing->align);
    int32_t i;

    for (i = 0; i < w->placed_count; i++) {
        const mote_block *other = &w->placing->blocks[w->placed[i]];
        if (!live_together(fresh, other) || other->offset + other->bytes <= offset)
            continue;
        if (other->offset >= offset + fresh->bytes)
            break;
        offset = align_up(other->offset + other->bytes, w->placing->align);
    }
    return offset;
}

/* The highest one below `height`; false when there is none. */
static bool highest_fit(const placing_work *w, const mote_block *fresh, size_t height, size_t *offset)
{
    size_t  below = height;
    int32_t i;

    if (below < fresh->bytes)
        return false;
    *offset = (below - fresh->bytes) / w->placing->align * w->placing->align;
    for (i = w->placed_count - 1; i >= 0; i--) {
        const mote_block *other = &w->placing->blocks[w->placed[i]];
        if (!live_together(fresh, other) || other->offset >= *offset + fresh->bytes ||
            other->offset + other->bytes <= *offset)
            continue;
        if (other->offset < fresh->bytes)
            return false;
        *offset = (other->offset - fresh->bytes) / w->placing->align * w->placing->align;
    }
    return true;
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

static void take_back(placing_work *w, int32_t index)
{
    int32_t i = 0;

    while (w->placed[i] != index)
        i++;
    memmove(&w->placed[i], &w->placed[i + 1], (size_t)(--w->placed_count - i) * sizeof *w->placed);
}

static void keep_if_better(placing_work *w)
{
    mote_placing *p = w->placing;
    size_t        end = 0;
    int32_t       i;

    for (i = 0; i < p->count; i++)
        if (p->blocks[i].offset + p->blocks[i].bytes > end)
            end = p->blocks[i].offset + p->blocks[i].bytes;
    if (end >= p->memory_bytes)
        return;
    p->memory_bytes = end;
    for (i = 0; i < p->count; i++)
        w->best[i] = p->blocks[i].offset;
}

static bool is_best_possible(const placing_work *w)
{
    return w->placing->memory_bytes <= w->placing->lower_bound;
}

/* ---- orders ---- */

typedef int (*block_order)(const mote_block *a, const mote_block *b);

static int by_size(const mote_block *a, const mote_block *b)
{
    return a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

static int by_start(const mote_block *a, const mote_block *b)
{
    return a->first_step != b->first_step ? (a->first_step < b->first_step ? -1 : 1) : by_size(a, b);
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
        put(w, w->order[i], lowest_fit(w, &w->placing->blocks[w->order[i]], 0));
    keep_if_better(w);
}

/* ---- from both ends: tensors by their start, one at the bottom, the next at the top; a chain's neighbours then never meet
 * ---- */

static void place_from_both_ends(placing_work *w, size_t height)
{
    bool    at_top = false;
    int32_t i;

    sort_blocks(w, by_start);
    w->placed_count = 0;
    for (i = 0; i < w->placing->count; i++) {
        const mote_block *block = &w->placing->blocks[w->order[i]];
        size_t            offset;
        if (block->tensor == MOTE_NONE)
            continue;
        if (!at_top)
            offset = lowest_fit(w, block, 0);
        else if (!highest_fit(w, block, height, &offset))
            return;
        put(w, w->order[i], offset);
        at_top = !at_top;
    }
    for (i = 0; i < w->placing->count; i++)
        if (w->placing->blocks[w->order[i]].tensor == MOTE_NONE)
            put(w, w->order[i], lowest_fit(w, &w->placing->blocks[w->order[i]], 0));
    keep_if_better(w);
}

/* ---- search ----
 * Every placing can be pushed down until each block lies at its lowest fit over those below it. So it is enough to place
 * blocks in the order of their offsets, each at its lowest fit from the last one's offset up; a branch ends as soon as some
 * block that is left would end no lower than the best placing known. */

static bool find_fits(placing_work *w, const bool *is_placed, size_t floor, size_t *fits)
{
    int32_t i;

    for (i = 0; i < w->placing->count; i++) {
        if (is_placed[i])
            continue;
        if (w->fits_left-- <= 0)
            return false;
        fits[i] = lowest_fit(w, &w->placing->blocks[i], floor);
        if (fits[i] + w->placing->blocks[i].bytes >= w->placing->memory_bytes)
            return false;
    }
    return true;
}

/* The untried block that fits lowest, the largest of these; -1: none. */
static int32_t next_choice(const placing_work *w, const bool *is_placed, const bool *is_tried, const size_t *fits)
{
    int32_t best = -1, i;

    for (i = 0; i < w->placing->count; i++)
        if (!is_placed[i] && !is_tried[i] &&
            (best < 0 || fits[i] < fits[best] ||
             (fits[i] == fits[best] && w->placing->blocks[i].bytes > w->placing->blocks[best].bytes)))
            best = i;
    return best;
}

static void search(placing_work *w, bool *is_placed, size_t floor)
{
    bool    is_tried[SEARCH_BLOCKS_MAX] = {false};
    size_t  fits[SEARCH_BLOCKS_MAX];
    int32_t choice;

    if (w->placed_count == w->placing->count) {
        keep_if_better(w);
        return;
    }
    if (!find_fits(w, is_placed, floor, fits))
        return;
    while (!is_best_possible(w) && w->fits_left > 0 && (choice = next_choice(w, is_placed, is_tried, fits)) >= 0) {
        is_tried[choice] = is_placed[choice] = true;
        put(w, choice, fits[choice]);
        search(w, is_placed, fits[choice]);
        take_back(w, choice);
        is_placed[choice] = false;
    }
}

static void place_by_search(placing_work *w)
{
    bool is_placed[SEARCH_BLOCKS_MAX] = {false};

    if (w->placing->count > SEARCH_BLOCKS_MAX)
        return;
    w->placed_count = 0;
    w->fits_left = SEARCH_FITS_MAX;
    search(w, is_placed, 0);
}

static void place(placing_work *w)
{
    static const block_order orders[] = {by_size, by_start, by_life};
    const size_t             bound = w->placing->lower_bound;
    size_t                   i;

    for (i = 0; i < sizeof orders / sizeof *orders; i++)
        place_first_fit(w, orders[i]);
    if (!is_best_possible(w))
        place_from_both_ends(w, bound);
    if (!is_best_possible(w))
        place_from_both_ends(w, align_up(bound, w->placing->align));
    if (!is_best_possible(w))
        place_by_search(w);
}

mote_status mote_place_blocks(mote_placing *placing, mote_error *err)
{
    placing_work w = {.placing = placing};
    int32_t      i;

    w.order = MOTE_NEW(&w.scratch, int32_t, placing->count, err);
    w.placed = MOTE_NEW(&w.scratch, int32_t, placing->count, err);
    w.best = MOTE_NEW(&w.scratch, size_t, placing->count, err);
    if (w.order && w.placed && w.best) {
        placing->memory_bytes = SIZE_MAX;
        place(&w);
        for (i = 0; i < placing->count; i++)
            placing->blocks[i].offset = w.best[i];
    }
    mote_arena_destroy(&w.scratch);
    return err->code;
}
