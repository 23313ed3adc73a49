/* An invoke of a known number of instructions.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef COUNTED_H
#define COUNTED_H

#include <stdint.h>

#define COUNTED_INPUT_COUNT    1
#define COUNTED_OUTPUT_COUNT   1
#define COUNTED_INPUT_0_BYTES  4
#define COUNTED_OUTPUT_0_BYTES 4
#define COUNTED_ARENA_BYTES    8
#define COUNTED_HAS_STATE      0

typedef struct counted_arena {
    int8_t in[4], out[4];
} counted_arena;

void counted_invoke(counted_arena *arena);

static inline int8_t *counted_input_0(counted_arena *arena)
{
    return arena->in;
}

static inline const int8_t *counted_output_0(const counted_arena *arena)
{
    return arena->out;
}

#endif
