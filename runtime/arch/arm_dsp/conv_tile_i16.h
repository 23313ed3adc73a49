/* The inner loop of CONV_2D with int16 values, int8 weights and Arm's DSP instructions: two channels, three positions. A
 * panel holds pairs of neighbouring values, of each position one; for each such pair the weights are a word, of bytes
 * w[o][k], w[o+1][k], w[o][k+1], w[o+1][k+1]: as many bytes as the weights had. Sums run in 32 bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ARM_DSP_CONV_TILE_I16_H
#define MRT_ARCH_ARM_DSP_CONV_TILE_I16_H

#include "dsp.h"

/* x: of channel o, y: of o + 1. */
typedef struct mrt_i16_sums {
    uint32_t x0, x1, x2, y0, y1, y2;
} mrt_i16_sums;

#if MRT_HAS_DSP

#define MRT_I16_STEP                                                                                                        \
    "ldr %[w], [%[wp]], #4\n\tldm %[ap]!, {r0, r1, r2}\n\tsxtb16 %[s], %[w]\n\t"                                            \
    "smlad %[x0], %[s], r0, %[x0]\n\tsmlad %[x1], %[s], r1, %[x1]\n\tsmlad %[x2], %[s], r2, %[x2]\n\t"                      \
    "sxtb16 %[s], %[w], ror #8\n\t"                                                                                         \
    "smlad %[y0], %[s], r0, %[y0]\n\tsmlad %[y1], %[s], r1, %[y1]\n\tsmlad %[y2], %[s], r2, %[y2]\n\t"

/* depth: a multiple of 8 that is not 0. The end waits on the stack, as mrt_i4_tile's does. */
MRT_INLINE void mrt_i16_tile(mrt_i16_sums *s, const int8_t *w, const uint32_t *panel, int32_t depth)
{
    const uint32_t *end = panel + depth / 2 * 3;
    uint32_t        word;

    __asm__("push {%[s]}\n1:\n\t" MRT_I16_STEP MRT_I16_STEP MRT_I16_STEP MRT_I16_STEP
            "ldr %[s], [sp]\n\tcmp %[ap], %[s]\n\tbne 1b\n\tpop {%[s]}"
            : [x0] "+r"(s->x0), [x1] "+r"(s->x1), [x2] "+r"(s->x2), [y0] "+r"(s->y0), [y1] "+r"(s->y1), [y2] "+r"(s->y2),
              [wp] "+r"(w), [ap] "+r"(panel), [w] "=&r"(word), [s] "+r"(end)
            :
            : "r0", "r1", "r2", "cc", "memory");
}

#else

MRT_INLINE void mrt_i16_tile(mrt_i16_sums *s, const int8_t *w, const uint32_t *panel, int32_t depth)
{
    int32_t k;

    for (k = 0; k < depth; k += 2, w += 4, panel += 3) {
        const uint32_t x = mrt_even_bytes(mrt_load_word(w)), y = mrt_odd_bytes(mrt_load_word(w));
        s->x0 = mrt_smlad(x, panel[0], s->x0);
        s->x1 = mrt_smlad(x, panel[1], s->x1);
        s->x2 = mrt_smlad(x, panel[2], s->x2);
        s->y0 = mrt_smlad(y, panel[0], s->y0);
        s->y1 = mrt_smlad(y, panel[1], s->y1);
        s->y2 = mrt_smlad(y, panel[2], s->y2);
    }
}

#endif

#endif
