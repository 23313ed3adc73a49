/* CAST, ZEROS_LIKE, FILL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/convert.h"

/* ZEROS_LIKE writes zero bytes, so 0 is its zero point: the middle of a range about 0. */
static void quantize_zeros_like(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_FIXED, .low = -1.0f, .high = 1.0f};
}

/* Its numbers count or name something: in another scale they would be others. */
static void quantize_cast(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    want[0].rule = mote_node_in(graph, node, 0)->dtype == MOTE_F32 ? MOTE_QUANT_REAL : MOTE_QUANT_KEEP;
    want[1].rule = mote_node_out(graph, node, 0)->dtype == MOTE_F32 ? MOTE_QUANT_REAL : MOTE_QUANT_KEEP;
}

const mote_op mote_op_cast = {.description = &mrt_operator_cast, .quantize = quantize_cast};
const mote_op mote_op_zeros_like = {.description = &mrt_operator_zeros_like, .quantize = quantize_zeros_like};
const mote_op mote_op_fill = {.description = &mrt_operator_fill};
