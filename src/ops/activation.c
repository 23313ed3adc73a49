/* ELU, GELU, RELU_N1_TO_1, RELU_0_TO_1, LOG_SOFTMAX, L2_NORMALIZATION.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/activation.h"

/* The reference gives -255/16 to 0. */
static void quantize_log_softmax(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_FIXED, .low = -255.0f / 16.0f, .high = 1.0f / 16.0f};
}

static void quantize_l2_normalization(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph, (void)node;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_FIXED, .low = -1.0f, .high = 1.0f};
}

const mote_op mote_op_elu = {.description = &mrt_operator_elu, .quantize = mote_quantize_rescaled};
const mote_op mote_op_gelu = {.description = &mrt_operator_gelu, .quantize = mote_quantize_rescaled};
const mote_op mote_op_relu_n1_to_1 = {.description = &mrt_operator_relu_n1_to_1, .quantize = mote_quantize_rescaled};
const mote_op mote_op_relu_0_to_1 = {.description = &mrt_operator_relu_0_to_1, .quantize = mote_quantize_rescaled};
const mote_op mote_op_log_softmax = {.description = &mrt_operator_log_softmax, .quantize = quantize_log_softmax};
const mote_op mote_op_l2_normalization = {.description = &mrt_operator_l2_normalization,
                                          .quantize = quantize_l2_normalization};
