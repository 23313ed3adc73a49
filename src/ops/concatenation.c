/* CONCATENATION, PACK, UNPACK, SPLIT, SPLIT_V.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/concatenation.h"

/* Operand 0 is the axis: outputs have operand 1's scale. */
static void quantize_split(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    int32_t i;

    (void)graph;
    want[0].rule = MOTE_QUANT_KEEP;
    for (i = 0; i < node->out_count; i++)
        want[node->in_count + i] = (mote_quant_want){.rule = MOTE_QUANT_SAME, .of = 1};
}

const mote_op mote_op_concatenation = {.description = &mrt_operator_concatenation};
const mote_op mote_op_pack = {.description = &mrt_operator_pack};
const mote_op mote_op_unpack = {.description = &mrt_operator_unpack, .quantize = mote_quantize_moved};
const mote_op mote_op_split = {.description = &mrt_operator_split, .quantize = quantize_split};
const mote_op mote_op_split_v = {.description = &mrt_operator_split_v, .quantize = mote_quantize_moved};
