/* Looking up slices by index: GATHER, GATHER_ND, EMBEDDING_LOOKUP. An index that points outside gives zeros: it is known at
 * run time only, where nothing can be refused. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_GATHER_H
#define MRT_GATHER_H

#include "../mrt.h"

/* Index i, of int32 or int64; -1 for one that an int32 does not hold. */
MRT_INLINE int32_t mrt_gather_index(const void *indices, int32_t is_wide, size_t i)
{
    const int64_t index = is_wide ? ((const int64_t *)indices)[i] : ((const int32_t *)indices)[i];

    return index >= 0 && index <= INT32_MAX ? (int32_t)index : -1;
}

/* One slice; from: NULL where there is none. */
MRT_INLINE void mrt_gather_slice(uint8_t *out, const uint8_t *from, size_t bytes)
{
    if (from)
        mrt_copy(out, from, bytes);
    else
        while (bytes-- > 0)
            *out++ = 0;
}

/* in [batches, outer, size, run], indices [batches, coords] -> out [batches, outer, coords, run], run in bytes:
 *     out[b, o, k] = in[b, o, indices[b, k]] */
typedef struct mrt_gather_params {
    int32_t batches, outer, size, coords;
    int32_t run;
    int32_t is_wide; /* indices are int64 */
} mrt_gather_params;

MRT_INLINE void mrt_gather_slices(const mrt_gather_params *p, const uint8_t *in, const void *indices, uint8_t *out)
{
    int32_t b, o, k;

    for (b = 0; b < p->batches; b++)
        for (o = 0; o < p->outer; o++, in += (size_t)p->size * (size_t)p->run)
            for (k = 0; k < p->coords; k++, out += p->run) {
                const int32_t index = mrt_gather_index(indices, p->is_wide, (size_t)b * (size_t)p->coords + (size_t)k);
                mrt_gather_slice(out, index >= 0 && index < p->size ? in + (size_t)index * (size_t)p->run : NULL,
                                 (size_t)p->run);
            }
}

/* Operands: values, indices. */
MRT_INLINE void mrt_gather(const mrt_gather_params *p, const mrt_io *io)
{
    mrt_gather_slices(p, (const uint8_t *)io->in[0], io->in[1], (uint8_t *)io->out[0]);
}

/* Operands: indices, values; batches and outer are 1. */
MRT_INLINE void mrt_embedding_lookup(const mrt_gather_params *p, const mrt_io *io)
{
    mrt_gather_slices(p, (const uint8_t *)io->in[1], io->in[0], (uint8_t *)io->out[0]);
}

/* indices [coords], values [size, run] in int8 -> out [coords, run], real numbers: scale * value. */
typedef struct mrt_embedding_lookup_f32_params {
    int32_t                size, coords, run;
    int32_t                step; /* 1: a scale for each row; 0: one for all */
    const MRT_FLASH float *scale;
} mrt_embedding_lookup_f32_params;

MRT_INLINE void mrt_embedding_lookup_f32(const mrt_embedding_lookup_f32_params *p, const mrt_io *io)
{
    const int32_t *indices = (const int32_t *)io->in[0];
    const int8_t  *values = (const int8_t *)io->in[1];
    float         *out = (float *)io->out[0];
    int32_t        k, i;

    for (k = 0; k < p->coords; k++) {
        const int     is_inside = indices[k] >= 0 && indices[k] < p->size;
        const int32_t index = is_inside ? indices[k] : 0;
        const int8_t *row = values + (size_t)index * (size_t)p->run;
        for (i = 0; i < p->run; i++)
            *out++ = is_inside ? p->scale[index * p->step] * (float)row[i] : 0.0f;
    }
}

/* in [size 0, ..., size depth - 1, run], indices [slices, depth] -> out [slices, run], run in bytes:
 *     out[s] = in[indices[s, 0], ..., indices[s, depth - 1]] */
typedef struct mrt_gather_nd_params {
    int32_t                  slices, depth, run;
    int32_t                  is_wide; /* indices are int64 */
    const MRT_FLASH int32_t *axes;    /* [depth, 2]: size, step in bytes */
} mrt_gather_nd_params;

/* NULL: an index points outside. */
MRT_INLINE const uint8_t *mrt_gather_nd_find(const mrt_gather_nd_params *p, const uint8_t *in, const void *indices,
                                             int32_t s)
{
    int32_t d;

    for (d = 0; d < p->depth; d++) {
        const int32_t index = mrt_gather_index(indices, p->is_wide, (size_t)s * (size_t)p->depth + (size_t)d);
        if (index < 0 || index >= p->axes[2 * d])
            return NULL;
        in += (size_t)index * (size_t)p->axes[2 * d + 1];
    }
    return in;
}

MRT_INLINE void mrt_gather_nd(const mrt_gather_nd_params *p, const mrt_io *io)
{
    uint8_t *out = (uint8_t *)io->out[0];
    int32_t  s;

    for (s = 0; s < p->slices; s++, out += p->run)
        mrt_gather_slice(out, mrt_gather_nd_find(p, (const uint8_t *)io->in[0], io->in[1], s), (size_t)p->run);
}

#endif
