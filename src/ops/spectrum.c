/* SignalFftAutoScale, SignalEnergy.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/spectrum.h"

const mote_op mote_op_signal_fft_auto_scale = {.description = &mrt_operator_signal_fft_auto_scale};
const mote_op mote_op_signal_energy = {.description = &mrt_operator_signal_energy};
