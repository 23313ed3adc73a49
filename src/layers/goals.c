/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/goals.h"

#include <string.h>

#define SMOOTHING MOTE_KEY("label_smoothing", mote_goal, label_smoothing, .min = 0, .max = 0.999999)
#define DELTA     MOTE_KEY("delta", mote_goal, delta, .min = 1e-30, .max = 1e30)
#define ALPHA     MOTE_KEY("alpha", mote_goal, alpha, .min = 1e-30, .max = 1e30)
#define GAMMA     MOTE_KEY("gamma", mote_goal, gamma, .min = 1e-6, .max = 1e3)
#define BALANCING MOTE_KEY("apply_class_balancing", mote_goal, apply_class_balancing)
#define TOP_K     MOTE_KEY("k", mote_goal, top_k, .min = 1, .max = 1048576)
#define THRESHOLD MOTE_KEY("threshold", mote_goal, threshold, .min = 1e-30, .max = 1e30)

static const mote_key no_keys[] = {{0}};
static const mote_key smoothing_keys[] = {SMOOTHING, {0}};
static const mote_key huber_keys[] = {DELTA, {0}};
static const mote_key binary_focal_keys[] = {ALPHA, GAMMA, BALANCING, SMOOTHING, {0}};
static const mote_key focal_keys[] = {ALPHA, GAMMA, SMOOTHING, {0}};
static const mote_key top_keys[] = {TOP_K, {0}};
static const mote_key threshold_keys[] = {THRESHOLD, {0}};

const mote_key mote_goal_keys[] = {SMOOTHING, DELTA, ALPHA, GAMMA, BALANCING, TOP_K, THRESHOLD, {0}};

#define NUMBERS  MOTE_LOSS_OF_NUMBERS
#define BINARIES MOTE_LOSS_OF_BINARIES
#define CLASSES  MOTE_LOSS_OF_CLASSES
#define SIGNS    MOTE_LOSS_OF_SIGNS

/* clang-format off */
const mote_loss_type mote_loss_types[MOTE_LOSS_COUNT] = {
    [MOTE_LOSS_MSE] = {"mse", "mean_squared_error", "MeanSquaredError", NUMBERS, false, false, no_keys},
    [MOTE_LOSS_MAE] = {"mae", "mean_absolute_error", "MeanAbsoluteError", NUMBERS, false, false, no_keys},
    [MOTE_LOSS_BINARY_CROSSENTROPY] = {"binary_crossentropy", NULL, "BinaryCrossentropy", BINARIES, true, false, smoothing_keys},
    [MOTE_LOSS_CATEGORICAL_CROSSENTROPY] = {"categorical_crossentropy", NULL, "CategoricalCrossentropy", CLASSES, true, true, smoothing_keys},
    [MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY] = {"sparse_categorical_crossentropy", NULL, "SparseCategoricalCrossentropy", CLASSES, true, true, no_keys},
    [MOTE_LOSS_HUBER] = {"huber", "huber_loss", "Huber", NUMBERS, false, false, huber_keys},
    [MOTE_LOSS_LOG_COSH] = {"log_cosh", "logcosh", "LogCosh", NUMBERS, false, false, no_keys},
    [MOTE_LOSS_MAPE] = {"mean_absolute_percentage_error", "mape", "MeanAbsolutePercentageError", NUMBERS, false, false, no_keys},
    [MOTE_LOSS_MSLE] = {"mean_squared_logarithmic_error", "msle", "MeanSquaredLogarithmicError", NUMBERS, false, false, no_keys},
    [MOTE_LOSS_POISSON] = {"poisson", NULL, "Poisson", NUMBERS, false, false, no_keys},
    [MOTE_LOSS_COSINE_SIMILARITY] = {"cosine_similarity", NULL, "CosineSimilarity", NUMBERS, false, true, no_keys},
    [MOTE_LOSS_KL_DIVERGENCE] = {"kl_divergence", "kullback_leibler_divergence", "KLDivergence", CLASSES, false, true, no_keys},
    [MOTE_LOSS_HINGE] = {"hinge", NULL, "Hinge", SIGNS, false, false, no_keys},
    [MOTE_LOSS_SQUARED_HINGE] = {"squared_hinge", NULL, "SquaredHinge", SIGNS, false, false, no_keys},
    [MOTE_LOSS_CATEGORICAL_HINGE] = {"categorical_hinge", NULL, "CategoricalHinge", CLASSES, false, true, no_keys},
    [MOTE_LOSS_BINARY_FOCAL_CROSSENTROPY] = {"binary_focal_crossentropy", NULL, "BinaryFocalCrossentropy", BINARIES, true, false, binary_focal_keys},
    [MOTE_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY] = {"categorical_focal_crossentropy", NULL, "CategoricalFocalCrossentropy", CLASSES, true, true, focal_keys},
};

const mote_metric_type mote_metric_types[] = {
    {"accuracy", "acc", "Accuracy", MOTE_METRIC_ACCURACY, true, false, no_keys},
    {"mae", "mean_absolute_error", "MeanAbsoluteError", MOTE_METRIC_MAE, false, true, no_keys},
    {"mse", "mean_squared_error", "MeanSquaredError", MOTE_METRIC_MSE, false, true, no_keys},
    {"binary_accuracy", NULL, "BinaryAccuracy", MOTE_METRIC_BINARY_ACCURACY, true, true, threshold_keys},
    {"categorical_accuracy", NULL, "CategoricalAccuracy", MOTE_METRIC_CATEGORICAL_ACCURACY, true, false, no_keys},
    {"sparse_categorical_accuracy", NULL, "SparseCategoricalAccuracy", MOTE_METRIC_SPARSE_CATEGORICAL_ACCURACY, true, false, no_keys},
    {"top_k_categorical_accuracy", NULL, "TopKCategoricalAccuracy", MOTE_METRIC_TOP_K, true, false, top_keys},
    {"sparse_top_k_categorical_accuracy", NULL, "SparseTopKCategoricalAccuracy", MOTE_METRIC_SPARSE_TOP_K, true, false, top_keys},
    {"precision", NULL, "Precision", MOTE_METRIC_PRECISION, true, true, no_keys},
    {"recall", NULL, "Recall", MOTE_METRIC_RECALL, true, true, no_keys},
    {"f1_score", NULL, "F1Score", MOTE_METRIC_F1_SCORE, true, true, no_keys},
    {"auc", "AUC", "AUC", MOTE_METRIC_AUC, true, true, no_keys},
    {"root_mean_squared_error", "rmse", "RootMeanSquaredError", MOTE_METRIC_RMSE, false, true, no_keys},
    {"r2_score", NULL, "R2Score", MOTE_METRIC_R2_SCORE, true, true, no_keys},
    {"mean_absolute_percentage_error", "mape", "MeanAbsolutePercentageError", MOTE_METRIC_MAPE, false, true, no_keys},
    {"mean_squared_logarithmic_error", "msle", "MeanSquaredLogarithmicError", MOTE_METRIC_MSLE, false, true, no_keys},
    {"cosine_similarity", NULL, "CosineSimilarity", MOTE_METRIC_COSINE_SIMILARITY, true, true, no_keys},
    {NULL, NULL, NULL, MOTE_METRIC_ACCURACY, false, false, NULL},
};
/* clang-format on */

static bool is_name(const char *name, const char *own, const char *alias)
{
    return strcmp(name, own) == 0 || (alias && strcmp(name, alias) == 0);
}

const char *mote_loss_name(mote_loss loss)
{
    return (unsigned)loss < MOTE_LOSS_COUNT ? mote_loss_types[loss].name : "";
}

mote_loss mote_loss_find(const char *name)
{
    mote_loss loss;

    for (loss = 0; loss < MOTE_LOSS_COUNT; loss++)
        if (is_name(name, mote_loss_types[loss].name, mote_loss_types[loss].alias))
            break;
    return loss;
}

const mote_metric_type *mote_metric_type_of(mote_metric metric)
{
    const mote_metric_type *type = mote_metric_types;

    while (type->name && type->metric != metric)
        type++;
    return type->name ? type : NULL;
}

const char *mote_metric_name(mote_metric metric)
{
    const mote_metric_type *type = mote_metric_type_of(metric);

    return type ? type->name : "";
}

unsigned mote_metric_find(const char *name)
{
    const mote_metric_type *type = mote_metric_types;

    while (type->name && !is_name(name, type->name, type->alias))
        type++;
    return type->name ? type->metric : 0;
}
