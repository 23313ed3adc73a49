/* EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT, SELECT, SELECT_V2.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/op.h"
#include "runtime/ops/compare.h"

/* ---- GREATER and SELECT_V2 of floats in training ---- */

/* Where an operand's element is: how far it moves along each axis of the output, 0 where it repeats. */
typedef struct operand_steps {
    size_t step[MOTE_RANK_MAX];
} operand_steps;

static operand_steps steps_of(const mote_call *call, int32_t operand, int32_t rank)
{
    const mote_tensor *in = mote_node_in(call->graph, call->node, operand);
    operand_steps      s = {{0}};
    size_t             step = 1;
    int32_t            i;

    for (i = in->rank - 1; i >= 0; i--) {
        const size_t size = (size_t)in->dim[i] * (i == 0 && in->is_batched ? (size_t)call->batch : 1);
        s.step[i + rank - in->rank] = size == 1 ? 0 : step;
        step *= size;
    }
    return s;
}

/* An element of the output, and where up to three operands have theirs. */
typedef struct element {
    const mote_call *call;
    size_t           size[MOTE_RANK_MAX], at[MOTE_RANK_MAX], i, in[3];
    operand_steps    steps[3];
    int32_t          rank, operands;
} element;

static element first_element(const mote_call *call)
{
    const mote_tensor *out = mote_node_out(call->graph, call->node, 0);
    element            e = {.call = call, .rank = out->rank, .operands = call->node->in_count};
    int32_t            k;

    for (k = 0; k < e.rank; k++)
        e.size[k] = (size_t)out->dim[k] * (k == 0 && out->is_batched ? (size_t)call->batch : 1);
    for (k = 0; k < e.operands; k++)
        e.steps[k] = steps_of(call, k, e.rank);
    return e;
}

/* False: that was the last one. */
static bool next_element(element *e)
{
    int32_t d, k;

    e->i++;
    for (d = e->rank - 1; d >= 0; d--) {
        for (k = 0; k < e->operands; k++)
            e->in[k] += e->steps[k].step[d];
        if (++e->at[d] < e->size[d])
            return true;
        for (k = 0; k < e->operands; k++)
            e->in[k] -= e->size[d] * e->steps[k].step[d];
        e->at[d] = 0;
    }
    return false;
}

static void forward_greater(const mote_call *call)
{
    element e = first_element(call);
    bool   *out = (bool *)call->out[0]; /* a tensor of truth values has a byte for each */

    do
        out[e.i] = call->in[0][e.in[0]] > call->in[1][e.in[1]];
    while (next_element(&e));
}

static size_t count_of(const mote_call *call, int32_t operand)
{
    const mote_tensor *in = mote_node_in(call->graph, call->node, operand);

    return mote_tensor_count(in) * (in->is_batched ? (size_t)call->batch : 1);
}

/* Which is greater does not change by a little. */
static void backward_greater(const mote_call *call)
{
    int32_t i;

    for (i = 0; i < 2; i++)
        if (call->grad_in[i] && mote_node_in(call->graph, call->node, i)->kind != MOTE_CONST)
            memset(call->grad_in[i], 0, count_of(call, i) * sizeof(float));
}

static void forward_select(const mote_call *call)
{
    element     e = first_element(call);
    const bool *is_first = (const bool *)call->in[0];

    do
        call->out[0][e.i] = is_first[e.in[0]] ? call->in[1][e.in[1]] : call->in[2][e.in[2]];
    while (next_element(&e));
}

static void backward_select(const mote_call *call)
{
    element     e = first_element(call);
    const bool *is_first = (const bool *)call->in[0];
    int32_t     i;

    for (i = 1; i < 3; i++)
        if (call->grad_in[i] && mote_node_in(call->graph, call->node, i)->kind != MOTE_CONST)
            memset(call->grad_in[i], 0, count_of(call, i) * sizeof(float));
    do {
        const int chosen = is_first[e.in[0]] ? 1 : 2;
        if (call->grad_in[chosen])
            call->grad_in[chosen][e.in[chosen]] += call->grad_out[0][e.i];
    } while (next_element(&e));
}

/* ---- the operators ---- */

const mote_op mote_op_equal = {.description = &mrt_operator_equal};
const mote_op mote_op_not_equal = {.description = &mrt_operator_not_equal};
const mote_op mote_op_greater = {
    .description = &mrt_operator_greater, .forward = forward_greater, .backward = backward_greater};
const mote_op mote_op_greater_equal = {.description = &mrt_operator_greater_equal};
const mote_op mote_op_less = {.description = &mrt_operator_less};
const mote_op mote_op_less_equal = {.description = &mrt_operator_less_equal};
const mote_op mote_op_logical_and = {.description = &mrt_operator_logical_and};
const mote_op mote_op_logical_or = {.description = &mrt_operator_logical_or};
const mote_op mote_op_logical_not = {.description = &mrt_operator_logical_not};
const mote_op mote_op_select = {.description = &mrt_operator_select};
const mote_op mote_op_select_v2 = {
    .description = &mrt_operator_select_v2, .forward = forward_select, .backward = backward_select};
