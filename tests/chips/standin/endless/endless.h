/* Never returns.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef ENDLESS_H
#define ENDLESS_H

#include <stdint.h>

#define ENDLESS_INPUT_COUNT    1
#define ENDLESS_OUTPUT_COUNT   1
#define ENDLESS_INPUT_0_BYTES  4
#define ENDLESS_OUTPUT_0_BYTES 4
#define ENDLESS_ARENA_BYTES    8
#define ENDLESS_HAS_STATE      0

typedef struct endless_arena {
    int8_t in[4], out[4];
} endless_arena;

void endless_invoke(endless_arena *arena);

static inline int8_t *endless_input_0(endless_arena *arena)
{
    return arena->in;
}

static inline const int8_t *endless_output_0(const endless_arena *arena)
{
    return arena->out;
}

#endif
