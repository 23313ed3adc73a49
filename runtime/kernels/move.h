/* Moving elements into another order: TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, SPACE_TO_DEPTH, DEPTH_TO_SPACE.
 *
 * The output is written front to back, `run` bytes at a time. `walk` says where in the input each run lies: {size, step} for
 * each of `rank` axes of the output, outermost first, steps in bytes: 0 where the input repeats, negative where it is
 * reversed.
 *
 *     out[run k] = in[start + sum over axes of index * step]
 *
 * The output must not overlap the input, unless there is one run. Elements may have any type of whole bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_MOVE_H
#define MRT_MOVE_H

#include "../mrt.h"

enum { MRT_MOVE_AXES_MAX = 16 };

typedef struct mrt_move_params {
    int32_t                  count, run; /* runs, and bytes of one */
    int32_t                  start;      /* of the first in the input, in bytes */
    int32_t                  rank;
    const MRT_FLASH int32_t *walk; /* [rank, 2] */
} mrt_move_params;

/* Offsets run in uint32_t: a step beyond the last run of an axis may pass what an int32_t holds, and comes back. */
MRT_INLINE void mrt_move(const mrt_move_params *p, const mrt_io *io)
{
    const uint8_t *in = (const uint8_t *)io->in[0];
    uint8_t       *out = (uint8_t *)io->out[0];
    uint32_t       offset = (uint32_t)p->start;
    int32_t        at[MRT_MOVE_AXES_MAX], i, d;

    for (d = 0; d < p->rank; d++)
        at[d] = 0;
    for (i = 0; i < p->count; i++) {
        mrt_copy(out, in + offset, (size_t)p->run);
        out += p->run;
        for (d = p->rank - 1; d >= 0; d--) {
            const MRT_FLASH int32_t *axis = p->walk + 2 * d;
            offset += (uint32_t)axis[1];
            if (++at[d] < axis[0])
                break;
            at[d] = 0;
            offset -= (uint32_t)axis[0] * (uint32_t)axis[1];
        }
    }
}

#endif
