/* Arm's DSP instructions (Cortex-M4, M7, M33 with DSP), each with its twin in C, which other machines run: so the layouts
 * and drivers made for them are tested everywhere. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ARM_DSP_H
#define MRT_ARCH_ARM_DSP_H

#include "../channel.h"
#include "../word.h"

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)
#define MRT_HAS_DSP 1
#else
#define MRT_HAS_DSP 0
#endif

/* {byte 0, byte 2} of word, sign-extended, plus the halfwords of pair. */
MRT_INLINE uint32_t mrt_even_bytes_plus(uint32_t pair, uint32_t word)
{
#if MRT_HAS_DSP
    uint32_t sum;

    __asm__("sxtab16 %0, %1, %2" : "=r"(sum) : "r"(pair), "r"(word));
    return sum;
#else
    const int32_t  byte0 = (int8_t)word, byte2 = (int8_t)(word >> 16);
    const uint32_t low = pair + (uint32_t)byte0, high = (pair >> 16) + (uint32_t)byte2;

    return (uint32_t)(uint16_t)low | high << 16;
#endif
}

/* The same of bytes 1 and 3. */
MRT_INLINE uint32_t mrt_odd_bytes_plus(uint32_t pair, uint32_t word)
{
#if MRT_HAS_DSP
    uint32_t sum;

    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(sum) : "r"(pair), "r"(word));
    return sum;
#else
    return mrt_even_bytes_plus(pair, word >> 8);
#endif
}

/* {byte 0, byte 2} of word, sign-extended; {byte 1, byte 3}. */
MRT_INLINE uint32_t mrt_even_bytes(uint32_t word)
{
#if MRT_HAS_DSP
    uint32_t pair;

    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
    return pair;
#else
    return mrt_even_bytes_plus(0, word);
#endif
}

MRT_INLINE uint32_t mrt_odd_bytes(uint32_t word)
{
#if MRT_HAS_DSP
    uint32_t pair;

    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
    return pair;
#else
    return mrt_odd_bytes_plus(0, word);
#endif
}

/* acc + both products of halfwords. */
MRT_INLINE uint32_t mrt_smlad(uint32_t a, uint32_t b, uint32_t acc)
{
#if MRT_HAS_DSP
    __asm__("smlad %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return acc + (uint32_t)((int32_t)(int16_t)a * (int16_t)b) + (uint32_t)((int32_t)(int16_t)(a >> 16) * (int16_t)(b >> 16));
#endif
}

/* acc + a's lower (upper) halfword times b's upper (lower) one. */
MRT_INLINE uint32_t mrt_smlabt(uint32_t a, uint32_t b, uint32_t acc)
{
#if MRT_HAS_DSP
    __asm__("smlabt %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return acc + (uint32_t)((int32_t)(int16_t)a * (int16_t)(b >> 16));
#endif
}

MRT_INLINE uint32_t mrt_smlatb(uint32_t a, uint32_t b, uint32_t acc)
{
#if MRT_HAS_DSP
    __asm__("smlatb %0, %1, %2, %0" : "+r"(acc) : "r"(a), "r"(b));
    return acc;
#else
    return acc + (uint32_t)((int32_t)(int16_t)(a >> 16) * (int16_t)b);
#endif
}

/* The greater (lesser) one of each two bytes, signed. */
MRT_INLINE uint32_t mrt_greater_bytes(uint32_t a, uint32_t b)
{
#if MRT_HAS_DSP
    uint32_t difference;

    __asm__("ssub8 %1, %0, %2\n\tsel %0, %0, %2" : "+&r"(a), "=&r"(difference) : "r"(b));
    return a;
#else
    uint32_t word = 0;
    int      i;

    for (i = 0; i < 32; i += 8) {
        const int32_t x = (int8_t)(a >> i), y = (int8_t)(b >> i);
        word |= ((uint32_t)mrt_max_i32(x, y) & 0xffu) << i;
    }
    return word;
#endif
}

MRT_INLINE uint32_t mrt_lesser_bytes(uint32_t a, uint32_t b)
{
    return ~mrt_greater_bytes(~a, ~b);
}

/* add + a b / 2^32, rounded to nearest. */
MRT_INLINE int32_t mrt_smmlar(int32_t a, int32_t b, int32_t add)
{
#if MRT_HAS_DSP
    int32_t sum;

    __asm__("smmlar %0, %1, %2, %3" : "=r"(sum) : "r"(a), "r"(b), "r"(add));
    return sum;
#else
    return add + (int32_t)(((int64_t)a * b + ((int64_t)1 << 31)) >> 32);
#endif
}

MRT_INLINE int32_t mrt_clamp_output(const mrt_output *output, int32_t y)
{
#if MRT_HAS_DSP
    if (output->act_min == -128 && output->act_max == 127) {
        __asm__("ssat %0, #8, %1" : "=r"(y) : "r"(y));
        return y;
    }
#endif
    return mrt_clamp_i32(y, output->act_min, output->act_max);
}

/* The output for twice the sum, bias included: channel.h's fast formula with the doubled sum, which is what SMMLAR wants:
 * (floor(2 x mult / 2^32 + 1/2) + (r << (shift - 1)) - [x < 0]) >> shift. */
MRT_INLINE int8_t mrt_output_of_doubled(const mrt_output *output, const mrt_channel *c, uint32_t twice)
{
    const int32_t x2 = (int32_t)twice;
    int32_t       add = (int32_t)((uint32_t)c->round << (c->shift - 1));

    if (!output->is_relu)
        add += x2 >> 31;
    return (int8_t)mrt_clamp_output(output, mrt_smmlar(x2, c->mult, add) >> c->shift);
}

/* The output for a sum without bias. */
MRT_INLINE int8_t mrt_output_of_dsp(const mrt_output *output, const mrt_channel *c, uint32_t sum)
{
    const uint32_t x = sum + (uint32_t)c->bias;

    return output->is_fast ? mrt_output_of_doubled(output, c, x << 1) : mrt_output_literal(output, c, x);
}

#endif
