/* Thinning: a chart shows no more of a series than its pixels can, so that a series of any length makes a small file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_THIN_H
#define MOTE_REPORT_THIN_H

#include "base/arena.h"
#include "report/canvas.h"

/* A line: of each run of points within the same column of column_width pixels the first, lowest, highest and last remain,
 * in their order: the drawn line covers the same pixels (M4: Jugel et al. 2014, "M4: a visualization-oriented time series
 * data aggregation"). In place; returns the new count. */
size_t mote_thin_line(mote_point *points, size_t count, double column_width);

/* Markers: of those within the same cell of cell x cell pixels the first remains, and the points with the smallest and
 * largest x and y always do. In place; *count is set. Takes a bit map of the box from scratch. */
mote_status mote_thin_markers(mote_point *points, size_t *count, mote_box box, double cell, mote_arena *scratch,
                              mote_error *err);

#endif
