/* int4 weights in lanes, for chips that multiply 32 bits at once: two channels' sums in one register.
 *
 *     lane pair  a + 65536 b,  of weights a and b;  times an int8 value x: both products, in one multiplication
 *
 * Sums of such products hold sum a x in their lower half, signed, and sum b x above it, while the lower one fits into 16
 * bits: of MRT_LANES_GROUPS groups of 4 values at most (4 * 7 * 8 * 128 < 2^15). Then they are taken apart.
 *
 * Weights of four channels a, b, c, d: for each group of 4 values a word of a and b, then one of c and d. Value k's weights
 * are at bits 4 k and 16 + 4 k, 8 more than they are, so that
 *
 *     (word >> 4 k & 0x000f000f) - 0x00080008
 *
 * is the lane pair. Words' bytes stand lowest first. Depths are padded with zeros to whole groups, channels to whole fours.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ARCH_LANES_H
#define MRT_ARCH_LANES_H

#include "word.h"

enum { MRT_LANES_GROUPS = 7, MRT_LANES_CHANNELS = 4 };
#define MRT_LANES_MASK   0x000f000fu
#define MRT_LANES_OFFSET 0x00080008u

MRT_INLINE uint32_t mrt_lanes_word(const MRT_FLASH int8_t *at)
{
    const uint32_t word = mrt_load_aligned_word(at);

    return mrt_is_little_endian() ? word : word >> 24 | (word >> 8 & 0xff00u) | (word << 8 & 0xff0000u) | word << 24;
}

/* Of value k. */
MRT_INLINE uint32_t mrt_lanes_pair(uint32_t word, int32_t k)
{
    return (word >> (4 * k) & MRT_LANES_MASK) - MRT_LANES_OFFSET;
}

MRT_INLINE void mrt_lanes_part(uint32_t lanes, uint32_t *low, uint32_t *high)
{
    const uint32_t lower = (uint32_t)(int32_t)(int16_t)lanes;

    *low += lower;
    *high += (uint32_t)((int32_t)(lanes - lower) >> 16);
}

#endif
