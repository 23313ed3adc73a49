/* SPDX-License-Identifier: Apache-2.0 */
#include "train/objective.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "graph/control.h"

static const char *const loss_names[MOTE_LOSS_COUNT] = {
    [MOTE_LOSS_MSE] = "mse",
    [MOTE_LOSS_MAE] = "mae",
    [MOTE_LOSS_BINARY_CROSSENTROPY] = "binary_crossentropy",
    [MOTE_LOSS_CATEGORICAL_CROSSENTROPY] = "categorical_crossentropy",
    [MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY] = "sparse_categorical_crossentropy",
};

static const struct {
    const char *name;
    mote_metric metric;
    bool        rises;
} metric_names[] = {
    {"accuracy", MOTE_METRIC_ACCURACY, true}, {"mae", MOTE_METRIC_MAE, false}, {"mse", MOTE_METRIC_MSE, false}};

const char *mote_loss_name(mote_loss loss)
{
    return (unsigned)loss < MOTE_LOSS_COUNT ? loss_names[loss] : "";
}

mote_loss mote_loss_find(const char *name)
{
    mote_loss loss;

    if (strcmp(name, "mean_squared_error") == 0)
        return MOTE_LOSS_MSE;
    if (strcmp(name, "mean_absolute_error") == 0)
        return MOTE_LOSS_MAE;
    for (loss = 0; loss < MOTE_LOSS_COUNT; loss++)
        if (strcmp(name, loss_names[loss]) == 0)
            break;
    return loss;
}

const char *mote_metric_name(mote_metric metric)
{
    size_t i;

    for (i = 0; i < sizeof metric_names / sizeof *metric_names; i++)
        if (metric_names[i].metric == metric)
            return metric_names[i].name;
    return "";
}

bool mote_metric_rises(mote_metric metric)
{
    size_t i;

    for (i = 0; i < sizeof metric_names / sizeof *metric_names; i++)
        if (metric_names[i].metric == metric)
            return metric_names[i].rises;
    return false;
}

unsigned mote_metric_find(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof metric_names / sizeof *metric_names; i++)
        if (strcmp(metric_names[i].name, name) == 0)
            return metric_names[i].metric;
    return 0;
}

static bool is_class_loss(mote_loss loss)
{
    return loss == MOTE_LOSS_CATEGORICAL_CROSSENTROPY || loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
}

static bool is_cross_entropy(mote_loss loss)
{
    return is_class_loss(loss) || loss == MOTE_LOSS_BINARY_CROSSENTROPY;
}

/* Whether loss is taken at the input of an activation of this kind where that is possible: cross-entropies are, over a
 * softmax and over a sigmoid, whichever of the two belongs to them (Keras 3, backend/tensorflow/nn.py, _get_logits). */
static bool sees_through_to_logits(mote_loss loss, mote_answer_kind kind)
{
    return is_cross_entropy(loss) && (kind == MOTE_ANSWERS_PROBABILITIES || kind == MOTE_ANSWERS_SIGMOIDS);
}

/* ---- shapes ---- */

static bool makes_answers(const mote_graph *graph, const mote_node *node)
{
    const bool         is_softmax = node->op == MOTE_OP_SOFTMAX && node->as.softmax.beta == 1.0f;
    const mote_tensor *in = mote_node_in(graph, node, 0);

    return (is_softmax || node->op == MOTE_OP_LOGISTIC) && in->dtype == MOTE_F32 && in->kind == MOTE_ACTIVATION;
}

mote_logits mote_find_logits(const mote_model *model, int32_t output)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           n;

    if (mote_model_has_control(model)) /* steps of its program have other numbers */
        return (mote_logits){MOTE_NONE, MOTE_NONE};
    for (n = graph->node_count - 1; n >= 0; n--) {
        const mote_node *node = &graph->nodes[n];
        if (node->out_count > 0 && node->out[0] == graph->outputs[output])
            return makes_answers(graph, node) ? (mote_logits){node->in[0], n} : (mote_logits){MOTE_NONE, MOTE_NONE};
    }
    return (mote_logits){MOTE_NONE, MOTE_NONE};
}

mote_judged mote_judged_make(const mote_model *model, int32_t output)
{
    const mote_tensor *answers = &model->graphs[0].tensors[model->graphs[0].outputs[output]];
    mote_judged        judged = {.kind = mote_model_answers(model, output),
                                 .has_logits = mote_find_logits(model, output).id != MOTE_NONE,
                                 .width = mote_tensor_count(answers)};
    int32_t            i;

    for (i = answers->rank > 1 && answers->dim[0] == 1 ? 1 : 0; i < answers->rank; i++)
        judged.dim[judged.rank++] = answers->dim[i];
    return judged;
}

/* An activation that the loss sees through need not run, unless others read what it makes. */
mote_score_place mote_score_place_find(const mote_model *model, int32_t output, mote_loss loss)
{
    const mote_graph *graph = &model->graphs[0];
    const mote_logits logits = mote_find_logits(model, output);

    if (logits.id == MOTE_NONE || !sees_through_to_logits(loss, mote_model_answers(model, output)))
        return (mote_score_place){graph->outputs[output], MOTE_NONE};
    return (mote_score_place){logits.id, mote_graph_use_count(graph, graph->outputs[output]) == 1 ? logits.node : MOTE_NONE};
}

static mote_shape_text show_shape(const mote_judged *judged)
{
    mote_tensor tensor = {.rank = judged->rank};

    memcpy(tensor.dim, judged->dim, sizeof tensor.dim);
    return mote_shape_show(&tensor);
}

/* A label says which of one row of numbers is meant: all that varies must lie in the last axis, as in [10] and [1,1,10], but
 * not in [28,10]. */
static mote_status check_row(const mote_judged *judged, mote_error *err)
{
    if (judged->rank == 0 || (size_t)judged->dim[judged->rank - 1] == judged->width)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE,
                     "the network gives %s a sample, one row of numbers is expected for class labels; put a flatten before "
                     "the last layer",
                     show_shape(judged).text);
}

/* Equal but for axes of one element, as [28,1] and [28] are. */
static bool has_shape_of_targets(const mote_judged *judged, const mote_dataset_target *target)
{
    int32_t i = 0;
    int     k = 0;

    for (;;) {
        while (i < judged->rank && judged->dim[i] == 1)
            i++;
        while (k < target->rank && target->dim[k] == 1)
            k++;
        if (i == judged->rank || k == target->rank)
            return i == judged->rank && k == target->rank;
        if (judged->dim[i++] != target->dim[k++])
            return false;
    }
}

/* ---- targets ---- */

static bool are_labels(const mote_dataset_split *split, int target, size_t classes)
{
    const float *values = split->values[target];
    size_t       i;

    for (i = 0; i < split->count; i++)
        if (!(values[i] >= 0 && values[i] < (float)classes && values[i] == floorf(values[i])))
            return false;
    return true;
}

/* Labels that are written as real numbers: 0.0, 1.0, 2.0. */
static bool could_be_labels(const mote_dataset *set, int target, size_t classes)
{
    int s;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        if (!are_labels(&set->split[s], target, classes))
            return false;
    return true;
}

/* Probabilities, as cross-entropy compares them with. */
static bool are_shares(const mote_dataset *set, int target)
{
    size_t i;
    int    s;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        for (i = 0; i < set->split[s].count * set->target[target].width; i++)
            if (!(set->split[s].values[target][i] >= 0 && set->split[s].values[target][i] <= 1))
                return false;
    return true;
}

static mote_status fit_values(mote_objective *o, const mote_judged *judged, const mote_dataset *set, mote_error *err)
{
    const mote_dataset_target *target = &set->target[o->target];

    if (is_class_loss(o->loss) && target->width == 1) {
        if (!could_be_labels(set, o->target, judged->width))
            return mote_fail(err, MOTE_ERR_USAGE,
                             "%s needs class labels from 0 to %zu, the targets are real numbers; for a regression use mse",
                             loss_names[o->loss], judged->width - 1);
        MOTE_TRY(check_row(judged, err));
        o->form =
            o->loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY || o->at_logits ? MOTE_TARGET_LABELS : MOTE_TARGET_ONE_HOT;
        return MOTE_OK;
    }
    if (o->loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "sparse_categorical_crossentropy needs class labels, the data has %zu real "
                         "numbers a sample; use categorical_crossentropy or mse",
                         target->width);
    if (judged->width != target->width)
        return mote_fail(err, MOTE_ERR_USAGE, "the network gives %zu numbers a sample, the data has %zu", judged->width,
                         target->width);
    if (!has_shape_of_targets(judged, target))
        return mote_fail(err, MOTE_ERR_USAGE, "the network gives %s a sample, a target has another shape of as many numbers",
                         show_shape(judged).text);
    if (is_cross_entropy(o->loss) && !are_shares(set, o->target))
        return mote_fail(err, MOTE_ERR_USAGE, "%s needs targets from 0 to 1; for a regression use mse", loss_names[o->loss]);
    o->form = MOTE_TARGET_REALS;
    return MOTE_OK;
}

/* One number against class labels: 0 and 1 for binary_crossentropy; the labels' own numbers for a regression. */
static mote_status fit_single(mote_objective *o, const mote_dataset_target *target, mote_error *err)
{
    o->form = MOTE_TARGET_REALS;
    if (target->class_count > 2 && o->loss == MOTE_LOSS_BINARY_CROSSENTROPY)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "binary_crossentropy needs 2 classes, the data has %d; use "
                         "sparse_categorical_crossentropy with %d outputs",
                         target->class_count, target->class_count);
    if (target->class_count > 2 && target->class_names)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "the targets are %d words (\"%s\", \"%s\" ...), and %s compares numbers; use "
                         "sparse_categorical_crossentropy with %d outputs",
                         target->class_count, mote_show_string(target->class_names[0]).text,
                         mote_show_string(target->class_names[1]).text, loss_names[o->loss], target->class_count);
    return MOTE_OK;
}

static mote_status fit_classes(mote_objective *o, const mote_judged *judged, const mote_dataset_target *target,
                               mote_error *err)
{
    if (judged->width == 1)
        return fit_single(o, target, err);
    if (judged->width < (size_t)target->class_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the network gives %zu numbers a sample, the data has %d classes",
                         judged->width, target->class_count);
    MOTE_TRY(check_row(judged, err));
    /* At the logits, one-hot rows and labels are the same function; labels are quicker. */
    o->form = is_class_loss(o->loss) && (o->at_logits || o->loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY)
                  ? MOTE_TARGET_LABELS
                  : MOTE_TARGET_ONE_HOT;
    return MOTE_OK;
}

static mote_status choose_target_form(mote_objective *o, const mote_judged *judged, const mote_dataset *set, mote_error *err)
{
    const mote_dataset_target *target = &set->target[o->target];

    if (target->kind == MOTE_TARGETS_NONE)
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no targets to compare with");
    if (is_class_loss(o->loss) && judged->width == 1)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s over one output is 0 whatever it says; use binary_crossentropy with a sigmoid, or an output a "
                         "class",
                         loss_names[o->loss]);
    return target->kind == MOTE_TARGETS_VALUES ? fit_values(o, judged, set, err) : fit_classes(o, judged, target, err);
}

/* ---- metrics ---- */

/* mae and mse are taken over what accuracy is taken over: rows of numbers. Labels have to become one-hot rows for it. */
static mote_status take_metrics(mote_objective *o, const mote_goal *goal, mote_error *err)
{
    const bool compares_numbers = (goal->metrics & (MOTE_METRIC_MAE | MOTE_METRIC_MSE)) != 0;
    size_t     i;

    if (compares_numbers && o->loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY)
        return mote_fail(
            err, MOTE_ERR_USAGE,
            "the metrics mae and mse compare numbers, and sparse_categorical_crossentropy has class labels; use "
            "accuracy, or categorical_crossentropy");
    if (compares_numbers && o->form == MOTE_TARGET_LABELS)
        o->form = MOTE_TARGET_ONE_HOT;
    for (i = 0; i < sizeof metric_names / sizeof *metric_names; i++)
        if (goal->metrics & metric_names[i].metric)
            o->metrics[o->metric_count++] = metric_names[i].metric;
    return MOTE_OK;
}

/* ---- what is legal and probably not meant ---- */

/* Of a loss that is taken at the input of the closing activation. */
static const char *warn_of_logits(const mote_goal *goal, const mote_judged *judged)
{
    if (goal->from_logits)
        return "from_logits is set, but the network ends in an activation that makes probabilities; the loss is "
               "taken at its input, as Keras does. Leave one of the two out";
    if (is_class_loss(goal->loss) && judged->kind == MOTE_ANSWERS_SIGMOIDS)
        return "over a sigmoid Keras takes this loss at the sigmoid's input as if a softmax followed, and so does mote; "
               "give "
               "the last layer activation: softmax, or use binary_crossentropy";
    if (goal->loss == MOTE_LOSS_BINARY_CROSSENTROPY && judged->kind == MOTE_ANSWERS_PROBABILITIES)
        return "over a softmax Keras takes this loss at the softmax's input as if sigmoids followed, and so does mote; give "
               "the last layer activation: sigmoid, or use categorical_crossentropy";
    return NULL;
}

static const char *find_warning(const mote_goal *goal, const mote_judged *judged)
{
    const bool are_squashed = sees_through_to_logits(goal->loss, judged->kind);

    if (judged->kind == MOTE_ANSWERS_PROBABILITIES && judged->width == 1)
        return "a softmax over one output is always 1; use a sigmoid";
    if (!is_cross_entropy(goal->loss))
        return NULL;
    if (are_squashed && judged->has_logits)
        return warn_of_logits(goal, judged);
    if (are_squashed && goal->from_logits)
        return "from_logits is set, but the network's outputs are probabilities, with layers behind the activation that "
               "makes them; the loss takes them as they are, and from_logits is passed over. Leave it out";
    if (!goal->from_logits && judged->kind == MOTE_ANSWERS_NUMBERS)
        return is_class_loss(goal->loss) ? "the loss takes the outputs for probabilities, and no softmax makes them such; "
                                           "give the last layer activation: softmax, or set from_logits: true"
                                         : "the loss takes the outputs for probabilities, and no sigmoid makes them such; "
                                           "give the last layer activation: sigmoid, or set from_logits: true";
    return NULL;
}

mote_status mote_objective_init(mote_objective *o, const mote_goal *goal, const mote_judged *judged, const mote_dataset *set,
                                int target, mote_error *err)
{
    const bool sees_through = judged->has_logits && sees_through_to_logits(goal->loss, judged->kind);

    *o = (mote_objective){.loss = goal->loss,
                          .activation = sees_through ? judged->kind : MOTE_ANSWERS_NUMBERS,
                          .weight = goal->weight != 0 ? goal->weight : 1,
                          .target = target};
    if ((unsigned)goal->loss >= MOTE_LOSS_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "loss %d does not exist", (int)goal->loss);
    if (judged->width > INT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%zu numbers a sample are more than a loss takes", judged->width);
    o->width = (int32_t)judged->width;
    /* Over the activation that it belongs to, from_logits changes nothing: see the warning. */
    o->at_logits = sees_through ||
                   (goal->from_logits && is_cross_entropy(goal->loss) && !sees_through_to_logits(goal->loss, judged->kind));
    o->warning = find_warning(goal, judged);
    MOTE_TRY(choose_target_form(o, judged, set, err));
    return take_metrics(o, goal, err);
}

bool mote_goal_is_regression(const mote_goal *goal, size_t width)
{
    return width == 1 && !is_cross_entropy(goal->loss);
}

mote_goal mote_goal_choose(const mote_judged *judged, const mote_dataset_target *target)
{
    const bool are_numbers = judged->kind == MOTE_ANSWERS_NUMBERS;

    if (target->kind != MOTE_TARGETS_CLASSES || (judged->width == 1 && target->class_count > 2))
        return (mote_goal){.loss = MOTE_LOSS_MSE};
    return (mote_goal){.loss =
                           judged->width == 1 ? MOTE_LOSS_BINARY_CROSSENTROPY : MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                       .from_logits = are_numbers};
}

/* ---- batches of targets ---- */

mote_status mote_targets_create(mote_targets *targets, const mote_objective *objective, size_t batch, mote_arena *arena,
                                mote_error *err)
{
    targets->reals = MOTE_NEW(arena, float, mote_size_mul(batch, (size_t)objective->width), err);
    targets->labels = MOTE_NEW(arena, int32_t, batch, err);
    return err->code;
}

/* Labels, also where they are written as real numbers. reals is room for a number a sample. */
static void gather_labels(const mote_dataset_split *split, int target, mote_dataset_pick pick, float *reals, int32_t *labels)
{
    size_t i;

    if (split->labels[target]) {
        mote_dataset_gather_labels(split, target, pick, labels);
        return;
    }
    mote_dataset_gather_values(split, target, pick, reals);
    for (i = 0; i < pick.count; i++)
        labels[i] = (int32_t)reals[i];
}

static void make_one_hot(const int32_t *labels, size_t count, size_t width, float *reals)
{
    size_t i;

    memset(reals, 0, count * width * sizeof *reals);
    for (i = 0; i < count; i++)
        reals[i * width + (size_t)labels[i]] = 1;
}

void mote_targets_gather(mote_targets *targets, const mote_objective *objective, const mote_dataset_split *split,
                         mote_dataset_pick pick)
{
    if (objective->form == MOTE_TARGET_REALS) {
        mote_dataset_gather_values(split, objective->target, pick, targets->reals);
        return;
    }
    gather_labels(split, objective->target, pick, targets->reals, targets->labels);
    if (objective->form == MOTE_TARGET_ONE_HOT)
        make_one_hot(targets->labels, pick.count, (size_t)objective->width, targets->reals);
}

/* ---- scores ---- */

static double score_loss(const mote_objective *o, const mote_math *math, const float *scores, size_t rows,
                         const mote_targets *targets, float *dx)
{
    const float scale = o->weight / (float)rows;

    switch (o->loss) {
    case MOTE_LOSS_MAE:
        return math->mean_absolute_error(rows, o->width, scale, scores, targets->reals, dx);
    case MOTE_LOSS_BINARY_CROSSENTROPY:
        return o->at_logits ? math->sigmoid_cross_entropy(rows, o->width, scale, scores, targets->reals, dx)
                            : math->binary_cross_entropy(rows, o->width, scale, scores, targets->reals, dx);
    case MOTE_LOSS_CATEGORICAL_CROSSENTROPY:
    case MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY:
        if (o->form == MOTE_TARGET_LABELS)
            return o->at_logits ? math->softmax_cross_entropy_labels(rows, o->width, scale, scores, targets->labels, dx)
                                : math->cross_entropy_labels(rows, o->width, scale, scores, targets->labels, dx);
        return o->at_logits ? math->softmax_cross_entropy(rows, o->width, scale, scores, targets->reals, dx)
                            : math->cross_entropy(rows, o->width, scale, scores, targets->reals, dx);
    default:
        return math->mean_squared_error(rows, o->width, scale, scores, targets->reals, dx);
    }
}

static int32_t arg_max(const float *row, int32_t width)
{
    int32_t best = 0, i;

    for (i = 1; i < width; i++)
        if (row[i] > row[best])
            best = i;
    return best;
}

/* The class that one sample's scores answer: the largest, or which side a single one lies on. */
static int32_t answered_class(const mote_objective *o, const float *scores)
{
    return o->width == 1 ? scores[0] > (o->at_logits ? 0.0f : 0.5f) : arg_max(scores, o->width);
}

/* Keras 3's accuracy: for one number a sample whether it lies on the right side, else whether the largest is right. */
static double count_right(const mote_objective *o, const float *scores, size_t batch, const mote_targets *targets)
{
    const size_t width = (size_t)o->width;
    double       right = 0;
    size_t       b;

    for (b = 0; b < batch; b++) {
        int32_t answer = answered_class(o, scores + b * width);
        if (o->form == MOTE_TARGET_LABELS)
            right += answer == targets->labels[b];
        else if (width > 1)
            right += answer == arg_max(targets->reals + b * width, o->width);
        else
            right += (float)answer == targets->reals[b];
    }
    return right;
}

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

/* Mean absolute or squared error of the answers: what the activation makes of the scores. */
static double sum_errors(const mote_objective *o, mote_metric metric, const float *scores, size_t batch,
                         const mote_targets *targets)
{
    const size_t width = (size_t)o->width;
    double       sum = 0;
    size_t       b, i;

    for (b = 0; b < batch; b++) {
        const squashing s = squash_row(o, scores + b * width);
        for (i = 0; i < width; i++) {
            double gap = squash(&s, scores[b * width + i]) - (double)targets->reals[b * width + i];
            sum += metric == MOTE_METRIC_MAE ? fabs(gap) : gap * gap;
        }
    }
    return sum / (double)width;
}

void mote_objective_score(const mote_objective *o, const mote_math *math, const float *scores, size_t batch,
                          const mote_targets *targets, float *dx, mote_scores *sums)
{
    int32_t m;

    for (m = 0; m < o->metric_count; m++) {
        if (o->metrics[m] == MOTE_METRIC_ACCURACY)
            sums->metric[m] += count_right(o, scores, batch, targets);
        else if (o->activation != MOTE_ANSWERS_NUMBERS)
            sums->metric[m] += sum_errors(o, o->metrics[m], scores, batch, targets);
        else if (o->metrics[m] == MOTE_METRIC_MAE)
            sums->metric[m] += math->mean_absolute_error(batch, o->width, 0, scores, targets->reals, NULL);
        else
            sums->metric[m] += math->mean_squared_error(batch, o->width, 0, scores, targets->reals, NULL);
    }
    sums->loss += score_loss(o, math, scores, batch, targets, dx);
    sums->count += batch;
}
