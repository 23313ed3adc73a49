/* A part of a model: what some of its tensors are computed of, and nothing else.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "graph/control.h"

typedef struct cutting {
    mote_graph *graph;
    bool       *is_wanted; /* [tensor_count] */
    mote_id    *now;       /* [tensor_count]: the new number; MOTE_NONE: it goes */
} cutting;

static bool makes_wanted(const cutting *c, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++)
        if (c->is_wanted[node->out[i]])
            return true;
    return false;
}

/* From the last node to the first, so that whoever reads a tensor has been seen before who makes it. */
static void keep_nodes(cutting *c)
{
    mote_graph *graph = c->graph;
    int32_t     n, i, kept = graph->node_count;

    for (n = graph->node_count - 1; n >= 0; n--) {
        const mote_node *node = &graph->nodes[n];
        if (!makes_wanted(c, node))
            continue;
        for (i = 0; i < node->in_count; i++)
            if (node->in[i] != MOTE_NONE)
                c->is_wanted[node->in[i]] = true;
        for (i = 0; i < node->out_count; i++)
            c->is_wanted[node->out[i]] = true;
        graph->nodes[--kept] = *node;
    }
    graph->node_count -= kept;
    memmove(graph->nodes, graph->nodes + kept, (size_t)graph->node_count * sizeof *graph->nodes);
}

static void keep_tensors(cutting *c)
{
    mote_graph *graph = c->graph;
    int32_t     i, kept = 0;

    for (i = 0; i < graph->tensor_count; i++) {
        c->now[i] = c->is_wanted[i] ? kept : MOTE_NONE;
        if (c->is_wanted[i])
            graph->tensors[kept++] = graph->tensors[i];
    }
    graph->tensor_count = kept;
}

static void renumber(const cutting *c, mote_id *ids, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        ids[i] = ids[i] == MOTE_NONE ? MOTE_NONE : c->now[ids[i]];
}

static void keep_inputs(cutting *c)
{
    mote_graph *graph = c->graph;
    int32_t     i, kept = 0;

    for (i = 0; i < graph->input_count; i++)
        if (c->now[graph->inputs[i]] != MOTE_NONE)
            graph->inputs[kept++] = c->now[graph->inputs[i]];
    graph->input_count = kept;
}

static bool is_whole(const cutting *c, const mote_layer_record *record)
{
    int32_t i;

    for (i = 0; i < record->in_count; i++)
        if (c->now[record->in[i]] == MOTE_NONE)
            return false;
    for (i = 0; i < record->weight_count; i++)
        if (c->now[record->weight[i]] == MOTE_NONE)
            return false;
    return c->now[record->out] != MOTE_NONE;
}

static void keep_layers(cutting *c, mote_model *model)
{
    int32_t i, kept = 0;

    for (i = 0; i < model->layer_count; i++) {
        mote_layer_record *record = &model->layers[i];
        if (!is_whole(c, record))
            continue;
        renumber(c, record->in, record->in_count);
        renumber(c, record->weight, record->weight_count);
        record->out = c->now[record->out];
        model->layers[kept++] = *record;
    }
    model->layer_count = kept;
}

mote_status mote_model_cut(mote_model *model, mote_id *ends, int32_t count, mote_error *err)
{
    mote_graph *graph = &model->graphs[0];
    cutting     c = {.graph = graph};
    int32_t     i;

    if (mote_model_has_control(model))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "it has IF or WHILE, and cannot be taken apart");
    c.is_wanted = MOTE_NEW(&model->arena, bool, graph->tensor_count, err);
    c.now = MOTE_NEW(&model->arena, mote_id, graph->tensor_count, err);
    if (!c.is_wanted || !c.now)
        return err->code;
    for (i = 0; i < count; i++)
        c.is_wanted[ends[i]] = true;
    keep_nodes(&c);
    keep_tensors(&c);
    for (i = 0; i < graph->node_count; i++) {
        renumber(&c, graph->nodes[i].in, graph->nodes[i].in_count);
        renumber(&c, graph->nodes[i].out, graph->nodes[i].out_count);
    }
    keep_inputs(&c);
    keep_layers(&c, model);
    renumber(&c, ends, count);
    model->graph_count = 1;
    model->metadata_count = 0;
    model->signature = (mote_signature){0};
    model->recipe = (mote_recipe){0};
    model->memory = (mote_optimizer_memory){0};
    model->is_trained = false;
    return mote_graph_set_outputs(model, graph, ends, count, err);
}
