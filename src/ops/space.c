/* SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND, SPACE_TO_DEPTH, DEPTH_TO_SPACE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/space.h"

const mote_op mote_op_space_to_batch_nd = {.description = &mrt_operator_space_to_batch_nd};
const mote_op mote_op_batch_to_space_nd = {.description = &mrt_operator_batch_to_space_nd};
const mote_op mote_op_space_to_depth = {.description = &mrt_operator_space_to_depth};
const mote_op mote_op_depth_to_space = {.description = &mrt_operator_depth_to_space};
