/* MEAN, int8, in plain C: four means at a time where what follows the reduced axes has so many values. See kernels/mean.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_MEAN_FOUR_H
#define MRT_ARCH_MEAN_FOUR_H

#include "../kernels/mean.h"

MRT_INLINE void mrt_mean_i8_4(const mrt_mean_i8_params *p, const int8_t *in, int8_t *out)
{
    const mrt_mean_shape *shape = &p->shape;
    uint32_t              sum0 = (uint32_t)p->offset, sum1 = sum0, sum2 = sum0, sum3 = sum0;
    int32_t               a, b;

    for (a = 0; a < shape->first; a++) {
        const int8_t *x = in + a * shape->middle * shape->second * shape->inner;
        for (b = 0; b < shape->second; b++, x += shape->inner) {
            const int32_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
            sum0 += (uint32_t)x0;
            sum1 += (uint32_t)x1;
            sum2 += (uint32_t)x2;
            sum3 += (uint32_t)x3;
        }
    }
    out[0] = mrt_mean_i8_of(p, sum0);
    out[1] = mrt_mean_i8_of(p, sum1);
    out[2] = mrt_mean_i8_of(p, sum2);
    out[3] = mrt_mean_i8_of(p, sum3);
}

MRT_INLINE void mrt_mean_i8_four(const mrt_mean_i8_params *p, const int8_t *in, int8_t *out)
{
    const mrt_mean_shape *shape = &p->shape;
    int32_t               u, m, i;

    for (u = 0; u < shape->outer; u++, in += shape->first * shape->middle * shape->second * shape->inner)
        for (m = 0; m < shape->middle; m++) {
            const int8_t *x = in + m * shape->second * shape->inner;
            for (i = 0; i + 4 <= shape->inner; i += 4, out += 4)
                mrt_mean_i8_4(p, x + i, out);
            for (; i < shape->inner; i++)
                *out++ = mrt_mean_i8_of(p, (uint32_t)p->offset + mrt_mean_i8_sum(shape, x + i));
        }
}

#endif
