/* What an ESP8266 has in ROM, so that its compiler's library has it not: arithmetic with float and double. Their counts are
 * this code's, not the ROM's. SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#pragma GCC optimize("O2")

static inline int single_count_zeros(uint32_t a)
{
    return __builtin_clz(a);
}

static inline uint32_t single_multiply_high(uint32_t a, uint32_t b)
{
    const uint64_t product = (uint64_t)a * b;

    return (uint32_t)(product >> 32) | ((uint32_t)product != 0);
}

#define WORD     uint32_t
#define FRACTION 23
#define EXPONENT 255
#define F(name)  single_##name
#include "rom_float.h"
#undef WORD
#undef FRACTION
#undef EXPONENT
#undef F

static inline int double_count_zeros(uint64_t a)
{
    return a >> 32 ? __builtin_clz((uint32_t)(a >> 32)) : 32 + __builtin_clz((uint32_t)a);
}

static inline uint64_t double_multiply_high(uint64_t a, uint64_t b)
{
    const uint32_t a_low = (uint32_t)a, b_low = (uint32_t)b, a_high = (uint32_t)(a >> 32), b_high = (uint32_t)(b >> 32);
    const uint64_t low = (uint64_t)a_low * b_low;
    const uint64_t middle = (uint64_t)a_low * b_high + (low >> 32), more = (uint64_t)a_high * b_low + (uint32_t)middle;

    return ((uint64_t)a_high * b_high + (middle >> 32) + (more >> 32)) | ((uint32_t)more != 0 || (uint32_t)low != 0);
}

#define WORD     uint64_t
#define FRACTION 52
#define EXPONENT 2047
#define F(name)  double_##name
#include "rom_float.h"

/* Numbers pass in integer registers: with these types the functions have the names' own arguments. */
#define SINGLE_SIGN 0x80000000u
#define DOUBLE_SIGN 0x8000000000000000u

uint32_t __addsf3(uint32_t a, uint32_t b);
uint32_t __subsf3(uint32_t a, uint32_t b);
uint32_t __mulsf3(uint32_t a, uint32_t b);
uint32_t __floatsisf(int32_t a);
uint32_t __floatunsisf(uint32_t a);
uint32_t __fixunssfsi(uint32_t a);
uint64_t __adddf3(uint64_t a, uint64_t b);
uint64_t __subdf3(uint64_t a, uint64_t b);
uint64_t __muldf3(uint64_t a, uint64_t b);
uint64_t __divdf3(uint64_t a, uint64_t b);
uint64_t __floatsidf(int32_t a);
uint64_t __floatunsidf(uint32_t a);
uint32_t __fixunsdfsi(uint64_t a);
int32_t  __fixdfsi(uint64_t a);
uint64_t __extendsfdf2(uint32_t a);
uint32_t __truncdfsf2(uint64_t a);

uint32_t __addsf3(uint32_t a, uint32_t b)
{
    return single_add(a, b);
}

uint32_t __subsf3(uint32_t a, uint32_t b)
{
    return single_add(a, b ^ SINGLE_SIGN);
}

uint32_t __mulsf3(uint32_t a, uint32_t b)
{
    return single_multiply(a, b);
}

uint32_t __floatsisf(int32_t a)
{
    return single_of_integer(a < 0, a < 0 ? 0 - (uint32_t)a : (uint32_t)a);
}

uint32_t __floatunsisf(uint32_t a)
{
    return single_of_integer(0, a);
}

uint32_t __fixunssfsi(uint32_t a)
{
    return single_to_unsigned(a);
}

uint64_t __adddf3(uint64_t a, uint64_t b)
{
    return double_add(a, b);
}

uint64_t __subdf3(uint64_t a, uint64_t b)
{
    return double_add(a, b ^ DOUBLE_SIGN);
}

uint64_t __muldf3(uint64_t a, uint64_t b)
{
    return double_multiply(a, b);
}

uint64_t __divdf3(uint64_t a, uint64_t b)
{
    return double_divide(a, b);
}

uint64_t __floatsidf(int32_t a)
{
    return double_of_integer(a < 0, a < 0 ? 0 - (uint32_t)a : (uint32_t)a);
}

uint64_t __floatunsidf(uint32_t a)
{
    return double_of_integer(0, a);
}

uint32_t __fixunsdfsi(uint64_t a)
{
    return double_to_unsigned(a);
}

int32_t __fixdfsi(uint64_t a)
{
    const uint32_t size = double_to_unsigned(a & ~DOUBLE_SIGN), most = 0x7fffffff + (uint32_t)(a >> 63);
    const uint32_t held = size < most ? size : most;

    return (int32_t)(a & DOUBLE_SIGN ? 0 - held : held);
}

/* Every float is a double. */
uint64_t __extendsfdf2(uint32_t a)
{
    const uint64_t sign = (uint64_t)(a & SINGLE_SIGN) << 32;
    const uint32_t fraction = a & 0x7fffff;
    const int      exponent = (int)(a >> 23 & 255);

    if (exponent == 255)
        return sign | (uint64_t)2047 << 52 | (uint64_t)fraction << 29 | (uint64_t)(fraction != 0) << 51;
    if (exponent == 0)
        return fraction == 0 ? sign : double_normalize(sign, 1 - 127 + 1023, (uint64_t)fraction << (63 - 23));
    return sign | (uint64_t)(exponent - 127 + 1023) << 52 | (uint64_t)fraction << 29;
}

uint32_t __truncdfsf2(uint64_t a)
{
    const uint32_t sign = (uint32_t)(a >> 32) & SINGLE_SIGN;
    const uint64_t fraction = a & 0xfffffffffffffu;
    const int      exponent = (int)(a >> 52 & 2047);

    if (exponent == 2047)
        return sign | 255u << 23 | (uint32_t)(fraction >> 29) | (uint32_t)(fraction != 0) << 22;
    if (exponent == 0) /* far less than a float's least */
        return sign;
    return single_normalize(sign, exponent - 1023 + 127,
                            1u << 31 | (uint32_t)(fraction >> 21) | ((uint32_t)fraction << 11 != 0));
}
