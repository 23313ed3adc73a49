/* ADD, int8, with Arm's DSP instructions: see add_channel.h. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ADD_DSP_H
#define MRT_ARCH_ADD_DSP_H

#include "add_channel.h"
#include "arm_dsp/dsp.h"

MRT_INLINE uint32_t mrt_add_small_dsp(const mrt_add_channel_params *p, int32_t b)
{
    const int32_t x2 = (int32_t)mrt_add_scaled(b, p->b_zero, 21);

    if (p->b_shift == 0)
        return (uint32_t)mrt_smmlar(x2, p->b_mult, 0);
    return (uint32_t)(mrt_smmlar(x2, p->b_mult, ((int32_t)1 << (p->b_shift - 1)) + (x2 >> 31)) >> p->b_shift);
}

MRT_INLINE void mrt_add_i8_dsp(const mrt_add_channel_params *p, const int8_t *in0, const int8_t *in1, int8_t *out)
{
    const mrt_channel   channel = mrt_add_output_channel(p);
    const int8_t *const a = p->is_swapped ? in1 : in0, *const b = p->is_swapped ? in0 : in1;
    int32_t i;

    for (i = 0; i < p->count; i++) {
        const uint32_t twice = mrt_add_scaled(a[i], p->a_zero, 20) + (mrt_add_small_dsp(p, b[i]) << 1);
        out[i] = mrt_output_of_doubled(&p->output, &channel, twice);
    }
}

#endif
