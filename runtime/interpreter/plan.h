/* Places for activations and scratch, found while walking the operators in order and remembering only what is live: the rule
 * is the same with and without an arena, and the time and memory are bounded whatever the file holds.
 *
 *     height 0    each block at the lowest place that is free while it lives
 *     height h    below h, in turn from the bottom and from the top: what is live together in a chain then never meets, so
 *                 that h can be the bound itself
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_PLAN_H
#define MRT_INTERPRETER_PLAN_H

#include "interpreter.h"

enum { MRT_PLACE_ALIGN = 4 };

/* Tensors that live at once; below 256. */
#if !defined(MRT_LIVE_MAX)
#define MRT_LIVE_MAX 128
#endif

typedef struct mrt_live {
    int32_t  tensor;
    uint32_t offset, bytes;
    int32_t  value;      /* of a variable's handle: the tensor that has its type and shape; else -1 */
    int16_t  last;       /* the operator that reads it last */
    uint8_t  alias;      /* the same for tensors that share a place */
    uint8_t  is_batched; /* dimension 0 counts samples */
#if !defined(MRT_NO_CONTROL)
    uint8_t scope;
#endif
} mrt_live;

typedef struct mrt_plan {
    mrt_live live[MRT_LIVE_MAX];
    int32_t  count, count_most;
    uint32_t height, align; /* align: of every offset, a power of two */
    int      is_from_top;   /* of the next block */
    int      is_failed;     /* something did not fit below height */
    uint32_t end, bound;    /* results: the highest end; the most that was live at once */
#if !defined(MRT_NO_CONTROL)
    /* Whose tensors are found and forgotten: of several subgraphs that are walked at once the innermost one's, and its
     * states. New ones are of `scope`. */
    uint8_t scope, states;
#endif
} mrt_plan;

MRT_API void mrt_plan_begin(mrt_plan *plan, uint32_t height, int is_from_top);

/* The tensor of this scope, or its states, if it is live; NULL otherwise. */
MRT_API mrt_live *mrt_plan_find(mrt_plan *plan, uint32_t tensor);

/* Whether no other live tensor has the same place. */
MRT_API int mrt_plan_is_alone(const mrt_plan *plan, const mrt_live *live);

/* Adds a tensor of `bytes` bytes (at most INT32_MAX) that lives to the operator `last`: at a free place, or at that of
 * `shares`. NULL where too many are live, or memory beyond 2 GiB would be needed. */
MRT_API mrt_live *mrt_plan_add(mrt_plan *plan, uint32_t tensor, uint32_t bytes, int32_t last, const mrt_live *shares);

/* What is live now with so much scratch counts for end and bound; returns the scratch's offset. */
MRT_API uint32_t mrt_plan_scratch(mrt_plan *plan, uint32_t bytes);

/* Forgets what no operator after `step` reads. */
MRT_API void mrt_plan_expire(mrt_plan *plan, int32_t step);

#endif
