/* Charts as .svg or .png.
 *
 *     const double      loss[] = {0.9, 0.4, 0.2}, val_loss[] = {0.8, 0.5, 0.3};
 *     const mote_series series[] = {{.name = "loss", .y = loss, .count = 3},
 *                                   {.name = "val_loss", .y = val_loss, .count = 3}};
 *     const mote_chart  chart = {.title = "Training", .x_title = "epoch", .series = series, .series_count = 2};
 *     mote_chart_save(&chart, "training.svg", &err);
 *
 * A chart is plain data that the caller owns; a zeroed field means its documented default. Texts are UTF-8; bytes that are
 * not are shown as U+FFFD. Values that are not finite are left out, on a logarithmic axis also those <= 0. Series of any
 * length are thinned to what can be seen. The same data give the same SVG, byte for byte (a PNG depends on the fonts too).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHART_H
#define MOTE_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mote_chart_kind {
    MOTE_CHART_XY = 0,    /* lines and scatter: y over x, each series in its own style */
    MOTE_CHART_BARS,      /* series[s].y[i] belongs to labels[i]; upright, or lying when the labels are long */
    MOTE_CHART_HISTOGRAM, /* series[s].y are samples; bin_count bins over the range of all of them */
    MOTE_CHART_CONFUSION, /* counts[true * label_count + predicted], shaded by the share of the row */
    MOTE_CHART_IMAGES,    /* samples in column_count columns, captions below, wrong predictions marked */
    MOTE_CHART_TIMELINE,  /* blocks of memory over the steps of a program; labels name the steps if given */
    MOTE_CHART_NETWORK    /* boxes of text from top to bottom, arrows from each to those that read it */
} mote_chart_kind;

typedef enum mote_series_style {
    MOTE_SERIES_LINE = 0,
    MOTE_SERIES_DASHED,
    MOTE_SERIES_DOTS,
    MOTE_SERIES_RINGS,
    MOTE_SERIES_CROSSES
} mote_series_style;

typedef struct mote_series {
    const char       *name; /* for the legend; NULL: not listed */
    const double     *x;    /* [count]; NULL: 1, 2, 3 ...; XY only */
    const double     *y;    /* [count] */
    size_t            count;
    mote_series_style style;   /* XY only */
    uint32_t          colour;  /* 0xRRGGBB; 0: by position, from a palette safe for the colour-blind */
    uint64_t          room[8]; /* mote.h */
} mote_series;

/* One picture of a MOTE_CHART_IMAGES. */
typedef struct mote_chart_image {
    const uint8_t *pixels; /* [height][width][channel_count], 0 black .. 255 */
    int32_t        width, height;
    int32_t        channel_count; /* 1: grey, 3: RGB */
    const char    *label;         /* the true class; NULL: not known */
    const char    *predicted;     /* NULL: none; marked as wrong when it differs from the label */
    uint64_t       room[8];       /* mote.h */
} mote_chart_image;

/* One buffer of a MOTE_CHART_TIMELINE. */
typedef struct mote_chart_block {
    const char *name;                  /* NULL: none; shown where it fits */
    int32_t     first_step, last_step; /* inclusive, from 0 */
    uint64_t    offset, bytes;
    uint32_t    colour;  /* 0xRRGGBB; 0: by position */
    uint64_t    room[8]; /* mote.h */
} mote_chart_block;

/* A line of a box: a label, a value, and at the right a note; NULL: none. */
typedef struct mote_chart_row {
    const char *label, *value, *note;
} mote_chart_row;

/* One box of a MOTE_CHART_NETWORK. It comes after the boxes that its arrows come from. */
typedef struct mote_chart_node {
    const char           *title, *note; /* at the left and the right of the coloured band; NULL: nothing */
    const char           *name;         /* below it; NULL: none */
    const mote_chart_row *rows;
    int32_t               row_count;
    const int32_t        *from; /* [from_count] nodes before this one */
    int32_t               from_count;
    uint32_t              colour;  /* 0xRRGGBB; 0: the palette's first */
    uint64_t              room[8]; /* mote.h */
} mote_chart_node;

typedef struct mote_chart {
    mote_chart_kind kind;
    const char     *title, *subtitle, *x_title, *y_title; /* NULL: none */
    int32_t         width, height;                        /* in CSS pixels; 0: what suits the kind and its contents */
    int32_t         png_scale; /* PNG pixels for one of these; 0: 2, or 1 for what is very large */

    const mote_series *series; /* XY, BARS, HISTOGRAM */
    int32_t            series_count;
    bool               x_log, y_log; /* XY; HISTOGRAM: y_log only */
    int32_t            bin_count;    /* HISTOGRAM; 0: by the Freedman-Diaconis rule */

    const char *const *labels; /* BARS: [label_count] names; CONFUSION: classes; TIMELINE: steps. NULL: numbers from 0 */
    int32_t            label_count;

    const int64_t *counts; /* CONFUSION: [label_count][label_count], row = true, column = predicted */

    const mote_chart_image *samples; /* IMAGES */
    int32_t                 sample_count;
    int32_t                 column_count; /* 0: near to a square */

    const mote_chart_block *blocks; /* TIMELINE */
    int32_t                 block_count;
    uint64_t                limit_bytes; /* TIMELINE: a line, e.g. the lower bound or the chip's RAM; 0: none */
    const char             *limit_name;  /* its caption */

    const mote_chart_node *nodes; /* NETWORK; at most 4,000. Long ones go on in columns side by side */
    int32_t                node_count;
    uint64_t               room[8]; /* mote.h */
} mote_chart;

/* Writes one chart; the name's end (.svg or .png) says how. The file appears whole or not at all.
 * MOTE_ERR_USAGE: another suffix, a negative count, a missing array. MOTE_ERR_LIMIT: larger than 16384 pixels a side.
 * MOTE_ERR_UNSUPPORTED: .png in a mote that was built without cairo. MOTE_ERR_IO: the file cannot be written. */
mote_status mote_chart_save(const mote_chart *chart, const char *path, mote_error *err);

/* The same for count charts as one picture, row by row in column_count columns (0: one column). The first chart's png_scale
 * is everyone's. */
mote_status mote_charts_save(const mote_chart *charts, int32_t count, int32_t column_count, const char *path,
                             mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
