/* CAST, ZEROS_LIKE, FILL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/convert.h"

const mote_op mote_op_cast = {.description = &mrt_operator_cast};
const mote_op mote_op_zeros_like = {.description = &mrt_operator_zeros_like};
const mote_op mote_op_fill = {.description = &mrt_operator_fill};
