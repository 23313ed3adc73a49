/* From charts to a file: sizes, the grid of panels, the back end. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/file.h"
#include "report/chart.h"
#include "report/font.h"

#define MARGIN       16.0
#define SHARP_PIXELS 2e7 /* larger pictures have one pixel for one: they would take seconds and gigabytes */

enum { SIDE_MAX = 16384, SCALE_DEFAULT = 2, SCALE_MAX = 8, PANELS_MAX = 1024 };

static const mote_chart_ops *const kinds[] = {
    [MOTE_CHART_XY] = &mote_chart_xy,
    [MOTE_CHART_BARS] = &mote_chart_bars,
    [MOTE_CHART_HISTOGRAM] = &mote_chart_histogram,
    [MOTE_CHART_CONFUSION] = &mote_chart_confusion,
    [MOTE_CHART_IMAGES] = &mote_chart_images,
    [MOTE_CHART_TIMELINE] = &mote_chart_timeline,
    [MOTE_CHART_NETWORK] = &mote_chart_network,
};

mote_status mote_chart_check_series(const mote_chart *chart, mote_error *err)
{
    int s;

    if (chart->series_count < 0 || (chart->series_count > 0 && !chart->series))
        return mote_fail(err, MOTE_ERR_USAGE, "chart: series_count must not be negative, series not NULL");
    for (s = 0; s < chart->series_count; s++)
        if (chart->series[s].count > 0 && !chart->series[s].y)
            return mote_fail(err, MOTE_ERR_USAGE, "chart: series %d has no y", s);
    return MOTE_OK;
}

mote_legend_entry *mote_chart_legend(const mote_chart *chart, bool is_box, mote_arena *scratch, mote_error *err)
{
    mote_legend_entry *entries = MOTE_NEW(scratch, mote_legend_entry, chart->series_count, err);
    int                s;

    for (s = 0; entries && s < chart->series_count; s++)
        entries[s] = (mote_legend_entry){.name = chart->series[s].name,
                                         .style = chart->series[s].style,
                                         .is_box = is_box,
                                         .colour = mote_colour_or(chart->series[s].colour, s)};
    return entries;
}

const char *mote_chart_label(const mote_chart *chart, int index, mote_number *room)
{
    if (chart->labels && chart->labels[index])
        return chart->labels[index];
    *room = mote_number_grouped(index, 0);
    return room->text;
}

double mote_chart_widest_label(const mote_chart *chart)
{
    double      widest = 0;
    mote_number room;
    int         i;

    for (i = 0; i < chart->label_count; i++)
        widest = fmax(widest, mote_text_width(mote_chart_label(chart, i, &room), MOTE_TICK_SIZE, false));
    return widest;
}

int mote_chart_label_stride(double needed, double slot)
{
    static const int mantissas[] = {1, 2, 5};
    int              power, m;

    for (power = 1; power < 100000000; power *= 10)
        for (m = 0; m < 3; m++)
            if (mantissas[m] * power * slot >= needed)
                return mantissas[m] * power;
    return INT32_MAX / 2;
}

double mote_chart_heading_height(const mote_chart *chart)
{
    bool has_title = chart->title && chart->title[0] != '\0', has_subtitle = chart->subtitle && chart->subtitle[0] != '\0';

    return (has_title ? 25 : 0) + (has_subtitle ? 21 : 0) + (has_title || has_subtitle ? 3 : 0);
}

static mote_status check(const mote_chart *chart, mote_error *err)
{
    if ((unsigned)chart->kind >= sizeof kinds / sizeof kinds[0])
        return mote_fail(err, MOTE_ERR_USAGE, "chart: %d is not a kind of chart", (int)chart->kind);
    if (chart->width < 0 || chart->height < 0)
        return mote_fail(err, MOTE_ERR_USAGE, "chart: width and height must not be negative");
    if (chart->png_scale < 0 || chart->png_scale > SCALE_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "chart: png_scale %d is not in 0..%d", chart->png_scale, SCALE_MAX);
    return kinds[chart->kind]->check(chart, err);
}

static mote_chart_size size_of(const mote_chart *chart)
{
    mote_chart_size size = {chart->width, chart->height};

    if (chart->width == 0 || chart->height == 0) {
        mote_chart_size natural = kinds[chart->kind]->natural_size(chart);
        size.width = chart->width > 0 ? chart->width : ceil(natural.width + 2 * MARGIN);
        size.height = chart->height > 0 ? chart->height : ceil(natural.height + 2 * MARGIN);
    }
    return size;
}

/* Columns are as wide as their widest chart, rows as high as their highest. */
typedef struct panel_grid {
    double column_width[PANELS_MAX], row_height[PANELS_MAX];
    double width, height;
    int    column_count;
} panel_grid;

static void measure_grid(panel_grid *grid, const mote_chart *charts, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        mote_chart_size size = size_of(&charts[i]);
        double         *width = &grid->column_width[i % grid->column_count];
        double         *height = &grid->row_height[i / grid->column_count];
        *width = fmax(*width, size.width);
        *height = fmax(*height, size.height);
    }
    for (i = 0; i < PANELS_MAX; i++) {
        grid->width += grid->column_width[i];
        grid->height += grid->row_height[i];
    }
}

static mote_box panel_box(const panel_grid *grid, int index)
{
    mote_box box = {0, 0, grid->column_width[index % grid->column_count], grid->row_height[index / grid->column_count]};
    int      i;

    for (i = 0; i < index % grid->column_count; i++)
        box.x += grid->column_width[i];
    for (i = 0; i < index / grid->column_count; i++)
        box.y += grid->row_height[i];
    return box;
}

static mote_status draw_panel(mote_canvas *canvas, const mote_chart *chart, mote_box box, mote_error *err)
{
    mote_arena  scratch = {0};
    mote_frame  frame = {.canvas = canvas};
    mote_status status;

    frame.area =
        (mote_box){box.x + MARGIN, box.y + MARGIN, fmax(box.width - 2 * MARGIN, 20), fmax(box.height - 2 * MARGIN, 20)};
    status = kinds[chart->kind]->draw(chart, &frame, &scratch, err);
    mote_arena_destroy(&scratch);
    return status;
}

static bool fits(mote_chart_size size, int scale)
{
    return size.width * scale <= SIDE_MAX && size.height * scale <= SIDE_MAX;
}

static int scale_of(const mote_chart *first, mote_chart_size size, mote_chart_format format)
{
    if (format == MOTE_CHART_SVG)
        return 1;
    if (first->png_scale > 0)
        return first->png_scale;
    return fits(size, SCALE_DEFAULT) && size.width * size.height <= SHARP_PIXELS ? SCALE_DEFAULT : 1;
}

static mote_status open_canvas(mote_canvas **canvas, const mote_chart *first, mote_chart_size size, mote_chart_format format,
                               mote_error *err)
{
    const int scale = scale_of(first, size, format);

    *canvas = NULL;
    if (!fits(size, scale))
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "the picture would have %.0f x %.0f pixels, the limit is %d a side; set width, "
                         "height or png_scale",
                         size.width * scale, size.height * scale, SIDE_MAX);
    if (format == MOTE_CHART_SVG)
        return mote_canvas_open_svg(canvas, (int)size.width, (int)size.height, first->title, err);
    return mote_canvas_open_png(canvas, (int)size.width, (int)size.height, scale, err);
}

mote_status mote_charts_render(const mote_chart *charts, int count, int column_count, mote_chart_format format,
                               mote_text *out, mote_error *err)
{
    panel_grid   grid = {.column_count = column_count > 0 ? column_count : 1};
    mote_canvas *canvas;
    mote_status  status;
    int          i;

    if (count < 1 || count > PANELS_MAX || grid.column_count > PANELS_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "charts: %d is not in 1..%d", count, PANELS_MAX);
    for (i = 0; i < count; i++)
        MOTE_TRY(check(&charts[i], err));
    measure_grid(&grid, charts, count);
    status = open_canvas(&canvas, &charts[0], (mote_chart_size){grid.width, grid.height}, format, err);
    for (i = 0; i < count && status == MOTE_OK; i++)
        status = draw_panel(canvas, &charts[i], panel_box(&grid, i), err);
    if (status == MOTE_OK)
        status = mote_canvas_finish(canvas, out, err);
    mote_canvas_close(canvas);
    return status;
}

static mote_status format_of(const char *path, mote_chart_format *format, mote_error *err)
{
    *format = mote_path_has_suffix(path, ".png") ? MOTE_CHART_PNG : MOTE_CHART_SVG;
    if (*format == MOTE_CHART_SVG && !mote_path_has_suffix(path, ".svg"))
        return mote_fail(err, MOTE_ERR_USAGE, "a chart's file name ends in .svg or .png");
    return MOTE_OK;
}

mote_status mote_charts_save(const mote_chart *charts, int32_t count, int32_t column_count, const char *path,
                             mote_error *err)
{
    mote_text         whole = {0};
    mote_chart_format format;
    mote_status       status;

    if ((status = format_of(path, &format, err)) == MOTE_OK)
        status = mote_charts_render(charts, count, column_count, format, &whole, err);
    if (status != MOTE_OK)
        mote_context(err, "%s", path);
    else
        status = mote_file_write(path, whole.bytes, whole.count, err); /* names the path itself */
    mote_text_free(&whole);
    return status;
}

mote_status mote_chart_save(const mote_chart *chart, const char *path, mote_error *err)
{
    return mote_charts_save(chart, 1, 1, path, err);
}
