/* GATHER, GATHER_ND, EMBEDDING_LOOKUP.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/gather.h"

const mote_op mote_op_gather = {.description = &mrt_operator_gather, .quantize = mote_quantize_moved};
const mote_op mote_op_gather_nd = {.description = &mrt_operator_gather_nd, .quantize = mote_quantize_moved};
/* No wish: an output with the scale of operand 1 cannot be wished for. */
const mote_op mote_op_embedding_lookup = {.description = &mrt_operator_embedding_lookup};
