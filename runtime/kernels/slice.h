/* SLICE, STRIDED_SLICE, DYNAMIC_UPDATE_SLICE, and what moves elements, of any type: part.h says how the part lies in the
 * whole. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_SLICE_H
#define MRT_SLICE_H

#include "part.h"

/* in, begin (where it is computed), size, ... -> out: that part of in. Where all steps are positive out may be in: each run
 * is read at or behind the place that it is written to. */
MRT_INLINE void mrt_slice(const mrt_part *p, const mrt_io *io)
{
    mrt_part_take(p, p->start_count > 0 ? io->in[1] : NULL, (const uint8_t *)io->in[0], (uint8_t *)io->out[0]);
}

typedef struct mrt_dynamic_update_slice_params {
    mrt_part part;
    int32_t  whole; /* bytes of in */
} mrt_dynamic_update_slice_params;

/* in, update, starts -> out: in, with update in place of the part that begins at starts. out may be in.
 * Starts are clamped, as XLA's DynamicUpdateSlice does. */
MRT_INLINE void mrt_dynamic_update_slice(const mrt_dynamic_update_slice_params *p, const mrt_io *io)
{
    if (io->out[0] != io->in[0])
        mrt_copy(io->out[0], io->in[0], (size_t)p->whole);
    mrt_part_put(&p->part, io->in[2], (const uint8_t *)io->in[1], (uint8_t *)io->out[0]);
}

#endif
