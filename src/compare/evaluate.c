/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/evaluate.h>

#include "base/arena.h"
#include "math/math.h"
#include "train/objective.h"

static size_t arg_max(const float *row, size_t width)
{
    size_t best = 0, i;

    for (i = 1; i < width; i++)
        if (row[i] > row[best])
            best = i;
    return best;
}

static mote_judged judge(const mote_predictions *p)
{
    mote_judged judged = {.kind = p->kind, .has_logits = p->logits != NULL, .rank = p->rank, .width = p->width};

    memcpy(judged.dim, p->dim, sizeof judged.dim);
    return judged;
}

static mote_goal choose_goal(const mote_predictions *p, const mote_judged *judged, const mote_data_split *split,
                             const mote_goal *wanted)
{
    return wanted ? *wanted : p->has_goal ? p->goal : mote_goal_choose(judged, split->set);
}

/* Accuracy where answers stand for classes, errors where they stand for numbers. */
static void add_natural_metrics(mote_goal *goal, const mote_judged *judged, const mote_dataset *set)
{
    const bool is_cross_entropy = goal->loss != MOTE_LOSS_MSE && goal->loss != MOTE_LOSS_MAE;

    if (is_cross_entropy || (judged->width > 1 && set->targets == MOTE_TARGETS_CLASSES))
        goal->metrics |= MOTE_METRIC_ACCURACY;
    else
        goal->metrics |= MOTE_METRIC_MAE | MOTE_METRIC_MSE;
}

static void take_scores(mote_evaluation *out, const mote_objective *o, const mote_scores *sums)
{
    int32_t m;

    out->metric[out->metric_count].name = "loss";
    out->metric[out->metric_count++].value = sums->loss / (double)sums->count;
    for (m = 0; m < o->metric_count; m++) {
        out->metric[out->metric_count].name = mote_metric_name(o->metrics[m]);
        out->metric[out->metric_count++].value = sums->metric[m] / (double)sums->count;
    }
}

static mote_status check_split(const mote_predictions *p, const mote_data_split *split, mote_error *err)
{
    if (p->count == 0 || p->count > split->count)
        return mote_fail(err, MOTE_ERR_USAGE, "%zu answers are not those to the %zu samples of the %s split", p->count,
                         split->count, mote_split_name(split->id));
    return MOTE_OK;
}

mote_status mote_evaluate(mote_evaluation *out, const mote_predictions *p, const mote_data_split *split,
                          const mote_goal *wanted, mote_error *err)
{
    const mote_judged judged = judge(p);
    mote_goal         goal = choose_goal(p, &judged, split, wanted);
    mote_arena        scratch = {0};
    mote_targets      targets;
    mote_objective    objective;
    mote_scores       sums = {0};

    *out = (mote_evaluation){.count = p->count, .loss_kind = goal.loss};
    MOTE_TRY(check_split(p, split, err));
    add_natural_metrics(&goal, &judged, split->set);
    MOTE_TRY(mote_objective_init(&objective, &goal, &judged, split->set, err));
    if (mote_targets_create(&targets, &objective, p->count, &scratch, err) == MOTE_OK) {
        const float     *scores = objective.activation == MOTE_ANSWERS_NUMBERS ? p->real : p->logits;
        const mote_math *math = mote_math_select("baseline"); /* the same figure on every machine */
        mote_targets_gather(&targets, &objective, split, mote_data_in_row(0, p->count));
        mote_objective_score(&objective, math, scores, p->count, &targets, NULL, &sums);
        take_scores(out, &objective, &sums);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

double mote_evaluation_metric(const mote_evaluation *evaluation, const char *name)
{
    int i;

    for (i = 0; i < evaluation->metric_count; i++)
        if (strcmp(evaluation->metric[i].name, name) == 0)
            return evaluation->metric[i].value;
    return NAN;
}

bool mote_answers_are_classes(const mote_predictions *p)
{
    return p->width > 1 || !p->has_goal || p->goal.loss == MOTE_LOSS_BINARY_CROSSENTROPY;
}

int32_t mote_answer_class(const mote_predictions *p, size_t sample)
{
    const float *row = p->real + sample * p->width;
    const bool   is_logit = p->kind == MOTE_ANSWERS_NUMBERS && (!p->has_goal || p->goal.from_logits);

    return p->width == 1 ? row[0] > (is_logit ? 0.0f : 0.5f) : (int32_t)arg_max(row, p->width);
}

mote_status mote_confusion(size_t *counts, const mote_predictions *p, const mote_data_split *split, mote_error *err)
{
    const size_t classes = (size_t)split->set->class_count;
    size_t       i;

    if (split->set->targets != MOTE_TARGETS_CLASSES || !mote_answers_are_classes(p))
        return mote_fail(err, MOTE_ERR_USAGE, "the %s no classes",
                         split->set->targets == MOTE_TARGETS_CLASSES ? "model's answers are" : "data has");
    MOTE_TRY(check_split(p, split, err));
    if ((p->width == 1 ? 2 : p->width) < classes)
        return mote_fail(err, MOTE_ERR_USAGE, "the model gives %zu number%s a sample, the data has %zu classes", p->width,
                         p->width == 1 ? "" : "s", classes);
    memset(counts, 0, classes * classes * sizeof *counts);
    for (i = 0; i < p->count; i++) {
        size_t answer = (size_t)mote_answer_class(p, i);
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
