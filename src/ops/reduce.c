/* SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ALL, REDUCE_ANY.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/reduce.h"

/* The output rescales; axes are no number to quantize. */
static void quantize_sum(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_KEEP;
}

static void quantize_selected(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1].rule = MOTE_QUANT_KEEP;
    want[2].rule = MOTE_QUANT_SAME;
}

const mote_op mote_op_sum = {.description = &mrt_operator_sum, .quantize = quantize_sum};
const mote_op mote_op_reduce_max = {.description = &mrt_operator_reduce_max, .quantize = quantize_selected};
const mote_op mote_op_reduce_min = {.description = &mrt_operator_reduce_min, .quantize = quantize_selected};
const mote_op mote_op_reduce_prod = {.description = &mrt_operator_reduce_prod};
const mote_op mote_op_reduce_all = {.description = &mrt_operator_reduce_all};
const mote_op mote_op_reduce_any = {.description = &mrt_operator_reduce_any};
