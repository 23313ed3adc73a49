/* Operators that write operand 0's elements in another order, or several times, say for each axis of the output how many
 * there are and how far it is from one to the next in the input: 0 where the input repeats, negative where it is reversed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_MOVE_H
#define MRT_OPS_MOVE_H

#include "part.h"

/* In elements of the input. */
typedef struct mrt_moves {
    int32_t rank, start;
    int32_t axis[MRT_PART_RANK_MAX][2]; /* [rank] of {size, step}, outermost first */
} mrt_moves;

/* The next axis inwards. It becomes one with the axis around it where that goes on where this one ends. */
static MRT_COLD void mrt_moves_add(mrt_moves *moves, int32_t size, int32_t step)
{
    int32_t *around = moves->rank > 0 ? moves->axis[moves->rank - 1] : NULL;

    if (size == 1)
        return;
    if (around && around[1] == (int64_t)size * step) {
        around[0] = (int32_t)((uint32_t)around[0] * (uint32_t)size);
        around[1] = step;
        return;
    }
    moves->axis[moves->rank][0] = size;
    moves->axis[moves->rank][1] = step;
    moves->rank++;
}

/* What lies side by side in both is one run. A single run may stay where it is. */
static MRT_COLD mrt_reason mrt_moves_store(mrt_call *c, const mrt_moves *moves)
{
    const int32_t element = mrt_width(&c->in[0]);
    mrt_part      p = {0, element, 0, 0, 0, 0, NULL, NULL};
    int32_t      *walk, i;

    if (c->out[0].count > 0) {
        p.first = moves->start * element;
        p.rank = moves->rank;
        if (p.rank > 0 && moves->axis[p.rank - 1][1] == 1)
            p.bytes *= moves->axis[--p.rank][0];
        p.count = (int32_t)c->out[0].bytes / p.bytes;
    }
    walk = p.rank > 0 ? (int32_t *)c->side->take(c, "walk", MRT_I32, 2 * (size_t)p.rank) : NULL;
    for (i = 0; walk && i < p.rank; i++) {
        walk[2 * i] = moves->axis[i][0];
        walk[2 * i + 1] = moves->axis[i][1] * element;
    }
    p.walk = walk;
    c->constants = 1;
    c->in_place = p.count == 1 && p.first == 0;
    c->side->store(c, &p, sizeof p, 2);
    return MRT_REASON_NONE;
}

#endif
