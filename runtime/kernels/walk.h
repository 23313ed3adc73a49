/* Going through two operands of which one may repeat along axes where it has one element, as NumPy does.
 *
 * `walk` says how to step: {size, a's step, b's step} for each of `rank` axes of the output, outermost first, steps counted
 * in elements and 0 along repeated axes; neighbouring axes that step alike are one. rank 0: all of equal shape, element by
 * element.
 *
 *     for (mrt_pairs_begin(&at); at.i < p->count; mrt_pairs_next(&at, p->walk, p->rank))
 *         out[at.i] = a[at.a] * b[at.b];
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_WALK_H
#define MRT_WALK_H

#include "../mrt.h"

enum { MRT_WALK_RANK_MAX = 8 };

/* Element i of the output, and where its operands are. */
typedef struct mrt_pair {
    int32_t at[MRT_WALK_RANK_MAX];
    int32_t i, a, b;
} mrt_pair;

MRT_INLINE void mrt_pairs_begin(mrt_pair *pair)
{
    int32_t d;

    for (d = 0; d < MRT_WALK_RANK_MAX; d++)
        pair->at[d] = 0;
    pair->i = pair->a = pair->b = 0;
}

/* To the next element in the output's order. */
MRT_INLINE void mrt_pairs_next(mrt_pair *pair, const MRT_FLASH int32_t *walk, int32_t rank)
{
    int32_t d;

    pair->i++;
    if (rank == 0) {
        pair->a++;
        pair->b++;
        return;
    }
    for (d = rank - 1; d >= 0; d--) {
        const MRT_FLASH int32_t *axis = walk + 3 * d;
        pair->a += axis[1];
        pair->b += axis[2];
        if (++pair->at[d] < axis[0])
            return;
        pair->at[d] = 0;
        pair->a -= axis[0] * axis[1];
        pair->b -= axis[0] * axis[2];
    }
}

#endif
