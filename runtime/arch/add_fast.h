/* ADD, int8, in plain C: see add_channel.h. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ADD_FAST_H
#define MRT_ARCH_ADD_FAST_H

#include "add_channel.h"

MRT_INLINE uint32_t mrt_add_small(const mrt_add_channel_params *p, int32_t b)
{
    const int32_t x4 = (int32_t)mrt_add_scaled(b, p->b_zero, 22);
    int32_t       y = mrt_mulh(x4, p->b_mult) + 1;

    if (p->b_shift > 0)
        y += ((int32_t)1 << p->b_shift) + ((x4 >> 31) & -2);
    return (uint32_t)(y >> (p->b_shift + 1));
}

MRT_INLINE void mrt_add_i8_fast(const mrt_add_channel_params *p, const int8_t *in0, const int8_t *in1, int8_t *out)
{
    const mrt_channel   channel = mrt_add_output_channel(p);
    const int8_t *const a = p->is_swapped ? in1 : in0, *const b = p->is_swapped ? in0 : in1;
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_output_of_biased(&p->output, &channel, mrt_add_scaled(a[i], p->a_zero, 19) + mrt_add_small(p, b[i]));
}

#endif
