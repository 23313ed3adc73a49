/* Two instructions and a return.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef BRIEF_H
#define BRIEF_H

#include <stdint.h>

#define BRIEF_INPUT_COUNT    1
#define BRIEF_OUTPUT_COUNT   1
#define BRIEF_INPUT_0_BYTES  4
#define BRIEF_OUTPUT_0_BYTES 4
#define BRIEF_ARENA_BYTES    8
#define BRIEF_HAS_STATE      0

typedef struct brief_arena {
    int8_t in[4], out[4];
} brief_arena;

void brief_invoke(brief_arena *arena);

static inline int8_t *brief_input_0(brief_arena *arena)
{
    return arena->in;
}

static inline const int8_t *brief_output_0(const brief_arena *arena)
{
    return arena->out;
}

#endif
