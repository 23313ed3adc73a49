/* The working copy: what is renamed and what is gone, and compacting at the end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "passes/passes.h"

/* ---- the index ---- */

/* A longer copy of an array; what is new is zeroed. */
static void *longer(mote_edit *edit, const void *from, int32_t count, int32_t capacity, size_t size, mote_error *err)
{
    uint8_t *to = mote_arena_alloc(&edit->arena, (size_t)capacity, size, err);

    if (to && from)
        memcpy(to, from, (size_t)count * size);
    return to;
}

static mote_status make_room(mote_edit *edit, int32_t node_count, int32_t tensor_count, mote_error *err)
{
    const int32_t before = edit->tensor_capacity;
    int32_t       i;

    if (node_count >= edit->node_capacity) {
        edit->is_dead = longer(edit, edit->is_dead, edit->node_capacity, 2 * node_count + 16, sizeof(bool), err);
        edit->node_capacity = 2 * node_count + 16;
    }
    if (tensor_count >= before) {
        edit->tensor_capacity = 2 * tensor_count + 16;
        edit->renamed = longer(edit, edit->renamed, before, edit->tensor_capacity, sizeof(mote_id), err);
        edit->maker = longer(edit, edit->maker, before, edit->tensor_capacity, sizeof(int32_t), err);
        edit->uses = longer(edit, edit->uses, before, edit->tensor_capacity, sizeof(int32_t), err);
        edit->is_output = longer(edit, edit->is_output, before, edit->tensor_capacity, sizeof(bool), err);
        for (i = before; err->code == MOTE_OK && i < edit->tensor_capacity; i++)
            edit->renamed[i] = i;
    }
    return err->code;
}

mote_status mote_edit_index(mote_edit *edit, mote_error *err)
{
    const mote_graph *graph = edit->graph;
    int32_t           n, i;

    MOTE_TRY(make_room(edit, graph->node_count, graph->tensor_count, err));
    memset(edit->maker, 0, (size_t)edit->tensor_capacity * sizeof *edit->maker);
    memset(edit->uses, 0, (size_t)edit->tensor_capacity * sizeof *edit->uses);
    memset(edit->is_output, 0, (size_t)edit->tensor_capacity * sizeof *edit->is_output);
    for (n = 0; n < graph->node_count; n++) {
        for (i = 0; !edit->is_dead[n] && i < graph->nodes[n].in_count; i++)
            if (graph->nodes[n].in[i] != MOTE_NONE)
                edit->uses[mote_edit_renamed(edit, graph->nodes[n].in[i])]++;
        for (i = 0; !edit->is_dead[n] && i < graph->nodes[n].out_count; i++)
            edit->maker[graph->nodes[n].out[i]] = n + 1;
    }
    for (i = 0; i < graph->output_count; i++) {
        edit->uses[graph->outputs[i]]++;
        edit->is_output[graph->outputs[i]] = true;
    }
    return MOTE_OK;
}

/* ---- beginning, and going on ---- */

mote_status mote_edit_begin(mote_edit *edit, const mote_model *from, mote_error *err)
{
    *edit = (mote_edit){0};
    MOTE_TRY(mote_model_copy(&edit->model, from, err));
    edit->arena.cap_bytes = from->arena.cap_bytes;
    edit->graph = &edit->model->graphs[0];
    if (mote_edit_index(edit, err) != MOTE_OK)
        mote_edit_abandon(edit);
    return err->code;
}

void mote_edit_abandon(mote_edit *edit)
{
    mote_model_destroy(edit->model);
    mote_arena_destroy(&edit->arena);
    *edit = (mote_edit){0};
}

static void settle_nodes(mote_edit *edit)
{
    mote_graph *graph = edit->graph;
    int32_t     n, kept = 0;

    for (n = 0; n < graph->node_count; n++)
        if (mote_edit_node(edit, n))
            graph->nodes[kept++] = graph->nodes[n];
    graph->node_count = kept;
}

mote_status mote_edit_settle(mote_edit *edit, mote_error *err)
{
    int32_t i;

    settle_nodes(edit);
    memset(edit->is_dead, 0, (size_t)edit->node_capacity * sizeof *edit->is_dead);
    for (i = 0; i < edit->tensor_capacity; i++)
        edit->renamed[i] = i;
    return mote_edit_index(edit, err);
}

mote_status mote_edit_open(mote_edit *edit, int32_t g, mote_error *err)
{
    MOTE_TRY(mote_edit_settle(edit, err));
    edit->graph = &edit->model->graphs[g];
    return mote_edit_index(edit, err);
}

/* ---- looking and changing ---- */

mote_id mote_edit_renamed(mote_edit *edit, mote_id id)
{
    while (id != MOTE_NONE && edit->renamed[id] != id)
        id = edit->renamed[id] = edit->renamed[edit->renamed[id]];
    return id;
}

mote_node *mote_edit_node(mote_edit *edit, int32_t n)
{
    mote_node *node = &edit->graph->nodes[n];
    int32_t    i;

    if (edit->is_dead[n])
        return NULL;
    for (i = 0; i < node->in_count; i++)
        node->in[i] = mote_edit_renamed(edit, node->in[i]);
    return node;
}

void mote_edit_redirect(mote_edit *edit, mote_id from, mote_id to)
{
    int32_t i;

    for (i = 0; edit->is_output[from] && i < edit->graph->output_count; i++)
        if (edit->graph->outputs[i] == from)
            edit->graph->outputs[i] = to;
    edit->is_output[to] |= edit->is_output[from];
    edit->is_output[from] = false;
    edit->renamed[from] = to;
    edit->uses[to] += edit->uses[from];
    edit->uses[from] = 0;
}

mote_node *mote_edit_producer(mote_edit *edit, mote_id id)
{
    return id != MOTE_NONE && edit->maker[id] ? &edit->graph->nodes[edit->maker[id] - 1] : NULL;
}

int32_t mote_edit_use_count(mote_edit *edit, mote_id id)
{
    return edit->uses[mote_edit_renamed(edit, id)];
}

bool mote_edit_is_output(const mote_edit *edit, mote_id id)
{
    return edit->is_output[id];
}

static void count_uses(mote_edit *edit, const mote_node *node, int32_t step)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (node->in[i] != MOTE_NONE)
            edit->uses[mote_edit_renamed(edit, node->in[i])] += step;
}

void mote_edit_replace(mote_edit *edit, mote_node *node, const mote_node *by)
{
    count_uses(edit, node, -1);
    *node = *by;
    count_uses(edit, node, 1);
}

void mote_edit_set_operand(mote_edit *edit, mote_node *node, int32_t i, mote_id id)
{
    count_uses(edit, node, -1);
    node->in[i] = id;
    count_uses(edit, node, 1);
}

void mote_edit_take_output(mote_edit *edit, mote_node *node, const mote_node *instead)
{
    edit->maker[node->out[0]] = 0;
    node->out[0] = instead->out[0];
    mote_edit_kill(edit, instead);
    edit->maker[node->out[0]] = (int32_t)(node - edit->graph->nodes) + 1;
}

void mote_edit_kill(mote_edit *edit, const mote_node *node)
{
    int32_t i;

    edit->is_dead[node - edit->graph->nodes] = true;
    count_uses(edit, node, -1);
    for (i = 0; i < node->out_count; i++)
        edit->maker[node->out[i]] = 0;
}

mote_id mote_edit_add_const(mote_edit *edit, const char *name, mote_dtype dtype, int32_t rank, const int32_t *dim,
                            const void *bytes, mote_error *err)
{
    if (make_room(edit, edit->graph->node_count, edit->graph->tensor_count + 1, err) != MOTE_OK)
        return MOTE_NONE;
    return mote_graph_add_const(edit->model, edit->graph, name, dtype, rank, dim, bytes, err);
}

mote_status mote_edit_insert(mote_edit *edit, int32_t index, const mote_node *node, mote_error *err)
{
    mote_graph *graph = edit->graph;
    mote_node   added;
    size_t      behind;

    if (!mote_graph_add_node(edit->model, graph, node, err))
        return err->code;
    MOTE_TRY(make_room(edit, graph->node_count, graph->tensor_count, err));
    behind = (size_t)(graph->node_count - 1 - index);
    added = graph->nodes[graph->node_count - 1];
    memmove(&graph->nodes[index + 1], &graph->nodes[index], behind * sizeof *graph->nodes);
    memmove(&edit->is_dead[index + 1], &edit->is_dead[index], behind * sizeof *edit->is_dead);
    graph->nodes[index] = added;
    edit->is_dead[index] = false;
    return mote_edit_index(edit, err);
}

/* ---- compacting ---- */

typedef struct compaction {
    mote_graph  *graph;
    mote_tensor *kept;
    mote_id     *moved; /* old id -> new id, MOTE_NONE: not yet */
    int32_t      count;
} compaction;

/* Ids become new ones; a tensor is taken over when it is first met. */
static void take_all(compaction *c, mote_id *ids, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++) {
        if (ids[i] == MOTE_NONE)
            continue;
        if (c->moved[ids[i]] == MOTE_NONE) {
            c->kept[c->count] = c->graph->tensors[ids[i]];
            c->moved[ids[i]] = c->count++;
        }
        ids[i] = c->moved[ids[i]];
    }
}

static mote_status compact(mote_edit *edit, mote_graph *graph, mote_error *err)
{
    compaction c = {.graph = graph,
                    .kept = MOTE_NEW(&edit->model->arena, mote_tensor, graph->tensor_count, err),
                    .moved = MOTE_NEW(&edit->arena, mote_id, graph->tensor_count, err)};
    int32_t    i;

    if (!c.kept || !c.moved)
        return err->code;
    for (i = 0; i < graph->tensor_count; i++)
        c.moved[i] = MOTE_NONE;
    take_all(&c, graph->inputs, graph->input_count);
    for (i = 0; i < graph->node_count; i++) {
        take_all(&c, graph->nodes[i].in, graph->nodes[i].in_count);
        take_all(&c, graph->nodes[i].out, graph->nodes[i].out_count);
    }
    take_all(&c, graph->outputs, graph->output_count);
    graph->tensor_capacity = graph->tensor_count;
    graph->tensor_count = c.count;
    graph->tensors = c.kept;
    return MOTE_OK;
}

static void end_training(mote_model *model)
{
    int32_t i;

    for (i = 0; i < model->graphs[0].tensor_count; i++)
        model->graphs[0].tensors[i].is_trainable = false;
    model->params = (mote_params){0};
}

static mote_status end(mote_edit *edit, mote_stage stage, mote_error *err)
{
    mote_model *model = edit->model;
    int32_t     g;

    MOTE_TRY(mote_edit_settle(edit, err));
    for (g = 0; g < model->graph_count; g++)
        MOTE_TRY(compact(edit, &model->graphs[g], err));
    model->stage = stage;
    if (stage != MOTE_STAGE_TRAIN)
        end_training(model);
    return mote_model_verify(model, err);
}

mote_status mote_edit_end(mote_edit *edit, mote_stage stage, mote_model **out, mote_error *err)
{
    *out = NULL;
    if (end(edit, stage, err) == MOTE_OK) {
        *out = edit->model;
        edit->model = NULL;
    }
    mote_edit_abandon(edit);
    return err->code;
}
