/* Variables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/variable.h"

/* A variable keeps what it is given, in the scale that it has. */
static void quantize_read(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_SAME;
}

const mote_op mote_op_var_handle = {.description = &mrt_operator_var_handle};
const mote_op mote_op_read_variable = {.description = &mrt_operator_read_variable, .quantize = quantize_read};
const mote_op mote_op_assign_variable = {.description = &mrt_operator_assign_variable};
const mote_op mote_op_call_once = {.description = &mrt_operator_call_once};
