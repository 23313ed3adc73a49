/* The inner loop of CONV_2D with int16 values and int8 weights for RV32IM: conv_tile.h's, over a panel in which two
 * neighbouring values of each position take turns. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_RISCV_CONV_TILE_I16_H
#define MRT_ARCH_RISCV_CONV_TILE_I16_H

#include "conv_tile.h"

/* panel: the value's place for position 0. */
MRT_INLINE void mrt_tile_4x4_i16_value(mrt_sums_4x4 *s, const mrt_rows_4 *rows, int32_t k, const int8_t *panel)
{
    const int32_t a = rows->a[k], b = rows->b[k], c = rows->c[k], d = rows->d[k];
    const int32_t x0 = mrt_load_half(panel), x1 = mrt_load_half(panel + 4);
    const int32_t x2 = mrt_load_half(panel + 8), x3 = mrt_load_half(panel + 12);

    s->a0 += (uint32_t)(a * x0), s->a1 += (uint32_t)(a * x1), s->a2 += (uint32_t)(a * x2), s->a3 += (uint32_t)(a * x3);
    s->b0 += (uint32_t)(b * x0), s->b1 += (uint32_t)(b * x1), s->b2 += (uint32_t)(b * x2), s->b3 += (uint32_t)(b * x3);
    s->c0 += (uint32_t)(c * x0), s->c1 += (uint32_t)(c * x1), s->c2 += (uint32_t)(c * x2), s->c3 += (uint32_t)(c * x3);
    s->d0 += (uint32_t)(d * x0), s->d1 += (uint32_t)(d * x1), s->d2 += (uint32_t)(d * x2), s->d3 += (uint32_t)(d * x3);
}

#if MRT_HAS_RV32M
/* clang-format off */
MRT_RV_TILE_4X4(mrt_tile_4x4_i16_groups, "lh", 32, 64, 2, 16, 18, 32, 34, 48, 50)
/* clang-format on */
#else

MRT_INLINE mrt_sums_4x4 mrt_tile_4x4_i16_groups(mrt_rows_4 *rows, const int8_t **panel, int32_t groups, const int32_t *entry)
{
    const uint32_t a = (uint32_t)entry[1], b = (uint32_t)entry[4], c = (uint32_t)entry[7], d = (uint32_t)entry[10];
    mrt_sums_4x4   s = {a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d};
    int32_t        k;

    for (; groups > 0; groups--, *panel += 32) {
        for (k = 0; k < 4; k++)
            mrt_tile_4x4_i16_value(&s, rows, k, *panel + k / 2 * 16 + k % 2 * 2);
        rows->a += 4, rows->b += 4, rows->c += 4, rows->d += 4;
    }
    return s;
}

#endif

/* depth weights of four channels, whose table entries begin at entry (mult, bias, ...). */
MRT_INLINE mrt_sums_4x4 mrt_tile_4x4_i16(mrt_rows_4 rows, const int8_t *panel, int32_t depth, const int32_t *entry)
{
    mrt_sums_4x4 s = mrt_tile_4x4_i16_groups(&rows, &panel, depth / 4, entry);
    int32_t      k;

    for (k = 0; k < depth % 4; k++)
        mrt_tile_4x4_i16_value(&s, &rows, k, panel + k / 2 * 16 + k % 2 * 2);
    return s;
}

#endif
