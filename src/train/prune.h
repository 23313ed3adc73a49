/* Pruning while training: which weights are zero, and when that is chosen anew. include/mote/train.h says what it means.
 *
 * After each step of the optimizer what is pruned is zero again; every so many steps the choice is made anew, of the weights
 * as that step left them, so that one that was pruned can come back while the share still rises. One thread does all of it,
 * and equal magnitudes are told apart by their place: the choice is the same for any number of threads.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_PRUNE_H
#define MOTE_TRAIN_PRUNE_H

#include <mote/train.h>

#include "base/arena.h"
#include "graph/graph.h"
#include "train/kept.h"

typedef struct mote_pruner mote_pruner;

/* How long the training is. */
typedef struct mote_pruner_span {
    int32_t epochs;
    size_t  steps; /* of an epoch */
} mote_pruner_span;

/* All of it lives in arena. *out is NULL where options is: nothing is pruned then. The model's parameters stay where they
 * are from here on. Errors: USAGE (an option out of its range, a pattern that matches nothing that can be pruned). */
mote_status mote_pruner_create(mote_pruner **out, mote_model *model, const mote_train_pruning *options,
                               mote_pruner_span span, mote_arena *arena, mote_error *err);

/* After each step of the optimizer. NULL is fine, here and below. */
void mote_pruner_step(mote_pruner *pruner);
/* What a checkpoint has of it; NULL is fine. */
mote_status mote_pruner_keep(mote_pruner *p, mote_kept *kept, mote_error *err);
mote_pruned mote_pruner_tell(const mote_pruner *pruner);
int32_t     mote_pruner_last_epoch(const mote_pruner *pruner); /* that the share rises in, counting from 1; 0: none */

/* The share of zeros after so many steps, 0 being the first one, of a share that rises from `initial` to `sparsity` between
 * steps `from` and `until`. */
double mote_pruning_share(double initial, double sparsity, uint64_t from, uint64_t until, uint64_t step);

#endif
