/* From a trained model to one that runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "passes/passes.h"

void mote_pass_drop_dropout(mote_edit *edit)
{
    mote_graph *graph = &edit->model->graphs[0];
    int32_t     n;

    for (n = 0; n < graph->node_count; n++)
        if (!edit->is_dead[n] && graph->nodes[n].op == MOTE_OP_DROPOUT) {
            mote_edit_redirect(edit, graph->nodes[n].out[0], graph->nodes[n].in[0]);
            mote_edit_kill(edit, &graph->nodes[n]);
        }
}

static mrt_activation activation_of(mote_op_kind op)
{
    return op == MOTE_OP_RELU ? MRT_ACT_RELU : op == MOTE_OP_RELU6 ? MRT_ACT_RELU6 : MRT_ACT_NONE;
}

void mote_pass_fuse_activations(mote_edit *edit)
{
    mote_graph *graph = &edit->model->graphs[0];
    int32_t     n;

    for (n = 0; n < graph->node_count; n++) {
        mote_node     *node = &graph->nodes[n], *before;
        mrt_activation activation = activation_of(node->op);
        if (edit->is_dead[n] || activation == MRT_ACT_NONE)
            continue;
        before = mote_edit_producer(edit, node->in[0]);
        if (!before || !mote_op_fuses_activation(before->op) || before->activation != MRT_ACT_NONE ||
            mote_edit_use_count(edit, node->in[0]) != 1)
            continue;
        before->activation = activation;
        before->out[0] = node->out[0];
        mote_edit_kill(edit, node);
    }
}

mote_status mote_model_infer(mote_model **out, const mote_model *trained, mote_error *err)
{
    mote_edit edit;

    *out = NULL;
    if (trained->stage != MOTE_STAGE_TRAIN)
        return mote_model_copy(out, trained, err);
    MOTE_TRY(mote_edit_begin(&edit, trained, err));
    mote_pass_drop_dropout(&edit);
    if (mote_pass_fold_batch_normalization(&edit, err) == MOTE_OK) {
        mote_pass_fuse_activations(&edit);
        return mote_edit_end(&edit, MOTE_STAGE_INFER, out, err);
    }
    mote_edit_abandon(&edit);
    return err->code;
}
