/* CONCATENATION, PACK, UNPACK, SPLIT, SPLIT_V.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/concatenation.h"

/* Values are moved: the outputs have the input's scale; what says shapes and places stays as it is. */
static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    int32_t i;

    (void)graph;
    for (i = 1; i < node->in_count; i++)
        want[i].rule = MOTE_QUANT_KEEP;
    for (i = 0; i < node->out_count; i++)
        want[node->in_count + i].rule = MOTE_QUANT_SAME;
}

const mote_op mote_op_concatenation = {.description = &mrt_operator_concatenation};
const mote_op mote_op_pack = {.description = &mrt_operator_pack};
const mote_op mote_op_unpack = {.description = &mrt_operator_unpack, .quantize = quantize};
const mote_op mote_op_split = {.description = &mrt_operator_split};
const mote_op mote_op_split_v = {.description = &mrt_operator_split_v, .quantize = quantize};
