/* Checkpoints of a training: what is in them, when they are written, and going on from one.
 *
 * Nothing of a training's result depends on when one is written: between two steps all that the next one reads lies in
 * arrays that are listed here, or follows from the seed and the place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include <mote/file.h>

#include "train/state.h"

/* Of checkpoints that nobody has asked for: seconds between two, and at least so many times what writing takes. */
static const double LEAST_PAUSE = 1, LEAST_SHARE = 20;

static void say(const mote_fit *s, const char *format, ...) MOTE_PRINTF(2, 3);

static void say(const mote_fit *s, const char *format, ...)
{
    const mote_train_checkpoint *c = s->options.checkpoint;
    char                         line[MOTE_ERROR_TEXT + 80];
    va_list                      args;

    if (!c->say)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    c->say(c->say_user, line);
}

/* ---- what is kept ---- */

/* Whole batches, or all of them, and within the training. */
static bool is_place(const void *context, const void *values, size_t count)
{
    const mote_fit       *s = context;
    const mote_fit_place *place = values;
    const int64_t         samples = (int64_t)s->set->split[MOTE_SPLIT_TRAIN].count, batch = s->options.batch_size;

    (void)count;
    return place->epoch >= 0 && place->epoch <= s->options.epochs && place->done >= 0 && place->done <= samples &&
           (place->done == samples || place->done % batch == 0) && (place->epoch < s->options.epochs || place->done == 0);
}

static bool is_time(const void *context, const void *values, size_t count)
{
    const double seconds = *(const double *)values;

    (void)context, (void)count;
    return seconds >= 0 && isfinite(seconds);
}

/* Constants that training may write though they have no gradient: statistics of BatchNormalization. */
static mote_status keep_constants(mote_fit *s, mote_error *err)
{
    const mote_graph *graph = &s->model->graphs[0];
    char              name[40];
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++) {
        const mote_tensor *tensor = &graph->tensors[i];
        if (tensor->kind != MOTE_CONST || tensor->dtype != MOTE_F32 || tensor->is_trainable || tensor->is_frozen)
            continue;
        snprintf(name, sizeof name, "constant.%d", (int)i);
        MOTE_TRY(mote_keep(&s->kept, name, MOTE_F32, tensor->data, mote_tensor_count(tensor), err));
    }
    return MOTE_OK;
}

static mote_status keep_history(mote_fit *s, mote_error *err)
{
    char name[40];
    int  c;

    for (c = 0; c < s->column_count; c++) {
        snprintf(name, sizeof name, "history.%d", c);
        MOTE_TRY(mote_keep(&s->kept, name, MOTE_F64, s->columns[c], (size_t)s->options.epochs, err));
    }
    return MOTE_OK;
}

/* A feature with a state of its own adds a line. */
static mote_status keep_all(mote_fit *s, mote_error *err)
{
    s->kept.arena = &s->arena;
    MOTE_TRY(mote_keep_array(&s->kept, &(mote_kept_array){"place", MOTE_I64, &s->now, 2, .is_valid = is_place, .context = s},
                             err));
    MOTE_TRY(
        mote_keep_array(&s->kept, &(mote_kept_array){"seconds", MOTE_F64, &s->seconds_before, 1, .is_valid = is_time}, err));
    MOTE_TRY(mote_keep(&s->kept, "sums", MOTE_U8, &s->sums,
                       offsetof(mote_fit_scores, output) + (size_t)s->output_count * sizeof *s->sums.output, err));
    MOTE_TRY(mote_keep(&s->kept, "step", MOTE_U32, &s->step, 1, err));
    MOTE_TRY(mote_keep(&s->kept, "weights", MOTE_F32, s->model->params.values, s->model->params.count, err));
    MOTE_TRY(keep_constants(s, err));
    MOTE_TRY(keep_history(s, err));
    MOTE_TRY(mote_optimizer_keep(&s->optimizer, &s->kept, s->model->params.count, err));
    MOTE_TRY(mote_keep(&s->kept, "rate", MOTE_F32, &s->rate, 1, err));
    MOTE_TRY(mote_fit_keep_control(s, err));
    MOTE_TRY(mote_pruner_keep(s->pruner, &s->kept, err));
    return mote_fake_keep_state(s->fake, &s->kept, err);
}

/* ---- whose it is ---- */

/* The caller's key, and what mote_train itself knows. Threads are not in it: results do not depend on them. */
static mote_status identify(mote_fit *s, mote_error *err)
{
    const mote_train_options *o = &s->options;

    s->identity =
        mote_arena_printf(&s->arena, err,
                          "mote " MOTE_VERSION
                          " checkpoint 1, key %s, %s, seed %llu, batch_size %d, epochs %d, shuffle %d, %zu samples, %zu of "
                          "validation, %zu weights",
                          o->checkpoint->key ? o->checkpoint->key : "", s->math->name, (unsigned long long)o->seed,
                          (int)o->batch_size, (int)o->epochs, !o->keeps_order, s->set->split[MOTE_SPLIT_TRAIN].count,
                          s->set->split[MOTE_SPLIT_VALIDATION].count, s->model->params.count);
    return err->code;
}

static mote_status check_options(const mote_train_checkpoint *c, mote_error *err)
{
    if ((unsigned)c->resume > MOTE_RESUME_ALWAYS)
        return mote_fail(err, MOTE_ERR_USAGE, "checkpoint: resume %d does not exist", (int)c->resume);
    if (c->every_epochs < 0 || c->every_steps < 0 || !(c->every_seconds >= 0) || !isfinite(c->every_seconds))
        return mote_fail(err, MOTE_ERR_USAGE, "checkpoint: epochs, steps or seconds between two are numbers above 0");
    if ((c->every_epochs > 0) + (c->every_steps > 0) + (c->every_seconds > 0) > 1)
        return mote_fail(err, MOTE_ERR_USAGE, "checkpoint: every so many epochs, steps or seconds: one of them");
    return MOTE_OK;
}

/* ---- going on ---- */

/* What the arrays say of what is not in them. */
static void take_place(mote_fit *s)
{
    s->public.history.row_count = (size_t)s->now.epoch;
    s->public.resumed_epoch = (int32_t)s->now.epoch + 1;
    if (s->fake)
        mote_fake_settle(s->fake);
    if (s->now.epoch < s->options.epochs)
        say(s, "going on in epoch %d of %d, after step %u", (int)s->now.epoch + 1, (int)s->options.epochs, s->step);
    else
        say(s, "going on after the last epoch");
}

static mote_status go_on(mote_fit *s, mote_error *err)
{
    const mote_train_checkpoint *c = s->options.checkpoint;
    mote_error                   reason = {0};

    if (c->resume == MOTE_RESUME_NEVER)
        return MOTE_OK;
    if (!mote_path_exists(c->path)) {
        if (c->resume == MOTE_RESUME_ALWAYS)
            say(s, "there is no checkpoint; training from the beginning");
        return MOTE_OK;
    }
    if (mote_kept_load(&s->kept, s->identity, c->path, &reason) == MOTE_OK)
        take_place(s);
    else if (c->resume == MOTE_RESUME_ALWAYS || reason.code == MOTE_ERR_MEMORY)
        return mote_fail(err, reason.code, "%s", reason.text);
    else
        say(s, "%s; training from the beginning", reason.text);
    return MOTE_OK;
}

mote_status mote_fit_begin_checkpoints(mote_fit *s, mote_error *err)
{
    const mote_train_checkpoint *c = s->options.checkpoint;

    if (!c)
        return MOTE_OK;
    MOTE_TRY(check_options(c, err));
    if (!c->path)
        return MOTE_OK;
    MOTE_TRY(keep_all(s, err));
    MOTE_TRY(identify(s, err));
    MOTE_TRY(go_on(s, err));
    s->saved.at = mote_fit_now();
    return MOTE_OK;
}

/* ---- writing ---- */

/* A disk that is full may be emptied, and the training itself needs no file: it goes on, with the checkpoint before. */
static bool save(mote_fit *s)
{
    const double before = s->seconds_before, began = mote_fit_now();
    mote_error   err = {0};

    s->seconds_before += began - s->started;
    mote_kept_save(&s->kept, s->identity, s->options.checkpoint->path, &err);
    s->seconds_before = before;
    s->saved.at = mote_fit_now();
    s->saved.took = s->saved.at - began;
    if (err.code != MOTE_OK && !s->saved.has_failed)
        say(s, "warning: no checkpoint: %s; training goes on", err.text);
    s->saved.has_failed = err.code != MOTE_OK;
    return err.code == MOTE_OK;
}

static bool has_file(const mote_fit *s)
{
    return s->options.checkpoint && s->options.checkpoint->path;
}

void mote_fit_checkpoint_step(mote_fit *s)
{
    const mote_train_checkpoint *c = s->options.checkpoint;

    if (!has_file(s))
        return;
    if (c->every_steps > 0 ? s->step % c->every_steps == 0
                           : c->every_seconds > 0 && mote_fit_now() - s->saved.at >= c->every_seconds)
        save(s);
}

/* Not after the last: what is left to do then takes less than reading it. */
void mote_fit_checkpoint_epoch(mote_fit *s)
{
    const mote_train_checkpoint *c = s->options.checkpoint;
    const bool                   is_free = has_file(s) && c->every_epochs == 0;
    double                       pause;

    if (!has_file(s) || c->every_steps > 0 || c->every_seconds > 0 || s->now.epoch == s->options.epochs)
        return;
    pause = fmax(LEAST_PAUSE, LEAST_SHARE * s->saved.took);
    if (is_free ? mote_fit_now() - s->saved.at >= pause : s->now.epoch % c->every_epochs == 0)
        save(s);
}

/* ---- stopping ---- */

bool mote_fit_wants_stop(mote_fit *s, bool is_training)
{
    const mote_train_checkpoint *c = s->options.checkpoint;

    if (c && c->wants_stop && c->wants_stop(c->user, is_training))
        s->public.is_stopped = true;
    return s->public.is_stopped;
}

void mote_fit_checkpoint_stop(mote_fit *s)
{
    s->public.stopped_epoch = s->now.epoch < s->options.epochs ? (int32_t)s->now.epoch + 1 : s->options.epochs;
    s->public.stopped_step = s->step;
    s->public.has_checkpoint = has_file(s) && save(s);
}
