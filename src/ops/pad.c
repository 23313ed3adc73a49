/* PAD, PADV2, MIRROR_PAD.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/pad.h"

/* What is written into the padding lies in the output beside what is moved. */
static void quantize_padv2(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    mote_quantize_joined(graph, node, want);
    want[1].rule = MOTE_QUANT_KEEP;
}

const mote_op mote_op_pad = {.description = &mrt_operator_pad, .quantize = mote_quantize_moved};
const mote_op mote_op_padv2 = {.description = &mrt_operator_padv2, .quantize = quantize_padv2};
const mote_op mote_op_mirror_pad = {.description = &mrt_operator_mirror_pad, .quantize = mote_quantize_moved};
