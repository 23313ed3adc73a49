/* RESHAPE, SQUEEZE or EXPAND_DIMS of another's output becomes one RESHAPE of what that one reads: none of them moves a byte,
 * and none looks at scales.
 *
 *     x ── SQUEEZE ── y ── EXPAND_DIMS ── z        x ── RESHAPE ── z
 *
 * Only where nobody else reads y, and where z keeps its open batch (a view between that mixes samples may be needed for
 * that). SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "passes/passes.h"

static bool is_view(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *shape = mote_node_in(graph, node, 1);

    switch (node->op) {
    case MOTE_OP_RESHAPE:
        return !shape || shape->kind == MOTE_CONST;
    case MOTE_OP_SQUEEZE:
    case MOTE_OP_EXPAND_DIMS:
        return true;
    default:
        return false;
    }
}

static mote_id add_shape(mote_edit *edit, const mote_tensor *tensor, mote_error *err)
{
    char   *name = mote_arena_printf(&edit->arena, err, "%s/shape", tensor->name);
    int32_t dim[MOTE_RANK_MAX], rank = tensor->rank;

    memcpy(dim, tensor->dim, sizeof dim);
    if (tensor->is_batched && rank > 0)
        dim[0] = -1;
    return name ? mote_edit_add_const(edit, name, MOTE_I32, 1, &rank, dim, err) : MOTE_NONE;
}

/* Leaves the node as it is where the one RESHAPE would not be right. */
static mote_status merge(mote_edit *edit, mote_node *node, const mote_node *before, mote_error *err)
{
    mote_id  *in = MOTE_NEW(&edit->model->arena, mote_id, 2, err);
    mote_node merged = *node;

    if (!in || (in[1] = add_shape(edit, mote_node_out(edit->graph, node, 0), err)) == MOTE_NONE)
        return err->code;
    in[0] = before->in[0];
    merged.op = MOTE_OP_RESHAPE;
    memset(&merged.as, 0, sizeof merged.as);
    merged.in = in;
    merged.in_count = 2;
    if (!mote_edit_is_right(edit, &merged))
        return MOTE_OK;
    mote_edit_tell(edit, before, mote_done_by(&merged).text);
    mote_edit_replace(edit, node, &merged);
    mote_edit_kill(edit, before);
    return MOTE_OK;
}

static bool may_merge(mote_edit *edit, const mote_node *node, const mote_node *before)
{
    const mote_id between = node->in[0];

    return before && is_view(edit->graph, before) && mote_edit_use_count(edit, between) == 1 &&
           edit->graph->tensors[before->in[0]].kind == MOTE_ACTIVATION &&
           mote_tensor_count(&edit->graph->tensors[between]) > 0;
}

mote_status mote_pass_merge_views(mote_edit *edit, mote_error *err)
{
    int32_t n;

    for (n = 0; n < edit->graph->node_count; n++) {
        mote_node *node = mote_edit_node(edit, n);
        if (node && is_view(edit->graph, node) && may_merge(edit, node, mote_edit_producer(edit, node->in[0])))
            MOTE_TRY(merge(edit, node, mote_edit_producer(edit, node->in[0]), err));
    }
    return MOTE_OK;
}
