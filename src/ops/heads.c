/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/heads.h"

#include <math.h>

static const mote_tensor *tensor_at(const mote_heads *h, mote_id id, int32_t graph)
{
    return &h->maker->model->graphs[graph].tensors[id];
}

static mote_id add(const mote_heads *h, const mote_node *spec)
{
    mote_node node = *spec;
    mote_id   out = MOTE_NONE;

    node.out_count = 1;
    if (h->maker->err->code == MOTE_OK)
        h->maker->add(h->maker->by, &node, &out);
    return out;
}

static mote_id by_list(const mote_heads *h, mote_op_kind op, mote_id x, const int32_t *list, int32_t count)
{
    mote_id in[2] = {x, MOTE_NONE};

    if (h->maker->err->code == MOTE_OK)
        in[1] = h->maker->ints(h->maker->by, 1, &count, list);
    return add(h, &(mote_node){.op = op, .in = in, .in_count = 2});
}

static const int32_t swapped[] = {0, 2, 1, 3};

/* [N, T, heads width] -> [N, heads, T, width] */
static mote_id part(const mote_heads *h, mote_id x, int32_t graph)
{
    const mote_tensor in = *tensor_at(h, x, graph);
    const int32_t     dim[] = {in.is_batched ? -1 : in.dim[0], in.dim[1], h->heads, in.dim[2] / h->heads};

    return by_list(h, MOTE_OP_TRANSPOSE, by_list(h, MOTE_OP_RESHAPE, x, dim, 4), swapped, 4);
}

static mote_id join(const mote_heads *h, mote_id x, const mote_tensor *query, int32_t width)
{
    const int32_t dim[] = {query->is_batched ? -1 : query->dim[0], query->dim[1], width};

    return by_list(h, MOTE_OP_RESHAPE, by_list(h, MOTE_OP_TRANSPOSE, x, swapped, 4), dim, 3);
}

static mote_id scaled(const mote_heads *h, mote_id query, int32_t width)
{
    const float factor = (float)(1 / sqrt(width));
    mote_id     in[2] = {query, MOTE_NONE};

    if (h->maker->err->code == MOTE_OK)
        in[1] = h->floats(h->maker->by, 0, NULL, &factor);
    return add(h, &(mote_node){.op = MOTE_OP_MUL, .in = in, .in_count = 2});
}

static mote_id matmul(const mote_heads *h, mote_id a, mote_id b, bool is_transposed)
{
    mote_id   in[2] = {a, b};
    mote_node node = {.op = MOTE_OP_BATCH_MATMUL, .in = in, .in_count = 2};

    node.as.batch_matmul.adj_y = is_transposed;
    return add(h, &node);
}

mote_id mote_heads_add(const mote_heads *h, mote_id query, mote_id key, mote_id value, int32_t graph)
{
    const mote_tensor q = *tensor_at(h, query, graph);
    const int32_t     values = tensor_at(h, value, graph)->dim[2];
    mote_id           keys = part(h, key, graph), all = part(h, value, graph), scores;
    mote_node         softmax = {.op = MOTE_OP_SOFTMAX, .in = &scores, .in_count = 1, .as.softmax.beta = 1};

    scores = matmul(h, part(h, scaled(h, query, q.dim[2] / h->heads), graph), keys, true);
    if (h->mask && h->maker->err->code == MOTE_OK)
        scores = h->mask(h->maker->by, scores);
    scores = add(h, &softmax);
    return join(h, matmul(h, scores, all, false), &q, values);
}
