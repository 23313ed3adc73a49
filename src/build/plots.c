/* SPDX-License-Identifier: Apache-2.0 */
#include "build/plots.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"

enum { SAMPLES_SHOWN = 25, PREDICTIONS_SHOWN = 200 };

static const char *const suffixes[] = {"svg",
#if MOTE_HAVE_CAIRO
                                       "png",
#endif
                                       NULL};

static mote_status save(const char *folder, const char *file, const mote_chart *chart, mote_error *err)
{
    mote_arena scratch = {0};
    int        i;

    for (i = 0; suffixes[i] && err->code == MOTE_OK; i++) {
        char *path = mote_arena_printf(&scratch, err, "%s/plots/%s.%s", folder, file, suffixes[i]);
        if (path)
            mote_chart_save(chart, path, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_plot_history(const char *folder, const char *name, const mote_history *history, mote_error *err)
{
    mote_arena scratch = {0};
    char      *title = mote_arena_printf(&scratch, err, "%s: training", name);
    int        i;

    for (i = 0; title && suffixes[i] && err->code == MOTE_OK; i++) {
        char *path = mote_arena_printf(&scratch, err, "%s/plots/history.%s", folder, suffixes[i]);
        if (path)
            mote_history_save_chart(history, title, path, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- classes ---- */

static const char *class_name(const mote_dataset *set, int32_t label, mote_arena *scratch, mote_error *err)
{
    return set->class_names ? set->class_names[label] : mote_arena_printf(scratch, err, "%d", label);
}

static mote_status plot_confusion(const char *folder, const char *title, const mote_plot_answers *a,
                                  const mote_predictions *predictions, mote_arena *scratch, mote_error *err)
{
    int          classes = a->set->class_count, i;
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
        if (!(names[i] = class_name(a->set, i, scratch, err)))
            return err->code;
    return save(folder, "confusion", &chart, err);
}

/* Height, width and channels of a sample that looks like a picture. */
static bool picture_shape(const mote_dataset *set, int *height, int *width, int *channels)
{
    int side;

    *channels = set->rank == 3 ? (int)set->dim[2] : 1;
    if (set->dtype != MOTE_U8 || set->sample_count > 1 << 20)
        return false;
    if (set->rank == 2 || (set->rank == 3 && (*channels == 1 || *channels == 3))) {
        *height = (int)set->dim[0];
        *width = (int)set->dim[1];
        return *height > 1 && *width > 1;
    }
    for (side = 2; (size_t)side * (size_t)side < set->sample_count; side++) {
    }
    *height = *width = side; /* a flattened square */
    return set->rank == 1 && (size_t)side * (size_t)side == set->sample_count;
}

static mote_status plot_samples(const char *folder, const char *title, const mote_plot_answers *a,
                                const mote_predictions *predictions, mote_arena *scratch, mote_error *err)
{
    mote_chart_image images[SAMPLES_SHOWN];
    mote_chart       chart = {.kind = MOTE_CHART_IMAGES, .title = title, .samples = images, .column_count = 5};
    int              height, width, channels;
    size_t           i;

    if (!picture_shape(a->set, &height, &width, &channels))
        return MOTE_OK;
    for (i = 0; i < SAMPLES_SHOWN && i < predictions->count; i++) {
        int32_t answer = mote_answer_class(predictions, i);
        images[i] = (mote_chart_image){
            .pixels = mote_data_sample(a->split, i), .width = width, .height = height, .channel_count = channels};
        images[i].label = class_name(a->set, a->split->labels[i], scratch, err);
        images[i].predicted = answer < a->set->class_count ? class_name(a->set, answer, scratch, err) : "?";
        if (!images[i].label || !images[i].predicted)
            return err->code;
    }
    chart.sample_count = (int)i;
    return save(folder, "samples", &chart, err);
}

/* ---- one number from one number ---- */

static mote_status plot_data(const char *folder, const char *title, const mote_dataset *set, mote_arena *scratch,
                             mote_error *err)
{
    mote_series series[MOTE_SPLIT_COUNT];
    mote_chart  chart = {.title = title, .series = series, .x_title = "x", .y_title = "y"};
    int         s;

    for (s = 0; s < MOTE_SPLIT_COUNT; s++) {
        const mote_data_split *split = &set->split[s];
        double *x = MOTE_NEW(scratch, double, split->count, err), *y = MOTE_NEW(scratch, double, split->count, err);
        size_t  i;
        float   value;
        if (!x || !y)
            return err->code;
        for (i = 0; i < split->count; i++) {
            mote_data_gather(split, mote_data_in_row(i, 1), &value);
            x[i] = (double)value;
            y[i] = (double)split->values[i];
        }
        if (split->count > 0)
            series[chart.series_count++] =
                (mote_series){mote_split_name((mote_split_id)s), x, y, split->count, MOTE_SERIES_DOTS, 0};
    }
    return save(folder, "data", &chart, err);
}

static mote_status add_answers(mote_chart *chart, mote_series *series, const char *name, const double *x,
                               const mote_predictions *p, size_t count, mote_arena *scratch, mote_error *err)
{
    static const mote_series_style styles[] = {MOTE_SERIES_DOTS, MOTE_SERIES_DOTS, MOTE_SERIES_RINGS, MOTE_SERIES_CROSSES};
    double                        *y = MOTE_NEW(scratch, double, count, err);
    size_t                         i;

    if (!y)
        return err->code;
    for (i = 0; i < count; i++)
        y[i] = (double)p->real[i];
    series[chart->series_count] = (mote_series){name, x, y, count, styles[chart->series_count], 0};
    chart->series_count++;
    return MOTE_OK;
}

static mote_status plot_predictions(const char *folder, const char *title, const mote_plot_answers *a, mote_arena *scratch,
                                    mote_error *err)
{
    mote_series series[4];
    mote_chart  chart = {.title = title, .series = series, .x_title = "x", .y_title = "y"};
    size_t      count = a->real->count < PREDICTIONS_SHOWN ? a->real->count : PREDICTIONS_SHOWN, i;
    double     *x = MOTE_NEW(scratch, double, count, err), *y = MOTE_NEW(scratch, double, count, err);
    float       value;

    if (!x || !y)
        return err->code;
    for (i = 0; i < count; i++) {
        mote_data_gather(a->split, mote_data_in_row(i, 1), &value);
        x[i] = (double)value;
        y[i] = (double)a->split->values[i];
    }
    series[chart.series_count++] = (mote_series){"actual", x, y, count, MOTE_SERIES_DOTS, 0};
    if (a->trained)
        MOTE_TRY(add_answers(&chart, series, "float", x, a->trained, count, scratch, err));
    MOTE_TRY(add_answers(&chart, series, "float .tflite", x, a->real, count, scratch, err));
    if (a->int8)
        MOTE_TRY(add_answers(&chart, series, "int8", x, a->int8, count, scratch, err));
    return save(folder, "predictions", &chart, err);
}

mote_status mote_plot_answers_save(const char *folder, const char *name, const mote_plot_answers *a, mote_error *err)
{
    const mote_predictions *shown = a->int8 ? a->int8 : a->real;
    mote_arena              scratch = {0};
    char                   *title =
        mote_arena_printf(&scratch, err, "%s: %s, %s", name, mote_split_name(a->split->id), a->int8 ? "int8" : "float32");

    if (title && a->set->targets == MOTE_TARGETS_CLASSES && mote_answers_are_classes(shown)) {
        if (plot_confusion(folder, title, a, shown, &scratch, err) == MOTE_OK)
            plot_samples(folder, title, a, shown, &scratch, err);
    } else if (title && a->set->targets == MOTE_TARGETS_VALUES && a->set->sample_count == 1 && a->set->target_width == 1) {
        if (plot_data(folder, name, a->set, &scratch, err) == MOTE_OK)
            plot_predictions(folder, title, a, &scratch, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
