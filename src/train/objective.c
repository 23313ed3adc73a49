/* SPDX-License-Identifier: Apache-2.0 */
#include "train/objective.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

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
} metric_names[] = {{"accuracy", MOTE_METRIC_ACCURACY}, {"mae", MOTE_METRIC_MAE}, {"mse", MOTE_METRIC_MSE}};

const char *mote_loss_name(mote_loss loss)
{
    return loss_names[loss];
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

/* Where scores are taken: at the output, or before the activation that the cross-entropy belongs to. */
static void find_scores(mote_objective *objective, const mote_graph *graph, const mote_train_options *options)
{
    int32_t      last = mote_graph_producer(graph, graph->outputs[0]);
    mote_op_kind op = last >= 0 ? graph->nodes[last].op : MOTE_OP_COUNT;
    bool belongs = (is_class_loss(options->loss) && op == MOTE_OP_SOFTMAX && graph->nodes[last].as.softmax.beta == 1.0f) ||
                   (options->loss == MOTE_LOSS_BINARY_CROSSENTROPY && op == MOTE_OP_LOGISTIC);

    objective->node_count = graph->node_count;
    objective->scores = graph->outputs[0];
    objective->at_logits = options->from_logits && options->loss >= MOTE_LOSS_BINARY_CROSSENTROPY;
    if (!belongs || last != graph->node_count - 1)
        return;
    if (options->from_logits)
        objective->warning =
            "from_logits is set, but the network ends in an activation that makes probabilities; the loss is "
            "taken at its input, as Keras does. Leave one of the two out";
    objective->at_logits = true;
    objective->node_count = last;
    objective->scores = graph->nodes[last].in[0];
}

static mote_status choose_target_form(mote_objective *objective, const mote_dataset *set, mote_error *err)
{
    int32_t width = objective->width;

    if (set->targets == MOTE_TARGETS_NONE)
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no targets to train on");
    if (set->targets == MOTE_TARGETS_VALUES) {
        if (objective->loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "sparse_categorical_crossentropy needs class labels, the data has %zu real "
                             "numbers a sample; use categorical_crossentropy or mse",
                             set->target_width);
        if ((size_t)width != set->target_width)
            return mote_fail(err, MOTE_ERR_USAGE, "the network gives %d numbers a sample, the data has %zu", width,
                             set->target_width);
        objective->form = MOTE_TARGET_REALS;
        return MOTE_OK;
    }
    if (width == 1 && !is_class_loss(objective->loss)) {
        objective->form = MOTE_TARGET_REALS;
        if (set->class_count > 2 && objective->loss == MOTE_LOSS_BINARY_CROSSENTROPY)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "binary_crossentropy needs 2 classes, the data has %d; use "
                             "sparse_categorical_crossentropy with %d outputs",
                             set->class_count, set->class_count);
        return MOTE_OK;
    }
    if (width < set->class_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the network gives %d numbers a sample, the data has %d classes", width,
                         set->class_count);
    /* at the logits, one-hot rows and labels are the same function; labels are quicker */
    objective->form = is_class_loss(objective->loss) &&
                              (objective->at_logits || objective->loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY)
                          ? MOTE_TARGET_LABELS
                          : MOTE_TARGET_ONE_HOT;
    return MOTE_OK;
}

mote_status mote_objective_init(mote_objective *objective, const mote_model *model, const mote_dataset *set,
                                const mote_train_options *options, mote_error *err)
{
    const mote_graph *graph = &model->graphs[0];
    size_t            i;

    *objective = (mote_objective){.loss = options->loss};
    if (graph->input_count != 1 || graph->output_count != 1)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "training takes networks with one input and one output; this has %d and %d", graph->input_count,
                         graph->output_count);
    if (mote_tensor_count(&graph->tensors[graph->inputs[0]]) != set->sample_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the network takes %s (%zu numbers), a sample of the data has %zu",
                         mote_shape_show(&graph->tensors[graph->inputs[0]]).text,
                         mote_tensor_count(&graph->tensors[graph->inputs[0]]), set->sample_count);
    find_scores(objective, graph, options);
    objective->width = (int32_t)mote_tensor_count(&graph->tensors[objective->scores]);
    for (i = 0; i < sizeof metric_names / sizeof *metric_names; i++)
        if (options->metrics & metric_names[i].metric)
            objective->metrics[objective->metric_count++] = metric_names[i].metric;
    if (objective->node_count < graph->node_count && (options->metrics & (MOTE_METRIC_MAE | MOTE_METRIC_MSE)))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "the metrics mae and mse go with the losses mse and mae; with %s use accuracy",
                         loss_names[options->loss]);
    return choose_target_form(objective, set, err);
}

mote_status mote_targets_create(mote_targets *targets, const mote_objective *objective, int32_t batch, mote_arena *arena,
                                mote_error *err)
{
    targets->reals = MOTE_NEW(arena, float, mote_size_mul((size_t)batch, (size_t)objective->width), err);
    targets->labels = MOTE_NEW(arena, int32_t, batch, err);
    return err->code;
}

void mote_targets_gather(mote_targets *targets, const mote_objective *objective, const mote_data_split *split,
                         mote_data_pick pick)
{
    if (objective->form == MOTE_TARGET_LABELS)
        mote_data_gather_labels(split, pick, targets->labels);
    else if (objective->form == MOTE_TARGET_ONE_HOT)
        mote_data_gather_one_hot(split, pick, (size_t)objective->width, targets->reals);
    else
        mote_data_gather_values(split, pick, targets->reals);
}

static double score_loss(const mote_objective *o, const mote_math *math, const float *scores, int32_t batch,
                         const mote_targets *targets, float *dx)
{
    const size_t rows = (size_t)batch;
    const float  scale = 1.0f / (float)batch;

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

/* Keras' accuracy: for one number a sample whether it lies on the right side of 0.5, else whether the largest is right. */
static double count_right(const mote_objective *o, const float *scores, int32_t batch, const mote_targets *targets)
{
    const float threshold = o->at_logits && o->node_count > 0 ? 0.0f : 0.5f;
    double      right = 0;
    int32_t     b, i;

    for (b = 0; b < batch; b++) {
        const float *row = scores + (size_t)b * (size_t)o->width, *wanted = targets->reals + (size_t)b * (size_t)o->width;
        if (o->form == MOTE_TARGET_LABELS)
            right += arg_max(row, o->width) == targets->labels[b];
        else if (is_class_loss(o->loss) || (o->width > 1 && o->loss != MOTE_LOSS_BINARY_CROSSENTROPY))
            right += arg_max(row, o->width) == arg_max(wanted, o->width);
        else
            for (i = 0; i < o->width; i++)
                right += ((row[i] > threshold ? 1.0f : 0.0f) == wanted[i]) / (double)o->width;
    }
    return right;
}

void mote_objective_score(const mote_objective *o, const mote_math *math, const float *scores, int32_t batch,
                          const mote_targets *targets, float *dx, mote_scores *sums)
{
    int32_t m;

    for (m = 0; m < o->metric_count; m++) {
        if (o->metrics[m] == MOTE_METRIC_ACCURACY)
            sums->metric[m] += count_right(o, scores, batch, targets);
        else if (o->metrics[m] == MOTE_METRIC_MAE)
            sums->metric[m] += math->mean_absolute_error((size_t)batch, o->width, 0, scores, targets->reals, NULL);
        else
            sums->metric[m] += math->mean_squared_error((size_t)batch, o->width, 0, scores, targets->reals, NULL);
    }
    sums->loss += score_loss(o, math, scores, batch, targets, dx);
    sums->count += (size_t)batch;
}
