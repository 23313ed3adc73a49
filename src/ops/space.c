/* SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND, SPACE_TO_DEPTH, DEPTH_TO_SPACE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/space.h"

/* Its padding is the integer 0, which is no 0.0 where a zero point is another: padded, it has no int8 form of its own. */
const mote_op mote_op_space_to_batch_nd = {.description = &mrt_operator_space_to_batch_nd};
const mote_op mote_op_batch_to_space_nd = {.description = &mrt_operator_batch_to_space_nd, .quantize = mote_quantize_moved};
const mote_op mote_op_space_to_depth = {.description = &mrt_operator_space_to_depth, .quantize = mote_quantize_moved};
const mote_op mote_op_depth_to_space = {.description = &mrt_operator_depth_to_space, .quantize = mote_quantize_moved};
