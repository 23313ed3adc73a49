/* CONCATENATION and PACK, UNPACK, SPLIT and SPLIT_V of any type: tensors side by side.
 *
 *     whole [outer, sum_i bytes[i]]  <->  part i [outer, bytes[i]],  i < count
 *
 * bytes[i] is what part i has along the axis and those behind it, outer how many elements the axes before it have.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CONCATENATION_H
#define MRT_CONCATENATION_H

#include "lookup.h"

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

/* CONCATENATION of uint8: part i's values become tables[256 i + value], so that parts may have scales of their own. Without
 * tables they are moved as they are. */
typedef struct mrt_parts_u8_params {
    int32_t                  outer, count;
    const MRT_FLASH int32_t *bytes;  /* [count] */
    const MRT_FLASH uint8_t *tables; /* [count, 256], or NULL */
} mrt_parts_u8_params;

MRT_INLINE void mrt_concatenation_u8(const mrt_parts_u8_params *p, const mrt_io *io)
{
    uint8_t *out = (uint8_t *)io->out[0];
    int32_t  o, i, k;

    for (o = 0; o < p->outer; o++)
        for (i = 0; i < p->count; i++) {
            const size_t   bytes = (size_t)p->bytes[i];
            const uint8_t *in = (const uint8_t *)io->in[i] + bytes * (size_t)o;
            if (p->tables)
                for (k = 0; k < p->bytes[i]; k++)
                    out[k] = p->tables[256 * i + in[k]];
            else
                mrt_copy(out, in, bytes);
            out += bytes;
        }
}

#if !defined(__AVR__)
/* One part's table. Source: TensorFlow Lite's ConcatenationWithScaling (reference/concatenation.h): floats in just this
 * order; equal scales move values. */
static MRT_COLD void mrt_concatenation_fill_u8(uint8_t *table, float in_scale, int32_t in_zero, float out_scale,
                                               int32_t out_zero)
{
    const float scale = in_scale * (1.0f / out_scale), bias = (float)-in_zero * scale;
    const int   is_same = in_scale >= out_scale && in_scale <= out_scale && in_zero == out_zero;
    int32_t     x;

    for (x = 0; x < 256; x++) {
        const float y = mrt_round_away_f32((float)x * scale + bias) + (float)out_zero;
        table[x] = (uint8_t)(is_same ? (float)x : y >= 0.0f ? (y <= 255.0f ? y : 255.0f) : 0.0f); /* NaN, too */
    }
}
#endif

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
