/* Dot products with Arm's DSP instructions (Cortex-M4, M7, M33): see ../dot.h. Two products an SMLAD; a word of four int8 is
 * unpacked into halfwords 0, 2 and 1, 3 by SXTB16. Words may lie at any address, as these cores allow for LDR.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ARM_DSP_DOT_H
#define MRT_ARCH_ARM_DSP_DOT_H

#include "dsp.h"

MRT_INLINE uint32_t mrt_even_bytes(uint32_t word)
{
    uint32_t pair;

    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
    return pair;
}

MRT_INLINE uint32_t mrt_odd_bytes(uint32_t word)
{
    uint32_t pair;

    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
    return pair;
}

/* acc + the four products of a word of weights with unpacked inputs. */
MRT_INLINE uint32_t mrt_dot_word(uint32_t even, uint32_t odd, const int8_t *w, uint32_t acc)
{
    const uint32_t word = mrt_load_word(w);

    acc = mrt_smlad(even, mrt_even_bytes(word), acc);
    return mrt_smlad(odd, mrt_odd_bytes(word), acc);
}

MRT_INLINE uint32_t mrt_dot_i8(const int8_t *in, const int8_t *w, int32_t count, uint32_t acc)
{
    int32_t i;

    for (i = 0; i + 4 <= count; i += 4) {
        const uint32_t word = mrt_load_word(in + i);
        acc = mrt_dot_word(mrt_even_bytes(word), mrt_odd_bytes(word), w + i, acc);
    }
    for (; i < count; i++)
        acc += (uint32_t)((int32_t)in[i] * w[i]);
    return acc;
}

MRT_INLINE void mrt_dot4_i8(const int8_t *in, const int8_t *w, int32_t pitch, int32_t count, uint32_t *acc)
{
    const int8_t *w1 = w + pitch, *w2 = w1 + pitch, *w3 = w2 + pitch;
    uint32_t      acc0 = acc[0], acc1 = acc[1], acc2 = acc[2], acc3 = acc[3];
    int32_t       i;

    for (i = 0; i + 4 <= count; i += 4) {
        const uint32_t word = mrt_load_word(in + i), even = mrt_even_bytes(word), odd = mrt_odd_bytes(word);
        acc0 = mrt_dot_word(even, odd, w + i, acc0);
        acc1 = mrt_dot_word(even, odd, w1 + i, acc1);
        acc2 = mrt_dot_word(even, odd, w2 + i, acc2);
        acc3 = mrt_dot_word(even, odd, w3 + i, acc3);
    }
    for (; i < count; i++) {
        const int32_t x = in[i];
        acc0 += (uint32_t)(x * w[i]);
        acc1 += (uint32_t)(x * w1[i]);
        acc2 += (uint32_t)(x * w2[i]);
        acc3 += (uint32_t)(x * w3[i]);
    }
    acc[0] = acc0;
    acc[1] = acc1;
    acc[2] = acc2;
    acc[3] = acc3;
}

#endif
