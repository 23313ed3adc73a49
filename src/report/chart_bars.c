/* Bar charts: upright while the labels fit below their bars, else lying with the labels at the left.
 *
 * All places are computed along two directions: `along` runs over the categories, `value` in the direction of the bars.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/chart.h"
#include "report/font.h"

#define ROW_HEIGHT      24.0
#define LABEL_WIDTH_MAX 220.0
#define GROUP_SHARE     0.76 /* of a slot that its bars fill */
#define VALUE_SIZE      11.0
#define BAR_WIDTH_MAX   64.0

typedef struct bar_layout {
    const mote_chart        *chart;
    mote_frame              *frame;
    const mote_legend_entry *legend;
    bool                     is_lying;
    bool                     has_values; /* the number stands at each bar's end */
    double                   slot;       /* pixels from one category to the next */
} bar_layout;

static mote_status check(const mote_chart *chart, mote_error *err)
{
    int s;

    MOTE_TRY(mote_chart_check_series(chart, err));
    if (chart->label_count < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "bar chart: label_count is negative");
    for (s = 0; s < chart->series_count; s++)
        if (chart->series[s].count != (size_t)chart->label_count)
            return mote_fail(err, MOTE_ERR_USAGE, "bar chart: series %d has %zu values for %d labels", s,
                             chart->series[s].count, chart->label_count);
    return MOTE_OK;
}

/* Upright needs room for every label in its slot; 68 is what the value axis takes, about. */
static bool must_lie(const mote_chart *chart, double width)
{
    return chart->label_count > 0 && chart->labels && mote_chart_widest_label(chart) + 8 > (width - 68) / chart->label_count;
}

static mote_chart_size natural_size(const mote_chart *chart)
{
    double rows = chart->label_count * fmax(ROW_HEIGHT, 10.0 * chart->series_count + 8);
    double width = chart->width > 0 ? chart->width - 32 : 688; /* without the margins */

    if (must_lie(chart, width))
        return (mote_chart_size){688, fmin(rows, 3000) + mote_chart_heading_height(chart) +
                                          (chart->series_count > 1 ? 24 : 0) + mote_axis_title_room(chart->y_title) + 40};
    return (mote_chart_size){688, 358};
}

static double widest_value(const mote_chart *chart)
{
    double widest = 0;
    int    s;
    size_t i;

    for (s = 0; s < chart->series_count; s++)
        for (i = 0; i < chart->series[s].count; i++)
            widest = fmax(widest, mote_text_width(mote_number_rounded(chart->series[s].y[i]).text, VALUE_SIZE, false));
    return widest;
}

/* The end at zero is kept exact; the others leave room for the numbers, which lie along the axis when the bars do. */
static void cover_values(const bar_layout *layout, mote_axis *axis)
{
    const mote_chart *chart = layout->chart;
    double            lying = (widest_value(chart) + 8) / fmax(layout->frame->area.width, 60), margin;
    mote_range_of     range = {0};
    int               s;
    size_t            i;

    mote_range_add(&range, 0, axis->scale);
    for (s = 0; s < chart->series_count; s++)
        for (i = 0; i < chart->series[s].count; i++)
            mote_range_add(&range, chart->series[s].y[i], axis->scale);
    if (range.low == range.high) /* nothing, or all zero */
        range.high = 1;
    margin = layout->is_lying ? fmin(1.5 * lying, 0.3) : 18 / fmax(layout->frame->area.height, 60);
    mote_axis_cover(axis, &range, (mote_cover){range.low < 0 ? margin : 0, range.high > 0 ? margin : 0, false});
}

static void place_upright(bar_layout *layout)
{
    mote_frame *frame = layout->frame;

    frame->x = (mote_axis){.scale = MOTE_SCALE_INTEGER, .low = 0, .high = fmax(layout->chart->label_count, 1)};
    mote_frame_place(frame, layout->chart->x_title, layout->chart->y_title);
    frame->x.tick_count = 0; /* categories have labels, not ticks */
    mote_frame_draw(frame, layout->chart->x_title, layout->chart->y_title);
    layout->slot = frame->plot.width / fmax(layout->chart->label_count, 1);
}

/* Lying: the value axis is x, the categories run down. x_title stays the title of the categories. */
static void place_lying(bar_layout *layout)
{
    const mote_chart *chart = layout->chart;
    mote_frame       *frame = layout->frame;
    double            labels = fmin(mote_chart_widest_label(chart), LABEL_WIDTH_MAX);
    mote_axis         value = frame->y;
    mote_box          area = frame->area;

    /* mote_frame_place measures an empty y axis as nothing: the labels' room is taken off the area for that moment. */
    frame->area.x += labels + 2;
    frame->area.width -= labels + 2;
    frame->x = value;
    frame->y = (mote_axis){.scale = MOTE_SCALE_INTEGER, .low = 0.25, .high = 0.75};
    mote_frame_place(frame, chart->y_title, chart->x_title);
    frame->area = area;
    mote_frame_draw(frame, chart->y_title, chart->x_title);
    layout->slot = frame->plot.height / fmax(chart->label_count, 1);
}

static double value_at(const bar_layout *layout, double value)
{
    return mote_axis_at(layout->is_lying ? &layout->frame->x : &layout->frame->y, value);
}

static mote_box bar_box(const bar_layout *layout, double along, double width, double value)
{
    double zero = value_at(layout, 0), end = value_at(layout, value);
    double low = fmin(zero, end), length = fabs(zero - end);

    return layout->is_lying ? (mote_box){low, along, length, width} : (mote_box){along, low, width, length};
}

static void draw_value(const bar_layout *layout, mote_box box, double value)
{
    mote_lettering lettering = {.size = VALUE_SIZE, .colour = MOTE_COLOUR_TITLE, .align = MOTE_ALIGN_MIDDLE};
    mote_number    number = mote_number_rounded(value);
    mote_point     at = {box.x + box.width / 2, value < 0 ? box.y + box.height + 9 : box.y - 8};

    if (layout->is_lying) {
        lettering.align = value < 0 ? MOTE_ALIGN_END : MOTE_ALIGN_START;
        at = (mote_point){value < 0 ? box.x - 5 : box.x + box.width + 5, box.y + box.height / 2};
    }
    mote_draw_text_centred(layout->frame->canvas, at, number.text, lettering);
}

/* The values of `merged` categories from `first` on show as the one that is farthest from zero; NAN when none can show. */
static double farthest(const mote_series *series, size_t first, size_t merged)
{
    double found = NAN;
    size_t i;

    for (i = first; i < series->count && i < first + merged; i++)
        if (mote_can_show(series->y[i], MOTE_SCALE_LINEAR) && !(fabs(series->y[i]) <= fabs(found)))
            found = series->y[i];
    return found;
}

static void draw_series(const bar_layout *layout, int s, size_t merged)
{
    const mote_chart  *chart = layout->chart;
    const mote_series *series = &chart->series[s];
    const mote_box    *plot = &layout->frame->plot;
    double             slot = layout->slot * (double)merged, share = slot > 4 ? GROUP_SHARE : 1;
    double             width = fmin(slot * share / chart->series_count, BAR_WIDTH_MAX);
    double             inset = (slot - width * chart->series_count) / 2;
    size_t             i;

    for (i = 0; i < series->count; i += merged) {
        double along = (layout->is_lying ? plot->y : plot->x) + layout->slot * (double)i + inset + width * s;
        double value = farthest(series, i, merged);
        if (isnan(value))
            continue;
        mote_draw_rectangle(layout->frame->canvas,
                            bar_box(layout, along, width > 5 && chart->series_count > 1 ? width - 1 : width, value),
                            (mote_fill){layout->legend[s].colour, 1});
        if (layout->has_values)
            draw_value(layout, bar_box(layout, along, width, value), value);
    }
}

static void draw_labels(const bar_layout *layout)
{
    const mote_box *plot = &layout->frame->plot;
    mote_lettering  lettering = {
         .size = MOTE_TICK_SIZE, .colour = MOTE_COLOUR_TITLE, .align = layout->is_lying ? MOTE_ALIGN_END : MOTE_ALIGN_MIDDLE};
    double needed = layout->is_lying ? MOTE_TICK_SIZE + 2 : mote_chart_widest_label(layout->chart) + 6;
    int    stride = mote_chart_label_stride(needed, layout->slot), i;

    for (i = 0; i < layout->chart->label_count; i += stride) {
        mote_number room;
        const char *label = mote_chart_label(layout->chart, i, &room);
        double      middle = layout->slot * (i + 0.5);
        if (layout->is_lying)
            mote_draw_text_centred(layout->frame->canvas, (mote_point){plot->x - 8, plot->y + middle},
                                   mote_text_fit(label, lettering.size, false, LABEL_WIDTH_MAX).text, lettering);
        else
            mote_draw_text(layout->frame->canvas,
                           (mote_point){plot->x + middle, plot->y + plot->height + MOTE_TICK_SIZE + 6}, label, lettering);
    }
}

static bool values_fit(const bar_layout *layout)
{
    const mote_chart *chart = layout->chart;
    double            room = layout->slot * GROUP_SHARE / fmax(chart->series_count, 1);

    if (layout->is_lying)
        return room >= 11;
    if (room < 16)
        return false;
    return widest_value(chart) <= fmin(room, BAR_WIDTH_MAX) * (chart->series_count > 1 ? 1 : 1 / GROUP_SHARE);
}

static mote_status draw(const mote_chart *chart, mote_frame *frame, mote_arena *scratch, mote_error *err)
{
    mote_legend_entry *legend = mote_chart_legend(chart, true, scratch, err);
    bar_layout         layout = {.chart = chart, .frame = frame, .legend = legend};
    mote_point         zero[2];
    int                s;

    if (!legend)
        return err->code;
    mote_frame_header(frame, chart, legend, chart->series_count);
    layout.is_lying = must_lie(chart, frame->area.width);
    cover_values(&layout, &frame->y);
    if (layout.is_lying)
        place_lying(&layout);
    else
        place_upright(&layout);
    layout.has_values = values_fit(&layout);
    for (s = 0; s < chart->series_count; s++) /* no more bars than pixels */
        draw_series(&layout, s, (size_t)fmax(1, ceil(1 / layout.slot)));
    zero[0] = zero[1] = (mote_point){frame->plot.x, frame->plot.y};
    if (layout.is_lying) {
        zero[0].x = zero[1].x = floor(value_at(&layout, 0)) + 0.5;
        zero[1].y += frame->plot.height;
    } else {
        zero[0].y = zero[1].y = floor(value_at(&layout, 0)) + 0.5;
        zero[1].x += frame->plot.width;
    }
    mote_draw_line(frame->canvas, zero[0], zero[1], (mote_stroke){.colour = MOTE_COLOUR_LINE, .width = 1});
    draw_labels(&layout);
    if (chart->label_count == 0 || chart->series_count == 0)
        mote_frame_no_values(frame);
    return MOTE_OK;
}

const mote_chart_ops mote_chart_bars = {check, natural_size, draw};
