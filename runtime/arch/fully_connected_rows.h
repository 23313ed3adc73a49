/* FULLY_CONNECTED int8, four outputs at a time: for parameters whose zero points were folded into the bias (in_zero and
 * w_zero are 0). The same bytes as mrt_fully_connected_i8.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_FULLY_CONNECTED_ROWS_H
#define MRT_ARCH_FULLY_CONNECTED_ROWS_H

#include "../kernels/fully_connected.h"
#include "dot.h"

MRT_INLINE uint32_t mrt_fully_connected_i8_start(const mrt_fully_connected_i8_params *p, int32_t o)
{
    return p->bias ? (uint32_t)p->bias[o] : 0u;
}

MRT_INLINE int8_t mrt_fully_connected_i8_store(const mrt_fully_connected_i8_params *p, int32_t o, uint32_t acc)
{
    const int32_t y = mrt_rescale((int32_t)acc, p->mult[o * p->step], p->shift[o * p->step]) + p->out_zero;

    return (int8_t)mrt_clamp_i32(y, p->act_min, p->act_max);
}

MRT_INLINE void mrt_fully_connected_i8_rows(const mrt_fully_connected_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t b, o;

    for (b = 0; b < p->rows; b++, in += p->in_count, out += p->out_count) {
        const MRT_FLASH int8_t *w = p->w;
        for (o = 0; o + 4 <= p->out_count; o += 4, w += 4 * p->in_count) {
            uint32_t acc[4]; /* written out: a loop over four would keep them in memory */
            acc[0] = mrt_fully_connected_i8_start(p, o);
            acc[1] = mrt_fully_connected_i8_start(p, o + 1);
            acc[2] = mrt_fully_connected_i8_start(p, o + 2);
            acc[3] = mrt_fully_connected_i8_start(p, o + 3);
            mrt_dot4_i8(in, w, p->in_count, p->in_count, acc);
            out[o] = mrt_fully_connected_i8_store(p, o, acc[0]);
            out[o + 1] = mrt_fully_connected_i8_store(p, o + 1, acc[1]);
            out[o + 2] = mrt_fully_connected_i8_store(p, o + 2, acc[2]);
            out[o + 3] = mrt_fully_connected_i8_store(p, o + 3, acc[3]);
        }
        for (; o < p->out_count; o++, w += p->in_count)
            out[o] = mrt_fully_connected_i8_store(p, o, mrt_dot_i8(in, w, p->in_count, mrt_fully_connected_i8_start(p, o)));
    }
}

#endif
