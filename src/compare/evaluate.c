/* Losses and metrics of answers by training's own definitions, confusion, and how far two models' answers lie apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mote/evaluate.h>

#include "base/arena.h"
#include "base/text.h"
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

static mote_judged judge(const mote_answers *a)
{
    mote_judged judged = {.kind = a->kind, .has_logits = a->logits != NULL, .rank = a->rank, .width = a->width};

    memcpy(judged.dim, a->dim, sizeof judged.dim);
    return judged;
}

/* Accuracy where answers stand for classes, errors where they stand for numbers. */
static void add_natural_metrics(mote_goal *goal, const mote_judged *judged, const mote_dataset_target *target)
{
    const bool is_cross_entropy = mote_loss_types[goal->loss].family != MOTE_LOSS_OF_NUMBERS;

    if (is_cross_entropy || (judged->width > 1 && target->kind == MOTE_TARGETS_CLASSES))
        goal->metrics |= MOTE_METRIC_ACCURACY;
    else
        goal->metrics |= MOTE_METRIC_MAE | MOTE_METRIC_MSE;
}

static mote_status check_split(size_t count, const mote_dataset_split *split, mote_error *err)
{
    if (count == 0 || count > split->count)
        return mote_fail(err, MOTE_ERR_USAGE, "%zu answers are not those to the %zu samples of the %s split", count,
                         split->count, mote_split_name(split->id));
    return MOTE_OK;
}

static bool has_targets(const mote_dataset_split *split, int output)
{
    return output < split->set->target_count && split->set->target[output].kind != MOTE_TARGETS_NONE;
}

/* What one output is worth: its objective, and the sums over all samples. */
typedef struct judgement {
    mote_objective objective;
    mote_scores    sums;
} judgement;

static mote_status judge_output(judgement *out, const mote_answers *a, const mote_dataset_split *split,
                                const mote_goal *wanted, mote_error *err)
{
    const mote_dataset_target *target = &split->set->target[a->output];
    const mote_judged          judged = judge(a);
    mote_goal                  goal = wanted ? *wanted : a->has_goal ? a->goal : mote_goal_choose(&judged, target);
    mote_arena                 scratch = {0};
    mote_targets               targets;

    *out = (judgement){0};
    add_natural_metrics(&goal, &judged, target);
    MOTE_TRY(mote_objective_init(&out->objective, &goal, &judged, split->set, a->output, err));
    if (mote_targets_create(&targets, &out->objective, a->count, &scratch, err) == MOTE_OK) {
        const float     *scores = out->objective.activation == MOTE_ANSWERS_NUMBERS ? a->real : a->logits;
        const mote_math *math = mote_math_select("baseline"); /* the same figure on every machine */
        mote_targets_gather(&targets, &out->objective, split, mote_dataset_in_row(0, a->count));
        mote_objective_score(&out->objective, math, scores, a->count, &targets, NULL, &out->sums);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

static void add_metric(mote_evaluation *out, const char *output, const char *name, double value)
{
    const int at = out->metric_count++;

    snprintf(out->metric[at].name, sizeof out->metric[at].name, "%s%s%s", output ? output : "", output ? "_" : "", name);
    out->metric[at].value = value;
}

/* In the order of a history: the losses, then the metrics. */
static void take_scores(mote_evaluation *out, const mote_predictions *p, const mote_dataset_split *split, const judgement *j)
{
    const bool are_many = p->output_count > 1;
    int        k;
    int32_t    m;

    add_metric(out, NULL, "loss", 0);
    for (k = 0; k < p->output_count; k++) {
        if (!has_targets(split, k))
            continue;
        out->loss_kind[k] = j[k].objective.loss;
        out->metric[0].value += (double)j[k].objective.weight * j[k].sums.loss / (double)out->count;
        if (are_many)
            add_metric(out, p->outputs[k].name, "loss", j[k].sums.loss / (double)out->count);
    }
    for (k = 0; k < p->output_count; k++)
        for (m = 0; has_targets(split, k) && m < j[k].objective.metric_count; m++)
            add_metric(out, are_many ? p->outputs[k].name : NULL, mote_metric_name(j[k].objective.metrics[m]),
                       mote_metric_value(&j[k].objective, m, &j[k].sums));
}

static mote_status judge_all(judgement *judgements, const mote_predictions *p, const mote_dataset_split *split,
                             const mote_goal *goals, mote_error *err)
{
    int k;

    for (k = 0; k < p->output_count; k++) {
        if (!has_targets(split, k))
            continue;
        if (judge_output(&judgements[k], &p->outputs[k], split, goals ? &goals[k] : NULL, err) != MOTE_OK)
            return p->output_count > 1 ? mote_context(err, "output \"%s\"", mote_show_string(p->outputs[k].name).text)
                                       : err->code;
    }
    return MOTE_OK;
}

mote_status mote_evaluate(mote_evaluation *out, const mote_predictions *p, const mote_dataset_split *split,
                          const mote_goal *goals, mote_error *err)
{
    judgement judgements[MOTE_TARGETS_MAX];

    *out = (mote_evaluation){.count = p->count};
    MOTE_TRY(check_split(p->count, split, err));
    if (p->output_count > MOTE_TARGETS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "the model has %d outputs; at most %d are evaluated", p->output_count,
                         MOTE_TARGETS_MAX);
    if (!mote_dataset_has_targets(split->set))
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no targets to compare with");
    MOTE_TRY(judge_all(judgements, p, split, goals, err));
    take_scores(out, p, split, judgements);
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

bool mote_answers_are_classes(const mote_answers *p)
{
    return p->width > 1 || !p->has_goal || mote_loss_types[p->goal.loss].family == MOTE_LOSS_OF_BINARIES;
}

int32_t mote_answer_class(const mote_answers *p, size_t sample)
{
    const float *row = p->real + sample * p->width;
    const bool   is_logit = p->kind == MOTE_ANSWERS_NUMBERS && (!p->has_goal || p->goal.from_logits);

    return p->width == 1 ? row[0] > (is_logit ? 0.0f : 0.5f) : (int32_t)arg_max(row, p->width);
}

mote_status mote_confusion(size_t *counts, const mote_answers *p, const mote_dataset_split *split, mote_error *err)
{
    const bool   has_classes = has_targets(split, p->output) && split->set->target[p->output].kind == MOTE_TARGETS_CLASSES;
    const size_t classes = has_classes ? (size_t)split->set->target[p->output].class_count : 0;
    size_t       i;

    if (!has_classes || !mote_answers_are_classes(p))
        return mote_fail(err, MOTE_ERR_USAGE, "the %s no classes", has_classes ? "model's answers are" : "data has");
    MOTE_TRY(check_split(p->count, split, err));
    if ((p->width == 1 ? 2 : p->width) < classes)
        return mote_fail(err, MOTE_ERR_USAGE, "the model gives %zu number%s a sample, the data has %zu classes", p->width,
                         p->width == 1 ? "" : "s", classes);
    memset(counts, 0, classes * classes * sizeof *counts);
    for (i = 0; i < p->count; i++) {
        size_t answer = (size_t)mote_answer_class(p, i);
        if (answer < classes)
            counts[(size_t)split->labels[p->output][i] * classes + answer]++;
    }
    return MOTE_OK;
}

mote_status mote_compare(mote_comparison *out, const mote_answers *a, const mote_answers *b, mote_error *err)
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
