/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/variables.h"

#include <string.h>

#include "base/text.h"
#include "formats/tflite/schema.h"

const char *mote_tflite_variable_name(const mote_fb_table *options, mote_arena *arena, mote_error *err)
{
    const mote_fb_string container = mote_fb_string_at(options, var_handle_container, err);
    const mote_fb_string name = mote_fb_string_at(options, var_handle_shared_name, err);

    if (err->code != MOTE_OK)
        return NULL;
    return mote_arena_printf(arena, err, "%.*s/%.*s", (int)container.count, container.text, (int)name.count, name.text);
}

mote_tensor *mote_tflite_find_variable(const mote_graph *graph, const char *name)
{
    int32_t i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].variable && strcmp(graph->tensors[i].variable, name) == 0)
            return &graph->tensors[i];
    return NULL;
}

static mote_id first_of_name(const mote_graph *graph, mote_id id)
{
    return (mote_id)(mote_tflite_find_variable(graph, graph->tensors[id].variable) - graph->tensors);
}

static bool is_made(const mote_graph *graph, mote_id id)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].op == MOTE_OP_VAR_HANDLE && graph->nodes[n].out[0] == id)
            return true;
    return false;
}

/* Handles that another graph hands on, or a loop gives back, get a VAR_HANDLE of their own. */
static mote_status make_handles(mote_model *model, mote_graph *graph, mote_error *err)
{
    mote_node node = {.op = MOTE_OP_VAR_HANDLE, .out_count = 1};
    int32_t   i;

    for (i = 0; i < graph->tensor_count; i++) {
        mote_node *added;
        if (!graph->tensors[i].variable || is_made(graph, i))
            continue;
        node.out = &i;
        if (!(added = mote_graph_add_node(model, graph, &node, err)))
            return err->code;
        node = *added;
        memmove(&graph->nodes[1], &graph->nodes[0], (size_t)(graph->node_count - 1) * sizeof node);
        graph->nodes[0] = node;
    }
    return MOTE_OK;
}

static bool is_used(const mote_graph *graph, mote_id id)
{
    int32_t n, i;

    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].in_count; i++)
            if (graph->nodes[n].in[i] == id)
                return true;
    return false;
}

/* Of variables that this graph only hands on to another nothing is left but an empty constant. */
static mote_status drop_unused(mote_model *model, mote_graph *graph, mote_error *err)
{
    int32_t i, n, kept = 0;

    for (i = 0; i < graph->tensor_count; i++) {
        mote_tensor *tensor = &graph->tensors[i];
        if (!tensor->variable || is_used(graph, i))
            continue;
        tensor->variable = NULL;
        tensor->kind = MOTE_CONST;
        if (!(tensor->data = mote_arena_alloc(&model->arena, 0, 1, err)))
            return err->code;
    }
    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].op != MOTE_OP_VAR_HANDLE || graph->tensors[graph->nodes[n].out[0]].variable)
            graph->nodes[kept++] = graph->nodes[n];
    graph->node_count = kept;
    return MOTE_OK;
}

/* Every operator that names another handle of the same name names the first one; the other's VAR_HANDLE goes. */
static void join_handles(mote_graph *graph)
{
    int32_t n, i, kept = 0;

    for (n = 0; n < graph->node_count; n++) {
        mote_node *node = &graph->nodes[n];
        for (i = 0; i < node->in_count; i++)
            if (node->in[i] != MOTE_NONE && graph->tensors[node->in[i]].variable)
                node->in[i] = first_of_name(graph, node->in[i]);
        if (node->op != MOTE_OP_VAR_HANDLE || first_of_name(graph, node->out[0]) == node->out[0])
            graph->nodes[kept++] = *node;
    }
    graph->node_count = kept;
}

/* What is read from the variable, or assigned to it. */
static const mote_tensor *value_of(const mote_graph *graph, const mote_node *node, mote_id id)
{
    if (node->op == MOTE_OP_READ_VARIABLE && node->in_count > 0 && node->in[0] == id)
        return mote_node_out(graph, node, 0);
    if (node->op == MOTE_OP_ASSIGN_VARIABLE && node->in_count > 1 && node->in[0] == id)
        return mote_node_in(graph, node, 1);
    return NULL;
}

/* Handles are for operators alone, and VAR_HANDLE makes nothing else. */
static mote_status check_handles(const mote_graph *graph, mote_error *err)
{
    int32_t i;

    for (i = 0; i < graph->input_count + graph->output_count; i++) {
        const mote_id id = i < graph->input_count ? graph->inputs[i] : graph->outputs[i - graph->input_count];
        if (id >= 0 && id < graph->tensor_count && graph->tensors[id].variable)
            return mote_fail(err, MOTE_ERR_FORMAT, "tensor %d, a variable's handle, is an input or output of the model", id);
    }
    for (i = 0; i < graph->node_count; i++) {
        const mote_node *node = &graph->nodes[i];
        if (node->op == MOTE_OP_VAR_HANDLE && (!mote_node_out(graph, node, 0) || !mote_node_out(graph, node, 0)->variable))
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: its output is no resource", mote_node_show(graph, node).text);
    }
    return MOTE_OK;
}

static mote_status settle_variable(mote_model *model, mote_graph *graph, mote_id id, mote_error *err)
{
    mote_tensor       *state = &graph->tensors[id];
    const mote_tensor *value = NULL;
    size_t             bytes;
    int32_t            n;

    for (n = 0; n < graph->node_count && !value; n++)
        value = value_of(graph, &graph->nodes[n], id);
    if (value) {
        state->dtype = value->dtype;
        state->rank = value->rank;
        memcpy(state->dim, value->dim, sizeof state->dim);
        state->quant = value->quant;
    }
    bytes = mote_tensor_bytes(state);
    state->kind = MOTE_STATE;
    state->data = mote_arena_alloc(&model->arena, bytes, 1, err);
    if (state->data && state->dtype == MOTE_I8 && state->quant)
        memset(state->data, state->quant->zero_point[0], bytes);
    return err->code;
}

mote_status mote_tflite_settle_variables(mote_model *model, mote_graph *graph, mote_error *err)
{
    int32_t i;

    MOTE_TRY(check_handles(graph, err));
    MOTE_TRY(make_handles(model, graph, err));
    join_handles(graph);
    MOTE_TRY(drop_unused(model, graph, err));
    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].variable)
            MOTE_TRY(settle_variable(model, graph, i, err));
    return MOTE_OK;
}
