/* Functions of one value as tables. May run in place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_LOOKUP_H
#define MRT_LOOKUP_H

#include "rescale.h"

/* Any int8 function of one int8 value: out[i] = table[in[i] + 128]; in, out [count]; table [256]. Smaller and faster than
 * the arithmetic it stands for where that is an exp or a tanh. */
typedef struct mrt_lookup_i8_params {
    int32_t                 count;
    const MRT_FLASH int8_t *table;
} mrt_lookup_i8_params;

MRT_INLINE void mrt_lookup_i8(const mrt_lookup_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = p->table[in[i] + 128];
}

/* uint8: out[i] = table[in[i]], the table's bytes taken without sign. */
MRT_INLINE void mrt_lookup_u8(const mrt_lookup_i8_params *p, const uint8_t *in, uint8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (uint8_t)p->table[in[i]];
}

enum { MRT_LOOKUP_I16_COUNT = 513 };

/* An int16 function of x, between the two of 513 points that are next to it; points lie 128 apart.
 * Source: TensorFlow Lite's LUTLookup (kernels/internal/common.h). */
MRT_INLINE int32_t mrt_lookup_one_i16(const MRT_FLASH int16_t *table, int32_t x)
{
    const int32_t at = 256 + (x >> 7), base = table[at];

    return base + (((table[at + 1] - base) * (x & 127) + 64) >> 7);
}

#if !defined(__AVR__)
/* To the nearest whole number, halves away from zero. */
static MRT_COLD float mrt_round_away_f32(float x)
{
    if (!(x < 8388608.0f && x > -8388608.0f)) /* from there on every float is whole */
        return x;
    return (float)mrt_round_f64((double)x);
}

static MRT_COLD float mrt_clamp_to_i16(float x)
{
    return mrt_clamp_f32(x, -32768.0f, 32767.0f);
}

/* The table of a real function in the given scales.
 * Source: TensorFlow Lite's LUTPopulate (kernels/internal/common.h): float arithmetic in just this order. */
static MRT_COLD void mrt_lookup_fill_i8(int8_t *table, float (*function)(float x), float in_scale, int32_t in_zero,
                                        float out_scale, int32_t out_zero)
{
    const float inverse = 1.0f / out_scale;
    int32_t     x;

    for (x = -128; x < 128; x++) {
        const float y = mrt_round_away_f32(function(in_scale * (float)(x - in_zero)) * inverse) + (float)out_zero;
        table[x + 128] = (int8_t)(y <= 127.0f ? (y >= -128.0f ? y : -128.0f) : 127.0f); /* NaN, too */
    }
}

/* The table of a real function over [low, high], in steps of 2^-15. Each entry is moved by half of what interpolation errs
 * in the middle between it and the next.
 * Source: TensorFlow Lite's LUTPopulate (kernels/internal/common.h): float arithmetic in just this order. */
static MRT_COLD void mrt_lookup_fill_i16(int16_t *table, float (*function)(float x), float low, float high)
{
    const float step = (high - low) / 512.0f;
    int32_t     i;

    for (i = 0; i < 512; i++) {
        const float here = mrt_round_away_f32(function(low + (float)i * step) * 32768.0f);
        const float next = function(low + (float)(i + 1) * step) * 32768.0f;
        const float middle = mrt_round_away_f32(function(low + (float)i * step + step / 2.0f) * 32768.0f);
        const float error = mrt_round_away_f32((next + here) / 2.0f) - middle;
        table[i] = (int16_t)mrt_clamp_to_i16(here - mrt_round_away_f32(error / 2.0f));
    }
    table[512] = (int16_t)mrt_clamp_to_i16(mrt_round_away_f32(function(high) * 32768.0f));
}
#endif

#endif
