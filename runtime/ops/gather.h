/* GATHER, GATHER_ND, EMBEDDING_LOOKUP.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_GATHER_H
#define MRT_OPS_GATHER_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_gather_fields[] = {MRT_ATTRIBUTE(I32, mrt_gather_attributes, axis, 0, 0),
                                                  MRT_ATTRIBUTE(I32, mrt_gather_attributes, batch_dims, 1, 0)};

static const mrt_row mrt_gather_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_gather = {
    36, 23, 2, 2, 1, 1, MRT_COUNT(mrt_gather_fields), mrt_gather_fields, mrt_shape_as_first, mrt_gather_rows};

static const mrt_row mrt_gather_nd_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_gather_nd = {
    107, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_gather_nd_rows};

static const mrt_row mrt_embedding_lookup_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_embedding_lookup = {
    7, 0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_embedding_lookup_rows};

#endif
