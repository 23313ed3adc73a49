/* BATCH_MATMUL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/batch_matmul.h"

const mote_op mote_op_batch_matmul = {.description = &mrt_operator_batch_matmul};
