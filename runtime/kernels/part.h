/* A part of a tensor, and the part alone: SLICE and STRIDED_SLICE take it out, DYNAMIC_UPDATE_SLICE and PAD put it in. What
 * writes all elements in another order takes it out, too: TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, SPACE_TO_DEPTH and
 * DEPTH_TO_SPACE.
 *
 *     small [count, bytes]  <->  large: run i, of `bytes` bytes side by side, at first + sum_d at[d] * step[d]
 *
 * `walk` is {count, step in bytes} for each of `rank` axes, outermost first; at[] counts through them, the last one fastest,
 * and `count` is how many runs there are. Steps may be negative, or 0 where elements repeat. Only bytes move: one kernel for
 * all types.
 *
 * Where an operand says at run time where the part begins, `starts` is {largest start, step in bytes} for each of its
 * start_count numbers of start_bytes bytes (4 or 8); they are clamped to 0 .. largest, so that nothing outside is touched.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_PART_H
#define MRT_PART_H

#include "../mrt.h"

enum { MRT_PART_RANK_MAX = 16 };

typedef struct mrt_part {
    int32_t                  rank, bytes, count, first;
    int32_t                  start_count, start_bytes;
    const MRT_FLASH int32_t *walk;   /* [rank, 2] */
    const MRT_FLASH int32_t *starts; /* [start_count, 2] */
} mrt_part;

/* Where a run is in the large tensor. */
typedef struct mrt_part_at {
    int32_t at[MRT_PART_RANK_MAX];
    int32_t offset;
} mrt_part_at;

/* Number d of an operand that says starts, clamped to 0 .. largest. */
MRT_INLINE int32_t mrt_part_start(const void *starts, int32_t bytes, int32_t d, int32_t largest)
{
    const int64_t start = bytes == 8 ? ((const int64_t *)starts)[d] : ((const int32_t *)starts)[d];

    return start < 0 ? 0 : start > largest ? largest : (int32_t)start;
}

/* starts: NULL where start_count is 0. */
MRT_INLINE void mrt_part_begin(const mrt_part *p, const void *starts, mrt_part_at *run)
{
    int32_t d;

    run->offset = p->first;
    for (d = 0; d < p->rank; d++)
        run->at[d] = 0;
    for (d = 0; d < p->start_count; d++)
        run->offset += mrt_part_start(starts, p->start_bytes, d, p->starts[2 * d]) * p->starts[2 * d + 1];
}

MRT_INLINE void mrt_part_next(const mrt_part *p, mrt_part_at *run)
{
    int32_t d;

    for (d = p->rank - 1; d >= 0; d--) {
        const MRT_FLASH int32_t *axis = p->walk + 2 * d;
        if (run->at[d] + 1 < axis[0]) {
            run->at[d]++;
            run->offset += axis[1];
            return;
        }
        run->offset -= run->at[d] * axis[1];
        run->at[d] = 0;
    }
}

MRT_INLINE void mrt_part_take(const mrt_part *p, const void *starts, const uint8_t *large, uint8_t *small)
{
    mrt_part_at run;
    int32_t     i;

    mrt_part_begin(p, starts, &run);
    for (i = 0; i < p->count; i++, mrt_part_next(p, &run), small += p->bytes)
        mrt_copy(small, large + run.offset, (size_t)p->bytes);
}

MRT_INLINE void mrt_part_put(const mrt_part *p, const void *starts, const uint8_t *small, uint8_t *large)
{
    mrt_part_at run;
    int32_t     i;

    mrt_part_begin(p, starts, &run);
    for (i = 0; i < p->count; i++, mrt_part_next(p, &run), small += p->bytes)
        mrt_copy(large + run.offset, small, (size_t)p->bytes);
}

#endif
