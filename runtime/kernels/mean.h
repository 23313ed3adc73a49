/* MEAN: the mean along some axes. Axes that lie side by side are merged, so that any shape with at most two runs of reduced
 * axes becomes five numbers:
 *
 *   out[u,m,i] = mean over a, b of in[u,a,m,b,i]        in [outer, first, middle, second, inner], out [outer, middle, inner]
 *
 * out may begin at or below in. Cannot fail: shapes were checked on the host or at open. No scratch.
 *
 * Where the axes lie in more than two runs, and for int16, `axes` tells how to step instead (reduce.h). SUM is the same with
 * the factor 1 instead of 1 / count.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_MEAN_H
#define MRT_MEAN_H

#include "reduce.h"
#include "rescale.h"

typedef struct mrt_mean_shape {
    int32_t outer, first, middle, second, inner;
} mrt_mean_shape;

/* int8 and int16:
 *   acc = offset + sum of in, offset = -in_zero * count       (wraps in 32 bits)
 *   out = clamp(rescale(acc, mult, shift) + out_zero, -128, 127)        (of int16: -32768, 32767)
 * mult and shift hold in_scale / out_scale / count; of SUM: in_scale / out_scale.
 * Source: TensorFlow Lite's QuantizedMeanOrSum (reference/reduce.h); rounds twice, see rescale.h. */
typedef struct mrt_mean_i8_params {
    mrt_mean_shape shape;
    int32_t        offset, out_zero;
    int32_t        mult, shift;

    const MRT_FLASH int32_t *axes; /* NULL: by the shape */
} mrt_mean_i8_params;

MRT_INLINE uint32_t mrt_mean_i8_sum(const mrt_mean_shape *shape, const int8_t *in)
{
    uint32_t acc = 0;
    int32_t  a, b;

    for (a = 0; a < shape->first; a++) {
        const int8_t *slice = in + a * shape->middle * shape->second * shape->inner;
        for (b = 0; b < shape->second; b++) {
            const int32_t x = slice[b * shape->inner];
            acc += (uint32_t)x;
        }
    }
    return acc;
}

MRT_INLINE int8_t mrt_mean_i8_of(const mrt_mean_i8_params *p, uint32_t acc)
{
    const int32_t y = mrt_rescale((int32_t)acc, p->mult, (int)p->shift);

    return (int8_t)mrt_clamp_i32((int32_t)((uint32_t)y + (uint32_t)p->out_zero), -128, 127);
}

MRT_INLINE void mrt_mean_i8(const mrt_mean_i8_params *p, const int8_t *in, int8_t *out)
{
    const mrt_mean_shape *shape = &p->shape;
    int32_t               u, m, i;

    for (u = 0; u < shape->outer; u++, in += shape->first * shape->middle * shape->second * shape->inner)
        for (m = 0; m < shape->middle; m++)
            for (i = 0; i < shape->inner; i++)
                *out++ = mrt_mean_i8_of(p, (uint32_t)p->offset +
                                               mrt_mean_i8_sum(shape, in + m * shape->second * shape->inner + i));
}

/* Any axes. */
MRT_INLINE void mrt_mean_axes_i8(const mrt_mean_i8_params *p, const mrt_io *io)
{
    const int8_t *in = (const int8_t *)io->in[0];
    int8_t       *out = (int8_t *)io->out[0];
    mrt_steps     kept, taken;

    mrt_steps_begin(&kept);
    do {
        uint32_t acc = (uint32_t)p->offset;
        mrt_steps_begin(&taken);
        do {
            const int32_t x = in[kept.offset + taken.offset];
            acc += (uint32_t)x;
        } while (mrt_steps_next(&taken, p->axes + MRT_REDUCE_TAKEN));
        *out++ = mrt_mean_i8_of(p, acc);
    } while (mrt_steps_next(&kept, p->axes + MRT_REDUCE_KEPT));
}

typedef struct mrt_mean_i16_params {
    int32_t                  offset, out_zero;
    int32_t                  mult, shift;
    const MRT_FLASH int32_t *axes;
} mrt_mean_i16_params;

/* uint8, by axes as int16. */
MRT_INLINE void mrt_mean_u8(const mrt_mean_i16_params *p, const mrt_io *io)
{
    const uint8_t *in = (const uint8_t *)io->in[0];
    uint8_t       *out = (uint8_t *)io->out[0];
    mrt_steps      kept, taken;

    mrt_steps_begin(&kept);
    do {
        uint32_t acc = (uint32_t)p->offset;
        mrt_steps_begin(&taken);
        do {
            acc += in[kept.offset + taken.offset];
        } while (mrt_steps_next(&taken, p->axes + MRT_REDUCE_TAKEN));
        acc = (uint32_t)mrt_rescale((int32_t)acc, p->mult, (int)p->shift) + (uint32_t)p->out_zero;
        *out++ = (uint8_t)mrt_clamp_i32((int32_t)acc, 0, UINT8_MAX);
    } while (mrt_steps_next(&kept, p->axes + MRT_REDUCE_KEPT));
}

MRT_INLINE void mrt_mean_i16(const mrt_mean_i16_params *p, const mrt_io *io)
{
    const int16_t *in = (const int16_t *)io->in[0];
    int16_t       *out = (int16_t *)io->out[0];
    mrt_steps      kept, taken;

    mrt_steps_begin(&kept);
    do {
        uint32_t acc = (uint32_t)p->offset;
        int32_t  y;
        mrt_steps_begin(&taken);
        do {
            const int32_t x = in[kept.offset + taken.offset];
            acc += (uint32_t)x;
        } while (mrt_steps_next(&taken, p->axes + MRT_REDUCE_TAKEN));
        y = mrt_rescale((int32_t)acc, p->mult, (int)p->shift);
        *out++ = (int16_t)mrt_clamp_i32((int32_t)((uint32_t)y + (uint32_t)p->out_zero), INT16_MIN, INT16_MAX);
    } while (mrt_steps_next(&kept, p->axes + MRT_REDUCE_KEPT));
}

#if !defined(__AVR__)
/* The multiplier in_scale / out_scale / divisor. 1 / divisor goes into it in integers, cut off, so that mult may come out
 * below 2^30. */
static MRT_COLD void mrt_mean_multiplier(float in_scale, float out_scale, int32_t divisor, int32_t *mult, int32_t *shift)
{
    int32_t bits = 0;

    mrt_quantize_multiplier((double)in_scale / (double)out_scale, mult, shift);
    while (divisor >> bits > 1)
        bits++;
    bits = mrt_min_i32(bits, 31 + *shift); /* rescale shifts right by at most 31 */
    *mult = (int32_t)(((int64_t)*mult << bits) / divisor);
    *shift -= bits;
}
#endif

/* float32; factor = 1 / count; of SUM: 1. */
typedef struct mrt_mean_f32_params {
    mrt_mean_shape shape;
    float          factor;

    const MRT_FLASH int32_t *axes; /* NULL: by the shape */
} mrt_mean_f32_params;

MRT_INLINE float mrt_mean_f32_sum(const mrt_mean_shape *shape, const float *in)
{
    float   acc = 0.0f;
    int32_t a, b;

    for (a = 0; a < shape->first; a++) {
        const float *x = in + a * shape->middle * shape->second * shape->inner;
        for (b = 0; b < shape->second; b++)
            acc += x[b * shape->inner];
    }
    return acc;
}

MRT_INLINE void mrt_mean_f32(const mrt_mean_f32_params *p, const float *in, float *out)
{
    const mrt_mean_shape *shape = &p->shape;
    int32_t               u, m, i;

    for (u = 0; u < shape->outer; u++, in += shape->first * shape->middle * shape->second * shape->inner)
        for (m = 0; m < shape->middle; m++)
            for (i = 0; i < shape->inner; i++)
                *out++ = mrt_mean_f32_sum(shape, in + m * shape->second * shape->inner + i) * p->factor;
}

/* Any axes. */
MRT_INLINE void mrt_mean_axes_f32(const mrt_mean_f32_params *p, const mrt_io *io)
{
    const float *in = (const float *)io->in[0];
    float       *out = (float *)io->out[0];
    mrt_steps    kept, taken;

    mrt_steps_begin(&kept);
    do {
        float acc = 0.0f;
        mrt_steps_begin(&taken);
        do {
            acc += in[kept.offset + taken.offset];
        } while (mrt_steps_next(&taken, p->axes + MRT_REDUCE_TAKEN));
        *out++ = acc * p->factor;
    } while (mrt_steps_next(&kept, p->axes + MRT_REDUCE_KEPT));
}

#endif
