/* A directed graph drawn in layers, from top to bottom: where each box stands and how each arrow runs.
 *
 *   ranks     a box stands below all that it reads; Sugiyama, Tagawa and Toda 1981, "Methods for visual understanding of
 *             hierarchical system structures": longest path, then barycentres against crossings
 *   bends     an arrow that passes a rank has a place of its own in it, so that it runs beside the boxes, never below them;
 *             arrows from one box share it
 *   columns   what would be a very long strip is cut, where the fewest arrows pass, and goes on at the top to the right
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_REPORT_LAYERED_H
#define MOTE_REPORT_LAYERED_H

#include <stdbool.h>

#include "base/arena.h"

enum { MOTE_LAYERED_NODES_MAX = 4000, MOTE_LAYERED_BEND = -1 };

typedef struct mote_layered_node {
    const int *from; /* nodes before this one */
    int        from_count;
    double     height;
} mote_layered_node;

typedef struct mote_layered_graph {
    const mote_layered_node *nodes;
    int                      node_count;
    double                   node_width; /* of all */
} mote_layered_graph;

/* A box, or where an arrow passes a rank. The first node_count places are the nodes, in their order. */
typedef struct mote_layered_place {
    int    node; /* or MOTE_LAYERED_BEND */
    int    rank;
    double x, top, bottom; /* x: of the middle */
} mote_layered_place;

/* From a place to one in the next rank. */
typedef struct mote_layered_line {
    int    from, to;
    double to_x;  /* where it meets the place: lines into one box stand apart */
    bool   wraps; /* the next rank is in the next column: down, between the columns up, and down again at gutter_x */
    double low_y, gutter_x, high_y;
} mote_layered_line;

typedef struct mote_layered_rank {
    double top, bottom;
    int    column;
} mote_layered_rank;

typedef struct mote_layered {
    mote_layered_place *places;
    mote_layered_line  *lines;
    mote_layered_rank  *ranks;
    int                 place_count, line_count, rank_count;
    double              width, height;
} mote_layered;

/* All in the arena. Nodes come after those that they read. MOTE_ERR_LIMIT: more than MOTE_LAYERED_NODES_MAX of them, or more
 * arrows than anybody could follow. */
mote_status mote_layered_lay(mote_layered *out, const mote_layered_graph *graph, mote_arena *arena, mote_error *err);

#endif
