/* CUMSUM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/cumsum.h"

/* It rescales: the output has the range that it was seen to have. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_KEEP;
}

const mote_op mote_op_cumsum = {.description = &mrt_operator_cumsum, .quantize = quantize};
