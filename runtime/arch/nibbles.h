/* int4 weights, two to a byte, the low half first, as TensorFlow Lite has them: laid out as bytes for a kernel of int8
 * weights. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_NIBBLES_H
#define MRT_ARCH_NIBBLES_H

#include "../mrt.h"

MRT_INLINE int8_t mrt_low_nibble(int8_t byte)
{
    return (int8_t)(((byte & 15) ^ 8) - 8);
}

/* packed has (count + 1) / 2 bytes. */
MRT_INLINE void mrt_nibbles_unpack(const MRT_FLASH int8_t *packed, int32_t count, int8_t *w)
{
    int32_t i;

    for (i = 0; i + 2 <= count; i += 2) {
        const int8_t byte = *packed++;
        *w++ = mrt_low_nibble(byte);
        *w++ = (int8_t)(byte >> 4);
    }
    if (i < count)
        *w = mrt_low_nibble(*packed);
}

#endif
