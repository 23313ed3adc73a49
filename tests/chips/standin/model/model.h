/* Every bit of the input turned over, without state. Named as models without a name are: the harness must not mind.
 * The shape of a compiled model, written by hand. SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#define MODEL_INPUT_COUNT    1
#define MODEL_OUTPUT_COUNT   1
#define MODEL_INPUT_0_BYTES  4
#define MODEL_OUTPUT_0_BYTES 4
#define MODEL_ARENA_BYTES    8
#define MODEL_HAS_STATE      0

typedef struct model_arena {
    int8_t in[4], out[4];
} model_arena;

void model_invoke(model_arena *arena);

static inline int8_t *model_input_0(model_arena *arena)
{
    return arena->in;
}

static inline const int8_t *model_output_0(const model_arena *arena)
{
    return arena->out;
}

#endif
