/* TFLM_DECODE: a reader of files computes it, so that the model has the values themselves.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/decode.h"

const mote_op mote_op_decode = {.description = &mrt_operator_decode};
