/* The inner loop of CONV_2D with int4 weights in lanes (../lanes.h), over a panel of bytes (../patch.h: MRT_PANEL_BYTES):
 * four channels, four positions. For RV32IM in 19 registers, else in plain C. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_RISCV_CONV_TILE_I4_H
#define MRT_ARCH_RISCV_CONV_TILE_I4_H

#include "../lanes.h"
#include "conv_tile.h"

/* Sums of lane pairs: channels a and b, c and d; positions 0 to 3. */
typedef struct mrt_lanes_2x4 {
    uint32_t a0, a1, a2, a3, c0, c1, c2, c3;
} mrt_lanes_2x4;

#if MRT_HAS_RV32M

/* clang-format off */

#define MRT_LANES_POSITION(at, a, c)                                   \
    "lb t3, " #at "(%[ap])\n\t"                                        \
    "mul t4, t1, t3\n\tadd %[" #a "], %[" #a "], t4\n\t"               \
    "mul t4, t2, t3\n\tadd %[" #c "], %[" #c "], t4\n\t"
#define MRT_LANES_POSITIONS(p0, p1, p2, p3) \
    MRT_LANES_POSITION(p0, a0, c0)          \
    MRT_LANES_POSITION(p1, a1, c1)          \
    MRT_LANES_POSITION(p2, a2, c2)          \
    MRT_LANES_POSITION(p3, a3, c3)
#define MRT_LANES_OFF "sub t1, t1, %[offset]\n\tsub t2, t2, %[offset]\n\t"
#define MRT_LANES_VALUE(bits, p0, p1, p2, p3)                         \
    "srli t1, t5, " #bits "\n\tsrli t2, t6, " #bits "\n\t"            \
    "and t1, t1, %[mask]\n\tand t2, t2, %[mask]\n\t"                  \
    MRT_LANES_OFF MRT_LANES_POSITIONS(p0, p1, p2, p3)

/* groups: at least 1. */
MRT_INLINE mrt_lanes_2x4 mrt_lanes_tile(const int8_t *w, const int8_t *panel, int32_t groups)
{
    const int8_t *const end = panel + 16 * groups;
    mrt_lanes_2x4       s = {0, 0, 0, 0, 0, 0, 0, 0};

    __asm__(
    "1:\n\t"
        "lw t5, 0(%[w])\n\tlw t6, 4(%[w])\n\t"
        "and t1, t5, %[mask]\n\tand t2, t6, %[mask]\n\t"
        MRT_LANES_OFF
        MRT_LANES_POSITIONS(0, 4, 8, 12)
        MRT_LANES_VALUE(4, 1, 5, 9, 13)
        MRT_LANES_VALUE(8, 2, 6, 10, 14)
        MRT_LANES_VALUE(12, 3, 7, 11, 15)
        "addi %[w], %[w], 8\n\taddi %[ap], %[ap], 16\n\tbne %[ap], %[end], 1b"
        : [a0] "+&r"(s.a0), [a1] "+&r"(s.a1), [a2] "+&r"(s.a2), [a3] "+&r"(s.a3), [c0] "+&r"(s.c0), [c1] "+&r"(s.c1),
          [c2] "+&r"(s.c2), [c3] "+&r"(s.c3), [w] "+&r"(w), [ap] "+&r"(panel)
        : [end] "r"(end), [mask] "r"(MRT_LANES_MASK), [offset] "r"(MRT_LANES_OFFSET)
        : "t1", "t2", "t3", "t4", "t5", "t6", "memory");
    return s;
}

/* clang-format on */

#else

/* Two positions of a group, for which chips with 16 registers have room. */
typedef struct mrt_lanes_2x2 {
    uint32_t a0, a1, c0, c1;
} mrt_lanes_2x2;

MRT_INLINE void mrt_lanes_value(mrt_lanes_2x2 *s, uint32_t w0, uint32_t w1, int32_t k, const int8_t *panel)
{
    const uint32_t x = (uint32_t)(int32_t)panel[k], y = (uint32_t)(int32_t)panel[k + 4];
    const uint32_t a = mrt_lanes_pair(w0, k), c = mrt_lanes_pair(w1, k);

    s->a0 += a * x, s->c0 += c * x;
    s->a1 += a * y, s->c1 += c * y;
}

MRT_INLINE mrt_lanes_2x2 mrt_lanes_two(const int8_t *w, const int8_t *panel, int32_t groups)
{
    mrt_lanes_2x2 s = {0, 0, 0, 0};

    for (; groups > 0; groups--, w += 8, panel += 16) {
        const uint32_t w0 = mrt_lanes_word(w), w1 = mrt_lanes_word(w + 4);
        mrt_lanes_value(&s, w0, w1, 0, panel);
        mrt_lanes_value(&s, w0, w1, 1, panel);
        mrt_lanes_value(&s, w0, w1, 2, panel);
        mrt_lanes_value(&s, w0, w1, 3, panel);
    }
    return s;
}

MRT_INLINE mrt_lanes_2x4 mrt_lanes_tile(const int8_t *w, const int8_t *panel, int32_t groups)
{
    const mrt_lanes_2x2 first = mrt_lanes_two(w, panel, groups), last = mrt_lanes_two(w, panel + 8, groups);
    const mrt_lanes_2x4 s = {first.a0, first.a1, last.a0, last.a1, first.c0, first.c1, last.c0, last.c1};

    return s;
}

#endif

MRT_INLINE void mrt_lanes_add(mrt_sums_4x4 *s, const mrt_lanes_2x4 *lanes)
{
    mrt_lanes_part(lanes->a0, &s->a0, &s->b0);
    mrt_lanes_part(lanes->a1, &s->a1, &s->b1);
    mrt_lanes_part(lanes->a2, &s->a2, &s->b2);
    mrt_lanes_part(lanes->a3, &s->a3, &s->b3);
    mrt_lanes_part(lanes->c0, &s->c0, &s->d0);
    mrt_lanes_part(lanes->c1, &s->c1, &s->d1);
    mrt_lanes_part(lanes->c2, &s->c2, &s->d2);
    mrt_lanes_part(lanes->c3, &s->c3, &s->d3);
}

/* groups of four channels' weights, at least 1; the table's entries begin at entry (mult, bias, ...). */
MRT_INLINE mrt_sums_4x4 mrt_lanes_tiles(const int8_t *w, const int8_t *panel, int32_t groups, const int32_t *entry)
{
    const uint32_t a = (uint32_t)entry[1], b = (uint32_t)entry[4], c = (uint32_t)entry[7], d = (uint32_t)entry[10];
    mrt_sums_4x4   s = {a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d};
    int32_t        count;

    for (; groups > 0; groups -= count, w += 8 * count, panel += 16 * count) {
        mrt_lanes_2x4 lanes;
        count = mrt_min_i32(groups, MRT_LANES_GROUPS);
        lanes = mrt_lanes_tile(w, panel, count);
        mrt_lanes_add(&s, &lanes);
    }
    return s;
}

#endif
