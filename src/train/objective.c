/* SPDX-License-Identifier: Apache-2.0 */
#include "train/objective.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "graph/control.h"

static bool is_class_loss(mote_loss loss)
{
    return loss == MOTE_LOSS_CATEGORICAL_CROSSENTROPY || loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY;
}

static bool is_cross_entropy(mote_loss loss)
{
    return is_class_loss(loss) || loss == MOTE_LOSS_BINARY_CROSSENTROPY;
}

static const mote_loss_type *type_of(mote_loss loss)
{
    return &mote_loss_types[loss];
}

/* Whether loss is taken at the input of an activation of this kind where that is possible: cross-entropies are, over a
 * softmax and over a sigmoid, whichever of the two belongs to them (Keras 3, backend/tensorflow/nn.py, _get_logits). */
static bool sees_through_to_logits(mote_loss loss, mote_answer_kind kind)
{
    if (loss == MOTE_LOSS_BINARY_FOCAL_CROSSENTROPY)
        return kind == MOTE_ANSWERS_SIGMOIDS;
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

static bool compares_shares(mote_loss loss)
{
    return type_of(loss)->family == MOTE_LOSS_OF_BINARIES || type_of(loss)->family == MOTE_LOSS_OF_CLASSES;
}

static mote_status fit_values(mote_objective *o, const mote_judged *judged, const mote_dataset *set, mote_error *err)
{
    const mote_dataset_target *target = &set->target[o->target];

    if (is_class_loss(o->loss) && target->width == 1) {
        if (!could_be_labels(set, o->target, judged->width))
            return mote_fail(err, MOTE_ERR_USAGE,
                             "%s needs class labels from 0 to %zu, the targets are real numbers; for a regression use mse",
                             mote_loss_name(o->loss), judged->width - 1);
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
    if (type_of(o->loss)->is_of_rows)
        MOTE_TRY(check_row(judged, err));
    if (compares_shares(o->loss) && !are_shares(set, o->target))
        return mote_fail(err, MOTE_ERR_USAGE, "%s needs targets from 0 to 1; for a regression use mse",
                         mote_loss_name(o->loss));
    o->form = MOTE_TARGET_REALS;
    return MOTE_OK;
}

/* One number against class labels: 0 and 1 for binary_crossentropy; the labels' own numbers for a regression. */
static mote_status fit_single(mote_objective *o, const mote_dataset_target *target, mote_error *err)
{
    o->form = MOTE_TARGET_REALS;
    if (target->class_count > 2 && type_of(o->loss)->family != MOTE_LOSS_OF_NUMBERS)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s needs 2 classes, the data has %d; use "
                         "sparse_categorical_crossentropy with %d outputs",
                         mote_loss_name(o->loss), target->class_count, target->class_count);
    if (target->class_count > 2 && target->class_names)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "the targets are %d words (\"%s\", \"%s\" ...), and %s compares numbers; use "
                         "sparse_categorical_crossentropy with %d outputs",
                         target->class_count, mote_show_string(target->class_names[0]).text,
                         mote_show_string(target->class_names[1]).text, mote_loss_name(o->loss), target->class_count);
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
    if (type_of(o->loss)->family == MOTE_LOSS_OF_CLASSES && judged->width == 1)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s over one output is 0 whatever it says; use binary_crossentropy with a sigmoid, or an output a "
                         "class",
                         mote_loss_name(o->loss));
    return target->kind == MOTE_TARGETS_VALUES ? fit_values(o, judged, set, err) : fit_classes(o, judged, target, err);
}

/* ---- metrics ---- */

static mote_status check_metric(const mote_objective *o, const mote_metric_type *type, const mote_judged *judged,
                                mote_error *err)
{
    const bool ranks = type->metric == MOTE_METRIC_TOP_K || type->metric == MOTE_METRIC_SPARSE_TOP_K ||
                       type->metric == MOTE_METRIC_CATEGORICAL_ACCURACY ||
                       type->metric == MOTE_METRIC_SPARSE_CATEGORICAL_ACCURACY;

    if (o->loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY &&
        (type->metric == MOTE_METRIC_MAE || type->metric == MOTE_METRIC_MSE))
        return mote_fail(
            err, MOTE_ERR_USAGE,
            "the metrics mae and mse compare numbers, and sparse_categorical_crossentropy has class labels; use "
            "accuracy, or categorical_crossentropy");
    if (ranks && judged->width == 1)
        return mote_fail(err, MOTE_ERR_USAGE, "%s compares classes, and the network gives one number; use binary_accuracy",
                         type->name);
    if (ranks && o->top_k > o->width && type->keys->name)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: k is %d, and there are %d classes", type->name, (int)o->top_k,
                         (int)o->width);
    if (type->metric == MOTE_METRIC_AUC && judged->kind == MOTE_ANSWERS_NUMBERS)
        return mote_fail(
            err, MOTE_ERR_USAGE,
            "auc needs answers from 0 to 1, and nothing makes them such; give the last layer activation: sigmoid "
            "or softmax");
    return MOTE_OK;
}

/* What compares numbers is taken over what accuracy is taken over: rows of numbers. Labels have to become one-hot rows for
 * it. */
static mote_status take_metrics(mote_objective *o, const mote_goal *goal, const mote_judged *judged, mote_error *err)
{
    const mote_metric_type *type;
    int32_t                 tallies = 0;

    o->top_k = goal->top_k ? goal->top_k : 5;
    o->threshold = goal->threshold != 0 ? goal->threshold : 0.5f;
    for (type = mote_metric_types; type->name; type++) {
        if (!(goal->metrics & type->metric))
            continue;
        MOTE_TRY(check_metric(o, type, judged, err));
        if (type->compares_numbers && o->form == MOTE_TARGET_LABELS && o->loss != MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY)
            o->form = MOTE_TARGET_ONE_HOT;
        o->needs_rows = o->needs_rows || (type->compares_numbers && o->form == MOTE_TARGET_LABELS);
        o->tally_at[o->metric_count] = tallies;
        tallies += mote_metric_tallies(type->metric, o->width);
        if (tallies > MOTE_TALLIES_MAX)
            return mote_fail(err, MOTE_ERR_LIMIT, "%s counts each class or column by itself, and %d are too many",
                             type->name, (int)o->width);
        o->metrics[o->metric_count++] = type->metric;
    }
    return MOTE_OK;
}

/* ---- losses with arguments ---- */

static mote_status check_arguments(const mote_goal *goal, mote_error *err)
{
    if (mote_keys_check(mote_goal_keys, goal, err) != MOTE_OK)
        return mote_context(err, "%s", mote_loss_name(goal->loss));
    if (goal->label_smoothing > 0 && !mote_key_find(type_of(goal->loss)->keys, "label_smoothing"))
        return mote_fail(err, MOTE_ERR_USAGE, "%s has no label_smoothing; categorical_crossentropy has",
                         mote_loss_name(goal->loss));
    return MOTE_OK;
}

static void take_other(mote_objective *o, const mote_goal *goal)
{
    static const struct {
        mote_loss           loss;
        mote_math_loss_kind kind;
    } kinds[] = {{MOTE_LOSS_HUBER, MOTE_MATH_HUBER},
                 {MOTE_LOSS_LOG_COSH, MOTE_MATH_LOG_COSH},
                 {MOTE_LOSS_MAPE, MOTE_MATH_PERCENTAGE},
                 {MOTE_LOSS_MSLE, MOTE_MATH_LOGARITHMIC},
                 {MOTE_LOSS_POISSON, MOTE_MATH_POISSON},
                 {MOTE_LOSS_COSINE_SIMILARITY, MOTE_MATH_COSINE_SIMILARITY},
                 {MOTE_LOSS_KL_DIVERGENCE, MOTE_MATH_KL_DIVERGENCE},
                 {MOTE_LOSS_HINGE, MOTE_MATH_HINGE},
                 {MOTE_LOSS_SQUARED_HINGE, MOTE_MATH_SQUARED_HINGE},
                 {MOTE_LOSS_CATEGORICAL_HINGE, MOTE_MATH_CATEGORICAL_HINGE},
                 {MOTE_LOSS_BINARY_FOCAL_CROSSENTROPY, MOTE_MATH_BINARY_FOCAL},
                 {MOTE_LOSS_CATEGORICAL_FOCAL_CROSSENTROPY, MOTE_MATH_CATEGORICAL_FOCAL}};
    size_t i;

    o->smoothing = goal->label_smoothing;
    for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].loss != goal->loss)
            continue;
        o->is_other = true;
        o->other = (mote_math_loss){.kind = kinds[i].kind,
                                    .at_logits = o->at_logits,
                                    .is_balanced = goal->apply_class_balancing,
                                    .delta = goal->delta != 0 ? goal->delta : 1.0f,
                                    .alpha = goal->alpha != 0 ? goal->alpha : 0.25f,
                                    .gamma = goal->gamma != 0 ? goal->gamma : 2.0f};
    }
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
    o->at_logits = sees_through || (goal->from_logits && type_of(goal->loss)->takes_logits &&
                                    !sees_through_to_logits(goal->loss, judged->kind));
    o->warning = find_warning(goal, judged);
    MOTE_TRY(check_arguments(goal, err));
    take_other(o, goal);
    MOTE_TRY(choose_target_form(o, judged, set, err));
    if (o->smoothing > 0 && o->form == MOTE_TARGET_LABELS)
        o->form = MOTE_TARGET_ONE_HOT;
    return take_metrics(o, goal, judged, err);
}

bool mote_goal_is_regression(const mote_goal *goal, size_t width)
{
    return width == 1 && type_of(goal->loss)->family == MOTE_LOSS_OF_NUMBERS;
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
    targets->soft = targets->weights = NULL;
    if (objective->smoothing > 0 || type_of(objective->loss)->family == MOTE_LOSS_OF_SIGNS)
        targets->soft = MOTE_NEW(arena, float, mote_size_mul(batch, (size_t)objective->width), err);
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

static void smooth(const mote_objective *o, const float *reals, size_t count, float *soft)
{
    const float share =
        type_of(o->loss)->family == MOTE_LOSS_OF_BINARIES ? 0.5f * o->smoothing : o->smoothing / (float)o->width;
    size_t i;

    for (i = 0; i < count; i++)
        soft[i] = reals[i] * (float)(1.0 - (double)o->smoothing) + share;
}

/* Where a batch has nothing but 0 and 1, these become -1 and 1. */
static void make_signs(const float *reals, size_t count, float *soft)
{
    bool   is_binary = true;
    size_t i;

    for (i = 0; i < count; i++)
        is_binary = is_binary && (reals[i] == 0 || reals[i] == 1);
    for (i = 0; i < count; i++)
        soft[i] = is_binary ? 2 * reals[i] - 1 : reals[i];
}

static void gather_form(mote_targets *targets, const mote_objective *o, const mote_dataset_split *split,
                        mote_dataset_pick pick)
{
    if (o->form == MOTE_TARGET_REALS) {
        mote_dataset_gather_values(split, o->target, pick, targets->reals);
        return;
    }
    gather_labels(split, o->target, pick, targets->reals, targets->labels);
    if (o->form == MOTE_TARGET_ONE_HOT || o->needs_rows)
        make_one_hot(targets->labels, pick.count, (size_t)o->width, targets->reals);
}

void mote_targets_gather(mote_targets *targets, const mote_objective *objective, const mote_dataset_split *split,
                         mote_dataset_pick pick)
{
    const size_t count = pick.count * (size_t)objective->width;

    gather_form(targets, objective, split, pick);
    if (targets->soft && objective->smoothing > 0)
        smooth(objective, targets->reals, count, targets->soft);
    else if (targets->soft)
        make_signs(targets->reals, count, targets->soft);
}

/* ---- scores ---- */

/* Of rows from `first` on; scale is of the gradient. */
static double score_rows(const mote_objective *o, const mote_math *math, const float *scores, size_t rows, size_t first,
                         float scale, const mote_targets *targets, float *dx)
{
    const size_t   at = first * (size_t)o->width;
    const float   *wanted = (targets->soft ? targets->soft : targets->reals) + at;
    const int32_t *labels = targets->labels + first;

    scores += at;
    dx = dx ? dx + at : NULL;
    if (o->is_other)
        return math->loss(&o->other, rows, o->width, scale, scores, wanted, dx);
    switch (o->loss) {
    case MOTE_LOSS_MAE:
        return math->mean_absolute_error(rows, o->width, scale, scores, wanted, dx);
    case MOTE_LOSS_BINARY_CROSSENTROPY:
        return o->at_logits ? math->sigmoid_cross_entropy(rows, o->width, scale, scores, wanted, dx)
                            : math->binary_cross_entropy(rows, o->width, scale, scores, wanted, dx);
    case MOTE_LOSS_CATEGORICAL_CROSSENTROPY:
    case MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY:
        if (o->form == MOTE_TARGET_LABELS)
            return o->at_logits ? math->softmax_cross_entropy_labels(rows, o->width, scale, scores, labels, dx)
                                : math->cross_entropy_labels(rows, o->width, scale, scores, labels, dx);
        return o->at_logits ? math->softmax_cross_entropy(rows, o->width, scale, scores, wanted, dx)
                            : math->cross_entropy(rows, o->width, scale, scores, wanted, dx);
    default:
        return math->mean_squared_error(rows, o->width, scale, scores, wanted, dx);
    }
}

/* With weights each sample by itself. */
static double score_loss(const mote_objective *o, const mote_math *math, const float *scores, size_t rows,
                         const mote_targets *targets, float *dx)
{
    const float scale = o->weight / (float)rows;
    double      sum = 0;
    size_t      b;

    if (!targets->weights)
        return score_rows(o, math, scores, rows, 0, scale, targets, dx);
    for (b = 0; b < rows; b++)
        sum += (double)targets->weights[b] * score_rows(o, math, scores, 1, b, scale * targets->weights[b], targets, dx);
    return sum;
}

/* Errors of numbers that nothing squashes have kernels of their own. */
static void score_metric(const mote_objective *o, int32_t m, const mote_math *math, const float *scores, size_t batch,
                         const mote_targets *targets, mote_scores *sums)
{
    const bool is_plain = o->activation == MOTE_ANSWERS_NUMBERS;

    if (is_plain && o->metrics[m] == MOTE_METRIC_MAE)
        sums->metric[m] += math->mean_absolute_error(batch, o->width, 0, scores, targets->reals, NULL);
    else if (is_plain && (o->metrics[m] == MOTE_METRIC_MSE || o->metrics[m] == MOTE_METRIC_RMSE))
        sums->metric[m] += math->mean_squared_error(batch, o->width, 0, scores, targets->reals, NULL);
    else
        mote_metric_add(o, m, scores, batch, targets, sums);
}

void mote_objective_score(const mote_objective *o, const mote_math *math, const float *scores, size_t batch,
                          const mote_targets *targets, float *dx, mote_scores *sums)
{
    int32_t m;

    for (m = 0; m < o->metric_count; m++)
        score_metric(o, m, math, scores, batch, targets, sums);
    sums->loss += score_loss(o, math, scores, batch, targets, dx);
    sums->count += batch;
}
