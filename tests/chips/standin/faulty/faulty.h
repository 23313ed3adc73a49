/* Calls where no code is.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTY_H
#define FAULTY_H

#include <stdint.h>

#define FAULTY_INPUT_COUNT    1
#define FAULTY_OUTPUT_COUNT   1
#define FAULTY_INPUT_0_BYTES  4
#define FAULTY_OUTPUT_0_BYTES 4
#define FAULTY_ARENA_BYTES    8
#define FAULTY_HAS_STATE      0

typedef struct faulty_arena {
    int8_t in[4], out[4];
} faulty_arena;

void faulty_invoke(faulty_arena *arena);

static inline int8_t *faulty_input_0(faulty_arena *arena)
{
    return arena->in;
}

static inline const int8_t *faulty_output_0(const faulty_arena *arena)
{
    return arena->out;
}

#endif
