/* PAD, PADV2, MIRROR_PAD.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_PAD_H
#define MRT_OPS_PAD_H

#include "../attributes.h"
#include "../op.h"

static const mrt_row mrt_pad_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_pad = {34,          0, 2, 2, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first,
                                                         mrt_pad_rows};

static const mrt_row mrt_padv2_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_padv2 = {
    60, 0, 3, 3, 1, 1, MRT_NO_ATTRIBUTES, mrt_shape_as_first, mrt_padv2_rows};

static const mrt_attribute mrt_mirror_pad_fields[] = {MRT_ATTRIBUTE(BYTE, mrt_mode_attributes, mode, 0, 0)};

static const mrt_row mrt_mirror_pad_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_mirror_pad = {
    100, 77, 2, 2, 1, 1, MRT_COUNT(mrt_mirror_pad_fields), mrt_mirror_pad_fields, mrt_shape_as_first, mrt_mirror_pad_rows};

#endif
