/* Three steps of known numbers of instructions, the second not run.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef STEPPED_H
#define STEPPED_H

#include <stdint.h>

#define STEPPED_INPUT_COUNT    1
#define STEPPED_OUTPUT_COUNT   1
#define STEPPED_INPUT_0_BYTES  4
#define STEPPED_OUTPUT_0_BYTES 4
#define STEPPED_ARENA_BYTES    8
#define STEPPED_HAS_STATE      0

typedef struct stepped_arena {
    int8_t in[4], out[4];
} stepped_arena;

void stepped_invoke(stepped_arena *arena);

static inline int8_t *stepped_input_0(stepped_arena *arena)
{
    return arena->in;
}

static inline const int8_t *stepped_output_0(const stepped_arena *arena)
{
    return arena->out;
}

#endif
