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

/* r0, r1: half of the group's weights, used as pairs before SXTB16 leaves their lower bytes alone. A load of all four would
 * save an instruction, and take two registers more than compilers always find. */
#define MRT_QUAD_HALF(pair)                                                                                                 \
    "ldm %[w]!, {r0, r1}\n\tsmlad %[y], r0, %[" #pair "], %[y]\n\tsxtb16 r0, r0\n\tsmlad %[u], r1, %[" #pair                \
    "], %[u]\n\tsxtb16 r1, r1\n\tsmlad %[x], r0, %[" #pair "], %[x]\n\tsmlad %[z], r1, %[" #pair "], %[z]\n\t"
#define MRT_QUAD_PRODUCTS                                                                                                   \
    "sxtb16 %[odd], %[even], ror #8\n\tsxtb16 %[even], %[even]\n\t" MRT_QUAD_HALF(even) MRT_QUAD_HALF(odd)
#define MRT_QUAD_STEP "ldr %[even], [%[in]], #4\n\t" MRT_QUAD_PRODUCTS

/* One group, with the inputs in a word. Returns where the next group's weights lie. */
MRT_INLINE const int8_t *mrt_quad_group(mrt_quad_sums *s, const int8_t *w, uint32_t word)
{
    uint32_t odd;

    __asm__(MRT_QUAD_PRODUCTS
            : [x] "+&r"(s->x), [y] "+&r"(s->y), [z] "+&r"(s->z), [u] "+&r"(s->u), [w] "+&r"(w), [even] "+&r"(word),
              [odd] "=&r"(odd)
            :
            : "r0", "r1", "memory");
    return w;
}

/* count inputs, a multiple of 16 that is not 0. 11 registers. */
MRT_INLINE const int8_t *mrt_quad_tile(mrt_quad_sums *s, const int8_t *w, const int8_t *in, int32_t count)
{
    const int8_t *const end = in + count;
    uint32_t            even, odd;

    __asm__("1:\n\t" MRT_QUAD_STEP MRT_QUAD_STEP MRT_QUAD_STEP MRT_QUAD_STEP "cmp %[in], %[end]\n\tbne 1b"
            : [x] "+&r"(s->x), [y] "+&r"(s->y), [z] "+&r"(s->z), [u] "+&r"(s->u), [w] "+&r"(w), [in] "+&r"(in),
              [even] "=&r"(even), [odd] "=&r"(odd)
            : [end] "r"(end)
            : "r0", "r1", "cc", "memory");
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

/* ---- weights as they are ----
 *
 * Four rows, pitch apart; all may be the same one, with a pitch of 0. (What a tile changes is marked &: a sum that begins
 * with 0 would share its register with such a pitch.) */
typedef struct mrt_dot_sums {
    uint32_t a, b, c, d;
} mrt_dot_sums;

#if MRT_HAS_DSP

#define MRT_DOT_ROW(acc, address)                                                                                           \
    "ldr %[v], " address "\n\tsxtb16 %[u], %[v]\n\tsxtb16 %[v], %[v], ror #8\n\t"                                           \
    "smlad %[" #acc "], %[u], %[even], %[" #acc "]\n\tsmlad %[" #acc "], %[v], %[odd], %[" #acc "]\n\t"
#define MRT_DOT_STEP                                                                                                        \
    "ldr %[even], [%[in]], #4\n\tsxtb16 %[odd], %[even], ror #8\n\tsxtb16 %[even], %[even]\n\t" MRT_DOT_ROW(                \
        b, "[%[w], %[pitch]]") MRT_DOT_ROW(c, "[%[w], %[pitch], lsl #1]") MRT_DOT_ROW(d, "[%[w], %[pitch3]]")               \
        MRT_DOT_ROW(a, "[%[w]], #4")

/* count inputs, a multiple of 8 that is not 0. A function of its own: it takes all 13 registers that there are. */
static MRT_NOINLINE MRT_UNUSED void mrt_dot_tile(mrt_dot_sums *s, const int8_t *w, int32_t pitch, const int8_t *in,
                                                 int32_t count)
{
    const int8_t *const end = in + count;
    const int32_t       pitch3 = 3 * pitch;
    uint32_t            even, odd, u, v;

    __asm__("1:\n\t" MRT_DOT_STEP MRT_DOT_STEP "cmp %[in], %[end]\n\tbne 1b"
            : [a] "+&r"(s->a), [b] "+&r"(s->b), [c] "+&r"(s->c), [d] "+&r"(s->d), [w] "+&r"(w), [in] "+&r"(in),
              [even] "=&r"(even), [odd] "=&r"(odd), [u] "=&r"(u), [v] "=&r"(v)
            : [pitch] "r"(pitch), [pitch3] "r"(pitch3), [end] "r"(end)
            : "cc", "memory");
}

#else

MRT_INLINE uint32_t mrt_dot_row(const int8_t *w, const int8_t *in, int32_t count, uint32_t acc)
{
    int32_t i;

    for (i = 0; i < count; i += 4) {
        const uint32_t word = mrt_load_word(in + i), weights = mrt_load_word(w + i);
        acc = mrt_smlad(mrt_even_bytes(weights), mrt_even_bytes(word), acc);
        acc = mrt_smlad(mrt_odd_bytes(weights), mrt_odd_bytes(word), acc);
    }
    return acc;
}

MRT_INLINE void mrt_dot_tile(mrt_dot_sums *s, const int8_t *w, int32_t pitch, const int8_t *in, int32_t count)
{
    s->a = mrt_dot_row(w, in, count, s->a);
    s->b = mrt_dot_row(w + pitch, in, count, s->b);
    s->c = mrt_dot_row(w + 2 * pitch, in, count, s->c);
    s->d = mrt_dot_row(w + 3 * pitch, in, count, s->d);
}

#endif

#endif
