/* ELU, HARD_SWISH, GELU, RELU_N1_TO_1, RELU_0_TO_1, LOG_SOFTMAX, L2_NORMALIZATION.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_ACTIVATION_H
#define MRT_OPS_ACTIVATION_H

#include "../attributes.h"
#include "../op.h"

static const mrt_row mrt_elu_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_elu = {111,         0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_elu_rows};

static const mrt_row mrt_hard_swish_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_hard_swish = {
    117, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_hard_swish_rows};

static const mrt_attribute mrt_gelu_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_gelu_attributes, approximate, 0, 0)};

static const mrt_row mrt_gelu_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_gelu = {
    150, 116, 1, 1, 1, 1, MRT_COUNT(mrt_gelu_fields), mrt_gelu_fields, mrt_shape_as_first, mrt_gelu_rows};

static const mrt_row mrt_relu_n1_to_1_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_relu_n1_to_1 = {
    20, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_relu_n1_to_1_rows};

static const mrt_row mrt_relu_0_to_1_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_relu_0_to_1 = {
    152, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_relu_0_to_1_rows};

static const mrt_row mrt_log_softmax_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_log_softmax = {
    50, 0, 1, 1, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_log_softmax_rows};

static const mrt_attribute mrt_l2_normalization_fields[] = {MRT_FUSED_ACTIVATION(0)};

static const mrt_row mrt_l2_normalization_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_l2_normalization = {11,
                                                                      12,
                                                                      1,
                                                                      1,
                                                                      1,
                                                                      1,
                                                                      MRT_COUNT(mrt_l2_normalization_fields),
                                                                      mrt_l2_normalization_fields,
                                                                      mrt_shape_as_first,
                                                                      mrt_l2_normalization_rows};

#endif
