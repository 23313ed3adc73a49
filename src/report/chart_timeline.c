/* Memory over time: every buffer is a rectangle over the steps that it lives and the bytes that it occupies.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/chart.h"
#include "report/font.h"

#define STEP_LABEL_MAX 110.0
#define NAME_SIZE      11.0
#define SEEN           1.5 /* the least height of a block */

static mote_status check(const mote_chart *chart, mote_error *err)
{
    int i;

    if (chart->block_count < 0 || chart->label_count < 0 || (chart->block_count > 0 && !chart->blocks))
        return mote_fail(err, MOTE_ERR_USAGE, "memory timeline: counts must not be negative, blocks not NULL");
    for (i = 0; i < chart->block_count; i++)
        if (chart->blocks[i].first_step < 0 || chart->blocks[i].last_step < chart->blocks[i].first_step)
            return mote_fail(err, MOTE_ERR_USAGE, "memory timeline: block %d lives from step %d to %d", i,
                             chart->blocks[i].first_step, chart->blocks[i].last_step);
    return MOTE_OK;
}

static mote_chart_size natural_size(const mote_chart *chart)
{
    (void)chart;
    return (mote_chart_size){828, 438};
}

static double top_of(const mote_chart_block *block)
{
    return (double)block->offset + (double)block->bytes;
}

static double peak_bytes(const mote_chart *chart)
{
    double peak = 0;
    int    i;

    for (i = 0; i < chart->block_count; i++)
        peak = fmax(peak, top_of(&chart->blocks[i]));
    return peak;
}

static int step_count(const mote_chart *chart)
{
    int last = chart->labels && chart->label_count > 0 ? chart->label_count - 1 : 0, i;

    for (i = 0; i < chart->block_count; i++)
        last = chart->blocks[i].last_step > last ? chart->blocks[i].last_step : last;
    return last == INT32_MAX ? last : last + 1;
}

typedef struct step_labels {
    bool   is_upright;
    double room; /* below the plot */
} step_labels;

static step_labels measure_step_labels(const mote_chart *chart, double slot)
{
    double widest = mote_chart_widest_label(chart);

    if (widest + 8 <= slot)
        return (step_labels){false, MOTE_TICK_SIZE + 10};
    return (step_labels){true, fmin(widest, STEP_LABEL_MAX) + 12};
}

static void draw_step_labels(const mote_frame *frame, const mote_chart *chart, double slot, bool is_upright)
{
    mote_lettering lettering = {.size = MOTE_TICK_SIZE,
                                .colour = MOTE_COLOUR_TEXT,
                                .is_upright = is_upright,
                                .align = is_upright ? MOTE_ALIGN_END : MOTE_ALIGN_MIDDLE};
    double         y = frame->plot.y + frame->plot.height + (is_upright ? 6 : 12);
    int            stride = is_upright ? mote_chart_label_stride(MOTE_TICK_SIZE + 2, slot) : 1, i;

    for (i = 0; i < chart->label_count; i += stride) {
        mote_number room;
        mote_fitted label =
            mote_text_fit(mote_chart_label(chart, i, &room), MOTE_TICK_SIZE, false, is_upright ? STEP_LABEL_MAX : slot);
        mote_draw_text_centred(frame->canvas, (mote_point){frame->plot.x + (i + 0.5) * slot, y}, label.text, lettering);
    }
}

/* Numbers of steps in the middle of their slots. */
static void draw_step_numbers(const mote_frame *frame)
{
    const mote_lettering lettering = {.size = MOTE_TICK_SIZE, .colour = MOTE_COLOUR_TEXT, .align = MOTE_ALIGN_MIDDLE};
    int                  i;

    for (i = 0; i < frame->x.tick_count; i++)
        mote_draw_text(frame->canvas,
                       (mote_point){mote_axis_at(&frame->x, frame->x.tick[i]), frame->plot.y + frame->plot.height + 17.5},
                       frame->x.label[i].text, lettering);
}

static void draw_name(const mote_frame *frame, const mote_chart_block *block, mote_box box, uint32_t ground)
{
    mote_lettering lettering = {.size = NAME_SIZE, .colour = mote_colour_on(ground), .align = MOTE_ALIGN_MIDDLE};
    mote_point     middle = {box.x + box.width / 2, box.y + box.height / 2};
    mote_number    bytes = mote_number_bytes((double)block->bytes);
    mote_fitted    name;

    if (!block->name)
        return;
    if (box.width < 34 && box.height > 2 * box.width && box.width >= NAME_SIZE + 2) {
        lettering.is_upright = true;
        mote_draw_text_centred(frame->canvas, middle, mote_text_fit(block->name, NAME_SIZE, false, box.height - 6).text,
                               lettering);
        return;
    }
    if (box.height < NAME_SIZE + 1)
        return;
    name = mote_text_fit(block->name, NAME_SIZE, false, box.width - 6);
    if (box.height >= 2 * NAME_SIZE + 8 && name.text[0] != '\0' &&
        mote_text_width(bytes.text, NAME_SIZE - 1, false) <= box.width - 6) {
        mote_lettering small = lettering;
        small.size = NAME_SIZE - 1;
        mote_draw_text_centred(frame->canvas, (mote_point){middle.x, middle.y + 7}, bytes.text, small);
        middle.y -= 7;
    }
    mote_draw_text_centred(frame->canvas, middle, name.text, lettering);
}

static void draw_block(const mote_frame *frame, const mote_chart_block *block, int index)
{
    uint32_t ground = block->colour ? block->colour & 0xffffffu : mote_colour_mix(mote_palette_at(index), 0xffffff, 0.45);
    double left = mote_axis_at(&frame->x, block->first_step - 0.5), right = mote_axis_at(&frame->x, block->last_step + 0.5);
    double top = mote_axis_at(&frame->y, top_of(block)), bottom = mote_axis_at(&frame->y, (double)block->offset);
    double gap_x = right - left > 4 ? 1 : 0, gap_y = bottom - top > 4 ? 1 : 0;
    mote_box box = {left, fmin(top, bottom - SEEN), right - left - gap_x, fmax(bottom - top - gap_y, SEEN)};

    mote_draw_rectangle(frame->canvas, box, (mote_fill){ground, 1});
    draw_name(frame, block, box, ground);
}

/* A dashed line with its caption above it at the right. */
static void draw_level(const mote_frame *frame, double bytes, const char *name, uint32_t colour)
{
    mote_lettering lettering = {.size = MOTE_TICK_SIZE, .colour = colour, .align = MOTE_ALIGN_END};
    double         y = floor(mote_axis_at(&frame->y, bytes)) + 0.5, right = frame->plot.x + frame->plot.width;
    mote_text      caption = {0};

    mote_text_printf(&caption, "%s %s", name, mote_number_bytes(bytes).text);
    mote_draw_line(frame->canvas, (mote_point){frame->plot.x, y}, (mote_point){right, y},
                   (mote_stroke){.colour = colour, .width = 1.2, .is_dashed = true});
    frame->canvas->has_failed = frame->canvas->has_failed || caption.failed;
    if (caption.bytes)
        mote_draw_text(frame->canvas, (mote_point){right, y - 5}, caption.bytes, lettering);
    mote_text_free(&caption);
}

/* The x axis has a slot a step, so step s runs from s - 0.5 to s + 0.5. */
static void place(mote_frame *frame, const mote_chart *chart, const char *x_title, const char *y_title)
{
    mote_range_of bytes = {0};
    step_labels   labels;
    double        area_height = frame->area.height, usual = MOTE_TICK_SIZE + 10;

    mote_range_add(&bytes, 0, MOTE_SCALE_BYTES);
    mote_range_add(&bytes, fmax(fmax(peak_bytes(chart), (double)chart->limit_bytes), 1), MOTE_SCALE_BYTES);
    frame->y.scale = MOTE_SCALE_BYTES;
    mote_axis_cover(&frame->y, &bytes, (mote_cover){0, 0.09, false});
    frame->x = (mote_axis){.scale = MOTE_SCALE_INTEGER, .low = -0.5, .high = step_count(chart) - 0.5};
    mote_frame_place(frame, x_title, y_title);
    if (chart->labels) { /* now that the width is known: the labels' room */
        labels = measure_step_labels(chart, frame->plot.width / step_count(chart));
        frame->area.height -= labels.room - usual;
        mote_frame_place(frame, x_title, y_title);
        frame->area.height = area_height;
        draw_step_labels(frame, chart, frame->plot.width / step_count(chart), labels.is_upright);
    } else {
        draw_step_numbers(frame);
    }
    frame->x.tick_count = 0; /* steps are slots: no grid lines through them */
}

static mote_status draw(const mote_chart *chart, mote_frame *frame, mote_arena *scratch, mote_error *err)
{
    const char *x_title = chart->x_title ? chart->x_title : "step", *y_title = chart->y_title ? chart->y_title : "memory";
    int         i;

    (void)scratch, (void)err;
    mote_frame_header(frame, chart, NULL, 0);
    place(frame, chart, x_title, y_title);
    mote_frame_draw(frame, x_title, y_title);
    for (i = 0; i < chart->block_count; i++)
        draw_block(frame, &chart->blocks[i], i);
    if (chart->block_count > 0)
        draw_level(frame, peak_bytes(chart), "peak", MOTE_COLOUR_TITLE);
    if (chart->limit_bytes > 0)
        draw_level(frame, (double)chart->limit_bytes, chart->limit_name ? chart->limit_name : "limit", MOTE_COLOUR_WRONG);
    return MOTE_OK;
}

const mote_chart_ops mote_chart_timeline = {check, natural_size, draw};
