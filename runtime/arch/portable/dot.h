/* Dot products in plain C: see ../dot.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_PORTABLE_DOT_H
#define MRT_ARCH_PORTABLE_DOT_H

#include "../../mrt.h"

MRT_INLINE uint32_t mrt_dot_i8(const int8_t *in, const MRT_FLASH int8_t *w, int32_t count, uint32_t acc)
{
    int32_t i;

    for (i = 0; i < count; i++)
        acc += (uint32_t)((int32_t)in[i] * w[i]);
    return acc;
}

MRT_INLINE void mrt_dot4_i8(const int8_t *in, const MRT_FLASH int8_t *w, int32_t pitch, int32_t count, uint32_t *acc)
{
    const MRT_FLASH int8_t *w1 = w + pitch, *w2 = w1 + pitch, *w3 = w2 + pitch;
    uint32_t                acc0 = acc[0], acc1 = acc[1], acc2 = acc[2], acc3 = acc[3];
    int32_t                 i;

    for (i = 0; i < count; i++) {
        const int32_t x = in[i];
        acc0 += (uint32_t)(x * w[i]);
        acc1 += (uint32_t)(x * w1[i]);
        acc2 += (uint32_t)(x * w2[i]);
        acc3 += (uint32_t)(x * w3[i]);
    }
    acc[0] = acc0;
    acc[1] = acc1;
    acc[2] = acc2;
    acc[3] = acc3;
}

#endif
