/* RELU, RELU6 and RELU_N1_TO_1 into the operator before them, whose last step is a clamp anyway: mote_op_clamps names those.
 * Only where nobody else reads what lies between.
 *
 *   float      clamp(clamp(x, -max, max), low, high) is clamp(x, low, high) bit for bit, -0 and NaN and infinity too
 *   integers   where both tensors have one scale, and the operator's kernel makes of every value of the type what the clamp
 *              makes of it. A RELU that rescales stays.
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

static int32_t value_at(const void *table, mote_dtype dtype, int32_t i)
{
    return dtype == MOTE_I16  ? ((const int16_t *)table)[i]
           : dtype == MOTE_I8 ? ((const int8_t *)table)[i]
                              : ((const uint8_t *)table)[i];
}

/* Whether the table, of all values, is what the fused activation's clamp makes of them. */
static bool is_clamp(const void *table, const mote_tensor *tensor, mrt_activation activation)
{
    long long low, high;
    int32_t   act_min, act_max, x;

    if (!mote_dtype_limits(tensor->dtype, &low, &high))
        return false;
    mrt_activation_range(activation, mote_scale_of(tensor), mote_zero_of(tensor), (int32_t)low, (int32_t)high, &act_min,
                         &act_max);
    for (x = (int32_t)low; x <= high; x++)
        if (value_at(table, tensor->dtype, x - (int32_t)low) != mrt_clamp_i32(x, act_min, act_max))
            return false;
    return true;
}

static bool integers_agree(mote_edit *edit, const mote_node *node, mrt_activation activation, mote_error *err)
{
    const mote_tensor *in = mote_node_in(edit->graph, node, 0);
    mote_arena         arena = {.cap_bytes = edit->arena.cap_bytes};
    const void        *table = mote_edit_tabulate(edit, &node, 1, &arena, err);
    const bool         agree = table && is_clamp(table, in, activation);

    mote_arena_destroy(&arena);
    return agree;
}

static bool may_fuse(mote_edit *edit, const mote_node *before, const mote_node *node)
{
    return before && before->out_count == 1 && mote_op_clamps(before->op) && before->activation == MRT_ACT_NONE &&
           mote_edit_use_count(edit, node->in[0]) == 1 && !mote_edit_is_output(edit, node->in[0]) &&
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

    for (n = 0; n < edit->graph->node_count; n++) {
        const mote_node     *node = mote_edit_node(edit, n);
        const mrt_activation activation = node ? activation_of(node->op) : MRT_ACT_NONE;
        mote_node           *before;
        if (activation == MRT_ACT_NONE)
            continue;
        before = mote_edit_producer(edit, node->in[0]);
        if (may_fuse(edit, before, node) &&
            (mote_node_in(edit->graph, node, 0)->dtype == MOTE_F32 || integers_agree(edit, node, activation, err)))
            fuse(edit, before, node, activation);
        MOTE_TRY(err->code);
    }
    return MOTE_OK;
}
