/* FULLY_CONNECTED, int8 with int4 weights in lanes, in plain C: see fully_connected_channels.h; lanes.h has the weights'
 * layout. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_FULLY_CONNECTED_I4_LANES_H
#define MRT_ARCH_FULLY_CONNECTED_I4_LANES_H

#include "fully_connected_rows.h"
#include "lanes.h"

/* Value k of a group. */
MRT_INLINE void mrt_fully_connected_lanes_value(uint32_t *ab, uint32_t *cd, uint32_t w0, uint32_t w1, int32_t k,
                                                int32_t value)
{
    const uint32_t x = (uint32_t)value;

    *ab += mrt_lanes_pair(w0, k) * x;
    *cd += mrt_lanes_pair(w1, k) * x;
}

/* One group of count values, at most 4. */
MRT_INLINE void mrt_fully_connected_lanes_group(uint32_t *ab, uint32_t *cd, const int8_t *w, const int8_t *in, int32_t count)
{
    const uint32_t w0 = mrt_lanes_word(w), w1 = mrt_lanes_word(w + 4);

    mrt_fully_connected_lanes_value(ab, cd, w0, w1, 0, in[0]);
    if (count > 1)
        mrt_fully_connected_lanes_value(ab, cd, w0, w1, 1, in[1]);
    if (count > 2)
        mrt_fully_connected_lanes_value(ab, cd, w0, w1, 2, in[2]);
    if (count > 3)
        mrt_fully_connected_lanes_value(ab, cd, w0, w1, 3, in[3]);
}

/* The sums of four outputs. */
MRT_INLINE mrt_fully_connected_sums mrt_fully_connected_lanes_sums(const int8_t *w, int32_t in_count, const int8_t *in)
{
    mrt_fully_connected_sums s = {0, 0, 0, 0};
    int32_t                  i, end;

    for (i = 0; i < in_count;) {
        uint32_t ab = 0, cd = 0;
        for (end = mrt_min_i32(in_count, i + 4 * MRT_LANES_GROUPS); i + 4 <= end; i += 4, w += 8)
            mrt_fully_connected_lanes_group(&ab, &cd, w, in + i, 4);
        if (i < end)
            mrt_fully_connected_lanes_group(&ab, &cd, w, in + i, end - i);
        i = end;
        mrt_lanes_part(ab, &s.a, &s.b);
        mrt_lanes_part(cd, &s.c, &s.d);
    }
    return s;
}

MRT_INLINE void mrt_fully_connected_i4_lanes(const mrt_fully_connected_channels_params *p, const int8_t *in, int8_t *out)
{
    const int32_t step = (p->in_count + 3) / 4 * 8; /* four outputs' weights */
    int32_t       b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count, out += p->out_count) {
        const int8_t *w = p->w;
        for (o = 0; o < p->out_count; o += MRT_LANES_CHANNELS, w += step) {
            const mrt_fully_connected_sums s = mrt_fully_connected_lanes_sums(w, p->in_count, in);
            mrt_fully_connected_rows_store(p, o, &s, out);
        }
    }
}

#endif
