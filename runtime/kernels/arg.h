/* ARG_MAX, ARG_MIN and TOPK_V2.
 *
 * The first two: in [outer, size, inner] -> out [outer, inner], where along the middle axis the largest value (or the
 * smallest) comes first. Source: TensorFlow Lite's reference kernel (reference/arg_min_max.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARG_H
#define MRT_ARG_H

#include "../mrt.h"

typedef struct mrt_arg_params {
    int32_t outer, size, inner;
    int32_t is_min;
    int32_t is_wide; /* the output is int64 */
} mrt_arg_params;

MRT_INLINE void mrt_arg_put(void *out, int32_t is_wide, size_t i, int32_t found)
{
    if (is_wide)
        ((int64_t *)out)[i] = found;
    else
        ((int32_t *)out)[i] = found;
}

/* int8, and uint8, whose upper bit `flip` turns: it is 0 or -128. */
MRT_INLINE int32_t mrt_arg_one_i8(const mrt_arg_params *p, const int8_t *in, int flip)
{
    const int8_t first = (int8_t)(in[0] ^ flip);
    int32_t      best = p->is_min ? -first : first, found = 0, i;

    for (i = 1; i < p->size; i++) {
        const int8_t  x = (int8_t)(in[(size_t)i * (size_t)p->inner] ^ flip);
        const int32_t y = p->is_min ? -x : x;
        if (y > best) {
            best = y;
            found = i;
        }
    }
    return found;
}

MRT_INLINE void mrt_arg_bytes(const mrt_arg_params *p, const mrt_io *io, int flip)
{
    const int8_t *in = (const int8_t *)io->in[0];
    size_t        used = 0;
    int32_t       o, i;

    for (o = 0; o < p->outer; o++, in += (size_t)p->size * (size_t)p->inner)
        for (i = 0; i < p->inner; i++)
            mrt_arg_put(io->out[0], p->is_wide, used++, mrt_arg_one_i8(p, in + i, flip));
}

MRT_INLINE void mrt_arg_i8(const mrt_arg_params *p, const mrt_io *io)
{
    mrt_arg_bytes(p, io, 0);
}

MRT_INLINE void mrt_arg_u8(const mrt_arg_params *p, const mrt_io *io)
{
    mrt_arg_bytes(p, io, -128);
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
    size_t       used = 0;
    int32_t      o, i;

    for (o = 0; o < p->outer; o++, in += (size_t)p->size * (size_t)p->inner)
        for (i = 0; i < p->inner; i++)
            mrt_arg_put(io->out[0], p->is_wide, used++, mrt_arg_one_f32(p, in + i));
}

/* TOPK_V2: in [rows, size] -> values [rows, k] and their places [rows, k], the largest first; of equal ones that which comes
 * first. Source: TensorFlow Lite's kernel (kernels/topk_v2.cc). */
typedef struct mrt_topk_params {
    int32_t rows, size, k;
    int32_t bytes; /* of an element: 1, 2, 4, 8 */
    int32_t is_float, is_unsigned;
} mrt_topk_params;

/* An integer in the values' order. A float's bits are that, once those of negative ones are turned over, and -0 is 0. */
MRT_INLINE int64_t mrt_topk_key(const mrt_topk_params *p, const void *in, int32_t i)
{
    int32_t key;

    if (p->bytes == 1)
        return p->is_unsigned ? ((const uint8_t *)in)[i] : ((const int8_t *)in)[i];
    if (p->bytes == 2)
        return ((const int16_t *)in)[i];
    if (p->bytes == 8)
        return ((const int64_t *)in)[i];
    mrt_copy(&key, (const uint8_t *)in + (size_t)i * 4, 4);
    if (!p->is_float || key >= 0)
        return key;
    return -(int64_t)(key & INT32_MAX);
}

/* place[] is sorted all the time: each element goes in behind those that are not smaller. */
MRT_INLINE void mrt_topk_row(const mrt_topk_params *p, const void *in, int32_t *place)
{
    int32_t count = 0, i, j;

    for (i = 0; i < p->size; i++) {
        const int64_t key = mrt_topk_key(p, in, i);
        for (j = count; j > 0 && mrt_topk_key(p, in, place[j - 1]) < key; j--)
            if (j < p->k)
                place[j] = place[j - 1];
        if (j < p->k)
            place[j] = i;
        if (count < p->k)
            count++;
    }
}

MRT_INLINE void mrt_topk(const mrt_topk_params *p, const mrt_io *io)
{
    const uint8_t *in = (const uint8_t *)io->in[0];
    uint8_t       *values = (uint8_t *)io->out[0];
    int32_t       *place = (int32_t *)io->out[1];
    int32_t        r, j;

    for (r = 0; r < p->rows; r++, in += (size_t)p->size * (size_t)p->bytes, place += p->k) {
        mrt_topk_row(p, in, place);
        for (j = 0; j < p->k; j++, values += p->bytes)
            mrt_copy(values, in + (size_t)place[j] * (size_t)p->bytes, (size_t)p->bytes);
    }
}

#endif
