/* Searching for a placing that fits into a given height. Of two blocks that meet one must be the lower one; once that is
 * decided for all of them, the lowest placing is known. So the search decides one such question after the other, beginning
 * with those that the lowest offsets so far contradict; offsets that a decision rules out are ruled out for all blocks that
 * depend on it, and when a block has none left the last decision is taken back (Cheng and Smith 1995, "Applying constraint
 * satisfaction techniques to job shop scheduling": blocks are jobs, offsets are times).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PLAN_SEARCH_H
#define MOTE_PLAN_SEARCH_H

#include "plan/place.h"

typedef struct mote_search mote_search;

typedef enum mote_search_result {
    MOTE_SEARCH_FOUND,   /* offsets are set */
    MOTE_SEARCH_NONE,    /* there is none: proved */
    MOTE_SEARCH_UNKNOWN, /* given up */
} mote_search_result;

/* Lives in arena. *out is NULL where the blocks are too many to search. */
mote_status mote_search_create(mote_search **out, const mote_placing *placing, mote_arena *arena, mote_error *err);

/* work: how many questions may be looked at; what is left of it afterwards. offsets has an entry a block. */
mote_search_result mote_search_run(mote_search *search, size_t height, int64_t *work, size_t *offsets);

#endif
