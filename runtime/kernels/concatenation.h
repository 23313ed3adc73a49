/* CONCATENATION and PACK, UNPACK, SPLIT and SPLIT_V of any type: tensors side by side.
 *
 *     whole [outer, sum_i bytes[i]]  <->  part i [outer, bytes[i]],  i < count
 *
 * bytes[i] is what part i has along the axis and those behind it, outer how many elements the axes before it have.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CONCATENATION_H
#define MRT_CONCATENATION_H

#include "../mrt.h"

typedef struct mrt_parts_params {
    int32_t                  outer, count;
    const MRT_FLASH int32_t *bytes; /* [count] */
} mrt_parts_params;

/* All operands come, constants too. */
MRT_INLINE void mrt_concatenation(const mrt_parts_params *p, const mrt_io *io)
{
    uint8_t *out = (uint8_t *)io->out[0];
    int32_t  o, i;

    for (o = 0; o < p->outer; o++)
        for (i = 0; i < p->count; i++) {
            const size_t bytes = (size_t)p->bytes[i];
            mrt_copy(out, (const uint8_t *)io->in[i] + bytes * (size_t)o, bytes);
            out += bytes;
        }
}

/* The whole comes first, axis and sizes only where they are computed. out[0] may be the whole: of what lies there, only what
 * was read before is written over. */
MRT_INLINE void mrt_split(const mrt_parts_params *p, const mrt_io *io)
{
    const uint8_t *in = (const uint8_t *)io->in[0];
    int32_t        o, i;

    for (o = 0; o < p->outer; o++)
        for (i = 0; i < p->count; i++) {
            const size_t bytes = (size_t)p->bytes[i];
            mrt_copy((uint8_t *)io->out[i] + bytes * (size_t)o, in, bytes);
            in += bytes;
        }
}

#endif
