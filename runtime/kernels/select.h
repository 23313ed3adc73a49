/* SELECT, SELECT_V2: out = condition ? x : y, elements of any width, an operand repeated along axes where it has one
 * element.
 *
 * Each operand walks beside the output (walk.h): the arrays {size, operand's step, output's step} of condition, x and y
 * stand behind one another in `walk`. The output may be an operand of its shape and width.
 * Source: TensorFlow Lite's reference kernel (reference/select.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SELECT_H
#define MRT_SELECT_H

#include "walk.h"

typedef struct mrt_select_params {
    int32_t                  count;
    int32_t                  bytes;                /* of an element of x */
    int32_t                  rank, x_rank, y_rank; /* axes of each walk, condition's first */
    const MRT_FLASH int32_t *walk;                 /* NULL: all of one shape */
} mrt_select_params;

MRT_INLINE const MRT_FLASH int32_t *mrt_select_walk(const mrt_select_params *p, int32_t axes)
{
    return p->walk ? p->walk + 3 * axes : p->walk;
}

MRT_INLINE void mrt_select(const mrt_select_params *p, const mrt_io *io)
{
    const MRT_FLASH int32_t *x_walk = mrt_select_walk(p, p->rank);
    const MRT_FLASH int32_t *y_walk = mrt_select_walk(p, p->rank + p->x_rank);
    const uint8_t           *condition = (const uint8_t *)io->in[0];
    const uint8_t           *in_x = (const uint8_t *)io->in[1], *in_y = (const uint8_t *)io->in[2];
    uint8_t                 *out = (uint8_t *)io->out[0];
    const size_t             bytes = (size_t)p->bytes;
    mrt_pair                 c, x, y;

    mrt_pairs_begin(&x);
    mrt_pairs_begin(&y);
    for (mrt_pairs_begin(&c); c.i < p->count; mrt_pairs_next(&c, p->walk, p->rank)) {
        mrt_copy(out + (size_t)c.i * bytes, condition[c.a] ? in_x + (size_t)x.a * bytes : in_y + (size_t)y.a * bytes, bytes);
        mrt_pairs_next(&x, x_walk, p->x_rank);
        mrt_pairs_next(&y, y_walk, p->y_rank);
    }
}

#endif
