/* What a graph must be whatever its operators are; ops/ adds their own rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/text.h"
#include "graph/graph.h"

static mote_status verify_quant(const mote_tensor *tensor, mote_id id, mote_error *err)
{
    const mote_quant *quant = tensor->quant;
    int32_t           wanted = quant->axis < 0 ? 1 : quant->axis < tensor->rank ? tensor->dim[quant->axis] : -1, i;

    if (quant->count != wanted)
        return mote_fail(err, MOTE_ERR_FORMAT, "tensor %d (%s): %d scales along axis %d of shape %s", id,
                         mote_show_string(tensor->name).text, quant->count, quant->axis, mote_shape_show(tensor).text);
    for (i = 0; i < quant->count; i++)
        if (!isfinite(quant->scale[i]) || !(quant->scale[i] > 0))
            return mote_fail(err, MOTE_ERR_FORMAT, "tensor %d (%s): scale %g is not a positive number", id,
                             mote_show_string(tensor->name).text, (double)quant->scale[i]);
    return MOTE_OK;
}

static mote_status verify_tensor(const mote_tensor *tensor, mote_id id, mote_error *err)
{
    int32_t i;

    if (tensor->rank < 0 || tensor->rank > MOTE_RANK_MAX)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "tensor %d (%s): %d dimensions, at most %d are supported", id,
                         mote_show_string(tensor->name).text, tensor->rank, MOTE_RANK_MAX);
    for (i = 0; i < tensor->rank; i++)
        if (tensor->dim[i] < 0)
            return mote_fail(err, MOTE_ERR_FORMAT, "tensor %d (%s): shape %s is not constant", id,
                             mote_show_string(tensor->name).text, mote_shape_show(tensor).text);
    if (mote_tensor_bytes(tensor) > INT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "tensor %d (%s): shape %s is larger than 2 GiB", id,
                         mote_show_string(tensor->name).text, mote_shape_show(tensor).text);
    if ((tensor->kind == MOTE_ACTIVATION) != (tensor->data == NULL))
        return mote_fail(err, MOTE_ERR_FORMAT, "tensor %d (%s): a constant needs data, an activation has none", id,
                         mote_show_string(tensor->name).text);
    return tensor->quant ? verify_quant(tensor, id, err) : MOTE_OK;
}

/* In topological order every activation is ready before it is read, and is made once. */
static mote_status verify_node(const mote_graph *graph, const mote_node *node, bool *is_ready, mote_error *err)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++) {
        mote_id id = node->in[i];
        if (id == MOTE_NONE)
            continue;
        if (id < 0 || id >= graph->tensor_count)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: input %d names tensor %d of %d", mote_node_show(graph, node).text, i,
                             id, graph->tensor_count);
        if (!is_ready[id])
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: input %d (tensor %d, %s) is read before it is computed",
                             mote_node_show(graph, node).text, i, id, mote_show_string(graph->tensors[id].name).text);
    }
    for (i = 0; i < node->out_count; i++) {
        mote_id id = node->out[i];
        if (id < 0 || id >= graph->tensor_count)
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: output %d names tensor %d of %d", mote_node_show(graph, node).text,
                             i, id, graph->tensor_count);
        if (is_ready[id] && !(graph->tensors[id].kind == MOTE_STATE && graph->tensors[id].variable))
            return mote_fail(err, MOTE_ERR_FORMAT, "%s: output %d (tensor %d, %s) is a constant or computed twice",
                             mote_node_show(graph, node).text, i, id, mote_show_string(graph->tensors[id].name).text);
        is_ready[id] = true;
    }
    return MOTE_OK;
}

static mote_status verify_ends(const mote_graph *graph, bool *is_ready, mote_error *err)
{
    int32_t i;

    for (i = 0; i < graph->tensor_count; i++)
        is_ready[i] = graph->tensors[i].kind != MOTE_ACTIVATION;
    for (i = 0; i < graph->input_count; i++) {
        mote_id id = graph->inputs[i];
        if (id < 0 || id >= graph->tensor_count || graph->tensors[id].kind == MOTE_CONST)
            return mote_fail(err, MOTE_ERR_FORMAT, "input %d names tensor %d, which is no activation", i, id);
        is_ready[id] = true;
    }
    for (i = 0; i < graph->node_count; i++)
        MOTE_TRY(verify_node(graph, &graph->nodes[i], is_ready, err));
    for (i = 0; i < graph->output_count; i++) {
        mote_id id = graph->outputs[i];
        if (id < 0 || id >= graph->tensor_count || !is_ready[id])
            return mote_fail(err, MOTE_ERR_FORMAT, "output %d names tensor %d, which nothing computes", i, id);
    }
    return MOTE_OK;
}

mote_status mote_graph_verify(const mote_model *model, const mote_graph *graph, mote_error *err)
{
    mote_arena scratch = {0};
    bool      *is_ready;
    int32_t    i;

    if (graph == &model->graphs[0] && (graph->input_count < 1 || graph->output_count < 1))
        return mote_fail(err, MOTE_ERR_FORMAT, "a model needs an input and an output; this has %d and %d",
                         graph->input_count, graph->output_count);
    for (i = 0; i < graph->tensor_count; i++)
        MOTE_TRY(verify_tensor(&graph->tensors[i], i, err));
    is_ready = MOTE_NEW(&scratch, bool, graph->tensor_count, err);
    if (is_ready)
        verify_ends(graph, is_ready, err);
    mote_arena_destroy(&scratch);
    return err->code;
}
