/* ARG_MAX, ARG_MIN, TOPK_V2.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/arg.h"

/* Places are integers with any input's scale. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = want[2].rule = MOTE_QUANT_KEEP;
}

/* The largest values, and their places. */
static void quantize_topk(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = want[3].rule = MOTE_QUANT_KEEP;
    want[2].rule = MOTE_QUANT_SAME;
}

const mote_op mote_op_arg_max = {.description = &mrt_operator_arg_max, .quantize = quantize};
const mote_op mote_op_arg_min = {.description = &mrt_operator_arg_min, .quantize = quantize};
const mote_op mote_op_topk_v2 = {.description = &mrt_operator_topk_v2, .quantize = quantize_topk};
