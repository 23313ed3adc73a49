/* An arena over several regions of a board. SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "boards/fit.h"

/* Regions that the arena may have, from fast to slow, as boards list them. */
typedef struct candidates {
    mote_region_run runs[MOTE_FIT_PARTS];
    size_t          limits[MOTE_FIT_PARTS];
    int32_t         count;
} candidates;

/* What may be taken of a board's memory. */
typedef struct terms {
    bool takes_heap;
    bool leaves_room; /* for what nobody knows */
} terms;

static bool is_shared(const mote_board *board, mote_region_run run)
{
    const mote_region_use use = board->regions[run.first].use;

    return (use == MOTE_REGION_STATIC || use == MOTE_REGION_HEAP) && board->sdk_ram_bytes == MOTE_UNKNOWN;
}

static size_t room_in(const mote_fit *fit, mote_region_run run)
{
    const size_t others = mote_fit_other_bytes(fit);

    if (run.first != mote_region_run_largest(fit->board, MOTE_REGION_STATIC).first)
        return run.bytes;
    return run.bytes > others ? run.bytes - others : 0;
}

/* The slowest has what is left over: it is not filled up. */
static void leave_room(candidates *c, const mote_board *board)
{
    int32_t i;

    for (i = 0; i + 1 < c->count; i++)
        if (is_shared(board, c->runs[i]))
            c->limits[i] = c->limits[i] / 4 * 3;
}

static candidates list_candidates(const mote_fit *fit, terms t)
{
    const mote_board *board = fit->board;
    candidates        c = {.count = 0};
    mote_region_run   run;
    int32_t           i;

    for (i = 0; i < board->region_count && c.count < MOTE_FIT_PARTS; i += run.count) {
        const mote_region_use use = board->regions[i].use;
        run = mote_region_run_at(board, i);
        if (use == MOTE_REGION_CODE || (use == MOTE_REGION_HEAP && !t.takes_heap) || room_in(fit, run) == 0)
            continue;
        c.limits[c.count] = room_in(fit, run);
        c.runs[c.count++] = run;
    }
    if (t.leaves_room)
        leave_room(&c, board);
    return c;
}

/* Those of which nothing is taken go; returns how many did. */
static int32_t drop_unused(candidates *c, const size_t *taken)
{
    int32_t i, kept = 0, before = c->count;

    for (i = 0; i < c->count; i++)
        if (taken[i] > 0) {
            c->runs[kept] = c->runs[i];
            c->limits[kept++] = c->limits[i];
        }
    c->count = kept;
    return before - kept;
}

static bool is_all_heap(const mote_board *board, const candidates *c)
{
    int32_t i = 0;

    while (i < c->count && board->regions[c->runs[i].first].use == MOTE_REGION_HEAP)
        i++;
    return i == c->count;
}

/* A region's name as generated code can have it: "bank 1" is bank1. */
static void take_name(mote_fit_part *part, const char *name)
{
    size_t used = 0;

    for (; *name && used + 1 < sizeof part->name; name++)
        if (isalnum((unsigned char)*name))
            part->name[used++] = (char)tolower((unsigned char)*name);
    part->name[used] = '\0';
}

static void take_parts(mote_fit *fit, const candidates *c, const size_t *taken)
{
    int32_t i;

    fit->part_count = c->count;
    for (i = 0; i < c->count; i++) {
        fit->parts[i] = (mote_fit_part){.region_first = c->runs[i].first,
                                        .region_count = c->runs[i].count,
                                        .bytes = taken[i],
                                        .room_bytes = c->limits[i],
                                        .region_bytes = c->runs[i].bytes};
        take_name(&fit->parts[i], fit->board->regions[c->runs[i].first].name);
    }
}

static mote_status try_terms(mote_fit *fit, terms t, mote_fit_plan plan, void *user, mote_error *err)
{
    candidates c = list_candidates(fit, t);
    size_t     taken[MOTE_FIT_PARTS] = {0};
    bool       fits = false;

    do {
        if (c.count < 2)
            return MOTE_OK;
        MOTE_TRY(plan(user, c.limits, c.count, taken, &fits, err));
    } while (fits && drop_unused(&c, taken) > 0);
    if (fits && !is_all_heap(fit->board, &c))
        take_parts(fit, &c, taken);
    return MOTE_OK;
}

mote_status mote_fit_split(mote_fit *fit, mote_fit_plan plan, void *user, mote_error *err)
{
    static const terms ways[] = {{false, true}, {true, true}, {false, false}, {true, false}};
    size_t             i;

    fit->part_count = 0;
    mote_fit_place(fit);
    if (fit->ram_over == 0 || fit->answer == MOTE_FIT_SECTION || mote_fit_lacks_flash(fit))
        return MOTE_OK;
    for (i = 0; i < sizeof ways / sizeof ways[0] && fit->part_count == 0; i++)
        MOTE_TRY(try_terms(fit, ways[i], plan, user, err));
    mote_fit_place(fit);
    return MOTE_OK;
}

int32_t mote_fit_regions(const mote_fit *fit, mote_memory_region regions[MOTE_FIT_PARTS])
{
    int32_t i;

    for (i = 0; i < fit->part_count; i++)
        regions[i] = (mote_memory_region){.name = fit->parts[i].name, .bytes = fit->parts[i].room_bytes};
    return fit->part_count;
}
