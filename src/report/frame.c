/* The frame around a plot: see axes.h. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "report/axes.h"
#include "report/font.h"

#define LEGEND_ROW   20.0
#define SIGN_WIDTH   22.0
#define Y_TICK_PITCH 34.0

static const mote_lettering tick_lettering = {.size = MOTE_TICK_SIZE, .colour = MOTE_COLOUR_TEXT};
static const mote_stroke    grid_stroke = {.colour = MOTE_COLOUR_GRID, .width = 1};

uint32_t mote_palette_at(int index)
{
    static const uint32_t palette[] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x6e7781, 0xb8a900};

    return palette[(unsigned)index % (sizeof palette / sizeof palette[0])];
}

uint32_t mote_colour_or(uint32_t colour, int index)
{
    return colour != 0 ? colour & 0xffffffu : mote_palette_at(index);
}

uint32_t mote_colour_mix(uint32_t a, uint32_t b, double share)
{
    uint32_t mixed = 0;
    int      shift;

    for (shift = 0; shift <= 16; shift += 8) {
        double from = a >> shift & 255, to = b >> shift & 255;
        mixed |= (uint32_t)lround(from + share * (to - from)) << shift;
    }
    return mixed;
}

uint32_t mote_colour_on(uint32_t ground)
{
    double light = 0.299 * (ground >> 16 & 255) + 0.587 * (ground >> 8 & 255) + 0.114 * (ground & 255); /* ITU-R BT.601 */

    return light > 140 ? MOTE_COLOUR_TITLE : 0xffffffu;
}

void mote_draw_sign(mote_canvas *canvas, mote_point at, const mote_legend_entry *entry)
{
    mote_point  from = {at.x - SIGN_WIDTH / 2, at.y}, to = {at.x + SIGN_WIDTH / 2, at.y};
    mote_stroke stroke = {.colour = entry->colour, .width = 2};
    mote_marker marker = {.shape = MOTE_MARKER_DOT, .radius = 3.5, .colour = entry->colour, .opacity = 1};

    if (entry->is_box) {
        mote_draw_rectangle(canvas, (mote_box){at.x - 6, at.y - 6, 12, 12}, (mote_fill){entry->colour, 1});
        return;
    }
    switch (entry->style) {
    case MOTE_SERIES_DASHED:
        stroke.is_dashed = true;
        mote_draw_line(canvas, from, to, stroke);
        return;
    case MOTE_SERIES_DOTS:
        break;
    case MOTE_SERIES_RINGS:
        marker.shape = MOTE_MARKER_RING;
        break;
    case MOTE_SERIES_CROSSES:
        marker.shape = MOTE_MARKER_CROSS;
        break;
    case MOTE_SERIES_LINE:
        mote_draw_line(canvas, from, to, stroke);
        return;
    }
    mote_draw_markers(canvas, &at, 1, marker);
}

static double sign_room(const mote_legend_entry *entry)
{
    bool is_line = !entry->is_box && (entry->style == MOTE_SERIES_LINE || entry->style == MOTE_SERIES_DASHED);

    return is_line ? SIGN_WIDTH : 12;
}

/* Left to right, a new row where the width ends. Returns the height. */
static double draw_legend(const mote_frame *frame, const mote_legend_entry *entries, int entry_count)
{
    const mote_lettering lettering = {.size = 12, .colour = MOTE_COLOUR_TITLE};
    double               x = frame->area.x, y = frame->area.y + LEGEND_ROW / 2, right = x + frame->area.width;
    bool                 is_empty = true;
    int                  i;

    for (i = 0; i < entry_count; i++) {
        mote_fitted name;
        double      room = sign_room(&entries[i]), width;
        if (!entries[i].name)
            continue;
        name = mote_text_fit(entries[i].name, lettering.size, false, frame->area.width - room - 7);
        width = room + 7 + mote_text_width(name.text, lettering.size, false);
        if (!is_empty && x + width > right) {
            x = frame->area.x;
            y += LEGEND_ROW;
        }
        mote_draw_sign(frame->canvas, (mote_point){x + room / 2, y}, &entries[i]);
        mote_draw_text_centred(frame->canvas, (mote_point){x + room + 7, y}, name.text, lettering);
        x += width + 18;
        is_empty = false;
    }
    return is_empty ? 0 : y + LEGEND_ROW / 2 + 4 - frame->area.y;
}

static void take_from_top(mote_frame *frame, double height)
{
    frame->area.y += height;
    frame->area.height -= height;
}

static void draw_heading(mote_frame *frame, const char *string, mote_lettering lettering, double room)
{
    mote_fitted fitted;

    if (!string || string[0] == '\0')
        return;
    fitted = mote_text_fit(string, lettering.size, lettering.is_bold, frame->area.width);
    mote_draw_text(frame->canvas, (mote_point){frame->area.x, frame->area.y + lettering.size}, fitted.text, lettering);
    take_from_top(frame, room);
}

void mote_frame_header(mote_frame *frame, const mote_chart *chart, const mote_legend_entry *entries, int entry_count)
{
    const mote_lettering title = {.size = MOTE_TITLE_SIZE, .colour = MOTE_COLOUR_TITLE, .is_bold = true};
    const mote_lettering subtitle = {.size = 12.5, .colour = MOTE_COLOUR_TEXT};

    draw_heading(frame, chart->title, title, 25);
    draw_heading(frame, chart->subtitle, subtitle, 21);
    if (chart->title || chart->subtitle)
        take_from_top(frame, 3);
    take_from_top(frame, draw_legend(frame, entries, entry_count));
}

double mote_axis_title_room(const char *title)
{
    return title && title[0] != '\0' ? MOTE_AXIS_SIZE + 8 : 0;
}

static double widest_label(const mote_axis *axis)
{
    double widest = 0;
    int    i;

    for (i = 0; i < axis->tick_count; i++)
        widest = fmax(widest, mote_text_width(axis->label[i].text, MOTE_TICK_SIZE, false));
    return widest;
}

/* Fewer and fewer ticks until no two labels come near each other. */
static void choose_x_ticks(mote_axis *axis)
{
    double length = axis->pixel_high - axis->pixel_low, pitch = 64;

    while (pitch < 4 * length) {
        double nearest = length;
        int    i;
        mote_axis_choose_ticks(axis, (int)(length / pitch));
        for (i = 1; i < axis->tick_count; i++)
            nearest = fmin(nearest, mote_axis_at(axis, axis->tick[i]) - mote_axis_at(axis, axis->tick[i - 1]));
        if (nearest >= widest_label(axis) + 10)
            return;
        pitch *= 1.25;
    }
}

void mote_frame_place(mote_frame *frame, const char *x_title, const char *y_title)
{
    const mote_box *area = &frame->area;
    mote_box       *plot = &frame->plot;
    double          half_label = 0;

    plot->y = area->y + 8; /* half a tick label, and air */
    plot->height = fmax(area->height - 8 - (MOTE_TICK_SIZE + 10) - mote_axis_title_room(x_title), 20);
    frame->y.pixel_low = plot->y + plot->height;
    frame->y.pixel_high = plot->y;
    mote_axis_choose_ticks(&frame->y, (int)(plot->height / Y_TICK_PITCH));

    plot->x = area->x + mote_axis_title_room(y_title) + widest_label(&frame->y) + 8;
    plot->width = fmax(area->x + area->width - plot->x, 20);
    frame->x.pixel_low = plot->x;
    frame->x.pixel_high = plot->x + plot->width;
    choose_x_ticks(&frame->x);
    if (frame->x.tick_count > 0) { /* the last label may reach over the plot's right edge */
        int last = frame->x.tick_count - 1;
        half_label = mote_text_width(frame->x.label[last].text, MOTE_TICK_SIZE, false) / 2 -
                     (frame->x.pixel_high - mote_axis_at(&frame->x, frame->x.tick[last]));
    }
    plot->width = fmax(plot->width - fmax(half_label, 4), 20);
    frame->x.pixel_high = plot->x + plot->width;
    choose_x_ticks(&frame->x);
}

/* Lines one pixel wide are sharp when they run through the middles of pixels. */
static double sharp(double coordinate)
{
    return floor(coordinate) + 0.5;
}

void mote_frame_axis_titles(const mote_frame *frame, const char *x_title, const char *y_title)
{
    const mote_lettering lettering = {.size = MOTE_AXIS_SIZE, .colour = MOTE_COLOUR_TITLE, .align = MOTE_ALIGN_MIDDLE};
    mote_lettering       upright = lettering;
    const mote_box      *area = &frame->area, *plot = &frame->plot;

    upright.is_upright = true;
    if (x_title)
        mote_draw_text(frame->canvas, (mote_point){plot->x + plot->width / 2, area->y + area->height - 3},
                       mote_text_fit(x_title, lettering.size, false, area->width).text, lettering);
    if (y_title)
        mote_draw_text(frame->canvas, (mote_point){area->x + MOTE_AXIS_SIZE - 2, plot->y + plot->height / 2},
                       mote_text_fit(y_title, lettering.size, false, area->height).text, upright);
}

void mote_frame_draw(const mote_frame *frame, const char *x_title, const char *y_title)
{
    const mote_box *plot = &frame->plot;
    double          bottom = plot->y + plot->height, right = plot->x + plot->width;
    mote_lettering  x_lettering = tick_lettering, y_lettering = tick_lettering;
    int             i;

    x_lettering.align = MOTE_ALIGN_MIDDLE;
    y_lettering.align = MOTE_ALIGN_END;
    for (i = 0; i < frame->y.tick_count; i++) {
        double y = mote_axis_at(&frame->y, frame->y.tick[i]);
        mote_draw_line(frame->canvas, (mote_point){plot->x, sharp(y)}, (mote_point){right, sharp(y)}, grid_stroke);
        mote_draw_text_centred(frame->canvas, (mote_point){plot->x - 8, y}, frame->y.label[i].text, y_lettering);
    }
    for (i = 0; i < frame->x.tick_count; i++) {
        double x = mote_axis_at(&frame->x, frame->x.tick[i]);
        mote_draw_line(frame->canvas, (mote_point){sharp(x), plot->y}, (mote_point){sharp(x), bottom}, grid_stroke);
        mote_draw_text(frame->canvas, (mote_point){x, bottom + MOTE_TICK_SIZE + 6}, frame->x.label[i].text, x_lettering);
    }
    mote_draw_line(frame->canvas, (mote_point){plot->x, sharp(bottom)}, (mote_point){right, sharp(bottom)},
                   (mote_stroke){.colour = MOTE_COLOUR_LINE, .width = 1});
    mote_frame_axis_titles(frame, x_title, y_title);
}

void mote_frame_no_values(const mote_frame *frame)
{
    const mote_box *plot = &frame->plot;

    mote_draw_text_centred(frame->canvas, (mote_point){plot->x + plot->width / 2, plot->y + plot->height / 2}, "no values",
                           (mote_lettering){.size = 14, .colour = MOTE_COLOUR_LINE, .align = MOTE_ALIGN_MIDDLE});
}
