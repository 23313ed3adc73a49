/* Elements of int64 tensors: these lie at multiples of 4, which is not enough for a load of 8 bytes everywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INT64_H
#define MRT_INT64_H

#include "../mrt.h"

MRT_INLINE int64_t mrt_load_i64(const void *array, size_t i)
{
    int64_t x;

    mrt_copy(&x, (const uint8_t *)array + i * sizeof x, sizeof x);
    return x;
}

MRT_INLINE void mrt_store_i64(void *array, size_t i, int64_t x)
{
    mrt_copy((uint8_t *)array + i * sizeof x, &x, sizeof x);
}

#endif
