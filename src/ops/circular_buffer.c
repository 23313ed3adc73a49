/* CIRCULAR_BUFFER.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/circular_buffer.h"

const mote_op mote_op_circular_buffer = {.description = &mrt_operator_circular_buffer};
