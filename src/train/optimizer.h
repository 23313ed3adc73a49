/* Optimizers: Keras' defaults filled in, state beside the flat parameters. Names, arguments and slots are rows of
 * layers/optimizers.h; what a step does is a row of optimizer.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_OPTIMIZER_H
#define MOTE_TRAIN_OPTIMIZER_H

#include <mote/train.h>

#include "base/arena.h"
#include "graph/graph.h"
#include "layers/optimizers.h"
#include "math/math.h"
#include "train/kept.h"

/* Where a weight lies in the flat parameters. */
typedef struct mote_param_part {
    size_t first, count;
} mote_param_part;

typedef struct mote_optimizer_state {
    mote_optimizer   options;              /* with the defaults */
    float           *slot[MOTE_SLOTS_MAX]; /* by mote_slot_list.place, as long as the parameters; NULL: not needed */
    float            product;              /* Nadam's */
    uint64_t         step;                 /* so many were made */
    mote_param_part *parts;                /* [part_count]: of clipnorm; none: all is one */
    int32_t          part_count;
} mote_optimizer_state;

mote_status mote_optimizer_init(mote_optimizer_state *state, const mote_optimizer *options, size_t count, mote_arena *arena,
                                mote_error *err);

/* Tells it where each of a model's weights lies. */
mote_status mote_optimizer_take_parts(mote_optimizer_state *state, const mote_model *model, mote_arena *arena,
                                      mote_error *err);

/* What it remembers, in Keras' order of slots: room for it, into it, and out of it. */
mote_status mote_optimizer_make_memory(mote_optimizer_memory *memory, const mote_optimizer_state *state, size_t count,
                                       mote_arena *arena, mote_error *err);
void        mote_optimizer_remember(mote_optimizer_memory *memory, const mote_optimizer_state *state, size_t count);
void        mote_optimizer_recall(mote_optimizer_state *state, const mote_optimizer_memory *memory, size_t count);

/* What a checkpoint has of it. */
mote_status mote_optimizer_keep(mote_optimizer_state *state, mote_kept *kept, size_t count, mote_error *err);

/* The learning rate of the step that is next, by schedule or without. */
float mote_optimizer_rate(const mote_optimizer_state *state);

/* One update of all parameters, as Keras orders it: clipping, decay, the optimizer's rule, the weights' mean. Their
 * gradients are used up and zero afterwards. */
void mote_optimizer_step(mote_optimizer_state *state, const mote_math *math, const mote_params *params, float *grads);

/* Training is over: with use_ema the weights become their mean. */
void mote_optimizer_finish(const mote_optimizer_state *state, const mote_params *params);

#endif
