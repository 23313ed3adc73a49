/* What the fast kernels of CONV_2D and DEPTHWISE_CONV_2D share: a table of channels from the reference's parameters.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_FAST_CONVOLUTION_H
#define MRT_INTERPRETER_FAST_CONVOLUTION_H

#include "../../kernels/conv_params.h"
#include "channels.h"

/* How the weights of a channel lie: see mrt_fold in arch/channel.h. */
typedef struct mrt_convolution_layout {
    int32_t channel_step, tap_step, tap_count;
    int     folds_zero;
} mrt_convolution_layout;

/* The channels' table and what goes with it, from the reference's parameters with weights. */
static MRT_COLD const int32_t *mrt_convolution_channels(mrt_call *c, const mrt_conv_i8_params *p,
                                                        const mrt_convolution_layout *layout, mrt_output *output)
{
    mrt_fold fold;

    fold.count = p->window.out_c;
    fold.channel_step = layout->channel_step;
    fold.tap_step = layout->tap_step;
    fold.tap_count = layout->tap_count;
    fold.w = p->w;
    fold.bias = p->bias;
    fold.mult = p->mult;
    fold.shift = p->shift;
    fold.mult_step = p->step;
    fold.in_zero = p->in_zero;
    fold.folds_zero = layout->folds_zero;
    output->zero = p->out_zero;
    output->act_min = p->act_min;
    output->act_max = p->act_max;
    return mrt_channels_prepare(c, &fold, output);
}

#endif
