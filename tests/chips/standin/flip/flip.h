/* Every bit of the input turned over, without state.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef FLIP_H
#define FLIP_H

#include <stdint.h>

#define FLIP_INPUT_COUNT    1
#define FLIP_OUTPUT_COUNT   1
#define FLIP_INPUT_0_BYTES  4
#define FLIP_OUTPUT_0_BYTES 4
#define FLIP_ARENA_BYTES    8
#define FLIP_HAS_STATE      0

typedef struct flip_arena {
    int8_t in[4], out[4];
} flip_arena;

void flip_invoke(flip_arena *arena);

static inline int8_t *flip_input_0(flip_arena *arena)
{
    return arena->in;
}

static inline const int8_t *flip_output_0(const flip_arena *arena)
{
    return arena->out;
}

#endif
