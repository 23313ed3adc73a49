/* CUMSUM.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_CUMSUM_H
#define MRT_OPS_CUMSUM_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_cumsum_fields[] = {MRT_ATTRIBUTE(BOOL, mrt_cumsum_attributes, exclusive, 0, 0),
                                                  MRT_ATTRIBUTE(BOOL, mrt_cumsum_attributes, reverse, 1, 0)};

static const mrt_row mrt_cumsum_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_cumsum = {
    128, 102, 2, 2, 1, 1, MRT_COUNT(mrt_cumsum_fields), mrt_cumsum_fields, mrt_shape_as_first, mrt_cumsum_rows};

#endif
