/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "train/state.h"

/* ---- monitors ---- */

static int find_column(const mote_fit *s, const char *name)
{
    int c;

    for (c = 1; c < s->column_count; c++)
        if (strcmp(s->names[c], name) == 0)
            return c;
    return 0;
}

/* "val_price_accuracy": which metric it is is told by its end. */
static bool rises_by_itself(const char *column)
{
    const char *at;

    for (at = column; at; at = strchr(at, '_') ? strchr(at, '_') + 1 : NULL)
        if (mote_metric_find(at) != 0)
            return mote_metric_type_of((mote_metric)mote_metric_find(at))->rises;
    return false;
}

static mote_status fail_monitor(const mote_fit *s, const char *where, const char *name, mote_error *err)
{
    char   all[240] = "";
    size_t used = 0;
    int    c;

    for (c = 1; c < s->column_count && used < sizeof all; c++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", c > 1 ? ", " : "", s->names[c]);
    if (strncmp(name, "val_", 4) == 0 && s->set->split[MOTE_SPLIT_VALIDATION].count == 0)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s: %s needs validation samples, and there are none; add validation_split, or monitor one of: %s",
                         where, mote_show_string(name).text, all);
    return mote_fail(err, MOTE_ERR_USAGE, "%s: nothing is called %s; to monitor there are: %s", where,
                     mote_show_string(name).text, all);
}

static mote_status start_monitor(const mote_fit *s, mote_monitor *monitor, const char *where, const char *name,
                                 mote_monitor_mode mode, mote_error *err)
{
    name = name ? name : "val_loss";
    monitor->column = find_column(s, name);
    monitor->rises = mode == MOTE_MONITOR_MAX || (mode == MOTE_MONITOR_AUTO && rises_by_itself(name));
    return monitor->column ? MOTE_OK : fail_monitor(s, where, name, err);
}

static bool is_better(const mote_monitor *monitor, double now, double than)
{
    return monitor->rises ? now - monitor->min_delta > than : now + monitor->min_delta < than;
}

static bool is_improvement(const mote_monitor *monitor, double now)
{
    return !monitor->has_best || is_better(monitor, now, monitor->best);
}

static void take_best(mote_monitor *monitor, double now)
{
    monitor->has_best = true;
    monitor->best = now;
}

/* ---- the best weights ---- */

/* Constants that are no parameters: frozen weights, and the statistics of BatchNormalization. */
static bool is_other_constant(const mote_fit *s, const mote_tensor *tensor)
{
    const mote_params *params = &s->model->params;
    const float       *data = tensor->data;

    return tensor->kind == MOTE_CONST && tensor->dtype == MOTE_F32 && data &&
           (data < params->values || data >= params->values + params->count);
}

static size_t count_values(const mote_fit *s)
{
    const mote_graph *graph = &s->model->graphs[0];
    size_t            count = s->model->params.count;
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++)
        if (is_other_constant(s, &graph->tensors[i]))
            count += mote_tensor_count(&graph->tensors[i]);
    return count;
}

static void move_values(const mote_fit *s, float *values, bool back)
{
    const mote_graph *graph = &s->model->graphs[0];
    size_t            at = s->model->params.count, count;
    int32_t           i;

    memcpy(back ? s->model->params.values : values, back ? values : s->model->params.values, at * sizeof(float));
    for (i = 0; i < graph->tensor_count; i++) {
        if (!is_other_constant(s, &graph->tensors[i]))
            continue;
        count = mote_tensor_count(&graph->tensors[i]);
        memcpy(back ? graph->tensors[i].data : values + at, back ? values + at : graph->tensors[i].data,
               count * sizeof(float));
        at += count;
    }
}

static void move_ranges(const mote_fit *s, bool back)
{
    const mote_graph *graph = &s->model->graphs[0];
    int32_t           i;

    for (i = 0; s->control.best_ranges && i < graph->tensor_count; i++)
        if (back)
            graph->tensors[i].range = s->control.best_ranges[i];
        else
            s->control.best_ranges[i] = graph->tensors[i].range;
}

static void keep_values(mote_fit *s, int epoch)
{
    s->control.best_epoch = epoch + 1;
    if (!s->control.keeps_best)
        return;
    move_values(s, s->control.best_values, false);
    s->control.has_best_values = true;
    if (s->fake) {
        mote_fake_keep(s->fake, s->model); /* ranges are of these weights */
        move_ranges(s, false);
    }
}

/* ---- before the first epoch ---- */

static mote_status check_early_stopping(const mote_early_stopping *o, mote_error *err)
{
    if (!(fabs(o->min_delta) < 1e300) || o->patience < 0 || o->start_from_epoch < 0)
        return mote_fail(
            err, MOTE_ERR_USAGE,
            "early_stopping: min_delta, patience and start_from_epoch are %g, %d, %d; numbers from 0 are expected",
            o->min_delta, (int)o->patience, (int)o->start_from_epoch);
    return MOTE_OK;
}

static mote_status check_plateau(const mote_fit *s, const mote_reduce_on_plateau *o, mote_error *err)
{
    if (!(o->factor >= 0 && o->factor < 1))
        return mote_fail(err, MOTE_ERR_USAGE, "reduce_on_plateau: factor is %g; a number above 0 and below 1 is expected",
                         o->factor);
    if (!(fabs(o->min_delta) < 1e300) || !(o->min_lr >= 0) || o->patience < 0 || o->cooldown < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "reduce_on_plateau: patience, min_delta, cooldown and min_lr are from 0 on");
    if (s->options.optimizer.schedule)
        return mote_fail(
            err, MOTE_ERR_USAGE,
            "reduce_on_plateau changes the learning rate, and %s already says what it is at each step; leave one "
            "of them out",
            mote_schedule_name(s->options.optimizer.schedule->kind));
    return MOTE_OK;
}

static mote_status check_mean(const mote_fit *s, mote_error *err)
{
    if (!s->options.optimizer.use_ema)
        return MOTE_OK;
    if (s->options.pruning)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "use_ema leaves the mean of many steps' weights, in which those that prune made zero are not zero; "
                         "leave one of them out");
    if (s->options.quantize.is_on)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "use_ema leaves the mean of many steps' weights, and quantized training the ranges of the last "
                         "ones'; leave one of them out");
    return MOTE_OK;
}

/* Epochs in which the network is not yet what it will be do not count: those before quantized training begins, and those in
 * which the share of pruned weights still rises. */
static int32_t first_epoch(const mote_fit *s, int32_t asked)
{
    const int32_t quantized = s->public.quantized_from - 1, pruned = mote_pruner_last_epoch(s->pruner) - 1;

    asked = quantized > asked ? quantized : asked;
    return pruned > asked ? pruned : asked;
}

static mote_status start_stopping(mote_fit *s, const mote_train_control *o, mote_error *err)
{
    static const mote_early_stopping none = {0};
    const mote_early_stopping       *stopping = o->early_stopping ? o->early_stopping : &none;
    mote_fit_control                *c = &s->control;

    MOTE_TRY(check_early_stopping(stopping, err));
    if (o->early_stopping && o->best_weights &&
        strcmp(o->best_weights, stopping->monitor ? stopping->monitor : "val_loss") != 0)
        return mote_fail(err, MOTE_ERR_USAGE, "best_weights goes by %s and early_stopping by %s; give both the same monitor",
                         mote_show_string(o->best_weights).text,
                         stopping->monitor ? mote_show_string(stopping->monitor).text : "val_loss");
    MOTE_TRY(start_monitor(s, &c->stopping, o->early_stopping ? "early_stopping" : "best_weights",
                           o->early_stopping ? stopping->monitor : o->best_weights, stopping->mode, err));
    c->stopping.min_delta = fabs(stopping->min_delta);
    c->first_epoch = first_epoch(s, stopping->start_from_epoch);
    c->stops = o->early_stopping != NULL;
    c->keeps_best = stopping->restore_best_weights || o->best_weights;
    c->best_count = c->keeps_best ? count_values(s) : 0;
    c->best_values = MOTE_NEW(&s->arena, float, c->best_count, err);
    if (c->keeps_best && s->fake)
        c->best_ranges = MOTE_NEW(&s->arena, mote_range, s->model->graphs[0].tensor_count, err);
    return err->code;
}

/* ---- weights of classes ---- */

/* How many samples each class has in the training split; batches are not yet gathered. */
static void count_classes(const mote_fit *s, int output, double *counts, int32_t classes)
{
    const mote_dataset_split *split = &s->set->split[MOTE_SPLIT_TRAIN];
    size_t                    i;

    for (i = 0; i < split->count; i++) {
        const int32_t label = split->labels[output] ? split->labels[output][i] : (int32_t)split->values[output][i];
        if (label >= 0 && label < classes)
            counts[label]++;
    }
}

static mote_status balance_classes(mote_fit *s, float *weights, int32_t classes, mote_error *err)
{
    double *counts = MOTE_NEW(&s->arena, double, classes, err);
    int32_t c;

    if (!counts)
        return err->code;
    count_classes(s, 0, counts, classes);
    for (c = 0; c < classes; c++)
        weights[c] = counts[c] > 0 ? (float)((double)s->set->split[MOTE_SPLIT_TRAIN].count / (classes * counts[c])) : 0;
    return MOTE_OK;
}

static mote_status check_class_weights(const mote_fit *s, const mote_train_control *o, mote_error *err)
{
    const mote_dataset_target *target = &s->set->target[0];
    int32_t                    c;

    if (s->output_count > 1)
        return mote_fail(err, MOTE_ERR_USAGE, "class_weight is of one output's classes, and the network has %d outputs",
                         s->output_count);
    if (target->kind != MOTE_TARGETS_CLASSES)
        return mote_fail(err, MOTE_ERR_USAGE, "class_weight needs classes, and the targets are numbers");
    if (!o->balances_classes && !o->class_weight_names && o->class_weight_count != target->class_count)
        return mote_fail(err, MOTE_ERR_USAGE, "class_weight has %d weights, and the data have %d classes",
                         (int)o->class_weight_count, target->class_count);
    for (c = 0; !o->balances_classes && c < o->class_weight_count; c++)
        if (!(o->class_weight[c] >= 0) || !isfinite(o->class_weight[c]))
            return mote_fail(err, MOTE_ERR_USAGE, "class_weight of class %d is %g; a number from 0 is expected", (int)c,
                             (double)o->class_weight[c]);
    return MOTE_OK;
}

static int32_t find_class(const mote_dataset_target *target, const char *name)
{
    char    number[16];
    int32_t c;

    for (c = 0; c < target->class_count; c++) {
        snprintf(number, sizeof number, "%d", (int)c);
        if (strcmp(target->class_names ? target->class_names[c] : number, name) == 0)
            return c;
    }
    for (c = 0; c < target->class_count; c++) {
        snprintf(number, sizeof number, "%d", (int)c);
        if (strcmp(number, name) == 0)
            return c;
    }
    return -1;
}

static mote_status take_class_weights(const mote_fit *s, const mote_train_control *o, float *weights, mote_error *err)
{
    const mote_dataset_target *target = &s->set->target[0];
    int32_t                    i, c;

    for (c = 0; c < target->class_count; c++)
        weights[c] = o->class_weight_names ? 1 : o->class_weight[c];
    for (i = 0; o->class_weight_names && i < o->class_weight_count; i++) {
        c = find_class(target, o->class_weight_names[i]);
        if (c < 0)
            return mote_fail(err, MOTE_ERR_USAGE, "class_weight: the data have no class %s",
                             mote_show_string(o->class_weight_names[i]).text);
        weights[c] = o->class_weight[i];
    }
    return MOTE_OK;
}

static mote_status start_class_weights(mote_fit *s, const mote_train_control *o, mote_error *err)
{
    const int32_t classes = s->set->target[0].class_count;
    float        *weights;

    if (!o->class_weight && !o->balances_classes)
        return MOTE_OK;
    MOTE_TRY(check_class_weights(s, o, err));
    weights = MOTE_NEW(&s->arena, float, classes, err);
    s->weight_room = MOTE_NEW(&s->arena, float, s->options.batch_size, err);
    if (!weights || !s->weight_room)
        return err->code;
    s->class_weight = weights;
    if (o->balances_classes)
        return balance_classes(s, weights, classes, err);
    return take_class_weights(s, o, weights, err);
}

static int32_t class_of(const mote_objective *o, const mote_targets *targets, size_t b)
{
    const float *row = targets->reals + b * (size_t)o->width;
    int32_t      best = 0, i;

    if (o->form == MOTE_TARGET_LABELS)
        return targets->labels[b];
    for (i = 1; i < o->width; i++)
        best = row[i] > row[best] ? i : best;
    return o->width == 1 ? (int32_t)row[0] : best;
}

void mote_fit_weigh(mote_fit *s, size_t batch, bool is_training)
{
    mote_fit_output *output = &s->output[0];
    size_t           b;

    output->targets.weights = is_training && s->class_weight ? s->weight_room : NULL;
    for (b = 0; output->targets.weights && b < batch; b++)
        s->weight_room[b] = s->class_weight[class_of(&output->objective, &output->targets, b)];
}

/* ---- */

mote_status mote_fit_start_control(mote_fit *s, mote_error *err)
{
    static const mote_train_control none = {0};
    const mote_train_control       *o = s->options.control ? s->options.control : &none;

    MOTE_TRY(check_mean(s, err));
    MOTE_TRY(start_class_weights(s, o, err));
    if (o->early_stopping || o->best_weights)
        MOTE_TRY(start_stopping(s, o, err));
    if (!o->reduce_on_plateau)
        return MOTE_OK;
    MOTE_TRY(check_plateau(s, o->reduce_on_plateau, err));
    s->control.plateau.min_delta = o->reduce_on_plateau->min_delta != 0 ? fabs(o->reduce_on_plateau->min_delta) : 1e-4;
    return start_monitor(s, &s->control.plateau, "reduce_on_plateau", o->reduce_on_plateau->monitor,
                         o->reduce_on_plateau->mode, err);
}

/* ---- after each ---- */

static void watch_plateau(mote_fit *s, int epoch)
{
    const mote_reduce_on_plateau *o = s->options.control->reduce_on_plateau;
    mote_monitor                 *monitor = &s->control.plateau;
    float                        *rate = &s->optimizer.options.learning_rate;
    const double now = s->columns[monitor->column][epoch], lower = (double)*rate * (o->factor != 0 ? o->factor : 0.1);

    if (s->control.cooldown > 0) {
        s->control.cooldown--;
        monitor->wait = 0;
    }
    if (is_improvement(monitor, now)) {
        take_best(monitor, now);
        monitor->wait = 0;
        return;
    }
    if (s->control.cooldown > 0 || ++monitor->wait < (o->patience ? o->patience : 10) || *rate <= (float)o->min_lr)
        return;
    *rate = (float)(lower > o->min_lr ? lower : o->min_lr);
    s->control.cooldown = o->cooldown;
    monitor->wait = 0;
}

static void watch_stopping(mote_fit *s, int epoch)
{
    static const mote_early_stopping none = {0};
    const mote_early_stopping       *o = s->options.control->early_stopping ? s->options.control->early_stopping : &none;
    mote_fit_control                *c = &s->control;
    const double                     now = s->columns[c->stopping.column][epoch];

    if (epoch < c->first_epoch)
        return;
    if (c->keeps_best && !c->has_best_values)
        keep_values(s, epoch);
    c->stopping.wait++;
    if (is_improvement(&c->stopping, now)) {
        take_best(&c->stopping, now);
        keep_values(s, epoch);
        if (!o->has_baseline || is_better(&c->stopping, now, o->baseline))
            c->stopping.wait = 0;
        return;
    }
    if (c->stops && c->stopping.wait >= o->patience && epoch > 0)
        c->stopped_epoch = epoch + 1;
}

/* ---- in checkpoints ---- */

/* Epochs: none is negative, or beyond the last. */
static bool is_epoch(const void *context, const void *values, size_t count)
{
    const mote_fit *s = context;
    const int32_t  *epochs = values;
    size_t          i;

    for (i = 0; i < count; i++)
        if (epochs[i] < 0 || epochs[i] > s->options.epochs)
            return false;
    return true;
}

/* Each says whether it is known by a truth value. */
static bool are_ranges(const void *context, const void *values, size_t count)
{
    const uint8_t *bytes = values;
    size_t         at;

    (void)context;
    for (at = offsetof(mote_range, is_known); at < count; at += sizeof(mote_range))
        if (bytes[at] > 1)
            return false;
    return true;
}

static mote_status keep_epoch(mote_fit *s, const char *name, int32_t *epoch, mote_error *err)
{
    return mote_keep_array(
        &s->kept,
        &(mote_kept_array){.name = name, .dtype = MOTE_I32, .values = epoch, .count = 1, .is_valid = is_epoch, .context = s},
        err);
}

mote_status mote_fit_keep_control(mote_fit *s, mote_error *err)
{
    mote_fit_control *c = &s->control;

    MOTE_TRY(mote_keep(&s->kept, "stopping.has_best", MOTE_BOOL, &c->stopping.has_best, 1, err));
    MOTE_TRY(mote_keep(&s->kept, "stopping.best", MOTE_F64, &c->stopping.best, 1, err));
    MOTE_TRY(keep_epoch(s, "stopping.wait", &c->stopping.wait, err));
    MOTE_TRY(mote_keep(&s->kept, "plateau.has_best", MOTE_BOOL, &c->plateau.has_best, 1, err));
    MOTE_TRY(mote_keep(&s->kept, "plateau.best", MOTE_F64, &c->plateau.best, 1, err));
    MOTE_TRY(keep_epoch(s, "plateau.wait", &c->plateau.wait, err));
    MOTE_TRY(mote_keep(&s->kept, "plateau.cooldown", MOTE_I32, &c->cooldown, 1, err));
    MOTE_TRY(keep_epoch(s, "best.epoch", &c->best_epoch, err));
    MOTE_TRY(keep_epoch(s, "stopped.epoch", &c->stopped_epoch, err));
    MOTE_TRY(mote_keep(&s->kept, "best.is_there", MOTE_BOOL, &c->has_best_values, 1, err));
    if (c->keeps_best)
        MOTE_TRY(mote_keep(&s->kept, "best.weights", MOTE_F32, c->best_values, c->best_count, err));
    if (!c->best_ranges)
        return MOTE_OK;
    return mote_keep_array(&s->kept,
                           &(mote_kept_array){.name = "best.ranges",
                                              .dtype = MOTE_U8,
                                              .values = c->best_ranges,
                                              .count = (size_t)s->model->graphs[0].tensor_count * sizeof *c->best_ranges,
                                              .is_valid = are_ranges},
                           err);
}

void mote_fit_decide(mote_fit *s, int epoch)
{
    if (s->control.plateau.column)
        watch_plateau(s, epoch);
    if (s->control.stopping.column)
        watch_stopping(s, epoch);
}

/* ---- after the last: as in Keras, the best weights stay rather than the mean ---- */

void mote_fit_end_control(mote_fit *s)
{
    if (!s->public.is_stopped)
        mote_optimizer_finish(&s->optimizer, &s->model->params);
    s->public.stopped_early = s->control.stopped_epoch < s->options.epochs ? s->control.stopped_epoch : 0;
    s->model->optimizer.learning_rate = s->optimizer.options.learning_rate;
    if (s->control.has_best_values) {
        move_values(s, s->control.best_values, true);
        move_ranges(s, true);
        s->public.best_epoch = s->control.best_epoch;
    } else if (s->fake) {
        mote_fake_keep(s->fake, s->model);
    }
}
