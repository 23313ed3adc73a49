/* ABS, CEIL, COS, EXP, FLOOR, LOG, NEG, ROUND, RSQRT, SIN, SQRT, SQUARE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/unary.h"

const mote_op mote_op_abs = {.description = &mrt_operator_abs, .quantize = mote_quantize_rescaled};
const mote_op mote_op_ceil = {.description = &mrt_operator_ceil};
const mote_op mote_op_cos = {.description = &mrt_operator_cos};
const mote_op mote_op_exp = {.description = &mrt_operator_exp};
const mote_op mote_op_floor = {.description = &mrt_operator_floor};
const mote_op mote_op_log = {.description = &mrt_operator_log};
const mote_op mote_op_neg = {.description = &mrt_operator_neg};
const mote_op mote_op_round = {.description = &mrt_operator_round};
const mote_op mote_op_rsqrt = {.description = &mrt_operator_rsqrt, .quantize = mote_quantize_rescaled};
const mote_op mote_op_sin = {.description = &mrt_operator_sin};
const mote_op mote_op_sqrt = {.description = &mrt_operator_sqrt};
const mote_op mote_op_square = {.description = &mrt_operator_square};
