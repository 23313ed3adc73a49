/* CAST: numbers as they are in another type. ZEROS_LIKE, FILL: one value everywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CONVERT_H
#define MRT_CONVERT_H

#include "../mrt.h"

/* ---- CAST: in, out [count] ----
 *
 * Integers to narrower ones keep their low bits. float32 to integers cuts fractions off and stops at low and high; NaN is 0.
 * To bool: whether it is not 0 (of NaN, too).
 * Source: TensorFlow Lite Micro's answers, and its copyCast (micro/kernels/cast.cc) in whose place C leaves floats beyond
 * the output's type undefined. */

/* How an integer or a bool lies in memory. */
typedef struct mrt_cast_type {
    int32_t bytes; /* 1, 2, 4, 8 */
    int32_t is_signed, is_bool;
} mrt_cast_type;

MRT_INLINE int64_t mrt_cast_load(const mrt_cast_type *type, const void *in, int32_t i)
{
    if (type->bytes == 1)
        return type->is_signed ? ((const int8_t *)in)[i] : ((const uint8_t *)in)[i];
    if (type->bytes == 2)
        return type->is_signed ? ((const int16_t *)in)[i] : (int64_t)((const uint16_t *)in)[i];
    if (type->bytes == 4)
        return type->is_signed ? ((const int32_t *)in)[i] : (int64_t)((const uint32_t *)in)[i];
    return ((const int64_t *)in)[i];
}

MRT_INLINE void mrt_cast_store(const mrt_cast_type *type, void *out, int32_t i, int64_t value)
{
    if (type->is_bool)
        ((uint8_t *)out)[i] = value != 0;
    else if (type->bytes == 1)
        ((uint8_t *)out)[i] = (uint8_t)value;
    else if (type->bytes == 2)
        ((uint16_t *)out)[i] = (uint16_t)value;
    else if (type->bytes == 4)
        ((uint32_t *)out)[i] = (uint32_t)value;
    else
        ((int64_t *)out)[i] = value;
}

typedef struct mrt_cast_params {
    int32_t       count;
    mrt_cast_type from, to; /* the one that is float32 is not looked at */
} mrt_cast_params;

/* May run in place to bytes, and between types of one width. */
MRT_INLINE void mrt_cast_integers(const mrt_cast_params *p, const mrt_io *io)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        mrt_cast_store(&p->to, io->out[0], i, mrt_cast_load(&p->from, io->in[0], i));
}

/* Rounded to the nearest. */
MRT_INLINE void mrt_cast_to_f32(const mrt_cast_params *p, const mrt_io *io)
{
    float  *out = (float *)io->out[0];
    int32_t i;

    for (i = 0; i < p->count; i++) {
        const int64_t value = mrt_cast_load(&p->from, io->in[0], i);
        if (p->from.bytes < 4 || (p->from.bytes == 4 && p->from.is_signed))
            out[i] = (float)(int32_t)value; /* the chip's own conversion, where it has one */
        else
            out[i] = (float)value;
    }
}

/* In float the highest number may be rounded up, to one that the type does not hold. */
MRT_INLINE int64_t mrt_cast_one_f32(const mrt_cast_type *to, float x)
{
    const int64_t high = INT64_MAX >> (to->is_signed ? 64 - 8 * to->bytes : 63 - 8 * to->bytes);
    const int64_t low = to->is_signed ? -high - 1 : 0;

    if (x >= (float)high)
        return high;
    if (x <= (float)low)
        return low;
    if (!(x > (float)low))
        return 0; /* NaN */
    return high <= INT32_MAX ? (int32_t)x : (int64_t)x;
}

/* May run in place to bytes. */
MRT_INLINE void mrt_cast_from_f32(const mrt_cast_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    int32_t      i;

    for (i = 0; i < p->count; i++)
        if (p->to.is_bool)
            ((uint8_t *)io->out[0])[i] = !(in[i] >= 0.0f && in[i] <= 0.0f);
        else
            mrt_cast_store(&p->to, io->out[0], i, mrt_cast_one_f32(&p->to, in[i]));
}

/* ---- ZEROS_LIKE: out [bytes] = 0; the operand is not read ---- */

typedef struct mrt_zeros_params {
    int32_t bytes;
} mrt_zeros_params;

MRT_INLINE void mrt_zeros(const mrt_zeros_params *p, const mrt_io *io)
{
    uint8_t *out = (uint8_t *)io->out[0];
    int32_t  i;

    for (i = 0; i < p->bytes; i++)
        out[i] = 0;
}

/* ---- FILL: out [count] = the one value, of `bytes` bytes ---- */

typedef struct mrt_fill_params {
    int32_t count, bytes;
} mrt_fill_params;

MRT_INLINE void mrt_fill(const mrt_fill_params *p, const mrt_io *io)
{
    const size_t bytes = (size_t)p->bytes;
    uint8_t     *out = (uint8_t *)io->out[0];
    int32_t      i;

    for (i = 0; i < p->count; i++)
        mrt_copy(out + (size_t)i * bytes, io->in[0], bytes);
}

#endif
