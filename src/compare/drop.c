/* What one model's answers lose against another's.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include <mote/evaluate.h>

#include "base/text.h"
#include "layers/goals.h"

const char *mote_drop_unit(mote_drop_kind kind)
{
    static const char *const units[] = {"points of accuracy", "% of the answered classes", "% of the answers' size"};

    return (unsigned)kind < sizeof units / sizeof *units ? units[kind] : "";
}

/* NaN where there are no such targets. */
static double accuracy_of(const mote_evaluation *evaluation, const mote_predictions *p, int32_t k)
{
    char name[160];

    snprintf(name, sizeof name, "%s%saccuracy", p->output_count > 1 ? p->outputs[k].name : "",
             p->output_count > 1 ? "_" : "");
    return mote_evaluation_metric(evaluation, name);
}

static bool are_probabilities(const mote_answers *a)
{
    const bool is_regression = mote_loss_types[a->goal.loss].family == MOTE_LOSS_OF_NUMBERS;

    return a->kind == MOTE_ANSWERS_PROBABILITIES || a->kind == MOTE_ANSWERS_SIGMOIDS || (a->has_goal && !is_regression);
}

static size_t largest_of(const float *row, size_t count)
{
    size_t best = 0, i;

    for (i = 1; i < count; i++)
        if (row[i] > row[best])
            best = i;
    return best;
}

/* A class is the largest number of the last axis, or, where each number is a probability of its own, its side of 0.5. */
static double share_of_other_classes(const mote_answers *a, const mote_answers *b)
{
    const size_t last = a->rank > 0 ? (size_t)a->dim[a->rank - 1] : 1;
    const size_t row = a->kind == MOTE_ANSWERS_SIGMOIDS ? 1 : last, rows = a->count * a->width / row;
    size_t       i, other = 0;

    if (a->width == 1)
        for (i = 0; i < a->count; i++)
            other += mote_answer_class(a, i) != mote_answer_class(b, i);
    else if (row == 1)
        for (i = 0; i < rows; i++)
            other += (a->real[i] > 0.5f) != (b->real[i] > 0.5f);
    else
        for (i = 0; i < rows; i++)
            other += largest_of(a->real + i * row, row) != largest_of(b->real + i * row, row);
    return 100 * (double)other / (double)rows;
}

static double relative_difference(const mote_answers *a, const mote_answers *b)
{
    double square = 0, signal = 0;
    size_t i;

    for (i = 0; i < a->count * a->width; i++) {
        const double gap = (double)a->real[i] - (double)b->real[i];
        square += gap * gap;
        signal += (double)a->real[i] * (double)a->real[i];
    }
    return square > 0 ? 100 * sqrt(square / signal) : 0;
}

static mote_drop drop_of_output(const mote_predictions *a, const mote_predictions *b, int32_t k, double accuracy_lost)
{
    const mote_answers *from = &a->outputs[k], *to = &b->outputs[k];

    if (!isnan(accuracy_lost))
        return (mote_drop){.kind = MOTE_DROP_ACCURACY, .points = 100 * accuracy_lost, .output = k};
    if (are_probabilities(from))
        return (mote_drop){.kind = MOTE_DROP_AGREEMENT, .points = share_of_other_classes(from, to), .output = k};
    return (mote_drop){.kind = MOTE_DROP_DIFFERENCE, .points = relative_difference(from, to), .output = k};
}

static mote_status check_alike(const mote_predictions *a, const mote_predictions *b, mote_error *err)
{
    int32_t k;

    if (a->output_count != b->output_count || a->count != b->count || a->count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "%d outputs of %zu samples cannot be judged by %d of %zu", b->output_count,
                         b->count, a->output_count, a->count);
    for (k = 0; k < a->output_count; k++)
        if (a->outputs[k].width != b->outputs[k].width)
            return mote_fail(err, MOTE_ERR_USAGE, "answers of %zu numbers cannot be judged by answers of %zu",
                             b->outputs[k].width, a->outputs[k].width);
    return MOTE_OK;
}

mote_status mote_measure_drop(mote_drop *out, const mote_predictions *a, const mote_predictions *b,
                              const mote_dataset_split *split, const mote_goal *goals, mote_error *err)
{
    const bool      has_targets = mote_dataset_has_targets(split->set);
    mote_evaluation of_a, of_b;
    int32_t         k;

    *out = (mote_drop){0};
    MOTE_TRY(check_alike(a, b, err));
    if (has_targets) {
        MOTE_TRY(mote_evaluate(&of_a, a, split, goals, err));
        MOTE_TRY(mote_evaluate(&of_b, b, split, goals, err));
    }
    for (k = 0; k < a->output_count; k++) {
        const double    lost = has_targets ? accuracy_of(&of_a, a, k) - accuracy_of(&of_b, b, k) : (double)NAN;
        const mote_drop drop = drop_of_output(a, b, k, lost);
        if (k == 0 || drop.points > out->points || isnan(drop.points))
            *out = drop;
    }
    return MOTE_OK;
}
