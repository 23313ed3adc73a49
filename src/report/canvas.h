/* A surface to draw on: the charts know only this; canvas_svg.c and canvas_png.c put it on paper.
 *
 * Coordinates are CSS pixels from the top left, colours 0xRRGGBB. A drawing call cannot fail; a canvas that ran out of
 * memory says so in mote_canvas_finish. Points must be finite.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_CANVAS_H
#define MOTE_REPORT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

typedef struct mote_point {
    double x, y;
} mote_point;

typedef struct mote_box {
    double x, y, width, height;
} mote_box;

typedef struct mote_stroke {
    uint32_t colour;
    double   width;
    bool     is_dashed;
} mote_stroke;

typedef struct mote_fill {
    uint32_t colour;
    double   opacity;
} mote_fill;

typedef enum mote_marker_shape { MOTE_MARKER_DOT, MOTE_MARKER_RING, MOTE_MARKER_CROSS } mote_marker_shape;

typedef struct mote_marker {
    mote_marker_shape shape;
    double            radius;
    uint32_t          colour;
    double            opacity; /* of all markers of one call together: where they overlap it does not add up */
} mote_marker;

typedef enum mote_align { MOTE_ALIGN_START, MOTE_ALIGN_MIDDLE, MOTE_ALIGN_END } mote_align;

typedef struct mote_lettering {
    double     size;
    uint32_t   colour;
    mote_align align;
    bool       is_bold;
    bool       is_upright; /* reads from bottom to top */
} mote_lettering;

typedef struct mote_pixels {
    const uint8_t *bytes; /* [height][width][channel_count] */
    int            width, height, channel_count;
} mote_pixels;

typedef struct mote_canvas mote_canvas;

typedef struct mote_canvas_ops {
    void (*polyline)(mote_canvas *, const mote_point *, size_t count, mote_stroke);
    void (*rectangle)(mote_canvas *, mote_box, mote_fill);
    void (*markers)(mote_canvas *, const mote_point *, size_t count, mote_marker);
    void (*text)(mote_canvas *, mote_point, const char *, mote_lettering);
    void (*image)(mote_canvas *, mote_box, mote_pixels);
    void (*begin_group)(mote_canvas *, double opacity); /* what is drawn until end_group shows through as one picture */
    void (*end_group)(mote_canvas *, double opacity);   /* the same opacity; groups do not nest */
    void (*clip)(mote_canvas *, mote_box);
    void (*unclip)(mote_canvas *);
    mote_status (*finish)(mote_canvas *, mote_text *out, mote_error *err);
    void (*close)(mote_canvas *);
} mote_canvas_ops;

/* The back ends put this first into their own struct. */
struct mote_canvas {
    const mote_canvas_ops *ops;
    double                 width, height;
    bool                   has_failed; /* out of memory while drawing, or while making what was to be drawn */
};

/* Both begin white. alt describes the picture for those who do not see it; NULL: nothing. A PNG has width * scale pixels.
 * Errors: MOTE_ERR_MEMORY; MOTE_ERR_UNSUPPORTED: built without cairo. */
mote_status mote_canvas_open_svg(mote_canvas **out, int width, int height, const char *alt, mote_error *err);
mote_status mote_canvas_open_png(mote_canvas **out, int width, int height, int scale, mote_error *err);

/* Appends the finished file to out. Nothing may be drawn after it. */
mote_status mote_canvas_finish(mote_canvas *canvas, mote_text *out, mote_error *err);
void        mote_canvas_close(mote_canvas *canvas); /* NULL is fine */

void mote_draw_polyline(mote_canvas *canvas, const mote_point *points, size_t count, mote_stroke stroke);
void mote_draw_line(mote_canvas *canvas, mote_point from, mote_point to, mote_stroke stroke);
void mote_draw_rectangle(mote_canvas *canvas, mote_box box, mote_fill fill);
/* A frame of the given thickness inside the box. */
void mote_draw_frame(mote_canvas *canvas, mote_box box, mote_stroke stroke);
void mote_draw_markers(mote_canvas *canvas, const mote_point *points, size_t count, mote_marker marker);
/* at is on the base line, at the text's start, middle or end. Any bytes may come: see font.h. */
void mote_draw_text(mote_canvas *canvas, mote_point at, const char *string, mote_lettering lettering);
/* The same with at halfway up the letters. */
void mote_draw_text_centred(mote_canvas *canvas, mote_point at, const char *string, mote_lettering lettering);
/* Stretched over the box without smoothing: a pixel stays a square. */
void mote_draw_image(mote_canvas *canvas, mote_box box, mote_pixels pixels);
/* Until mote_canvas_unclip only what lies in the box is drawn. Does not nest. */
void mote_canvas_clip(mote_canvas *canvas, mote_box box);
void mote_canvas_unclip(mote_canvas *canvas);

#endif
