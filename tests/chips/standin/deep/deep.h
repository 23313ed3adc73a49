/* More stack than the chip has.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef DEEP_H
#define DEEP_H

#include <stdint.h>

#define DEEP_INPUT_COUNT    1
#define DEEP_OUTPUT_COUNT   1
#define DEEP_INPUT_0_BYTES  4
#define DEEP_OUTPUT_0_BYTES 4
#define DEEP_ARENA_BYTES    8
#define DEEP_HAS_STATE      0

typedef struct deep_arena {
    int8_t in[4], out[4];
} deep_arena;

void deep_invoke(deep_arena *arena);

static inline int8_t *deep_input_0(deep_arena *arena)
{
    return arena->in;
}

static inline const int8_t *deep_output_0(const deep_arena *arena)
{
    return arena->out;
}

#endif
