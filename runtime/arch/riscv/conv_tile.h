/* The inner loop of CONV_2D for RV32IM, over a panel of bytes (patch.h: MRT_PANEL_BYTES): four channels, four positions, in
 * 28 registers. The sums begin with the channels' biases.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_RISCV_CONV_TILE_H
#define MRT_ARCH_RISCV_CONV_TILE_H

#include "../channel.h"

/* a: of channel 0, positions 0 to 3, and so on. */
typedef struct mrt_sums_4x4 {
    uint32_t a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3;
} mrt_sums_4x4;

/* The weights' rows. */
typedef struct mrt_rows_4 {
    const int8_t *a, *b, *c, *d;
} mrt_rows_4;

/* Without optimization there are registers missing. */
#if defined(__riscv) && defined(__riscv_mul) && __riscv_xlen == 32 && defined(__GNUC__) && defined(__OPTIMIZE__) &&         \
    !defined(__riscv_32e)
#define MRT_HAS_RV32M 1
#else
#define MRT_HAS_RV32M 0
#endif

#if MRT_HAS_RV32M

/* clang-format off */

#define MRT_RV_POSITION(load, at, a, b, c, d)               \
    load " t5, " at "(%[ap])\n\t"                           \
    "mul %[entry], t1, t5\n\tadd %[" #a "], %[" #a "], %[entry]\n\t" \
    "mul %[entry], t2, t5\n\tadd %[" #b "], %[" #b "], %[entry]\n\t" \
    "mul %[entry], t3, t5\n\tadd %[" #c "], %[" #c "], %[entry]\n\t" \
    "mul %[entry], t4, t5\n\tadd %[" #d "], %[" #d "], %[entry]\n\t"

/* Value k of a row; its place in the panel for position 0. */
#define MRT_RV_VALUE(load, k, at)                      \
    "lb t1, " #k "(%[wa])\n\t"                         \
    "lb t2, " #k "(%[wb])\n\t"                         \
    "lb t3, " #k "(%[wc])\n\t"                         \
    "lb t4, " #k "(%[wd])\n\t"                         \
    MRT_RV_POSITION(load, #at, a0, b0, c0, d0)         \
    MRT_RV_POSITION(load, #at " + 4", a1, b1, c1, d1)  \
    MRT_RV_POSITION(load, #at " + 8", a2, b2, c2, d2)  \
    MRT_RV_POSITION(load, #at " + 12", a3, b3, c3, d3)

#define MRT_RV_BIAS(at, x0, x1, x2, x3)   \
    "lw %[" #x0 "], " #at "(%[entry])\n\t" \
    "mv %[" #x1 "], %[" #x0 "]\n\t"        \
    "mv %[" #x2 "], %[" #x0 "]\n\t"        \
    "mv %[" #x3 "], %[" #x0 "]\n\t"

/* An odd number of groups begins with the second one of a round.
 * NAME: a function for groups of 4 values, two a round; rows and panel are moved on. The entries' pointer is free once the sums
 * have begun, and takes products. group, two: bytes of one and two of them in the panel; v1 to v7: where values 1 to 7 lie. */
#define MRT_RV_TILE_4X4(NAME, load, group, two, v1, v2, v3, v4, v5, v6, v7)                                               \
MRT_INLINE mrt_sums_4x4 NAME(mrt_rows_4 *rows, const int8_t **panel, int32_t groups, const int32_t *entry)                \
{                                                                                                                         \
    const int8_t *const end = *panel + group * groups;                                                                    \
    mrt_sums_4x4        s;                                                                                                \
                                                                                                                          \
    __asm__(                                                                                                              \
        MRT_RV_BIAS(4, a0, a1, a2, a3)                                                                                    \
        MRT_RV_BIAS(16, b0, b1, b2, b3)                                                                                   \
        MRT_RV_BIAS(28, c0, c1, c2, c3)                                                                                   \
        MRT_RV_BIAS(40, d0, d1, d2, d3)                                                                                   \
        "sub t1, %[end], %[ap]\n\t"                                                                                       \
        "andi t1, t1, " #group "\n\t"                                                                                     \
        "beqz t1, 4f\n\t"                                                                                                 \
        "addi %[wa], %[wa], -4\n\taddi %[wb], %[wb], -4\n\taddi %[wc], %[wc], -4\n\taddi %[wd], %[wd], -4\n\t"            \
        "addi %[ap], %[ap], -" #group "\n\t"                                                                              \
        "j 3f\n"                                                                                                          \
    "4:\n\t"                                                                                                              \
        "beq %[ap], %[end], 2f\n"                                                                                         \
    "1:\n\t"                                                                                                              \
        MRT_RV_VALUE(load, 0, 0)                                                                                          \
        MRT_RV_VALUE(load, 1, v1)                                                                                         \
        MRT_RV_VALUE(load, 2, v2)                                                                                         \
        MRT_RV_VALUE(load, 3, v3)                                                                                         \
    "3:\n\t"                                                                                                              \
        MRT_RV_VALUE(load, 4, v4)                                                                                         \
        MRT_RV_VALUE(load, 5, v5)                                                                                         \
        MRT_RV_VALUE(load, 6, v6)                                                                                         \
        MRT_RV_VALUE(load, 7, v7)                                                                                         \
        "addi %[wa], %[wa], 8\n\taddi %[wb], %[wb], 8\n\taddi %[wc], %[wc], 8\n\taddi %[wd], %[wd], 8\n\t"                \
        "addi %[ap], %[ap], " #two "\n\t"                                                                                 \
        "bne %[ap], %[end], 1b\n"                                                                                         \
    "2:"                                                                                                                  \
        : [a0] "=&r"(s.a0), [a1] "=&r"(s.a1), [a2] "=&r"(s.a2), [a3] "=&r"(s.a3), [b0] "=&r"(s.b0), [b1] "=&r"(s.b1),     \
          [b2] "=&r"(s.b2), [b3] "=&r"(s.b3), [c0] "=&r"(s.c0), [c1] "=&r"(s.c1), [c2] "=&r"(s.c2), [c3] "=&r"(s.c3),     \
          [d0] "=&r"(s.d0), [d1] "=&r"(s.d1), [d2] "=&r"(s.d2), [d3] "=&r"(s.d3), [wa] "+r"(rows->a), [wb] "+r"(rows->b), \
          [wc] "+r"(rows->c), [wd] "+r"(rows->d), [ap] "+r"(*panel), [entry] "+r"(entry)                                  \
        : [end] "r"(end)                                                                                                  \
        : "t1", "t2", "t3", "t4", "t5", "memory");                                                                        \
    return s;                                                                                                             \
}

MRT_RV_TILE_4X4(mrt_tile_4x4_groups, "lb", 16, 32, 1, 2, 3, 16, 17, 18, 19)

/* clang-format on */

#endif

MRT_INLINE void mrt_tile_4x4_value(mrt_sums_4x4 *s, const mrt_rows_4 *rows, int32_t k, const int8_t *panel)
{
    const int32_t a = rows->a[k], b = rows->b[k], c = rows->c[k], d = rows->d[k];

    s->a0 += (uint32_t)(a * panel[0]), s->a1 += (uint32_t)(a * panel[4]);
    s->a2 += (uint32_t)(a * panel[8]), s->a3 += (uint32_t)(a * panel[12]);
    s->b0 += (uint32_t)(b * panel[0]), s->b1 += (uint32_t)(b * panel[4]);
    s->b2 += (uint32_t)(b * panel[8]), s->b3 += (uint32_t)(b * panel[12]);
    s->c0 += (uint32_t)(c * panel[0]), s->c1 += (uint32_t)(c * panel[4]);
    s->c2 += (uint32_t)(c * panel[8]), s->c3 += (uint32_t)(c * panel[12]);
    s->d0 += (uint32_t)(d * panel[0]), s->d1 += (uint32_t)(d * panel[4]);
    s->d2 += (uint32_t)(d * panel[8]), s->d3 += (uint32_t)(d * panel[12]);
}

#if !MRT_HAS_RV32M

MRT_INLINE mrt_sums_4x4 mrt_tile_4x4_groups(mrt_rows_4 *rows, const int8_t **panel, int32_t groups, const int32_t *entry)
{
    const uint32_t a = (uint32_t)entry[1], b = (uint32_t)entry[4], c = (uint32_t)entry[7], d = (uint32_t)entry[10];
    mrt_sums_4x4   s = {a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d};
    int32_t        k;

    for (; groups > 0; groups--, *panel += 16) {
        for (k = 0; k < 4; k++)
            mrt_tile_4x4_value(&s, rows, k, *panel + k);
        rows->a += 4, rows->b += 4, rows->c += 4, rows->d += 4;
    }
    return s;
}

#endif

/* depth weights of four channels, whose table entries begin at entry (mult, bias, ...). */
MRT_INLINE mrt_sums_4x4 mrt_tile_4x4(mrt_rows_4 rows, const int8_t *panel, int32_t depth, const int32_t *entry)
{
    mrt_sums_4x4 s = mrt_tile_4x4_groups(&rows, &panel, depth / 4, entry);
    int32_t      k;

    for (k = 0; k < depth % 4; k++)
        mrt_tile_4x4_value(&s, &rows, k, panel + k);
    return s;
}

#endif
