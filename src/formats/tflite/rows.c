/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/rows.h"

/* Of each tensor: the node that makes it, counted from 1, and how often it is read. */
typedef struct wiring {
    mote_graph *graph;
    int32_t    *maker, *reads;
} wiring;

static bool is_tensor(const mote_graph *graph, mote_id id)
{
    return id >= 0 && id < graph->tensor_count;
}

static mote_status wire(wiring *w, mote_model *model, mote_graph *graph, mote_error *err)
{
    int32_t n, i;

    *w = (wiring){.graph = graph,
                  .maker = MOTE_NEW(&model->arena, int32_t, graph->tensor_count, err),
                  .reads = MOTE_NEW(&model->arena, int32_t, graph->tensor_count, err)};
    MOTE_TRY(err->code);
    for (i = 0; i < graph->output_count; i++)
        if (is_tensor(graph, graph->outputs[i]))
            w->reads[graph->outputs[i]]++;
    for (n = 0; n < graph->node_count; n++) {
        const mote_node *node = &graph->nodes[n];
        for (i = 0; i < node->in_count; i++)
            if (is_tensor(graph, node->in[i]))
                w->reads[node->in[i]]++;
        for (i = 0; i < node->out_count; i++)
            if (is_tensor(graph, node->out[i]))
                w->maker[node->out[i]] = n + 1;
    }
    return MOTE_OK;
}

static mote_node *maker_of(const wiring *w, mote_id id, mote_op_kind op, int32_t in_count)
{
    mote_node *node = is_tensor(w->graph, id) && w->maker[id] > 0 ? &w->graph->nodes[w->maker[id] - 1] : NULL;

    return node && node->op == op && node->in_count == in_count && node->out_count == 1 ? node : NULL;
}

static bool is_read_once(const wiring *w, mote_id id)
{
    return is_tensor(w->graph, id) && w->reads[id] == 1;
}

/* Whether it is a constant of so many int32 that are all equal to value. */
static bool is_all(const mote_graph *graph, mote_id id, size_t count, int32_t value)
{
    const mote_tensor *tensor = is_tensor(graph, id) ? &graph->tensors[id] : NULL;
    size_t             i;

    if (!tensor || tensor->kind != MOTE_CONST || tensor->dtype != MOTE_I32 || mote_tensor_count(tensor) != count)
        return false;
    for (i = 0; i < count; i++)
        if (((const int32_t *)tensor->data)[i] != value)
            return false;
    return true;
}

/* A place or size [index, rest, rest ...]: what joins it, and the index. */
typedef struct place {
    mote_node *join;
    mote_id    index;
} place;

static place place_of(const wiring *w, mote_id id, int32_t rank, int32_t rest)
{
    place            found = {maker_of(w, id, MOTE_OP_CONCATENATION, 2), MOTE_NONE};
    const mote_node *reshape = found.join ? maker_of(w, found.join->in[0], MOTE_OP_RESHAPE, 2) : NULL;

    if (reshape && rank > 1 && is_all(w->graph, found.join->in[1], (size_t)rank - 1, rest))
        found.index = reshape->in[0];
    return found;
}

static bool is_next(const wiring *w, mote_id next, mote_id index)
{
    const mote_node *add = maker_of(w, next, MOTE_OP_ADD, 2);

    return add && index != MOTE_NONE &&
           ((add->in[0] == index && is_all(w->graph, add->in[1], 1, 1)) ||
            (add->in[1] == index && is_all(w->graph, add->in[0], 1, 1)));
}

static bool is_row_of(const mote_tensor *item, const mote_tensor *list)
{
    mote_tensor row = *list;

    row.dim[0] = 1;
    return item->dtype == list->dtype && mote_tensor_same_shape(item, &row);
}

/* The pieces of a row that is written; before is NULL where node writes none. */
typedef struct pieces {
    mote_node *before, *after, *sizes;
    mote_id    zeros;
} pieces;

static pieces find_pieces(const wiring *w, const mote_node *node)
{
    const pieces none = {0};
    pieces       found = none;
    place        sizes, places;
    int32_t      rank;

    if (node->op != MOTE_OP_CONCATENATION || node->in_count != 3 || node->out_count != 1)
        return none;
    found.before = maker_of(w, node->in[0], MOTE_OP_SLICE, 3);
    found.after = maker_of(w, node->in[2], MOTE_OP_SLICE, 3);
    if (!found.before || !found.after || found.before->in[0] != found.after->in[0] ||
        !is_tensor(w->graph, found.before->in[0]) || !is_read_once(w, node->in[0]) || !is_read_once(w, node->in[2]))
        return none;
    rank = w->graph->tensors[found.before->in[0]].rank;
    sizes = place_of(w, found.before->in[2], rank, -1);
    places = place_of(w, found.after->in[1], rank, 0);
    if (!is_next(w, places.index, sizes.index) || !is_read_once(w, found.before->in[2]) ||
        !is_all(w->graph, found.before->in[1], (size_t)rank, 0) || !is_all(w->graph, found.after->in[2], (size_t)rank, -1))
        return none;
    found.sizes = sizes.join;
    found.zeros = places.join->in[1];
    return found;
}

static bool fits(const mote_graph *graph, const mote_node *node, const pieces *found)
{
    const mote_tensor *list = found->before ? &graph->tensors[found->before->in[0]] : NULL, *out;

    if (!list || node->as.concatenation.axis != 0 || !is_tensor(graph, node->in[1]) || !is_tensor(graph, node->out[0]))
        return false;
    out = &graph->tensors[node->out[0]];
    return out->dtype == list->dtype && mote_tensor_same_shape(out, list) && is_row_of(&graph->tensors[node->in[1]], list);
}

/* Sizes [i, -1 ...] become places [i, 0 ...]. */
static void write_row(mote_node *node, const pieces *found)
{
    const mote_node slice = {.op = MOTE_OP_DYNAMIC_UPDATE_SLICE};

    found->sizes->in[1] = found->zeros;
    node->in[0] = found->before->in[0];
    node->in[2] = found->before->in[2];
    node->op = slice.op;
    node->as = slice.as;
    found->before->in_count = found->after->in_count = -1;
}

/* What write_row marked, and what that made. */
static mote_status drop_slices(mote_model *model, mote_graph *graph, mote_error *err)
{
    int32_t n, kept = 0;

    for (n = 0; n < graph->node_count; n++) {
        mote_node   *node = &graph->nodes[n];
        mote_tensor *made;
        if (node->in_count >= 0) {
            graph->nodes[kept++] = *node;
            continue;
        }
        made = &graph->tensors[node->out[0]];
        *made = (mote_tensor){.origin = made->origin, .name = made->name, .kind = MOTE_CONST, .rank = 1, .dim = {0}};
        if (!(made->data = mote_arena_alloc(&model->arena, 0, 1, err)))
            return err->code;
    }
    graph->node_count = kept;
    return MOTE_OK;
}

static bool has_candidates(const mote_graph *graph)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].op == MOTE_OP_SLICE)
            return true;
    return false;
}

int32_t mote_tflite_write_rows(mote_model *model, mote_graph *graph, mote_error *err)
{
    int32_t n, count = 0;
    wiring  w;

    if (!has_candidates(graph))
        return 0;
    if (wire(&w, model, graph, err) != MOTE_OK)
        return -1;
    for (n = 0; n < graph->node_count; n++) {
        const pieces found = find_pieces(&w, &graph->nodes[n]);
        if (!fits(graph, &graph->nodes[n], &found))
            continue;
        write_row(&graph->nodes[n], &found);
        count++;
    }
    return count == 0 || drop_slices(model, graph, err) == MOTE_OK ? count : -1;
}
