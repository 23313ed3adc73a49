/* Histograms: one set of bins for all series, drawn over each other half transparent.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "report/chart.h"

enum { BINS_MAX = 400, QUARTILE_SAMPLES = 65536 };

typedef struct bin_set {
    double low, width;
    int    count;
} bin_set;

static mote_status check(const mote_chart *chart, mote_error *err)
{
    if (chart->bin_count < 0 || chart->bin_count > BINS_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "histogram: bin_count %d is not in 0..%d", chart->bin_count, BINS_MAX);
    return mote_chart_check_series(chart, err);
}

static mote_chart_size natural_size(const mote_chart *chart)
{
    (void)chart;
    return (mote_chart_size){688, 358};
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The Freedman-Diaconis width of one series, 2 IQR / cbrt(n), with the quartiles of an even choice from it; 0 when the
 * middle half of the samples is one value. */
static double bin_width_of(const mote_series *series, double *sorted)
{
    size_t stride = series->count / QUARTILE_SAMPLES + 1, count = 0, i;

    for (i = 0; i < series->count; i += stride)
        if (mote_can_show(series->y[i], MOTE_SCALE_LINEAR))
            sorted[count++] = series->y[i];
    if (count == 0)
        return 0;
    qsort(sorted, count, sizeof *sorted, compare);
    return 2 * (sorted[count - 1 - count / 4] - sorted[count / 4]) / cbrt((double)series->count);
}

static int choose_bin_count(const mote_chart *chart, const mote_range_of *range, double *sorted)
{
    double width = 0, count;
    int    s;

    for (s = 0; s < chart->series_count; s++) {
        double own = bin_width_of(&chart->series[s], sorted);
        if (own > 0 && (width == 0 || own < width))
            width = own;
    }
    count = width > 0 ? ceil((range->high - range->low) / width) : 10;
    return (int)fmin(fmax(count, 5), 100);
}

/* Whole numbers get bins of whole width around them, or some bins would hold more of them than others. */
static mote_status choose_bins(const mote_chart *chart, const mote_range_of *range, bin_set *out, mote_arena *scratch,
                               mote_error *err)
{
    double *sorted = MOTE_NEW(scratch, double, QUARTILE_SAMPLES + 1, err);
    double  length = range->high - range->low;

    if (!sorted)
        return err->code;
    out->count = chart->bin_count > 0 ? chart->bin_count : choose_bin_count(chart, range, sorted);
    if (range->is_whole && length < 1e9 && (chart->bin_count == 0 || length < 1)) {
        out->width = fmax(1, ceil((length + 1) / out->count));
        out->count = (int)ceil((length + 1) / out->width);
        out->low = range->low - 0.5;
    } else {
        mote_axis axis = {.scale = MOTE_SCALE_LINEAR};
        mote_axis_cover(&axis, range, (mote_cover){0, 0, false});
        out->low = axis.low;
        out->width = (axis.high - axis.low) / out->count;
    }
    return MOTE_OK;
}

static void count_samples(const mote_series *series, const bin_set *bins, double *counts)
{
    size_t i;

    for (i = 0; i < series->count; i++) {
        double index;
        if (!mote_can_show(series->y[i], MOTE_SCALE_LINEAR))
            continue;
        index = fmin(fmax(floor((series->y[i] - bins->low) / bins->width), 0), bins->count - 1); /* the top edge is in */
        counts[(int)index]++;
    }
}

static void draw_counts(const mote_frame *frame, const bin_set *bins, const double *counts, mote_fill fill)
{
    double bottom = frame->plot.y + frame->plot.height;
    double gap = frame->plot.width / bins->count > 5 ? 1 : 0;
    int    b;

    for (b = 0; b < bins->count; b++) {
        double left = mote_axis_at(&frame->x, bins->low + b * bins->width);
        double right = mote_axis_at(&frame->x, bins->low + (b + 1) * bins->width);
        double top = counts[b] > 0 ? mote_axis_at(&frame->y, counts[b]) : bottom;
        mote_draw_rectangle(frame->canvas, (mote_box){left, top, right - left - gap, bottom - top}, fill);
    }
}

static void cover_counts(mote_axis *axis, const double *counts, size_t count, bool is_log)
{
    mote_range_of range = {0};
    size_t        i;

    axis->scale = is_log ? MOTE_SCALE_LOG : MOTE_SCALE_INTEGER;
    mote_range_add(&range, is_log ? 0.8 : 0, axis->scale); /* a single sample has some height on a logarithmic axis */
    for (i = 0; i < count; i++)
        mote_range_add(&range, counts[i], axis->scale);
    mote_axis_cover(axis, &range, (mote_cover){0, 0.05, false});
    if (!is_log)
        axis->low = 0;
}

static mote_status draw(const mote_chart *chart, mote_frame *frame, mote_arena *scratch, mote_error *err)
{
    mote_legend_entry *legend = mote_chart_legend(chart, true, scratch, err);
    mote_range_of      range = {0};
    bin_set            bins = {0};
    double            *counts;
    int                s;
    size_t             i;

    if (!legend)
        return err->code;
    for (s = 0; s < chart->series_count; s++)
        for (i = 0; i < chart->series[s].count; i++)
            mote_range_add(&range, chart->series[s].y[i], MOTE_SCALE_LINEAR);
    MOTE_TRY(choose_bins(chart, &range, &bins, scratch, err));
    counts = MOTE_NEW(scratch, double, mote_size_mul((size_t)chart->series_count, (size_t)bins.count), err);
    if (!counts)
        return err->code;
    for (s = 0; s < chart->series_count; s++)
        count_samples(&chart->series[s], &bins, counts + s * bins.count);

    mote_frame_header(frame, chart, legend, chart->series_count);
    frame->x = (mote_axis){.low = bins.low,
                           .high = bins.low + bins.count * bins.width,
                           .scale = range.is_whole ? MOTE_SCALE_INTEGER : MOTE_SCALE_LINEAR};
    cover_counts(&frame->y, counts, (size_t)chart->series_count * (size_t)bins.count, chart->y_log);
    mote_frame_place(frame, chart->x_title, chart->y_title ? chart->y_title : "count");
    mote_frame_draw(frame, chart->x_title, chart->y_title ? chart->y_title : "count");
    if (!range.is_known)
        mote_frame_no_values(frame);
    for (s = 0; s < chart->series_count; s++)
        draw_counts(frame, &bins, counts + s * bins.count,
                    (mote_fill){legend[s].colour, chart->series_count > 1 ? 0.55 : 0.9});
    return MOTE_OK;
}

const mote_chart_ops mote_chart_histogram = {check, natural_size, draw};
