/* The SVG back end: SVG 1.1 as text, written so that several can stand in one HTML page (no ids, no style sheet).
 *
 * Many markers are one <path> of zero-length strokes with round ends: 15 bytes a dot. Clipping is a nested <svg>, which
 * cuts at its edge by itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "report/canvas.h"
#include "report/font.h"
#include "report/number.h"
#include "report/png_encode.h"

typedef struct svg_canvas {
    mote_canvas base;
    mote_text   text;
} svg_canvas;

static mote_text *text_of(mote_canvas *canvas)
{
    return &((svg_canvas *)canvas)->text;
}

static void put_attribute(mote_text *text, const char *name, double value)
{
    mote_text_printf(text, " %s=\"", name);
    mote_put_coordinate(text, value);
    mote_text_puts(text, "\"");
}

static void put_colour(mote_text *text, const char *name, uint32_t colour)
{
    mote_text_printf(text, " %s=\"#%06x\"", name, colour & 0xffffffu);
}

static void put_box(mote_text *text, mote_box box)
{
    put_attribute(text, "x", box.x);
    put_attribute(text, "y", box.y);
    put_attribute(text, "width", box.width);
    put_attribute(text, "height", box.height);
}

static void put_pair(mote_text *text, double x, double y)
{
    mote_put_coordinate(text, x);
    mote_text_puts(text, " ");
    mote_put_coordinate(text, y);
}

static void svg_polyline(mote_canvas *canvas, const mote_point *points, size_t count, mote_stroke stroke)
{
    mote_text *text = text_of(canvas);
    size_t     i;

    mote_text_puts(text, "<polyline points=\"");
    for (i = 0; i < count; i++) {
        if (i > 0)
            mote_text_puts(text, " ");
        mote_put_coordinate(text, points[i].x);
        mote_text_puts(text, ",");
        mote_put_coordinate(text, points[i].y);
    }
    mote_text_puts(text, "\" fill=\"none\"");
    put_colour(text, "stroke", stroke.colour);
    put_attribute(text, "stroke-width", stroke.width);
    if (stroke.is_dashed)
        mote_text_puts(text, " stroke-dasharray=\"6 4\"");
    else if (count > 2)
        mote_text_puts(text, " stroke-linejoin=\"round\" stroke-linecap=\"round\"");
    mote_text_puts(text, "/>\n");
}

static void svg_rectangle(mote_canvas *canvas, mote_box box, mote_fill fill)
{
    mote_text *text = text_of(canvas);

    mote_text_puts(text, "<rect");
    put_box(text, box);
    put_colour(text, "fill", fill.colour);
    if (fill.opacity < 1)
        put_attribute(text, "fill-opacity", fill.opacity);
    mote_text_puts(text, "/>\n");
}

static void put_marker(mote_text *text, mote_point at, mote_marker marker)
{
    double r = marker.radius;

    mote_text_puts(text, "M");
    switch (marker.shape) {
    case MOTE_MARKER_DOT:
        put_pair(text, at.x, at.y);
        mote_text_puts(text, "h0");
        break;
    case MOTE_MARKER_RING:
        put_pair(text, at.x - r, at.y);
        for (int half = 0; half < 2; half++) {
            mote_text_puts(text, "a");
            put_pair(text, r, r);
            mote_text_puts(text, " 0 1 0 ");
            put_pair(text, half == 0 ? 2 * r : -2 * r, 0);
        }
        break;
    case MOTE_MARKER_CROSS:
        put_pair(text, at.x - r, at.y - r);
        mote_text_puts(text, "l");
        put_pair(text, 2 * r, 2 * r);
        mote_text_puts(text, "m0 ");
        mote_put_coordinate(text, -2 * r);
        mote_text_puts(text, "l");
        put_pair(text, -2 * r, 2 * r);
        break;
    }
}

static void svg_markers(mote_canvas *canvas, const mote_point *points, size_t count, mote_marker marker)
{
    mote_text *text = text_of(canvas);
    size_t     i;

    mote_text_puts(text, "<path d=\"");
    for (i = 0; i < count; i++)
        put_marker(text, points[i], marker);
    mote_text_puts(text, "\" fill=\"none\" stroke-linecap=\"round\"");
    put_colour(text, "stroke", marker.colour);
    put_attribute(text, "stroke-width", marker.shape == MOTE_MARKER_DOT ? 2 * marker.radius : 1.3);
    mote_text_puts(text, "/>\n");
}

static void svg_text(mote_canvas *canvas, mote_point at, const char *string, mote_lettering lettering)
{
    mote_text *text = text_of(canvas);

    mote_text_puts(text, "<text");
    if (lettering.is_upright) {
        mote_text_puts(text, " transform=\"translate(");
        put_pair(text, at.x, at.y);
        mote_text_puts(text, ") rotate(-90)\"");
    } else {
        put_attribute(text, "x", at.x);
        put_attribute(text, "y", at.y);
    }
    put_attribute(text, "font-size", lettering.size);
    put_colour(text, "fill", lettering.colour);
    if (lettering.is_bold)
        mote_text_puts(text, " font-weight=\"bold\"");
    if (lettering.align != MOTE_ALIGN_START)
        mote_text_puts(text, lettering.align == MOTE_ALIGN_MIDDLE ? " text-anchor=\"middle\"" : " text-anchor=\"end\"");
    mote_text_puts(text, ">");
    mote_utf8_add_clean(text, string, true);
    mote_text_puts(text, "</text>\n");
}

/* Not all viewers heed image-rendering; pixels that are large already stay squares in the others, too. */
static int zoom_of(mote_box box, mote_pixels pixels)
{
    double zoom = ceil(2 * box.width / pixels.width);

    return zoom < 1 ? 1 : zoom > 32 ? 32 : (int)zoom;
}

static void svg_image(mote_canvas *canvas, mote_box box, mote_pixels pixels)
{
    mote_text *text = text_of(canvas);
    mote_text  png = {0};

    mote_png_encode(&png, pixels, zoom_of(box, pixels));
    if (png.failed) {
        text->failed = true;
    } else {
        mote_text_puts(text, "<image");
        put_box(text, box);
        mote_text_puts(text, " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
                             "href=\"data:image/png;base64,");
        mote_base64_encode(text, png.bytes, png.count);
        mote_text_puts(text, "\"/>\n");
    }
    mote_text_free(&png);
}

static void svg_begin_group(mote_canvas *canvas, double opacity)
{
    mote_text *text = text_of(canvas);

    mote_text_puts(text, "<g");
    put_attribute(text, "opacity", opacity);
    mote_text_puts(text, ">\n");
}

static void svg_end_group(mote_canvas *canvas, double opacity)
{
    (void)opacity;
    mote_text_puts(text_of(canvas), "</g>\n");
}

static void svg_clip(mote_canvas *canvas, mote_box box)
{
    mote_text *text = text_of(canvas);

    mote_text_puts(text, "<svg");
    put_box(text, box);
    mote_text_puts(text, " viewBox=\"");
    put_pair(text, box.x, box.y);
    mote_text_puts(text, " ");
    put_pair(text, box.width, box.height);
    mote_text_puts(text, "\">\n");
}

static void svg_unclip(mote_canvas *canvas)
{
    mote_text_puts(text_of(canvas), "</svg>\n");
}

static mote_status svg_finish(mote_canvas *canvas, mote_text *out, mote_error *err)
{
    mote_text *text = text_of(canvas);

    mote_text_puts(text, "</svg>\n");
    MOTE_TRY(mote_text_status(text, err));
    mote_text_add(out, text->bytes, text->count);
    return mote_text_status(out, err);
}

static void svg_close(mote_canvas *canvas)
{
    mote_text_free(text_of(canvas));
    free(canvas);
}

static const mote_canvas_ops svg_ops = {
    .polyline = svg_polyline,
    .rectangle = svg_rectangle,
    .markers = svg_markers,
    .text = svg_text,
    .image = svg_image,
    .begin_group = svg_begin_group,
    .end_group = svg_end_group,
    .clip = svg_clip,
    .unclip = svg_unclip,
    .finish = svg_finish,
    .close = svg_close,
};

mote_status mote_canvas_open_svg(mote_canvas **out, int width, int height, const char *alt, mote_error *err)
{
    svg_canvas *canvas = calloc(1, sizeof *canvas);
    mote_text  *text;

    *out = NULL;
    if (!canvas)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory for a chart");
    canvas->base = (mote_canvas){.ops = &svg_ops, .width = width, .height = height};
    text = &canvas->text;
    mote_text_printf(text, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\"",
                     width, height, width, height);
    mote_text_puts(text, " font-family=\"Inter,'Helvetica Neue',Helvetica,Arial,'DejaVu Sans',sans-serif\" role=\"img\"");
    if (alt) {
        mote_text_puts(text, " aria-label=\"");
        mote_utf8_add_clean(text, alt, true);
        mote_text_puts(text, "\"");
    }
    mote_text_puts(text, ">\n");
    *out = &canvas->base;
    mote_draw_rectangle(*out, (mote_box){0, 0, width, height}, (mote_fill){0xffffff, 1});
    return MOTE_OK;
}
