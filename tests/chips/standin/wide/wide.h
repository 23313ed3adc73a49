/* An arena larger than any chip's RAM.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef WIDE_H
#define WIDE_H

#include <stdint.h>

#define WIDE_INPUT_COUNT    1
#define WIDE_OUTPUT_COUNT   1
#define WIDE_INPUT_0_BYTES  4
#define WIDE_OUTPUT_0_BYTES 4
#define WIDE_ARENA_BYTES    sizeof(wide_arena)
#define WIDE_HAS_STATE      0

/* An int of AVR has 16 bits: one array cannot be larger there. */
#if defined(__AVR__)
#define WIDE_SCRATCH_BYTES 9000
#else
#define WIDE_SCRATCH_BYTES 1000000
#endif

typedef struct wide_arena {
    int8_t in[4], out[4];
    int8_t scratch[WIDE_SCRATCH_BYTES];
} wide_arena;

void wide_invoke(wide_arena *arena);

static inline int8_t *wide_input_0(wide_arena *arena)
{
    return arena->in;
}

static inline const int8_t *wide_output_0(const wide_arena *arena)
{
    return arena->out;
}

#endif
