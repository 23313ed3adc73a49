/* TRANSPOSE_CONV.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/transpose_conv.h"

const mote_op mote_op_transpose_conv = {.description = &mrt_operator_transpose_conv};
