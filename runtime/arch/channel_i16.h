/* From a sum to an int16 output, as channel.h does for int8, where activations are int16: equal, bit for bit, to
 *
 *     rescale_i64(x, mult, shift) = floor((x mult + 2^(14 - shift)) / 2^(15 - shift)),  x = sum + bias  (kernels/rescale_i64.h)
 *
 * while x fits into 32 bits and shift is -2 at most: 16 of the bits that go are left out first, which nested floor divisions
 * allow,
 *
 *     out = clamp((floor(x (mult << 16) / 2^32) + 2^s) >> (s + 1)),  s = -2 - shift
 *
 * An entry of the table `channels` has three words for a channel: mult << 16, bias, s << 16. What all channels have in
 * common is an mrt_output with a zero of 0. The host proves x's range from the weights. SPDX-License-Identifier: Apache-2.0
 */
#ifndef MRT_ARCH_CHANNEL_I16_H
#define MRT_ARCH_CHANNEL_I16_H

#include "arm_dsp/dsp.h"
#include "channel.h"

/* add + floor(a b / 2^32). */
MRT_INLINE int32_t mrt_smmla(int32_t a, int32_t b, int32_t add)
{
#if MRT_HAS_DSP
    int32_t sum;

    __asm__("smmla %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(add));
    return sum;
#else
    return add + mrt_mulh(a, b);
#endif
}

MRT_INLINE int32_t mrt_clamp_i16(const mrt_output *output, int32_t y)
{
#if MRT_HAS_DSP
    if (output->act_min == -32768 && output->act_max == 32767) {
        __asm__("ssat %0, #16, %1" : "=r"(y) : "r"(y));
        return y;
    }
    if (output->act_min == 0 && output->act_max == 32767) {
        __asm__("usat %0, #15, %1" : "=r"(y) : "r"(y));
        return y;
    }
#endif
    return mrt_clamp_i32(y, output->act_min, output->act_max);
}

/* x: the sum with its bias. */
MRT_INLINE int16_t mrt_output_i16(const mrt_output *output, const mrt_channel *c, uint32_t x)
{
    const int32_t y = mrt_smmla((int32_t)x, c->mult, (int32_t)((uint32_t)1 << c->shift));

    return (int16_t)mrt_clamp_i16(output, y >> (c->shift + 1));
}

#endif
