/* Two conversions in a row, of 8 or 16 bit integers: the reference kernels say what the two make of every value that there
 * is (256 or 65,536). Where that is the value itself, in its own scale, both go; where one conversion makes the same of all
 * of them, it does.
 *
 *     q ── DEQUANTIZE ── real ── QUANTIZE ── q'         q' is q
 *     q ── QUANTIZE ── r ── DEQUANTIZE ── real          q ── DEQUANTIZE ── real   (uint8 to int8, and all like it)
 *
 * What rounds twice and so gives another byte of any value stays. A single QUANTIZE that gives back every value is
 * drop_identities' affair. SPDX-License-Identifier: Apache-2.0 */
#include "passes/passes.h"

static bool converts(const mote_node *node)
{
    return node && (node->op == MOTE_OP_QUANTIZE || node->op == MOTE_OP_DEQUANTIZE) && node->in_count == 1 &&
           node->out_count == 1;
}

/* first's operand is what second's output is. The first may have other readers. */
static bool drop_both(mote_edit *edit, const mote_node *first, mote_node *second, mote_error *err)
{
    const mote_node *const both[] = {first, second};
    const mote_id          id = first->in[0];

    return mote_same_tensor(&edit->graph->tensors[id], mote_node_out(edit->graph, second, 0)) &&
           mote_edit_same_for_all(edit, both, 2, both, 0, err) &&
           mote_edit_bypass(edit, second, id, "it brings back what was converted before");
}

static void do_at_once(mote_edit *edit, const mote_node *first, mote_node *second, mote_error *err)
{
    const bool             is_float = mote_dtype_is_float(mote_node_out(edit->graph, second, 0)->dtype);
    mote_node              once = *second;
    const mote_node *const both[] = {first, second}, *const alone[] = {&once};
    mote_id in = first->in[0];

    once.op = is_float ? MOTE_OP_DEQUANTIZE : MOTE_OP_QUANTIZE;
    once.in = &in;
    if (!mote_edit_is_right(edit, &once) || !mote_edit_same_for_all(edit, both, 2, alone, 1, err))
        return;
    second->op = once.op;
    mote_edit_tell(edit, first, mote_done_by(second).text);
    mote_edit_set_operand(edit, second, 0, in);
    mote_edit_kill(edit, first);
}

mote_status mote_pass_fuse_quantization(mote_edit *edit, mote_error *err)
{
    int32_t n;

    for (n = 0; n < edit->graph->node_count; n++) {
        mote_node       *second = mote_edit_node(edit, n);
        const mote_node *first = converts(second) ? mote_edit_producer(edit, second->in[0]) : NULL;
        if (!converts(first) || edit->graph->tensors[first->in[0]].kind != MOTE_ACTIVATION)
            continue;
        if (!drop_both(edit, first, second, err) && err->code == MOTE_OK && mote_edit_use_count(edit, second->in[0]) == 1)
            do_at_once(edit, first, second, err);
        MOTE_TRY(err->code);
    }
    return MOTE_OK;
}
