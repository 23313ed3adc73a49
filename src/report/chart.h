/* What each kind of chart gives to charts.c: a check of its fields, its natural size, its drawing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_CHART_H
#define MOTE_REPORT_CHART_H

#include <mote/chart.h>

#include "base/arena.h"
#include "report/axes.h"

typedef struct mote_chart_size {
    double width, height;
} mote_chart_size;

typedef struct mote_chart_ops {
    /* MOTE_ERR_USAGE when fields that this kind needs are missing or make no sense; all else may rely on it. */
    mote_status (*check)(const mote_chart *, mote_error *);
    /* Without the margin around a chart; the header (title, subtitle, legend) is included. */
    mote_chart_size (*natural_size)(const mote_chart *);
    /* Draws into frame->area. scratch is released afterwards. */
    mote_status (*draw)(const mote_chart *, mote_frame *, mote_arena *scratch, mote_error *);
} mote_chart_ops;

extern const mote_chart_ops mote_chart_xy, mote_chart_bars, mote_chart_histogram, mote_chart_confusion, mote_chart_images,
    mote_chart_timeline, mote_chart_network;

/* Shared by the kinds that have series. */
mote_status mote_chart_check_series(const mote_chart *chart, mote_error *err);
/* The legend's entries for the series, one each, as boxes or in their style; NULL and err when out of memory. */
mote_legend_entry *mote_chart_legend(const mote_chart *chart, bool is_box, mote_arena *scratch, mote_error *err);

/* The i-th label, or its number, printed into *room, where there is none. */
const char *mote_chart_label(const mote_chart *chart, int index, mote_number *room);
double      mote_chart_widest_label(const mote_chart *chart); /* in pixels, as a tick label */

/* Labels `needed` pixels long in slots of `slot` pixels: every how many-th can be shown; 1, 2, 5 times a power of ten. */
int mote_chart_label_stride(double needed, double slot);

/* The height that title and subtitle take. */
double mote_chart_heading_height(const mote_chart *chart);

typedef enum mote_chart_format { MOTE_CHART_SVG, MOTE_CHART_PNG } mote_chart_format;

/* Draws count charts as one picture (see mote_charts_save) and appends the file to out: for pages that inline their
 * charts. */
mote_status mote_charts_render(const mote_chart *charts, int count, int column_count, mote_chart_format format,
                               mote_text *out, mote_error *err);

#endif
