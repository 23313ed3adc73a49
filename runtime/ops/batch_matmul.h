/* BATCH_MATMUL.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_BATCH_MATMUL_H
#define MRT_OPS_BATCH_MATMUL_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_batch_matmul_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_batch_matmul_attributes, adj_x, 0, 0),
                                                        MRT_ATTRIBUTE(BOOL, mrt_batch_matmul_attributes, adj_y, 1, 0),
                                                        MRT_ATTRIBUTE_OF_CALL(IGNORED, "asymmetric_quantize_inputs", 2, 0)};

static const mrt_row mrt_batch_matmul_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_batch_matmul = {126,
                                                                  101,
                                                                  2,
                                                                  2,
                                                                  1,
                                                                  1,
                                                                  MRT_COUNT(mrt_batch_matmul_fields),
                                                                  mrt_batch_matmul_fields,
                                                                  mrt_shape_as_first,
                                                                  mrt_batch_matmul_rows};

#endif
