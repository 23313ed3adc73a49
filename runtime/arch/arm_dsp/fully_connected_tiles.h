/* The inner loops of FULLY_CONNECTED with Arm's DSP instructions, four outputs at a time. Words may lie at any address, as
 * these cores allow for LDR. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ARM_DSP_FULLY_CONNECTED_TILES_H
#define MRT_ARCH_ARM_DSP_FULLY_CONNECTED_TILES_H

#include "dsp.h"

/* ---- weights in pairs ----
 *
 * Weights of outputs o and o + 1 make one halfword, h(k) = w[o][k] + 256 w[o+1][k], g(k) is the same of o + 2 and o + 3. A
 * group of 4 inputs has 4 words: h(0) | h(2) << 16, g(0) | g(2) << 16, h(1) | h(3) << 16, g(1) | g(3) << 16: as many bytes
 * as the weights had, at a multiple of 4. Then with x = sum over w[o] and y = sum over h, y - x = 256 times the sum over
 * w[o+1], exact while that is below 2^23. z and u are the same over g. */
typedef struct mrt_quad_sums {
    uint32_t x, y, z, u;
} mrt_quad_sums;

#if MRT_HAS_DSP

/* r0 to r3: the group's weights, used as pairs before SXTB16 leaves their lower bytes alone. */
#define MRT_QUAD_PRODUCTS                                                                                                   \
    "ldm %[w]!, {r0, r1, r2, r3}\n\tsxtb16 %[odd], %[even], ror #8\n\tsxtb16 %[even], %[even]\n\t"                          \
    "smlad %[y], r0, %[even], %[y]\n\tsxtb16 r0, r0\n\tsmlad %[u], r1, %[even], %[u]\n\tsxtb16 r1, r1\n\t"                  \
    "smlad %[y], r2, %[odd], %[y]\n\tsxtb16 r2, r2\n\tsmlad %[u], r3, %[odd], %[u]\n\tsxtb16 r3, r3\n\t"                    \
    "smlad %[x], r0, %[even], %[x]\n\tsmlad %[z], r1, %[even], %[z]\n\t"                                                    \
    "smlad %[x], r2, %[odd], %[x]\n\tsmlad %[z], r3, %[odd], %[z]\n\t"
#define MRT_QUAD_STEP "ldr %[even], [%[in]], #4\n\t" MRT_QUAD_PRODUCTS

/* One group, with the inputs in a word. Returns where the next group's weights lie. */
MRT_INLINE const int8_t *mrt_quad_group(mrt_quad_sums *s, const int8_t *w, uint32_t word)
{
    uint32_t odd;

    __asm__(
        MRT_QUAD_PRODUCTS
        : [x] "+r"(s->x), [y] "+r"(s->y), [z] "+r"(s->z), [u] "+r"(s->u), [w] "+r"(w), [even] "+r"(word), [odd] "=&r"(odd)
        :
        : "r0", "r1", "r2", "r3", "memory");
    return w;
}

/* count inputs, a multiple of 16 that is not 0. 13 registers, so that it compiles with a frame pointer. */
MRT_INLINE const int8_t *mrt_quad_tile(mrt_quad_sums *s, const int8_t *w, const int8_t *in, int32_t count)
{
    const int8_t *const end = in + count;
    uint32_t            even, odd;

    __asm__("1:\n\t" MRT_QUAD_STEP MRT_QUAD_STEP MRT_QUAD_STEP MRT_QUAD_STEP "cmp %[in], %[end]\n\tbne 1b"
            : [x] "+r"(s->x), [y] "+r"(s->y), [z] "+r"(s->z), [u] "+r"(s->u), [w] "+r"(w), [in] "+r"(in), [even] "=&r"(even),
              [odd] "=&r"(odd)
            : [end] "r"(end)
            : "r0", "r1", "r2", "r3", "cc", "memory");
    return w;
}

#else

MRT_INLINE const int8_t *mrt_quad_group(mrt_quad_sums *s, const int8_t *w, uint32_t word)
{
    const uint32_t even = mrt_even_bytes(word), odd = mrt_odd_bytes(word);

    s->y = mrt_smlad(mrt_load_word(w), even, mrt_smlad(mrt_load_word(w + 8), odd, s->y));
    s->u = mrt_smlad(mrt_load_word(w + 4), even, mrt_smlad(mrt_load_word(w + 12), odd, s->u));
    s->x = mrt_smlad(mrt_even_bytes(mrt_load_word(w)), even, s->x);
    s->x = mrt_smlad(mrt_even_bytes(mrt_load_word(w + 8)), odd, s->x);
    s->z = mrt_smlad(mrt_even_bytes(mrt_load_word(w + 4)), even, s->z);
    s->z = mrt_smlad(mrt_even_bytes(mrt_load_word(w + 12)), odd, s->z);
    return w + 16;
}

MRT_INLINE const int8_t *mrt_quad_tile(mrt_quad_sums *s, const int8_t *w, const int8_t *in, int32_t count)
{
    int32_t k;

    for (k = 0; k < count; k += 4)
        w = mrt_quad_group(s, w, mrt_load_word(in + k));
    return w;
}

#endif

/* ---- weights as they are ---- */

/* acc + the four products of a word of weights with inputs 0, 2 and 1, 3. */
MRT_INLINE uint32_t mrt_dot_word(uint32_t even, uint32_t odd, uint32_t w, uint32_t acc)
{
    return mrt_smlad(odd, mrt_odd_bytes(w), mrt_smlad(even, mrt_even_bytes(w), acc));
}

#endif
