/* SVDF.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/svdf.h"

const mote_op mote_op_svdf = {.description = &mrt_operator_svdf};
