/* SignalFilterBank, SignalFilterBankSquareRoot, SignalFilterBankSpectralSubtraction, SignalPCAN,
 * SignalFilterBankLog.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/filter_bank.h"

const mote_op mote_op_signal_filter_bank = {.description = &mrt_operator_signal_filter_bank};
const mote_op mote_op_signal_filter_bank_square_root = {.description = &mrt_operator_signal_filter_bank_square_root};
const mote_op mote_op_signal_filter_bank_spectral_subtraction = {.description =
                                                                     &mrt_operator_signal_filter_bank_spectral_subtraction};
const mote_op mote_op_signal_pcan = {.description = &mrt_operator_signal_pcan};
const mote_op mote_op_signal_filter_bank_log = {.description = &mrt_operator_signal_filter_bank_log};
