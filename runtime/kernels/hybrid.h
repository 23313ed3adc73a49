/* Float operators with int8 weights ("dynamic range"): a kernel quantizes its input to int8 by what it sees there, sums in
 * integers, and turns the sums into real numbers again:
 *
 *   sum (in * w)  becomes  in_scale * w_scale * sum ((q - zero) * w)        in is about in_scale * (q - zero)
 *
 * Source: LiteRT's reference kernels. They quantize eight values at once and what is left one by one, and the two round in
 * different ways: what lies the least bit below a half is rounded up among the eight. Both are taken over, since one integer
 * that differs is far more than a float's rounding. Where a double has 32 bits (AVR), a zero point that lies next to a half
 * may be the other one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_HYBRID_H
#define MRT_HYBRID_H

#include "rescale.h"

/* real = scale * (q - zero) */
typedef struct mrt_hybrid {
    float   scale;
    int32_t zero;
} mrt_hybrid;

enum { MRT_HYBRID_BLOCK = 8 };

/* Halves away from zero. Values far beyond int8, and what is no number, become something far beyond int8. */
MRT_INLINE int32_t mrt_hybrid_round(float x, int32_t is_in_block)
{
    int32_t whole;
    float   rest;

    x = x > -1024.0f ? x : -1024.0f;
    x = x < 1024.0f ? x : 1024.0f;
    if (is_in_block)
        return (int32_t)(x + (x < 0.0f ? -0.5f : 0.5f));
    whole = (int32_t)x;
    rest = x - (float)whole;
    return rest >= 0.5f ? whole + 1 : rest <= -0.5f ? whole - 1 : whole;
}

/* The zero point by which that end of the range is exact which the scale misses by less. low <= 0 <= high, not both 0. */
MRT_INLINE int32_t mrt_hybrid_zero(float low, float high)
{
    const double scale = (double)(high - low) / 255.0, below = (double)low / scale, above = (double)high / scale;
    const double zero = 128.0 - below < 127.0 + above ? -128.0 - below : 127.0 - above;

    if (!(zero > -128.0))
        return -128;
    return zero >= 127.0 ? 127 : (int32_t)(zero < 0.0 ? zero - 0.5 : zero + 0.5);
}

/* in: count values, in_step apart. Symmetric: q is -127 to 127 and zero is 0; else -128 to 127, the range with 0 in it. */
static MRT_UNUSED MRT_NOINLINE mrt_hybrid mrt_hybrid_quantize(const float *in, int32_t in_step, int32_t count,
                                                              int32_t is_asymmetric, int8_t *q)
{
    const int32_t in_blocks = count - count % MRT_HYBRID_BLOCK, least = is_asymmetric ? -128 : -127;
    mrt_hybrid    out = {1.0f, 0};
    float         low = 0.0f, high = 0.0f, factor = 0.0f;
    int32_t       i;

    for (i = 0; i < count; i++) {
        low = in[i * in_step] < low ? in[i * in_step] : low;
        high = in[i * in_step] > high ? in[i * in_step] : high;
    }
    if (low < 0.0f || high > 0.0f) {
        const float reach = -low > high ? -low : high;
        out.scale = is_asymmetric ? (high - low) / 255.0f : reach / 127.0f;
        out.zero = is_asymmetric ? mrt_hybrid_zero(low, high) : 0;
        factor = is_asymmetric ? 1.0f / out.scale : 127.0f / reach;
    }
    for (i = 0; i < count; i++)
        q[i] = (int8_t)mrt_clamp_i32(mrt_hybrid_round(in[i * in_step] * factor, i < in_blocks) + out.zero, least, 127);
    return out;
}

/* sum ((q - zero) * w), which wraps. */
MRT_INLINE int32_t mrt_hybrid_dot(const int8_t *q, const MRT_FLASH int8_t *w, int32_t count, int32_t zero)
{
    uint32_t acc = 0;
    int32_t  i;

    for (i = 0; i < count; i++)
        acc += (uint32_t)((q[i] - zero) * w[i]);
    return (int32_t)acc;
}

#endif
