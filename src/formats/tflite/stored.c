/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/stored.h"

#include <string.h>

#include "base/half.h"
#include "formats/tflite/tables.h"

/* ---- in ---- */

void mote_tflite_note_stored(mote_graph *graph, const mote_node *node)
{
    const mote_tensor *in = node->op == MOTE_OP_DEQUANTIZE ? mote_node_in(graph, node, 0) : NULL;

    if (in && in->kind == MOTE_CONST && in->dtype == MOTE_F16)
        graph->tensors[node->out[0]].stored = MOTE_F16;
}

/* ---- out ---- */

static bool same_bits(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* False: some value is none of the type's. */
static bool fill(const mote_tensor *tensor, uint16_t *out)
{
    const float *values = tensor->data;
    const size_t count = mote_tensor_count(tensor);
    size_t       i;

    for (i = 0; i < count; i++) {
        out[i] = mote_half_of(values[i]);
        if (!same_bits(mote_half_value(out[i]), values[i]))
            return false;
    }
    return true;
}

/* NULL without a failure where it cannot be held so. */
static uint16_t *halve(mote_model *model, const mote_tensor *tensor, mote_error *err)
{
    uint16_t *out = MOTE_NEW(&model->arena, uint16_t, mote_tensor_count(tensor), err);

    return out && fill(tensor, out) ? out : NULL;
}

/* The tensor that had the values becomes what DEQUANTIZE computes. */
static mote_status put(mote_model *model, mote_graph *graph, mote_id id, uint16_t *halves, mote_error *err)
{
    mote_tensor held = graph->tensors[id];
    mote_id     in, out = id;
    mote_node   node = {.op = MOTE_OP_DEQUANTIZE, .in = &in, .in_count = 1, .out = &out, .out_count = 1};

    held.name = "";
    held.dtype = MOTE_F16;
    held.stored = MOTE_F32;
    held.data = halves;
    in = mote_graph_add_tensor(model, graph, &held, err);
    if (in == MOTE_NONE || !mote_graph_add_node(model, graph, &node, err))
        return err->code;
    graph->tensors[id].kind = MOTE_ACTIVATION;
    graph->tensors[id].data = NULL;
    return MOTE_OK;
}

/* The last `count` nodes come first. */
static mote_status bring_forward(mote_model *model, mote_graph *graph, int32_t count, mote_error *err)
{
    const size_t rest = (size_t)(graph->node_count - count);
    mote_node   *own = mote_arena_copy(&model->arena, graph->nodes, rest, sizeof *own, err);

    if (!own)
        return err->code;
    memmove(graph->nodes, graph->nodes + rest, (size_t)count * sizeof *own);
    memcpy(graph->nodes + count, own, rest * sizeof *own);
    return MOTE_OK;
}

static bool is_stored(const mote_tensor *tensor)
{
    return tensor->kind == MOTE_CONST && tensor->dtype == MOTE_F32 && tensor->stored == MOTE_F16;
}

static mote_status store_graph(mote_model *model, mote_graph *graph, mote_error *err)
{
    const int32_t tensors = graph->tensor_count, nodes = graph->node_count;
    mote_id       id;

    for (id = 0; id < tensors; id++) {
        uint16_t *halves = is_stored(&graph->tensors[id]) ? halve(model, &graph->tensors[id], err) : NULL;
        if (err->code != MOTE_OK || (halves && put(model, graph, id, halves, err) != MOTE_OK))
            return err->code;
        if (mote_tflite_has_tables(&graph->tensors[id]))
            MOTE_TRY(mote_tflite_put_tables(model, graph, id, err));
    }
    return graph->node_count > nodes ? bring_forward(model, graph, graph->node_count - nodes, err) : MOTE_OK;
}

static bool has_stored(const mote_model *model)
{
    int32_t g, i;

    for (g = 0; g < model->graph_count; g++)
        for (i = 0; i < model->graphs[g].tensor_count; i++)
            if (is_stored(&model->graphs[g].tensors[i]) || mote_tflite_has_tables(&model->graphs[g].tensors[i]))
                return true;
    return false;
}

mote_status mote_tflite_store(mote_model **out, const mote_model *model, mote_error *err)
{
    int32_t g;

    *out = NULL;
    if (!has_stored(model))
        return MOTE_OK;
    MOTE_TRY(mote_model_copy(out, model, err));
    for (g = 0; g < (*out)->graph_count && err->code == MOTE_OK; g++)
        store_graph(*out, &(*out)->graphs[g], err);
    if (err->code == MOTE_OK)
        return MOTE_OK;
    mote_model_destroy(*out);
    *out = NULL;
    return err->code;
}
