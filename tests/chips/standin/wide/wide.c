/* SPDX-License-Identifier: Apache-2.0 */
#include "wide.h"

void wide_invoke(wide_arena *arena)
{
    arena->out[0] = arena->scratch[(uint8_t)arena->in[0]];
}
