/* Sums and differences of quantized numbers with scales of their own: what ADD of int16 and SUB are made of.
 *
 *   x   = rescale((a - a_zero) * 2^left, a_mult, a_shift) +- rescale((b - b_zero) * 2^left, b_mult, b_shift)
 *   out = clamp(rescale(x, out_mult, out_shift) + out_zero, act_min, act_max)
 *
 * left: 20 for int8, 15 for int16. The multipliers of a and b are at most 1/2, so that |x| < 2^31.
 * Source: TensorFlow Lite Micro's reference kernels (reference/add.h, reference/sub.h). SPDX-License-Identifier: Apache-2.0
 */
#ifndef MRT_SCALED_SUM_H
#define MRT_SCALED_SUM_H

#include "rescale.h"
#include "walk.h"

typedef struct mrt_scaled_sum_params {
    int32_t                  count, rank;
    int32_t                  a_zero, a_mult, a_shift;
    int32_t                  b_zero, b_mult, b_shift;
    int32_t                  out_zero, out_mult, out_shift;
    int32_t                  act_min, act_max;
    const MRT_FLASH int32_t *walk; /* [rank, 3] */
} mrt_scaled_sum_params;

MRT_INLINE int32_t mrt_scaled_part(int32_t x, int32_t zero, int left, int32_t mult, int32_t shift)
{
    return mrt_rescale((int32_t)((uint32_t)(x - zero) << left), mult, (int)shift);
}

MRT_INLINE int32_t mrt_scaled_end(const mrt_scaled_sum_params *p, uint32_t x)
{
    const uint32_t y = (uint32_t)mrt_rescale((int32_t)x, p->out_mult, (int)p->out_shift) + (uint32_t)p->out_zero;

    return mrt_clamp_i32((int32_t)y, p->act_min, p->act_max);
}

MRT_INLINE int32_t mrt_scaled_sum_one(const mrt_scaled_sum_params *p, int left, int32_t a, int32_t b)
{
    return mrt_scaled_end(p, (uint32_t)mrt_scaled_part(a, p->a_zero, left, p->a_mult, p->a_shift) +
                                 (uint32_t)mrt_scaled_part(b, p->b_zero, left, p->b_mult, p->b_shift));
}

MRT_INLINE int32_t mrt_scaled_difference_one(const mrt_scaled_sum_params *p, int left, int32_t a, int32_t b)
{
    return mrt_scaled_end(p, (uint32_t)mrt_scaled_part(a, p->a_zero, left, p->a_mult, p->a_shift) -
                                 (uint32_t)mrt_scaled_part(b, p->b_zero, left, p->b_mult, p->b_shift));
}

#endif
