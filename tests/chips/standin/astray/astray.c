/* SPDX-License-Identifier: Apache-2.0 */
#include "astray.h"

void astray_invoke(astray_arena *arena)
{
    volatile int8_t *out = arena->out;

    out[0] = arena->in[0];
    out[30] = 1; /* of 4 */
}
