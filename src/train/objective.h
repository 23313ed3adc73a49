/* The objective of a training: the loss, the metrics, and where in the network they are taken.
 *
 * Cross-entropy over a softmax or sigmoid is taken at the logits, unclipped, as Keras does: the last node is then left out
 * of training and the gradient starts at its input.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_OBJECTIVE_H
#define MOTE_TRAIN_OBJECTIVE_H

#include <mote/train.h>

#include "train/network.h"

enum { MOTE_METRICS_MAX = 3 };

/* How targets are handed to the loss. */
typedef enum mote_target_form { MOTE_TARGET_LABELS, MOTE_TARGET_ONE_HOT, MOTE_TARGET_REALS } mote_target_form;

typedef struct mote_objective {
    mote_loss        loss;
    bool             at_logits;  /* what scores holds are logits */
    int32_t          node_count; /* nodes that run */
    mote_id          scores;     /* the tensor at which loss and metrics are taken */
    int32_t          width;      /* its elements a sample */
    mote_target_form form;
    mote_metric      metrics[MOTE_METRICS_MAX];
    int32_t          metric_count;
    const char      *warning;
} mote_objective;

/* Sums over samples; divide by the number of samples. */
typedef struct mote_scores {
    double loss, metric[MOTE_METRICS_MAX];
    size_t count;
} mote_scores;

/* Checks that network, data and loss fit each other. Errors: USAGE. */
mote_status mote_objective_init(mote_objective *objective, const mote_model *model, const mote_dataset *set,
                                const mote_train_options *options, mote_error *err);

/* Room for one batch of targets. */
typedef struct mote_targets {
    float   *reals;  /* [batch, width] */
    int32_t *labels; /* [batch] */
} mote_targets;
mote_status mote_targets_create(mote_targets *targets, const mote_objective *objective, int32_t batch, mote_arena *arena,
                                mote_error *err);
void        mote_targets_gather(mote_targets *targets, const mote_objective *objective, const mote_data_split *split,
                                mote_data_pick pick);

/* Adds the batch's loss and metrics to sums; writes the gradient of the mean loss at the scores when dx is not NULL. */
void mote_objective_score(const mote_objective *objective, const mote_math *math, const float *scores, int32_t batch,
                          const mote_targets *targets, float *dx, mote_scores *sums);

#endif
