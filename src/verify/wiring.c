/* Which operator makes what, and whether it stands in front of those who read it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verify/verifier.h"

enum { OPERATOR_STEPS = 16 };

/* ---- the subgraph's ends ---- */

static bool is_tensor(const mote_verifier *v, int32_t id)
{
    return id >= 0 && (uint32_t)id < v->tensors.count;
}

static void check_input(mote_verifier *v, uint32_t i)
{
    const int32_t     id = mote_fb_element_i32(&v->inputs, i);
    mote_seen_tensor *seen = is_tensor(v, id) ? &v->seen[id] : NULL;

    if (!seen)
        mote_tell(v, MOTE_FINDING_ENDS, mote_spot_subgraph(v, "inputs"), "input %u is tensor %d of %u", i, id,
                  v->tensors.count);
    else if (seen->maker == MOTE_MAKER_CALLER)
        mote_tell(v, MOTE_FINDING_ENDS_ODD, mote_spot_tensor(v, id, "inputs"), "input %u is another input, too", i);
    else if (seen->is_const || seen->is_variable)
        mote_tell(v, MOTE_FINDING_ENDS_ODD, mote_spot_tensor(v, id, "inputs"), "input %u is %s", i,
                  seen->is_const ? "a constant" : "a variable");
    if (seen)
        seen->maker = MOTE_MAKER_CALLER;
}

static void check_output(mote_verifier *v, uint32_t i)
{
    const int32_t           id = mote_fb_element_i32(&v->outputs, i);
    const mote_seen_tensor *seen = is_tensor(v, id) ? &v->seen[id] : NULL;

    if (!seen)
        mote_tell(v, MOTE_FINDING_ENDS, mote_spot_subgraph(v, "outputs"), "output %u is tensor %d of %u", i, id,
                  v->tensors.count);
    else if (seen->maker == MOTE_MAKER_NONE && !seen->is_const && !seen->is_variable)
        mote_tell(v, MOTE_FINDING_NEVER_WRITTEN, mote_spot_tensor(v, id, "outputs"), "output %u is computed by no operator",
                  i);
}

/* ---- operators ---- */

static void find_makers(mote_verifier *v)
{
    mote_seen_operator op;
    uint32_t           i, k;

    for (i = 0; i < v->operators.count && mote_may_spend(v, OPERATOR_STEPS); i++) {
        if (!mote_verify_read_operator(v, i, false, &op))
            continue;
        for (k = 0; k < op.outputs.count && mote_may_spend(v, 1); k++) {
            const int32_t     id = mote_fb_element_i32(&op.outputs, k);
            mote_seen_tensor *seen = is_tensor(v, id) ? &v->seen[id] : NULL;
            if (seen && seen->maker == MOTE_MAKER_NONE && !seen->is_const)
                seen->maker = (int32_t)i;
            else if (seen)
                mote_tell(v, MOTE_FINDING_WRITTEN_TWICE, mote_spot_operand(v, &op, &op.outputs, k),
                          "output %u is %s already", k,
                          seen->is_const                     ? "a constant"
                          : seen->maker == MOTE_MAKER_CALLER ? "an input of the subgraph"
                                                             : "computed");
        }
    }
}

static void check_read(mote_verifier *v, const mote_seen_operator *op, uint32_t k, bool *is_read)
{
    const int32_t           id = mote_fb_element_i32(&op->inputs, k);
    const mote_seen_tensor *seen = is_tensor(v, id) ? &v->seen[id] : NULL;

    if (!seen)
        return;
    if (seen->maker >= 0 && seen->maker < op->index)
        is_read[seen->maker] = true;
    if (seen->is_const || seen->is_variable)
        return;
    if (seen->maker == MOTE_MAKER_NONE && mote_seen_count(seen) > 0)
        mote_tell(v, MOTE_FINDING_NEVER_WRITTEN, mote_spot_operand(v, op, &op->inputs, k),
                  "input %u is neither a constant nor computed by an operator", k);
    else if (seen->maker >= op->index)
        mote_tell(v, MOTE_FINDING_ORDER, mote_spot_operand(v, op, &op->inputs, k),
                  "input %u is computed by operator %d, which comes %s", k, seen->maker,
                  seen->maker == op->index ? "at the same time" : "later");
}

static void check_reads(mote_verifier *v, bool *is_read)
{
    mote_seen_operator op;
    uint32_t           i, k;

    for (i = 0; i < v->operators.count && mote_may_spend(v, OPERATOR_STEPS); i++)
        if (mote_verify_read_operator(v, i, false, &op))
            for (k = 0; k < op.inputs.count && mote_may_spend(v, 1); k++)
                check_read(v, &op, k, is_read);
    for (i = 0; i < v->outputs.count && mote_may_spend(v, 1); i++) {
        const int32_t id = mote_fb_element_i32(&v->outputs, i);
        if (is_tensor(v, id) && v->seen[id].maker >= 0)
            is_read[v->seen[id].maker] = true;
    }
}

/* IF and WHILE may change variables, too. */
static void tell_unread(mote_verifier *v, const bool *is_read)
{
    mote_seen_operator op;
    uint32_t           i;

    for (i = 0; i < v->operators.count && mote_may_spend(v, OPERATOR_STEPS); i++)
        if (!is_read[i] && mote_verify_read_operator(v, i, false, &op) && op.outputs.count > 0 && op.kind != MOTE_OP_IF &&
            op.kind != MOTE_OP_WHILE)
            mote_tell(v, MOTE_FINDING_RESULT_UNREAD, mote_spot_operator(v, &op, "outputs"),
                      "nothing reads what it computes");
}

static void tell_unused(mote_verifier *v)
{
    uint32_t i, count = 0, first = 0;

    for (i = 0; i < v->tensors.count; i++) {
        first = !v->seen[i].is_used && count == 0 ? i : first;
        count += !v->seen[i].is_used;
    }
    if (count > 0)
        mote_tell(v, MOTE_FINDING_TENSOR_UNUSED, mote_spot_tensor(v, (int32_t)first, NULL),
                  "nothing uses %u tensor%s, of which this is the first", count, count == 1 ? "" : "s");
}

void mote_verify_wiring(mote_verifier *v)
{
    bool    *is_read = MOTE_NEW(&v->scratch, bool, v->operators.count, v->err);
    uint32_t i;

    if (!is_read)
        return;
    for (i = 0; i < v->inputs.count && mote_may_spend(v, 1); i++)
        check_input(v, i);
    find_makers(v);
    check_reads(v, is_read);
    for (i = 0; i < v->outputs.count && mote_may_spend(v, 1); i++)
        check_output(v, i);
    if (v->subgraph == 0 && v->outputs.count == 0)
        mote_tell(v, MOTE_FINDING_ENDS_ODD, mote_spot_subgraph(v, "outputs"), "there is no output");
    tell_unread(v, is_read);
    tell_unused(v);
}
