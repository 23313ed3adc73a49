/* Rescaling of an int64 sum by a multiplier of 16 bits, as TensorFlow Lite does where activations are int16:
 *
 *   rescale(x) = floor((x * mult + 2^(14 - shift)) / 2^(15 - shift)),  real multiplier M = mult * 2^(shift - 15)
 *
 * mult is mrt_quantize_multiplier's, rounded to its 15 upper bits. The result keeps its lower 32 bits.
 * Source: TensorFlow Lite Micro's MultiplyByQuantizedMultiplier of int64 (kernels/internal/common.cc).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_RESCALE_I64_H
#define MRT_RESCALE_I64_H

#include "rescale.h"

enum { MRT_RESCALE_I64_SHIFT_MAX = 14 };

/* -31 <= shift <= MRT_RESCALE_I64_SHIFT_MAX. A sum of 48 bits does not wrap. */
MRT_INLINE int32_t mrt_rescale_i64(uint64_t x, int32_t mult, int shift)
{
    const uint64_t product = x * (uint64_t)(int64_t)mult + ((uint64_t)1 << (14 - shift));

    return (int32_t)(uint32_t)(uint64_t)((int64_t)product >> (15 - shift));
}

/* The multiplier's upper bits. */
static MRT_COLD int16_t mrt_upper_multiplier(int32_t mult)
{
    return (int16_t)(mult < 0x7fff0000 ? (mult + 0x8000) >> 16 : 0x7fff);
}

#endif
