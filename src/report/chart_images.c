/* A grid of samples: the picture, below it the true class, and where the model said something else, that in the colour of
 * a mistake with a frame around the picture.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "report/chart.h"
#include "report/font.h"

#define CELL_MIN     88.0
#define CELL_MAX     150.0
#define GAP          14.0
#define CAPTION_SIZE 12.0
#define CAPTION_ROW  16.0

static mote_status check(const mote_chart *chart, mote_error *err)
{
    int i;

    if (chart->sample_count < 0 || chart->column_count < 0 || (chart->sample_count > 0 && !chart->samples))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "image grid: sample_count and column_count must not be negative, samples not "
                         "NULL");
    for (i = 0; i < chart->sample_count; i++) {
        const mote_chart_image *image = &chart->samples[i];
        if (!image->pixels || image->width < 1 || image->height < 1 || image->width > 8192 || image->height > 8192 ||
            (image->channel_count != 1 && image->channel_count != 3))
            return mote_fail(err, MOTE_ERR_USAGE,
                             "image grid: sample %d: needs pixels, 1 to 8192 of them a side, and 1 or 3 channels", i);
    }
    return MOTE_OK;
}

static bool is_wrong(const mote_chart_image *image)
{
    return image->label && image->predicted && strcmp(image->label, image->predicted) != 0;
}

static mote_fitted caption_of(mote_canvas *canvas, const char *prefix, const char *string, double width)
{
    mote_text   whole = {0};
    mote_fitted fitted = {{0}};

    mote_text_puts(&whole, prefix);
    mote_text_puts(&whole, string);
    canvas->has_failed = canvas->has_failed || whole.failed;
    if (whole.bytes)
        fitted = mote_text_fit(whole.bytes, CAPTION_SIZE, false, width);
    mote_text_free(&whole);
    return fitted;
}

static int rows_of_captions(const mote_chart *chart)
{
    int rows = 0, i;

    for (i = 0; i < chart->sample_count && rows < 2; i++)
        if (is_wrong(&chart->samples[i]))
            rows = 2;
        else if (chart->samples[i].label || chart->samples[i].predicted)
            rows = 1;
    return rows;
}

static int columns_of(const mote_chart *chart)
{
    int columns = chart->column_count > 0 ? chart->column_count : (int)ceil(sqrt(1.6 * chart->sample_count));

    if (columns > chart->sample_count)
        columns = chart->sample_count;
    return columns < 1 ? 1 : columns;
}

/* Wide enough for the widest caption, within reason. */
static double natural_cell(const mote_chart *chart)
{
    double widest = CELL_MIN;
    int    i;

    for (i = 0; i < chart->sample_count; i++) {
        const mote_chart_image *image = &chart->samples[i];
        if (image->label)
            widest = fmax(widest, mote_text_width(image->label, CAPTION_SIZE, false));
        if (is_wrong(image))
            widest = fmax(widest, mote_text_width(image->predicted, CAPTION_SIZE, false) +
                                      mote_text_width("predicted ", CAPTION_SIZE, false));
    }
    return fmin(widest, CELL_MAX);
}

static mote_chart_size natural_size(const mote_chart *chart)
{
    int    columns = columns_of(chart), rows = (chart->sample_count + columns - 1) / columns;
    double cell = natural_cell(chart), pitch = cell + CAPTION_ROW * rows_of_captions(chart) + GAP;

    return (mote_chart_size){fmax(columns * (cell + GAP) - GAP, 200),
                             mote_chart_heading_height(chart) + 4 + rows * pitch - 6};
}

static void draw_captions(const mote_frame *frame, const mote_chart_image *image, mote_box cell)
{
    mote_lettering lettering = {.size = CAPTION_SIZE, .colour = MOTE_COLOUR_TITLE, .align = MOTE_ALIGN_MIDDLE};
    mote_point     at = {cell.x + cell.width / 2, cell.y + cell.height + CAPTION_ROW};
    double         room = cell.width + GAP - 4;

    if (image->label || image->predicted)
        mote_draw_text(frame->canvas, at,
                       caption_of(frame->canvas, "", image->label ? image->label : image->predicted, room).text, lettering);
    if (!is_wrong(image))
        return;
    at.y += CAPTION_ROW - 1;
    lettering.colour = MOTE_COLOUR_WRONG;
    mote_draw_text(frame->canvas, at, caption_of(frame->canvas, "predicted ", image->predicted, room).text, lettering);
}

/* The picture in its own shape, as large as the cell allows. */
static mote_box box_in_cell(const mote_chart_image *image, mote_box cell)
{
    double scale = fmin(cell.width / image->width, cell.height / image->height);
    double width = image->width * scale, height = image->height * scale;

    return (mote_box){cell.x + (cell.width - width) / 2, cell.y + (cell.height - height) / 2, width, height};
}

static void draw_sample(const mote_frame *frame, const mote_chart_image *image, mote_box cell)
{
    mote_box    box = box_in_cell(image, cell), around = {box.x - 3, box.y - 3, box.width + 6, box.height + 6};
    mote_stroke frame_stroke = {.colour = MOTE_COLOUR_WRONG, .width = 3};

    mote_draw_image(frame->canvas, box, (mote_pixels){image->pixels, image->width, image->height, image->channel_count});
    if (is_wrong(image))
        mote_draw_frame(frame->canvas, around, frame_stroke);
    else
        mote_draw_frame(frame->canvas, box, (mote_stroke){.colour = MOTE_COLOUR_GRID, .width = 1});
    draw_captions(frame, image, cell);
}

static mote_status draw(const mote_chart *chart, mote_frame *frame, mote_arena *scratch, mote_error *err)
{
    int    columns = columns_of(chart), rows = (chart->sample_count + columns - 1) / columns, i;
    double captions = CAPTION_ROW * rows_of_captions(chart), cell;

    (void)scratch, (void)err;
    mote_frame_header(frame, chart, NULL, 0);
    cell = (frame->area.width + GAP) / columns - GAP;
    cell = fmin(cell, (frame->area.height - 4 + 6) / fmax(rows, 1) - GAP - captions);
    cell = fmax(cell, 8);
    for (i = 0; i < chart->sample_count; i++) {
        const int row = i / columns, column = i % columns;
        mote_box  box = {frame->area.x + column * (cell + GAP), frame->area.y + 4 + row * (cell + captions + GAP), cell,
                         cell};
        draw_sample(frame, &chart->samples[i], box);
    }
    return MOTE_OK;
}

const mote_chart_ops mote_chart_images = {check, natural_size, draw};
