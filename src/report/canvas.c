/* SPDX-License-Identifier: Apache-2.0 */
#include "report/canvas.h"

/* Renderers find the crossings of all parts of one path: a path of 100000 points takes minutes. Pieces of this size are
 * drawn in no time. */
enum { PIECE = 256 };

mote_status mote_canvas_finish(mote_canvas *canvas, mote_text *out, mote_error *err)
{
    if (canvas->has_failed)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory for a chart");
    return canvas->ops->finish(canvas, out, err);
}

void mote_canvas_close(mote_canvas *canvas)
{
    if (canvas)
        canvas->ops->close(canvas);
}

void mote_draw_polyline(mote_canvas *canvas, const mote_point *points, size_t count, mote_stroke stroke)
{
    size_t begin;

    for (begin = 0; begin + 1 < count; begin += PIECE) /* pieces share their end points */
        canvas->ops->polyline(canvas, points + begin, count - begin > PIECE ? PIECE + 1 : count - begin, stroke);
}

void mote_draw_line(mote_canvas *canvas, mote_point from, mote_point to, mote_stroke stroke)
{
    const mote_point points[2] = {from, to};

    mote_draw_polyline(canvas, points, 2, stroke);
}

void mote_draw_rectangle(mote_canvas *canvas, mote_box box, mote_fill fill)
{
    if (box.width > 0 && box.height > 0)
        canvas->ops->rectangle(canvas, box, fill);
}

void mote_draw_frame(mote_canvas *canvas, mote_box box, mote_stroke stroke)
{
    double           half = stroke.width / 2;
    double           left = box.x + half, top = box.y + half;
    double           right = box.x + box.width - half, bottom = box.y + box.height - half;
    const mote_point points[] = {{left, top}, {right, top}, {right, bottom}, {left, bottom}, {left, top}};

    mote_draw_polyline(canvas, points, sizeof points / sizeof points[0], stroke);
}

void mote_draw_markers(mote_canvas *canvas, const mote_point *points, size_t count, mote_marker marker)
{
    size_t begin;

    if (marker.opacity < 1)
        canvas->ops->begin_group(canvas, marker.opacity);
    for (begin = 0; begin < count; begin += PIECE)
        canvas->ops->markers(canvas, points + begin, count - begin > PIECE ? PIECE : count - begin, marker);
    if (marker.opacity < 1)
        canvas->ops->end_group(canvas, marker.opacity);
}

void mote_draw_text(mote_canvas *canvas, mote_point at, const char *string, mote_lettering lettering)
{
    if (string && string[0] != '\0')
        canvas->ops->text(canvas, at, string, lettering);
}

void mote_draw_text_centred(mote_canvas *canvas, mote_point at, const char *string, mote_lettering lettering)
{
    double drop = 0.36 * lettering.size; /* half the height of a capital letter */

    if (lettering.is_upright)
        at.x += drop;
    else
        at.y += drop;
    mote_draw_text(canvas, at, string, lettering);
}

void mote_draw_image(mote_canvas *canvas, mote_box box, mote_pixels pixels)
{
    if (pixels.width > 0 && pixels.height > 0)
        canvas->ops->image(canvas, box, pixels);
}

void mote_canvas_clip(mote_canvas *canvas, mote_box box)
{
    canvas->ops->clip(canvas, box);
}

void mote_canvas_unclip(mote_canvas *canvas)
{
    canvas->ops->unclip(canvas);
}
