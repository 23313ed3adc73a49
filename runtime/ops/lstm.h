/* UNIDIRECTIONAL_SEQUENCE_LSTM.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_LSTM_H
#define MRT_OPS_LSTM_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_unidirectional_sequence_lstm_fields[] = {
    MRT_FUSED_ACTIVATION(0), MRT_ATTRIBUTE(F32, mrt_lstm_attributes, cell_clip, 1, 0),
    MRT_ATTRIBUTE(F32, mrt_lstm_attributes, proj_clip, 2, 0), MRT_ATTRIBUTE(BOOL, mrt_lstm_attributes, time_major, 3, 0),
    MRT_ATTRIBUTE_OF_CALL(IGNORED, "asymmetric_quantize_inputs", 4, 0)};

static const mrt_row mrt_unidirectional_sequence_lstm_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_unidirectional_sequence_lstm = {
    44,
    71,
    20,
    24,
    1,
    1,
    MRT_COUNT(mrt_unidirectional_sequence_lstm_fields),
    mrt_unidirectional_sequence_lstm_fields,
    mrt_shape_as_first,
    mrt_unidirectional_sequence_lstm_rows};

#endif
