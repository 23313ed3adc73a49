/* EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT, SELECT, SELECT_V2.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/compare.h"

const mote_op mote_op_equal = {.description = &mrt_operator_equal};
const mote_op mote_op_not_equal = {.description = &mrt_operator_not_equal};
const mote_op mote_op_greater = {.description = &mrt_operator_greater};
const mote_op mote_op_greater_equal = {.description = &mrt_operator_greater_equal};
const mote_op mote_op_less = {.description = &mrt_operator_less};
const mote_op mote_op_less_equal = {.description = &mrt_operator_less_equal};
const mote_op mote_op_logical_and = {.description = &mrt_operator_logical_and};
const mote_op mote_op_logical_or = {.description = &mrt_operator_logical_or};
const mote_op mote_op_logical_not = {.description = &mrt_operator_logical_not};
const mote_op mote_op_select = {.description = &mrt_operator_select};
const mote_op mote_op_select_v2 = {.description = &mrt_operator_select_v2};
