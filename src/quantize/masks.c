/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/masks.h"

#include "ops/op.h"

static bool is_softmax(const mote_node *node)
{
    return node->op == MOTE_OP_SOFTMAX || node->op == MOTE_OP_LOG_SOFTMAX;
}

/* Every reader is a SOFTMAX, or adds to such scores; outputs of the graph are neither. */
static bool is_read_only_by(const mote_graph *graph, mote_id id, const uint8_t *roles, bool as_scores)
{
    int32_t n, i, count = 0;

    for (n = 0; n < graph->node_count; n++) {
        const mote_node *node = &graph->nodes[n];
        const bool       is_such =
            as_scores ? is_softmax(node) : node->op == MOTE_OP_ADD && roles[node->out[0]] == MOTE_MASK_SCORES;
        for (i = 0; is_such && i < node->in_count; i++)
            count += node->in[i] == id;
    }
    return mote_graph_use_count(graph, id) == count;
}

void mote_mask_find(const mote_graph *graph, uint8_t *roles)
{
    int32_t n, i;

    for (n = 0; n < graph->node_count; n++)
        if (is_softmax(&graph->nodes[n]) && is_read_only_by(graph, graph->nodes[n].in[0], roles, true))
            roles[graph->nodes[n].in[0]] = MOTE_MASK_SCORES;
    for (n = 0; n < graph->node_count; n++) {
        const mote_node *node = &graph->nodes[n];
        if (node->op != MOTE_OP_ADD || roles[node->out[0]] != MOTE_MASK_SCORES)
            continue;
        for (i = 0; i < 2; i++)
            if (is_read_only_by(graph, node->in[i], roles, false))
                roles[node->in[i]] = MOTE_MASK_TERM;
    }
}

static bool is_mask(const mote_tensor *tensor)
{
    const size_t count = mote_tensor_count(tensor);
    size_t       i;

    for (i = 0; tensor->kind == MOTE_CONST && tensor->dtype == MOTE_F32 && i < count; i++)
        if (((const float *)tensor->data)[i] < MOTE_MASK)
            return true;
    return false;
}

static mote_status bound_graph(mote_model **out, const mote_model *model, int32_t g, mote_arena *arena, mote_error *err)
{
    const mote_graph *graph = &model->graphs[g];
    uint8_t          *roles = MOTE_NEW(arena, uint8_t, graph->tensor_count, err);
    size_t            i;
    mote_id           id;

    if (!roles)
        return err->code;
    mote_mask_find(graph, roles);
    for (id = 0; id < graph->tensor_count; id++) {
        float *values;
        if (roles[id] != MOTE_MASK_TERM || !is_mask(&graph->tensors[id]))
            continue;
        if (!*out)
            MOTE_TRY(mote_model_copy(out, model, err));
        values = (*out)->graphs[g].tensors[id].data;
        for (i = 0; i < mote_tensor_count(&graph->tensors[id]); i++)
            values[i] = values[i] < MOTE_MASK ? MOTE_MASK : values[i];
    }
    return MOTE_OK;
}

mote_status mote_mask_bound(mote_model **out, const mote_model *model, mote_error *err)
{
    mote_arena arena = {0};
    int32_t    g;

    *out = NULL;
    for (g = 0; g < model->graph_count && err->code == MOTE_OK; g++)
        bound_graph(out, model, g, &arena, err);
    mote_arena_destroy(&arena);
    if (err->code != MOTE_OK) {
        mote_model_destroy(*out);
        *out = NULL;
    }
    return err->code;
}
