/* How CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED prepare the kernel of kernels/conv_i16x16.h: int16 inputs and int16
 * weights, which mote alone has.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONV_I16X16_H
#define MRT_OPS_CONV_I16X16_H

#include "../kernels/conv_i16x16.h"
#include "conv_groups.h"

MRT_FIELDS(mrt_conv_i16x16_params, MRT_GROUPED_FIELDS, act_min, act_max, step, w, bias, mult, shift);
MRT_KERNEL_1(mrt_conv_i16x16, mrt_conv_i16x16_params, "kernels/conv_i16x16.h", int16_t, int16_t);

static MRT_COLD mrt_reason mrt_i16x16_prepare(mrt_call *c, const mrt_grouping *grouping, int32_t channel_axis)
{
    const mrt_tensor      *w = &c->in[1];
    mrt_conv_i16x16_params p;
    int16_t               *mult;
    int8_t                *shift;

    MRT_TRY(mrt_groups_check_i16(c, channel_axis));
    p.window = grouping->window;
    p.groups = grouping->groups;
    mrt_groups_clamps(c, &p.act_min, &p.act_max);
    p.step = w->scale_count > 1;
    p.w = (const int16_t *)c->side->constant(c, w, "weights", 0);
    p.bias = (const int64_t *)mrt_groups_bias(c);
    p.mult = mult = (int16_t *)c->side->take(c, "mult", MRT_I16, w->scale_count);
    p.shift = shift = (int8_t *)c->side->take(c, "shift", MRT_I8, w->scale_count);
    MRT_TRY(mrt_groups_fill_upper(c, mult, shift));
    mrt_groups_set_overlap(c, &p.window);
    c->side->store(c, &p, sizeof p, 4);
    return MRT_REASON_NONE;
}

#endif
