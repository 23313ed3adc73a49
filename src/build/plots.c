/* SPDX-License-Identifier: Apache-2.0 */
#include "build/plots.h"

#include <stdio.h>
#include <string.h>

#include <mote/answers.h>
#include <mote/chart.h>

#include "base/arena.h"
#include "base/file.h"

enum { PREDICTIONS_SHOWN = 200 };

static const char *const suffixes[] = {"svg",
#if MOTE_HAVE_CAIRO
                                       "png",
#endif
                                       NULL};

/* plots/NAME.svg, and .png: written by draw, then listed. */
typedef struct picture {
    const char *name;
    mote_status (*draw)(const struct picture *picture, const char *path, mote_error *err);
    const mote_chart       *chart;
    const mote_history     *history;
    const char             *title;
    const mote_answer_grid *grid;
} picture;

static mote_status draw_chart(const picture *p, const char *path, mote_error *err)
{
    return mote_chart_save(p->chart, path, err);
}

static mote_status draw_history(const picture *p, const char *path, mote_error *err)
{
    return mote_history_save_chart(p->history, p->title, path, err);
}

static mote_status save_picture(mote_outputs *outputs, const picture *p, mote_error *err)
{
    mote_arena scratch = {0};
    int        i;

    for (i = 0; suffixes[i] && err->code == MOTE_OK; i++) {
        char *listed = mote_arena_printf(&scratch, err, "plots/%s.%s", p->name, suffixes[i]);
        char *path = listed ? mote_path_join(&scratch, outputs->folder, listed, err) : NULL;
        if (path && p->draw(p, path, err) == MOTE_OK)
            mote_outputs_add(outputs, listed, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* Beside those of other outputs. */
static mote_status save_suffixed(mote_outputs *outputs, picture p, const char *suffix, mote_error *err)
{
    mote_arena scratch = {0};

    p.name = mote_arena_printf(&scratch, err, "%s%s", p.name, suffix);
    if (p.name)
        save_picture(outputs, &p, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

static mote_status save(mote_outputs *outputs, const char *name, const mote_plot_answers *a, const mote_chart *chart,
                        mote_error *err)
{
    return save_suffixed(outputs, (picture){.name = name, .draw = draw_chart, .chart = chart}, a->suffix, err);
}

mote_status mote_plot_history(mote_outputs *outputs, const char *name, const mote_history *history, mote_error *err)
{
    mote_arena scratch = {0};
    char      *title = mote_arena_printf(&scratch, err, "%s: training", name);

    if (title)
        save_picture(outputs, &(picture){.name = "history", .draw = draw_history, .history = history, .title = title}, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- classes ---- */

static const mote_dataset_target *target_of(const mote_plot_answers *a)
{
    return &a->set->target[a->real->output];
}

static const char *class_name(const mote_dataset_target *target, int32_t label, mote_arena *scratch, mote_error *err)
{
    return target->class_names ? target->class_names[label] : mote_arena_printf(scratch, err, "%d", label);
}

static mote_status plot_confusion(mote_outputs *outputs, const char *title, const mote_plot_answers *a,
                                  const mote_answers *predictions, mote_arena *scratch, mote_error *err)
{
    int          classes = target_of(a)->class_count, i; /* at most MOTE_PLOT_CONFUSION_MAX */
    size_t      *counts = MOTE_NEW(scratch, size_t, (size_t)classes * (size_t)classes, err);
    int64_t     *shown = MOTE_NEW(scratch, int64_t, (size_t)classes * (size_t)classes, err);
    const char **names = MOTE_NEW(scratch, const char *, classes, err);
    mote_chart   chart = {
          .kind = MOTE_CHART_CONFUSION, .title = title, .label_count = classes, .counts = shown, .labels = names};

    if (!counts || !shown || !names)
        return err->code;
    MOTE_TRY(mote_confusion(counts, predictions, a->split, err));
    for (i = 0; i < classes * classes; i++)
        shown[i] = (int64_t)counts[i];
    for (i = 0; i < classes; i++)
        if (!(names[i] = class_name(target_of(a), i, scratch, err)))
            return err->code;
    return save(outputs, "confusion", a, &chart, err);
}

/* ---- pictures ---- */

static mote_status draw_grid(const picture *p, const char *path, mote_error *err)
{
    return mote_answer_grid_save(p->grid, path, err);
}

static mote_status plot_samples(mote_outputs *outputs, const char *title, const mote_plot_answers *a,
                                const mote_answers *predictions, mote_error *err)
{
    const mote_answer_grid grid = {.split = a->split, .answers = predictions, .title = title};

    if (!mote_dataset_has_pictures(a->set))
        return MOTE_OK;
    return save_suffixed(outputs, (picture){.name = "samples", .draw = draw_grid, .grid = &grid}, a->suffix, err);
}

/* ---- one number from one number ---- */

static mote_status plot_data(mote_outputs *outputs, const char *title, const mote_plot_answers *a, mote_arena *scratch,
                             mote_error *err)
{
    mote_series series[MOTE_SPLIT_COUNT];
    mote_chart  chart = {.title = title, .series = series, .x_title = "x", .y_title = "y"};
    int         s;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        const mote_dataset_split *split = &a->set->split[s];
        double *x = MOTE_NEW(scratch, double, split->count, err), *y = MOTE_NEW(scratch, double, split->count, err);
        size_t  i;
        float   value;
        if (!x || !y)
            return err->code;
        for (i = 0; i < split->count; i++) {
            mote_dataset_gather(split, 0, mote_dataset_in_row(i, 1), &value);
            x[i] = (double)value;
            y[i] = (double)split->values[a->real->output][i];
        }
        if (split->count > 0)
            series[chart.series_count++] = (mote_series){
                .name = mote_split_name((mote_split_id)s), .x = x, .y = y, .count = split->count, .style = MOTE_SERIES_DOTS};
    }
    return save(outputs, "data", a, &chart, err);
}

static mote_status add_answers(mote_chart *chart, mote_series *series, const char *name, const double *x,
                               const mote_answers *p, size_t count, mote_arena *scratch, mote_error *err)
{
    static const mote_series_style styles[] = {MOTE_SERIES_DOTS, MOTE_SERIES_DOTS, MOTE_SERIES_RINGS, MOTE_SERIES_CROSSES};
    double                        *y = MOTE_NEW(scratch, double, count, err);
    size_t                         i;

    if (!y)
        return err->code;
    for (i = 0; i < count; i++)
        y[i] = (double)p->real[i];
    series[chart->series_count] =
        (mote_series){.name = name, .x = x, .y = y, .count = count, .style = styles[chart->series_count]};
    chart->series_count++;
    return MOTE_OK;
}

static mote_status plot_predictions(mote_outputs *outputs, const char *title, const mote_plot_answers *a,
                                    mote_arena *scratch, mote_error *err)
{
    mote_series series[4];
    mote_chart  chart = {.title = title, .series = series, .x_title = "x", .y_title = "y"};
    size_t      count = a->real->count < PREDICTIONS_SHOWN ? a->real->count : PREDICTIONS_SHOWN, i;
    double     *x = MOTE_NEW(scratch, double, count, err), *y = MOTE_NEW(scratch, double, count, err);
    float       value;

    if (!x || !y)
        return err->code;
    for (i = 0; i < count; i++) {
        mote_dataset_gather(a->split, 0, mote_dataset_in_row(i, 1), &value);
        x[i] = (double)value;
        y[i] = (double)a->split->values[a->real->output][i];
    }
    series[chart.series_count++] =
        (mote_series){.name = "actual", .x = x, .y = y, .count = count, .style = MOTE_SERIES_DOTS};
    if (a->trained)
        MOTE_TRY(add_answers(&chart, series, "float", x, a->trained, count, scratch, err));
    MOTE_TRY(add_answers(&chart, series, "float .tflite", x, a->real, count, scratch, err));
    if (a->quantized)
        MOTE_TRY(add_answers(&chart, series, a->scheme, x, a->quantized, count, scratch, err));
    return save(outputs, "predictions", a, &chart, err);
}

mote_status mote_plot_answers_save(mote_outputs *outputs, const char *name, const mote_plot_answers *a, mote_error *err)
{
    const mote_answers *shown = a->quantized ? a->quantized : a->real;
    mote_arena          scratch = {0};
    char               *title = mote_arena_printf(&scratch, err, "%s: %s, %s", name, mote_split_name(a->split->id),
                                    a->quantized ? a->scheme : "float32");

    if (title && target_of(a)->kind == MOTE_TARGETS_CLASSES && mote_answers_are_classes(shown)) {
        if (target_of(a)->class_count <= MOTE_PLOT_CONFUSION_MAX)
            plot_confusion(outputs, title, a, shown, &scratch, err);
        if (err->code == MOTE_OK)
            plot_samples(outputs, title, a, shown, err);
    } else if (title && target_of(a)->kind == MOTE_TARGETS_VALUES && a->set->feature_count == 1 &&
               a->set->feature[0].width == 1 && target_of(a)->width == 1) {
        if (plot_data(outputs, name, a, &scratch, err) == MOTE_OK)
            plot_predictions(outputs, title, a, &scratch, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
