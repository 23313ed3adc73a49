/* Parameters that CONV_2D and DEPTHWISE_CONV_2D share; they differ in the weights' layout only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CONV_PARAMS_H
#define MRT_CONV_PARAMS_H

#include "rescale.h"
#include "window.h"

/* int8, with int8 weights (zero point 0) and an int32 bias:
 *
 *   acc = bias[o] + sum over taps inside the input of (in - in_zero) * w
 *   out = clamp(rescale(acc, mult[o * step], shift[o * step]) + out_zero, act_min, act_max)
 *
 * bias  [out_c]    scale in_scale * w_scale[o]; NULL: none */
typedef struct mrt_conv_i8_params {
    mrt_window               window;
    int32_t                  in_zero, out_zero;
    int32_t                  act_min, act_max;
    int32_t                  step; /* 1: a multiplier per output channel; 0: one for all */
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int32_t *bias;
    const MRT_FLASH int32_t *mult;
    const MRT_FLASH int8_t  *shift;
} mrt_conv_i8_params;

/* The output value of channel o from its sum. */
MRT_INLINE int8_t mrt_conv_i8_output(const mrt_conv_i8_params *p, int32_t o, uint32_t acc)
{
    const int32_t y = mrt_rescale((int32_t)acc, p->mult[o * p->step], p->shift[o * p->step]);

    return (int8_t)mrt_clamp_i32((int32_t)((uint32_t)y + (uint32_t)p->out_zero), p->act_min, p->act_max);
}

#if !defined(__AVR__)
/* What the parameters' multipliers and clamps follow from. w_scale has 1 or out_c entries. */
typedef struct mrt_conv_i8_scales {
    float          in_scale, out_scale;
    const float   *w_scale;
    int32_t        w_scale_count;
    mrt_activation activation;
} mrt_conv_i8_scales;

/* Fills act_min, act_max, step, and mult and shift, which have w_scale_count entries; out_zero is read. The product of
 * scales is taken in double, with one weight scale too.
 * Source: TensorFlow Lite's PopulateConvolutionQuantizationParams. */
static MRT_COLD void mrt_conv_i8_prepare(mrt_conv_i8_params *p, const mrt_conv_i8_scales *s, int32_t *mult, int8_t *shift)
{
    int32_t o, exponent;

    for (o = 0; o < s->w_scale_count; o++) {
        mrt_quantize_multiplier((double)s->in_scale * (double)s->w_scale[o] / (double)s->out_scale, &mult[o], &exponent);
        shift[o] = (int8_t)exponent;
    }
    p->step = s->w_scale_count > 1;
    p->mult = mult;
    p->shift = shift;
    mrt_activation_range(s->activation, s->out_scale, p->out_zero, -128, 127, &p->act_min, &p->act_max);
}
#endif

/* float32; bias NULL: none. Sums run over taps in row-major order, then over input channels; the bias comes last. */
typedef struct mrt_conv_f32_params {
    mrt_window             window;
    float                  act_min, act_max;
    const MRT_FLASH float *w;
    const MRT_FLASH float *bias;
} mrt_conv_f32_params;

MRT_INLINE float mrt_conv_f32_output(const mrt_conv_f32_params *p, int32_t o, float acc)
{
    return mrt_clamp_f32(p->bias ? acc + p->bias[o] : acc, p->act_min, p->act_max);
}

#endif
