/* Training of operators that do one thing to each pair of elements, where an operand repeats along axes in which it has one
 * element. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_PAIRS_H
#define MOTE_OPS_PAIRS_H

#include "ops/op.h"

void mote_pairs_forward(const mote_call *call, mote_math_pairing op);
/* A repeated operand's gradient is the sum over its repetitions. */
void mote_pairs_backward(const mote_call *call, mote_math_pairing op);
/* Of an operator that fuses an activation: what has passed back through that. */
size_t mote_pairs_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch);

#endif
