/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/pick.h"

#define NONE SIZE_MAX

/* Samples of each class as a chain: first[class], then next[sample]. */
typedef struct chains {
    size_t *first, *next;
    size_t *open; /* classes whose chain is not at its end */
    size_t  open_count;
} chains;

static void link_samples(chains *c, const mote_pick_from *from, bool right_ones)
{
    size_t  i;
    int32_t k;

    for (k = 0; k < from->class_count; k++)
        c->first[k] = NONE;
    for (i = from->count; i-- > 0;)
        if (from->is_right[i] == right_ones) {
            c->next[i] = c->first[from->labels[i]];
            c->first[from->labels[i]] = i;
        }
}

static void find_open(chains *c, int32_t class_count)
{
    int32_t k;

    c->open_count = 0;
    for (k = 0; k < class_count; k++)
        if (c->first[k] != NONE)
            c->open[c->open_count++] = (size_t)k;
}

/* One of each class that has any; where there is no room for all classes, of every so manieth. */
static size_t pick_round(size_t *picked, size_t room, chains *c)
{
    const size_t count = c->open_count < room ? c->open_count : room;
    size_t       i;

    for (i = 0; i < count; i++) {
        size_t class = c->open[i * c->open_count / count];
        picked[i] = c->first[class];
        c->first[class] = c->next[picked[i]];
    }
    return count;
}

mote_status mote_pick_samples(size_t *picked, size_t limit, size_t *count, const mote_pick_from *from, mote_error *err)
{
    const size_t classes = (size_t)from->class_count;
    mote_arena   scratch = {0};
    chains       c = {MOTE_NEW(&scratch, size_t, classes, err), MOTE_NEW(&scratch, size_t, from->count, err),
                      MOTE_NEW(&scratch, size_t, classes, err), 0};
    int          right_ones;

    *count = 0;
    for (right_ones = 0; right_ones < 2 && err->code == MOTE_OK; right_ones++) {
        link_samples(&c, from, right_ones);
        for (find_open(&c, from->class_count); c.open_count > 0 && *count < limit; find_open(&c, from->class_count))
            *count += pick_round(picked + *count, limit - *count, &c);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
