/* Splitting blocks over regions of memory, from fast to slow. Each block goes into one region as a whole: into the fastest
 * one that has room beside what is there already, the hot ones first. Heat is how often steps touch a byte of the block.
 *
 *     fast  +---------+   hot blocks, in the order of their heat, as long as a placing is found
 *           +---------+
 *     slow  +--------------------+   what found no room
 *           +--------------------+
 *
 * Where the last region is too small for what is left, the large blocks go first, since small ones find room in what these
 * leave; then into the slow regions first. Which blocks go where is no optimum: what is promised is that each region holds
 * what it has room for, and that a block found none in any faster one when its turn came. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef MOTE_PLAN_SPLIT_H
#define MOTE_PLAN_SPLIT_H

#include "plan/place.h"
#include "plan/plan.h"

typedef struct mote_splitting {
    mote_placing *placing;      /* of all blocks, as mote_place_blocks has placed them in one region; their new
                                 * offsets are told in one block, in which regions follow each other */
    const double *heat;         /* [placing->count] */
    const size_t *region_bytes; /* [region_count]: what they have, of which whole multiples of the alignment are taken;
                                 * SIZE_MAX: any number */
    int32_t             region_count;
    mote_program_region regions[MOTE_REGIONS_MAX]; /* filled: what they take */
} mote_splitting;

/* Deterministic. Of blocks whose placing takes long, the later ones are not tried in fast regions. Errors: LIMIT (they do
 * not fit), MEMORY. */
mote_status mote_split_blocks(mote_splitting *splitting, mote_error *err);

#endif
