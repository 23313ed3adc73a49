/* SHAPE, RANK, EXPAND_DIMS, SQUEEZE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/shape.h"

const mote_op mote_op_shape = {.description = &mrt_operator_shape};
const mote_op mote_op_rank = {.description = &mrt_operator_rank};
const mote_op mote_op_expand_dims = {.description = &mrt_operator_expand_dims, .quantize = mote_quantize_moved};
const mote_op mote_op_squeeze = {.description = &mrt_operator_squeeze, .quantize = mote_quantize_moved};
