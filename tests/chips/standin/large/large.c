/* SPDX-License-Identifier: Apache-2.0 */
#include "large.h"

#if defined(__AVR__)
#define FLASH      __flash
#define LARGE_SIZE 32000
#else
#define FLASH
#define LARGE_SIZE 8000000
#endif

static const FLASH int8_t large_weights[LARGE_SIZE] = {1, 2, 3};

void large_invoke(large_arena *arena)
{
    arena->out[0] = large_weights[(uint8_t)arena->in[0]];
}
