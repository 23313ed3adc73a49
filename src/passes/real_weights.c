/* int8 weights of float operators ("dynamic range") become the real numbers that they stand for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "passes/passes.h"

/* Of DEQUANTIZE it is no weight, and what leaves the model stays what it is. */
static bool is_int8_weight(const mote_graph *graph, const mote_node *node, int32_t i)
{
    const mote_tensor *tensor = mote_node_in(graph, node, i);
    int32_t            o;

    for (o = 0; o < graph->output_count; o++)
        if (graph->outputs[o] == node->in[i])
            return false;
    return node->op != MOTE_OP_DEQUANTIZE && tensor && tensor->kind == MOTE_CONST && tensor->dtype == MOTE_I8 &&
           tensor->quant;
}

bool mote_model_has_int8_weights(const mote_model *model)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           n, i;

    for (n = 0; model->stage == MOTE_STAGE_INFER && n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].in_count; i++)
            if (is_int8_weight(graph, &graph->nodes[n], i))
                return true;
    return false;
}

/* Scales lie along an axis: `inner` values have one, then comes the next. */
static mote_status make_real(mote_model *model, mote_tensor *tensor, mote_error *err)
{
    const size_t      count = mote_tensor_count(tensor);
    const mote_quant *quant = tensor->quant;
    const int8_t     *stored = tensor->data;
    float            *real = MOTE_NEW(&model->arena, float, count, err);
    size_t            inner = 1, i;
    int32_t           axis;

    if (!real)
        return err->code;
    for (axis = quant->count > 1 ? quant->axis + 1 : tensor->rank; axis < tensor->rank; axis++)
        inner *= (size_t)tensor->dim[axis];
    for (i = 0; i < count; i++) {
        const size_t c = quant->count > 1 ? i / inner % (size_t)quant->count : 0;
        real[i] = quant->scale[c] * (float)(stored[i] - quant->zero_point[c]);
    }
    tensor->dtype = MOTE_F32;
    tensor->quant = NULL;
    tensor->data = real;
    return MOTE_OK;
}

/* What said how inputs of int8 weights are quantized says nothing now. */
static void forget_option(mote_node *node)
{
    if (node->op == MOTE_OP_FULLY_CONNECTED)
        node->as.fully_connected.asymmetric_quantize_inputs = 0;
    if (node->op == MOTE_OP_BATCH_MATMUL)
        node->as.batch_matmul.asymmetric_quantize_inputs = 0;
}

static mote_status make_all_real(mote_model *model, mote_error *err)
{
    mote_graph *graph = &model->graphs[0];
    int32_t     n, i;

    for (n = 0; n < graph->node_count; n++) {
        mote_node *node = &graph->nodes[n];
        forget_option(node);
        for (i = 0; i < node->in_count; i++)
            if (is_int8_weight(graph, node, i))
                MOTE_TRY(make_real(model, &graph->tensors[node->in[i]], err));
    }
    return mote_model_verify(model, err);
}

mote_status mote_model_with_real_weights(mote_model **out, const mote_model *model, mote_error *err)
{
    MOTE_TRY(mote_model_copy(out, model, err));
    if (make_all_real(*out, err) == MOTE_OK)
        return MOTE_OK;
    mote_model_destroy(*out);
    *out = NULL;
    return err->code;
}
