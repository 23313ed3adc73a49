/* When most of the arena is in use. Places may lie over each other while both live, so bytes are counted where at least one
 * lives: a tree over the arena, cut at all places' ends, has for each of its parts how many cover it and how much of it is
 * covered. A place is added and taken away once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "plan/plan.h"

typedef struct cover {
    size_t *cuts; /* sorted: part i reaches from cuts[i] to cuts[i + 1] */
    size_t
        *covered;   /* [2 * leaf_count]: bytes below each node of the tree; node 1 is its root, i's children 2i and 2i + 1 */
    int32_t *count; /* of places that cover all of a node's part */
    int32_t  part_count, leaf_count;
} cover;

/* A place from the step at which it begins, or to the one behind its last. */
typedef struct event {
    size_t  from, to;
    int32_t step, change;
} event;

static int by_size(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return (x > y) - (x < y);
}

static int by_step(const void *a, const void *b)
{
    const event *x = a, *y = b;

    return (x->step > y->step) - (x->step < y->step);
}

static int32_t part_at(const cover *c, size_t cut)
{
    int32_t low = 0, high = c->part_count;

    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (c->cuts[middle] < cut)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t bytes_between(const cover *c, int32_t from, int32_t to)
{
    return c->cuts[to < c->part_count ? to : c->part_count] - c->cuts[from < c->part_count ? from : c->part_count];
}

/* Adds `change` over parts from .. to - 1; node has those first .. last - 1. */
static void change_cover(cover *c, int32_t node, int32_t first, int32_t last, int32_t from, int32_t to, int32_t change)
{
    const int32_t middle = first + (last - first) / 2;

    if (to <= first || last <= from)
        return;
    if (from <= first && last <= to) {
        c->count[node] += change;
    } else {
        change_cover(c, 2 * node, first, middle, from, to, change);
        change_cover(c, 2 * node + 1, middle, last, from, to, change);
    }
    if (c->count[node] > 0)
        c->covered[node] = bytes_between(c, first, last);
    else
        c->covered[node] = node < c->leaf_count ? c->covered[2 * node] + c->covered[2 * node + 1] : 0;
}

static void add_events(event *events, int32_t *count, event begin, int32_t last_step)
{
    begin.step = begin.step > 0 ? begin.step : 0;
    begin.change = 1;
    events[(*count)++] = begin;
    begin.step = last_step + 1;
    begin.change = -1;
    events[(*count)++] = begin;
}

static int32_t list_events(event *events, const mote_program *program)
{
    int32_t i, count = 0;

    for (i = 0; i < program->model->graphs[0].tensor_count; i++) {
        const mote_place *own = &program->places[i];
        const size_t      from = own->is_placed ? mote_plan_place(program, i)->offset : 0;
        if (own->is_placed && own->bytes > 0)
            add_events(events, &count, (event){from, from + own->bytes, own->first_step, 0}, own->last_step);
    }
    for (i = 0; i < program->step_count; i++) {
        const size_t scratch = program->scratch[i], bytes = program->steps[i].scratch_bytes;
        const size_t state = program->states[i], state_bytes = program->steps[i].prepared.state_bytes;
        if (bytes > 0)
            add_events(events, &count, (event){scratch, scratch + bytes, i, 0}, i);
        if (state_bytes > 0)
            add_events(events, &count, (event){state, state + state_bytes, -1, 0}, program->step_count);
    }
    return count;
}

static mote_status make_cover(cover *c, const event *events, int32_t count, mote_arena *scratch, mote_error *err)
{
    int32_t i, kept = 0;

    c->cuts = MOTE_NEW(scratch, size_t, 2 * (size_t)count + 1, err);
    if (!c->cuts)
        return err->code;
    for (i = 0; i < count; i++) {
        c->cuts[2 * i] = events[i].from;
        c->cuts[2 * i + 1] = events[i].to;
    }
    qsort(c->cuts, 2 * (size_t)count, sizeof *c->cuts, by_size);
    for (i = 0; i < 2 * count; i++)
        if (kept == 0 || c->cuts[i] != c->cuts[kept - 1])
            c->cuts[kept++] = c->cuts[i];
    c->part_count = kept > 0 ? kept - 1 : 0;
    for (c->leaf_count = 1; c->leaf_count < c->part_count; c->leaf_count *= 2)
        ;
    c->covered = MOTE_NEW(scratch, size_t, 2 * (size_t)c->leaf_count, err);
    c->count = MOTE_NEW(scratch, int32_t, 2 * (size_t)c->leaf_count, err);
    return err->code;
}

static int32_t walk(cover *c, event *events, int32_t count)
{
    size_t  most = 0;
    int32_t i = 0, peak = 0;

    qsort(events, (size_t)count, sizeof *events, by_step);
    while (i < count) {
        const int32_t step = events[i].step;
        for (; i < count && events[i].step == step; i++)
            change_cover(c, 1, 0, c->leaf_count, part_at(c, events[i].from), part_at(c, events[i].to), events[i].change);
        if (c->covered[1] > most) {
            most = c->covered[1];
            peak = step;
        }
    }
    return peak;
}

int32_t mote_plan_peak_step(const mote_program *program, mote_error *err)
{
    mote_arena scratch = {0};
    cover      c = {0};
    event     *events = MOTE_NEW(&scratch, event,
                                 2 * ((size_t)program->model->graphs[0].tensor_count + 2 * (size_t)program->step_count), err);
    int32_t    count, peak = 0;

    if (events) {
        count = list_events(events, program);
        if (make_cover(&c, events, count, &scratch, err) == MOTE_OK)
            peak = walk(&c, events, count);
    }
    mote_arena_destroy(&scratch);
    return peak;
}
