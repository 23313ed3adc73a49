/* From a trained model to one that runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "passes/passes.h"

void mote_pass_drop_dropout(mote_edit *edit)
{
    mote_node *node;
    int32_t    n;

    for (n = 0; n < edit->graph->node_count; n++)
        if ((node = mote_edit_node(edit, n)) != NULL && node->op == MOTE_OP_DROPOUT) {
            mote_edit_kill(edit, node);
            mote_edit_redirect(edit, node->out[0], node->in[0]);
        }
}

/* In all graphs: a loop's body may have some. */
static mote_status lower_normalizations(mote_edit *edit, mote_error *err)
{
    int32_t g;

    for (g = edit->model->graph_count - 1; g >= 0; g--) {
        MOTE_TRY(mote_edit_open(edit, g, err));
        MOTE_TRY(mote_pass_lower_group_normalization(edit, err));
    }
    return mote_edit_settle(edit, err);
}

mote_status mote_model_freeze(mote_model **out, const mote_model *trained, mote_error *err)
{
    mote_edit edit;

    *out = NULL;
    if (trained->stage != MOTE_STAGE_TRAIN)
        return mote_model_copy(out, trained, err);
    MOTE_TRY(mote_edit_begin(&edit, trained, err));
    mote_pass_drop_dropout(&edit);
    if (lower_normalizations(&edit, err) == MOTE_OK && mote_pass_fold_batch_normalization(&edit, err) == MOTE_OK &&
        mote_edit_settle(&edit, err) == MOTE_OK && mote_pass_fuse_activations(&edit, err) == MOTE_OK)
        return mote_edit_end(&edit, MOTE_STAGE_INFER, out, err);
    mote_edit_abandon(&edit);
    return err->code;
}
