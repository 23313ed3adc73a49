/* Constants larger than any chip's flash.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef LARGE_H
#define LARGE_H

#include <stdint.h>

#define LARGE_INPUT_COUNT    1
#define LARGE_OUTPUT_COUNT   1
#define LARGE_INPUT_0_BYTES  4
#define LARGE_OUTPUT_0_BYTES 4
#define LARGE_ARENA_BYTES    8
#define LARGE_HAS_STATE      0

typedef struct large_arena {
    int8_t in[4], out[4];
} large_arena;

void large_invoke(large_arena *arena);

static inline int8_t *large_input_0(large_arena *arena)
{
    return arena->in;
}

static inline const int8_t *large_output_0(const large_arena *arena)
{
    return arena->out;
}

#endif
