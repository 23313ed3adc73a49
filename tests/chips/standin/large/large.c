/* SPDX-License-Identifier: Apache-2.0 */
#include "large.h"

#if defined(__AVR__)
#define FLASH      __flash
#define LARGE_SIZE 32000
#else
#define FLASH
#define LARGE_SIZE 17000000
#endif

static const FLASH int8_t large_weights[LARGE_SIZE] = {1, 2, 3};

#if defined(__AVR_3_BYTE_PC__) /* 256 KB of flash, and no object of more than 32 */
static const FLASH int8_t more[LARGE_SIZE] = {1}, still[LARGE_SIZE] = {2}, and_more[LARGE_SIZE] = {3},
                          a_lot[LARGE_SIZE] = {4};
static const FLASH int8_t piles[LARGE_SIZE] = {5}, heaps[LARGE_SIZE] = {6}, and_heaps[LARGE_SIZE] = {7},
                          last[LARGE_SIZE] = {8};
static const FLASH int8_t *volatile parts[] = {more, still, and_more, a_lot, piles, heaps, and_heaps, last};

void large_invoke(large_arena *arena)
{
    arena->out[0] = large_weights[(uint8_t)arena->in[0]] + parts[arena->in[1] & 3][(uint8_t)arena->in[0]];
}
#else
void large_invoke(large_arena *arena)
{
    arena->out[0] = large_weights[(uint8_t)arena->in[0]];
}
#endif
