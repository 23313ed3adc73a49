/* What the fast kernels of CONV_2D and DEPTHWISE_CONV_2D share: where a layer's table of channels comes from. It is made
 * anew in scratch at each invoke: 12 bytes for each channel of a whole model would be more than its activations, and a layer
 * of many positions does not notice. For one of few, the table lasts. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_FAST_CONVOLUTION_H
#define MRT_INTERPRETER_FAST_CONVOLUTION_H

#include "../../ops/convolution.h"
#include "channels.h"

/* A table lasts where its channels have fewer multiply-accumulates each, and where weights of so many taps would be read
 * once more, for the zero point, at each invoke, for fewer positions. */
enum { MRT_CONVOLUTION_LASTS_BELOW = 64, MRT_CONVOLUTION_LASTS_TAPS = 32, MRT_CONVOLUTION_LASTS_POSITIONS = 16 };

/* Behind a kernel's own parameters. */
typedef struct mrt_convolution_source {
    mrt_scales     scales;
    const int32_t *bias;
    uint32_t       table_bytes; /* in front of the kernel's scratch; 0: the table lasts */
} mrt_convolution_source;

/* Checks, and fills what all kernels have: window, zero points, output's clamps, source. */
static MRT_COLD mrt_reason mrt_convolution_begin(mrt_call *c, int32_t channel_axis, mrt_window *window, int32_t *in_zero,
                                                 mrt_output *output, mrt_convolution_source *source)
{
    mrt_conv_i8_params reference;

    MRT_TRY(mrt_convolution_fill_common(c, channel_axis, &reference));
    if (reference.window.out_c > MRT_CHANNELS_MAX || c->in[1].count / (uint32_t)reference.window.out_c > MRT_CHANNELS_MAX)
        return MRT_REASON_SIZE;
    *window = reference.window;
    *in_zero = reference.in_zero;
    output->zero = reference.out_zero;
    output->act_min = reference.act_min;
    output->act_max = reference.act_max;
    source->scales = mrt_scales_of(c);
    source->bias = reference.bias;
    return MRT_REASON_NONE;
}

static MRT_COLD int mrt_convolution_lasts(const mrt_call *c, const mrt_fold *fold)
{
    const uint64_t count = (uint32_t)fold->count;
    const int      reads = fold->folds_zero && fold->in_zero != 0 && fold->tap_count >= MRT_CONVOLUTION_LASTS_TAPS;

    return c->work < count * MRT_CONVOLUTION_LASTS_BELOW ||
           (reads && c->work < count * (uint32_t)fold->tap_count * MRT_CONVOLUTION_LASTS_POSITIONS);
}

/* Output's flags, and the table if it lasts. */
static MRT_COLD const int32_t *mrt_convolution_channels(mrt_call *c, const mrt_fold *fold, mrt_convolution_source *source,
                                                        mrt_output *output)
{
    mrt_channels_choose(c, fold, &source->scales, output);
    source->table_bytes = 0;
    if (mrt_convolution_lasts(c, fold))
        return mrt_channels_take(c, fold, &source->scales, output);
    source->table_bytes = (uint32_t)mrt_channels_bytes(fold->count);
    return NULL;
}

#endif
