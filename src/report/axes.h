/* Axes: the range that covers the data, round ticks, and the way from a value to a pixel; the frame around a plot: titles,
 * legend, grid, tick labels.
 *
 *     +--------------------------------------+  area
 *     | Title                                |
 *     | subtitle                             |   mote_frame_header draws these and cuts them off the area: the legend
 *     | -o- legend  -o- legend               |   stands above the plot and so never covers data
 *     |  2 +-----------------------------+   |
 *     |y 1 |            plot             |   |   mote_frame_place measures the labels, what is left is the plot
 *     |  0 +-----------------------------+   |
 *     |    0             5            10     |
 *     |                  x                   |
 *     +--------------------------------------+
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_AXES_H
#define MOTE_REPORT_AXES_H

#include <mote/chart.h>

#include "report/canvas.h"
#include "report/number.h"

typedef enum mote_scale {
    MOTE_SCALE_LINEAR,
    MOTE_SCALE_INTEGER, /* linear, ticks on whole numbers only */
    MOTE_SCALE_BYTES,   /* linear from 0, ticks on powers of two */
    MOTE_SCALE_LOG
} mote_scale;

enum { MOTE_TICKS_MAX = 24 };

typedef struct mote_axis {
    mote_scale  scale;
    double      low, high;             /* low < high; for LOG both > 0 */
    double      pixel_low, pixel_high; /* where low and high are; upright axes run from bottom to top */
    int         tick_count;
    double      tick[MOTE_TICKS_MAX];
    mote_number label[MOTE_TICKS_MAX];
} mote_axis;

/* Smallest and largest of the values that can be shown; a zeroed range is empty. */
typedef struct mote_range_of {
    double low, high;
    bool   is_known;
    bool   is_whole; /* all of them are integers */
} mote_range_of;

/* Whether a value has a place on an axis: finite, of a size that cannot overflow, positive for LOG. */
bool mote_can_show(double value, mote_scale scale);

void mote_range_add(mote_range_of *range, double value, mote_scale scale);

/* Sets low and high: the range widened by margin (a share of its length) at both ends. An empty or single-valued range gets
 * a length of its own. Linear ranges that begin near zero are taken down to it when from_zero is set. */
typedef struct mote_cover {
    double margin_low, margin_high;
    bool   from_zero;
} mote_cover;
void mote_axis_cover(mote_axis *axis, const mote_range_of *range, mote_cover cover);

/* Round ticks (1, 2 or 5 times a power of ten; decades on LOG; powers of two for BYTES), at most count_max of them (2 ..
 * MOTE_TICKS_MAX), and their labels. */
void mote_axis_choose_ticks(mote_axis *axis, int count_max);

/* value must be one that can be shown. */
double mote_axis_at(const mote_axis *axis, double value);

/* Colours and lettering that all charts share. */
#define MOTE_COLOUR_TITLE 0x1f2328u
#define MOTE_COLOUR_TEXT  0x57606au
#define MOTE_COLOUR_GRID  0xe6e9edu
#define MOTE_COLOUR_LINE  0x8c959fu
#define MOTE_COLOUR_WRONG 0xd55e00u
#define MOTE_TICK_SIZE    11.5
#define MOTE_AXIS_SIZE    12.5
#define MOTE_TITLE_SIZE   17.0

/* Eight colours that people with any colour vision tell apart (Okabe and Ito 2008, "Color universal design"; black is grey
 * here and yellow is darker, for a white ground). */
uint32_t mote_palette_at(int index);
/* The colour asked for, or the palette's at index. */
uint32_t mote_colour_or(uint32_t colour, int index);
/* share 0: a, 1: b. */
uint32_t mote_colour_mix(uint32_t a, uint32_t b, double share);
/* The lettering colour that reads well on this ground. */
uint32_t mote_colour_on(uint32_t ground);

/* Where a chart draws: its area shrinks as parts of the frame are drawn. */
typedef struct mote_frame {
    mote_canvas *canvas;
    mote_box     area, plot;
    mote_axis    x, y; /* used by the charts that have them */
} mote_frame;

typedef struct mote_legend_entry {
    const char       *name;
    mote_series_style style;
    bool              is_box; /* a filled square instead of the style */
    uint32_t          colour;
} mote_legend_entry;

/* Draws title, subtitle and legend and takes their height off the area. */
void mote_frame_header(mote_frame *frame, const mote_chart *chart, const mote_legend_entry *entries, int entry_count);

/* The room for axis titles and tick labels is measured, ticks are chosen, frame->plot is what remains. Then draws the grid,
 * the labels and the titles. */
void mote_frame_place(mote_frame *frame, const char *x_title, const char *y_title);
void mote_frame_draw(const mote_frame *frame, const char *x_title, const char *y_title);

/* The axis titles alone: y_title upright along the area's left edge, x_title below the plot at the area's bottom. */
void mote_frame_axis_titles(const mote_frame *frame, const char *x_title, const char *y_title);
/* How much room each of them takes from the area; 0 for NULL. */
double mote_axis_title_room(const char *title);

/* What stands in a plot without a single value. */
void mote_frame_no_values(const mote_frame *frame);

/* The sign for a series at a point: what stands in the legend. */
void mote_draw_sign(mote_canvas *canvas, mote_point at, const mote_legend_entry *entry);

#endif
