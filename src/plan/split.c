/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/split.h"

#include <stdlib.h>

enum { NOWHERE = -1 };

/* Pairs of blocks that all trials may look at, and about the most that one does (place.c). */
#define TRIALS_PAIRS_MAX INT64_C(1000000000)
#define TRIAL_PAIRS_MAX  INT64_C(20000000)

typedef struct split_work {
    mote_splitting *splitting;
    mote_arena      scratch;
    int32_t        *region;  /* of each block, or NOWHERE */
    int32_t        *order;   /* indices: who goes first */
    int32_t        *pending; /* indices: who has no region yet */
    int32_t        *members; /* indices of the blocks that are placed together */
    int32_t        *number;  /* of each of them: where it stands there */
    mote_block     *placed;  /* copies of them */
    int64_t         pairs;   /* that trials have looked at */
} split_work;

/* ---- one region ---- */

/* Of a region, which as an object of C is padded to the alignment. */
static size_t room_in(const split_work *w, int32_t region)
{
    const size_t align = w->splitting->placing->align;

    return w->splitting->region_bytes[region] / align * align;
}

/* A block that ran over one in another region does not. */
static void copy_members(split_work *w, mote_placing *out, int32_t region)
{
    const mote_placing *all = w->splitting->placing;
    int32_t             i;

    *out = (mote_placing){.blocks = w->placed, .step_count = all->step_count, .align = all->align};
    for (i = 0; i < all->count; i++) {
        w->number[i] = MOTE_NONE;
        if (w->region[i] != region)
            continue;
        w->members[out->count] = i;
        w->number[i] = out->count;
        w->placed[out->count++] = all->blocks[i];
    }
    for (i = 0; i < out->count; i++)
        if (w->placed[i].runs_over != MOTE_NONE)
            w->placed[i].runs_over = w->number[w->placed[i].runs_over];
}

static int64_t pairs_of(const mote_placing *placing)
{
    const int64_t pairs = (int64_t)placing->count * placing->count;

    return placing->step_count + (pairs < TRIAL_PAIRS_MAX ? pairs : TRIAL_PAIRS_MAX);
}

/* Whether what is in the region is found to fit there. */
static mote_status try_region(split_work *w, int32_t region, bool *fits, mote_error *err)
{
    mote_placing placing;

    *fits = w->splitting->region_bytes[region] == SIZE_MAX;
    if (*fits)
        return MOTE_OK;
    copy_members(w, &placing, region);
    w->pairs += pairs_of(&placing);
    placing.enough_bytes = room_in(w, region);
    MOTE_TRY(mote_place_blocks(&placing, err));
    *fits = placing.memory_bytes <= room_in(w, region);
    return MOTE_OK;
}

/* As low as can be; where only a trial found that it fits, as that did. */
static mote_status place_region(split_work *w, int32_t region, bool *fits, mote_error *err)
{
    mote_splitting *s = w->splitting;
    const size_t    limit = room_in(w, region);
    mote_placing    placing;
    int32_t         i;

    copy_members(w, &placing, region);
    MOTE_TRY(mote_place_blocks(&placing, err));
    if (placing.memory_bytes > limit) {
        placing.enough_bytes = limit;
        MOTE_TRY(mote_place_blocks(&placing, err));
    }
    *fits = placing.memory_bytes <= limit;
    s->regions[region].bytes = placing.memory_bytes;
    for (i = 0; *fits && i < placing.count; i++)
        s->placing->blocks[w->members[i]].offset = placing.blocks[i].offset;
    return MOTE_OK;
}

/* ---- who goes there ---- */

static void assign(split_work *w, const int32_t *blocks, int32_t count, int32_t region)
{
    int32_t i;

    for (i = 0; i < count; i++)
        w->region[blocks[i]] = region;
}

/* Those that are nowhere yet, and not too large by themselves, in order. */
static int32_t list_pending(split_work *w, size_t limit)
{
    const mote_placing *all = w->splitting->placing;
    int32_t             i, count = 0;

    for (i = 0; i < all->count; i++)
        if (w->region[w->order[i]] == NOWHERE && all->blocks[w->order[i]].bytes <= limit)
            w->pending[count++] = w->order[i];
    return count;
}

/* Takes as many at once as have just fitted, and more each time; fewer where they do not. One that does not fit alone stays
 * behind. */
static mote_status fill_region(split_work *w, int32_t region, mote_error *err)
{
    const int32_t count = list_pending(w, room_in(w, region));
    int32_t       at = 0, most = count;
    bool          fits;

    while (at < count && w->pairs < TRIALS_PAIRS_MAX) {
        const int32_t some = most < count - at ? most : count - at;
        assign(w, &w->pending[at], some, region);
        MOTE_TRY(try_region(w, region, &fits, err));
        if (!fits)
            assign(w, &w->pending[at], some, NOWHERE);
        at += fits || some == 1 ? some : 0;
        most = fits ? 2 * some : some > 1 ? some / 2 : 1;
    }
    return MOTE_OK;
}

/* ---- ways to split ---- */

/* What blocks are sorted by, and which regions are filled first. */
typedef struct split_way {
    bool by_bytes; /* else by heat */
    bool from_slow;
} split_way;

typedef struct rank {
    double  key;
    int32_t block;
} rank;

static int by_falling_key(const void *a, const void *b)
{
    const rank *x = a, *y = b;

    if (x->key != y->key)
        return x->key > y->key ? -1 : 1;
    return (x->block > y->block) - (x->block < y->block);
}

static mote_status sort_blocks(split_work *w, bool by_bytes, mote_error *err)
{
    const mote_splitting *s = w->splitting;
    rank                 *ranks = MOTE_NEW(&w->scratch, rank, s->placing->count, err);
    int32_t               i;

    for (i = 0; ranks && i < s->placing->count; i++)
        ranks[i] = (rank){by_bytes ? (double)s->placing->blocks[i].bytes : s->heat[i], i};
    if (!ranks)
        return err->code;
    qsort(ranks, (size_t)s->placing->count, sizeof *ranks, by_falling_key);
    for (i = 0; i < s->placing->count; i++)
        w->order[i] = ranks[i].block;
    return MOTE_OK;
}

static mote_status split_in_way(split_work *w, split_way way, bool *fits, mote_error *err)
{
    const int32_t count = w->splitting->region_count, last = way.from_slow ? 0 : count - 1;
    int32_t       i;
    bool          fits_there;

    assign(w, w->order, w->splitting->placing->count, NOWHERE);
    MOTE_TRY(sort_blocks(w, way.by_bytes, err));
    for (i = 0; i + 1 < count; i++)
        MOTE_TRY(fill_region(w, way.from_slow ? count - 1 - i : i, err));
    for (i = 0; i < w->splitting->placing->count; i++)
        w->region[i] = w->region[i] == NOWHERE ? last : w->region[i];
    *fits = true;
    for (i = 0; i < count && *fits; i++) {
        MOTE_TRY(place_region(w, i, &fits_there, err));
        *fits = fits_there;
    }
    return MOTE_OK;
}

static size_t align_up(size_t x, size_t align)
{
    return (x + align - 1) / align * align;
}

/* The regions behind each other, and offsets in the whole. */
static void join_regions(split_work *w)
{
    mote_splitting *s = w->splitting;
    int32_t         i;

    for (i = 0; i < s->region_count; i++)
        s->regions[i].offset = i == 0 ? 0 : align_up(s->regions[i - 1].offset + s->regions[i - 1].bytes, s->placing->align);
    s->placing->memory_bytes = 0;
    for (i = 0; i < s->region_count; i++)
        if (s->regions[i].bytes > 0)
            s->placing->memory_bytes = s->regions[i].offset + s->regions[i].bytes;
    for (i = 0; i < s->placing->count; i++)
        s->placing->blocks[i].offset += s->regions[w->region[i]].offset;
}

static mote_status fail(const mote_splitting *s, mote_error *err)
{
    size_t  there = 0, largest = 0;
    int32_t i;

    for (i = 0; i < s->region_count; i++)
        there = mote_size_add(there, s->region_bytes[i]);
    for (i = 0; i < s->placing->count; i++)
        largest = s->placing->blocks[i].bytes > largest ? s->placing->blocks[i].bytes : largest;
    return mote_fail(err, MOTE_ERR_LIMIT,
                     "the memory given has %zu bytes in %d region%s; no plan was found for it: at least %zu are needed, "
                     "%zu of them in one piece",
                     there, s->region_count, s->region_count == 1 ? "" : "s", s->placing->lower_bound, largest);
}

static mote_status split(split_work *w, mote_error *err)
{
    static const split_way ways[] = {{false, false}, {true, false}, {true, true}};
    bool                   fits = false;
    size_t                 i;

    for (i = 0; i < sizeof ways / sizeof *ways && !fits; i++)
        MOTE_TRY(split_in_way(w, ways[i], &fits, err));
    if (!fits)
        return fail(w->splitting, err);
    join_regions(w);
    return MOTE_OK;
}

mote_status mote_split_blocks(mote_splitting *splitting, mote_error *err)
{
    const int32_t count = splitting->placing->count;
    split_work    w = {.splitting = splitting};
    int32_t       i;

    w.region = MOTE_NEW(&w.scratch, int32_t, count, err);
    w.order = MOTE_NEW(&w.scratch, int32_t, count, err);
    w.pending = MOTE_NEW(&w.scratch, int32_t, count, err);
    w.members = MOTE_NEW(&w.scratch, int32_t, count, err);
    w.number = MOTE_NEW(&w.scratch, int32_t, count, err);
    w.placed = MOTE_NEW(&w.scratch, mote_block, count, err);
    for (i = 0; err->code == MOTE_OK && i < count; i++)
        w.order[i] = i;
    if (err->code == MOTE_OK)
        split(&w, err);
    mote_arena_destroy(&w.scratch);
    return err->code;
}
