/* float16 (IEEE 754 binary16) to float32: exact.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_HALF_H
#define MOTE_DATA_HALF_H

#include <math.h>
#include <stdint.h>

static inline float mote_half_to_f32(uint16_t half)
{
    int   exponent = half >> 10 & 31, fraction = half & 1023;
    float size;

    if (exponent == 31)
        size = fraction ? NAN : INFINITY;
    else if (exponent == 0)
        size = ldexpf((float)fraction, -24);
    else
        size = ldexpf((float)(fraction + 1024), exponent - 25);
    return half & 0x8000 ? -size : size;
}

#endif
