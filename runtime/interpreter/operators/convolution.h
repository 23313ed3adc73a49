/* What CONV_2D and DEPTHWISE_CONV_2D share. Options differ by one field: depthwise has its multiplier in the middle.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_OPERATORS_CONVOLUTION_H
#define MRT_INTERPRETER_OPERATORS_CONVOLUTION_H

#include "../../kernels/conv_params.h"
#include "channels.h"
#include "window.h"

/* The fields behind the strides: activation, dilation_w, dilation_h. */
MRT_API mrt_reason mrt_convolution_window(mrt_build *b, uint32_t activation_field, int32_t out_c, mrt_window *window);

/* check: constants, options, shapes, work. */
MRT_API mrt_reason mrt_convolution_check(mrt_build *b, uint32_t activation_field, int32_t out_c, int32_t macs_per_tap);

/* The reference kernel's parameters, scales lying along channel_axis; w is left out. Bias, mult and shift last where
 * `lasts`, else they are there in prepare only; while only counting all but the window and zero points is left out. */
MRT_API mrt_reason mrt_convolution_fill_i8(mrt_build *b, uint32_t activation_field, int32_t channel_axis, int lasts,
                                           mrt_conv_i8_params *p);
/* Prepares for the reference kernel. */
MRT_API mrt_reason mrt_convolution_prepare_i8(mrt_build *b, uint32_t activation_field, int32_t channel_axis);

/* How the weights of a channel lie: see mrt_fold in arch/channel.h. */
typedef struct mrt_convolution_layout {
    int32_t channel_step, tap_step, tap_count;
    int     folds_zero;
} mrt_convolution_layout;

/* The channels' table and what goes with it, from the reference's parameters with weights. */
MRT_API const int32_t *mrt_convolution_channels(mrt_build *b, const mrt_conv_i8_params *p,
                                                const mrt_convolution_layout *layout, mrt_output *output);

#if !defined(MRT_NO_F32)
MRT_API mrt_reason mrt_convolution_prepare_f32(mrt_build *b, uint32_t activation_field, int32_t out_c);
#endif

#endif
