/* The training loop: epochs of shuffled batches, validation after each, history.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/text.h"
#include "data/raw.h"
#include "train/objective.h"
#include "train/optimizer.h"

enum {
    EVALUATION_BATCH = 256,
    EVALUATION_FLOATS = 1 << 20,
    COLUMNS_MAX = 1 + 2 * (1 + MOTE_TARGETS_MAX * (1 + MOTE_METRICS_MAX))
};

/* What one output is trained for. */
typedef struct trained_output {
    const char    *name;
    mote_goal      goal;
    mote_objective objective;
    mote_targets   targets;
    float         *part; /* the gradient, where an earlier output has its own at the same scores; else NULL */
} trained_output;

/* Sums over samples: of each output, and of all together, weighted. */
typedef struct all_scores {
    mote_scores output[MOTE_TARGETS_MAX];
    double      loss;
    size_t      count;
} all_scores;

typedef struct training_state {
    mote_training public;
    mote_arena           arena;
    mote_train_options   options;
    mote_model          *model;
    mote_dataset        *set; /* a view of the caller's */
    const mote_math     *math;
    mote_pool           *pool;
    mote_network        *network;
    mote_network_options network_options;
    mote_fake           *fake; /* NULL: nothing is quantized */
    trained_output       output[MOTE_TARGETS_MAX];
    mote_score_place     place[MOTE_TARGETS_MAX];
    int                  output_count;
    mote_optimizer_state optimizer;
    uint32_t            *order;
    uint32_t             step;
    uint32_t             epochs_before; /* of the training that goes on */
    int                  column_count;
    const char          *names[COLUMNS_MAX];
    double              *columns[COLUMNS_MAX];
    double               started, reported; /* seconds */
    char                 scheme[24];        /* that training is quantized by, after a space */
} training_state;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- history ---- */

static mote_status add_column(training_state *s, const char *prefix, const char *name, mote_error *err)
{
    s->names[s->column_count] = mote_arena_printf(&s->arena, err, "%s%s", prefix, name);
    s->columns[s->column_count] = MOTE_NEW(&s->arena, double, s->options.epochs, err);
    s->column_count++;
    return err->code;
}

/* "loss", or "price_loss" where there are several outputs. */
static mote_status add_output_column(training_state *s, const char *prefix, const trained_output *output, const char *name,
                                     mote_error *err)
{
    char *full = s->output_count > 1 ? mote_arena_printf(&s->arena, err, "%s_%s", output->name, name) : NULL;

    return err->code == MOTE_OK ? add_column(s, prefix, full ? full : name, err) : err->code;
}

/* The loss, of several outputs each one's, then the metrics: record_scores fills them in this order. */
static mote_status add_score_columns(training_state *s, const char *prefix, mote_error *err)
{
    int     k;
    int32_t m;

    MOTE_TRY(add_column(s, prefix, "loss", err));
    for (k = 0; s->output_count > 1 && k < s->output_count; k++)
        MOTE_TRY(add_output_column(s, prefix, &s->output[k], "loss", err));
    for (k = 0; k < s->output_count; k++)
        for (m = 0; m < s->output[k].objective.metric_count; m++)
            MOTE_TRY(add_output_column(s, prefix, &s->output[k], mote_metric_name(s->output[k].objective.metrics[m]), err));
    return MOTE_OK;
}

static int record_scores(training_state *s, int column, int epoch, const all_scores *sums)
{
    int     k;
    int32_t m;

    s->columns[column++][epoch] = sums->loss / (double)sums->count;
    for (k = 0; s->output_count > 1 && k < s->output_count; k++)
        s->columns[column++][epoch] = sums->output[k].loss / (double)sums->count;
    for (k = 0; k < s->output_count; k++)
        for (m = 0; m < s->output[k].objective.metric_count; m++)
            s->columns[column++][epoch] = sums->output[k].metric[m] / (double)sums->count;
    return column;
}

static mote_status init_history(training_state *s, mote_error *err)
{
    MOTE_TRY(add_column(s, "", "epoch", err));
    MOTE_TRY(add_score_columns(s, "", err));
    if (s->set->split[MOTE_SPLIT_VALIDATION].count > 0)
        MOTE_TRY(add_score_columns(s, "val_", err));
    s->public.history =
        (mote_history){.names = s->names, .columns = (const double *const *)s->columns, .column_count = s->column_count};
    return MOTE_OK;
}

/* ---- progress ---- */

static mote_status report(training_state *s, mote_progress_event *event, mote_error *err)
{
    const int64_t epoch_samples = (int64_t)s->set->split[MOTE_SPLIT_TRAIN].count;

    event->stage = "train";
    event->total = (int64_t)s->options.epochs * epoch_samples;
    s->reported = now();
    return s->options.progress.report(s->options.progress.user, event) ? MOTE_OK : mote_fail(err, MOTE_ERR_USAGE, "stopped");
}

/* " int8", while what is computed is quantized. */
static const char *scheme_of(const training_state *s)
{
    return s->network->fake ? s->scheme : "";
}

/* Now and then within an epoch: done of its samples. */
static mote_status report_batch(training_state *s, int epoch, size_t done, const all_scores *sums, mote_error *err)
{
    char                detail[80];
    mote_progress_event event = {.detail = detail};

    if (!s->options.progress.report || now() - s->reported <= 0.1)
        return MOTE_OK;
    event.done = (int64_t)epoch * (int64_t)s->set->split[MOTE_SPLIT_TRAIN].count + (int64_t)done;
    snprintf(detail, sizeof detail, "epoch %d/%d%s  loss %.4f", epoch + 1, s->options.epochs, scheme_of(s),
             sums->loss / (double)sums->count);
    return report(s, &event, err);
}

/* After each epoch: its row of the history. */
static mote_status report_epoch(training_state *s, int epoch, mote_error *err)
{
    char                detail[160];
    mote_progress_event event = {.detail = detail, .is_mark = true};
    int                 used, c;

    if (!s->options.progress.report)
        return MOTE_OK;
    event.done = (int64_t)(epoch + 1) * (int64_t)s->set->split[MOTE_SPLIT_TRAIN].count;
    used = snprintf(detail, sizeof detail, "epoch %d/%d%s", epoch + 1, s->options.epochs, scheme_of(s));
    for (c = 1; c < s->column_count && used < 120; c++)
        used += snprintf(detail + used, sizeof detail - (size_t)used, "  %s %.4f", s->names[c], s->columns[c][epoch]);
    return report(s, &event, err);
}

/* ---- one epoch ---- */

static void gather(training_state *s, const mote_dataset_split *split, mote_dataset_pick pick)
{
    const mote_graph *graph = &s->model->graphs[0];
    int               i;

    for (i = 0; i < graph->input_count; i++)
        mote_dataset_gather(split, i, pick, s->network->value[graph->inputs[i]]);
    for (i = 0; i < s->output_count; i++)
        mote_targets_gather(&s->output[i].targets, &s->output[i].objective, split, pick);
}

/* Keras' total: the sum of the weighted losses. with_grads: each at its scores, where any are wanted. */
static void score(training_state *s, size_t batch, bool with_grads, all_scores *sums)
{
    int k;

    sums->loss = 0;
    for (k = 0; k < s->output_count; k++) {
        const trained_output *output = &s->output[k];
        const mote_objective *o = &output->objective;
        float                *grad = with_grads ? s->network->grad[s->place[k].scores] : NULL;
        mote_objective_score(o, s->math, s->network->value[s->place[k].scores], batch, &output->targets,
                             grad && output->part ? output->part : grad, &sums->output[k]);
        if (grad && output->part)
            s->math->axpy(batch * (size_t)o->width, 1.0f, output->part, grad);
        sums->loss += (double)o->weight * sums->output[k].loss;
    }
    sums->count += batch;
}

static mote_status train_batch(training_state *s, mote_dataset_pick pick, int epoch, all_scores *sums, mote_error *err)
{
    const mote_network_pass pass = {(int32_t)pick.count, true, s->options.seed, s->step++};

    gather(s, &s->set->split[MOTE_SPLIT_TRAIN], pick);
    mote_network_forward(s->network, &pass);
    score(s, pick.count, true, sums);
    if (!isfinite(sums->loss))
        return mote_fail(err, MOTE_ERR_NUMERIC,
                         "the loss is not finite at epoch %d, step %u; try a smaller learning_rate or scale "
                         "the data",
                         epoch + 1, s->step);
    mote_network_backward(s->network, &pass);
    mote_optimizer_step(&s->optimizer, s->math, &s->model->params, s->network->param_grads);
    return MOTE_OK;
}

static mote_status train_epoch(training_state *s, int epoch, all_scores *sums, mote_error *err)
{
    const size_t count = s->set->split[MOTE_SPLIT_TRAIN].count, batch = (size_t)s->options.batch_size;
    size_t       first;

    if (!s->options.keeps_order)
        mote_random_permutation(
            mote_random_make(s->options.seed, MOTE_RANDOM_SHUFFLE, s->epochs_before + (uint32_t)epoch, 0), s->order,
            (uint32_t)count);
    for (first = 0; first < count; first += batch) {
        size_t            size = count - first < batch ? count - first : batch;
        mote_dataset_pick pick =
            s->options.keeps_order ? mote_dataset_in_row(first, size) : mote_dataset_picked(s->order + first, size);
        MOTE_TRY(train_batch(s, pick, epoch, sums, err));
        MOTE_TRY(report_batch(s, epoch, first + size, sums, err));
    }
    return MOTE_OK;
}

static void evaluate(training_state *s, const mote_dataset_split *split, all_scores *sums)
{
    size_t first;

    for (first = 0; first < split->count; first += (size_t)s->network->capacity) {
        size_t            left = split->count - first;
        mote_dataset_pick pick =
            mote_dataset_in_row(first, left < (size_t)s->network->capacity ? left : (size_t)s->network->capacity);
        const mote_network_pass pass = {.batch = (int32_t)pick.count};
        gather(s, split, pick);
        mote_network_forward(s->network, &pass);
        score(s, pick.count, false, sums);
    }
}

/* The last update is followed by no step that would see what it did to the loss. Where there is validation, that has seen
 * it; else the first samples tell. */
static mote_status check_end(training_state *s, all_scores *last_validation, mote_error *err)
{
    const mote_params *params = &s->model->params;
    mote_dataset_split first = s->set->split[MOTE_SPLIT_TRAIN];
    bool               is_finite = true;
    size_t             i;

    for (i = 0; i < params->count; i++)
        is_finite = is_finite && isfinite(params->values[i]);
    if (first.count > (size_t)s->network->capacity)
        first.count = (size_t)s->network->capacity;
    if (last_validation->count == 0)
        evaluate(s, &first, last_validation);
    if (!is_finite || !isfinite(last_validation->loss))
        return mote_fail(err, MOTE_ERR_NUMERIC,
                         "the loss is not finite after the last step, %u; try a smaller learning_rate or scale the data",
                         s->step);
    return MOTE_OK;
}

/* From here on the network computes with the numbers of its integers; weights, order and optimizer go on. */
static mote_status begin_quantized(training_state *s, mote_error *err)
{
    s->network_options.fake = s->fake;
    mote_network_destroy(s->network);
    return mote_network_create(&s->network, s->model, &s->network_options, err);
}

static mote_status run_epochs(training_state *s, mote_error *err)
{
    all_scores val_sums = {0};
    int        epoch;

    for (epoch = 0; epoch < s->options.epochs; epoch++) {
        all_scores sums = {0};
        int        column = 1;
        if (epoch + 1 == s->public.quantized_from)
            MOTE_TRY(begin_quantized(s, err));
        MOTE_TRY(train_epoch(s, epoch, &sums, err));
        s->columns[0][epoch] = epoch + 1;
        column = record_scores(s, column, epoch, &sums);
        val_sums = (all_scores){0};
        if (s->set->split[MOTE_SPLIT_VALIDATION].count > 0) {
            evaluate(s, &s->set->split[MOTE_SPLIT_VALIDATION], &val_sums);
            record_scores(s, column, epoch, &val_sums);
        }
        s->public.history.row_count++;
        MOTE_TRY(report_epoch(s, epoch, err));
    }
    return check_end(s, &val_sums, err);
}

/* ---- the whole training ---- */

/* Comparisons are written so that NaN fails them. A zero is the documented default and passes. */
static mote_status check_optimizer(const mote_optimizer *o, mote_error *err)
{
    if ((unsigned)o->kind >= MOTE_OPTIMIZER_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "optimizer %d does not exist", (int)o->kind);
    if (!(o->learning_rate >= 0) || !isfinite(o->learning_rate))
        return mote_fail(err, MOTE_ERR_USAGE, "learning_rate is %g; a number above 0 is expected", (double)o->learning_rate);
    if (!(o->momentum >= 0 && o->momentum <= 1))
        return mote_fail(err, MOTE_ERR_USAGE, "momentum is %g; a number from 0 to 1 is expected", (double)o->momentum);
    if (!(o->rho >= 0 && o->rho < 1 && o->beta_1 >= 0 && o->beta_1 < 1 && o->beta_2 >= 0 && o->beta_2 < 1))
        return mote_fail(err, MOTE_ERR_USAGE, "rho, beta_1, beta_2 are %g, %g, %g; numbers from 0 to below 1 are expected",
                         o->rho, o->beta_1, o->beta_2);
    if (!(o->epsilon >= 0) || !isfinite(o->epsilon))
        return mote_fail(err, MOTE_ERR_USAGE, "epsilon is %g; a number above 0 is expected", (double)o->epsilon);
    return MOTE_OK;
}

static mote_status check_numbers(const mote_train_options *o, mote_error *err)
{
    const unsigned known = MOTE_METRIC_ACCURACY | MOTE_METRIC_MAE | MOTE_METRIC_MSE;

    if ((unsigned)o->loss >= MOTE_LOSS_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "loss %d does not exist", (int)o->loss);
    if (o->metrics & ~known)
        return mote_fail(err, MOTE_ERR_USAGE, "metrics 0x%x has bits that mean no metric", o->metrics);
    if (o->batch_size < 1 || o->epochs < 1 || o->threads < 1)
        return mote_fail(err, MOTE_ERR_USAGE, "batch_size, epochs and threads are at least 1");
    if (!(o->validation_split >= 0 && o->validation_split < 1))
        return mote_fail(err, MOTE_ERR_USAGE, "validation_split is %g; a number from 0 to below 1 is expected",
                         o->validation_split);
    return check_optimizer(&o->optimizer, err);
}

static mote_status check_options(training_state *s, mote_error *err)
{
    mote_train_options *o = &s->options;

    o->batch_size = o->batch_size ? o->batch_size : 32;
    o->epochs = o->epochs ? o->epochs : 1;
    o->threads = o->threads ? o->threads : 1;
    MOTE_TRY(check_numbers(o, err));
    if (o->freeze && s->model->stage == MOTE_STAGE_TRAIN)
        MOTE_TRY(mote_model_set_frozen(s->model, o->freeze, o->freeze_count, 0, err));
    if (s->model->stage != MOTE_STAGE_TRAIN || s->model->params.count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the model has nothing to train");
    if (s->set->split[MOTE_SPLIT_TRAIN].count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no training samples");
    if (s->set->split[MOTE_SPLIT_TRAIN].count > UINT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "more than 2^32 training samples");
    s->math = mote_math_select(o->isa);
    if (!s->math)
        return mote_fail(err, MOTE_ERR_USAGE, "instruction-set level %s is unknown, or this processor lacks it", o->isa);
    return MOTE_OK;
}

/* ---- inputs and outputs ---- */

static mote_status check_known(const training_state *s, mote_error *err)
{
    int i;

    for (i = 0; i < s->options.output_count; i++)
        if (mote_model_find_output(s->model, s->options.outputs[i].name) < 0)
            return mote_fail(err, MOTE_ERR_USAGE, "the network has no output named \"%s\"; it has %s",
                             mote_show_string(s->options.outputs[i].name).text, mote_model_show_ends(s->model, false).text);
    return MOTE_OK;
}

static mote_goal goal_of(const training_state *s, int output)
{
    const mote_train_options *o = &s->options;
    int                       i;

    for (i = 0; i < o->output_count; i++)
        if (mote_model_find_output(s->model, o->outputs[i].name) == output)
            return o->outputs[i].goal;
    return (mote_goal){.loss = o->loss, .from_logits = o->from_logits, .metrics = o->metrics};
}

/* Where a set has several, features and targets stand in the order of inputs and outputs. */
static mote_status check_order(const training_state *s, mote_error *err)
{
    int i;

    for (i = 0; s->set->feature_count > 1 && i < s->set->feature_count; i++) {
        const int32_t named = mote_model_find_input(s->model, s->set->feature[i].name);
        if (named >= 0 && named != i)
            return mote_fail(err, MOTE_ERR_USAGE, "the data's feature %d is \"%s\", and the network's input %d is \"%s\"", i,
                             mote_show_string(s->set->feature[i].name).text, i,
                             mote_show_string(mote_model_input(s->model, i).name).text);
    }
    for (i = 0; s->set->target_count > 1 && i < s->set->target_count; i++) {
        const int32_t named = mote_model_find_output(s->model, s->set->target[i].name);
        if (named >= 0 && named != i)
            return mote_fail(err, MOTE_ERR_USAGE, "the data's target %d is \"%s\", and the network's output %d is \"%s\"", i,
                             mote_show_string(s->set->target[i].name).text, i,
                             mote_show_string(mote_model_output(s->model, i).name).text);
    }
    return MOTE_OK;
}

static mote_status check_inputs(const training_state *s, mote_error *err)
{
    const mote_graph *graph = &s->model->graphs[0];
    int               i;

    if (graph->input_count != s->set->feature_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the network has %d input%s (%s), the data feed %d", graph->input_count,
                         graph->input_count == 1 ? "" : "s", mote_model_show_ends(s->model, true).text,
                         s->set->feature_count);
    for (i = 0; i < graph->input_count; i++) {
        const mote_tensor *in = &graph->tensors[graph->inputs[i]];
        if (in->dtype != MOTE_F32 || !in->is_batched)
            return mote_fail(err, MOTE_ERR_USAGE, "input %s is %s %s; training feeds float32, in batches of any size",
                             mote_show_string(in->name).text, mote_dtype_name(in->dtype), mote_shape_show(in).text);
        if (mote_tensor_count(in) != s->set->feature[i].width)
            return mote_fail(err, MOTE_ERR_USAGE, "%s takes %s (%zu numbers), a sample of the data has %zu",
                             graph->input_count > 1 ? mote_show_string(in->name).text : "the network",
                             mote_shape_show(in).text, mote_tensor_count(in), s->set->feature[i].width);
    }
    return MOTE_OK;
}

static mote_status check_outputs(const training_state *s, mote_error *err)
{
    const mote_graph *graph = &s->model->graphs[0];
    int               i, k;

    if (graph->output_count != s->set->target_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the network has %d output%s (%s), the data have targets for %d",
                         graph->output_count, graph->output_count == 1 ? "" : "s",
                         mote_model_show_ends(s->model, false).text, s->set->target_count);
    for (i = 0; i < graph->output_count; i++)
        for (k = 0; k < i; k++)
            if (graph->outputs[i] == graph->outputs[k])
                return mote_fail(err, MOTE_ERR_USAGE, "outputs %d and %d are the same; a loss is taken once of each", k, i);
    return MOTE_OK;
}

static mote_status set_output(training_state *s, int index, mote_error *err)
{
    const mote_judged judged = mote_judged_make(s->model, index);
    trained_output   *output = &s->output[index];

    output->name = mote_model_output(s->model, index).name;
    output->goal = goal_of(s, index);
    s->place[index] = mote_score_place_find(s->model, index, output->goal.loss);
    if (!(output->goal.weight >= 0) || !isfinite(output->goal.weight))
        mote_fail(err, MOTE_ERR_USAGE, "a loss weight of %g; a number above 0 is expected", (double)output->goal.weight);
    else
        mote_objective_init(&output->objective, &output->goal, &judged, s->set, index, err);
    return err->code != MOTE_OK && s->model->graphs[0].output_count > 1
               ? mote_context(err, "output \"%s\"", mote_show_string(output->name).text)
               : err->code;
}

static mote_status set_objectives(training_state *s, mote_error *err)
{
    int i;

    MOTE_TRY(check_inputs(s, err));
    MOTE_TRY(check_outputs(s, err));
    MOTE_TRY(check_order(s, err));
    MOTE_TRY(check_known(s, err));
    for (i = 0; i < s->model->graphs[0].output_count; i++)
        MOTE_TRY(set_output(s, i, err));
    s->output_count = s->model->graphs[0].output_count;
    return MOTE_OK;
}

/* A regression on whole numbers has numbers as its targets, not classes. */
static mote_status take_targets(const training_state *s, mote_error *err)
{
    int i;

    for (i = 0; i < s->output_count; i++)
        if (mote_goal_is_regression(&s->output[i].goal, (size_t)s->output[i].objective.width))
            MOTE_TRY(mote_dataset_take_values(s->set, i, err));
    return MOTE_OK;
}

/* What there is to say of it becomes the warning: the caller's set has its own notes. */
static mote_status take_validation(training_state *s, mote_error *err)
{
    const int notes = s->set->note_count;

    if (s->options.validation_split > 0)
        MOTE_TRY(mote_dataset_take_validation(s->set, s->options.validation_split, err));
    if (s->set->note_count > notes)
        s->public.warning = s->set->notes[notes];
    return MOTE_OK;
}

/* The extremes of up to some thousand training samples as the network sees them; unknown where preparing leaves float32. */
static mote_status find_range(mote_range *out, const mote_dataset_split *split, int feature, mote_arena *arena,
                              mote_error *err)
{
    enum { LOOKED_AT = 4096 };
    const size_t width = split->set->feature[feature].width;
    float       *sample = MOTE_NEW(arena, float, width, err);
    size_t       i, k;

    for (i = 0; sample && i < split->count; i += split->count / LOOKED_AT + 1) {
        mote_dataset_gather(split, feature, mote_dataset_in_row(i, 1), sample);
        for (k = 0; k < width; k++) {
            out->min = out->is_known && out->min < sample[k] ? out->min : sample[k];
            out->max = out->is_known && out->max > sample[k] ? out->max : sample[k];
            out->is_known = true;
        }
    }
    out->is_known = out->is_known && isfinite(out->min) && isfinite(out->max);
    return err->code;
}

/* Names of columns take room in every file: those of wide tables, a pixel a column, are left out. */
static mote_status take_input(mote_input_recipe *out, training_state *s, int index, mote_error *err)
{
    enum { COLUMNS_MAX_KEPT = 256 };
    const mote_dataset_feature *feature = &s->set->feature[index];

    *out = (mote_input_recipe){
        .is_prepared = true, .preparation = feature->preparation, .has_dtype = true, .dtype = feature->dtype};
    if (feature->column_names && feature->width <= COLUMNS_MAX_KEPT) {
        out->columns = feature->column_names;
        out->column_count = (int32_t)feature->width;
    }
    if (feature->rank == 1 && feature->image_height > 0) {
        out->image[0] = feature->image_height;
        out->image[1] = feature->image_width;
        out->image[2] = feature->image_channels;
    }
    out->crop = feature->crop;
    return find_range(&out->range, &s->set->split[MOTE_SPLIT_TRAIN], index, &s->arena, err);
}

static mote_status take_output(mote_output_recipe *out, training_state *s, int index, mote_error *err)
{
    const mote_dataset_target *target = &s->set->target[index];
    const char               **labels;
    char                       number[24];
    int                        i;

    *out = (mote_output_recipe){.has_goal = true, .goal = s->output[index].goal};
    out->columns = target->column_names;
    out->column_count = target->column_names ? target->column_count : 0;
    if (target->kind != MOTE_TARGETS_CLASSES)
        return MOTE_OK;
    labels = MOTE_NEW(&s->arena, const char *, target->class_count, err);
    for (i = 0; labels && i < target->class_count; i++) {
        snprintf(number, sizeof number, "%d", i);
        labels[i] = target->class_names ? target->class_names[i] : mote_arena_strdup(&s->arena, number, err);
    }
    out->labels = labels;
    out->label_count = target->class_count;
    return err->code;
}

/* The model carries what somebody with new data must know: how its samples were prepared, what its classes are called, and
 * what it was trained for. */
static mote_status take_recipe(training_state *s, mote_error *err)
{
    mote_recipe *recipe = MOTE_NEW(&s->arena, mote_recipe, 1, err);
    int          i;

    for (i = 0; recipe && i < s->set->feature_count; i++)
        MOTE_TRY(take_input(&recipe->input[i], s, i, err));
    for (i = 0; recipe && i < s->output_count; i++)
        MOTE_TRY(take_output(&recipe->output[i], s, i, err));
    return err->code == MOTE_OK ? mote_recipe_copy(&s->model->recipe, recipe, &s->model->arena, err) : err->code;
}

mote_status mote_train_recipe(mote_model *model, const mote_dataset *set, const mote_train_options *options, mote_error *err)
{
    training_state s = {.model = model};

    if (!model || !set)
        return mote_fail(err, MOTE_ERR_USAGE, "mote_train_recipe: %s is NULL", model ? "set" : "model");
    if (options)
        s.options = *options;
    if (mote_dataset_view(&s.set, set, err) == MOTE_OK && set_objectives(&s, err) == MOTE_OK &&
        take_targets(&s, err) == MOTE_OK)
        take_recipe(&s, err);
    mote_dataset_destroy(s.set);
    mote_arena_destroy(&s.arena);
    return err->code;
}

/* Samples that the network has memory for. Validation takes more at once than a step where the network is small: that is
 * faster as long as its values stay in the cache, and takes too much memory beyond. */
static size_t choose_capacity(const training_state *s)
{
    const mote_graph *graph = &s->model->graphs[0];
    size_t            batch = (size_t)s->options.batch_size, floats = 1, fit;
    int32_t           i;

    if (s->set->split[MOTE_SPLIT_VALIDATION].count == 0)
        return batch;
    for (i = 0; i < graph->tensor_count; i++)
        floats += graph->tensors[i].kind == MOTE_CONST ? 0 : mote_tensor_count(&graph->tensors[i]);
    fit = EVALUATION_FLOATS / floats < EVALUATION_BATCH ? EVALUATION_FLOATS / floats : EVALUATION_BATCH;
    return fit > batch ? fit : batch;
}

static bool shares_scores(const training_state *s, int output)
{
    int k;

    for (k = 0; k < output; k++)
        if (s->network->grad[s->place[k].scores] == s->network->grad[s->place[output].scores])
            return true;
    return false;
}

static mote_status make_targets(training_state *s, size_t most, mote_error *err)
{
    int k;

    for (k = 0; k < s->output_count; k++) {
        trained_output *output = &s->output[k];
        MOTE_TRY(mote_targets_create(&output->targets, &output->objective, most, &s->arena, err));
        if (shares_scores(s, k))
            output->part = MOTE_NEW(&s->arena, float, mote_size_mul(most, (size_t)output->objective.width), err);
        MOTE_TRY(err->code);
        if (!s->public.warning)
            s->public.warning = output->objective.warning;
    }
    return MOTE_OK;
}

/* ---- going on ---- */

/* Of the same kind, and with as many arrays; numbers may be others, as those of a smaller learning rate. */
static bool can_go_on(const training_state *s, const mote_optimizer *now)
{
    const mote_model *model = s->model;

    return model->memory.is_there && model->optimizer.kind == now->kind &&
           model->memory.slot_count == mote_optimizer_slots(now);
}

static void begin_where_it_ended(training_state *s)
{
    const size_t   samples = s->set->split[MOTE_SPLIT_TRAIN].count, batch = (size_t)s->options.batch_size;
    const uint64_t steps = (samples + batch - 1) / batch;

    mote_optimizer_recall(&s->optimizer, &s->model->memory, s->model->params.count);
    s->step = (uint32_t)s->optimizer.step;
    s->epochs_before = (uint32_t)(s->optimizer.step / steps);
}

static mote_status start_optimizer(training_state *s, mote_error *err)
{
    mote_model *model = s->model;

    MOTE_TRY(mote_optimizer_init(&s->optimizer, &s->options.optimizer, model->params.count, &s->arena, err));
    if (s->options.goes_on && can_go_on(s, &s->optimizer.options))
        begin_where_it_ended(s);
    else if (s->options.goes_on && model->is_trained && !s->public.warning)
        s->public.warning = model->memory.is_there ? "the optimizer begins anew: the training before had another one"
                                                   : "the optimizer begins anew: nothing is left of the training before";
    model->optimizer = s->optimizer.options;
    model->is_trained = true;
    return mote_optimizer_make_memory(&model->memory, &s->optimizer, model->params.count, &model->arena, err);
}

/* ---- quantized training ---- */

static mote_status check_epoch(const training_state *s, mote_error *err)
{
    const int32_t from = s->options.quantize.from_epoch;

    if (from < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "from_epoch is %d; 1 is the first epoch", (int)from);
    if (from > s->options.epochs)
        return mote_fail(err, MOTE_ERR_USAGE, "quantized training would begin with epoch %d, and there are %d", (int)from,
                         (int)s->options.epochs);
    return MOTE_OK;
}

/* What is refused is refused before the first epoch. */
static mote_status prepare_quantized(training_state *s, mote_error *err)
{
    const mote_train_quantize *quantize = &s->options.quantize;
    int32_t                    i;

    for (i = 0; !quantize->is_on && i < s->model->graphs[0].tensor_count; i++)
        s->model->graphs[0].tensors[i].range = (mote_range){0}; /* of a training before */
    if (!quantize->is_on)
        return MOTE_OK;
    MOTE_TRY(check_epoch(s, err));
    s->public.quantized_from = quantize->from_epoch   ? quantize->from_epoch
                               : s->model->is_trained ? 1
                                                      : s->options.epochs / 2 + 1;
    snprintf(s->scheme, sizeof s->scheme, " %s", mote_scheme_name(quantize->scheme));
    return mote_fake_create(&s->fake, s->model, quantize, s->math, err);
}

static mote_status prepare(training_state *s, mote_error *err)
{
    size_t most;

    MOTE_TRY(check_options(s, err));
    MOTE_TRY(set_objectives(s, err));
    MOTE_TRY(take_targets(s, err));
    MOTE_TRY(take_validation(s, err));
    MOTE_TRY(take_recipe(s, err));
    MOTE_TRY(mote_pool_create(&s->pool, s->options.threads, err));
    most = choose_capacity(s);
    MOTE_TRY(prepare_quantized(s, err));
    s->network_options = (mote_network_options){s->math, s->pool, (int32_t)most, s->place, s->output_count, NULL};
    MOTE_TRY(mote_network_create(&s->network, s->model, &s->network_options, err));
    MOTE_TRY(make_targets(s, most, err));
    MOTE_TRY(start_optimizer(s, err));
    s->order = MOTE_NEW(&s->arena, uint32_t, s->set->split[MOTE_SPLIT_TRAIN].count, err);
    s->public.isa = s->math->name;
    return s->order ? init_history(s, err) : err->code;
}

mote_status mote_train(mote_training **out, mote_model *model, const mote_dataset *set, const mote_train_options *options,
                       mote_error *err)
{
    static const mote_train_options defaults = {0};
    training_state                 *s;

    *out = NULL;
    if (!model || !set)
        return mote_fail(err, MOTE_ERR_USAGE, "mote_train: %s is NULL", model ? "set" : "model");
    s = calloc(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    s->options = options ? *options : defaults;
    s->model = model;
    s->started = s->reported = now();
    if (mote_dataset_view(&s->set, set, err) == MOTE_OK && prepare(s, err) == MOTE_OK)
        run_epochs(s, err);
    if (err->code == MOTE_OK)
        mote_optimizer_remember(&s->model->memory, &s->optimizer, s->model->params.count);
    if (err->code == MOTE_OK && s->fake)
        mote_fake_keep(s->fake, s->model);
    s->public.seconds = now() - s->started;
    mote_network_destroy(s->network);
    mote_pool_destroy(s->pool);
    mote_fake_destroy(s->fake);
    s->network = NULL;
    s->pool = NULL;
    s->fake = NULL;
    if (err->code != MOTE_OK) {
        mote_training_destroy(&s->public);
        return err->code;
    }
    *out = &s->public;
    return MOTE_OK;
}

void mote_training_destroy(mote_training *training)
{
    training_state *s = (training_state *)training; /* public is the first member */

    if (!s)
        return;
    mote_dataset_destroy(s->set);
    mote_arena_destroy(&s->arena);
    free(s);
}
