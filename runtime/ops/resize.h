/* RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_RESIZE_H
#define MRT_OPS_RESIZE_H

#include "../attributes.h"
#include "../op.h"

static const mrt_attribute mrt_resize_bilinear_fields[] = {
    MRT_ATTRIBUTE(BOOL, mrt_resize_attributes, align_corners, 2, 0),
    MRT_ATTRIBUTE(BOOL, mrt_resize_attributes, half_pixel_centers, 3, 0)};

static const mrt_row mrt_resize_bilinear_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_resize_bilinear = {23,
                                                                     15,
                                                                     2,
                                                                     2,
                                                                     1,
                                                                     1,
                                                                     MRT_COUNT(mrt_resize_bilinear_fields),
                                                                     mrt_resize_bilinear_fields,
                                                                     mrt_shape_as_first,
                                                                     mrt_resize_bilinear_rows};

static const mrt_attribute mrt_resize_nearest_neighbor_fields[] = {
    MRT_ATTRIBUTE(BOOL, mrt_resize_attributes, align_corners, 0, 0),
    MRT_ATTRIBUTE(BOOL, mrt_resize_attributes, half_pixel_centers, 1, 0)};

static const mrt_row mrt_resize_nearest_neighbor_rows[] = {MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_resize_nearest_neighbor = {97,
                                                                             74,
                                                                             2,
                                                                             2,
                                                                             1,
                                                                             1,
                                                                             MRT_COUNT(mrt_resize_nearest_neighbor_fields),
                                                                             mrt_resize_nearest_neighbor_fields,
                                                                             mrt_shape_as_first,
                                                                             mrt_resize_nearest_neighbor_rows};

#endif
