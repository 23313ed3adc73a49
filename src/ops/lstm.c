/* UNIDIRECTIONAL_SEQUENCE_LSTM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/op.h"
#include "runtime/ops/lstm.h"

const mote_op mote_op_unidirectional_sequence_lstm = {.description = &mrt_operator_unidirectional_sequence_lstm};
