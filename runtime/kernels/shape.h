/* SHAPE and RANK: what is known of a tensor before anything is computed, as int32 or int64 (is_wide).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SHAPE_H
#define MRT_SHAPE_H

#include "../mrt.h"

typedef struct mrt_numbers_params {
    int32_t                  count, is_wide;
    const MRT_FLASH int32_t *number; /* [count] */
} mrt_numbers_params;

/* out [count] = number. The operand's values are not read. */
MRT_INLINE void mrt_numbers(const mrt_numbers_params *p, const mrt_io *io)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        if (p->is_wide)
            ((int64_t *)io->out[0])[i] = p->number[i];
        else
            ((int32_t *)io->out[0])[i] = p->number[i];
}

#endif
