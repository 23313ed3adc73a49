/* conv2d, depthwise_conv2d: Keras' Conv2D and DepthwiseConv2D, channels last. SPDX-License-Identifier: Apache-2.0 */
#include "layers/layer.h"

/* What the two have in common; the options' names differ. */
typedef struct window {
    const int   *kernel, *strides, *dilation;
    mote_padding padding;
} window;

static int64_t reach(const window *w, int axis)
{
    return ((int64_t)w->kernel[axis] - 1) * w->dilation[axis] + 1;
}

static mote_status check_window(const mote_layer_call *call, const window *w)
{
    const mote_tensor *in = mote_layer_in(call, 0);
    bool               is_dilated = w->dilation[0] > 1 || w->dilation[1] > 1;

    if (is_dilated && (w->strides[0] > 1 || w->strides[1] > 1))
        mote_layer_fail(call, MOTE_ERR_USAGE, "strides and dilation_rate over 1 do not go together");
    else if (w->padding == MOTE_PADDING_VALID && (reach(w, 0) > in->dim[1] || reach(w, 1) > in->dim[2]))
        mote_layer_fail(call, MOTE_ERR_USAGE,
                        "kernel [%d,%d]%s is larger than its input %s; use padding: same or a smaller kernel", w->kernel[0],
                        w->kernel[1], is_dilated ? ", dilated," : "", mote_layer_shape(call, 0).text);
    else
        return MOTE_OK;
    return MOTE_ERR_USAGE;
}

static mrt_conv_attributes attributes(const window *w, int32_t depth_multiplier)
{
    return (mrt_conv_attributes){.stride_h = w->strides[0],
                                 .stride_w = w->strides[1],
                                 .dilation_h = w->dilation[0],
                                 .dilation_w = w->dilation[1],
                                 .depth_multiplier = depth_multiplier,
                                 .padding = w->padding == MOTE_PADDING_SAME ? MRT_PADDING_SAME : MRT_PADDING_VALID};
}

static mote_layer_id add_conv2d(const mote_layer_call *call, const void *options)
{
    const mote_conv2d_options *o = options;
    const window               w = {o->kernel_size, o->strides, o->dilation_rate, o->padding};
    const int32_t              channels = mote_layer_channels(call);
    const double               taps = (double)o->kernel_size[0] * o->kernel_size[1];
    mote_id                    operands[3] = {call->in[0], MOTE_NONE, MOTE_NONE};
    mote_node                  node = {.op = MOTE_OP_CONV_2D, .in = operands, .in_count = 3};

    if (check_window(call, &w) != MOTE_OK)
        return MOTE_NO_LAYER;
    operands[1] = mote_layer_weight(call, &(mote_weight){.name = "kernel",
                                                         .rank = 4,
                                                         .dim = {o->filters, w.kernel[0], w.kernel[1], channels},
                                                         .initializer = o->kernel_initializer,
                                                         .regularizer = o->kernel_regularizer,
                                                         .fan_in = taps * channels,
                                                         .fan_out = taps * o->filters});
    if (o->use_bias == MOTE_SWITCH_ON)
        operands[2] = mote_layer_bias(call, o->filters, o->bias_initializer, o->bias_regularizer);
    node.as.conv_2d = attributes(&w, 0);
    return mote_layer_activated_node(call, &node, o->activation);
}

static mote_layer_id add_depthwise_conv2d(const mote_layer_call *call, const void *options)
{
    const mote_depthwise_conv2d_options *o = options;
    const window                         w = {o->kernel_size, o->strides, o->dilation_rate, o->padding};
    const int32_t                        channels = mote_layer_channels(call);
    const int64_t                        out_channels = (int64_t)channels * o->depth_multiplier;
    const double                         taps = (double)o->kernel_size[0] * o->kernel_size[1];
    mote_id                              operands[3] = {call->in[0], MOTE_NONE, MOTE_NONE};
    mote_node                            node = {.op = MOTE_OP_DEPTHWISE_CONV_2D, .in = operands, .in_count = 3};

    if (check_window(call, &w) != MOTE_OK)
        return MOTE_NO_LAYER;
    if (o->strides[0] != o->strides[1])
        return mote_layer_fail(call, MOTE_ERR_USAGE, "strides [%d,%d]: a depthwise convolution's must be equal",
                               o->strides[0], o->strides[1]);
    if (out_channels > MOTE_LAYER_CHANNEL_MAX)
        return mote_layer_fail(call, MOTE_ERR_LIMIT, "depth_multiplier %d makes %lld channels, more than %d",
                               o->depth_multiplier, (long long)out_channels, MOTE_LAYER_CHANNEL_MAX);
    operands[1] = mote_layer_weight(call, &(mote_weight){.name = "kernel",
                                                         .rank = 4,
                                                         .dim = {1, w.kernel[0], w.kernel[1], (int32_t)out_channels},
                                                         .initializer = o->depthwise_initializer,
                                                         .regularizer = o->depthwise_regularizer,
                                                         .fan_in = taps * channels,
                                                         .fan_out = taps * o->depth_multiplier});
    if (o->use_bias == MOTE_SWITCH_ON)
        operands[2] = mote_layer_bias(call, (int32_t)out_channels, o->bias_initializer, o->bias_regularizer);
    node.as.depthwise_conv_2d = attributes(&w, o->depth_multiplier);
    return mote_layer_activated_node(call, &node, o->activation);
}

static const mote_key conv2d_keys[] = {
    MOTE_KEY("filters", mote_conv2d_options, filters, .min = 1, .max = MOTE_LAYER_CHANNEL_MAX, .is_required = true),
    MOTE_KEY("kernel_size", mote_conv2d_options, kernel_size, .min = 1, .max = MOTE_LAYER_SIZE_MAX, .is_required = true),
    MOTE_KEY("strides", mote_conv2d_options, strides, .min = 1, .max = MOTE_LAYER_SIZE_MAX, .standard = 1),
    MOTE_KEY("padding", mote_conv2d_options, padding, .words = mote_padding_words),
    MOTE_KEY("dilation_rate", mote_conv2d_options, dilation_rate, .min = 1, .max = MOTE_LAYER_SIZE_MAX, .standard = 1),
    MOTE_KEY("activation", mote_conv2d_options, activation, .words = mote_activation_words),
    MOTE_KEY("use_bias", mote_conv2d_options, use_bias, .words = mote_switch_words, .standard = MOTE_SWITCH_ON),
    MOTE_KEY("kernel_initializer", mote_conv2d_options, kernel_initializer, .standard = MOTE_INITIALIZER_GLOROT_UNIFORM,
             .words = mote_initializer_words),
    MOTE_KEY("bias_initializer", mote_conv2d_options, bias_initializer, .standard = MOTE_INITIALIZER_ZEROS,
             .words = mote_initializer_words),
    MOTE_KEY("kernel_regularizer", mote_conv2d_options, kernel_regularizer),
    MOTE_KEY("bias_regularizer", mote_conv2d_options, bias_regularizer),
    {0},
};

static const mote_key depthwise_keys[] = {
    MOTE_KEY("kernel_size", mote_depthwise_conv2d_options, kernel_size, .min = 1, .max = MOTE_LAYER_SIZE_MAX,
             .is_required = true),
    MOTE_KEY("strides", mote_depthwise_conv2d_options, strides, .min = 1, .max = MOTE_LAYER_SIZE_MAX, .standard = 1),
    MOTE_KEY("padding", mote_depthwise_conv2d_options, padding, .words = mote_padding_words),
    MOTE_KEY("depth_multiplier", mote_depthwise_conv2d_options, depth_multiplier, .min = 1, .max = MOTE_LAYER_SIZE_MAX,
             .standard = 1),
    MOTE_KEY("dilation_rate", mote_depthwise_conv2d_options, dilation_rate, .min = 1, .max = MOTE_LAYER_SIZE_MAX,
             .standard = 1),
    MOTE_KEY("activation", mote_depthwise_conv2d_options, activation, .words = mote_activation_words),
    MOTE_KEY("use_bias", mote_depthwise_conv2d_options, use_bias, .words = mote_switch_words, .standard = MOTE_SWITCH_ON),
    MOTE_KEY("depthwise_initializer", mote_depthwise_conv2d_options, depthwise_initializer,
             .standard = MOTE_INITIALIZER_GLOROT_UNIFORM, .words = mote_initializer_words),
    MOTE_KEY("bias_initializer", mote_depthwise_conv2d_options, bias_initializer, .standard = MOTE_INITIALIZER_ZEROS,
             .words = mote_initializer_words),
    MOTE_KEY("depthwise_regularizer", mote_depthwise_conv2d_options, depthwise_regularizer),
    MOTE_KEY("bias_regularizer", mote_depthwise_conv2d_options, bias_regularizer),
    {0},
};

const mote_layer_type mote_layer_type_conv2d = {.name = "conv2d",
                                                .keras_class = "Conv2D",
                                                .options_bytes = sizeof(mote_conv2d_options),
                                                .keys = conv2d_keys,
                                                .is_image = true,
                                                .add = add_conv2d};

const mote_layer_type mote_layer_type_depthwise_conv2d = {.name = "depthwise_conv2d",
                                                          .keras_class = "DepthwiseConv2D",
                                                          .options_bytes = sizeof(mote_depthwise_conv2d_options),
                                                          .keys = depthwise_keys,
                                                          .is_image = true,
                                                          .add = add_depthwise_conv2d};
