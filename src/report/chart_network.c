/* A network: a box an operator, top down, an arrow for each tensor that one gives to another.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "report/chart.h"
#include "report/font.h"
#include "report/layered.h"

#define TEXT_SIZE  12.0
#define ROW_SIZE   11.0
#define BAND       22.0 /* the coloured top of a box, with its title */
#define ROW        16.0
#define EDGE       10.0 /* text stands so far inside */
#define WIDTH_MIN  190.0
#define WIDTH_MAX  360.0
#define COLUMN_GAP 10.0

static const uint32_t box_ground = 0xffffff, box_line = 0xc4ccd4, arrow_colour = 0x6e7781;

static mote_status check_node(const mote_chart *chart, int index, mote_error *err)
{
    const mote_chart_node *node = &chart->nodes[index];
    int                    i;

    if (node->row_count < 0 || (node->row_count > 0 && !node->rows) || node->from_count < 0 ||
        (node->from_count > 0 && !node->from))
        return mote_fail(err, MOTE_ERR_USAGE, "network: node %d: counts must not be negative, rows and from not NULL",
                         index);
    for (i = 0; i < node->from_count; i++)
        if (node->from[i] < 0 || node->from[i] >= index)
            return mote_fail(err, MOTE_ERR_USAGE, "network: node %d: from must name nodes before it, not %d", index,
                             node->from[i]);
    return MOTE_OK;
}

static mote_status check(const mote_chart *chart, mote_error *err)
{
    int i;

    if (chart->node_count < 0 || (chart->node_count > 0 && !chart->nodes))
        return mote_fail(err, MOTE_ERR_USAGE, "network: node_count must not be negative, nodes not NULL");
    if (chart->node_count > MOTE_LAYERED_NODES_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "network: %d boxes are too many for one picture; at most %d are drawn",
                         chart->node_count, MOTE_LAYERED_NODES_MAX);
    for (i = 0; i < chart->node_count; i++)
        MOTE_TRY(check_node(chart, i, err));
    return MOTE_OK;
}

/* ---- sizes ---- */

static double text_width(const char *text, double size, bool is_bold)
{
    return text ? mote_text_width(text, size, is_bold) : 0;
}

/* The labels of all boxes are one column: values stand below one another. */
static double label_width(const mote_chart *chart)
{
    double widest = 0;
    int    n, r;

    for (n = 0; n < chart->node_count; n++)
        for (r = 0; r < chart->nodes[n].row_count; r++)
            widest = fmax(widest, text_width(chart->nodes[n].rows[r].label, ROW_SIZE, false));
    return widest > 0 ? fmin(widest, WIDTH_MAX / 3) + COLUMN_GAP : 0;
}

static double natural_width(const mote_chart_node *node, double labels)
{
    double width = text_width(node->title, TEXT_SIZE, true) + text_width(node->note, ROW_SIZE, false) + COLUMN_GAP;
    int    r;

    width = fmax(width, text_width(node->name, ROW_SIZE, true));
    for (r = 0; r < node->row_count; r++)
        width = fmax(width, labels + text_width(node->rows[r].value, ROW_SIZE, false) +
                                (node->rows[r].note ? COLUMN_GAP + text_width(node->rows[r].note, ROW_SIZE, false) : 0));
    return width + 2 * EDGE;
}

static double node_width(const mote_chart *chart)
{
    const double labels = label_width(chart);
    double       width = WIDTH_MIN;
    int          n;

    for (n = 0; n < chart->node_count; n++)
        width = fmax(width, natural_width(&chart->nodes[n], labels));
    return ceil(fmin(width, WIDTH_MAX));
}

static bool has_text(const char *text)
{
    return text && text[0] != '\0';
}

static double node_height(const mote_chart_node *node)
{
    const int rows = node->row_count + has_text(node->name);

    return BAND + (rows > 0 ? rows * ROW + 9 : 0);
}

static mote_status lay(mote_layered *out, const mote_chart *chart, mote_arena *arena, mote_error *err)
{
    mote_layered_node *nodes = MOTE_NEW(arena, mote_layered_node, chart->node_count, err);
    int                n;

    if (!nodes)
        return err->code;
    for (n = 0; n < chart->node_count; n++)
        nodes[n] = (mote_layered_node){chart->nodes[n].from, chart->nodes[n].from_count, node_height(&chart->nodes[n])};
    return mote_layered_lay(out, &(mote_layered_graph){nodes, chart->node_count, node_width(chart)}, arena, err);
}

/* Without memory the picture is small, and drawing it tells. */
static mote_chart_size natural_size(const mote_chart *chart)
{
    mote_arena   arena = {0};
    mote_error   ignored = {0};
    mote_layered layered = {0};

    lay(&layered, chart, &arena, &ignored);
    mote_arena_destroy(&arena);
    return (mote_chart_size){
        fmax(layered.width, fmax(text_width(chart->title, MOTE_TITLE_SIZE, true), text_width(chart->subtitle, 13, false))),
        mote_chart_heading_height(chart) + layered.height + 4};
}

/* ---- arrows ---- */

static void draw_head(mote_canvas *canvas, mote_point at)
{
    const mote_point head[] = {{at.x - 4, at.y - 6}, {at.x, at.y - 1}, {at.x + 4, at.y - 6}};

    mote_draw_polyline(canvas, head, 3, (mote_stroke){.colour = arrow_colour, .width = 1.5});
}

/* From one height to another, upright at both ends: a cubic Bezier curve in short pieces. */
static void draw_curve(mote_canvas *canvas, mote_point from, mote_point to)
{
    enum { PIECES = 16 };
    mote_point   points[PIECES + 1];
    const double bend = (to.y - from.y) * 0.55;
    int          i;

    for (i = 0; i <= PIECES; i++) {
        const double t = (double)i / PIECES, s = 1 - t;
        points[i].x = s * s * (s + 3 * t) * from.x + t * t * (t + 3 * s) * to.x;
        points[i].y =
            s * s * s * from.y + 3 * s * s * t * (from.y + bend) + 3 * s * t * t * (to.y - bend) + t * t * t * to.y;
    }
    mote_draw_polyline(canvas, points, PIECES + 1, (mote_stroke){.colour = arrow_colour, .width = 1.5});
}

static void draw_to(mote_canvas *canvas, mote_point from, mote_point to)
{
    if (fabs(from.x - to.x) < 0.5)
        mote_draw_line(canvas, from, to, (mote_stroke){.colour = arrow_colour, .width = 1.5});
    else
        draw_curve(canvas, from, to);
}

/* Upright through both ranks, and from one to the other in the gap between them. */
static void draw_line(mote_canvas *canvas, const mote_layered *layered, const mote_layered_line *line, mote_point origin)
{
    const mote_layered_place *from = &layered->places[line->from], *to = &layered->places[line->to];
    const double              x0 = origin.x + from->x, x1 = origin.x + line->to_x, y1 = origin.y + to->top;
    const double              y0 = origin.y + layered->ranks[from->rank].bottom;
    const mote_stroke         stroke = {.colour = arrow_colour, .width = 1.5};
    const bool                is_bend = to->node == MOTE_LAYERED_BEND;
    const mote_point          end = {x1, y1 - (is_bend ? 0 : 1.5)};

    if (from->bottom < layered->ranks[from->rank].bottom)
        mote_draw_line(canvas, (mote_point){x0, origin.y + from->bottom}, (mote_point){x0, y0}, stroke);
    if (line->wraps) {
        const double     low = origin.y + line->low_y, high = origin.y + line->high_y, gutter = origin.x + line->gutter_x;
        const mote_point way[] = {{x0, y0}, {x0, low}, {gutter, low}, {gutter, high}, {x1, high}, end};
        mote_draw_polyline(canvas, way, sizeof way / sizeof *way, stroke);
    } else {
        draw_to(canvas, (mote_point){x0, y0}, end);
    }
    if (is_bend)
        mote_draw_line(canvas, end, (mote_point){x1, origin.y + to->bottom}, stroke);
    else
        draw_head(canvas, (mote_point){x1, y1});
}

/* ---- boxes ---- */

static void draw_fitted(mote_canvas *canvas, mote_point at, const char *text, double room, mote_lettering lettering)
{
    if (has_text(text))
        mote_draw_text_centred(canvas, at, mote_text_fit(text, lettering.size, lettering.is_bold, room).text, lettering);
}

static void draw_band(mote_canvas *canvas, const mote_chart_node *node, mote_box box, uint32_t colour)
{
    const uint32_t ink = mote_colour_on(colour);
    const double   note = text_width(node->note, ROW_SIZE, false), middle = box.y + BAND / 2;

    mote_draw_rectangle(canvas, (mote_box){box.x, box.y, box.width, BAND}, (mote_fill){colour, 1});
    draw_fitted(canvas, (mote_point){box.x + EDGE, middle}, node->title,
                box.width - 2 * EDGE - (note > 0 ? fmin(note, box.width / 2) + COLUMN_GAP : 0),
                (mote_lettering){.size = TEXT_SIZE, .colour = ink, .is_bold = true});
    draw_fitted(canvas, (mote_point){box.x + box.width - EDGE, middle}, node->note, box.width / 2,
                (mote_lettering){.size = ROW_SIZE, .colour = ink, .align = MOTE_ALIGN_END});
}

static void draw_row(mote_canvas *canvas, const mote_chart_row *row, mote_box box, double labels)
{
    const mote_lettering quiet = {.size = ROW_SIZE, .colour = MOTE_COLOUR_TEXT};
    const mote_lettering plain = {.size = ROW_SIZE, .colour = MOTE_COLOUR_TITLE};
    mote_lettering       right = quiet;
    const double         note = text_width(row->note, ROW_SIZE, false), room = box.width - 2 * EDGE - labels;
    const double         y = box.y + box.height / 2;

    right.align = MOTE_ALIGN_END;
    draw_fitted(canvas, (mote_point){box.x + EDGE, y}, row->label, labels, quiet);
    draw_fitted(canvas, (mote_point){box.x + EDGE + labels, y}, row->value, note > 0 ? room - note - COLUMN_GAP : room,
                plain);
    draw_fitted(canvas, (mote_point){box.x + box.width - EDGE, y}, row->note, room, right);
}

static void draw_box(mote_canvas *canvas, const mote_chart_node *node, mote_box box, double labels, uint32_t colour)
{
    double y = box.y + BAND + 4;
    int    r;

    mote_draw_rectangle(canvas, box, (mote_fill){box_ground, 1});
    draw_band(canvas, node, box, colour);
    if (has_text(node->name)) {
        draw_fitted(canvas, (mote_point){box.x + EDGE, y + ROW / 2}, node->name, box.width - 2 * EDGE,
                    (mote_lettering){.size = ROW_SIZE, .colour = MOTE_COLOUR_TITLE, .is_bold = true});
        y += ROW;
    }
    for (r = 0; r < node->row_count; r++, y += ROW)
        draw_row(canvas, &node->rows[r], (mote_box){box.x, y, box.width, ROW}, labels);
    mote_draw_frame(canvas, box, (mote_stroke){.colour = mote_colour_mix(colour, box_line, 0.5), .width = 1});
}

static mote_status draw(const mote_chart *chart, mote_frame *frame, mote_arena *scratch, mote_error *err)
{
    const double labels = label_width(chart), width = node_width(chart);
    mote_point   origin;
    mote_layered layered;
    int          i;

    MOTE_TRY(lay(&layered, chart, scratch, err));
    mote_frame_header(frame, chart, NULL, 0);
    origin = (mote_point){frame->area.x + fmax(0, (frame->area.width - layered.width) / 2), frame->area.y + 4};
    frame->plot = frame->area;
    if (chart->node_count == 0)
        mote_frame_no_values(frame);
    for (i = 0; i < layered.line_count; i++)
        draw_line(frame->canvas, &layered, &layered.lines[i], origin);
    for (i = 0; i < chart->node_count; i++) {
        const mote_layered_place *place = &layered.places[i];
        draw_box(frame->canvas, &chart->nodes[i],
                 (mote_box){origin.x + place->x - width / 2, origin.y + place->top, width, place->bottom - place->top},
                 labels, mote_colour_or(chart->nodes[i].colour, 0));
    }
    return MOTE_OK;
}

const mote_chart_ops mote_chart_network = {check, natural_size, draw};
