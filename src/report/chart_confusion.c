/* Confusion matrix: row = true class, column = predicted class, shaded by the share of the row, so that rare classes show
 * as well as frequent ones. With more classes than there is room for numbers it is one small image.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/chart.h"
#include "report/font.h"

#define BAR_ROOM  64.0 /* the scale at the right */
#define LABEL_MAX 120.0

/* Up to so many classes: zeros are written, cells are drawn one by one, any at all. */
enum { ZEROS_MAX = 16, CELLS_MAX = 48, CLASSES_MAX = 4096 };

static const uint32_t shade_low = 0xf6f8fa, shade_high = 0x08519c;

static mote_status check(const mote_chart *chart, mote_error *err)
{
    if (chart->label_count < 1 || chart->label_count > CLASSES_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "confusion matrix: label_count %d is not in 1..%d", chart->label_count,
                         CLASSES_MAX);
    if (!chart->counts)
        return mote_fail(err, MOTE_ERR_USAGE, "confusion matrix: counts is NULL");
    return MOTE_OK;
}

static double label_room(const mote_chart *chart)
{
    return fmin(mote_chart_widest_label(chart), LABEL_MAX) + 8;
}

static mote_number count_text(int64_t count)
{
    return count < 1000000 ? mote_number_grouped((double)count, 0) : mote_number_rounded((double)count);
}

static double widest_count(const mote_chart *chart)
{
    double widest = 0;
    int    cells = chart->label_count * chart->label_count, i;

    for (i = 0; i < cells; i++)
        widest = fmax(widest, mote_text_width(count_text(chart->counts[i]).text, 12, false));
    return widest;
}

static double natural_cell(const mote_chart *chart)
{
    int n = chart->label_count;

    if (n > CELLS_MAX)
        return fmax(600.0 / n, 0.5);
    return fmax(n <= 4 ? 76 : n <= 10 ? 46 : n <= 20 ? 34 : 26, n <= 20 ? widest_count(chart) + 10 : 0);
}

static mote_chart_size natural_size(const mote_chart *chart)
{
    double cell = natural_cell(chart), labels = label_room(chart), side = cell * chart->label_count;
    bool   is_upright = labels > cell;

    return (mote_chart_size){side + labels + mote_axis_title_room("true") + BAR_ROOM,
                             side + (is_upright ? labels : MOTE_TICK_SIZE + 8) + mote_axis_title_room("predicted") +
                                 mote_chart_heading_height(chart) + 6};
}

static double row_sum(const mote_chart *chart, int row)
{
    double sum = 0;
    int    column;

    for (column = 0; column < chart->label_count; column++)
        sum += fmax((double)chart->counts[(size_t)row * (size_t)chart->label_count + (size_t)column], 0);
    return sum;
}

static uint32_t shade_of(const mote_chart *chart, int row, int column, double sum)
{
    double count = fmax((double)chart->counts[(size_t)row * (size_t)chart->label_count + (size_t)column], 0);

    /* The root makes single confusions visible beside a full diagonal. */
    return mote_colour_mix(shade_low, shade_high, sum > 0 ? sqrt(count / sum) : 0);
}

static void draw_cell(const mote_frame *frame, mote_box box, int64_t count, uint32_t shade, bool has_zeros)
{
    mote_lettering lettering = {.size = 12, .colour = mote_colour_on(shade), .align = MOTE_ALIGN_MIDDLE};
    mote_number    number = count_text(count);
    double         width = mote_text_width(number.text, lettering.size, false);

    mote_draw_rectangle(frame->canvas, (mote_box){box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1},
                        (mote_fill){shade, 1});
    if (count == 0 && !has_zeros)
        return;
    if (count == 0)
        lettering.colour = 0xafb8c1; /* zeros step back */
    if (width > box.width - 3)
        lettering.size *= (box.width - 3) / width;
    if (lettering.size >= 6 && lettering.size <= box.height)
        mote_draw_text_centred(frame->canvas, (mote_point){box.x + box.width / 2, box.y + box.height / 2}, number.text,
                               lettering);
}

static void draw_cells(const mote_frame *frame, const mote_chart *chart, double cell)
{
    int row, column;

    for (row = 0; row < chart->label_count; row++) {
        double sum = row_sum(chart, row);
        for (column = 0; column < chart->label_count; column++)
            draw_cell(frame, (mote_box){frame->plot.x + column * cell, frame->plot.y + row * cell, cell, cell},
                      chart->counts[row * chart->label_count + column], shade_of(chart, row, column, sum),
                      chart->label_count <= ZEROS_MAX);
    }
}

static mote_status draw_as_image(const mote_frame *frame, const mote_chart *chart, mote_arena *scratch, mote_error *err)
{
    size_t   n = (size_t)chart->label_count;
    uint8_t *bytes = MOTE_NEW(scratch, uint8_t, mote_size_mul(n * n, 3), err);
    int      row, column;

    if (!bytes)
        return err->code;
    for (row = 0; row < chart->label_count; row++) {
        double sum = row_sum(chart, row);
        for (column = 0; column < chart->label_count; column++) {
            uint32_t shade = shade_of(chart, row, column, sum);
            uint8_t *pixel = bytes + ((size_t)row * n + (size_t)column) * 3;
            pixel[0] = (uint8_t)(shade >> 16);
            pixel[1] = (uint8_t)(shade >> 8);
            pixel[2] = (uint8_t)shade;
        }
    }
    mote_draw_image(frame->canvas, frame->plot, (mote_pixels){bytes, chart->label_count, chart->label_count, 3});
    mote_draw_frame(frame->canvas, frame->plot, (mote_stroke){.colour = MOTE_COLOUR_GRID, .width = 1});
    return MOTE_OK;
}

static void draw_labels(const mote_frame *frame, const mote_chart *chart, double cell, bool is_upright)
{
    mote_lettering row = {.size = MOTE_TICK_SIZE, .colour = MOTE_COLOUR_TITLE, .align = MOTE_ALIGN_END};
    mote_lettering column = row;
    double         bottom = frame->plot.y + frame->plot.height;
    int            stride = mote_chart_label_stride(MOTE_TICK_SIZE + 2, cell), i;

    column.is_upright = is_upright;
    column.align = is_upright ? MOTE_ALIGN_END : MOTE_ALIGN_MIDDLE;
    for (i = 0; i < chart->label_count; i += stride) {
        mote_number room;
        mote_fitted label = mote_text_fit(mote_chart_label(chart, i, &room), row.size, false, LABEL_MAX);
        double      middle = (i + 0.5) * cell;
        mote_draw_text_centred(frame->canvas, (mote_point){frame->plot.x - 7, frame->plot.y + middle}, label.text, row);
        mote_draw_text_centred(frame->canvas, (mote_point){frame->plot.x + middle, bottom + (is_upright ? 6 : 12)},
                               label.text, column);
    }
}

/* The shades' meaning, as a bar from 0 % to 100 % of the true class. */
static void draw_scale(const mote_frame *frame)
{
    const mote_lettering lettering = {.size = 10.5, .colour = MOTE_COLOUR_TEXT};
    const mote_box      *plot = &frame->plot;
    double               x = plot->x + plot->width + 14, height = fmin(plot->height, 180), step = height / 60;
    int                  i;

    for (i = 0; i < 60; i++) /* each reaches under the next: no seams */
        mote_draw_rectangle(frame->canvas, (mote_box){x, plot->y + i * step, 10, i < 59 ? step + 0.5 : step},
                            (mote_fill){mote_colour_mix(shade_low, shade_high, sqrt(1 - (i + 0.5) / 60)), 1});
    for (i = 0; i <= 2; i++) {
        static const char *const labels[] = {"100%", "50%", "0%"};
        mote_draw_text_centred(frame->canvas,
                               (mote_point){x + 14, fmin(fmax(plot->y + height * i / 2, plot->y + 5), plot->y + height - 5)},
                               labels[i], lettering);
    }
    if (plot->height >= 220)
        mote_draw_text(frame->canvas, (mote_point){x + 9, plot->y + height + 16}, "of row",
                       (mote_lettering){.size = 10.5, .colour = MOTE_COLOUR_TEXT, .align = MOTE_ALIGN_MIDDLE});
}

static mote_status draw(const mote_chart *chart, mote_frame *frame, mote_arena *scratch, mote_error *err)
{
    const char *x_title = chart->x_title ? chart->x_title : "predicted";
    const char *y_title = chart->y_title ? chart->y_title : "true";
    double      labels = label_room(chart), left = labels + mote_axis_title_room(y_title), below, cell;
    bool        is_upright;

    mote_frame_header(frame, chart, NULL, 0);
    cell = (frame->area.width - left - BAR_ROOM) / chart->label_count;
    is_upright = labels > cell;
    below = (is_upright ? labels : MOTE_TICK_SIZE + 8) + mote_axis_title_room(x_title);
    cell = fmax(fmin(cell, (frame->area.height - below - 6) / chart->label_count), 1e-2);
    frame->plot = (mote_box){frame->area.x + left, frame->area.y + 4, cell * chart->label_count, cell * chart->label_count};
    frame->area.height = frame->plot.height + 4 + below; /* the titles stand at the matrix, also in a higher area */
    if (chart->label_count <= CELLS_MAX)
        draw_cells(frame, chart, cell);
    else
        MOTE_TRY(draw_as_image(frame, chart, scratch, err));
    draw_labels(frame, chart, cell, is_upright);
    mote_frame_axis_titles(frame, x_title, y_title);
    draw_scale(frame);
    return MOTE_OK;
}

const mote_chart_ops mote_chart_confusion = {check, natural_size, draw};
