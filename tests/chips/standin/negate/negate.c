/* SPDX-License-Identifier: Apache-2.0 */
#include "negate.h"

#if defined(__AVR__)
#define FLASH __flash
#else
#define FLASH
#endif

/* 40 bytes of constants, which the measure of weights must find. */
static const FLASH int32_t signs[10] = {-1, -1, -1, -1, 7, 7, 7, 7, 7, 7};

void negate_reset(negate_arena *arena)
{
    arena->sum = 1000;
}

void negate_invoke(negate_arena *arena)
{
    volatile uint8_t scratch[64]; /* at least 64 bytes of stack */
    uint8_t          i;

    for (i = 0; i < 64; i++)
        scratch[i] = i;
    for (i = 0; i < 4; i++)
        arena->tensor_0[i] = (int8_t)(arena->tensor_0[i] * signs[scratch[i]]);
    arena->sum += arena->input_1;
    arena->output_1 = arena->sum;
}
