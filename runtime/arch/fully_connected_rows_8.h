/* FULLY_CONNECTED, int8, for RV32IM: eight outputs at a time, then four. See fully_connected_channels.h and
 * riscv/fully_connected_tile.h. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_FULLY_CONNECTED_ROWS_8_H
#define MRT_ARCH_FULLY_CONNECTED_ROWS_8_H

#include "fully_connected_rows.h"
#include "riscv/fully_connected_tile.h"

MRT_INLINE void mrt_fully_connected_8(const mrt_fully_connected_channels_params *p, int32_t o, const int8_t *in, int8_t *out)
{
    const mrt_sums_8               s = mrt_fully_connected_tile_8(p->w + o * p->in_count, p->in_count, in);
    const mrt_fully_connected_sums low = {s.a, s.b, s.c, s.d}, high = {s.e, s.f, s.g, s.h};

    mrt_fully_connected_rows_store(p, o, &low, out);
    mrt_fully_connected_rows_store(p, o + 4, &high, out);
}

MRT_INLINE void mrt_fully_connected_i8_rows_8(const mrt_fully_connected_channels_params *p, const int8_t *in, int8_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count, out += p->out_count) {
        for (o = 0; o + 8 <= p->out_count; o += 8)
            mrt_fully_connected_8(p, o, in, out);
        for (; o < p->out_count; o += 4)
            mrt_fully_connected_4(p, o, in, out);
    }
}

#endif
