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

const mote_op mote_op_cast = {.description = &mrt_operator_cast};
const mote_op mote_op_zeros_like = {.description = &mrt_operator_zeros_like, .quantize = quantize_zeros_like};
const mote_op mote_op_fill = {.description = &mrt_operator_fill};
