/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "passes/passes.h"

mote_status mote_edit_begin(mote_edit *edit, const mote_model *from, mote_error *err)
{
    *edit = (mote_edit){0};
    MOTE_TRY(mote_model_copy(&edit->model, from, err));
    edit->dead_capacity = 2 * from->graphs[0].node_count + 16;
    edit->is_dead = MOTE_NEW(&edit->arena, bool, edit->dead_capacity, err);
    if (!edit->is_dead)
        mote_edit_abandon(edit);
    return err->code;
}

void mote_edit_abandon(mote_edit *edit)
{
    mote_model_destroy(edit->model);
    mote_arena_destroy(&edit->arena);
    *edit = (mote_edit){0};
}

void mote_edit_redirect(mote_edit *edit, mote_id from, mote_id to)
{
    mote_graph *graph = &edit->model->graphs[0];
    int32_t     n, i;

    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].in_count; i++)
            if (graph->nodes[n].in[i] == from)
                graph->nodes[n].in[i] = to;
    for (i = 0; i < graph->output_count; i++)
        if (graph->outputs[i] == from)
            graph->outputs[i] = to;
}

mote_node *mote_edit_producer(mote_edit *edit, mote_id id)
{
    mote_graph *graph = &edit->model->graphs[0];
    int32_t     n, i;

    for (n = 0; n < graph->node_count; n++)
        for (i = 0; !edit->is_dead[n] && i < graph->nodes[n].out_count; i++)
            if (graph->nodes[n].out[i] == id)
                return &graph->nodes[n];
    return NULL;
}

int32_t mote_edit_use_count(const mote_edit *edit, mote_id id)
{
    const mote_graph *graph = &edit->model->graphs[0];
    int32_t           n, i, count = 0;

    for (n = 0; n < graph->node_count; n++)
        for (i = 0; !edit->is_dead[n] && i < graph->nodes[n].in_count; i++)
            count += graph->nodes[n].in[i] == id;
    for (i = 0; i < graph->output_count; i++)
        count += graph->outputs[i] == id;
    return count;
}

void mote_edit_kill(mote_edit *edit, const mote_node *node)
{
    edit->is_dead[node - edit->model->graphs[0].nodes] = true;
}

mote_status mote_edit_insert(mote_edit *edit, int32_t index, const mote_node *node, mote_error *err)
{
    mote_graph *graph = &edit->model->graphs[0];
    mote_node   added;
    size_t      behind;

    if (!mote_graph_add_node(edit->model, graph, node, err))
        return err->code;
    if (graph->node_count > edit->dead_capacity) {
        bool *grown = MOTE_NEW(&edit->arena, bool, 2 * graph->node_count, err);
        if (!grown)
            return err->code;
        memcpy(grown, edit->is_dead, (size_t)edit->dead_capacity * sizeof *grown);
        edit->is_dead = grown;
        edit->dead_capacity = 2 * graph->node_count;
    }
    behind = (size_t)(graph->node_count - 1 - index);
    added = graph->nodes[graph->node_count - 1];
    memmove(&graph->nodes[index + 1], &graph->nodes[index], behind * sizeof *graph->nodes);
    memmove(&edit->is_dead[index + 1], &edit->is_dead[index], behind * sizeof *edit->is_dead);
    graph->nodes[index] = added;
    edit->is_dead[index] = false;
    return MOTE_OK;
}

/* ---- compacting ---- */

typedef struct compaction {
    const mote_model *from;
    mote_model       *to;
    mote_id          *moved; /* old id -> new id, MOTE_NONE: not yet */
} compaction;

/* Takes a tensor over when it is first met; returns its new id. */
static mote_id take_tensor(compaction *c, mote_id id, mote_error *err)
{
    mote_tensor tensor;

    if (id == MOTE_NONE || c->moved[id] != MOTE_NONE)
        return id == MOTE_NONE ? MOTE_NONE : c->moved[id];
    tensor = c->from->graphs[0].tensors[id];
    if (tensor.data && !(tensor.data = mote_arena_copy(&c->to->arena, tensor.data, mote_tensor_bytes(&tensor), 1, err)))
        return MOTE_NONE;
    if (tensor.quant && !(tensor.quant = mote_quant_create(c->to, tensor.quant->axis, tensor.quant->count,
                                                           tensor.quant->scale, tensor.quant->zero_point, err)))
        return MOTE_NONE;
    if (tensor.narrowing &&
        !(tensor.narrowing = mote_narrowing_create(c->to, tensor.narrowing->channels, tensor.narrowing->value, err)))
        return MOTE_NONE;
    tensor.is_trainable = false;
    return c->moved[id] = mote_graph_add_tensor(c->to, &c->to->graphs[0], &tensor, err);
}

static mote_status take_node(compaction *c, const mote_node *from, mote_error *err)
{
    mote_node node = *from;
    mote_id   in[MOTE_NODE_IN_MAX], out[MOTE_NODE_OUT_MAX];
    int32_t   i;

    for (i = 0; i < from->in_count && err->code == MOTE_OK; i++)
        in[i] = take_tensor(c, from->in[i], err);
    for (i = 0; i < from->out_count && err->code == MOTE_OK; i++)
        out[i] = take_tensor(c, from->out[i], err);
    node.in = in;
    node.out = out;
    if (err->code == MOTE_OK)
        mote_graph_add_node(c->to, &c->to->graphs[0], &node, err);
    return err->code;
}

static mote_status take_ends(compaction *c, mote_error *err)
{
    const mote_graph *graph = &c->from->graphs[0];
    mote_graph       *to = &c->to->graphs[0];
    int32_t           i;

    MOTE_TRY(mote_graph_set_inputs(c->to, to, graph->inputs, graph->input_count, err));
    MOTE_TRY(mote_graph_set_outputs(c->to, to, graph->outputs, graph->output_count, err));
    for (i = 0; i < graph->input_count; i++)
        to->inputs[i] = take_tensor(c, graph->inputs[i], err);
    for (i = 0; i < graph->output_count; i++)
        to->outputs[i] = take_tensor(c, graph->outputs[i], err);
    return err->code;
}

static mote_status compact(mote_edit *edit, compaction *c, mote_error *err)
{
    const mote_graph *graph = &c->from->graphs[0];
    int32_t           i;

    c->moved = MOTE_NEW(&edit->arena, mote_id, graph->tensor_count, err);
    if (!c->moved)
        return err->code;
    for (i = 0; i < graph->tensor_count; i++)
        c->moved[i] = MOTE_NONE;
    c->to->name = mote_arena_strdup(&c->to->arena, c->from->name, err);
    c->to->description = mote_arena_strdup(&c->to->arena, c->from->description, err);
    MOTE_TRY(mote_recipe_copy(&c->to->recipe, &c->from->recipe, &c->to->arena, err));
    for (i = 0; i < graph->input_count; i++)
        take_tensor(c, graph->inputs[i], err);
    for (i = 0; i < graph->node_count && err->code == MOTE_OK; i++)
        if (!edit->is_dead[i])
            take_node(c, &graph->nodes[i], err);
    MOTE_TRY(err->code);
    MOTE_TRY(take_ends(c, err));
    MOTE_TRY(mote_model_copy_bodies(c->to, c->from, err));
    return mote_model_verify(c->to, err);
}

mote_status mote_edit_end(mote_edit *edit, mote_stage stage, mote_model **out, mote_error *err)
{
    compaction c = {.from = edit->model};

    *out = NULL;
    if (mote_model_create(&c.to, stage, edit->model->arena.cap_bytes, err) == MOTE_OK && compact(edit, &c, err) == MOTE_OK)
        *out = c.to;
    else
        mote_model_destroy(c.to);
    mote_edit_abandon(edit);
    return err->code;
}
