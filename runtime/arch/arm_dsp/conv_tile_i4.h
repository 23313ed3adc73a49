/* The inner loop of CONV_2D with int4 weights and Arm's DSP instructions: two channels, three positions, over a panel of
 * halfwords (patch.h: MRT_PANEL_PAIRS).
 *
 * Weights of channels o and o + 1 make one byte, b(k) = 16 w[o][k] + w[o+1][k] + 8; a group of 4 values is a word, b(0)
 * first: half of what int8 weights take. SXTB16 makes halfwords of bytes 0 and 2, or 1 and 3; where AND cleared the lower
 * halves before, they hold 16 w[o]. Then with x[p] = 16 times the sum over w[o], y[p] = sum over b, and t[p] = the sum of
 * the panel's values, which is the same for all channels, y - x - 8 t = the sum over w[o+1].
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ARM_DSP_CONV_TILE_I4_H
#define MRT_ARCH_ARM_DSP_CONV_TILE_I4_H

#include "conv_tiles.h"

/* As many values have sums that do not overflow: 2^31 / (128 * 255). */
#define MRT_I4_DEPTH_MAX 65536

#if MRT_HAS_DSP

#define MRT_I4_PRODUCTS(x)                                                                                                  \
    "smlad %[" #x "0], %[s], r0, %[" #x "0]\n\tsmlad %[" #x "1], %[s], r1, %[" #x "1]\n\tsmlad %[" #x "2], %[s], r2, %[" #x \
    "2]\n\t"
#define MRT_I4_HALF(rotation)                                                                                               \
    "ldm %[ap]!, {r0, r1, r2}\n\tsxtb16 %[s], %[w]" rotation                                                                \
    "\n\t" MRT_I4_PRODUCTS(y) "and %[s], %[w], #0xf0f0f0f0\n\tsxtb16 %[s], %[s]" rotation "\n\t" MRT_I4_PRODUCTS(x)
#define MRT_I4_STEP "ldr %[w], [%[wp]], #4\n\t" MRT_I4_HALF("") MRT_I4_HALF(", ror #8")

/* depth: a multiple of 8 that is not 0. The end waits on the stack while its register holds weights: with one of its own
 * there would be 14, which compilers do not always find. */
MRT_INLINE mrt_pairs_sums mrt_i4_tile(const int8_t *w, const uint32_t *panel, int32_t depth)
{
    const uint32_t *end = panel + depth / 2 * 3;
    mrt_pairs_sums  s = {0, 0, 0, 0, 0, 0};
    uint32_t        word;

    __asm__("push {%[s]}\n1:\n\t" MRT_I4_STEP MRT_I4_STEP "ldr %[s], [sp]\n\tcmp %[ap], %[s]\n\tbne 1b\n\tpop {%[s]}"
            : [x0] "+r"(s.x0), [x1] "+r"(s.x1), [x2] "+r"(s.x2), [y0] "+r"(s.y0), [y1] "+r"(s.y1), [y2] "+r"(s.y2),
              [wp] "+r"(w), [ap] "+r"(panel), [w] "=&r"(word), [s] "+r"(end)
            :
            : "r0", "r1", "r2", "cc", "memory");
    return s;
}

#else

MRT_INLINE mrt_pairs_sums mrt_i4_tile(const int8_t *w, const uint32_t *panel, int32_t depth)
{
    mrt_pairs_sums s = {0, 0, 0, 0, 0, 0};
    int32_t        k, half;

    for (k = 0; k < depth; k += 4, w += 4)
        for (half = 0; half < 2; half++, panel += 3) {
            const uint32_t word = mrt_load_word(w) >> (8 * half);
            const uint32_t both = mrt_even_bytes(word), first = mrt_even_bytes(word & 0xf0f0f0f0u);
            s.y0 = mrt_smlad(both, panel[0], s.y0);
            s.y1 = mrt_smlad(both, panel[1], s.y1);
            s.y2 = mrt_smlad(both, panel[2], s.y2);
            s.x0 = mrt_smlad(first, panel[0], s.x0);
            s.x1 = mrt_smlad(first, panel[1], s.x1);
            s.x2 = mrt_smlad(first, panel[2], s.x2);
        }
    return s;
}

#endif

/* t: sums of the panel's values. */
typedef struct mrt_i4_totals {
    uint32_t t0, t1, t2;
} mrt_i4_totals;

MRT_INLINE mrt_i4_totals mrt_i4_total(const uint32_t *panel, int32_t depth)
{
    const uint32_t *const end = panel + depth / 2 * 3;
    mrt_i4_totals         t = {0, 0, 0};

    for (; panel != end; panel += 12) {
        t.t0 = mrt_smlad(panel[0], 0x00010001u, mrt_smlad(panel[3], 0x00010001u, t.t0));
        t.t1 = mrt_smlad(panel[1], 0x00010001u, mrt_smlad(panel[4], 0x00010001u, t.t1));
        t.t2 = mrt_smlad(panel[2], 0x00010001u, mrt_smlad(panel[5], 0x00010001u, t.t2));
        t.t0 = mrt_smlad(panel[6], 0x00010001u, mrt_smlad(panel[9], 0x00010001u, t.t0));
        t.t1 = mrt_smlad(panel[7], 0x00010001u, mrt_smlad(panel[10], 0x00010001u, t.t1));
        t.t2 = mrt_smlad(panel[8], 0x00010001u, mrt_smlad(panel[11], 0x00010001u, t.t2));
    }
    return t;
}

/* Twice channel o's sum; twice channel o + 1's. */
MRT_INLINE uint32_t mrt_i4_first_twice(uint32_t x)
{
    return (uint32_t)((int32_t)x >> 3);
}

MRT_INLINE uint32_t mrt_i4_second_twice(uint32_t x, uint32_t y, uint32_t t)
{
    return ((y - x) << 1) - (t << 4);
}

#endif
