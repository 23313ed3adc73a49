/* ELU, HARD_SWISH, GELU, RELU_N1_TO_1, RELU_0_TO_1, LOG_SOFTMAX, L2_NORMALIZATION.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/activation.h"

const mote_op mote_op_elu = {.description = &mrt_operator_elu};
const mote_op mote_op_hard_swish = {.description = &mrt_operator_hard_swish};
const mote_op mote_op_gelu = {.description = &mrt_operator_gelu};
const mote_op mote_op_relu_n1_to_1 = {.description = &mrt_operator_relu_n1_to_1};
const mote_op mote_op_relu_0_to_1 = {.description = &mrt_operator_relu_0_to_1};
const mote_op mote_op_log_softmax = {.description = &mrt_operator_log_softmax};
const mote_op mote_op_l2_normalization = {.description = &mrt_operator_l2_normalization};
