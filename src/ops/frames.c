/* SignalDelay, SignalFramer, SignalStacker, SignalOverlapAdd, SignalWindow.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/frames.h"

const mote_op mote_op_signal_delay = {.description = &mrt_operator_signal_delay};
const mote_op mote_op_signal_framer = {.description = &mrt_operator_signal_framer};
const mote_op mote_op_signal_stacker = {.description = &mrt_operator_signal_stacker};
const mote_op mote_op_signal_overlap_add = {.description = &mrt_operator_signal_overlap_add};
const mote_op mote_op_signal_window = {.description = &mrt_operator_signal_window};
