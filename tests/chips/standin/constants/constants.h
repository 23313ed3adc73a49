/* An invoke that reads constants.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef CONSTANTS_H
#define CONSTANTS_H

#include <stdint.h>

#define CONSTANTS_INPUT_COUNT    1
#define CONSTANTS_OUTPUT_COUNT   1
#define CONSTANTS_INPUT_0_BYTES  4
#define CONSTANTS_OUTPUT_0_BYTES 4
#define CONSTANTS_ARENA_BYTES    8
#define CONSTANTS_HAS_STATE      0

typedef struct constants_arena {
    int8_t in[4], out[4];
} constants_arena;

void constants_invoke(constants_arena *arena);

static inline int8_t *constants_input_0(constants_arena *arena)
{
    return arena->in;
}

static inline const int8_t *constants_output_0(const constants_arena *arena)
{
    return arena->out;
}

#endif
