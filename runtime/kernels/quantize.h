/* QUANTIZE: real numbers to integers, or integers to others in another scale. DEQUANTIZE: integers, or float16, to float32.
 * in, out [count]. Nothing fails, no scratch.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_QUANTIZE_H
#define MRT_QUANTIZE_H

#include "rescale.h"

/* float32 -> int8, uint8, int16: out = clamp(round(in / scale) + zero, low, high), halves away from zero.
 * What an int32 cannot hold saturates; NaN becomes low. Bytes may be written over the floats that they come from. Source:
 * TensorFlow Lite's AffineQuantize (reference/quantize.h). */
typedef struct mrt_quantize_f32_params {
    int32_t count;
    float   scale;
    int32_t zero, low, high;
} mrt_quantize_f32_params;

MRT_INLINE int32_t mrt_quantize_one_f32(const mrt_quantize_f32_params *p, float in)
{
    const float ratio = in / p->scale;
    int32_t     whole;
    float       rest;

    if (!(ratio > -1e9f))
        return p->low;
    if (ratio > 1e9f)
        return p->high;
    whole = (int32_t)ratio;
    rest = ratio - (float)whole; /* exact: adding 0.5 in float would lift 0.49999997 to 1 */
    whole += rest >= 0.5f ? 1 : rest <= -0.5f ? -1 : 0;
    return mrt_clamp_i32((int32_t)((uint32_t)whole + (uint32_t)p->zero), p->low, p->high);
}

MRT_INLINE void mrt_quantize_f32_i8(const mrt_quantize_f32_params *p, const float *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int8_t)mrt_quantize_one_f32(p, in[i]);
}

MRT_INLINE void mrt_quantize_f32_u8(const mrt_quantize_f32_params *p, const float *in, uint8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (uint8_t)mrt_quantize_one_f32(p, in[i]);
}

MRT_INLINE void mrt_quantize_f32_i16(const mrt_quantize_f32_params *p, const float *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)mrt_quantize_one_f32(p, in[i]);
}

/* int8, int16, int32 and uint8 to one another: out = clamp(rescale(in - in_zero, mult, shift) + out_zero, low, high). May
 * run in place to the same type, and to bytes. Source: TensorFlow Lite's Requantize (reference/requantize.h). */
typedef struct mrt_requantize_params {
    int32_t count;
    int32_t in_zero, out_zero;
    int32_t mult, shift;
    int32_t low, high;
} mrt_requantize_params;

MRT_INLINE int32_t mrt_requantize_one(const mrt_requantize_params *p, int32_t in)
{
    const uint32_t moved = (uint32_t)in - (uint32_t)p->in_zero;
    const uint32_t y = (uint32_t)mrt_rescale((int32_t)moved, p->mult, (int)p->shift) + (uint32_t)p->out_zero;

    return mrt_clamp_i32((int32_t)y, p->low, p->high);
}

MRT_INLINE void mrt_requantize_i8_i8(const mrt_requantize_params *p, const int8_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int8_t)mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_i8_u8(const mrt_requantize_params *p, const int8_t *in, uint8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (uint8_t)mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_u8_u8(const mrt_requantize_params *p, const uint8_t *in, uint8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (uint8_t)mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_u8_i16(const mrt_requantize_params *p, const uint8_t *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_u8_i8(const mrt_requantize_params *p, const uint8_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int8_t)mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_i8_i16(const mrt_requantize_params *p, const int8_t *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_i8_i32(const mrt_requantize_params *p, const int8_t *in, int32_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_i16_i8(const mrt_requantize_params *p, const int16_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int8_t)mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_i16_i16(const mrt_requantize_params *p, const int16_t *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_i16_i32(const mrt_requantize_params *p, const int16_t *in, int32_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_i32_i8(const mrt_requantize_params *p, const int32_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int8_t)mrt_requantize_one(p, in[i]);
}

MRT_INLINE void mrt_requantize_i32_i16(const mrt_requantize_params *p, const int32_t *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)mrt_requantize_one(p, in[i]);
}

#if !defined(__AVR__)
/* Fills mult and shift. */
static MRT_COLD void mrt_requantize_prepare(mrt_requantize_params *p, float in_scale, float out_scale)
{
    mrt_quantize_multiplier((double)in_scale / (double)out_scale, &p->mult, &p->shift);
}
#endif

/* int8, uint8, int16 -> float32: out = scale * (in - zero). */
typedef struct mrt_dequantize_params {
    int32_t count;
    float   scale;
    int32_t zero;
} mrt_dequantize_params;

MRT_INLINE void mrt_dequantize_i8(const mrt_dequantize_params *p, const int8_t *in, float *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = p->scale * (float)(in[i] - p->zero);
}

MRT_INLINE void mrt_dequantize_u8(const mrt_dequantize_params *p, const uint8_t *in, float *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = p->scale * (float)(in[i] - p->zero);
}

MRT_INLINE void mrt_dequantize_i16(const mrt_dequantize_params *p, const int16_t *in, float *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = p->scale * (float)(in[i] - p->zero);
}

/* float16 -> float32, exactly. As integers read here: 1 bit of sign, 5 of exponent (biased by 15), 10 of fraction; float32
 * has 8 (by 127) and 23. scale and zero are not looked at. Source: IEEE 754-2008, binary16. */
MRT_INLINE float mrt_dequantize_one_f16(uint16_t in)
{
    const uint32_t exponent = in >> 10 & 31u, fraction = in & 1023u;
    const float    sign = in >> 15 ? -1.0f : 1.0f;
    union {
        uint32_t bits;
        float    value;
    } word;

    if (exponent == 0)
        return sign * ((float)fraction * 5.9604644775390625e-8f); /* 2^-24: subnormal */
    word.bits = (uint32_t)(in >> 15) << 31 | (exponent == 31 ? 255u : exponent + 112u) << 23 | fraction << 13;
    return word.value;
}

MRT_INLINE void mrt_dequantize_f16(const mrt_dequantize_params *p, const uint16_t *in, float *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_dequantize_one_f16(in[i]);
}

#endif
