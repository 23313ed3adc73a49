/* What CONV_2D and DEPTHWISE_CONV_2D share. Options differ by one field: depthwise has its multiplier in the middle.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_OPERATORS_CONVOLUTION_H
#define MRT_INTERPRETER_OPERATORS_CONVOLUTION_H

#include "../../kernels/conv_params.h"
#include "window.h"

/* The fields behind the strides: activation, dilation_w, dilation_h. */
MRT_API mrt_reason mrt_convolution_window(mrt_build *b, uint32_t activation_field, int32_t out_c, mrt_window *window);

/* check: constants, options, shapes, work. */
MRT_API mrt_reason mrt_convolution_check(mrt_build *b, uint32_t activation_field, int32_t out_c, int32_t macs_per_tap);

/* All of the parameters but bias, mult and shift; scales lie along channel_axis. */
MRT_API mrt_reason mrt_convolution_fill_i8(mrt_build *b, uint32_t activation_field, int32_t channel_axis,
                                           mrt_conv_i8_params *p);
MRT_API mrt_reason mrt_convolution_prepare_i8(mrt_build *b, uint32_t activation_field, int32_t channel_axis);
MRT_API mrt_reason mrt_convolution_prepare_f32(mrt_build *b, uint32_t activation_field, int32_t out_c);

#endif
