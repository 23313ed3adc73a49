/* Two models layer by layer, as a picture. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <mote/chart.h>
#include <mote/evaluate.h>

#include "base/arena.h"

/* Of a converter's list of names the first. */
static const char *label_of(const mote_layer_difference *layer, mote_arena *arena, mote_error *err)
{
    return mote_arena_strndup(arena, layer->name, strcspn(layer->name, ";"), err);
}

mote_status mote_layers_save_chart(const mote_layer_difference *layers, int32_t count, const char *path, mote_error *err)
{
    mote_arena   arena = {0};
    double      *all = MOTE_NEW(&arena, double, count, err), *median = MOTE_NEW(&arena, double, count, err);
    const char **labels = MOTE_NEW(&arena, const char *, count, err);
    int32_t      i;

    for (i = 0; err->code == MOTE_OK && i < count; i++) {
        all[i] = mote_layer_sqnr(&layers[i]);
        median[i] = layers[i].channel_sqnr;
        labels[i] = label_of(&layers[i], &arena, err);
    }
    if (err->code == MOTE_OK) {
        const mote_series series[] = {{.name = "all values", .y = all, .count = (size_t)count},
                                      {.name = "median of channels", .y = median, .count = (size_t)count}};
        const mote_chart  chart = {.kind = MOTE_CHART_BARS,
                                   .title = "signal to noise, layer by layer",
                                   .y_title = "dB",
                                   .series = series,
                                   .series_count = 2,
                                   .labels = labels,
                                   .label_count = count};
        mote_chart_save(&chart, path, err);
    }
    mote_arena_destroy(&arena);
    return err->code;
}
