/* What ADD, SUB and their sisters prepare alike.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SCALED_SUM_H
#define MRT_OPS_SCALED_SUM_H

#include "../attributes.h"
#include "../kernels/pairs.h"
#include "../kernels/scaled_sum.h"
#include "broadcast.h"

MRT_FIELDS(mrt_scaled_sum_params, count, rank, a_zero, a_mult, a_shift, b_zero, b_mult, b_shift, out_zero, out_mult,
           out_shift, act_min, act_max, walk);
MRT_FIELDS(mrt_pairs_params, count, rank, walk);

/* Of ADD and SUB. Nothing depends on whether int16 scales are powers of two: as TensorFlow Lite Micro does it, the general
 * kernel computes them all. */
static MRT_UNUSED const mrt_attribute mrt_add_fields[] = {MRT_FUSED_ACTIVATION(0),
                                                          MRT_ATTRIBUTE(BOOL, mrt_add_attributes, pot_scale_int16, 1, 1)};

static MRT_COLD mrt_reason mrt_shape_of_pairs(mrt_call *c)
{
    return mrt_broadcast_shape(c, c->in[0].type);
}

/* Of kernels that need nothing but the walk. */
static MRT_COLD mrt_reason mrt_prepare_pairs(mrt_call *c)
{
    mrt_pairs_params p;

    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

/* Parameters by the real multipliers of a, b and their sum. */
static MRT_COLD mrt_reason mrt_store_scaled_sum(mrt_call *c, double a, double b, double out)
{
    mrt_scaled_sum_params p;
    int32_t               low = 0, high = 0;

    MRT_TRY(mrt_check_scales(c));
    mrt_begin_pairs(c, &p.count, &p.rank, &p.walk);
    p.a_zero = mrt_zero(&c->in[0]);
    p.b_zero = mrt_zero(&c->in[1]);
    p.out_zero = mrt_zero(&c->out[0]);
    mrt_quantize_multiplier(a, &p.a_mult, &p.a_shift);
    mrt_quantize_multiplier(b, &p.b_mult, &p.b_shift);
    mrt_quantize_multiplier(out, &p.out_mult, &p.out_shift);
    mrt_type_limits(c->out[0].type, &low, &high);
    mrt_activation_range(c->activation, mrt_scale(&c->out[0]), p.out_zero, low, high, &p.act_min, &p.act_max);
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

/* ADD and SUB. The reference takes no sum whose multiplier is 1 or more: the output's scale would be at most 2^-19 (int16:
 * 2^-14) of an input's. */
static MRT_COLD mrt_reason mrt_prepare_scaled_sum(mrt_call *c)
{
    const double a = (double)mrt_scale(&c->in[0]), b = (double)mrt_scale(&c->in[1]), twice = 2.0 * (a > b ? a : b);
    const double units = c->out[0].type == MRT_I16 ? 32768.0 : 1048576.0;
    const double out = twice / (units * (double)mrt_scale(&c->out[0]));

    MRT_REQUIRE(c, out < 1.0, SCALES, "output scale %g is too fine for input scales %g and %g",
                (double)mrt_scale(&c->out[0]), a, b);
    return mrt_store_scaled_sum(c, a / twice, b / twice, out);
}

/* int32 operands are whole numbers, and the reference takes none that have a scale. */
static MRT_COLD mrt_reason mrt_check_whole_numbers(mrt_call *c)
{
    MRT_REQUIRE(c, c->in[0].scale_count == 0 && c->in[1].scale_count == 0 && c->out[0].scale_count == 0, QUANTIZATION,
                "int32 with a scale; plain int32 expected");
    return MRT_REASON_NONE;
}

#endif
