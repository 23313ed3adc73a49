/* Stands in for a compiled model: four bytes in, their complements out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

void model_invoke(model_arena *arena)
{
    uint8_t i;

    for (i = 0; i < 4; i++)
        arena->out[i] = (int8_t)~arena->in[i];
}
