/* PAD, PADV2, MIRROR_PAD.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/pad.h"

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

const mote_op mote_op_pad = {.description = &mrt_operator_pad, .quantize = quantize};
const mote_op mote_op_padv2 = {.description = &mrt_operator_padv2};
const mote_op mote_op_mirror_pad = {.description = &mrt_operator_mirror_pad, .quantize = quantize};
