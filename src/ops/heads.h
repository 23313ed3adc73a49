/* Attention of several heads, as it is when a model runs, from projected queries, keys and values on:
 *
 *     softmax(q k^T / sqrt(width)) v          for each head; heads lie side by side in the last axis
 *
 * After the first failure (*err) nothing is added. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_HEADS_H
#define MOTE_OPS_HEADS_H

#include "ops/recurrent.h"

typedef struct mote_heads {
    const mote_cell_maker *maker; /* its way to add nodes and numbers */
    mote_id (*floats)(void *by, int32_t rank, const int32_t *dim, const float *values);
    /* What is added to the scores [N, heads, T, S]: a mask; NULL: nothing. */
    mote_id (*mask)(void *by, mote_id scores);
    int32_t heads;
} mote_heads;

/* query [N, T, heads width], key [N, S, heads width], value [N, S, heads v] -> [N, T, heads v], into graphs[graph]. */
mote_id mote_heads_add(const mote_heads *heads, mote_id query, mote_id key, mote_id value, int32_t graph);

#endif
