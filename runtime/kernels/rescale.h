/* Rescaling: how an int32 sum becomes an output in the output's own scale, and how real scales become integers for it.
 *
 *   real multiplier M = mult * 2^(shift - 31),  2^30 <= mult < 2^31
 *   rescale(x) = x * M, rounded twice, as gemmlowp does and TensorFlow Lite Micro with it:
 *     1. y = floor((x * 2^left * mult + 2^30) / 2^31)          SaturatingRoundingDoublingHighMul
 *     2. z = y / 2^right to nearest, halves away from zero     RoundingDivideByPOT
 *   left = max(shift, 0), right = max(-shift, 0)
 *
 * A negative M is kept as -mult with the shift of |M|, and its rescale(x) is -(rescale(x) of |M|): step 1 rounds halves up,
 * so that x * M, with its other sign, would be rounded to the other side.
 *
 * Source: gemmlowp fixedpoint/fixedpoint.h; Jacob et al. 2018 (arXiv:1712.05877), section 2.2.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_RESCALE_H
#define MRT_RESCALE_H

#include "../mrt.h"

/* Step 1 without the left shift. |mult| < 2^31, so the one case that would need saturating cannot occur. */
MRT_INLINE int32_t mrt_high_mul(int32_t x, int32_t mult)
{
    return (int32_t)(((int64_t)x * mult + ((int64_t)1 << 30)) >> 31);
}

/* Step 2. 0 <= right <= 31. */
MRT_INLINE int32_t mrt_divide_pot(int32_t x, int right)
{
    const uint32_t mask = ((uint32_t)1 << right) - 1u;
    const uint32_t rest = (uint32_t)x & mask;
    const uint32_t half = (mask >> 1) + (x < 0 ? 1u : 0u);

    return (x >> right) + (rest > half ? 1 : 0);
}

MRT_INLINE int32_t mrt_rescale(int32_t x, int32_t mult, int shift)
{
    if (shift > 0)
        return mrt_high_mul((int32_t)((uint32_t)x << shift), mult);
    return mrt_divide_pot(mrt_high_mul(x, mult), -shift);
}

/* x * M rounded once: floor(x * mult / 2^(31 - shift) + 1/2), 32 bits of it.
 * Source: TensorFlow Lite's MultiplyByQuantizedMultiplier where it rounds once (kernels/internal/common.cc). */
MRT_INLINE int32_t mrt_rescale_once(int32_t x, int32_t mult, int shift)
{
    return (int32_t)(uint32_t)(uint64_t)(((int64_t)x * mult + ((int64_t)1 << (30 - shift))) >> (31 - shift));
}

/* Fused activations, by TensorFlow Lite's numbers. */
typedef enum mrt_activation {
    MRT_ACT_NONE = 0,
    MRT_ACT_RELU = 1,
    MRT_ACT_RELU_N1_TO_1 = 2,
    MRT_ACT_RELU6 = 3
} mrt_activation;

/* Their clamps in real numbers: what is not clamped stops at the largest float. */
static MRT_COLD void mrt_activation_range_f32(mrt_activation activation, float *act_min, float *act_max)
{
    *act_min = activation == MRT_ACT_NONE ? -MRT_F32_MAX : activation == MRT_ACT_RELU_N1_TO_1 ? -1.0f : 0.0f;
    *act_max = activation == MRT_ACT_RELU6 ? 6.0f : activation == MRT_ACT_RELU_N1_TO_1 ? 1.0f : MRT_F32_MAX;
}

#if !defined(__AVR__) /* there a double has 32 bits; AVR runs compiled models, which need no preparing */

/* Round to nearest, halves away from zero, for |x| < 2^62. */
static MRT_COLD int64_t mrt_round_f64(double x)
{
    return x < 0 ? -(int64_t)(0.5 - x) : (int64_t)(x + 0.5);
}

/* real -> mult, shift. Below 2^-32 (and for NaN) both are 0; from 2^30 on they saturate.
 * Source: TensorFlow Lite's QuantizeMultiplier (kernels/internal/quantization_util.cc). */
static MRT_COLD void mrt_quantize_multiplier(double real, int32_t *mult, int32_t *shift)
{
    int64_t fixed;
    int32_t exponent = 0;

    *mult = 0;
    *shift = 0;
    if (!(real >= 1.0 / 17179869184.0)) /* 2^-34: far below what rounding could lift */
        return;
    if (real >= 1073741824.0) {
        *mult = INT32_MAX;
        *shift = 30;
        return;
    }
    while (real >= 1.0) {
        real *= 0.5;
        exponent++;
    }
    while (real < 0.5) {
        real *= 2.0;
        exponent--;
    }
    fixed = mrt_round_f64(real * 2147483648.0);
    if (fixed == (int64_t)1 << 31) {
        fixed /= 2;
        exponent++;
    }
    if (exponent < -31)
        return;
    *mult = (int32_t)fixed;
    *shift = exponent;
}

/* real / scale in float, rounded to nearest, halves away from zero, and moved by zero_point. */
static MRT_COLD int32_t mrt_quantize_f32(float real, float scale, int32_t zero_point)
{
    const float  ratio = real / scale;
    const double moved = (double)ratio + (ratio < 0 ? -0.5 : 0.5);

    if (moved <= -2147483648.0 || moved >= 2147483647.0)
        return moved < 0 ? INT32_MIN : INT32_MAX;
    return (int32_t)((uint32_t)zero_point + (uint32_t)(int32_t)moved);
}

/* Clamps of a fused activation in the output's integers; type_min and type_max are the output type's.
 * Source: TensorFlow Lite's CalculateActivationRangeQuantized. */
static MRT_COLD void mrt_activation_range(mrt_activation activation, float scale, int32_t zero_point, int32_t type_min,
                                          int32_t type_max, int32_t *act_min, int32_t *act_max)
{
    *act_min = type_min;
    *act_max = type_max;
    if (activation == MRT_ACT_RELU || activation == MRT_ACT_RELU6)
        *act_min = mrt_max_i32(type_min, mrt_quantize_f32(0.0f, scale, zero_point));
    if (activation == MRT_ACT_RELU_N1_TO_1)
        *act_min = mrt_max_i32(type_min, mrt_quantize_f32(-1.0f, scale, zero_point));
    if (activation == MRT_ACT_RELU6)
        *act_max = mrt_min_i32(type_max, mrt_quantize_f32(6.0f, scale, zero_point));
    if (activation == MRT_ACT_RELU_N1_TO_1)
        *act_max = mrt_min_i32(type_max, mrt_quantize_f32(1.0f, scale, zero_point));
}

#endif
#endif
