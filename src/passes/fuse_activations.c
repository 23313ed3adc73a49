/* RELU, RELU6 and RELU_N1_TO_1 into the operator before them, whose last step is a clamp anyway: mote_op_clamps names those.
 * Only where nobody else reads what lies between.
 *
 *   float      clamp(clamp(x, -max, max), low, high) is clamp(x, low, high) bit for bit, -0 and NaN and infinity too
 *   integers   of 8 and 16 bits, where both tensors have one scale: RELU's multiplier is then exactly 1, and all three
 *              clamp to the bounds that the fused one has, value by value. A RELU that rescales stays
 *
 * RELU_0_TO_1 has no number among fused activations.
 * SPDX-License-Identifier: Apache-2.0 */
#include "passes/passes.h"

static mrt_activation activation_of(mote_op_kind op)
{
    return op == MOTE_OP_RELU           ? MRT_ACT_RELU
           : op == MOTE_OP_RELU6        ? MRT_ACT_RELU6
           : op == MOTE_OP_RELU_N1_TO_1 ? MRT_ACT_RELU_N1_TO_1
                                        : MRT_ACT_NONE;
}

/* Types of which the two are known to clamp alike. */
static bool clamps_alike(mote_dtype dtype)
{
    return dtype == MOTE_F32 || dtype == MOTE_I8 || dtype == MOTE_I16;
}

static bool may_fuse(mote_edit *edit, const mote_node *before, const mote_node *node)
{
    return before && before->out_count == 1 && mote_op_clamps(before->op) && before->activation == MRT_ACT_NONE &&
           mote_edit_use_count(edit, node->in[0]) == 1 && clamps_alike(mote_node_in(edit->graph, node, 0)->dtype) &&
           mote_same_tensor(mote_node_in(edit->graph, node, 0), mote_node_out(edit->graph, node, 0));
}

static void fuse(mote_edit *edit, mote_node *before, const mote_node *node, mrt_activation activation)
{
    before->activation = activation;
    if (!mote_edit_is_right(edit, before)) {
        before->activation = MRT_ACT_NONE;
        return;
    }
    mote_edit_tell(edit, node, mote_done_by(before).text);
    mote_edit_take_output(edit, before, node);
}

mote_status mote_pass_fuse_activations(mote_edit *edit, mote_error *err)
{
    int32_t n;

    (void)err;
    for (n = 0; n < edit->graph->node_count; n++) {
        const mote_node     *node = mote_edit_node(edit, n);
        const mrt_activation activation = node ? activation_of(node->op) : MRT_ACT_NONE;
        mote_node           *before;
        if (activation == MRT_ACT_NONE)
            continue;
        before = mote_edit_producer(edit, node->in[0]);
        if (may_fuse(edit, before, node))
            fuse(edit, before, node, activation);
    }
    return MOTE_OK;
}
