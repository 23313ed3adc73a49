/* The PNG back end, on cairo. Built without cairo it says which package brings it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report/canvas.h"

#if MOTE_HAVE_CAIRO

#include <cairo.h>
#include <math.h>
#include <stdlib.h>

#include "report/font.h"

typedef struct png_canvas {
    mote_canvas      base;
    cairo_surface_t *surface;
    cairo_t         *cairo;
} png_canvas;

static cairo_t *cairo_of(mote_canvas *canvas)
{
    return ((png_canvas *)canvas)->cairo;
}

static void set_colour(cairo_t *cairo, uint32_t colour, double opacity)
{
    cairo_set_source_rgba(cairo, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0, opacity);
}

/* cairo counts in 24.8 fixed point: far points are brought near. The plot is clipped far inside of this. */
static double bounded(double value)
{
    return value < -1e5 ? -1e5 : value > 1e5 ? 1e5 : value;
}

static void png_polyline(mote_canvas *canvas, const mote_point *points, size_t count, mote_stroke stroke)
{
    static const double dashes[] = {6, 4};
    cairo_t            *cairo = cairo_of(canvas);
    size_t              i;

    cairo_new_path(cairo);
    for (i = 0; i < count; i++)
        cairo_line_to(cairo, bounded(points[i].x), bounded(points[i].y));
    set_colour(cairo, stroke.colour, 1);
    cairo_set_line_width(cairo, stroke.width);
    cairo_set_line_cap(cairo, count > 2 && !stroke.is_dashed ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_line_join(cairo, count > 2 ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER);
    cairo_set_dash(cairo, dashes, stroke.is_dashed ? 2 : 0, 0);
    cairo_stroke(cairo);
}

static void png_rectangle(mote_canvas *canvas, mote_box box, mote_fill fill)
{
    cairo_t *cairo = cairo_of(canvas);

    set_colour(cairo, fill.colour, fill.opacity);
    cairo_rectangle(cairo, bounded(box.x), bounded(box.y), bounded(box.width), bounded(box.height));
    cairo_fill(cairo);
}

static void add_marker(cairo_t *cairo, mote_point at, mote_marker marker)
{
    double r = marker.radius, x = bounded(at.x), y = bounded(at.y);

    switch (marker.shape) {
    case MOTE_MARKER_DOT:
    case MOTE_MARKER_RING:
        cairo_new_sub_path(cairo);
        cairo_arc(cairo, x, y, r, 0, 6.283185307179586);
        cairo_close_path(cairo);
        break;
    case MOTE_MARKER_CROSS:
        cairo_move_to(cairo, x - r, y - r);
        cairo_line_to(cairo, x + r, y + r);
        cairo_move_to(cairo, x - r, y + r);
        cairo_line_to(cairo, x + r, y - r);
        break;
    }
}

static void png_markers(mote_canvas *canvas, const mote_point *points, size_t count, mote_marker marker)
{
    cairo_t *cairo = cairo_of(canvas);
    size_t   i;

    cairo_new_path(cairo);
    for (i = 0; i < count; i++)
        add_marker(cairo, points[i], marker);
    set_colour(cairo, marker.colour, 1);
    cairo_set_dash(cairo, NULL, 0, 0);
    cairo_set_line_width(cairo, 1.3);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    if (marker.shape == MOTE_MARKER_DOT)
        cairo_fill(cairo);
    else
        cairo_stroke(cairo);
}

static void png_text(mote_canvas *canvas, mote_point at, const char *string, mote_lettering lettering)
{
    static const double  shift[] = {[MOTE_ALIGN_START] = 0, [MOTE_ALIGN_MIDDLE] = -0.5, [MOTE_ALIGN_END] = -1};
    cairo_t             *cairo = cairo_of(canvas);
    mote_text            clean = {0};
    cairo_text_extents_t extents;

    mote_utf8_add_clean(&clean, string, false);
    if (clean.failed) {
        canvas->has_failed = true;
    } else {
        cairo_save(cairo);
        cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                               lettering.is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
        cairo_set_font_size(cairo, lettering.size);
        cairo_text_extents(cairo, clean.bytes, &extents);
        cairo_translate(cairo, at.x, at.y);
        if (lettering.is_upright)
            cairo_rotate(cairo, -1.5707963267948966);
        cairo_move_to(cairo, shift[lettering.align] * extents.x_advance, 0);
        set_colour(cairo, lettering.colour, 1);
        cairo_show_text(cairo, clean.bytes);
        cairo_restore(cairo);
    }
    mote_text_free(&clean);
}

/* To cairo's RGB24: one native 32-bit word a pixel. */
static void copy_pixels(cairo_surface_t *surface, mote_pixels pixels)
{
    unsigned char *rows = cairo_image_surface_get_data(surface);
    size_t         stride = (size_t)cairo_image_surface_get_stride(surface), channels = (size_t)pixels.channel_count;
    size_t         y, x, width = (size_t)pixels.width;

    for (y = 0; y < (size_t)pixels.height; y++)
        for (x = 0; x < width; x++) {
            const uint8_t *from = pixels.bytes + (y * width + x) * channels;
            uint32_t      *to = (uint32_t *)(void *)(rows + y * stride) + x;
            *to = channels == 3 ? (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2] : from[0] * 0x010101u;
        }
    cairo_surface_mark_dirty(surface);
}

static void png_image(mote_canvas *canvas, mote_box box, mote_pixels pixels)
{
    cairo_t         *cairo = cairo_of(canvas);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixels.width, pixels.height);

    if (cairo_surface_status(image) != CAIRO_STATUS_SUCCESS) {
        canvas->has_failed = true;
    } else {
        cairo_surface_flush(image);
        copy_pixels(image, pixels);
        cairo_save(cairo);
        cairo_rectangle(cairo, box.x, box.y, box.width, box.height);
        cairo_clip(cairo);
        cairo_translate(cairo, box.x, box.y);
        cairo_scale(cairo, box.width / pixels.width, box.height / pixels.height);
        cairo_set_source_surface(cairo, image, 0, 0);
        cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
        cairo_paint(cairo);
        cairo_restore(cairo);
    }
    cairo_surface_destroy(image);
}

static void png_begin_group(mote_canvas *canvas, double opacity)
{
    (void)opacity;
    cairo_push_group(cairo_of(canvas));
}

static void png_end_group(mote_canvas *canvas, double opacity)
{
    cairo_pop_group_to_source(cairo_of(canvas));
    cairo_paint_with_alpha(cairo_of(canvas), opacity);
}

static void png_clip(mote_canvas *canvas, mote_box box)
{
    cairo_t *cairo = cairo_of(canvas);

    cairo_save(cairo);
    cairo_rectangle(cairo, box.x, box.y, box.width, box.height);
    cairo_clip(cairo);
}

static void png_unclip(mote_canvas *canvas)
{
    cairo_restore(cairo_of(canvas));
}

static cairo_status_t append(void *closure, const unsigned char *bytes, unsigned int count)
{
    mote_text *out = closure;

    mote_text_add(out, (const char *)bytes, count);
    return out->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static mote_status png_finish(mote_canvas *canvas, mote_text *out, mote_error *err)
{
    png_canvas    *png = (png_canvas *)canvas;
    cairo_status_t status = cairo_status(png->cairo);

    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png_stream(png->surface, append, out);
    if (status == CAIRO_STATUS_SUCCESS)
        return MOTE_OK;
    return mote_fail(err, status == CAIRO_STATUS_NO_MEMORY ? MOTE_ERR_MEMORY : MOTE_ERR_LIMIT,
                     "cairo could not draw the chart: %s", cairo_status_to_string(status));
}

static void png_close(mote_canvas *canvas)
{
    png_canvas *png = (png_canvas *)canvas;

    cairo_destroy(png->cairo);
    cairo_surface_destroy(png->surface);
    free(png);
}

static const mote_canvas_ops png_ops = {
    .polyline = png_polyline,
    .rectangle = png_rectangle,
    .markers = png_markers,
    .text = png_text,
    .image = png_image,
    .begin_group = png_begin_group,
    .end_group = png_end_group,
    .clip = png_clip,
    .unclip = png_unclip,
    .finish = png_finish,
    .close = png_close,
};

/* Grey antialiasing and no hinting: the same picture on any screen, and text as wide as font.h expects. */
static void set_text_options(cairo_t *cairo)
{
    cairo_font_options_t *options = cairo_font_options_create();

    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
}

mote_status mote_canvas_open_png(mote_canvas **out, int width, int height, int scale, mote_error *err)
{
    png_canvas *png = calloc(1, sizeof *png);

    *out = NULL;
    if (!png)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory for a chart");
    png->base = (mote_canvas){.ops = &png_ops, .width = width, .height = height};
    png->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width * scale, height * scale);
    png->cairo = cairo_create(png->surface);
    if (cairo_status(png->cairo) != CAIRO_STATUS_SUCCESS) {
        mote_fail(err, MOTE_ERR_LIMIT, "no memory for a picture of %d x %d pixels; use a smaller width, height or scale",
                  width * scale, height * scale);
        png_close(&png->base);
        return err->code;
    }
    set_text_options(png->cairo);
    cairo_scale(png->cairo, scale, scale);
    *out = &png->base;
    mote_draw_rectangle(*out, (mote_box){0, 0, width, height}, (mote_fill){0xffffff, 1});
    return MOTE_OK;
}

#else

mote_status mote_canvas_open_png(mote_canvas **out, int width, int height, int scale, mote_error *err)
{
    (void)width, (void)height, (void)scale;
    *out = NULL;
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "this mote was built without cairo and cannot write PNG charts; write .svg, or install libcairo2-dev "
                     "and build again");
}

#endif
