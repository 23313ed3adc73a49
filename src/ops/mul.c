/* MUL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/mul.h"

const mote_op mote_op_mul = {.description = &mrt_operator_mul, .quantize = mote_quantize_rescaled};
