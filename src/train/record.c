/* What a training tells: its history, a row an epoch, and how far it is.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "train/state.h"

double mote_fit_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- history ---- */

static mote_status add_column(mote_fit *s, const char *prefix, const char *name, mote_error *err)
{
    s->names[s->column_count] = mote_arena_printf(&s->arena, err, "%s%s", prefix, name);
    s->columns[s->column_count] = MOTE_NEW(&s->arena, double, s->options.epochs, err);
    s->column_count++;
    return err->code;
}

/* "loss", or "price_loss" where there are several outputs. */
static mote_status add_output_column(mote_fit *s, const char *prefix, const mote_fit_output *output, const char *name,
                                     mote_error *err)
{
    char *full = s->output_count > 1 ? mote_arena_printf(&s->arena, err, "%s_%s", output->name, name) : NULL;

    return err->code == MOTE_OK ? add_column(s, prefix, full ? full : name, err) : err->code;
}

/* The loss, of several outputs each one's, then the metrics: record_scores fills them in this order. */
static mote_status add_score_columns(mote_fit *s, const char *prefix, mote_error *err)
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

static int record_scores(mote_fit *s, int column, int epoch, const mote_fit_scores *sums)
{
    int     k;
    int32_t m;

    s->columns[column++][epoch] = sums->loss / (double)sums->count;
    for (k = 0; s->output_count > 1 && k < s->output_count; k++)
        s->columns[column++][epoch] = sums->output[k].loss / (double)sums->count;
    for (k = 0; k < s->output_count; k++)
        for (m = 0; m < s->output[k].objective.metric_count; m++)
            s->columns[column++][epoch] = mote_metric_value(&s->output[k].objective, m, &sums->output[k]);
    return column;
}

static bool rate_changes(const mote_fit *s)
{
    return s->options.optimizer.schedule || (s->options.control && s->options.control->reduce_on_plateau);
}

mote_status mote_fit_init_history(mote_fit *s, mote_error *err)
{
    MOTE_TRY(add_column(s, "", "epoch", err));
    MOTE_TRY(add_score_columns(s, "", err));
    if (s->set->split[MOTE_SPLIT_VALIDATION].count > 0)
        MOTE_TRY(add_score_columns(s, "val_", err));
    if (rate_changes(s))
        MOTE_TRY(add_column(s, "", "learning_rate", err));
    s->public.history =
        (mote_history){.names = s->names, .columns = (const double *const *)s->columns, .column_count = s->column_count};
    return MOTE_OK;
}

void mote_fit_record(mote_fit *s, int epoch)
{
    int column = 1;

    s->columns[0][epoch] = epoch + 1;
    column = record_scores(s, column, epoch, &s->sums);
    if (s->set->split[MOTE_SPLIT_VALIDATION].count > 0)
        column = record_scores(s, column, epoch, &s->validation);
    if (rate_changes(s))
        s->columns[column][epoch] = (double)s->rate;
    s->public.history.row_count++;
}

/* ---- progress ---- */

static mote_status report(mote_fit *s, mote_progress_event *event, mote_error *err)
{
    const int64_t epoch_samples = (int64_t)s->set->split[MOTE_SPLIT_TRAIN].count;

    event->stage = "train";
    event->total = (int64_t)s->options.epochs * epoch_samples;
    s->reported = mote_fit_now();
    return s->options.progress.report(s->options.progress.user, event) ? MOTE_OK : mote_fail(err, MOTE_ERR_USAGE, "stopped");
}

/* " int8", while what is computed is quantized. */
static const char *scheme_of(const mote_fit *s)
{
    return s->network->fake ? s->scheme : "";
}

/* "  val_loss 0.1234": what the epoch before came to, of those columns alone that begin with prefix. */
static void add_figures(const mote_fit *s, int epoch, const char *prefix, char *text, size_t size)
{
    size_t used = strlen(text);
    int    c;

    for (c = 1; c < s->column_count && used + 40 < size; c++)
        if (strncmp(s->names[c], prefix, strlen(prefix)) == 0) {
            snprintf(text + used, size - used, "  %s %.4f", s->names[c], s->columns[c][epoch]);
            used = strlen(text);
        }
}

/* Now and then within an epoch. */
mote_status mote_fit_report_batch(mote_fit *s, int epoch, mote_error *err)
{
    char                detail[160];
    mote_progress_event event = {.detail = detail};

    if (!s->options.progress.report || mote_fit_now() - s->reported <= 0.1)
        return MOTE_OK;
    event.done = (int64_t)epoch * (int64_t)s->set->split[MOTE_SPLIT_TRAIN].count + s->now.done;
    snprintf(detail, sizeof detail, "epoch %d/%d%s  loss %.4f", epoch + 1, s->options.epochs, scheme_of(s),
             s->sums.loss / (double)s->sums.count);
    if (epoch > 0)
        add_figures(s, epoch - 1, "val_", detail, sizeof detail);
    return report(s, &event, err);
}

/* After each epoch: its row of the history. */
mote_status mote_fit_report_epoch(mote_fit *s, int epoch, mote_error *err)
{
    char                detail[160];
    mote_progress_event event = {.detail = detail, .is_mark = true};

    if (!s->options.progress.report)
        return MOTE_OK;
    event.done = (int64_t)(epoch + 1) * (int64_t)s->set->split[MOTE_SPLIT_TRAIN].count;
    snprintf(detail, sizeof detail, "epoch %d/%d%s", epoch + 1, s->options.epochs, scheme_of(s));
    add_figures(s, epoch, "", detail, sizeof detail);
    return report(s, &event, err);
}
