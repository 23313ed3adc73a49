/* SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ALL, REDUCE_ANY.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/reduce.h"

const mote_op mote_op_sum = {.description = &mrt_operator_sum, .quantize = mote_quantize_rescaled_along};
const mote_op mote_op_reduce_max = {.description = &mrt_operator_reduce_max, .quantize = mote_quantize_moved};
const mote_op mote_op_reduce_min = {.description = &mrt_operator_reduce_min, .quantize = mote_quantize_moved};
const mote_op mote_op_reduce_prod = {.description = &mrt_operator_reduce_prod};
const mote_op mote_op_reduce_all = {.description = &mrt_operator_reduce_all};
const mote_op mote_op_reduce_any = {.description = &mrt_operator_reduce_any};
