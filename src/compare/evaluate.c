/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/evaluate.h>

#include "base/arena.h"
#include "math/math.h"

static size_t arg_max(const float *row, size_t width)
{
    size_t best = 0, i;

    for (i = 1; i < width; i++)
        if (row[i] > row[best])
            best = i;
    return best;
}

static mote_loss default_loss(const mote_predictions *p, const mote_data_split *split)
{
    if (split->set->targets != MOTE_TARGETS_CLASSES)
        return MOTE_LOSS_MSE;
    return p->width == 1 ? MOTE_LOSS_BINARY_CROSSENTROPY : MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
}

/* What the targets look like to the loss: labels, or rows as wide as an answer. */
static mote_status check_targets(const mote_predictions *p, const mote_data_split *split, mote_error *err)
{
    const mote_dataset *set = split->set;

    if (set->targets == MOTE_TARGETS_NONE)
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no targets to compare with");
    if (set->targets == MOTE_TARGETS_VALUES && p->width != set->target_width)
        return mote_fail(err, MOTE_ERR_USAGE, "the model gives %zu numbers a sample, the data has %zu", p->width,
                         set->target_width);
    if (set->targets == MOTE_TARGETS_CLASSES && (p->width == 1 ? 2 : p->width) < (size_t)set->class_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the model gives %zu number%s a sample, the data has %d classes", p->width,
                         p->width == 1 ? "" : "s", set->class_count);
    return MOTE_OK;
}

static double accuracy_of(const mote_predictions *p, const mote_data_split *split)
{
    size_t right = 0, i;

    for (i = 0; i < p->count; i++) {
        const float *row = p->real + i * p->width;
        int32_t      answer = p->width == 1 ? row[0] > 0.5f : (int32_t)arg_max(row, p->width);
        right += answer == split->labels[i];
    }
    return (double)right / (double)p->count;
}

static double loss_of(const mote_predictions *p, mote_loss loss, const float *wanted, const int32_t *labels)
{
    const mote_math *math = mote_math_select("baseline"); /* the same figure on every machine */
    const int32_t    width = (int32_t)p->width;

    switch (loss) {
    case MOTE_LOSS_MAE:
        return math->mean_absolute_error(p->count, width, 1, p->real, wanted, NULL);
    case MOTE_LOSS_BINARY_CROSSENTROPY:
        return math->binary_cross_entropy(p->count, width, 1, p->real, wanted, NULL);
    case MOTE_LOSS_CATEGORICAL_CROSSENTROPY:
        return math->cross_entropy(p->count, width, 1, p->real, wanted, NULL);
    case MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY:
        return math->cross_entropy_labels(p->count, width, 1, p->real, labels, NULL);
    default:
        return math->mean_squared_error(p->count, width, 1, p->real, wanted, NULL);
    }
}

static void add_metric(mote_evaluation *out, const char *name, double value)
{
    out->metric[out->metric_count].name = name;
    out->metric[out->metric_count++].value = value;
}

mote_status mote_evaluate(mote_evaluation *out, const mote_predictions *p, const mote_data_split *split, mote_loss loss,
                          mote_error *err)
{
    const bool     has_classes = split->set->targets == MOTE_TARGETS_CLASSES;
    mote_data_pick all = mote_data_in_row(0, p->count);
    mote_arena     scratch = {0};
    float         *wanted;

    *out = (mote_evaluation){.count = p->count, .loss_kind = loss == MOTE_LOSS_COUNT ? default_loss(p, split) : loss};
    MOTE_TRY(check_targets(p, split, err));
    if (out->loss_kind == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY && (!has_classes || p->width == 1))
        return mote_fail(err, MOTE_ERR_USAGE, "sparse_categorical_crossentropy needs class labels and a number a class");
    wanted = MOTE_NEW(&scratch, float, mote_size_mul(p->count, p->width), err);
    if (!wanted)
        return err->code;
    if (has_classes && p->width > 1)
        mote_data_gather_one_hot(split, all, p->width, wanted);
    else
        mote_data_gather_values(split, all, wanted);
    add_metric(out, "loss", loss_of(p, out->loss_kind, wanted, split->labels) / (double)p->count);
    if (has_classes) {
        add_metric(out, "accuracy", accuracy_of(p, split));
    } else {
        add_metric(out, "mae", loss_of(p, MOTE_LOSS_MAE, wanted, NULL) / (double)p->count);
        add_metric(out, "mse", loss_of(p, MOTE_LOSS_MSE, wanted, NULL) / (double)p->count);
    }
    mote_arena_destroy(&scratch);
    return MOTE_OK;
}

double mote_evaluation_metric(const mote_evaluation *evaluation, const char *name)
{
    int i;

    for (i = 0; i < evaluation->metric_count; i++)
        if (strcmp(evaluation->metric[i].name, name) == 0)
            return evaluation->metric[i].value;
    return NAN;
}

mote_status mote_confusion(size_t *counts, const mote_predictions *p, const mote_data_split *split, mote_error *err)
{
    size_t classes = (size_t)split->set->class_count, i;

    if (split->set->targets != MOTE_TARGETS_CLASSES)
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no classes");
    MOTE_TRY(check_targets(p, split, err));
    memset(counts, 0, classes * classes * sizeof *counts);
    for (i = 0; i < p->count; i++) {
        const float *row = p->real + i * p->width;
        size_t       answer = p->width == 1 ? row[0] > 0.5f : arg_max(row, p->width);
        if (answer < classes)
            counts[(size_t)split->labels[i] * classes + answer]++;
    }
    return MOTE_OK;
}

mote_status mote_compare(mote_comparison *out, const mote_predictions *a, const mote_predictions *b, mote_error *err)
{
    double sum = 0;
    size_t i, k;

    if (a->count != b->count || a->width != b->width)
        return mote_fail(err, MOTE_ERR_USAGE, "%zu answers of %zu numbers cannot be compared with %zu of %zu", a->count,
                         a->width, b->count, b->width);
    *out = (mote_comparison){.count = a->count, .width = a->width, .is_same_type = a->dtype == b->dtype};
    for (i = 0; i < a->count; i++) {
        const float *ra = a->real + i * a->width, *rb = b->real + i * b->width;
        size_t       size = a->stored_bytes / a->width, before = out->different_values;
        for (k = 0; k < a->width; k++) {
            double gap = fabs((double)ra[k] - (double)rb[k]);
            sum += gap;
            if (gap > out->max_abs || isnan(gap)) /* and once NaN, it stays */
                out->max_abs = gap;
            if (out->is_same_type)
                out->different_values +=
                    memcmp(a->stored + (i * a->width + k) * size, b->stored + (i * b->width + k) * size, size) != 0;
            else
                out->different_values += ra[k] != rb[k];
        }
        out->different_samples += out->different_values != before;
        out->same_argmax += arg_max(ra, a->width) == arg_max(rb, b->width);
    }
    out->mean_abs = sum / (double)(a->count * a->width);
    return MOTE_OK;
}
