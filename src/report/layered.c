/* SPDX-License-Identifier: Apache-2.0 */
#include "report/layered.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define BOX_GAP    26.0 /* between boxes side by side */
#define BEND_WIDTH 6.0
#define RANK_GAP   30.0
#define WIDE_GAP   44.0 /* where more than one arrow runs: they need the height to cross */
#define LANE       7.0  /* between arrows that run side by side from column to column */
#define GUTTER     36.0
#define PORT_EDGE  14.0 /* arrows meet a box so far from its corner, */
#define PORT_GAP   16.0 /* and so far from one another */
#define STRIP_MAX  1500.0

enum { ORDER_SWEEPS = 8, PLACE_SWEEPS = 24, PLACES_MAX = 60000 };

/* Places by rank: order[begin[r]] .. order[begin[r + 1]] are rank r from left to right. The lines into place p are
 * into[into_begin[p]] ..., those out of it out_of[out_begin[p]] ... */
typedef struct layering {
    const mote_layered_graph *graph;
    mote_layered             *out;
    int                      *last;                     /* [node]: the lowest rank that reads it */
    int                      *first_bend;               /* [node] */
    int                      *begin, *order, *position; /* position[place]: in its rank */
    int                      *into_begin, *into, *out_begin, *out_of;
    double                   *key, *weight, *sum; /* [place]: scratch of the sweeps */
    mote_arena               *arena;
} layering;

static bool is_bend(const layering *l, int place)
{
    return l->out->places[place].node == MOTE_LAYERED_BEND;
}

static double width_of(const layering *l, int place)
{
    return is_bend(l, place) ? BEND_WIDTH : l->graph->node_width;
}

/* ---- ranks ---- */

static void find_ranks(const layering *l, int *rank, int *first)
{
    const mote_layered_node *nodes = l->graph->nodes;
    int                      n, i;

    for (n = 0; n < l->graph->node_count; n++) {
        first[n] = INT_MAX;
        for (rank[n] = 0, i = 0; i < nodes[n].from_count; i++)
            if (rank[nodes[n].from[i]] >= rank[n])
                rank[n] = rank[nodes[n].from[i]] + 1;
        for (i = 0; i < nodes[n].from_count; i++)
            if (rank[n] < first[nodes[n].from[i]])
                first[nodes[n].from[i]] = rank[n];
    }
    for (n = 0; n < l->graph->node_count; n++) /* what reads nothing stands right above what reads it */
        if (nodes[n].from_count == 0 && first[n] != INT_MAX)
            rank[n] = first[n] - 1;
}

static void find_last_readers(const layering *l, const int *rank)
{
    const mote_layered_node *nodes = l->graph->nodes;
    int                      n, i;

    for (n = 0; n < l->graph->node_count; n++)
        for (i = 0; i < nodes[n].from_count; i++)
            if (rank[n] > l->last[nodes[n].from[i]])
                l->last[nodes[n].from[i]] = rank[n];
}

static int bend_count(const layering *l, const int *rank, int node)
{
    return l->last[node] > rank[node] + 1 ? l->last[node] - rank[node] - 1 : 0;
}

/* Nodes first, then each one's bends from top to bottom. */
static mote_status make_places(layering *l, const int *rank, mote_error *err)
{
    mote_layered *out = l->out;
    int           count = l->graph->node_count, n, b;

    for (n = 0; n < l->graph->node_count; n++) {
        l->first_bend[n] = count;
        count += bend_count(l, rank, n);
        if (count > PLACES_MAX)
            return mote_fail(err, MOTE_ERR_LIMIT, "its arrows pass more than %d ranks; nobody could follow them",
                             PLACES_MAX);
    }
    out->places = MOTE_NEW(l->arena, mote_layered_place, count, err);
    if (!out->places)
        return err->code;
    out->place_count = count;
    for (n = 0; n < l->graph->node_count; n++) {
        out->places[n] = (mote_layered_place){.node = n, .rank = rank[n]};
        out->rank_count = rank[n] >= out->rank_count ? rank[n] + 1 : out->rank_count;
        for (b = 0; b < bend_count(l, rank, n); b++)
            out->places[l->first_bend[n] + b] = (mote_layered_place){.node = MOTE_LAYERED_BEND, .rank = rank[n] + 1 + b};
    }
    return MOTE_OK;
}

static mote_status rank_nodes(layering *l, mote_error *err)
{
    const int count = l->graph->node_count;
    int      *rank = MOTE_NEW(l->arena, int, count, err), *first = MOTE_NEW(l->arena, int, count, err);

    l->last = MOTE_NEW(l->arena, int, count, err);
    l->first_bend = MOTE_NEW(l->arena, int, count, err);
    if (err->code != MOTE_OK)
        return err->code;
    find_ranks(l, rank, first);
    find_last_readers(l, rank);
    return make_places(l, rank, err);
}

/* ---- lines ---- */

static void add_line(mote_layered *out, int from, int to)
{
    out->lines[out->line_count++] = (mote_layered_line){.from = from, .to = to};
}

static bool is_repeated(const mote_layered_node *node, int i)
{
    int k;

    for (k = 0; k < i; k++)
        if (node->from[k] == node->from[i])
            return true;
    return false;
}

/* A node's arrows share its bends, and leave them where the node that they go to is next. */
static void add_lines(const layering *l)
{
    mote_layered *out = l->out;
    int           n, i, b;

    for (n = 0; n < l->graph->node_count; n++) {
        const mote_layered_node *node = &l->graph->nodes[n];
        const int                end = n + 1 < l->graph->node_count ? l->first_bend[n + 1] : out->place_count;
        for (b = l->first_bend[n]; b < end; b++)
            add_line(out, b == l->first_bend[n] ? n : b - 1, b);
        for (i = 0; i < node->from_count; i++) {
            const int from = node->from[i], gap = out->places[n].rank - out->places[from].rank - 1;
            if (!is_repeated(node, i))
                add_line(out, gap == 0 ? from : l->first_bend[from] + gap - 1, n);
        }
    }
}

/* Lines by the place at one of their ends: counted, then filled in from behind. */
static void index_lines(const mote_layered *out, int *begin, int *list, bool by_target)
{
    int i;

    for (i = 0; i < out->line_count; i++)
        begin[by_target ? out->lines[i].to : out->lines[i].from]++;
    for (i = 0; i < out->place_count; i++)
        begin[i + 1] += begin[i];
    for (i = out->line_count - 1; i >= 0; i--)
        list[--begin[by_target ? out->lines[i].to : out->lines[i].from]] = i;
}

static mote_status make_lines(layering *l, mote_error *err)
{
    mote_layered *out = l->out;
    size_t        most = (size_t)out->place_count;
    int           n;

    for (n = 0; n < l->graph->node_count; n++)
        most += (size_t)l->graph->nodes[n].from_count;
    out->lines = MOTE_NEW(l->arena, mote_layered_line, most, err);
    l->into_begin = MOTE_NEW(l->arena, int, out->place_count + 1, err);
    l->out_begin = MOTE_NEW(l->arena, int, out->place_count + 1, err);
    l->into = MOTE_NEW(l->arena, int, most, err);
    l->out_of = MOTE_NEW(l->arena, int, most, err);
    if (err->code != MOTE_OK)
        return err->code;
    add_lines(l);
    index_lines(out, l->into_begin, l->into, true);
    index_lines(out, l->out_begin, l->out_of, false);
    return MOTE_OK;
}

/* ---- the order within ranks ---- */

static mote_status fill_ranks(layering *l, mote_error *err)
{
    mote_layered *out = l->out;
    int           p, r;

    out->ranks = MOTE_NEW(l->arena, mote_layered_rank, out->rank_count, err);
    l->begin = MOTE_NEW(l->arena, int, out->rank_count + 1, err);
    l->order = MOTE_NEW(l->arena, int, out->place_count, err);
    l->position = MOTE_NEW(l->arena, int, out->place_count, err);
    l->key = MOTE_NEW(l->arena, double, out->place_count, err);
    l->weight = MOTE_NEW(l->arena, double, out->place_count, err);
    l->sum = MOTE_NEW(l->arena, double, out->place_count, err);
    if (err->code != MOTE_OK)
        return err->code;
    for (p = 0; p < out->place_count; p++)
        l->begin[out->places[p].rank]++;
    for (r = 0; r < out->rank_count; r++)
        l->begin[r + 1] += l->begin[r];
    for (p = out->place_count - 1; p >= 0; p--)
        l->order[--l->begin[out->places[p].rank]] = p;
    return MOTE_OK;
}

static void number_rank(layering *l, int rank)
{
    int i;

    for (i = l->begin[rank]; i < l->begin[rank + 1]; i++)
        l->position[l->order[i]] = i - l->begin[rank];
}

/* The place at the other end of the i-th line of place p: above it or below. */
static int neighbour(const layering *l, bool is_above, int i)
{
    return is_above ? l->out->lines[l->into[i]].from : l->out->lines[l->out_of[i]].to;
}

static void find_barycentre(layering *l, int place, bool by_above)
{
    const int *begin = by_above ? l->into_begin : l->out_begin;
    double     sum = 0;
    int        i;

    for (i = begin[place]; i < begin[place + 1]; i++)
        sum += l->position[neighbour(l, by_above, i)];
    l->key[place] = begin[place + 1] > begin[place] ? sum / (begin[place + 1] - begin[place]) : l->position[place];
}

/* Stable, so that what has no reason to move stays. */
static void sort_rank(layering *l, int rank, bool by_above)
{
    int i, k;

    for (i = l->begin[rank]; i < l->begin[rank + 1]; i++)
        find_barycentre(l, l->order[i], by_above);
    for (i = l->begin[rank] + 1; i < l->begin[rank + 1]; i++) {
        const int place = l->order[i];
        for (k = i; k > l->begin[rank] && l->key[l->order[k - 1]] > l->key[place]; k--)
            l->order[k] = l->order[k - 1];
        l->order[k] = place;
    }
    number_rank(l, rank);
}

static bool do_cross(const layering *l, const mote_layered_line *a, const mote_layered_line *b)
{
    const int above = l->position[a->from] - l->position[b->from], below = l->position[a->to] - l->position[b->to];

    return (above < 0 && below > 0) || (above > 0 && below < 0);
}

static size_t count_crossings(const layering *l)
{
    const mote_layered *out = l->out;
    size_t              count = 0;
    int                 r, i, k, a, b;

    for (r = 0; r + 1 < out->rank_count; r++)
        for (i = l->begin[r]; i < l->begin[r + 1]; i++)
            for (k = i + 1; k < l->begin[r + 1]; k++)
                for (a = l->out_begin[l->order[i]]; a < l->out_begin[l->order[i] + 1]; a++)
                    for (b = l->out_begin[l->order[k]]; b < l->out_begin[l->order[k] + 1]; b++)
                        count += do_cross(l, &out->lines[l->out_of[a]], &out->lines[l->out_of[b]]);
    return count;
}

/* Down, up, and so on; the order with the fewest crossings is kept. */
static mote_status order_ranks(layering *l, mote_error *err)
{
    const size_t count = (size_t)l->out->place_count;
    int         *best = mote_arena_copy(l->arena, l->order, count, sizeof *best, err);
    size_t       fewest, crossings;
    int          sweep, r;

    if (!best)
        return err->code;
    for (r = 0; r < l->out->rank_count; r++)
        number_rank(l, r);
    fewest = count_crossings(l);
    for (sweep = 0; sweep < ORDER_SWEEPS && fewest > 0; sweep++) {
        for (r = 1; sweep % 2 == 0 && r < l->out->rank_count; r++)
            sort_rank(l, r, true);
        for (r = l->out->rank_count - 2; sweep % 2 == 1 && r >= 0; r--)
            sort_rank(l, r, false);
        crossings = count_crossings(l);
        if (crossings < fewest) {
            fewest = crossings;
            memcpy(best, l->order, count * sizeof *best);
        }
    }
    memcpy(l->order, best, count * sizeof *best);
    for (r = 0; r < l->out->rank_count; r++)
        number_rank(l, r);
    return MOTE_OK;
}

/* ---- from left to right ---- */

static double distance(const layering *l, int left, int right)
{
    return (width_of(l, left) + width_of(l, right)) / 2 + BOX_GAP;
}

/* A block of places that touch one another moves as one. */
typedef struct block {
    double sum, weight; /* of wanted - offset */
    int    count;
} block;

/* Each place of a rank as near as possible to key[place], by least squares, with its distance to its neighbours: pooling
 * adjacent violators. Works on sum and weight in place: the blocks take no more room than the places. */
static void settle_rank(layering *l, int rank, block *blocks)
{
    const int *order = l->order + l->begin[rank];
    const int  count = l->begin[rank + 1] - l->begin[rank];
    double     offset = 0;
    int        used = 0, i, k, b;

    for (i = 0; i < count; i++) {
        offset += i > 0 ? distance(l, order[i - 1], order[i]) : 0;
        l->sum[order[i]] = offset;
        blocks[used++] = (block){l->weight[order[i]] * (l->key[order[i]] - offset), l->weight[order[i]], 1};
        while (used > 1 && blocks[used - 2].sum * blocks[used - 1].weight > blocks[used - 1].sum * blocks[used - 2].weight) {
            blocks[used - 2].sum += blocks[used - 1].sum;
            blocks[used - 2].weight += blocks[used - 1].weight;
            blocks[used - 2].count += blocks[used - 1].count;
            used--;
        }
    }
    for (i = 0, b = 0; b < used; b++)
        for (k = 0; k < blocks[b].count; k++, i++)
            l->out->places[order[i]].x = blocks[b].sum / blocks[b].weight + l->sum[order[i]];
}

/* A box wants to stand below (above) the boxes that it is joined to, and looks at bends only where there is no box; a bend
 * wants to go on straight. Where they cannot all have what they want, the lighter ones give way. */
static void want_place(layering *l, int place, bool by_above)
{
    const int *begin = by_above ? l->into_begin : l->out_begin;
    double     sum[2] = {0, 0};
    int        count[2] = {0, 0}, i, kind;

    for (i = begin[place]; i < begin[place + 1]; i++) {
        const int other = neighbour(l, by_above, i);
        sum[is_bend(l, other)] += l->out->places[other].x;
        count[is_bend(l, other)]++;
    }
    kind = is_bend(l, place) ? count[1] > 0 : count[0] == 0;
    l->key[place] = count[kind] > 0 ? sum[kind] / count[kind] : l->out->places[place].x;
    l->weight[place] = is_bend(l, place) ? 1e-6 : count[0] > 0 ? 1 : 1e-3;
}

static void sweep_rank(layering *l, int rank, bool by_above, block *blocks)
{
    int i;

    for (i = l->begin[rank]; i < l->begin[rank + 1]; i++)
        want_place(l, l->order[i], by_above);
    settle_rank(l, rank, blocks);
}

static bool is_free(const layering *l, int place, double x)
{
    const int *order = l->order + l->begin[l->out->places[place].rank];
    const int  at = l->position[place],
              count = l->begin[l->out->places[place].rank + 1] - l->begin[l->out->places[place].rank];

    return (at == 0 || x - l->out->places[order[at - 1]].x >= distance(l, order[at - 1], place) - 1e-6) &&
           (at == count - 1 || l->out->places[order[at + 1]].x - x >= distance(l, place, order[at + 1]) - 1e-6);
}

/* The bends of one arrow go straight down where all of them can: at the outermost that one of them has to take. */
static void straighten(layering *l, int node)
{
    const int end = node + 1 < l->graph->node_count ? l->first_bend[node + 1] : l->out->place_count;
    int       b, k;

    for (b = l->first_bend[node]; b < end; b++) {
        const double x = l->out->places[b].x;
        bool         fits = true;
        for (k = l->first_bend[node]; fits && k < end; k++)
            fits = is_free(l, k, x);
        for (k = l->first_bend[node]; fits && k < end; k++)
            l->out->places[k].x = x;
        if (fits)
            return;
    }
}

static mote_status place_across(layering *l, mote_error *err)
{
    block *blocks = MOTE_NEW(l->arena, block, l->out->place_count, err);
    int    sweep, r, n;

    if (!blocks)
        return err->code;
    for (sweep = 0; sweep < PLACE_SWEEPS; sweep++) {
        for (r = 0; sweep % 2 == 0 && r < l->out->rank_count; r++)
            sweep_rank(l, r, true, blocks);
        for (r = l->out->rank_count - 1; sweep % 2 == 1 && r >= 0; r--)
            sweep_rank(l, r, false, blocks);
    }
    for (n = 0; n < l->graph->node_count; n++)
        straighten(l, n);
    return MOTE_OK;
}

/* ---- columns ---- */

static double rank_height(const layering *l, int rank)
{
    double height = 0;
    int    i;

    for (i = l->begin[rank]; i < l->begin[rank + 1]; i++)
        if (!is_bend(l, l->order[i]))
            height = fmax(height, l->graph->nodes[l->order[i]].height);
    return height;
}

static int lines_below(const layering *l, int rank)
{
    int count = 0, i;

    for (i = l->begin[rank]; i < l->begin[rank + 1]; i++)
        count += l->out_begin[l->order[i] + 1] - l->out_begin[l->order[i]];
    return count;
}

static double gap_below(const layering *l, int rank)
{
    return lines_below(l, rank) > 1 ? WIDE_GAP : RANK_GAP;
}

static double pitch_of(const layering *l, int rank)
{
    return rank_height(l, rank) + gap_below(l, rank);
}

/* How wide the ranks first .. end - 1 are, and where they begin. */
typedef struct extent {
    double left, right;
} extent;

static extent extent_of(const layering *l, int first, int end)
{
    extent e = {INFINITY, -INFINITY};
    int    i;

    for (i = l->begin[first]; i < l->begin[end]; i++) {
        const int place = l->order[i];
        e.left = fmin(e.left, l->out->places[place].x - width_of(l, place) / 2);
        e.right = fmax(e.right, l->out->places[place].x + width_of(l, place) / 2);
    }
    return e;
}

/* As many columns as make the picture about as wide as it is high, once it is longer than a page or two. */
static int count_columns(const layering *l, double total)
{
    const extent all = extent_of(l, 0, l->out->rank_count);
    const double width = all.right - all.left + GUTTER;
    int          columns = 1;

    while (total / columns > fmax(STRIP_MAX, 0.9 * columns * width))
        columns++;
    return columns;
}

/* The rank below which a column of about this height ends: where few arrows are cut, near to the height. */
static int find_cut(const layering *l, int first, double height)
{
    double y = 0, least = INFINITY;
    int    cut = l->out->rank_count - 1, r;

    for (r = first; r + 1 < l->out->rank_count && y < height * 1.2; r++) {
        double cost;
        y += pitch_of(l, r);
        cost = lines_below(l, r) + 4 * fabs(y / height - 1);
        if (cost <= least) {
            least = cost;
            cut = r;
        }
    }
    return cut;
}

static void move_places(layering *l, int first, int end, double by)
{
    int i;

    for (i = l->begin[first]; i < l->begin[end]; i++)
        l->out->places[l->order[i]].x += by;
}

/* The lines from a column's last rank each have a lane; returns how many. */
static int take_lanes(layering *l, int rank, double column_right, double column_bottom)
{
    const int all = lines_below(l, rank);
    int       lanes = 0, i, k;

    for (i = l->begin[rank + 1] - 1; i >= l->begin[rank]; i--) /* the rightmost innermost below, outermost above */
        for (k = l->out_begin[l->order[i]]; k < l->out_begin[l->order[i] + 1]; k++) {
            mote_layered_line *line = &l->out->lines[l->out_of[k]];
            line->wraps = true;
            line->low_y = column_bottom + 16 + LANE * lanes;
            line->gutter_x = column_right + GUTTER / 2 + LANE * lanes;
            line->high_y = -16 - LANE * (all - 1 - lanes); /* above the next column's first rank */
            lanes++;
        }
    return lanes;
}

static double place_column(layering *l, int first, int end, int column, double top)
{
    double y = top;
    int    r, i;

    for (r = first; r < end; r++) {
        mote_layered_rank *rank = &l->out->ranks[r];
        *rank = (mote_layered_rank){y, y + rank_height(l, r), column};
        for (i = l->begin[r]; i < l->begin[r + 1]; i++) {
            mote_layered_place *place = &l->out->places[l->order[i]];
            place->top = y;
            place->bottom = is_bend(l, l->order[i]) ? rank->bottom : y + l->graph->nodes[l->order[i]].height;
        }
        y = rank->bottom + (r + 1 < end ? gap_below(l, r) : 0);
    }
    return y;
}

static double total_pitch(const layering *l, int first)
{
    double total = 0;
    int    r;

    for (r = first; r < l->out->rank_count; r++)
        total += pitch_of(l, r);
    return total;
}

static void place_down(layering *l)
{
    const int columns = count_columns(l, total_pitch(l, 0));
    double    x = 0, room = 0;
    int       first = 0, column = 0, lanes = 0, most = 0, i;

    while (first < l->out->rank_count) {
        const int    left = columns - column;
        const int    end = left > 1 ? find_cut(l, first, total_pitch(l, first) / left) + 1 : l->out->rank_count;
        const extent e = extent_of(l, first, end);
        const double bottom = place_column(l, first, end, column++, 0);
        move_places(l, first, end, x - e.left);
        x += e.right - e.left;
        lanes = end < l->out->rank_count ? take_lanes(l, end - 1, x, bottom) : 0;
        most = lanes > most ? lanes : most;
        l->out->width = x;
        l->out->height = fmax(l->out->height, bottom + (lanes > 0 ? 16 + LANE * lanes : 0));
        x += GUTTER + LANE * (lanes > 1 ? lanes - 1 : 0);
        first = end;
    }
    room = most > 0 ? 16 + LANE * most : 0; /* for the lanes above the columns */
    for (i = 0; i < l->out->place_count; i++) {
        l->out->places[i].top += room;
        l->out->places[i].bottom += room;
    }
    for (i = 0; i < l->out->rank_count; i++) {
        l->out->ranks[i].top += room;
        l->out->ranks[i].bottom += room;
    }
    for (i = 0; i < l->out->line_count; i++) {
        l->out->lines[i].low_y += room;
        l->out->lines[i].high_y += room;
    }
    l->out->height += room;
}

/* ---- where lines meet boxes ---- */

static double come_from(const layering *l, const mote_layered_line *line)
{
    return line->wraps ? line->gutter_x : l->out->places[line->from].x;
}

/* Straight down where they can, from left to right in the order in which they come, not too near to one another. */
static void set_ports(layering *l, int place)
{
    mote_layered_line *lines = l->out->lines;
    const double       x = l->out->places[place].x, reach = width_of(l, place) / 2 - PORT_EDGE;
    const int          first = l->into_begin[place], count = l->into_begin[place + 1] - first;
    const double       gap = count > 1 ? fmin(PORT_GAP, 2 * reach / (count - 1)) : 0;
    double             at;
    int               *into = l->into + first, i, k;

    for (i = 1; i < count; i++)
        for (k = i; k > 0 && come_from(l, &lines[into[k - 1]]) > come_from(l, &lines[into[k]]); k--) {
            const int swap = into[k];
            into[k] = into[k - 1];
            into[k - 1] = swap;
        }
    for (i = 0, at = x - reach; i < count; i++, at += gap) {
        const double right = x + reach - gap * (count - 1 - i);
        at = fmin(fmax(come_from(l, &lines[into[i]]), at), right);
        lines[into[i]].to_x = lines[into[i]].wraps && count == 1 ? x : at;
    }
}

static void set_all_ports(layering *l)
{
    int i;

    for (i = 0; i < l->out->line_count; i++)
        l->out->lines[i].to_x = l->out->places[l->out->lines[i].to].x;
    for (i = 0; i < l->graph->node_count; i++)
        set_ports(l, i);
}

mote_status mote_layered_lay(mote_layered *out, const mote_layered_graph *graph, mote_arena *arena, mote_error *err)
{
    layering l = {.graph = graph, .out = out, .arena = arena};

    *out = (mote_layered){0};
    if (graph->node_count > MOTE_LAYERED_NODES_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "%d boxes are too many for one picture; at most %d are drawn",
                         graph->node_count, MOTE_LAYERED_NODES_MAX);
    if (graph->node_count == 0)
        return MOTE_OK;
    MOTE_TRY(rank_nodes(&l, err));
    MOTE_TRY(make_lines(&l, err));
    MOTE_TRY(fill_ranks(&l, err));
    MOTE_TRY(order_ranks(&l, err));
    MOTE_TRY(place_across(&l, err));
    place_down(&l);
    set_all_ports(&l);
    return MOTE_OK;
}
