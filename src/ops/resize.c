/* RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/wishes.h"
#include "runtime/ops/resize.h"

const mote_op mote_op_resize_bilinear = {.description = &mrt_operator_resize_bilinear, .quantize = mote_quantize_moved};
const mote_op mote_op_resize_nearest_neighbor = {.description = &mrt_operator_resize_nearest_neighbor,
                                                 .quantize = mote_quantize_moved};
