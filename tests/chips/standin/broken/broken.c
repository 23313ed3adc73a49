/* SPDX-License-Identifier: Apache-2.0 */
#include "broken.h"

void broken_invoke(broken_arena *arena)
{
    arena->nothing[0] = 1;
}
