/* The objective: what is asked of one output of a network. The loss, the metrics and the form in which targets are compared
 * are decided here, once, for the training loop and for every evaluation afterwards.
 *
 * Cross-entropy over a softmax or sigmoid is taken at the logits, unclipped, as Keras does, wherever the logits are at hand:
 * `scores` are then the activation's inputs, and `activation` says what makes answers of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_OBJECTIVE_H
#define MOTE_TRAIN_OBJECTIVE_H

#include <mote/train.h>

#include "layers/goals.h"
#include "math/math.h"
#include "train/network.h"

enum { MOTE_METRICS_MAX = 17, MOTE_TALLIES_MAX = 1600 };

/* How targets are handed to the loss. */
typedef enum mote_target_form { MOTE_TARGET_LABELS, MOTE_TARGET_ONE_HOT, MOTE_TARGET_REALS } mote_target_form;

typedef struct mote_objective {
    mote_loss        loss;
    mote_answer_kind activation; /* what scores still lack: PROBABILITIES, SIGMOIDS, or NUMBERS where they are the answers */
    bool             at_logits;  /* what scores holds are logits */
    int32_t          width;      /* scores a sample */
    float            weight;     /* of the loss' gradient: what the loss counts for in the sum over all outputs */
    int              target;     /* of the data set */
    mote_target_form form;
    mote_metric      metrics[MOTE_METRICS_MAX];
    int32_t          metric_count;
    int32_t          tally_at[MOTE_METRICS_MAX]; /* of metrics that count: metrics.c */
    bool             needs_rows;                 /* metrics compare one-hot rows, and the loss has labels */
    float            smoothing;                  /* of targets that the loss sees */
    mote_math_loss   other;                      /* the loss where it is none of math.h's own functions */
    bool             is_other;
    int32_t          top_k;
    float            threshold;
    const char      *warning; /* NULL, or one line about what is legal and probably not meant */
} mote_objective;

/* What is judged: the shape of one sample's answers, and what their numbers are. */
typedef struct mote_judged {
    mote_answer_kind kind;       /* what made the answers */
    bool             has_logits; /* scores are taken before that activation, not after it */
    int32_t          rank;
    int32_t          dim[MOTE_RANK_MAX];
    size_t           width; /* the product of dim */
} mote_judged;

/* The real numbers that the softmax or sigmoid which makes an output reads, and the node that this is. id MOTE_NONE: the
 * output is made by something else. */
typedef struct mote_logits {
    mote_id id;
    int32_t node;
} mote_logits;
mote_logits mote_find_logits(const mote_model *model, int32_t output);

/* Of one of a model's outputs; has_logits where mote_find_logits has an answer. */
mote_judged mote_judged_make(const mote_model *model, int32_t output);

/* Where in a network an output's loss is taken: network.h. */
mote_score_place mote_score_place_find(const mote_model *model, int32_t output, mote_loss loss);

/* Checks that answers, a set's target, loss and metrics fit each other. Errors: USAGE. */
mote_status mote_objective_init(mote_objective *objective, const mote_goal *goal, const mote_judged *judged,
                                const mote_dataset *set, int target, mote_error *err);

/* One number by mse or mae: targets are values, whole numbers too. */
bool mote_goal_is_regression(const mote_goal *goal, size_t width);

/* Where a model gives none: what goes with the targets. */
mote_goal mote_goal_choose(const mote_judged *judged, const mote_dataset_target *target);

struct mote_targets;

/* Sums over samples, of one output, not weighted; divide by the number of samples. */
typedef struct mote_scores {
    double loss, metric[MOTE_METRICS_MAX];
    double tally[MOTE_TALLIES_MAX];
    size_t count;
} mote_scores;

/* metrics.c: adds a batch to metric m; what the sums come to; how many tallies a metric has. */
void    mote_metric_add(const mote_objective *objective, int32_t m, const float *scores, size_t batch,
                        const struct mote_targets *targets, mote_scores *sums);
double  mote_metric_value(const mote_objective *objective, int32_t m, const mote_scores *sums);
int32_t mote_metric_tallies(mote_metric metric, int32_t width);

/* Room for one batch of targets. */
typedef struct mote_targets {
    float   *reals;   /* [batch, width] */
    int32_t *labels;  /* [batch] */
    float   *soft;    /* [batch, width]: what the loss compares with instead of reals; NULL: these */
    float   *weights; /* [batch]: of each sample's loss; NULL: 1 */
} mote_targets;
mote_status mote_targets_create(mote_targets *targets, const mote_objective *objective, size_t batch, mote_arena *arena,
                                mote_error *err);
void        mote_targets_gather(mote_targets *targets, const mote_objective *objective, const mote_dataset_split *split,
                                mote_dataset_pick pick);

/* Adds the batch's loss and metrics to sums; writes the gradient of the weighted mean loss at the scores when dx is not
 * NULL. */
void mote_objective_score(const mote_objective *objective, const mote_math *math, const float *scores, size_t batch,
                          const mote_targets *targets, float *dx, mote_scores *sums);

#endif
