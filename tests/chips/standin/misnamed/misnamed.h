/* Its row of layers is not what mote compile writes.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef MISNAMED_H
#define MISNAMED_H

#include <stdint.h>

#define MISNAMED_INPUT_COUNT    1
#define MISNAMED_OUTPUT_COUNT   1
#define MISNAMED_INPUT_0_BYTES  4
#define MISNAMED_OUTPUT_0_BYTES 4
#define MISNAMED_ARENA_BYTES    8
#define MISNAMED_HAS_STATE      0

typedef struct misnamed_arena {
    int8_t in[4], out[4];
} misnamed_arena;

void misnamed_invoke(misnamed_arena *arena);

static inline int8_t *misnamed_input_0(misnamed_arena *arena)
{
    return arena->in;
}

static inline const int8_t *misnamed_output_0(const misnamed_arena *arena)
{
    return arena->out;
}

#endif
