/* SPDX-License-Identifier: Apache-2.0 */
#include "build/plots.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "compare/pick.h"

enum { SAMPLES_SHOWN = 25, PREDICTIONS_SHOWN = 200 };

static const char *const suffixes[] = {"svg",
#if MOTE_HAVE_CAIRO
                                       "png",
#endif
                                       NULL};

/* plots/NAME.svg, and .png: written by draw, then listed. */
typedef struct picture {
    const char *name;
    mote_status (*draw)(const struct picture *picture, const char *path, mote_error *err);
    const mote_chart   *chart;
    const mote_history *history;
    const char         *title;
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

static mote_status save(mote_outputs *outputs, const char *name, const mote_chart *chart, mote_error *err)
{
    return save_picture(outputs, &(picture){.name = name, .draw = draw_chart, .chart = chart}, err);
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

static const char *class_name(const mote_dataset *set, int32_t label, mote_arena *scratch, mote_error *err)
{
    return set->class_names ? set->class_names[label] : mote_arena_printf(scratch, err, "%d", label);
}

static mote_status plot_confusion(mote_outputs *outputs, const char *title, const mote_plot_answers *a,
                                  const mote_predictions *predictions, mote_arena *scratch, mote_error *err)
{
    int          classes = a->set->class_count, i; /* at most MOTE_PLOT_CONFUSION_MAX */
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
    return save(outputs, "confusion", &chart, err);
}

/* ---- pictures ---- */

typedef struct picture_shape {
    int height, width, channels; /* height 0: no picture */
} picture_shape;

/* Bytes in two axes are a picture. Other numbers in two axes may be anything, and in one axis they may be the columns of a
 * table: those must at least be large enough to show something. */
static picture_shape picture_shape_of(const mote_dataset *set)
{
    const int           least = set->dtype == MOTE_U8 ? 2 : 8;
    const picture_shape none = {0};
    picture_shape       shape = {.channels = set->rank == 3 ? (int)set->dim[2] : 1};

    if (set->sample_count > 1 << 20 || set->column_names || set->rank < 1 || set->rank > 3 ||
        (shape.channels != 1 && shape.channels != 3))
        return none;
    if (set->rank > 1) {
        shape.height = (int)set->dim[0];
        shape.width = (int)set->dim[1];
    } else { /* a flattened square */
        while ((size_t)shape.height * (size_t)shape.height < set->sample_count)
            shape.height++;
        shape.width = shape.height;
    }
    if (shape.height < least || shape.width < least ||
        (size_t)shape.height * (size_t)shape.width * (size_t)shape.channels != set->sample_count)
        return none;
    return shape;
}

static float stored_value(const mote_dataset *set, const void *sample, size_t i)
{
    switch (set->dtype) {
    case MOTE_I8:
        return ((const int8_t *)sample)[i];
    case MOTE_I16:
        return ((const int16_t *)sample)[i];
    case MOTE_U16:
        return ((const uint16_t *)sample)[i];
    case MOTE_F32:
        return ((const float *)sample)[i];
    default:
        return ((const uint8_t *)sample)[i];
    }
}

/* Black and white: 0 and 1, or 0 and 255, where the samples lie within; else their smallest and largest number. */
typedef struct grey_range {
    float low, high;
} grey_range;

static grey_range range_of(const mote_plot_answers *a, const size_t *picked, size_t count)
{
    grey_range range = {0, 0};
    size_t     i, k;

    for (i = 0; i < count; i++)
        for (k = 0; k < a->set->sample_count; k++) {
            float value = stored_value(a->set, mote_data_sample(a->split, picked[i]), k);
            range.low = value < range.low ? value : range.low;
            range.high = value > range.high ? value : range.high;
        }
    if (range.low >= 0 && range.high <= 255 && a->set->dtype != MOTE_U8)
        range.high = range.high <= 1 ? 1 : 255;
    return a->set->dtype == MOTE_U8 ? (grey_range){0, 255} : range;
}

static const uint8_t *pixels_of(const mote_plot_answers *a, size_t sample, grey_range range, mote_arena *scratch,
                                mote_error *err)
{
    uint8_t *pixels = MOTE_NEW(scratch, uint8_t, a->set->sample_count, err);
    float    scale = range.high > range.low ? 255 / (range.high - range.low) : 0;
    size_t   k;

    for (k = 0; pixels && k < a->set->sample_count; k++)
        pixels[k] = (uint8_t)((stored_value(a->set, mote_data_sample(a->split, sample), k) - range.low) * scale + 0.5f);
    return pixels;
}

static mote_status pick(size_t *picked, size_t *count, const mote_plot_answers *a, const mote_predictions *p,
                        mote_arena *scratch, mote_error *err)
{
    bool          *is_right = MOTE_NEW(scratch, bool, p->count, err);
    mote_pick_from from = {p->count, a->split->labels, is_right, a->set->class_count};
    size_t         i;

    if (!is_right)
        return err->code;
    for (i = 0; i < p->count; i++)
        is_right[i] = mote_answer_class(p, i) == a->split->labels[i];
    return mote_pick_samples(picked, SAMPLES_SHOWN, count, &from, err);
}

static mote_status plot_samples(mote_outputs *outputs, const char *title, const mote_plot_answers *a,
                                const mote_predictions *predictions, mote_arena *scratch, mote_error *err)
{
    const picture_shape shape = picture_shape_of(a->set);
    mote_chart_image    images[SAMPLES_SHOWN];
    mote_chart          chart = {.kind = MOTE_CHART_IMAGES, .title = title, .samples = images, .column_count = 5};
    size_t              picked[SAMPLES_SHOWN], count = 0, i;
    grey_range          range;

    if (shape.height == 0)
        return MOTE_OK;
    MOTE_TRY(pick(picked, &count, a, predictions, scratch, err));
    range = range_of(a, picked, count);
    for (i = 0; i < count; i++) {
        int32_t answer = mote_answer_class(predictions, picked[i]);
        images[i] = (mote_chart_image){.pixels = pixels_of(a, picked[i], range, scratch, err),
                                       .width = shape.width,
                                       .height = shape.height,
                                       .channel_count = shape.channels};
        images[i].label = class_name(a->set, a->split->labels[picked[i]], scratch, err);
        images[i].predicted = answer < a->set->class_count ? class_name(a->set, answer, scratch, err) : "?";
        MOTE_TRY(err->code);
    }
    chart.sample_count = (int)count;
    return save(outputs, "samples", &chart, err);
}

/* ---- one number from one number ---- */

static mote_status plot_data(mote_outputs *outputs, const char *title, const mote_dataset *set, mote_arena *scratch,
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
    return save(outputs, "data", &chart, err);
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
    return save(outputs, "predictions", &chart, err);
}

mote_status mote_plot_answers_save(mote_outputs *outputs, const char *name, const mote_plot_answers *a, mote_error *err)
{
    const mote_predictions *shown = a->int8 ? a->int8 : a->real;
    mote_arena              scratch = {0};
    char                   *title =
        mote_arena_printf(&scratch, err, "%s: %s, %s", name, mote_split_name(a->split->id), a->int8 ? "int8" : "float32");

    if (title && a->set->targets == MOTE_TARGETS_CLASSES && mote_answers_are_classes(shown)) {
        if (a->set->class_count <= MOTE_PLOT_CONFUSION_MAX)
            plot_confusion(outputs, title, a, shown, &scratch, err);
        if (err->code == MOTE_OK)
            plot_samples(outputs, title, a, shown, &scratch, err);
    } else if (title && a->set->targets == MOTE_TARGETS_VALUES && a->set->sample_count == 1 && a->set->target_width == 1) {
        if (plot_data(outputs, name, a->set, &scratch, err) == MOTE_OK)
            plot_predictions(outputs, title, a, &scratch, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
