/* The inner loop of CONV_2D in plain C, over a panel of bytes (patch.h: MRT_PANEL_BYTES): two channels, three positions,
 * which is what chips with 16 registers can hold. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_PORTABLE_CONV_TILE_H
#define MRT_ARCH_PORTABLE_CONV_TILE_H

#include "../word.h"

typedef struct mrt_sums_2x3 {
    uint32_t x0, x1, x2, y0, y1, y2;
} mrt_sums_2x3;

/* s: the sums so far; value k of a group. */
MRT_INLINE void mrt_tile_2x3_value(mrt_sums_2x3 *s, int32_t x, int32_t y, const int8_t *panel)
{
    s->x0 += (uint32_t)(x * panel[0]);
    s->y0 += (uint32_t)(y * panel[0]);
    s->x1 += (uint32_t)(x * panel[4]);
    s->y1 += (uint32_t)(y * panel[4]);
    s->x2 += (uint32_t)(x * panel[8]);
    s->y2 += (uint32_t)(y * panel[8]);
}

/* x, y: the weights of two channels, depth of each. */
MRT_INLINE void mrt_tile_2x3(mrt_sums_2x3 *s, const int8_t *x, const int8_t *y, const int8_t *panel, int32_t depth)
{
    const int8_t *const end = x + (depth & ~3);
    int32_t             k;

    for (; x != end; x += 4, y += 4, panel += 12) {
        mrt_tile_2x3_value(s, x[0], y[0], panel);
        mrt_tile_2x3_value(s, x[1], y[1], panel + 1);
        mrt_tile_2x3_value(s, x[2], y[2], panel + 2);
        mrt_tile_2x3_value(s, x[3], y[3], panel + 3);
    }
    for (k = 0; k < (depth & 3); k++)
        mrt_tile_2x3_value(s, x[k], y[k], panel + k);
}

#endif
