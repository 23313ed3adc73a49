/* Training, with Keras' definitions: losses, optimizers and metrics by their Keras names, epoch by epoch.
 *
 *     mote_train_options options = {.loss = MOTE_LOSS_MSE, .batch_size = 16, .epochs = 600};
 *     mote_training *training;
 *     if (mote_train(&training, model, set, &options, &err) != MOTE_OK) ...
 *     mote_history_save_csv(&training->history, "history.csv", &err);
 *
 * The result is the same bytes for any number of threads, at one instruction-set level.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_H
#define MOTE_TRAIN_H

#include <stdint.h>

#include <mote/augment.h>
#include <mote/convert.h>
#include <mote/dataset.h>
#include <mote/model.h>
#include <mote/progress.h>
#include <mote/history.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mote_loss {
    MOTE_LOSS_MSE = 0,
    MOTE_LOSS_MAE,
    MOTE_LOSS_BINARY_CROSSENTROPY,
    MOTE_LOSS_CATEGORICAL_CROSSENTROPY,        /* one-hot targets, or class labels made one-hot */
    MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, /* class labels */
    MOTE_LOSS_HUBER,
    MOTE_LOSS_LOG_COSH,
    MOTE_LOSS_MAPE, /* mean_absolute_percentage_error */
    MOTE_LOSS_MSLE, /* mean_squared_logarithmic_error */
    MOTE_LOSS_POISSON,
    MOTE_LOSS_COSINE_SIMILARITY,
    MOTE_LOSS_KL_DIVERGENCE,
    MOTE_LOSS_HINGE, /* targets 0 and 1, which become -1 and 1, or these */
    MOTE_LOSS_SQUARED_HINGE,
    MOTE_LOSS_CATEGORICAL_HINGE,
    MOTE_LOSS_BINARY_FOCAL_CROSSENTROPY,
    MOTE_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY,
    MOTE_LOSS_COUNT
} mote_loss;

typedef enum mote_optimizer_kind {
    MOTE_OPTIMIZER_RMSPROP = 0,
    MOTE_OPTIMIZER_SGD,
    MOTE_OPTIMIZER_ADAM,
    MOTE_OPTIMIZER_ADAMW,
    MOTE_OPTIMIZER_NADAM,
    MOTE_OPTIMIZER_ADAMAX,
    MOTE_OPTIMIZER_ADAGRAD,
    MOTE_OPTIMIZER_ADADELTA,
    MOTE_OPTIMIZER_LION,
    MOTE_OPTIMIZER_COUNT
} mote_optimizer_kind;

typedef enum mote_schedule_kind {
    MOTE_SCHEDULE_EXPONENTIAL_DECAY = 0,
    MOTE_SCHEDULE_COSINE_DECAY,
    MOTE_SCHEDULE_COSINE_DECAY_RESTARTS,
    MOTE_SCHEDULE_PIECEWISE_CONSTANT_DECAY,
    MOTE_SCHEDULE_POLYNOMIAL_DECAY,
    MOTE_SCHEDULE_INVERSE_TIME_DECAY,
    MOTE_SCHEDULE_COUNT
} mote_schedule_kind;

/* A learning rate that follows the optimizer's steps, counted from 0: Keras' classes of keras.optimizers.schedules. */
typedef struct mote_schedule {
    mote_schedule_kind kind;
    float              initial_learning_rate; /* 0 only where a cosine has a warm-up */
    uint64_t           decay_steps;           /* restarts: of the first part. 0: to the last step of this training */
    double             decay_rate;            /* exponential, inverse time */
    double             alpha;                 /* cosine: the end, as a part of the beginning; 0 */
    float              warmup_target;         /* cosine: what the rate rises to from initial_learning_rate; 0: no warm-up */
    uint64_t           warmup_steps;          /* in so many steps, before decay_steps begin */
    float              end_learning_rate;     /* polynomial; 0: 0.0001 */
    double             power;                 /* polynomial; 0: 1 */
    double             t_mul, m_mul;          /* restarts: what each part is longer and lower by; 0: 2 and 1 */
    bool               staircase;             /* exponential, inverse time */
    bool               cycle;                 /* polynomial */
    const uint64_t    *boundaries;            /* piecewise: [boundary_count], the last step of each value but the last */
    const float       *values;                /* [boundary_count + 1] */
    int32_t            boundary_count;
    uint64_t           room[8]; /* mote.h */
} mote_schedule;

/* A zeroed number means Keras 3's default. rho, beta_1, beta_2 of exactly zero cannot be asked for. */
typedef struct mote_optimizer {
    mote_optimizer_kind kind;
    float               learning_rate; /* 0.001; sgd: 0.01 */
    float               momentum;      /* sgd, rmsprop: 0 */
    double              rho;           /* rmsprop: 0.9, adadelta: 0.95. Doubles, as Keras' are: 1 - rho is rounded after
                                          subtracting */
    double  beta_1, beta_2;            /* adam and its kin: 0.9, 0.999; lion: 0.9, 0.99 */
    float   epsilon;                   /* all but sgd and lion: 1e-7 */
    bool    nesterov;                  /* sgd */
    bool    centered;                  /* rmsprop */
    bool    amsgrad;                   /* adam, adamw */
    bool    use_ema;                   /* the weights that training leaves are the mean of those that it had: */
    float   ema_momentum;              /* mean = ema_momentum mean + (1 - ema_momentum) w after each step; 0.99 */
    float   initial_accumulator_value; /* adagrad: 0.1 */
    float   weight_decay;              /* w -= w weight_decay learning_rate before each step; 0 (adamw: 0.004) */
    float   clipnorm;                  /* of each weight's gradient; 0: none. The first of the three that is there holds */
    float   global_clipnorm;           /* of all gradients together */
    float   clipvalue;                 /* of each number */
    int32_t ema_overwrite_frequency;   /* every so many steps the weights become their mean; 0: at the end alone */
    const mote_schedule *schedule;     /* instead of learning_rate; NULL: none */
    uint64_t             room[3];      /* mote.h */
} mote_optimizer;

/* A set of metrics, besides the loss. */
typedef enum mote_metric {
    MOTE_METRIC_ACCURACY = 1,
    MOTE_METRIC_MAE = 2,
    MOTE_METRIC_MSE = 4,
    MOTE_METRIC_BINARY_ACCURACY = 8,       /* of each number, by threshold */
    MOTE_METRIC_CATEGORICAL_ACCURACY = 16, /* this and the next: accuracy by classes, under Keras' longer names */
    MOTE_METRIC_SPARSE_CATEGORICAL_ACCURACY = 32,
    MOTE_METRIC_TOP_K = 64, /* the right class is among the top_k largest */
    MOTE_METRIC_SPARSE_TOP_K = 128,
    MOTE_METRIC_PRECISION = 256, /* of all numbers that answer more than 0.5 */
    MOTE_METRIC_RECALL = 512,
    MOTE_METRIC_F1_SCORE = 1024, /* of each class, the largest answer counting; then their mean (Keras: average macro) */
    MOTE_METRIC_AUC = 2048,      /* under ROC, by Keras' 200 thresholds */
    MOTE_METRIC_RMSE = 4096,     /* root_mean_squared_error */
    MOTE_METRIC_R2_SCORE = 8192, /* the mean over columns */
    MOTE_METRIC_MAPE = 16384,
    MOTE_METRIC_MSLE = 32768,
    MOTE_METRIC_COSINE_SIMILARITY = 65536
} mote_metric;

/* What an output of a network is trained for. It travels with the model, so that whoever evaluates it asks the same
 * question. */
typedef struct mote_goal {
    mote_loss loss;
    bool      from_logits;
    unsigned  metrics;               /* of mote_metric */
    float     weight;                /* of this loss in the sum over all outputs; 0 means 1 */
    float     label_smoothing;       /* binary and categorical cross-entropies, focal ones too; 0 */
    float     delta;                 /* huber; 0: 1 */
    float     alpha, gamma;          /* focal; 0: 0.25 and 2 */
    bool      apply_class_balancing; /* binary_focal_crossentropy: alpha weighs ones, 1 - alpha zeros */
    int32_t   top_k;                 /* 0: 5 */
    float     threshold;             /* binary_accuracy; 0: 0.5 */
    uint64_t  room[5];               /* mote.h */
} mote_goal;

/* An output's goal in a model's recipe; false where the model has none (it was not trained by mote). */
bool mote_model_goal(mote_goal *out, const mote_model *model, int32_t output);

/* One output of several, by its name. */
typedef struct mote_output_goal {
    const char *name;
    mote_goal   goal;
} mote_output_goal;

/* Quantization-aware training: from an epoch on each pass computes with the numbers that the converted model will have, and
 * what was trained is converted without samples (mote_model_quantize, calibration NULL), in the ranges that training saw. */
typedef struct mote_train_quantize {
    bool        is_on;
    mote_scheme scheme;        /* one that is calibrated: int8, int16x8, int4 */
    bool        is_per_tensor; /* as it will be converted */
    int32_t     from_epoch;    /* the first one is 1. 0: where training goes on from a model that was trained, 1; else the
                                  second half of the epochs */
    uint64_t room[2];          /* mote.h */
} mote_train_quantize;

/* What of a network training makes zero: single weights, or whole channels, which mote_model_drop_zero_channels then leaves
 * out. */
typedef enum mote_prune_structure { MOTE_PRUNE_WEIGHTS = 0, MOTE_PRUNE_CHANNELS } mote_prune_structure;

/* Weights of convolutions and dense layers become zero while the others are trained: the smallest of each layer, as many as
 * a share that rises from epoch to epoch. As TensorFlow's PolynomialDecay has it, in steps, from that at which from_epoch
 * begins to that at which until_epoch ends:
 *
 *     share = sparsity + (initial - sparsity) * (1 - (step - from) / (until - from))^3
 *
 * CHANNELS: whole outputs of a layer, those whose weights have the smallest sum of magnitudes, or the smallest gamma where
 * a BatchNormalization follows; so many stay as make a multiple. A layer whose channels meet those of others (ADD,
 * CONCATENATION), or are an output of the network, keeps its channels. */
typedef struct mote_train_pruning {
    double               sparsity;    /* the share of zeros in the end: above 0, below 1 */
    double               initial;     /* and in the beginning; 0 */
    int32_t              from_epoch;  /* counting from 1; 0: 1 */
    int32_t              until_epoch; /* 0: when three quarters of the epochs are over */
    int32_t              frequency;   /* steps from one choice to the next; 0: 100, or a tenth of them all if that is less */
    mote_prune_structure structure;
    int32_t              multiple; /* of channels that stay; 0: 4, as kernels take them by fours */
    const char *const   *layers;   /* [layer_count]: names of layers, or patterns; NULL: all that can be pruned */
    int32_t              layer_count;
    uint64_t             room[8]; /* mote.h */
} mote_train_pruning;

/* What pruning came to, of the layers that it was for. */
typedef struct mote_pruned {
    size_t  weights, zeros;
    int32_t layers;
    int32_t channels, dropped_channels; /* 0 where single weights were pruned */
} mote_pruned;

/* Whether a training goes on from a checkpoint that is there. */
typedef enum mote_resume {
    MOTE_RESUME_NEVER = 0, /* it begins anew */
    MOTE_RESUME_IF_SAME,   /* it does where the checkpoint is this training's; else it says so and begins anew */
    MOTE_RESUME_ALWAYS     /* what is another training's or damaged is refused; where there is none it begins anew */
} mote_resume;

/* All that a training needs to go on, in a file that is written whole or not at all, now and then: a training that was ended
 * at any moment, and goes on from it, ends in the very bytes of one that was not. The file is an .npz, as large as weights
 * and optimizer; np.load shows what it holds. It is not removed when the training is done.
 *
 * Of every_... at most one is given. None: each epoch, but none within a second of the last one, and so that writing takes
 * at most a twentieth of the time. A file that cannot be written is told of, and training goes on. */
typedef struct mote_train_checkpoint {
    const char *path;   /* NULL: none is written */
    const char *key;    /* what the training is of, as a hash of network and data: a file with another one is another
                           training's. Options, version and instruction set need not be in it. NULL: "" */
    bool        is_off; /* of a spec that wants none, "checkpoint: none": mote_build gives no path then */
    int32_t     every_epochs;
    int64_t     every_steps;
    double      every_seconds;
    mote_resume resume;
    /* Asked before the first step and after each, and once, without is_training, when the last epoch is over: true ends the
     * training where it is, with a last checkpoint, and mote_train returns what was trained so far
     * (mote_training.is_stopped). NULL: never. */
    bool (*wants_stop)(void *user, bool is_training);
    void *user;
    /* What there is to tell besides, a line each; "warning: ..." of a checkpoint that cannot be written. NULL: silent. */
    void (*say)(void *user, const char *line);
    void    *say_user;
    uint64_t room[8]; /* mote.h */
} mote_train_checkpoint;

/* A column of the history, and what of it is better. */
typedef enum mote_monitor_mode { MOTE_MONITOR_AUTO = 0, MOTE_MONITOR_MIN, MOTE_MONITOR_MAX } mote_monitor_mode;

/* Keras' EarlyStopping: training ends when the monitor has not become better by more than min_delta for so many epochs. */
typedef struct mote_early_stopping {
    const char       *monitor; /* NULL: "val_loss" */
    double            min_delta;
    int32_t           patience; /* 0: the first epoch that is no better ends it */
    mote_monitor_mode mode;     /* AUTO: as the metric is; losses and errors are better when they are less */
    bool              has_baseline;
    double            baseline;             /* patience begins anew only with what is better than this, too */
    bool              restore_best_weights; /* in the end; those of the best epoch instead of those of the last */
    int32_t           start_from_epoch;     /* so many epochs are not looked at */
    uint64_t          room[8];              /* mote.h */
} mote_early_stopping;

/* Keras' ReduceLROnPlateau. */
typedef struct mote_reduce_on_plateau {
    const char       *monitor;   /* NULL: "val_loss" */
    double            factor;    /* of the learning rate; 0: 0.1 */
    int32_t           patience;  /* 0: 10 */
    double            min_delta; /* 0: 1e-4 */
    int32_t           cooldown;  /* epochs after a reduction that do not count */
    double            min_lr;
    mote_monitor_mode mode;
    uint64_t          room[8]; /* mote.h */
} mote_reduce_on_plateau;

/* What happens from epoch to epoch. Zeroed: nothing does. */
typedef struct mote_train_control {
    const mote_early_stopping    *early_stopping;    /* NULL: none */
    const mote_reduce_on_plateau *reduce_on_plateau; /* NULL: none */
    const char *best_weights; /* the model leaves with the weights of the epoch in which this column of the history was best,
                                 as early_stopping's restore_best_weights, but without stopping; NULL: with the last */
    const float *class_weight; /* [class_weight_count]: what a sample of each class counts for in the loss, while training.
                                  NULL: 1 */
    const char *const *class_weight_names; /* [class_weight_count]: of which class, by its name or number; the others have 1.
                                              NULL: of all classes, in order */
    int32_t  class_weight_count;
    bool     balances_classes; /* class_weight is samples / (classes * samples of the class) */
    uint64_t room[13];         /* mote.h */
} mote_train_control;

typedef struct mote_train_options {
    mote_loss loss;        /* this, from_logits and metrics hold for every output that `outputs` does not name */
    bool      from_logits; /* the network's outputs are logits. Over a softmax or sigmoid Keras takes them for
                              probabilities' logits all the same, and so does mote, with a warning */
    mote_optimizer          optimizer;
    unsigned                metrics; /* of mote_metric */
    const mote_output_goal *outputs; /* [output_count] */
    int32_t                 output_count;
    int32_t                 batch_size; /* 0: 32 */
    int32_t                 epochs;     /* 0: 1 */
    double validation_split;        /* the last part of the training samples, taken before shuffling; 0: none, or the data
                                       set's own validation split where it has one */
    bool               keeps_order; /* do not shuffle */
    uint64_t           seed;
    int32_t            threads; /* 0: one. Splitting pays only where a step takes more than about a millisecond */
    const char        *isa;     /* "baseline", "avx2", "avx512"; NULL: the best this processor has */
    const char *const *freeze; /* [freeze_count]: names of layers, or patterns as a shell's ("conv*"), that stay as they are:
                                  their weights, and of BatchNormalization the statistics. All others are trained. NULL: as
                                  the model's file says */
    int32_t freeze_count;
    bool    goes_on; /* the optimizer begins with what it remembers of the training before, or of the file that the
                        model came from, where it is the same one; shuffling goes on with the epoch that is next */
    mote_progress             progress;
    mote_train_quantize       quantize;
    const mote_train_pruning *pruning; /* NULL: none */
    const mote_train_augment *augment; /* NULL: samples as they are */

    const mote_train_checkpoint *checkpoint; /* NULL: none */
    const mote_train_control    *control;    /* NULL: none */
    uint64_t                     room[8];    /* mote.h */
} mote_train_options;

/* What training leaves; owns its columns. */
typedef struct mote_training {
    mote_history history; /* columns "epoch", "loss", the metrics, then "val_" of each where there is validation. Of several
                             outputs "loss" is the weighted sum, and "OUTPUT_loss" of each and "OUTPUT_METRIC" follow.
                             "learning_rate", of the epoch's last step, comes last where it can change */
    double      seconds;
    const char *isa;            /* the level that was used */
    const char *warning;        /* NULL, or one line about a combination that is legal and probably not meant */
    int32_t     quantized_from; /* the first epoch that was trained quantized; 0: none was */
    mote_pruned pruned;         /* zero without pruning */
    int32_t     resumed_epoch;  /* the epoch in which it went on from a checkpoint, counting from 1; 0: it began anew */
    bool        is_stopped;     /* before its end, as mote_train_checkpoint.wants_stop asked for */
    bool        has_checkpoint; /* is_stopped: that this is where it can go on */
    int32_t     stopped_epoch;  /* is_stopped: the epoch that it is in */
    uint32_t    stopped_step;   /* after so many steps */
    double      data_seconds;   /* of the seconds, those that batches were waited for */
    int32_t     stopped_early;  /* that early stopping ended training after, counting from 1; 0: it ran to its end */
    int32_t     best_epoch;     /* whose weights the model has; 0: those of the last one, or their mean */
    uint64_t    room[4];        /* mote.h */
} mote_training;

/* Trains model, which is at stage TRAIN, in place. Feature i of the set is input i, target k is compared with output k;
 * where a set has several, their names must not say otherwise. The set stays as it is, samples taken for validation
 * included; whole numbers count as values where the loss is a regression's. options may be NULL. Errors: USAGE (data and
 * network do not fit each other, in their shapes or kinds; an option out of its range), NUMERIC (the loss is not finite:
 * names epoch, step and layer; also after the last step), LIMIT, UNSUPPORTED (quantize: what has no form of integers, or a
 * BatchNormalization that does not stand right behind a convolution or dense layer). The model's recipe (preparation,
 * labels) is taken from the data set. */
mote_status mote_train(mote_training **out, mote_model *model, const mote_dataset *set, const mote_train_options *options,
                       mote_error *err);
void        mote_training_destroy(mote_training *training); /* NULL is fine */

/* The recipe alone: what training with these data gives the model besides its values. options may be NULL. */
mote_status mote_train_recipe(mote_model *model, const mote_dataset *set, const mote_train_options *options,
                              mote_error *err);

const char         *mote_loss_name(mote_loss loss);   /* "categorical_crossentropy" ... */
mote_loss           mote_loss_find(const char *name); /* also "mse", "mean_squared_error" ...; MOTE_LOSS_COUNT: none */
const char         *mote_optimizer_name(mote_optimizer_kind kind);
mote_optimizer_kind mote_optimizer_find(const char *name);
const char         *mote_schedule_name(mote_schedule_kind kind); /* "cosine_decay" ... */

/* The learning rate of a step, which count from 0, in float32, as Keras computes it. decay_steps must be there. */
float       mote_schedule_at(const mote_schedule *schedule, uint64_t step);
const char *mote_metric_name(mote_metric metric); /* "accuracy", "mae", "mse" */
unsigned    mote_metric_find(const char *name);   /* 0: none of that name */

#ifdef __cplusplus
}
#endif
#endif
