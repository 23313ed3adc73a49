/* An operator that reads nothing but constants is computed here, once, by its reference kernel (ops/op.h, mote_op_evaluate):
 * whoever runs the model sees the bytes that the kernel would have given. Readers of files do so by the same function while
 * shapes are still open; what is left for this pass is what other passes or other programs made.
 *
 * What would take too long, has a state, or is not right, stays; and what computes an end of the graph.
 * SPDX-License-Identifier: Apache-2.0 */
#include "passes/passes.h"

static bool may_be_folded(const mote_edit *edit, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++)
        if (mote_node_out(edit->graph, node, i)->is_batched || mote_edit_is_output(edit, node->out[i]))
            return false;
    return mote_op_reads_constants_only(edit->graph, node) && mote_edit_is_plain(edit, node);
}

/* Evaluating writes outputs' shapes before it is sure of them. */
static mote_status evaluate(mote_edit *edit, mote_node *node, mote_error *err)
{
    mote_graph *graph = edit->graph;
    mote_tensor stored[MOTE_NODE_OUT_MAX];
    int32_t     i;

    for (i = 0; i < node->out_count; i++)
        stored[i] = graph->tensors[node->out[i]];
    if (mote_op_evaluate(edit->model, graph, node, &edit->work, err) == MOTE_OK)
        return MOTE_OK;
    for (i = 0; i < node->out_count; i++)
        graph->tensors[node->out[i]] = stored[i];
    return err->code;
}

mote_status mote_pass_fold_constants(mote_edit *edit, mote_error *err)
{
    int32_t n;

    for (n = 0; n < edit->graph->node_count; n++) {
        mote_node *node = mote_edit_node(edit, n);
        if (!node || !may_be_folded(edit, node))
            continue;
        if (evaluate(edit, node, err) == MOTE_OK) {
            mote_edit_tell(edit, node, "computed now: it reads constants only");
            mote_edit_kill(edit, node);
        } else if (mote_edit_forgive(err) != MOTE_OK)
            return err->code;
    }
    return MOTE_OK;
}
