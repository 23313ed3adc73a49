/* The inner loop of FULLY_CONNECTED for RV32IM: eight rows of weights, in 21 registers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_RISCV_FULLY_CONNECTED_TILE_H
#define MRT_ARCH_RISCV_FULLY_CONNECTED_TILE_H

#include "../../mrt.h"

typedef struct mrt_sums_8 {
    uint32_t a, b, c, d, e, f, g, h;
} mrt_sums_8;

typedef struct mrt_rows_8 {
    const int8_t *a, *b, *c, *d, *e, *f, *g, *h;
} mrt_rows_8;

/* Value k of the input and of every row. */
MRT_INLINE void mrt_rows_8_value(mrt_sums_8 *s, const mrt_rows_8 *rows, int32_t x, int32_t k)
{
    s->a += (uint32_t)(x * rows->a[k]);
    s->b += (uint32_t)(x * rows->b[k]);
    s->c += (uint32_t)(x * rows->c[k]);
    s->d += (uint32_t)(x * rows->d[k]);
    s->e += (uint32_t)(x * rows->e[k]);
    s->f += (uint32_t)(x * rows->f[k]);
    s->g += (uint32_t)(x * rows->g[k]);
    s->h += (uint32_t)(x * rows->h[k]);
}

/* The sums over all multiples of 8; rows and *in move on. count is a multiple of 8. */
#if defined(__riscv) && defined(__riscv_mul) && __riscv_xlen == 32 && defined(__GNUC__) && !defined(__riscv_32e)

/* clang-format off */

/* Two rows a time, so that chips which must wait for what they load need not. */
#define MRT_ROWS_8_TWO(k, a, b)          \
    "lb t1, " #k "(%[w" #a "])\n\t"      \
    "lb t2, " #k "(%[w" #b "])\n\t"      \
    "mul t1, t1, t0\n\t"                 \
    "mul t2, t2, t0\n\t"                 \
    "add %[" #a "], %[" #a "], t1\n\t"   \
    "add %[" #b "], %[" #b "], t2\n\t"
#define MRT_ROWS_8_VALUE(k)        \
    "lb t0, " #k "(%[in])\n\t"     \
    MRT_ROWS_8_TWO(k, a, b)        \
    MRT_ROWS_8_TWO(k, c, d)        \
    MRT_ROWS_8_TWO(k, e, f)        \
    MRT_ROWS_8_TWO(k, g, h)
#define MRT_ROWS_8_NEXT(row) "addi %[w" #row "], %[w" #row "], 8\n\t"

MRT_INLINE mrt_sums_8 mrt_rows_8_groups(mrt_rows_8 *rows, const int8_t **in, int32_t count)
{
    const int8_t *const end = *in + count;
    mrt_sums_8          s;

    __asm__(
        "li %[a], 0\n\tli %[b], 0\n\tli %[c], 0\n\tli %[d], 0\n\tli %[e], 0\n\tli %[f], 0\n\tli %[g], 0\n\tli %[h], 0\n\t"
        "beq %[in], %[end], 2f\n"
    "1:\n\t"
        MRT_ROWS_8_VALUE(0)
        MRT_ROWS_8_VALUE(1)
        MRT_ROWS_8_VALUE(2)
        MRT_ROWS_8_VALUE(3)
        MRT_ROWS_8_VALUE(4)
        MRT_ROWS_8_VALUE(5)
        MRT_ROWS_8_VALUE(6)
        MRT_ROWS_8_VALUE(7)
        "addi %[in], %[in], 8\n\t"
        MRT_ROWS_8_NEXT(a)
        MRT_ROWS_8_NEXT(b)
        MRT_ROWS_8_NEXT(c)
        MRT_ROWS_8_NEXT(d)
        MRT_ROWS_8_NEXT(e)
        MRT_ROWS_8_NEXT(f)
        MRT_ROWS_8_NEXT(g)
        MRT_ROWS_8_NEXT(h)
        "bne %[in], %[end], 1b\n"
    "2:"
        : [a] "=&r"(s.a), [b] "=&r"(s.b), [c] "=&r"(s.c), [d] "=&r"(s.d), [e] "=&r"(s.e), [f] "=&r"(s.f), [g] "=&r"(s.g),
          [h] "=&r"(s.h), [wa] "+&r"(rows->a), [wb] "+&r"(rows->b), [wc] "+&r"(rows->c), [wd] "+&r"(rows->d),
          [we] "+&r"(rows->e), [wf] "+&r"(rows->f), [wg] "+&r"(rows->g), [wh] "+&r"(rows->h), [in] "+&r"(*in)
        : [end] "r"(end)
        : "t0", "t1", "t2", "memory");
    return s;
}

/* clang-format on */

#else

MRT_INLINE mrt_sums_8 mrt_rows_8_groups(mrt_rows_8 *rows, const int8_t **in, int32_t count)
{
    mrt_sums_8 s = {0, 0, 0, 0, 0, 0, 0, 0};
    int32_t    k;

    for (k = 0; k < count; k++)
        mrt_rows_8_value(&s, rows, (*in)[k], k);
    rows->a += count;
    rows->b += count;
    rows->c += count;
    rows->d += count;
    rows->e += count;
    rows->f += count;
    rows->g += count;
    rows->h += count;
    *in += count;
    return s;
}

#endif

MRT_INLINE mrt_sums_8 mrt_fully_connected_tile_8(const int8_t *w, int32_t in_count, const int8_t *in)
{
    mrt_rows_8 rows;
    mrt_sums_8 s;
    int32_t    k;

    rows.a = w;
    rows.b = rows.a + in_count;
    rows.c = rows.b + in_count;
    rows.d = rows.c + in_count;
    rows.e = rows.d + in_count;
    rows.f = rows.e + in_count;
    rows.g = rows.f + in_count;
    rows.h = rows.g + in_count;
    s = mrt_rows_8_groups(&rows, &in, in_count & ~7);
    for (k = 0; k < (in_count & 7); k++)
        mrt_rows_8_value(&s, &rows, in[k], k);
    return s;
}

#endif
