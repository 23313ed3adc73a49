/* SLICE, STRIDED_SLICE, DYNAMIC_UPDATE_SLICE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/slice.h"

const mote_op mote_op_slice = {.description = &mrt_operator_slice, .quantize = mote_quantize_moved};
const mote_op mote_op_strided_slice = {.description = &mrt_operator_strided_slice, .quantize = mote_quantize_moved};
const mote_op mote_op_dynamic_update_slice = {.description = &mrt_operator_dynamic_update_slice};
