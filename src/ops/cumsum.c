/* CUMSUM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/cumsum.h"

const mote_op mote_op_cumsum = {.description = &mrt_operator_cumsum, .quantize = mote_quantize_rescaled_along};
