/* The inner loops of CONV_2D with Arm's DSP instructions, over a panel of halfwords (patch.h: MRT_PANEL_PAIRS). depth:
 * values of one position, a multiple of 8 that is not 0. Both leave 13 registers enough, so that they compile with a frame
 * pointer. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ARM_DSP_CONV_TILES_H
#define MRT_ARCH_ARM_DSP_CONV_TILES_H

#include "dsp.h"

/* ---- two channels, three positions ----
 *
 * Weights of channels o and o + 1 make one halfword, h(k) = w[o][k] + 256 w[o+1][k]; for each group of 4 values a word
 * h(0) | h(2) << 16, then h(1) | h(3) << 16: as many bytes as the weights had. Then with x[p] = sum over w[o] and
 * y[p] = sum over h, y - x = 256 times the sum over w[o+1], exact while that is below 2^23. */
typedef struct mrt_pairs_sums {
    uint32_t x0, x1, x2, y0, y1, y2;
} mrt_pairs_sums;

#if MRT_HAS_DSP

/* h is used before SXTB16 leaves its lower byte alone. */
#define MRT_PAIRS_STEP                                                                                                      \
    "ldr %[w], [%[wp]], #4\n\tldm %[ap]!, {r0, r1, r2}\n\t"                                                                 \
    "smlad %[y0], %[w], r0, %[y0]\n\tsmlad %[y1], %[w], r1, %[y1]\n\tsmlad %[y2], %[w], r2, %[y2]\n\t"                      \
    "sxtb16 %[w], %[w]\n\t"                                                                                                 \
    "smlad %[x0], %[w], r0, %[x0]\n\tsmlad %[x1], %[w], r1, %[x1]\n\tsmlad %[x2], %[w], r2, %[x2]\n\t"

MRT_INLINE mrt_pairs_sums mrt_pairs_tile(const int8_t *w, const uint32_t *panel, int32_t depth)
{
    const uint32_t *const end = panel + depth / 2 * 3;
    mrt_pairs_sums        s = {0, 0, 0, 0, 0, 0};
    uint32_t              word;

    __asm__("1:\n\t" MRT_PAIRS_STEP MRT_PAIRS_STEP MRT_PAIRS_STEP MRT_PAIRS_STEP "cmp %[ap], %[end]\n\tbne 1b"
            : [x0] "+r"(s.x0), [x1] "+r"(s.x1), [x2] "+r"(s.x2), [y0] "+r"(s.y0), [y1] "+r"(s.y1), [y2] "+r"(s.y2),
              [wp] "+r"(w), [ap] "+r"(panel), [w] "=&r"(word)
            : [end] "r"(end)
            : "r0", "r1", "r2", "cc", "memory");
    return s;
}

#else

MRT_INLINE mrt_pairs_sums mrt_pairs_tile(const int8_t *w, const uint32_t *panel, int32_t depth)
{
    mrt_pairs_sums s = {0, 0, 0, 0, 0, 0};
    int32_t        k;

    for (k = 0; k < depth; k += 2, w += 4, panel += 3) {
        const uint32_t h = mrt_load_word(w), low = mrt_even_bytes_plus(0, h);
        s.y0 = mrt_smlad(h, panel[0], s.y0);
        s.y1 = mrt_smlad(h, panel[1], s.y1);
        s.y2 = mrt_smlad(h, panel[2], s.y2);
        s.x0 = mrt_smlad(low, panel[0], s.x0);
        s.x1 = mrt_smlad(low, panel[1], s.x1);
        s.x2 = mrt_smlad(low, panel[2], s.x2);
    }
    return s;
}

#endif

/* ---- one channel, four positions ----
 *
 * Weights as they are; up to 7 of them beyond depth are read, which meet zeros in the panel. */
typedef struct mrt_row_sums {
    uint32_t x0, x1, x2, x3;
} mrt_row_sums;

#if MRT_HAS_DSP

#define MRT_ROW_HALF                                                                                                        \
    "ldm %[ap]!, {r0, r1, r2, r3}\n\t"                                                                                      \
    "smlad %[x0], %[s], r0, %[x0]\n\tsmlad %[x1], %[s], r1, %[x1]\n\t"                                                      \
    "smlad %[x2], %[s], r2, %[x2]\n\tsmlad %[x3], %[s], r3, %[x3]\n\t"
#define MRT_ROW_STEP                                                                                                        \
    "ldr %[w], [%[wp]], #4\n\tsxtb16 %[s], %[w]\n\t" MRT_ROW_HALF "sxtb16 %[s], %[w], ror #8\n\t" MRT_ROW_HALF

MRT_INLINE mrt_row_sums mrt_row_tile(const int8_t *w, const uint32_t *panel, int32_t depth)
{
    const uint32_t *const end = panel + depth / 2 * 4;
    mrt_row_sums          s = {0, 0, 0, 0};
    uint32_t              word, half;

    __asm__("1:\n\t" MRT_ROW_STEP MRT_ROW_STEP "cmp %[ap], %[end]\n\tbne 1b"
            : [x0] "+r"(s.x0), [x1] "+r"(s.x1), [x2] "+r"(s.x2), [x3] "+r"(s.x3), [wp] "+r"(w), [ap] "+r"(panel),
              [w] "=&r"(word), [s] "=&r"(half)
            : [end] "r"(end)
            : "r0", "r1", "r2", "r3", "cc", "memory");
    return s;
}

#else

MRT_INLINE mrt_row_sums mrt_row_tile(const int8_t *w, const uint32_t *panel, int32_t depth)
{
    mrt_row_sums s = {0, 0, 0, 0};
    int32_t      k, half;

    for (k = 0; k < depth; k += 4, w += 4)
        for (half = 0; half < 2; half++, panel += 4) {
            const uint32_t pair = half ? mrt_odd_bytes_plus(0, mrt_load_word(w)) : mrt_even_bytes_plus(0, mrt_load_word(w));
            s.x0 = mrt_smlad(pair, panel[0], s.x0);
            s.x1 = mrt_smlad(pair, panel[1], s.x1);
            s.x2 = mrt_smlad(pair, panel[2], s.x2);
            s.x3 = mrt_smlad(pair, panel[3], s.x3);
        }
    return s;
}

#endif

#endif
