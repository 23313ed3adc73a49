/* Metrics: what is summed of each sample, and what that comes to. Keras' definitions (keras/src/metrics).
 *
 * Most are a sum over samples. Some are made of counts: those have places among mote_scores.tally, from tally_at on:
 *
 *     precision, recall    hits, false alarms, misses
 *     f1_score             these of each class
 *     auc                  of each of 200 thresholds how many ones lie above it and below the next; then zeros
 *     r2_score             of each column the sum, the sum of squares, and that of errors' squares
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "layers/goals.h"
#include "train/objective.h"

enum { THRESHOLDS = 200 };
#define EPSILON 1e-7

static int32_t arg_max(const float *row, int32_t width)
{
    int32_t best = 0, i;

    for (i = 1; i < width; i++)
        if (row[i] > row[best])
            best = i;
    return best;
}

/* ---- answers out of scores ---- */

/* exp(x - shift), and what they are to be divided by, so that answers come one by one out of a row of scores. */
typedef struct squashing {
    mote_answer_kind kind;
    double           shift, sum;
} squashing;

static squashing squash_row(const mote_objective *o, const float *row)
{
    squashing s = {.kind = o->activation};
    int32_t   i;

    if (s.kind != MOTE_ANSWERS_PROBABILITIES)
        return s;
    s.shift = (double)row[arg_max(row, o->width)];
    for (i = 0; i < o->width; i++)
        s.sum += exp((double)row[i] - s.shift);
    return s;
}

static double squash(const squashing *s, float score)
{
    if (s->kind == MOTE_ANSWERS_PROBABILITIES)
        return exp((double)score - s->shift) / s->sum;
    return s->kind == MOTE_ANSWERS_SIGMOIDS ? 1 / (1 + exp(-(double)score)) : (double)score;
}

/* ---- classes ---- */

/* The class that one sample's scores answer: the largest, or which side a single one lies on. */
static int32_t answered_class(const mote_objective *o, const float *scores)
{
    return o->width == 1 ? scores[0] > (o->at_logits ? 0.0f : 0.5f) : arg_max(scores, o->width);
}

/* Keras 3's accuracy: for one number a sample whether it lies on the right side, else whether the largest is right. */
static bool is_right(const mote_objective *o, const float *scores, const mote_targets *targets, size_t b)
{
    const int32_t answer = answered_class(o, scores);
    const float  *row = targets->reals + b * (size_t)o->width;

    if (o->form == MOTE_TARGET_LABELS)
        return answer == targets->labels[b];
    return o->width > 1 ? answer == arg_max(row, o->width) : (float)answer == *row;
}

static bool is_among_top(const mote_objective *o, const float *scores, const mote_targets *targets, size_t b)
{
    const int32_t label =
        o->form == MOTE_TARGET_LABELS ? targets->labels[b] : arg_max(targets->reals + b * (size_t)o->width, o->width);
    int32_t larger = 0, i;

    for (i = 0; i < o->width; i++)
        larger += scores[i] > scores[label];
    return larger < o->top_k;
}

/* ---- numbers, one by one ---- */

static double size_of(double target)
{
    return fabs(target) > EPSILON ? fabs(target) : EPSILON;
}

static double log_of(double x)
{
    return log((x > EPSILON ? x : EPSILON) + 1);
}

/* Of one answer, what the metric sums of it. */
static double term(const mote_objective *o, mote_metric metric, double answer, double target)
{
    const double gap = answer - target;

    switch (metric) {
    case MOTE_METRIC_MAE:
        return fabs(gap);
    case MOTE_METRIC_BINARY_ACCURACY:
        return (answer > (double)o->threshold) == (target == 1) && (target == 0 || target == 1);
    case MOTE_METRIC_MAPE:
        return 100 * fabs(gap) / size_of(target);
    case MOTE_METRIC_MSLE:
        return (log_of(answer) - log_of(target)) * (log_of(answer) - log_of(target));
    default:
        return gap * gap;
    }
}

static void count_decision(double *tally, bool answered, double target)
{
    tally[0] += answered ? target : 0;
    tally[1] += answered ? 1 - target : 0;
    tally[2] += answered ? 0 : target;
}

/* The number of the last threshold that the answer lies above. */
static void count_threshold(double *tally, double answer, double target)
{
    const float place = ceilf((float)answer * (THRESHOLDS - 1)) - 1;
    const int   at = place > 0 ? place < THRESHOLDS - 1 ? (int)place : THRESHOLDS - 1 : 0;

    tally[at] += target;
    tally[THRESHOLDS + at] += 1 - target;
}

static void count_variance(double *tally, double answer, double target)
{
    tally[0] += target;
    tally[1] += target * target;
    tally[2] += (answer - target) * (answer - target);
}

/* A row's cosine, with norms no less than Keras'. */
static double cosine(const mote_objective *o, const float *scores, const float *targets)
{
    const squashing s = squash_row(o, scores);
    double          xx = 0, tt = 0, dot = 0;
    int32_t         i;

    for (i = 0; i < o->width; i++) {
        const double x = squash(&s, scores[i]), t = (double)targets[i];
        xx += x * x;
        tt += t * t;
        dot += x * t;
    }
    return dot / sqrt((xx > 1e-12 ? xx : 1e-12) * (tt > 1e-12 ? tt : 1e-12));
}

/* Into the metric's tallies, or into sum. */
static void add_row(const mote_objective *o, int32_t m, const float *scores, const float *targets, double *tally,
                    double *sum)
{
    const squashing s = squash_row(o, scores);
    const int32_t   best = arg_max(scores, o->width);
    int32_t         i;

    for (i = 0; i < o->width; i++) {
        const double answer = squash(&s, scores[i]), target = (double)targets[i];
        switch (o->metrics[m]) {
        case MOTE_METRIC_PRECISION:
        case MOTE_METRIC_RECALL:
            count_decision(tally, answer > 0.5, target);
            break;
        case MOTE_METRIC_F1_SCORE:
            count_decision(tally + (ptrdiff_t)3 * i, o->width > 1 ? i == best : answer > 0.5, target);
            break;
        case MOTE_METRIC_AUC:
            count_threshold(tally, answer, target);
            break;
        case MOTE_METRIC_R2_SCORE:
            count_variance(tally + (ptrdiff_t)3 * i, answer, target);
            break;
        default:
            *sum += term(o, o->metrics[m], answer, target);
        }
    }
}

void mote_metric_add(const mote_objective *o, int32_t m, const float *scores, size_t batch, const mote_targets *targets,
                     mote_scores *sums)
{
    const size_t width = (size_t)o->width;
    double       sum = 0, elements = 0;
    size_t       b;

    for (b = 0; b < batch; b++) {
        const float *row = scores + b * width;
        switch (o->metrics[m]) {
        case MOTE_METRIC_ACCURACY:
        case MOTE_METRIC_CATEGORICAL_ACCURACY:
        case MOTE_METRIC_SPARSE_CATEGORICAL_ACCURACY:
            sum += is_right(o, row, targets, b);
            break;
        case MOTE_METRIC_TOP_K:
        case MOTE_METRIC_SPARSE_TOP_K:
            sum += is_among_top(o, row, targets, b);
            break;
        case MOTE_METRIC_COSINE_SIMILARITY:
            sum += cosine(o, row, targets->reals + b * width);
            break;
        default:
            add_row(o, m, row, targets->reals + b * width, sums->tally + o->tally_at[m], &elements);
        }
    }
    sums->metric[m] += sum + elements / (double)width;
}

/* ---- what it comes to ---- */

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static double f1_score(const double *tally, int32_t classes)
{
    double  sum = 0;
    int32_t c;

    for (c = 0; c < classes; c++, tally += 3) {
        const double precision = ratio(tally[0], tally[0] + tally[1]), recall = ratio(tally[0], tally[0] + tally[2]);
        sum += 2 * precision * recall / (precision + recall + EPSILON);
    }
    return sum / classes;
}

/* The trapezoids under the true-positive rate over the false-positive rate. */
static double area(const double *tally)
{
    const double *ones = tally, *zeros = tally + THRESHOLDS;
    double        all_ones = 0, all_zeros = 0, above_ones = 0, sum = 0;
    int           i;

    for (i = 0; i < THRESHOLDS; i++) {
        all_ones += ones[i];
        all_zeros += zeros[i];
    }
    for (i = THRESHOLDS - 1; i >= 0; i--) {
        const double before = ratio(above_ones, all_ones);
        above_ones += ones[i];
        if (i < THRESHOLDS - 1)
            sum += ratio(zeros[i], all_zeros) * (before + ratio(above_ones, all_ones)) / 2;
    }
    return sum;
}

static double r2_score(const double *tally, int32_t columns, double count)
{
    double  sum = 0;
    int32_t c;

    for (c = 0; c < columns; c++, tally += 3) {
        const double total = tally[1] - tally[0] * tally[0] / count;
        sum += total > 0 ? 1 - tally[2] / total : 0;
    }
    return sum / columns;
}

double mote_metric_value(const mote_objective *o, int32_t m, const mote_scores *sums)
{
    const double *tally = sums->tally + o->tally_at[m];

    switch (o->metrics[m]) {
    case MOTE_METRIC_PRECISION:
        return ratio(tally[0], tally[0] + tally[1]);
    case MOTE_METRIC_RECALL:
        return ratio(tally[0], tally[0] + tally[2]);
    case MOTE_METRIC_F1_SCORE:
        return f1_score(tally, o->width);
    case MOTE_METRIC_AUC:
        return area(tally);
    case MOTE_METRIC_R2_SCORE:
        return r2_score(tally, o->width, (double)sums->count);
    case MOTE_METRIC_RMSE:
        return sqrt(sums->metric[m] / (double)sums->count);
    default:
        return sums->metric[m] / (double)sums->count;
    }
}

int32_t mote_metric_tallies(mote_metric metric, int32_t width)
{
    switch (metric) {
    case MOTE_METRIC_PRECISION:
    case MOTE_METRIC_RECALL:
        return 3;
    case MOTE_METRIC_F1_SCORE:
    case MOTE_METRIC_R2_SCORE:
        return width <= MOTE_TALLIES_MAX ? 3 * width : MOTE_TALLIES_MAX + 1;
    case MOTE_METRIC_AUC:
        return 2 * THRESHOLDS;
    default:
        return 0;
    }
}
