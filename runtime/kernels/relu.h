/* RELU and RELU6. May run in place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_RELU_H
#define MRT_RELU_H

#include "rescale.h"

/* RELU, int8: out = clamp(rescale(in - in_zero, mult, shift) + out_zero, act_min, 127); in, out [count]; int16 alike.
 * Source: TensorFlow Lite Micro's reference kernel (micro/kernels/activations.cc). */
typedef struct mrt_relu_i8_params {
    int32_t count;
    int32_t in_zero, out_zero;
    int32_t mult, shift;
    int32_t act_min;
} mrt_relu_i8_params;

MRT_INLINE void mrt_relu_i8(const mrt_relu_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++) {
        const uint32_t y = (uint32_t)mrt_rescale(in[i] - p->in_zero, p->mult, (int)p->shift) + (uint32_t)p->out_zero;
        out[i] = (int8_t)mrt_clamp_i32((int32_t)y, p->act_min, 127);
    }
}

MRT_INLINE void mrt_relu_i16(const mrt_relu_i8_params *p, const int16_t *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++) {
        const uint32_t y = (uint32_t)mrt_rescale(in[i] - p->in_zero, p->mult, (int)p->shift) + (uint32_t)p->out_zero;
        out[i] = (int16_t)mrt_clamp_i32((int32_t)y, p->act_min, 32767);
    }
}

/* RELU6, int8 and int16: out = clamp(in, act_min, act_max), in the input's own integers; in, out [count].
 * Source: TensorFlow Lite Micro's reference kernel, which takes input and output to have one scale and does not look. */
typedef struct mrt_relu6_i8_params {
    int32_t count;
    int32_t act_min, act_max;
} mrt_relu6_i8_params;

MRT_INLINE void mrt_relu6_i8(const mrt_relu6_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int8_t)mrt_clamp_i32(in[i], p->act_min, p->act_max);
}

MRT_INLINE void mrt_relu6_i16(const mrt_relu6_i8_params *p, const int16_t *in, int16_t *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = (int16_t)mrt_clamp_i32(in[i], p->act_min, p->act_max);
}

#if !defined(__AVR__)
/* Fills mult, shift and act_min; out_zero is read. */
static MRT_COLD void mrt_relu_i8_prepare(mrt_relu_i8_params *p, float in_scale, float out_scale)
{
    mrt_quantize_multiplier((double)in_scale / (double)out_scale, &p->mult, &p->shift);
    p->act_min = p->out_zero;
}
#endif

/* float32: out = clamp(in, act_min, act_max); in, out [count]. RELU's act_max is infinity: a fused activation stops at the
 * largest float, the operator itself does not. NaN stays. */
typedef struct mrt_relu_f32_params {
    int32_t count;
    float   act_min, act_max;
} mrt_relu_f32_params;

static MRT_COLD void mrt_relu_f32_prepare(mrt_relu_f32_params *p, int is_relu6)
{
    p->act_min = 0.0f;
    p->act_max = is_relu6 ? 6.0f : 1.0f / 0.0f;
}

MRT_INLINE void mrt_relu_f32(const mrt_relu_f32_params *p, const float *in, float *out)
{
    int32_t i;

    for (i = 0; i < p->count; i++)
        out[i] = mrt_clamp_f32(in[i], p->act_min, p->act_max);
}

#endif
