/* uint8 as int8: a number u with zero point z is the int8 number u - 128 with zero point z - 128, which turns its upper bit.
 * So what may run in place runs in uint8, too: turned, computed, and turned back. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_FLIP_H
#define MRT_FLIP_H

#include "../mrt.h"

/* out may be in. */
MRT_INLINE void mrt_flip(const uint8_t *in, uint8_t *out, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        out[i] = in[i] ^ 128u;
}

#endif
