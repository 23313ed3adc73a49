/* ARG_MAX and ARG_MIN: in [outer, size, inner] -> out [outer, inner], where along the middle axis the largest value (or the
 * smallest) comes first. Source: TensorFlow Lite's reference kernel (reference/arg_min_max.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARG_H
#define MRT_ARG_H

#include "../mrt.h"

typedef struct mrt_arg_params {
    int32_t outer, size, inner;
    int32_t is_min;
} mrt_arg_params;

MRT_INLINE int32_t mrt_arg_one_i8(const mrt_arg_params *p, const int8_t *in)
{
    int32_t best = p->is_min ? -in[0] : in[0], found = 0, i;

    for (i = 1; i < p->size; i++) {
        const int8_t  x = in[(size_t)i * (size_t)p->inner];
        const int32_t y = p->is_min ? -x : x;
        if (y > best) {
            best = y;
            found = i;
        }
    }
    return found;
}

MRT_INLINE void mrt_arg_i8(const mrt_arg_params *p, const mrt_io *io)
{
    const int8_t *in = (const int8_t *)io->in[0];
    int32_t      *out = (int32_t *)io->out[0];
    int32_t       o, i;

    for (o = 0; o < p->outer; o++, in += (size_t)p->size * (size_t)p->inner)
        for (i = 0; i < p->inner; i++)
            *out++ = mrt_arg_one_i8(p, in + i);
}

/* A NaN is never found, unless it is the first. */
MRT_INLINE int32_t mrt_arg_one_f32(const mrt_arg_params *p, const float *in)
{
    float   best = p->is_min ? -in[0] : in[0];
    int32_t found = 0, i;

    for (i = 1; i < p->size; i++) {
        const float x = in[(size_t)i * (size_t)p->inner];
        const float y = p->is_min ? -x : x;
        if (y > best) {
            best = y;
            found = i;
        }
    }
    return found;
}

MRT_INLINE void mrt_arg_f32(const mrt_arg_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    int32_t     *out = (int32_t *)io->out[0];
    int32_t      o, i;

    for (o = 0; o < p->outer; o++, in += (size_t)p->size * (size_t)p->inner)
        for (i = 0; i < p->inner; i++)
            *out++ = mrt_arg_one_f32(p, in + i);
}

#endif
