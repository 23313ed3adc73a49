/* An operator that gives back an operand byte for byte goes; its readers read the operand. Type, shape, open batch and
 * scales of the two must be equal, so that nobody sees a difference. Such operators are:
 *
 *   - those that hand on an operand's elements in their order, when nothing is left out and nothing is added, which the
 * equal number of elements proves: RESHAPE, PAD, SLICE, TILE ... ; TRANSPOSE when axes longer than 1 stay in their order;
 *     STRIDED_SLICE when no stride is negative; CAST to the same type;
 *   - in float, x * 1, x / 1, x - 0 and x + -0 (x + 0 is another thing where x is -0). These kernels end in a clamp to
 * finite numbers, which an identity has not: so only where x comes out of such a clamp itself;
 *   - QUANTIZE and the RELUs of 8 and 16 bit integers, when their kernel gives back every value that the type has.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "passes/passes.h"

static bool is_const(const mote_tensor *tensor)
{
    return tensor && tensor->kind == MOTE_CONST;
}

/* ---- elements in their order ---- */

/* Operands but the one that is handed on say how: nothing that is computed. */
static bool has_constant_plan(const mote_graph *graph, const mote_node *node, int32_t operand)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (i != operand && mote_node_in(graph, node, i) && !is_const(mote_node_in(graph, node, i)))
            return false;
    return true;
}

/* Of constants of int32 or int64. */
static bool is_positive(const mote_tensor *strides)
{
    size_t i;

    if (!is_const(strides) || (strides->dtype != MOTE_I32 && strides->dtype != MOTE_I64))
        return false;
    for (i = 0; i < mote_tensor_count(strides); i++)
        if ((strides->dtype == MOTE_I32 ? ((const int32_t *)strides->data)[i] : ((const int64_t *)strides->data)[i]) < 1)
            return false;
    return true;
}

/* perm leaves axes longer than 1 in their order; the operator's own check saw that it is one. */
static bool keeps_long_axes(const mote_tensor *x, const mote_tensor *perm)
{
    int32_t i, last = -1;

    if (!is_const(perm) || perm->dtype != MOTE_I32 || mote_tensor_count(perm) != (size_t)x->rank)
        return false;
    for (i = 0; i < x->rank; i++) {
        const int32_t axis = ((const int32_t *)perm->data)[i];
        if (axis < 0 || axis >= x->rank)
            return false;
        if (x->dim[axis] == 1)
            continue;
        if (axis < last)
            return false;
        last = axis;
    }
    return true;
}

/* The operand whose elements the operator hands on, -1 where none is known. */
static int32_t find_handed_on(const mote_graph *graph, const mote_node *node)
{
    switch (node->op) {
    case MOTE_OP_RESHAPE:
    case MOTE_OP_SQUEEZE:
    case MOTE_OP_EXPAND_DIMS:
    case MOTE_OP_PAD:
    case MOTE_OP_PADV2:
    case MOTE_OP_MIRROR_PAD:
    case MOTE_OP_SLICE:
    case MOTE_OP_TILE:
    case MOTE_OP_BROADCAST_TO:
    case MOTE_OP_SPLIT_V:
        return has_constant_plan(graph, node, 0) ? 0 : -1;
    case MOTE_OP_SPLIT:
        return has_constant_plan(graph, node, 1) ? 1 : -1;
    case MOTE_OP_CONCATENATION:
        return node->in_count == 1 ? 0 : -1;
    case MOTE_OP_STRIDED_SLICE:
        return has_constant_plan(graph, node, 0) && is_positive(mote_node_in(graph, node, 3)) ? 0 : -1;
    case MOTE_OP_TRANSPOSE:
        return keeps_long_axes(mote_node_in(graph, node, 0), mote_node_in(graph, node, 1)) ? 0 : -1;
    case MOTE_OP_CAST: /* to truth values: 2 becomes 1 */
        return mote_node_in(graph, node, 0)->dtype != MOTE_BOOL ? 0 : -1;
    default:
        return -1;
    }
}

/* ---- float arithmetic ---- */

static bool has_only(const mote_tensor *tensor, float value)
{
    const float *values;
    size_t       i;

    if (!is_const(tensor) || tensor->dtype != MOTE_F32 || mote_tensor_count(tensor) == 0)
        return false;
    values = tensor->data;
    for (i = 0; i < mote_tensor_count(tensor); i++)
        if (values[i] < value || values[i] > value || isnan(values[i]) || !signbit(values[i]) != !signbit(value))
            return false;
    return true;
}

static bool is_neutral(const mote_node *node, const mote_tensor *operand, int32_t place)
{
    switch (node->op) {
    case MOTE_OP_MUL:
        return has_only(operand, 1.0f);
    case MOTE_OP_ADD:
        return has_only(operand, -0.0f);
    case MOTE_OP_DIV:
        return place == 1 && has_only(operand, 1.0f);
    case MOTE_OP_SUB:
        return place == 1 && has_only(operand, 0.0f);
    default:
        return false;
    }
}

static bool is_finite(mote_edit *edit, mote_id id)
{
    const mote_node *maker = mote_edit_producer(edit, id);

    return maker && mote_op_clamps(maker->op);
}

/* The operand that an arithmetic operator gives back, or -1. */
static int32_t find_unchanged(mote_edit *edit, const mote_node *node)
{
    int32_t place;

    for (place = 0; node->in_count == 2 && node->activation == MRT_ACT_NONE && place < 2; place++)
        if (is_neutral(node, mote_node_in(edit->graph, node, place), place) && is_finite(edit, node->in[1 - place]))
            return 1 - place;
    return -1;
}

/* ---- integers, value by value ---- */

static bool gives_back_each_value(mote_edit *edit, const mote_node *node, mote_error *err)
{
    switch (node->op) {
    case MOTE_OP_QUANTIZE:
    case MOTE_OP_RELU:
    case MOTE_OP_RELU6:
    case MOTE_OP_RELU_N1_TO_1:
    case MOTE_OP_RELU_0_TO_1:
        return mote_same_meaning(mote_node_in(edit->graph, node, 0), mote_node_out(edit->graph, node, 0)) &&
               mote_edit_same_for_all(edit, &node, 1, &node, 0, err);
    default:
        return false;
    }
}

mote_status mote_pass_drop_identities(mote_edit *edit, mote_error *err)
{
    int32_t n, operand;

    for (n = 0; n < edit->graph->node_count; n++) {
        mote_node *node = mote_edit_node(edit, n);
        if (!node || node->out_count != 1 || node->in_count < 1 || !mote_node_in(edit->graph, node, 0))
            continue;
        operand = find_handed_on(edit->graph, node);
        if (operand < 0)
            operand = find_unchanged(edit, node);
        if (operand < 0 && gives_back_each_value(edit, node, err))
            operand = 0;
        MOTE_TRY(err->code);
        if (operand >= 0)
            mote_edit_bypass(edit, node, node->in[operand], "it gives back what it reads");
    }
    return MOTE_OK;
}
