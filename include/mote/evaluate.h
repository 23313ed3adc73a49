/* What a model answers on a data set: predictions, how good they are, and how far two models' answers lie apart.
 *
 *     mote_predictions p;
 *     mote_evaluation  e;
 *     if (mote_predict(&p, model, &set->split[MOTE_SPLIT_TEST], NULL, &err) == MOTE_OK &&
 *         mote_evaluate(&e, &p, &set->split[MOTE_SPLIT_TEST], NULL, &err) == MOTE_OK)
 *         printf("accuracy %.4f\n", mote_evaluation_metric(&e, "accuracy"));
 *     mote_predictions_free(&p);
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_EVALUATE_H
#define MOTE_EVALUATE_H

#include <stdint.h>

#include <mote/dataset.h>
#include <mote/emulate.h>
#include <mote/link.h>
#include <mote/model.h>
#include <mote/progress.h>
#include <mote/samples.h>
#include <mote/train.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_predict_options {
    size_t        limit;              /* the first so many samples; 0: all */
    int32_t       threads;            /* 0: one per processor; the answers do not depend on it */
    int32_t       time_limit_seconds; /* mote_emulate_options' */
    mote_progress progress;
    uint64_t      room[8]; /* mote.h */
} mote_predict_options;

/* What one output answered to the first samples of a split. */
typedef struct mote_answers {
    const char      *name;         /* the output's */
    int32_t          output;       /* which one it is: answers are compared with the data set's target of this number */
    size_t           count, width; /* samples, and elements of one answer */
    float           *real;         /* [count][width]: as real numbers */
    uint8_t         *stored;       /* [count][stored_bytes]: as the model stores them */
    size_t           stored_bytes;
    mote_dtype       dtype;
    int32_t          rank; /* of one answer, without the batch axis; with dim[rank] */
    int32_t          dim[MOTE_RANK_MAX];
    mote_answer_kind kind;     /* what made the answers */
    float           *logits;   /* [count][width]: what a float model's closing softmax or sigmoid was given; else NULL */
    bool             has_goal; /* the model says what it was trained for */
    mote_goal        goal;
    uint64_t         room[8]; /* mote.h */
} mote_answers;

/* What all outputs answered. */
typedef struct mote_predictions {
    size_t             count;   /* samples */
    mote_answers      *outputs; /* [output_count], in the model's order */
    int32_t            output_count;
    struct mote_arena *owner;
    uint64_t           room[8]; /* mote.h */
} mote_predictions;

/* One sample after the other through the host's kernels. Feature i of the data is input i; inputs are float32, int8, uint8,
 * int16 or int32. Errors: USAGE when the samples do not fit the model. */
mote_status mote_predict(mote_predictions *out, const mote_model *model, const mote_dataset_split *split,
                         const mote_predict_options *options, mote_error *err);

/* Firmware on an emulated chip. */
typedef struct mote_device {
    const char *chip;
    const char *folder, *name; /* what mote_compile made of the same model; NULL: compiled for the chip, and removed */
    uint64_t    room[8];       /* mote.h */
} mote_device;

/* The same by firmware on an emulated chip. figures may be NULL; free what it holds. */
mote_status mote_predict_on_chip(mote_predictions *out, const mote_model *model, const mote_device *device,
                                 const mote_dataset_split *split, const mote_predict_options *options,
                                 mote_emulation *figures, mote_error *err);

/* The same by the firmware of a board on a serial line. Of options the limit counts alone: time limit and progress are the
 * link's. times may be NULL. */
mote_status mote_predict_on_board(mote_predictions *out, const mote_model *model, mote_link *link,
                                  const mote_dataset_split *split, const mote_predict_options *options,
                                  mote_link_times *times, mote_error *err);

/* mote_link_compare_layers with the first samples of a split; limit 0: all. */
mote_status mote_compare_layers_on_board(mote_link_layers *out, const mote_model *model, mote_link *link,
                                         const mote_dataset_split *split, size_t limit, mote_error *err);

/* The outputs that mote_samples_run gave. USAGE when the samples are those of another model. */
mote_status mote_predictions_of_samples(mote_predictions *out, const mote_model *model, const mote_samples *outputs,
                                        mote_error *err);

void mote_predictions_free(mote_predictions *predictions); /* a no-op on a zeroed one */

enum { MOTE_EVALUATION_METRICS_MAX = 1 + 18 * MOTE_TARGETS_MAX };

typedef struct mote_evaluation {
    size_t    count;
    mote_loss loss_kind[MOTE_TARGETS_MAX]; /* of each output */
    /* "loss" first, then by Keras' names: "accuracy" for classes, "mae" and "mse" for values. Of several outputs "loss" is
     * the weighted sum, then come "OUTPUT_loss" of each, not weighted, and "OUTPUT_accuracy" ... */
    int32_t metric_count;
    struct {
        char   name[128];
        double value;
    } metric[MOTE_EVALUATION_METRICS_MAX];
    uint64_t room[8]; /* mote.h */
} mote_evaluation;

/* The loss and metrics of answers, by the definitions that training uses. goals: one an output; NULL: those that the model
 * was trained for; where it tells none, sparse_categorical_crossentropy for classes (binary_crossentropy where the answer is
 * one number; from logits where nothing makes probabilities of them), mse for values. Metrics: those of the goal, and
 * accuracy for classes, mae and mse for numbers. Outputs that the data have no targets for are left out. Errors: USAGE when
 * answers and targets do not fit each other, or there are none. */
mote_status mote_evaluate(mote_evaluation *out, const mote_predictions *predictions, const mote_dataset_split *split,
                          const mote_goal *goals, mote_error *err);

/* Whether answers stand for classes: a regression's single number does not, even where the targets are whole numbers. */
bool mote_answers_are_classes(const mote_answers *answers);

/* The class that one sample's answer stands for: the largest, or for a single number the side on which it lies. */
int32_t mote_answer_class(const mote_answers *answers, size_t sample);

/* NaN when there is none of that name. */
double mote_evaluation_metric(const mote_evaluation *evaluation, const char *name);

/* confusion[true][answered], counts[class_count * class_count], which the caller gives; CLASSES only, and answers that are
 * classes (not a regression on whole numbers). */
mote_status mote_confusion(size_t *counts, const mote_answers *answers, const mote_dataset_split *split, mote_error *err);

typedef struct mote_comparison {
    size_t   count, width;
    bool     is_same_type;                        /* then the stored bytes are compared, too */
    size_t   different_values, different_samples; /* of stored values where is_same_type, else of real ones */
    double   max_abs, mean_abs;                   /* of real numbers */
    size_t   same_argmax;                         /* samples in which both have their largest element at the same place */
    uint64_t room[8];                             /* mote.h */
} mote_comparison;

/* Which of b's outputs each of a's is, order[a's output count]: by name; where the names of one are output_0, output_1 and
 * so on (Keras 3 exports them so, and TensorFlow's converter puts them in another order) by those numbers; else by place.
 * False where they have not as many. */
bool mote_match_outputs(int32_t *order, const mote_model *a, const mote_model *b);

/* Of one output. */
mote_status mote_compare(mote_comparison *out, const mote_answers *a, const mote_answers *b, mote_error *err);

/* What is lost from one model's answers to another's, as one number. */
typedef enum mote_drop_kind {
    MOTE_DROP_ACCURACY = 0, /* percentage points of accuracy: targets are classes */
    MOTE_DROP_AGREEMENT,    /* per cent of the classes answered that are others: no such targets, but probabilities */
    MOTE_DROP_DIFFERENCE    /* the root mean square of the difference, in per cent of a's: answers are numbers */
} mote_drop_kind;

const char *mote_drop_unit(mote_drop_kind kind); /* "points of accuracy", ... */

typedef struct mote_drop {
    mote_drop_kind kind;
    double         points;  /* below 0: b is better */
    int32_t        output;  /* of several the one that loses most */
    uint64_t       room[8]; /* mote.h */
} mote_drop;

/* From a's answers to b's; goals as mote_evaluate takes them. Errors: USAGE where the two do not answer the same. */
mote_status mote_measure_drop(mote_drop *out, const mote_predictions *a, const mote_predictions *b,
                              const mote_dataset_split *split, const mote_goal *goals, mote_error *err);

/* One tensor that both models have, over all samples given: of one name, or of names that say the same (`dense_1` and
 * TensorFlow's `sequential/dense_1/Relu;sequential/dense_1/BiasAdd`; docs/KERAS.md). Where mote_model_prune_constant dropped
 * channels, they count with their values; those that nobody reads do not count. */
typedef struct mote_layer_difference {
    const char *name, *name_in_b;                    /* owned by model a, and by model b */
    double      max_abs, mean_abs, root_mean_square; /* of a - b, in real numbers */
    double      signal;                              /* root mean square of a: what the error is to be measured by */
    double      cosine;                              /* between a's values and b's; 1: the same direction */
    double      channel_sqnr; /* signal to noise in decibels, the median of the channels' (those of the last axis) */
    double      beyond;       /* share of a's values that b's integers do not reach: 0.01 is one in a hundred */
    /* Of the layer that first goes wrong, one sentence: its name, what it loses and why, and what to do. "" of all others.
     */
    char     verdict[320];
    uint64_t room[8]; /* mote.h */
} mote_layer_difference;

/* Signal to noise of all its values, in decibels; infinity where there is no difference. */
double mote_layer_sqnr(const mote_layer_difference *layer);

/* A bar a layer (.svg or .png): its signal to noise, and the median of its channels'. Layers without any difference have
 * none. Errors as mote_chart_save. */
mote_status mote_layers_save_chart(const mote_layer_difference *layers, int32_t count, const char *path, mote_error *err);

/* At most capacity layers in the order of a's operators; *count tells how many there are. */
mote_status mote_compare_layers(mote_layer_difference *out, int32_t capacity, int32_t *count, const mote_model *a,
                                const mote_model *b, const mote_dataset_split *split, size_t limit, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
