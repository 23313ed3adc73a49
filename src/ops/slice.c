/* SLICE, STRIDED_SLICE, DYNAMIC_UPDATE_SLICE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/slice.h"

const mote_op mote_op_slice = {.description = &mrt_operator_slice, .quantize = mote_quantize_moved};
const mote_op mote_op_strided_slice = {.description = &mrt_operator_strided_slice, .quantize = mote_quantize_moved};
/* What is written over and what is written have one scale; operand 2 is a place. */
static void quantize_update(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[0].rule = want[1].rule = MOTE_QUANT_JOINED;
    want[2].rule = MOTE_QUANT_KEEP;
}

const mote_op mote_op_dynamic_update_slice = {.description = &mrt_operator_dynamic_update_slice,
                                              .quantize = quantize_update};
