/* Writes behind its arena.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef ASTRAY_H
#define ASTRAY_H

#include <stdint.h>

#define ASTRAY_INPUT_COUNT    1
#define ASTRAY_OUTPUT_COUNT   1
#define ASTRAY_INPUT_0_BYTES  4
#define ASTRAY_OUTPUT_0_BYTES 4
#define ASTRAY_ARENA_BYTES    8
#define ASTRAY_HAS_STATE      0

typedef struct astray_arena {
    int8_t in[4], out[4];
} astray_arena;

void astray_invoke(astray_arena *arena);

static inline int8_t *astray_input_0(astray_arena *arena)
{
    return arena->in;
}

static inline const int8_t *astray_output_0(const astray_arena *arena)
{
    return arena->out;
}

#endif
