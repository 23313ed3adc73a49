/* Optimizers: Keras' defaults filled in, state beside the flat parameters.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_OPTIMIZER_H
#define MOTE_TRAIN_OPTIMIZER_H

#include <mote/train.h>

#include "base/arena.h"
#include "graph/graph.h"
#include "math/math.h"
#include "train/kept.h"

typedef struct mote_optimizer_state {
    mote_optimizer options;                /* with the defaults */
    float         *first, *second, *third; /* velocity | v, momentum, mean | m, v; as long as the parameters */
    uint64_t       step;
} mote_optimizer_state;

mote_status mote_optimizer_init(mote_optimizer_state *state, const mote_optimizer *options, size_t count, mote_arena *arena,
                                mote_error *err);

/* What it remembers, in Keras' order of slots: room for it, into it, and out of it. */
mote_status mote_optimizer_make_memory(mote_optimizer_memory *memory, const mote_optimizer_state *state, size_t count,
                                       mote_arena *arena, mote_error *err);
void        mote_optimizer_remember(mote_optimizer_memory *memory, const mote_optimizer_state *state, size_t count);
void        mote_optimizer_recall(mote_optimizer_state *state, const mote_optimizer_memory *memory, size_t count);

/* What a checkpoint has of it. */
mote_status mote_optimizer_keep(mote_optimizer_state *state, mote_kept *kept, size_t count, mote_error *err);

/* One update of all parameters; their gradients are used up and zero afterwards. */
void mote_optimizer_step(mote_optimizer_state *state, const mote_math *math, const mote_params *params, float *grads);

#endif
