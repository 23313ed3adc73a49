/* ADD_N: the sum of all operands, which have one shape; in[j], out [count]. The output may be any of the operands.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ADD_N_H
#define MRT_ADD_N_H

#include "rescale.h"

/* int8, operands of one scale s and one zero point:
 *
 *   x   = part(0) + sum over j of part(in[j]),  part(v) = rescale((v - in_zero) * 2^20, 1/2)
 *   out = clamp(rescale(x, mult, shift) + out_zero, -128, 127),  mult and shift for 2 s / (2^20 out_scale)
 *
 * where part(0) stands for nothing: TensorFlow Lite Micro starts its sum at -in_zero, which is a fault, but the law. x
 * wraps. Source: TensorFlow Lite Micro's reference kernel (reference/add_n.h, micro/kernels/add_n.cc). */
typedef struct mrt_add_n_i8_params {
    int32_t count, operands;
    int32_t in_zero, out_zero;
    int32_t mult, shift;
} mrt_add_n_i8_params;

MRT_INLINE void mrt_add_n_i8(const mrt_add_n_i8_params *p, const mrt_io *io)
{
    int8_t *out = (int8_t *)io->out[0];
    int32_t i, j;

    for (i = 0; i < p->count; i++) {
        uint32_t x = (uint32_t)-p->in_zero << 19, y; /* halving a multiple of 2^20 needs no rounding */
        for (j = 0; j < p->operands; j++)
            x += (uint32_t)(((const int8_t *)io->in[j])[i] - p->in_zero) << 19;
        y = (uint32_t)mrt_rescale((int32_t)x, p->mult, (int)p->shift) + (uint32_t)p->out_zero;
        out[i] = (int8_t)mrt_clamp_i32((int32_t)y, -128, 127);
    }
}

/* float32 and int32. */
typedef struct mrt_add_n_params {
    int32_t count, operands;
} mrt_add_n_params;

/* Added in the operands' order. */
MRT_INLINE void mrt_add_n_f32(const mrt_add_n_params *p, const mrt_io *io)
{
    float  *out = (float *)io->out[0];
    int32_t i, j;

    for (i = 0; i < p->count; i++) {
        float sum = 0.0f;
        for (j = 0; j < p->operands; j++)
            sum += ((const float *)io->in[j])[i];
        out[i] = sum;
    }
}

/* Wrapping. */
MRT_INLINE void mrt_add_n_i32(const mrt_add_n_params *p, const mrt_io *io)
{
    int32_t *out = (int32_t *)io->out[0];
    int32_t  i, j;

    for (i = 0; i < p->count; i++) {
        uint32_t sum = 0;
        for (j = 0; j < p->operands; j++)
            sum += (uint32_t)((const int32_t *)io->in[j])[i];
        out[i] = (int32_t)sum;
    }
}

#endif
