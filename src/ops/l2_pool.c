/* L2_POOL_2D.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/l2_pool.h"

const mote_op mote_op_l2_pool_2d = {.description = &mrt_operator_l2_pool_2d};
