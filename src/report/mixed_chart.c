/* What raising and lowering layers trades. SPDX-License-Identifier: Apache-2.0 */
#include <mote/chart.h>
#include <mote/mixed.h>

#include "base/arena.h"

enum { PANEL_WIDTH = 560, PANEL_HEIGHT = 380 };

/* A line of all steps, and a ring around the one that was chosen. */
static mote_chart panel_of(const mote_mixed *report, const char *y_title, const double *steps, const double *values,
                           mote_series *series)
{
    const int32_t chosen = report->chosen;

    series[0] = (mote_series){.x = steps, .y = values, .count = (size_t)report->point_count};
    series[1] =
        (mote_series){.name = "chosen", .x = steps + chosen, .y = values + chosen, .count = 1, .style = MOTE_SERIES_RINGS};
    return (mote_chart){.x_title = "step",
                        .y_title = y_title,
                        .series = series,
                        .series_count = 2,
                        .width = PANEL_WIDTH,
                        .height = PANEL_HEIGHT};
}

mote_status mote_mixed_save_chart(const mote_mixed *report, const char *path, mote_error *err)
{
    enum { PANELS = 2 };
    const size_t count = (size_t)report->point_count;
    mote_arena   arena = {0};
    double      *steps, *drops, *bytes;
    mote_chart   charts[PANELS];
    mote_series  series[2 * PANELS];
    size_t       i;

    if (count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: no layers were mixed: there is nothing to draw", path);
    steps = MOTE_NEW(&arena, double, count, err);
    drops = MOTE_NEW(&arena, double, count, err);
    bytes = MOTE_NEW(&arena, double, count, err);
    for (i = 0; err->code == MOTE_OK && i < count; i++) {
        steps[i] = (double)i;
        drops[i] = report->points[i].drop;
        bytes[i] = (double)report->points[i].bytes;
    }
    if (err->code == MOTE_OK) {
        charts[0] = panel_of(report, mote_drop_unit(report->kind), steps, drops, &series[0]);
        charts[1] = panel_of(report, "bytes of file", steps, bytes, &series[2]);
        charts[0].title = "what is lost";
        charts[1].title = "what it takes";
        mote_charts_save(charts, PANELS, PANELS, path, err);
    }
    mote_arena_destroy(&arena);
    return err->code;
}
