/* Which scale each activation gets, of its range and of what operators wish: the rewriting and quantization-aware training
 * ask here.
 * SPDX-License-Identifier: Apache-2.0 */
#include "quantize/quantize.h"

mote_affine mote_affine_for(const mote_scheme_row *scheme, const mote_node *node, const mote_quant_want *want,
                            mote_range range, const mote_affine *affine)
{
    if (want->rule == MOTE_QUANT_FIXED)
        return mote_affine_of_fixed(scheme->activations, scheme->is_symmetric, want->low, want->high);
    if (want->rule == MOTE_QUANT_SAME)
        return affine[node->in[want->of]];
    return mote_affine_of(scheme, range.min, range.max);
}

bool mote_range_covers(mote_range outer, mote_range inner)
{
    return outer.min <= inner.min && outer.max >= inner.max;
}

void mote_widen_joined(const mote_graph *graph, mote_range *ranges)
{
    int32_t n, i;

    for (n = graph->node_count - 1; n >= 0; n--) {
        mote_quant_want  want[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
        const mote_node *node = &graph->nodes[n];
        if (!mote_ops[node->op]->quantize)
            continue;
        mote_ops[node->op]->quantize(graph, node, want);
        for (i = 0; i < node->in_count; i++)
            if (want[i].rule == MOTE_QUANT_JOINED && graph->tensors[node->in[i]].kind != MOTE_CONST &&
                mote_range_covers(ranges[node->out[0]], ranges[node->in[i]]))
                ranges[node->in[i]] = ranges[node->out[0]];
    }
}

const mote_scheme_row *mote_scheme_of_weights(const mote_scheme_row *scheme, mote_op_kind op, int32_t operand)
{
    const mote_op_row *row;

    if (scheme->weights != MOTE_I4)
        return scheme;
    for (row = mote_op_rows(op); row->in_count > 0; row++)
        if (operand < row->in_count && (mote_dtype)row->in[operand] == scheme->weights)
            return scheme;
    return &mote_schemes[scheme->else_weights];
}

bool mote_model_has_ranges(const mote_model *model)
{
    int32_t g, i;

    for (g = 0; g < model->graph_count; g++)
        for (i = 0; i < model->graphs[g].tensor_count; i++)
            if (model->stage == MOTE_STAGE_INFER && model->graphs[g].tensors[i].range.is_known)
                return true;
    return false;
}

void mote_take_ranges(mote_range *const *ranges, const mote_model *model)
{
    int32_t g, i;

    for (g = 0; g < model->graph_count; g++)
        for (i = 0; i < model->graphs[g].tensor_count; i++)
            ranges[g][i] = model->graphs[g].tensors[i].range;
}
