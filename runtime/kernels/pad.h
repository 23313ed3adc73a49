/* PAD, PADV2, MIRROR_PAD of any type. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_PAD_H
#define MRT_PAD_H

#include "part.h"

/* in, paddings -> out: in as a part of out (part.h), around it a value whose bytes are all `fill`: 0, or of 8-bit integers
 * the output's zero point. */
typedef struct mrt_pad_params {
    mrt_part part;
    int32_t  whole; /* bytes of out */
    int32_t  fill;
} mrt_pad_params;

MRT_INLINE void mrt_pad(const mrt_pad_params *p, const mrt_io *io)
{
    uint8_t *out = (uint8_t *)io->out[0];
    int32_t  i;

    for (i = 0; i < p->whole; i++)
        out[i] = (uint8_t)p->fill;
    mrt_part_put(&p->part, NULL, (const uint8_t *)io->in[0], out);
}

/* in, paddings, value [1] -> out: around it that value, of `width` bytes. */
typedef struct mrt_padv2_params {
    mrt_part part;
    int32_t  whole; /* bytes of out */
    int32_t  width;
} mrt_padv2_params;

MRT_INLINE void mrt_padv2(const mrt_padv2_params *p, const mrt_io *io)
{
    uint8_t *out = (uint8_t *)io->out[0];
    int32_t  i;

    for (i = 0; i < p->whole; i += p->width)
        mrt_copy(out + i, io->in[2], (size_t)p->width);
    mrt_part_put(&p->part, NULL, (const uint8_t *)io->in[0], out);
}

/* in, paddings -> out: around it what lies on the other side of its edges, the edge itself (edge = 0, SYMMETRIC) or its
 * neighbour first (edge = 1, REFLECT). Runs of `bytes` bytes; `walk` is {size in out, before, size in in, step in in's
 * bytes} for each of `rank` axes. Paddings that are computed (numbers of padding_bytes bytes, else 0) are clamped to what in
 * has. Source: TensorFlow Lite Micro's kernel (micro/kernels/mirror_pad.cc). */
typedef struct mrt_mirror_pad_params {
    int32_t                  rank, bytes, count;
    int32_t                  edge, padding_bytes;
    const MRT_FLASH int32_t *walk; /* [rank, 4] */
} mrt_mirror_pad_params;

/* Place `at` along an axis, counted from in's first element, as a place in in. */
MRT_INLINE int32_t mrt_mirror_pad_source(int32_t at, int32_t size, int32_t edge)
{
    if (at < 0)
        at = edge - 1 - at;
    else if (at >= size)
        at = size - 1 - edge - (at - size);
    return mrt_clamp_i32(at, 0, size - 1);
}

MRT_INLINE void mrt_mirror_pad(const mrt_mirror_pad_params *p, const mrt_io *io)
{
    const uint8_t *in = (const uint8_t *)io->in[0];
    uint8_t       *out = (uint8_t *)io->out[0];
    int32_t        at[MRT_PART_RANK_MAX], i, d;

    for (d = 0; d < p->rank; d++)
        at[d] = 0;
    for (i = 0; i < p->count; i++, out += p->bytes) {
        int32_t offset = 0;
        for (d = 0; d < p->rank; d++) {
            const MRT_FLASH int32_t *axis = p->walk + 4 * d;
            const int32_t            before =
                p->padding_bytes > 0 ? mrt_part_start(io->in[1], p->padding_bytes, 2 * d, axis[2]) : axis[1];
            offset += mrt_mirror_pad_source(at[d] - before, axis[2], p->edge) * axis[3];
        }
        mrt_copy(out, in + offset, (size_t)p->bytes);
        for (d = p->rank - 1; d >= 0 && ++at[d] == p->walk[4 * d]; d--)
            at[d] = 0;
    }
}

#endif
