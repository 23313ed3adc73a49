/* QUANTIZE and DEQUANTIZE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/quantize.h"

const mote_op mote_op_quantize = {.description = &mrt_operator_quantize};
const mote_op mote_op_dequantize = {.description = &mrt_operator_dequantize};
