/* TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, BROADCAST_ARGS.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_TRANSPOSE_H
#define MRT_OPS_TRANSPOSE_H

#include "../attributes.h"
#include "../op.h"

static const mrt_row mrt_transpose_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_transpose = {
    39, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_transpose_rows};

static const mrt_row mrt_reverse_v2_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_reverse_v2 = {
    105, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_reverse_v2_rows};

static const mrt_row mrt_tile_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_tile = {69,           0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                          mrt_tile_rows};

static const mrt_row mrt_broadcast_to_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_broadcast_to = {
    130, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_broadcast_to_rows};

static const mrt_row mrt_broadcast_args_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_broadcast_args = {
    145, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_broadcast_args_rows};

#endif
