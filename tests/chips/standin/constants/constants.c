/* Reads 4,096 bytes of constants once, from the first to the last. SPDX-License-Identifier: Apache-2.0 */
#include "constants.h"

static const __attribute__((aligned(64))) uint8_t table[4096] = {[1] = 1, [4095] = 2};

void constants_invoke(constants_arena *arena)
{
    const volatile uint8_t *from = table;
    uint8_t                 sum = 0;
    int                     i;

    for (i = 0; i < 4096; i++)
        sum = (uint8_t)(sum + from[i]);
    arena->out[0] = (int8_t)sum;
}
