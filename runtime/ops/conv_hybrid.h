/* How CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED prepare the kernel of kernels/conv_hybrid.h: float activations, int8
 * weights.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CONV_HYBRID_H
#define MRT_OPS_CONV_HYBRID_H

#include "../kernels/conv_hybrid.h"
#include "conv_groups.h"

MRT_FIELDS(mrt_conv_hybrid_params, MRT_GROUPED_FIELDS, act_min, act_max, is_asymmetric, by_channel_first, step, w, bias,
           scale);
MRT_KERNEL(mrt_conv_hybrid, mrt_conv_hybrid_params, "kernels/conv_hybrid.h");

/* What the operators differ in. */
typedef struct mrt_hybrid_rule {
    int32_t channel_axis; /* along which there may be several scales */
    int32_t is_asymmetric, by_channel_first;
} mrt_hybrid_rule;

static MRT_COLD mrt_reason mrt_hybrid_check_weights(mrt_call *c, int32_t channel_axis)
{
    const mrt_tensor *w = &c->in[1];

    MRT_REQUIRE(c, w->scale_count > 0, QUANTIZATION, "int8 weights without scales");
    MRT_REQUIRE(c, w->scale_count == 1 || w->axis == channel_axis, QUANTIZATION,
                "weights have scales along dimension %d, %d expected", (int)w->axis, (int)channel_axis);
    MRT_REQUIRE(c, w->scale_count == 1 || w->scale_count == (uint32_t)w->dim[channel_axis], QUANTIZATION,
                "weights have %d scales, %d expected", (int)w->scale_count, (int)w->dim[channel_axis]);
    return mrt_groups_check_zeros(c);
}

/* The weights' scales, where there is memory for them. */
static MRT_COLD const float *mrt_hybrid_scales(mrt_call *c)
{
    const mrt_tensor *w = &c->in[1];
    float            *scale = (float *)c->side->take(c, "scale", MRT_F32, w->scale_count);
    uint32_t          o;

    for (o = 0; scale && o < w->scale_count; o++)
        scale[o] = mrt_scale_at(w, o);
    return scale;
}

/* Bytes from the output's first to the input's at least: an image is read before its outputs are written. */
static MRT_COLD void mrt_hybrid_set_overlap(mrt_call *c, const mrt_window *window)
{
    const int64_t growth =
        (int64_t)window->out_h * window->out_w * window->out_c - (int64_t)window->in_h * window->in_w * window->in_c;

    (void)growth;
    MRT_SET_OVERLAP(c, growth > 0 ? (ptrdiff_t)((window->batch - 1) * growth * (int64_t)sizeof(float)) : 0);
}

static MRT_COLD mrt_reason mrt_hybrid_prepare(mrt_call *c, const mrt_grouping *grouping, const mrt_hybrid_rule *rule)
{
    mrt_conv_hybrid_params p;

    MRT_TRY(mrt_hybrid_check_weights(c, rule->channel_axis));
    p.window = grouping->window;
    p.groups = grouping->groups;
    mrt_activation_range_f32(c->activation, &p.act_min, &p.act_max);
    p.is_asymmetric = rule->is_asymmetric;
    p.by_channel_first = rule->by_channel_first;
    p.step = c->in[1].scale_count > 1;
    p.w = (const int8_t *)c->side->constant(c, &c->in[1], "weights", 0);
    p.bias = (const float *)mrt_groups_bias(c);
    p.scale = mrt_hybrid_scales(c);
    c->scratch_bytes = (uint32_t)(p.window.in_h * p.window.in_w * p.window.in_c);
    mrt_hybrid_set_overlap(c, &p.window);
    c->side->store(c, &p, sizeof p, 3);
    return MRT_REASON_NONE;
}

#endif
