/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/convolution.h"
#include "runtime/ops/conv_groups.h"
#define REFERENCE                                                                                                           \
    MOTE_REFERENCE_KERNEL(mrt_conv_groups_i16, mrt_conv_groups_i16_params, "kernels/conv_groups.h", mrt_conv_groups_i16_run)
const mote_kernel mrt_conv_2d_i16_kernels[] = {{REFERENCE}, {0}};
const mote_kernel mrt_depthwise_conv_2d_i16_kernels[] = {{REFERENCE}, {0}};
const mote_kernel mrt_fully_connected_i16_kernels[] = {{REFERENCE}, {0}};
