/* A training that runs, which the files of its loop share: fit.c the epochs, step.c a batch, options.c and ends.c what is
 * refused before the first, record.c what is told, control.c what is
 * decided from epoch to epoch, recipe.c what the model keeps of it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_STATE_H
#define MOTE_TRAIN_STATE_H

#include "base/arena.h"
#include "data/raw.h"
#include "train/augment.h"
#include "train/control.h"
#include "train/kept.h"
#include "train/objective.h"
#include "train/optimizer.h"
#include "train/prune.h"

enum { MOTE_COLUMNS_MAX = 2 + 2 * (1 + MOTE_TARGETS_MAX * (1 + MOTE_METRICS_MAX)) };

/* What one output is trained for. */
typedef struct mote_fit_output {
    const char    *name;
    mote_goal      goal;
    mote_objective objective;
    mote_targets   targets;
    float         *part; /* the gradient, where an earlier output has its own at the same scores; else NULL */
} mote_fit_output;

/* Sums over samples: of each output, and of all together, weighted. Plain numbers: a checkpoint keeps them as they lie in
 * memory. */
typedef struct mote_fit_scores {
    double      penalty; /* of regularizers, in loss */
    double      loss;
    size_t      count;
    mote_scores output[MOTE_TARGETS_MAX]; /* last: those beyond output_count take no room in a checkpoint */
} mote_fit_scores;

/* How far a training is. */
typedef struct mote_fit_place {
    int64_t epoch; /* that is trained, counting from 0 */
    int64_t done;  /* samples of it: whole batches, or all */
} mote_fit_place;

/* When a checkpoint was written. */
typedef struct mote_fit_saved {
    double at, took; /* seconds */
    bool   has_failed;
} mote_fit_saved;

typedef struct mote_fit {
    mote_training public;
    mote_arena           arena;
    mote_train_options   options;
    mote_model          *model;
    mote_dataset        *set; /* a view of the caller's */
    const mote_math     *math;
    mote_pool           *pool;
    mote_network        *network;
    mote_network_options network_options;
    mote_fake           *fake; /* NULL: nothing is quantized */
    mote_fit_output      output[MOTE_TARGETS_MAX];
    mote_score_place     place[MOTE_TARGETS_MAX];
    int                  output_count;
    mote_optimizer_state optimizer;
    mote_pruner         *pruner;    /* NULL: nothing is pruned */
    mote_augmenter      *augmenter; /* NULL: samples stay as they are */
    mote_fit_control     control;
    float               *class_weight; /* NULL: all are 1 */
    float               *weight_room;  /* [batch_size] */
    uint32_t            *order;
    mote_fit_place       now;
    mote_fit_scores      sums;       /* of the epoch's samples so far */
    mote_fit_scores      validation; /* of the samples that were evaluated last */
    uint32_t             step;
    float                rate;          /* of the last step */
    uint32_t             epochs_before; /* of the training that goes on */
    int                  column_count;
    const char          *names[MOTE_COLUMNS_MAX];
    double              *columns[MOTE_COLUMNS_MAX];
    double               started, reported; /* seconds */
    double               seconds_before;    /* of the training up to its checkpoint */
    char                 scheme[24];        /* that training is quantized by, after a space */
    mote_kept            kept;              /* all of this that a checkpoint has */
    const char          *identity;          /* of the training, in its checkpoints */
    mote_fit_saved       saved;
} mote_fit;

/* options.c, ends.c: USAGE where data, network and options do not fit each other. */
mote_status mote_fit_check(mote_fit *s, mote_error *err);
mote_status mote_fit_set_objectives(mote_fit *s, mote_error *err);
mote_status mote_fit_take_targets(const mote_fit *s, mote_error *err);

/* adapt.c: layers that take numbers from the samples do. */
mote_status mote_fit_adapt(mote_fit *s, mote_error *err);

/* step.c. An update from a batch, whose scores go into s->sums; epoch counts from 0, for the message of a loss that is not
 * finite (NUMERIC). */
mote_status mote_fit_step(mote_fit *s, mote_dataset_pick pick, int epoch, mote_error *err);
/* Into s->validation. Whether it came to its end, and was not stopped. */
bool mote_fit_evaluate(mote_fit *s, const mote_dataset_split *split);

/* Goes forward until a batch has no finite loss: so many samples. */
size_t mote_fit_find_failure(mote_fit *s, const mote_dataset_split *split);

/* blame.c: NUMERIC, with the layer where the values of the last forward pass, of so many samples, left the reals; before:
 * "the loss is not finite ...". */
mote_status mote_fit_blame(const mote_fit *s, size_t batch, const char *before, mote_error *err);

/* checkpoint.c. Lists what a checkpoint keeps, and goes on from one where that is wanted: after all else that is done before
 * the first epoch. */
mote_status mote_fit_begin_checkpoints(mote_fit *s, mote_error *err);
/* Writes one if it is time: after a step, and after an epoch. Failures are told, not returned. */
void mote_fit_checkpoint_step(mote_fit *s);
void mote_fit_checkpoint_epoch(mote_fit *s);
/* Whether the caller wants an end here, or wanted one already. */
bool mote_fit_wants_stop(mote_fit *s, bool is_training);
/* The last one, where the training is stopped. */
void mote_fit_checkpoint_stop(mote_fit *s);

/* augment_fit.c. What augmentation needs, refused where it cannot be; and the batch that was gathered for a step, changed.
 */
mote_status mote_fit_start_augmenting(mote_fit *s, mote_error *err);
void        mote_fit_augment(mote_fit *s, size_t count, uint32_t step);

/* record.c. A history's columns, and rows, of s->sums and where there is validation of s->validation. */
mote_status mote_fit_init_history(mote_fit *s, mote_error *err);
void        mote_fit_record(mote_fit *s, int epoch);
/* Now and then within an epoch; and after each. Errors: USAGE, "stopped". */
mote_status mote_fit_report_batch(mote_fit *s, int epoch, mote_error *err);
mote_status mote_fit_report_epoch(mote_fit *s, int epoch, mote_error *err);
double      mote_fit_now(void); /* seconds */

/* control.c. Before the first epoch (USAGE); after each, where control.stopped_epoch says whether it was the last; after
 * that one. */
mote_status mote_fit_start_control(mote_fit *s, mote_error *err);
void        mote_fit_decide(mote_fit *s, int epoch);
mote_status mote_fit_keep_control(mote_fit *s, mote_error *err); /* what checkpoints have of it */
void        mote_fit_end_control(mote_fit *s);
/* The batch's samples get the weights of their classes, while training. */
void mote_fit_weigh(mote_fit *s, size_t batch, bool is_training);

/* recipe.c: what the model carries of this training. */
mote_status mote_fit_take_recipe(mote_fit *s, mote_error *err);

#endif
