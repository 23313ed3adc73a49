/* CONCATENATION, PACK, UNPACK, SPLIT, SPLIT_V.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/concatenation.h"

const mote_op mote_op_concatenation = {.description = &mrt_operator_concatenation};
const mote_op mote_op_pack = {.description = &mrt_operator_pack};
const mote_op mote_op_unpack = {.description = &mrt_operator_unpack};
const mote_op mote_op_split = {.description = &mrt_operator_split};
const mote_op mote_op_split_v = {.description = &mrt_operator_split_v};
