/* The inner loop of FULLY_CONNECTED with int4 weights and Arm's DSP instructions, four outputs at a time.
 *
 * Weights of outputs o and o + 1 make one byte, b(k) = 16 w[o][k] + w[o+1][k] + 8, c(k) is the same of o + 2 and o + 3; a
 * group of 4 inputs has a word of b, then a word of c. How sums come of them: conv_tile_i4.h; x and y are of o and o + 1, z
 * and u of the next two. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ARM_DSP_FULLY_CONNECTED_TILE_I4_H
#define MRT_ARCH_ARM_DSP_FULLY_CONNECTED_TILE_I4_H

#include "conv_tile_i4.h"
#include "fully_connected_tiles.h"

#if MRT_HAS_DSP

#define MRT_QUAD_I4_WORD(word, x, y)                                                                                        \
    "sxtb16 r2, " word "\n\tsmlad %[" #y "], r2, %[even], %[" #y "]\n\tsxtb16 r2, " word ", ror #8\n\tsmlad %[" #y          \
    "], r2, %[odd], %[" #y "]\n\tand " word ", " word ", #0xf0f0f0f0\n\tsxtb16 r2, " word "\n\tsmlad %[" #x                 \
    "], r2, %[even], %[" #x "]\n\tsxtb16 r2, " word ", ror #8\n\tsmlad %[" #x "], r2, %[odd], %[" #x "]\n\t"
#define MRT_QUAD_I4_PRODUCTS                                                                                                \
    "sxtb16 %[odd], %[even], ror #8\n\tsxtb16 %[even], %[even]\n\tldm %[w]!, {r0, r1}\n\t" MRT_QUAD_I4_WORD("r0", x, y)     \
        MRT_QUAD_I4_WORD("r1", z, u)
#define MRT_QUAD_I4_STEP "ldr %[even], [%[in]], #4\n\t" MRT_QUAD_I4_PRODUCTS

/* One group, with the inputs in a word. Returns where the next group's weights lie. */
MRT_INLINE const int8_t *mrt_quad_i4_group(mrt_quad_sums *s, const int8_t *w, uint32_t word)
{
    uint32_t odd;

    __asm__(MRT_QUAD_I4_PRODUCTS
            : [x] "+&r"(s->x), [y] "+&r"(s->y), [z] "+&r"(s->z), [u] "+&r"(s->u), [w] "+&r"(w), [even] "+&r"(word),
              [odd] "=&r"(odd)
            :
            : "r0", "r1", "r2", "memory");
    return w;
}

/* count inputs, a multiple of 16 that is not 0. 12 registers. */
MRT_INLINE const int8_t *mrt_quad_i4_tile(mrt_quad_sums *s, const int8_t *w, const int8_t *in, int32_t count)
{
    const int8_t *const end = in + count;
    uint32_t            even, odd;

    __asm__("1:\n\t" MRT_QUAD_I4_STEP MRT_QUAD_I4_STEP MRT_QUAD_I4_STEP MRT_QUAD_I4_STEP "cmp %[in], %[end]\n\tbne 1b"
            : [x] "+&r"(s->x), [y] "+&r"(s->y), [z] "+&r"(s->z), [u] "+&r"(s->u), [w] "+&r"(w), [in] "+&r"(in),
              [even] "=&r"(even), [odd] "=&r"(odd)
            : [end] "r"(end)
            : "r0", "r1", "r2", "cc", "memory");
    return w;
}

#else

MRT_INLINE void mrt_quad_i4_word(uint32_t *x, uint32_t *y, uint32_t weights, uint32_t word)
{
    const uint32_t even = mrt_even_bytes(word), odd = mrt_odd_bytes(word);

    *y = mrt_smlad(mrt_even_bytes(weights), even, mrt_smlad(mrt_odd_bytes(weights), odd, *y));
    weights &= 0xf0f0f0f0u;
    *x = mrt_smlad(mrt_even_bytes(weights), even, mrt_smlad(mrt_odd_bytes(weights), odd, *x));
}

MRT_INLINE const int8_t *mrt_quad_i4_group(mrt_quad_sums *s, const int8_t *w, uint32_t word)
{
    mrt_quad_i4_word(&s->x, &s->y, mrt_load_word(w), word);
    mrt_quad_i4_word(&s->z, &s->u, mrt_load_word(w + 4), word);
    return w + 8;
}

MRT_INLINE const int8_t *mrt_quad_i4_tile(mrt_quad_sums *s, const int8_t *w, const int8_t *in, int32_t count)
{
    int32_t k;

    for (k = 0; k < count; k += 4)
        w = mrt_quad_i4_group(s, w, mrt_load_word(in + k));
    return w;
}

#endif

/* The sum of all inputs. */
MRT_INLINE uint32_t mrt_total_of_bytes(const int8_t *in, int32_t count)
{
    uint32_t total = 0;

    for (; count >= 4; count -= 4, in += 4) {
        const uint32_t word = mrt_load_word(in);
        total = mrt_smlad(mrt_even_bytes(word), 0x00010001u, total);
        total = mrt_smlad(mrt_odd_bytes(word), 0x00010001u, total);
    }
    for (; count > 0; count--) {
        const int32_t value = *in++;
        total += (uint32_t)value;
    }
    return total;
}

#endif
