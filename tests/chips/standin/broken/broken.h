/* Does not compile.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef BROKEN_H
#define BROKEN_H

#include <stdint.h>

#define BROKEN_INPUT_COUNT    1
#define BROKEN_OUTPUT_COUNT   1
#define BROKEN_INPUT_0_BYTES  4
#define BROKEN_OUTPUT_0_BYTES 4
#define BROKEN_ARENA_BYTES    8
#define BROKEN_HAS_STATE      0

typedef struct broken_arena {
    int8_t in[4], out[4];
} broken_arena;

void broken_invoke(broken_arena *arena);

static inline int8_t *broken_input_0(broken_arena *arena)
{
    return arena->in;
}

static inline const int8_t *broken_output_0(const broken_arena *arena)
{
    return arena->out;
}

#endif
