/* SVDF.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_SVDF_H
#define MRT_OPS_SVDF_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_svdf_fields[] = {MRT_ATTRIBUTE(I32, mrt_svdf_attributes, rank, 0, 0), MRT_FUSED_ACTIVATION(1),
                                                MRT_ATTRIBUTE_OF_CALL(IGNORED, "asymmetric_quantize_inputs", 2, 0)};

static const mrt_row mrt_svdf_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_svdf = {
    27, 6, 4, 5, 1, 1, MRT_COUNT(mrt_svdf_fields), mrt_svdf_fields, mrt_shape_as_first, mrt_svdf_rows};

#endif
