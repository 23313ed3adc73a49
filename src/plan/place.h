/* Placing blocks: each lives over a span of steps and takes so many bytes; blocks that live together must be apart, but for
 * one that may run over another by a distance, and the highest end should be low (dynamic storage allocation: NP-hard, and
 * small here).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PLAN_PLACE_H
#define MOTE_PLAN_PLACE_H

#include "graph/graph.h"

/* What a block takes over some steps. */
typedef struct mote_span {
    size_t  bytes;
    int32_t first_step, last_step;
} mote_span;

/* A tensor with all that share its place, or a step's scratch or state. At each step it takes the most of the spans that
 * hold it, so that a place whose later user is smaller gives the rest away. */
typedef struct mote_block {
    const mote_span *spans; /* each begins where the one before it ends */
    int32_t          span_count;
    int32_t          runs_over; /* MOTE_NONE, or the block whose last step is this one's first, and which it may lie over: */
    size_t           distance;  /* the least by which that block's offset must then exceed this one's */
    size_t          *result;    /* where its offset is told; place.c does not look */
    int32_t          first_step, last_step; /* of all spans: filled, as is all that follows */
    size_t           bytes, padded_bytes;   /* the most of all spans; aligned */
    size_t           offset;
} mote_block;

typedef struct mote_placing {
    mote_block *blocks;
    int32_t     count;
    int32_t     step_count;   /* steps are in -1 .. step_count */
    size_t      align;        /* every offset is a multiple */
    size_t      enough_bytes; /* 0: the least is looked for; else a placing that takes no more is as good as any */
    size_t      lower_bound;  /* no placing of these blocks can do with less: proved */
    size_t      memory_bytes; /* the highest end of the best placing found; lower_bound: it is optimal. SIZE_MAX: none was
                               * looked for, since enough_bytes are below lower_bound */
} mote_placing;

/* First fit in several orders; where that does not reach what is live at one step, a search (search.h), which finds and
 * proves the optimum of most networks and ends after so many steps of work in any case. Of more than 10,000 blocks the
 * lowest free place is taken step by step, which takes hardly more time than there are blocks; first fit may then do better,
 * for so long. Deterministic. */
mote_status mote_place_blocks(mote_placing *placing, mote_error *err);

/* ---- for search.c ---- */

bool mote_blocks_meet(const mote_block *a, const mote_block *b); /* live together at some step */

/* The least by which block `above` must lie above block `below`, which it meets, where it is the upper one. */
size_t mote_block_gap(const mote_placing *placing, int32_t below, int32_t above);

#endif
