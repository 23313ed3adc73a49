/* TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, BROADCAST_ARGS.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/transpose.h"

const mote_op mote_op_transpose = {.description = &mrt_operator_transpose};
const mote_op mote_op_reverse_v2 = {.description = &mrt_operator_reverse_v2};
const mote_op mote_op_tile = {.description = &mrt_operator_tile};
const mote_op mote_op_broadcast_to = {.description = &mrt_operator_broadcast_to};
const mote_op mote_op_broadcast_args = {.description = &mrt_operator_broadcast_args};
