/* SLICE, STRIDED_SLICE, DYNAMIC_UPDATE_SLICE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/slice.h"

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

const mote_op mote_op_slice = {.description = &mrt_operator_slice, .quantize = quantize};
const mote_op mote_op_strided_slice = {.description = &mrt_operator_strided_slice, .quantize = quantize};
const mote_op mote_op_dynamic_update_slice = {.description = &mrt_operator_dynamic_update_slice};
