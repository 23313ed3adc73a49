/* GATHER, GATHER_ND, EMBEDDING_LOOKUP.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/gather.h"

const mote_op mote_op_gather = {.description = &mrt_operator_gather};
const mote_op mote_op_gather_nd = {.description = &mrt_operator_gather_nd};
const mote_op mote_op_embedding_lookup = {.description = &mrt_operator_embedding_lookup};
