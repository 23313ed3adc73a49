/* MUL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/mul.h"

/* It rescales: operands and output have the ranges that they were seen to have. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = want[1].rule = want[2].rule = MOTE_QUANT_RANGE;
}

const mote_op mote_op_mul = {.description = &mrt_operator_mul, .quantize = quantize};
