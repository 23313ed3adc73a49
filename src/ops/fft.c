/* SignalRfft, SignalIrfft.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/fft.h"

const mote_op mote_op_signal_rfft = {.description = &mrt_operator_signal_rfft};
const mote_op mote_op_signal_irfft = {.description = &mrt_operator_signal_irfft};
