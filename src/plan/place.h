/* Placing blocks: each lives over a span of steps and takes so many bytes; blocks that live together must not overlap, and
 * the highest end should be low (dynamic storage allocation: NP-hard, and small here).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PLAN_PLACE_H
#define MOTE_PLAN_PLACE_H

#include "graph/graph.h"

/* A tensor with all that share its place, or a step's scratch. */
typedef struct mote_block {
    size_t  bytes, offset;
    int32_t first_step, last_step;
    mote_id tensor; /* MOTE_NONE: scratch of first_step */
} mote_block;

typedef struct mote_placing {
    mote_block *blocks;
    int32_t     count;
    size_t      align;        /* every offset is a multiple */
    size_t      lower_bound;  /* no placing can do with less */
    size_t      memory_bytes; /* the highest end of the best placing found */
} mote_placing;

/* Sets offsets and memory_bytes. In this order, until the bound is reached: first fit in three orders; from both ends at
 * once, which is exact for chains; a search of bounded length, which is exact for small networks. Deterministic. */
mote_status mote_place_blocks(mote_placing *placing, mote_error *err);

#endif
