/* SPDX-License-Identifier: Apache-2.0 */
#include "flip.h"

void flip_invoke(flip_arena *arena)
{
    uint8_t i;

    for (i = 0; i < 4; i++)
        arena->out[i] = (int8_t)~arena->in[i];
}
