/* Operators none of whose outputs anybody reads go, and then those that only they had read. What has a state, changes a
 * variable or runs a subgraph stays; so does one of whose outputs one is read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "passes/passes.h"

static bool is_unread(mote_edit *edit, const mote_node *node)
{
    int32_t i;

    for (i = 0; i < node->out_count; i++)
        if (mote_edit_use_count(edit, node->out[i]) > 0)
            return false;
    return node->out_count > 0;
}

mote_status mote_pass_drop_unread(mote_edit *edit, mote_error *err)
{
    int32_t n;

    for (n = edit->graph->node_count - 1; n >= 0; n--) {
        const mote_node *node = mote_edit_node(edit, n);
        if (node && is_unread(edit, node) && mote_edit_is_pure(edit, node, err)) {
            mote_edit_tell(edit, node, "nobody reads it");
            mote_edit_kill(edit, node);
        }
        MOTE_TRY(err->code);
    }
    return MOTE_OK;
}
