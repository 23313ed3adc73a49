/* IF and WHILE, which run other graphs, and what stands in a program in their place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/control.h"

const mote_op mote_op_control_if = {.description = &mrt_operator_control_if};
const mote_op mote_op_control_while = {.description = &mrt_operator_control_while};

/* Neither is legal in a model: infer is never asked. */
const mote_op mote_op_control = {.in_max = 1};
const mote_op mote_op_copy = {.in_min = 1, .in_max = 1};
