/* ARG_MAX, ARG_MIN, TOPK_V2.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/arg.h"

const mote_op mote_op_arg_max = {.description = &mrt_operator_arg_max};
const mote_op mote_op_arg_min = {.description = &mrt_operator_arg_min};
const mote_op mote_op_topk_v2 = {.description = &mrt_operator_topk_v2};
