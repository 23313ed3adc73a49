/* TRANSPOSE_CONV.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_TRANSPOSE_CONV_H
#define MRT_OPS_TRANSPOSE_CONV_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_transpose_conv_fields[] = {
    MRT_ATTRIBUTE(PADDING, mrt_conv_attributes, padding, 0, 0), MRT_ATTRIBUTE(I32, mrt_conv_attributes, stride_w, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_conv_attributes, stride_h, 2, 0), MRT_FUSED_ACTIVATION(3),
    MRT_ATTRIBUTE_OF_CALL(IGNORED, "quantized_bias_type", 4, 0)};

static const mrt_row mrt_transpose_conv_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_transpose_conv = {67,
                                                                    49,
                                                                    3,
                                                                    4,
                                                                    1,
                                                                    1,
                                                                    MRT_COUNT(mrt_transpose_conv_fields),
                                                                    mrt_transpose_conv_fields,
                                                                    mrt_shape_as_first,
                                                                    mrt_transpose_conv_rows};

#endif
