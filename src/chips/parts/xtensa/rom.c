/* What an ESP8266 has in ROM, so that its compiler's library has it not: products and quotients of integers. Their counts
 * are this code's, not the ROM's. SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

uint64_t __umulsidi3(uint32_t a, uint32_t b);
int64_t  __muldi3(int64_t a, int64_t b);
uint32_t __udivsi3(uint32_t a, uint32_t b);
uint32_t __umodsi3(uint32_t a, uint32_t b);
int32_t  __divsi3(int32_t a, int32_t b);
uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);
int64_t  __divdi3(int64_t a, int64_t b);
uint64_t __udivmoddi4(uint64_t a, uint64_t b, uint64_t *rest); /* the library has this one */

/* The core multiplies 16 bits by 16, and gives the lower half of 32 by 32. */
static inline uint32_t high_half(uint32_t a, uint32_t b)
{
    const uint32_t a_low = (uint16_t)a, b_low = (uint16_t)b, a_high = a >> 16, b_high = b >> 16;
    const uint32_t middle = a_low * b_high + (a_low * b_low >> 16);
    const uint32_t more = a_high * b_low + (uint16_t)middle;

    return a_high * b_high + (middle >> 16) + (more >> 16);
}

uint64_t __umulsidi3(uint32_t a, uint32_t b)
{
    return (uint64_t)high_half(a, b) << 32 | a * b;
}

int64_t __muldi3(int64_t a, int64_t b)
{
    const uint32_t a_low = (uint32_t)a, b_low = (uint32_t)b;
    const uint32_t a_high = (uint32_t)((uint64_t)a >> 32), b_high = (uint32_t)((uint64_t)b >> 32);

    return (int64_t)((uint64_t)(high_half(a_low, b_low) + a_low * b_high + a_high * b_low) << 32 | a_low * b_low);
}

typedef struct division {
    uint32_t quotient, rest;
} division;

/* Bit by bit, from the first that can be set. By 0: all bits set, as of cores that divide. */
static inline __attribute__((always_inline)) division divide(uint32_t a, uint32_t b)
{
    division d = {0, a};
    int      shift;

    if (b == 0 || a < b)
        return (division){b == 0 ? UINT32_MAX : 0, a};
    for (shift = __builtin_clz(b) - __builtin_clz(a); shift >= 0; shift--) {
        d.quotient <<= 1;
        if (d.rest >= b << shift) {
            d.rest -= b << shift;
            d.quotient |= 1;
        }
    }
    return d;
}

uint32_t __udivsi3(uint32_t a, uint32_t b)
{
    return divide(a, b).quotient;
}

uint32_t __umodsi3(uint32_t a, uint32_t b)
{
    return divide(a, b).rest;
}

int32_t __divsi3(int32_t a, int32_t b)
{
    const uint32_t a_size = a < 0 ? 0 - (uint32_t)a : (uint32_t)a, b_size = b < 0 ? 0 - (uint32_t)b : (uint32_t)b;
    const uint32_t quotient = divide(a_size, b_size).quotient;

    return (int32_t)((a ^ b) < 0 ? 0 - quotient : quotient);
}

uint64_t __udivdi3(uint64_t a, uint64_t b)
{
    return __udivmoddi4(a, b, 0);
}

uint64_t __umoddi3(uint64_t a, uint64_t b)
{
    uint64_t rest;

    __udivmoddi4(a, b, &rest);
    return rest;
}

int64_t __divdi3(int64_t a, int64_t b)
{
    const uint64_t quotient = __udivmoddi4(a < 0 ? 0 - (uint64_t)a : (uint64_t)a, b < 0 ? 0 - (uint64_t)b : (uint64_t)b, 0);

    return (int64_t)((a ^ b) < 0 ? 0 - quotient : quotient);
}
