/* Quantization wishes that many operators have alike.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_WISHES_H
#define MOTE_OPS_WISHES_H

#include "ops/op.h"

/* It rescales: operands and outputs have the ranges that they were seen to have. */
void mote_quantize_rescaled(const mote_graph *graph, const mote_node *node, mote_quant_want *want);
/* The same; operands behind the first say axes or shapes, and are no numbers to quantize. */
void mote_quantize_rescaled_along(const mote_graph *graph, const mote_node *node, mote_quant_want *want);
/* It moves or selects values of several operands, which need the scale of what holds them all. */
void mote_quantize_joined(const mote_graph *graph, const mote_node *node, mote_quant_want *want);
/* It moves or selects values of operand 0: outputs have its scale. Operands behind it say axes, shapes or places. */
void mote_quantize_moved(const mote_graph *graph, const mote_node *node, mote_quant_want *want);

#endif
