/* Two inputs, two outputs and state: the first output is the first input negated, the second the sum of all int16 seen
 * since the reset, and 1000. The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef NEGATE_H
#define NEGATE_H

#include <stdint.h>

#define NEGATE_INPUT_COUNT    2
#define NEGATE_OUTPUT_COUNT   2
#define NEGATE_INPUT_0_BYTES  4
#define NEGATE_INPUT_1_BYTES  2
#define NEGATE_OUTPUT_0_BYTES 4
#define NEGATE_OUTPUT_1_BYTES 4
#define NEGATE_ARENA_BYTES    16
#define NEGATE_HAS_STATE      1

typedef struct negate_arena {
    int32_t sum, output_1;
    int8_t  tensor_0[4];
    int16_t input_1;
} negate_arena;

void negate_invoke(negate_arena *arena);
void negate_reset(negate_arena *arena);

static inline int8_t *negate_input_0(negate_arena *arena)
{
    return arena->tensor_0;
}

static inline int16_t *negate_input_1(negate_arena *arena)
{
    return &arena->input_1;
}

/* In place, as a planner would put it. */
static inline const int8_t *negate_output_0(const negate_arena *arena)
{
    return arena->tensor_0;
}

static inline const int32_t *negate_output_1(const negate_arena *arena)
{
    return &arena->output_1;
}

#endif
