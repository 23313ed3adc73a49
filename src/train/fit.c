/* The training loop: epochs of shuffled batches, validation after each, history.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "train/objective.h"
#include "train/optimizer.h"

enum { EVALUATION_BATCH = 256, EVALUATION_FLOATS = 1 << 20, COLUMNS_MAX = 2 + 2 * (1 + MOTE_METRICS_MAX) };

typedef struct training_state {
    mote_training public;
    mote_arena           arena;
    mote_train_options   options;
    mote_model          *model;
    mote_dataset        *set;
    const mote_math     *math;
    mote_pool           *pool;
    mote_network        *network;
    mote_objective       objective;
    mote_score_place     place;
    mote_optimizer_state optimizer;
    mote_targets         targets;
    uint32_t            *order;
    uint32_t             step;
    int                  column_count;
    const char          *names[COLUMNS_MAX];
    double              *columns[COLUMNS_MAX];
    double               started, reported; /* seconds */
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

static mote_status add_score_columns(training_state *s, const char *prefix, mote_error *err)
{
    int32_t m;

    MOTE_TRY(add_column(s, prefix, "loss", err));
    for (m = 0; m < s->objective.metric_count; m++)
        MOTE_TRY(add_column(s, prefix, mote_metric_name(s->objective.metrics[m]), err));
    return MOTE_OK;
}

static int record_scores(training_state *s, int column, int epoch, const mote_scores *sums)
{
    int32_t m;

    s->columns[column++][epoch] = sums->loss / (double)sums->count;
    for (m = 0; m < s->objective.metric_count; m++)
        s->columns[column++][epoch] = sums->metric[m] / (double)sums->count;
    return column;
}

static mote_status init_history(training_state *s, mote_error *err)
{
    MOTE_TRY(add_column(s, "", "epoch", err));
    MOTE_TRY(add_score_columns(s, "", err));
    if (s->set->split[MOTE_VALIDATION].count > 0)
        MOTE_TRY(add_score_columns(s, "val_", err));
    s->public.history = (mote_history){s->names, (const double *const *)s->columns, s->column_count, 0};
    return MOTE_OK;
}

/* ---- progress ---- */

static mote_status report(training_state *s, mote_progress_event *event, mote_error *err)
{
    const int64_t epoch_samples = (int64_t)s->set->split[MOTE_TRAIN].count;

    event->stage = "train";
    event->total = (int64_t)s->options.epochs * epoch_samples;
    s->reported = now();
    return s->options.progress.report(s->options.progress.user, event) ? MOTE_OK : mote_fail(err, MOTE_ERR_USAGE, "stopped");
}

/* Now and then within an epoch: done of its samples. */
static mote_status report_batch(training_state *s, int epoch, size_t done, const mote_scores *sums, mote_error *err)
{
    char                detail[80];
    mote_progress_event event = {.detail = detail};

    if (!s->options.progress.report || now() - s->reported <= 0.1)
        return MOTE_OK;
    event.done = (int64_t)epoch * (int64_t)s->set->split[MOTE_TRAIN].count + (int64_t)done;
    snprintf(detail, sizeof detail, "epoch %d/%d  loss %.4f", epoch + 1, s->options.epochs,
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
    event.done = (int64_t)(epoch + 1) * (int64_t)s->set->split[MOTE_TRAIN].count;
    used = snprintf(detail, sizeof detail, "epoch %d/%d", epoch + 1, s->options.epochs);
    for (c = 1; c < s->column_count && used < 120; c++)
        used += snprintf(detail + used, sizeof detail - (size_t)used, "  %s %.4f", s->names[c], s->columns[c][epoch]);
    return report(s, &event, err);
}

/* ---- one epoch ---- */

static float *scores_of(const training_state *s)
{
    return s->network->value[s->place.scores];
}

static mote_status train_batch(training_state *s, mote_data_pick pick, int epoch, mote_scores *sums, mote_error *err)
{
    const mote_data_split  *split = &s->set->split[MOTE_TRAIN];
    const mote_network_pass pass = {(int32_t)pick.count, true, s->options.seed, s->step++};

    mote_data_gather(split, pick, s->network->value[s->model->graphs[0].inputs[0]]);
    mote_targets_gather(&s->targets, &s->objective, split, pick);
    mote_network_forward(s->network, s->place.node_count, &pass);
    mote_objective_score(&s->objective, s->math, scores_of(s), pick.count, &s->targets, s->network->grad[s->place.scores],
                         sums);
    if (!isfinite(sums->loss))
        return mote_fail(err, MOTE_ERR_NUMERIC,
                         "the loss is not finite at epoch %d, step %u; try a smaller learning_rate or scale "
                         "the data",
                         epoch + 1, s->step);
    mote_network_backward(s->network, s->place.node_count, &pass);
    mote_optimizer_step(&s->optimizer, s->math, &s->model->params, s->network->param_grads);
    return MOTE_OK;
}

static mote_status train_epoch(training_state *s, int epoch, mote_scores *sums, mote_error *err)
{
    const size_t count = s->set->split[MOTE_TRAIN].count, batch = (size_t)s->options.batch_size;
    size_t       first;

    if (!s->options.keeps_order)
        mote_random_permutation(mote_random_make(s->options.seed, MOTE_RANDOM_SHUFFLE, (uint32_t)epoch, 0), s->order,
                                (uint32_t)count);
    for (first = 0; first < count; first += batch) {
        size_t         size = count - first < batch ? count - first : batch;
        mote_data_pick pick =
            s->options.keeps_order ? mote_data_in_row(first, size) : mote_data_picked(s->order + first, size);
        MOTE_TRY(train_batch(s, pick, epoch, sums, err));
        MOTE_TRY(report_batch(s, epoch, first + size, sums, err));
    }
    return MOTE_OK;
}

static void evaluate(training_state *s, const mote_data_split *split, mote_scores *sums)
{
    size_t first;

    for (first = 0; first < split->count; first += (size_t)s->network->capacity) {
        size_t         left = split->count - first;
        mote_data_pick pick =
            mote_data_in_row(first, left < (size_t)s->network->capacity ? left : (size_t)s->network->capacity);
        const mote_network_pass pass = {.batch = (int32_t)pick.count};
        mote_data_gather(split, pick, s->network->value[s->model->graphs[0].inputs[0]]);
        mote_targets_gather(&s->targets, &s->objective, split, pick);
        mote_network_forward(s->network, s->place.node_count, &pass);
        mote_objective_score(&s->objective, s->math, scores_of(s), pick.count, &s->targets, NULL, sums);
    }
}

/* The last update is followed by no step that would see what it did to the loss. Where there is validation, that has seen
 * it; else the first samples tell. */
static mote_status check_end(training_state *s, mote_scores *last_validation, mote_error *err)
{
    const mote_params *params = &s->model->params;
    mote_data_split    first = s->set->split[MOTE_TRAIN];
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

static mote_status run_epochs(training_state *s, mote_error *err)
{
    mote_scores val_sums = {0};
    int         epoch;

    for (epoch = 0; epoch < s->options.epochs; epoch++) {
        mote_scores sums = {0};
        int         column = 1;
        MOTE_TRY(train_epoch(s, epoch, &sums, err));
        s->columns[0][epoch] = epoch + 1;
        column = record_scores(s, column, epoch, &sums);
        val_sums = (mote_scores){0};
        if (s->set->split[MOTE_VALIDATION].count > 0) {
            evaluate(s, &s->set->split[MOTE_VALIDATION], &val_sums);
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
    if (s->model->stage != MOTE_STAGE_TRAIN || s->model->params.count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the model has nothing to train");
    if (s->set->split[MOTE_TRAIN].count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no training samples");
    if (s->set->split[MOTE_TRAIN].count > UINT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "more than 2^32 training samples");
    s->math = mote_math_select(o->isa);
    if (!s->math)
        return mote_fail(err, MOTE_ERR_USAGE, "instruction-set level %s is unknown, or this processor lacks it", o->isa);
    return MOTE_OK;
}

static mote_goal goal_of(const mote_train_options *options)
{
    return (mote_goal){options->loss, options->from_logits, options->metrics};
}

static mote_status set_objective(training_state *s, mote_error *err)
{
    const mote_graph  *graph = &s->model->graphs[0];
    const mote_tensor *in = &graph->tensors[graph->inputs[0]];
    const mote_goal    goal = goal_of(&s->options);
    mote_judged        judged;

    if (graph->input_count != 1 || graph->output_count != 1)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "training takes networks with one input and one output; this has %d and %d", graph->input_count,
                         graph->output_count);
    if (mote_tensor_count(in) != s->set->sample_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the network takes %s (%zu numbers), a sample of the data has %zu",
                         mote_shape_show(in).text, mote_tensor_count(in), s->set->sample_count);
    judged = mote_judged_make(s->model);
    s->place = mote_score_place_find(s->model, s->options.loss);
    return mote_objective_init(&s->objective, &goal, &judged, s->set, err);
}

/* A regression on whole numbers has numbers as its targets, not classes. */
static mote_status take_targets(const training_state *s, mote_error *err)
{
    const mote_goal goal = goal_of(&s->options);

    return mote_goal_is_regression(&goal, (size_t)s->objective.width) ? mote_dataset_take_values(s->set, err) : MOTE_OK;
}

static mote_status take_validation(training_state *s, mote_error *err)
{
    if (s->options.validation_split > 0)
        return mote_dataset_take_validation(s->set, s->options.validation_split, err);
    return MOTE_OK;
}

/* The extremes of up to some thousand training samples as the network sees them; unknown where preparing leaves float32. */
static mote_status find_range(mote_range *out, const mote_data_split *split, mote_arena *arena, mote_error *err)
{
    enum { LOOKED_AT = 4096 };
    const size_t width = split->set->sample_count;
    float       *sample = MOTE_NEW(arena, float, width, err);
    size_t       i, k;

    for (i = 0; sample && i < split->count; i += split->count / LOOKED_AT + 1) {
        mote_data_gather(split, mote_data_in_row(i, 1), sample);
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
static void take_columns(mote_recipe *recipe, const mote_dataset *set)
{
    enum { COLUMNS_MAX_KEPT = 256 };

    if (set->column_names && set->sample_count <= COLUMNS_MAX_KEPT) {
        recipe->columns = set->column_names;
        recipe->column_count = (int32_t)set->sample_count;
    }
    recipe->targets = set->target_names;
    recipe->target_count = set->target_names ? set->target_count : 0;
}

/* The model carries what somebody with new data must know: how its samples were prepared, what its classes are called, and
 * what it was trained for. */
static mote_status take_recipe(training_state *s, mote_error *err)
{
    mote_recipe recipe = {.is_prepared = true,
                          .preparation = s->set->preparation,
                          .has_dtype = true,
                          .dtype = s->set->dtype,
                          .has_goal = true,
                          .goal = goal_of(&s->options)};
    char        number[24];
    int         i;

    if (s->set->targets == MOTE_TARGETS_CLASSES) {
        const char **labels = MOTE_NEW(&s->arena, const char *, s->set->class_count, err);
        for (i = 0; labels && i < s->set->class_count; i++) {
            snprintf(number, sizeof number, "%d", i);
            labels[i] = s->set->class_names ? s->set->class_names[i] : mote_arena_strdup(&s->arena, number, err);
        }
        recipe.labels = labels;
        recipe.label_count = s->set->class_count;
    }
    take_columns(&recipe, s->set);
    find_range(&recipe.inputs, &s->set->split[MOTE_TRAIN], &s->arena, err);
    return err->code == MOTE_OK ? mote_recipe_copy(&s->model->recipe, &recipe, &s->model->arena, err) : err->code;
}

mote_status mote_train_recipe(mote_model *model, mote_dataset *set, const mote_train_options *options, mote_error *err)
{
    training_state s = {.options = *options, .model = model, .set = set};

    if (set_objective(&s, err) == MOTE_OK && take_targets(&s, err) == MOTE_OK)
        take_recipe(&s, err);
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

    if (s->set->split[MOTE_VALIDATION].count == 0)
        return batch;
    for (i = 0; i < graph->tensor_count; i++)
        floats += graph->tensors[i].kind == MOTE_CONST ? 0 : mote_tensor_count(&graph->tensors[i]);
    fit = EVALUATION_FLOATS / floats < EVALUATION_BATCH ? EVALUATION_FLOATS / floats : EVALUATION_BATCH;
    return fit > batch ? fit : batch;
}

static mote_status prepare(training_state *s, mote_error *err)
{
    mote_network_options network;
    size_t               most;

    MOTE_TRY(check_options(s, err));
    MOTE_TRY(set_objective(s, err));
    MOTE_TRY(take_targets(s, err));
    MOTE_TRY(take_validation(s, err));
    MOTE_TRY(take_recipe(s, err));
    MOTE_TRY(mote_pool_create(&s->pool, s->options.threads, err));
    most = choose_capacity(s);
    network = (mote_network_options){s->math, s->pool, (int32_t)most};
    MOTE_TRY(mote_network_create(&s->network, s->model, &network, err));
    MOTE_TRY(mote_targets_create(&s->targets, &s->objective, most, &s->arena, err));
    MOTE_TRY(mote_optimizer_init(&s->optimizer, &s->options.optimizer, s->model->params.count, &s->arena, err));
    s->order = MOTE_NEW(&s->arena, uint32_t, s->set->split[MOTE_TRAIN].count, err);
    s->public.isa = s->math->name;
    s->public.warning = s->objective.warning;
    return s->order ? init_history(s, err) : err->code;
}

mote_status mote_train(mote_training **out, mote_model *model, mote_dataset *set, const mote_train_options *options,
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
    s->set = set;
    s->started = s->reported = now();
    if (prepare(s, err) == MOTE_OK)
        run_epochs(s, err);
    s->public.seconds = now() - s->started;
    mote_network_destroy(s->network);
    mote_pool_destroy(s->pool);
    s->network = NULL;
    s->pool = NULL;
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
    mote_arena_destroy(&s->arena);
    free(s);
}
