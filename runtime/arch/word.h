/* Four bytes at any address, as one word. Compilers make of it one load where the chip allows that, four where it does not.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_WORD_H
#define MRT_ARCH_WORD_H

#include "../mrt.h"

#if defined(__GNUC__)

typedef struct mrt_word {
    uint32_t value;
} __attribute__((packed, may_alias)) mrt_word;

MRT_INLINE uint32_t mrt_load_word(const int8_t *at)
{
    return ((const mrt_word *)(const void *)at)->value;
}

MRT_INLINE void mrt_store_word(int8_t *at, uint32_t value)
{
    ((mrt_word *)(void *)at)->value = value;
}

#else

typedef union mrt_word {
    int8_t   bytes[4];
    uint32_t value;
} mrt_word;

MRT_INLINE uint32_t mrt_load_word(const int8_t *at)
{
    mrt_word word;
    int      i;

    for (i = 0; i < 4; i++)
        word.bytes[i] = at[i];
    return word.value;
}

MRT_INLINE void mrt_store_word(int8_t *at, uint32_t value)
{
    mrt_word word;
    int      i;

    word.value = value;
    for (i = 0; i < 4; i++)
        at[i] = word.bytes[i];
}

#endif

/* At an address that is a multiple of 4. */
#if defined(__GNUC__)
typedef uint32_t __attribute__((may_alias)) mrt_aligned_word;

MRT_INLINE uint32_t mrt_load_aligned_word(const int8_t *at)
{
    return *(const mrt_aligned_word *)(const void *)at;
}
#else
MRT_INLINE uint32_t mrt_load_aligned_word(const int8_t *at)
{
    return mrt_load_word(at);
}
#endif

/* Two bytes at an even address, of whatever type they were stored. */
#if defined(__GNUC__)
typedef int16_t __attribute__((may_alias)) mrt_half;

MRT_INLINE int16_t mrt_load_half(const int8_t *at)
{
    return *(const mrt_half *)(const void *)at;
}
#else
MRT_INLINE int16_t mrt_load_half(const int8_t *at)
{
    union {
        int8_t  bytes[2];
        int16_t value;
    } half;

    half.bytes[0] = at[0];
    half.bytes[1] = at[1];
    return half.value;
}
#endif

/* Whether a word at any address is one load; else bytes are better moved one by one. */
#if defined(__ARM_FEATURE_UNALIGNED) || defined(__x86_64__) || defined(__i386__) || defined(__aarch64__)
#define MRT_HAS_UNALIGNED 1
#else
#define MRT_HAS_UNALIGNED 0
#endif

/* Whether a word's first byte is its lowest; compilers know. */
MRT_INLINE int mrt_is_little_endian(void)
{
    union {
        uint32_t word;
        uint8_t  bytes[4];
    } one;

    one.word = 1;
    return one.bytes[0] == 1;
}

/* Four equal bytes. */
MRT_INLINE uint32_t mrt_repeat_byte(int32_t byte)
{
    return ((uint32_t)byte & 0xffu) * 0x01010101u;
}

#endif
