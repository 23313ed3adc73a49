/* SUB, DIV, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE, FLOOR_DIV, FLOOR_MOD, ADD_N, PRELU.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_BINARY_H
#define MRT_OPS_BINARY_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_sub_fields[] = {MRT_FUSED_ACTIVATION(0),
                                               MRT_ATTRIBUTE_OF_CALL(IGNORED, "pot_scale_int16", 1, 1)};

static const mrt_row mrt_sub_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_sub = {
    41, 28, 2, 2, 1, 1, MRT_COUNT(mrt_sub_fields), mrt_sub_fields, mrt_shape_as_first, mrt_sub_rows};

static const mrt_attribute mrt_div_fields[] = {MRT_FUSED_ACTIVATION(0)};

static const mrt_row mrt_div_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_div = {
    42, 29, 2, 2, 1, 1, MRT_COUNT(mrt_div_fields), mrt_div_fields, mrt_shape_as_first, mrt_div_rows};

static const mrt_row mrt_maximum_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_maximum = {
    55, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_maximum_rows};

static const mrt_row mrt_minimum_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_minimum = {
    57, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_minimum_rows};

static const mrt_row mrt_squared_difference_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_squared_difference = {
    99, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_squared_difference_rows};

static const mrt_row mrt_floor_div_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_floor_div = {
    90, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_floor_div_rows};

static const mrt_row mrt_floor_mod_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_floor_mod = {
    95, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_floor_mod_rows};

static const mrt_row mrt_add_n_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_add_n = {
    106, 0, 1, 64, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_add_n_rows};

static const mrt_row mrt_prelu_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_prelu = {
    54, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_prelu_rows};

#endif
