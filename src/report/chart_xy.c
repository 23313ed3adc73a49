/* Lines and scatter charts. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/chart.h"
#include "report/thin.h"

#define LINE_WIDTH  2.0
#define CLIP_MARGIN 5.0 /* markers and thick lines at the edge of the range are not cut */

enum { MARKED_POINTS_MAX = 12 /* a line of so few points shows them */, MANY_POINTS = 300 };

static bool is_line(const mote_series *series)
{
    return series->style == MOTE_SERIES_LINE || series->style == MOTE_SERIES_DASHED;
}

static mote_status check(const mote_chart *chart, mote_error *err)
{
    return mote_chart_check_series(chart, err);
}

static mote_chart_size natural_size(const mote_chart *chart)
{
    (void)chart;
    return (mote_chart_size){688, 398};
}

static double x_of(const mote_series *series, size_t i)
{
    return series->x ? series->x[i] : (double)i + 1;
}

/* Returns whether there is anything to show. */
static bool cover_series(mote_frame *frame, const mote_chart *chart)
{
    mote_range_of x = {0}, y = {0};
    bool          has_markers = false;
    int           s;
    size_t        i;

    for (s = 0; s < chart->series_count; s++) {
        const mote_series *series = &chart->series[s];
        has_markers = has_markers || !is_line(series);
        for (i = 0; i < series->count; i++)
            if (mote_can_show(x_of(series, i), frame->x.scale) && mote_can_show(series->y[i], frame->y.scale)) {
                mote_range_add(&x, x_of(series, i), frame->x.scale);
                mote_range_add(&y, series->y[i], frame->y.scale);
            }
    }
    if (frame->x.scale == MOTE_SCALE_LINEAR && x.is_whole)
        frame->x.scale = MOTE_SCALE_INTEGER;
    mote_axis_cover(&frame->x, &x, has_markers ? (mote_cover){0.02, 0.02, false} : (mote_cover){0, 0, false});
    mote_axis_cover(&frame->y, &y, (mote_cover){0.05, 0.05, !has_markers});
    return y.is_known;
}

/* The showable points of series from *next on that follow each other without a gap, as pixels. */
static size_t next_run(const mote_frame *frame, const mote_series *series, size_t *next, mote_point *points)
{
    size_t count = 0;

    for (; *next < series->count; ++*next) {
        double x = x_of(series, *next), y = series->y[*next];
        if (mote_can_show(x, frame->x.scale) && mote_can_show(y, frame->y.scale))
            points[count++] = (mote_point){mote_axis_at(&frame->x, x), mote_axis_at(&frame->y, y)};
        else if (count > 0)
            break;
    }
    return count;
}

/* A value that is not finite leaves a gap. */
static void draw_line(const mote_frame *frame, const mote_series *series, uint32_t colour, mote_point *points)
{
    const mote_stroke stroke = {.colour = colour, .width = LINE_WIDTH, .is_dashed = series->style == MOTE_SERIES_DASHED};
    const mote_marker dot = {.shape = MOTE_MARKER_DOT, .radius = 3, .colour = colour, .opacity = 1};
    size_t            next = 0, count;

    while ((count = next_run(frame, series, &next, points)) > 0) {
        if (count == 1 || series->count <= MARKED_POINTS_MAX)
            mote_draw_markers(frame->canvas, points, count, dot);
        count = mote_thin_line(points, count, 0.5);
        mote_draw_polyline(frame->canvas, points, count, stroke);
    }
}

/* Series of one chart have one size of marker. Rings go around dots and crosses reach out of rings, so that series which
 * coincide are all seen. */
static mote_marker marker_of(const mote_chart *chart, const mote_series *series, uint32_t colour)
{
    mote_marker marker = {.shape = MOTE_MARKER_DOT, .radius = 3, .colour = colour, .opacity = 0.8};
    int         s;

    for (s = 0; s < chart->series_count; s++)
        if (!is_line(&chart->series[s]) && chart->series[s].count > MANY_POINTS)
            marker.radius = 2.2;
    if (series->style == MOTE_SERIES_DOTS)
        return marker;
    marker.shape = series->style == MOTE_SERIES_RINGS ? MOTE_MARKER_RING : MOTE_MARKER_CROSS;
    marker.radius += series->style == MOTE_SERIES_RINGS ? 1.7 : 1.5;
    marker.opacity = 1;
    return marker;
}

static mote_status draw_markers(const mote_frame *frame, const mote_series *series, mote_marker marker, mote_point *points,
                                mote_arena *scratch, mote_error *err)
{
    size_t next = 0, count = 0, more;

    while ((more = next_run(frame, series, &next, points + count)) > 0)
        count += more;
    MOTE_TRY(mote_thin_markers(points, &count, frame->plot, 1, scratch, err));
    mote_draw_markers(frame->canvas, points, count, marker);
    return MOTE_OK;
}

static mote_status draw_series(const mote_frame *frame, const mote_chart *chart, int s, mote_arena *scratch, mote_error *err)
{
    const mote_series *series = &chart->series[s];
    uint32_t           colour = mote_colour_or(series->colour, s);
    mote_arena_mark    mark = mote_arena_get_mark(scratch);
    mote_point        *points = MOTE_NEW(scratch, mote_point, series->count, err);
    mote_status        status = MOTE_OK;

    if (!points)
        return err->code;
    if (is_line(series))
        draw_line(frame, series, colour, points);
    else
        status = draw_markers(frame, series, marker_of(chart, series, colour), points, scratch, err);
    mote_arena_release(scratch, mark);
    return status;
}

static mote_status draw(const mote_chart *chart, mote_frame *frame, mote_arena *scratch, mote_error *err)
{
    mote_legend_entry *legend = mote_chart_legend(chart, false, scratch, err);
    mote_status        status = MOTE_OK;
    bool               has_values;
    int                s;

    if (!legend)
        return err->code;
    mote_frame_header(frame, chart, legend, chart->series_count);
    frame->x.scale = chart->x_log ? MOTE_SCALE_LOG : MOTE_SCALE_LINEAR;
    frame->y.scale = chart->y_log ? MOTE_SCALE_LOG : MOTE_SCALE_LINEAR;
    has_values = cover_series(frame, chart);
    mote_frame_place(frame, chart->x_title, chart->y_title);
    mote_frame_draw(frame, chart->x_title, chart->y_title);
    mote_canvas_clip(frame->canvas, (mote_box){frame->plot.x - CLIP_MARGIN, frame->plot.y - CLIP_MARGIN,
                                               frame->plot.width + 2 * CLIP_MARGIN, frame->plot.height + 2 * CLIP_MARGIN});
    for (s = 0; s < chart->series_count && status == MOTE_OK; s++)
        status = draw_series(frame, chart, s, scratch, err);
    mote_canvas_unclip(frame->canvas);
    if (!has_values)
        mote_frame_no_values(frame);
    return status;
}

const mote_chart_ops mote_chart_xy = {check, natural_size, draw};
