/* SPDX-License-Identifier: Apache-2.0 */
#include "deep.h"

#if defined(__AVR__)
#define DEEP_BYTES 9000
#else
#define DEEP_BYTES 900000
#endif

void deep_invoke(deep_arena *arena)
{
    volatile int8_t stack[DEEP_BYTES];
    int32_t         i;

    for (i = DEEP_BYTES - 1; i >= 0; i -= 4)
        stack[i] = arena->in[i & 3];
    arena->out[0] = stack[3];
}
