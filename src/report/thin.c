/* SPDX-License-Identifier: Apache-2.0 */
#include "report/thin.h"

#include <math.h>

/* Keeps of points[begin..end) the first, the two extremes and the last, written from `kept` on. */
static size_t keep_run(mote_point *points, size_t begin, size_t end, size_t kept)
{
    size_t low = begin, high = begin, last = end - 1, i;
    size_t pick[4];

    for (i = begin; i < end; i++) {
        if (points[i].y < points[low].y)
            low = i;
        if (points[i].y > points[high].y)
            high = i;
    }
    pick[0] = begin;
    pick[1] = low < high ? low : high;
    pick[2] = low < high ? high : low;
    pick[3] = last;
    for (i = 0; i < 4; i++)
        if (i == 0 || pick[i] != pick[i - 1])
            points[kept++] = points[pick[i]]; /* kept <= pick[i]: nothing unread is overwritten */
    return kept;
}

size_t mote_thin_line(mote_point *points, size_t count, double column_width)
{
    size_t kept = 0, begin = 0, i;

    for (i = 1; i <= count; i++) {
        if (i < count && floor(points[i].x / column_width) == floor(points[begin].x / column_width))
            continue;
        kept = keep_run(points, begin, i, kept);
        begin = i;
    }
    return kept;
}

typedef struct cell_map {
    uint8_t *bits;
    mote_box box;
    double   cell;
    size_t   columns, rows;
} cell_map;

static size_t bounded_index(double offset, double cell, size_t count)
{
    double index = floor(offset / cell);

    return index <= 0 ? 0 : index >= (double)(count - 1) ? count - 1 : (size_t)index;
}

/* Whether the point's cell was free; it is taken now. */
static bool take_cell(cell_map *map, mote_point at)
{
    size_t  column = bounded_index(at.x - map->box.x, map->cell, map->columns);
    size_t  row = bounded_index(at.y - map->box.y, map->cell, map->rows), bit = row * map->columns + column;
    uint8_t mask = (uint8_t)(1u << bit % 8);

    if (map->bits[bit / 8] & mask)
        return false;
    map->bits[bit / 8] |= mask;
    return true;
}

static void find_extremes(const mote_point *points, size_t count, size_t extreme[4])
{
    size_t i;

    extreme[0] = extreme[1] = extreme[2] = extreme[3] = 0;
    for (i = 1; i < count; i++) {
        if (points[i].x < points[extreme[0]].x)
            extreme[0] = i;
        if (points[i].x > points[extreme[1]].x)
            extreme[1] = i;
        if (points[i].y < points[extreme[2]].y)
            extreme[2] = i;
        if (points[i].y > points[extreme[3]].y)
            extreme[3] = i;
    }
}

mote_status mote_thin_markers(mote_point *points, size_t *count, mote_box box, double cell, mote_arena *scratch,
                              mote_error *err)
{
    cell_map map = {.box = box, .cell = cell};
    size_t   extreme[4], kept = 0, i;

    if (*count == 0)
        return MOTE_OK;
    map.columns = (size_t)fmax(1, ceil(box.width / cell));
    map.rows = (size_t)fmax(1, ceil(box.height / cell));
    map.bits = MOTE_NEW(scratch, uint8_t, map.columns * map.rows / 8 + 1, err);
    if (!map.bits)
        return err->code;
    find_extremes(points, *count, extreme);
    for (i = 0; i < *count; i++) {
        bool is_extreme = i == extreme[0] || i == extreme[1] || i == extreme[2] || i == extreme[3];
        if (take_cell(&map, points[i]) || is_extreme)
            points[kept++] = points[i];
    }
    *count = kept;
    return MOTE_OK;
}
