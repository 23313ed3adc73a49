/* ADD, int8, of equal shapes, with the requantization of channel.h: what the kernels of runtime/arch share.
 *
 * Of the two operands `a` has the larger scale: its multiplier is 1/2, which is a shift. b's multiplier, at most that, is
 * fast too: with e = b_shift >= 1
 *     rescale((b - b_zero) * 2^20, b_mult, -e) = (floor(2 x b_mult / 2^32 + 1/2) + 2^(e-1) - [x < 0]) >> e
 * and e is 0 only where b_mult is 1/2 too (or 0), and nothing is rounded. The sum is rescaled as a channel's.
 *
 * out may be a or b. Cannot fail, no scratch. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_ADD_CHANNEL_H
#define MRT_ARCH_ADD_CHANNEL_H

#include "../kernels/add.h"
#include "channel.h"

typedef struct mrt_add_channel_params {
    int32_t    count;
    int32_t    is_swapped; /* a is the second operand */
    int32_t    a_zero, b_zero, b_mult, b_shift;
    mrt_output output; /* is_fast */
    int32_t    out_mult, out_shift;
} mrt_add_channel_params;

MRT_INLINE mrt_channel mrt_add_output_channel(const mrt_add_channel_params *p)
{
    mrt_channel channel;

    channel.mult = p->out_mult;
    channel.bias = 0;
    channel.round = 2 * p->output.zero + 1;
    channel.shift = (int)p->out_shift;
    return channel;
}

/* (a - a_zero) * 2^bits. */
MRT_INLINE uint32_t mrt_add_scaled(int32_t a, int32_t a_zero, int bits)
{
    return ((uint32_t)a << bits) - ((uint32_t)a_zero << bits);
}

#if !defined(__AVR__)
/* Returns 0, with nothing to be used, where the preconditions do not hold. */
static MRT_COLD int mrt_add_channel_prepare(mrt_add_channel_params *p, const mrt_add_i8_params *from)
{
    const int32_t half = (int32_t)1 << 30;

    p->count = from->count;
    p->is_swapped = !(from->a_mult == half && from->a_shift == 0);
    p->a_zero = p->is_swapped ? from->b_zero : from->a_zero;
    p->b_zero = p->is_swapped ? from->a_zero : from->b_zero;
    p->b_mult = p->is_swapped ? from->a_mult : from->b_mult;
    p->b_shift = -(p->is_swapped ? from->a_shift : from->b_shift);
    p->output.zero = from->out_zero;
    p->output.act_min = from->act_min;
    p->output.act_max = from->act_max;
    p->output.is_fast = 1;
    p->output.is_relu = from->act_min >= from->out_zero;
    p->out_mult = from->out_mult;
    p->out_shift = -from->out_shift;
    if (p->is_swapped && !(from->b_mult == half && from->b_shift == 0))
        return 0;
    if (p->b_shift < 0 || p->b_shift > 20 || (p->b_shift == 0 && p->b_mult != half && p->b_mult != 0))
        return 0;
    return from->rank == 0 && p->out_shift >= 1 && p->out_shift <= 20;
}
#endif

#endif
