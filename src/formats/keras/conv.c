/* Convolutions. Those of one dimension are of images of height 1. Kernels: Keras [h, w, in, out], here [out, h, w, in];
 * depthwise [h, w, in, multiplier], here [1, h, w, in multiplier]; transposed [h, w, out, in], here [out, h, w, in].
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"

/* What all have. Sizes are [height, width]. */
typedef struct window {
    int32_t n; /* dimensions */
    int32_t kernel[2], strides[2], dilation[2];
    bool    is_same, is_causal, is_first, has_bias;
    mote_id x; /* an image, channels last */
} window;

static void spread(int32_t n, int32_t *sizes)
{
    if (n == 2)
        return;
    sizes[1] = sizes[0];
    sizes[0] = 1;
}

/* [T, C] -> [1, T, C] */
static mote_id as_image(mote_keras_call *k, mote_id x, int32_t n)
{
    const mote_tensor in = *mote_keras_tensor(k, x);
    const int32_t     dim[3] = {1, in.dim[1], in.dim[2]};

    if (!mote_keras_failed(k) && in.rank != n + 2)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its input has %d dimensions, %d expected, the batch included", (int)in.rank,
                        (int)n + 2);
    return n == 2 ? x : mote_keras_reshape(k, x, 3, dim);
}

static mote_id from_image(mote_keras_call *k, mote_id x, int32_t n)
{
    const mote_tensor in = *mote_keras_tensor(k, x);

    return n == 2 ? x : mote_keras_reshape(k, x, 2, &in.dim[2]);
}

/* Causal: what lies before the first step is zero. */
static mote_id pad_causal(mote_keras_call *k, const window *w)
{
    const int32_t pads[4][2] = {{0, 0}, {0, 0}, {(w->kernel[1] - 1) * w->dilation[1], 0}, {0, 0}};

    return w->is_causal && pads[2][0] > 0 ? mote_keras_pad(k, w->x, pads, 0) : w->x;
}

static window read_window(mote_keras_call *k, int32_t n)
{
    const char *padding = mote_keras_text(k, "padding", "valid");
    window      w = {.n = n, .is_first = mote_keras_is_channels_first(k), .has_bias = mote_keras_flag(k, "use_bias", true)};

    mote_keras_sizes(k, "kernel_size", n, w.kernel, 0);
    mote_keras_sizes(k, "strides", n, w.strides, 1);
    mote_keras_sizes(k, "dilation_rate", n, w.dilation, 1);
    spread(n, w.kernel);
    spread(n, w.strides);
    spread(n, w.dilation);
    w.is_same = strcmp(padding, "same") == 0;
    w.is_causal = strcmp(padding, "causal") == 0 && n == 1;
    if (!w.is_same && !w.is_causal && strcmp(padding, "valid") != 0)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "padding %s is unknown", mote_show_string(padding).text);
    mote_keras_refuse_other(k, "lora_rank", NULL);
    w.x = as_image(k, mote_keras_to_last(k, MOTE_KERAS_IN(k), w.is_first), n);
    w.x = pad_causal(k, &w);
    return w;
}

static mrt_conv_attributes attributes_of(const window *w, int32_t depth_multiplier)
{
    return (mrt_conv_attributes){.stride_h = w->strides[0],
                                 .stride_w = w->strides[1],
                                 .dilation_h = w->dilation[0],
                                 .dilation_w = w->dilation[1],
                                 .depth_multiplier = depth_multiplier,
                                 .padding = w->is_same ? MRT_PADDING_SAME : MRT_PADDING_VALID};
}

/* A kernel that does not fit into its image makes no output; runtime/ops says the same with fewer words. */
static void check_reach(mote_keras_call *k, const window *w)
{
    const mote_tensor *in = mote_keras_tensor(k, w->x);
    int                i;

    for (i = 0; i < 2 && !w->is_same && !mote_keras_failed(k); i++)
        if (((int64_t)w->kernel[i] - 1) * w->dilation[i] + 1 > in->dim[i + 1])
            MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "its kernel is larger than its input %s", mote_shape_show(in).text);
}

/* The activation, back to one dimension, back to channels first. */
static void finish(mote_keras_call *k, const window *w, mote_id x)
{
    const char *activation = json_string_value(mote_keras_get(k, "activation"));

    if (w->is_first && activation && strstr(activation, "softmax"))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "activation %s with channels_first is not supported", activation);
    x = mote_keras_activate(k, "activation", x);
    mote_keras_return(k, mote_keras_to_first(k, from_image(k, x, w->n), w->is_first));
}

static mote_id bias_of(mote_keras_call *k, const window *w, int32_t count)
{
    return w->has_bias ? mote_keras_weight(k, "bias", 1, &count, false) : MOTE_NONE;
}

/* ---- conv ---- */

static void add_conv(mote_keras_call *k, int32_t n)
{
    static const mote_keras_array one[] = {{.name = "kernel", .index = 0, .order = "201"}, {.name = "bias", .index = 1}},
                                  two[] = {{.name = "kernel", .index = 0, .order = "3012"}, {.name = "bias", .index = 1}};
    const window  w = read_window(k, n);
    const int32_t filters = mote_keras_int(k, "filters", MOTE_KERAS_REQUIRED, 1, MOTE_LAYER_CHANNEL_MAX),
                  groups = mote_keras_int(k, "groups", 1, 1, MOTE_LAYER_CHANNEL_MAX),
                  channels = mote_keras_tensor(k, w.x)->dim[3];
    const int32_t dim[] = {filters, w.kernel[0], w.kernel[1], channels / groups};
    mote_id       in[3] = {w.x, MOTE_NONE, MOTE_NONE};
    mote_node     node = {.op = MOTE_OP_CONV_2D, .in = in, .in_count = 3, .as.conv_2d = attributes_of(&w, 0)};

    check_reach(k, &w);
    if (!mote_keras_failed(k) && (channels % groups != 0 || filters % groups != 0))
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "%d groups do not divide %d channels and %d filters", (int)groups, (int)channels,
                        (int)filters);
    MOTE_KERAS_ARRAYS(k, two);
    if (n == 1)
        MOTE_KERAS_ARRAYS(k, one);
    in[1] = mote_keras_weight(k, "kernel", 4, dim, false);
    in[2] = bias_of(k, &w, filters);
    finish(k, &w, mote_keras_node(k, &node));
}

MOTE_KERAS_FUNCTION(conv1d)
{
    add_conv(k, 1);
}

MOTE_KERAS_FUNCTION(conv2d)
{
    add_conv(k, 2);
}

/* ---- depthwise, separable ---- */

static mote_id add_depthwise_node(mote_keras_call *k, const window *w, const char *kernel, bool has_bias, int32_t *channels)
{
    const int32_t multiplier = mote_keras_int(k, "depth_multiplier", 1, 1, MOTE_LAYER_SIZE_MAX);
    const int64_t out = (int64_t)mote_keras_tensor(k, w->x)->dim[3] * multiplier;
    const int32_t dim[] = {1, w->kernel[0], w->kernel[1], (int32_t)out};
    mote_id       in[3] = {w->x, MOTE_NONE, MOTE_NONE};
    mote_node     node = {
            .op = MOTE_OP_DEPTHWISE_CONV_2D, .in = in, .in_count = 3, .as.depthwise_conv_2d = attributes_of(w, multiplier)};

    *channels = (int32_t)out;
    check_reach(k, w);
    if (out > MOTE_LAYER_CHANNEL_MAX && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "%lld channels are more than %d", (long long)out, MOTE_LAYER_CHANNEL_MAX);
    in[1] = mote_keras_weight(k, kernel, 4, dim, false);
    in[2] = has_bias ? bias_of(k, w, *channels) : MOTE_NONE;
    return mote_keras_node(k, &node);
}

static void add_depthwise(mote_keras_call *k, int32_t n)
{
    static const mote_keras_array arrays[] = {{.name = "kernel", .index = 0}, {.name = "bias", .index = 1}};
    const window                  w = read_window(k, n);
    int32_t                       channels;

    MOTE_KERAS_ARRAYS(k, arrays);
    finish(k, &w, add_depthwise_node(k, &w, "kernel", w.has_bias, &channels));
}

MOTE_KERAS_FUNCTION(depthwise_conv1d)
{
    add_depthwise(k, 1);
}

MOTE_KERAS_FUNCTION(depthwise_conv2d)
{
    add_depthwise(k, 2);
}

static void add_separable(mote_keras_call *k, int32_t n)
{
    static const mote_keras_array one[] = {{.name = "depthwise_kernel", .index = 0},
                                           {.name = "pointwise_kernel", .index = 1, .order = "201"},
                                           {.name = "bias", .index = 2}},
                                  two[] = {{.name = "depthwise_kernel", .index = 0},
                                           {.name = "pointwise_kernel", .index = 1, .order = "3012"},
                                           {.name = "bias", .index = 2}};
    const window  w = read_window(k, n), point = {.strides = {1, 1}, .dilation = {1, 1}};
    const int32_t filters = mote_keras_int(k, "filters", MOTE_KERAS_REQUIRED, 1, MOTE_LAYER_CHANNEL_MAX);
    int32_t       dim[] = {filters, 1, 1, 0};
    mote_id       in[3];
    mote_node     node = {.op = MOTE_OP_CONV_2D, .in = in, .in_count = 3, .as.conv_2d = attributes_of(&point, 0)};

    MOTE_KERAS_ARRAYS(k, two);
    if (n == 1)
        MOTE_KERAS_ARRAYS(k, one);
    in[0] = add_depthwise_node(k, &w, "depthwise_kernel", false, &dim[3]);
    in[1] = mote_keras_weight(k, "pointwise_kernel", 4, dim, false);
    in[2] = bias_of(k, &w, filters);
    finish(k, &w, mote_keras_node(k, &node));
}

MOTE_KERAS_FUNCTION(separable_conv1d)
{
    add_separable(k, 1);
}

MOTE_KERAS_FUNCTION(separable_conv2d)
{
    add_separable(k, 2);
}

/* ---- transposed ---- */

/* Keras' rule for one dimension. */
static int64_t grown(const window *w, int axis, int64_t size, const int32_t *output_padding)
{
    const int64_t stride = w->strides[axis], kernel = w->kernel[axis];

    if (output_padding)
        return (size - 1) * stride + kernel - (w->is_same ? 2 * (kernel / 2) : 0) + output_padding[axis];
    return size * stride + (w->is_same || kernel <= stride ? 0 : kernel - stride);
}

static void add_transposed(mote_keras_call *k, int32_t n)
{
    static const mote_keras_array one[] = {{.name = "kernel", .index = 0, .order = "102"}, {.name = "bias", .index = 1}},
                                  two[] = {{.name = "kernel", .index = 0, .order = "2013"}, {.name = "bias", .index = 1}};
    const window      w = read_window(k, n);
    const mote_tensor in = *mote_keras_tensor(k, w.x);
    const int32_t     filters = mote_keras_int(k, "filters", MOTE_KERAS_REQUIRED, 1, MOTE_LAYER_CHANNEL_MAX);
    const int32_t     dim[] = {filters, w.kernel[0], w.kernel[1], in.dim[3]};
    int32_t           output_padding[2] = {0, 0}, shape[4] = {in.dim[0], 0, 0, filters}, i;
    const bool        has_padding = mote_keras_ints(k, "output_padding", output_padding, 2) > 0;
    mote_id           operands[4] = {MOTE_NONE, MOTE_NONE, w.x, MOTE_NONE};
    mote_node         node = {
                .op = MOTE_OP_TRANSPOSE_CONV, .in = operands, .in_count = 4, .as.transpose_conv = attributes_of(&w, 0)};

    if (n == 2 && has_padding && json_is_integer(mote_keras_get(k, "output_padding")))
        output_padding[1] = output_padding[0];
    spread(n, output_padding);
    if (!mote_keras_failed(k) && (w.dilation[0] > 1 || w.dilation[1] > 1))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a transposed convolution with dilation_rate over 1 is not supported");
    if (mote_keras_int(k, "groups", 1, 1, INT32_MAX) > 1)
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a transposed convolution in groups is not supported");
    for (i = 0; i < 2; i++) {
        const int64_t size = n == 1 && i == 0 ? 1 : grown(&w, i, in.dim[i + 1], has_padding ? output_padding : NULL);
        if (!mote_keras_failed(k) && (size < 1 || size > INT32_MAX))
            MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "its output would have %lld rows or columns", (long long)size);
        shape[i + 1] = (int32_t)(size < 1 || size > INT32_MAX ? 1 : size);
    }
    MOTE_KERAS_ARRAYS(k, two);
    if (n == 1)
        MOTE_KERAS_ARRAYS(k, one);
    operands[0] = mote_keras_ints_const(k, shape, 4);
    operands[1] = mote_keras_weight(k, "kernel", 4, dim, false);
    operands[3] = bias_of(k, &w, filters);
    finish(k, &w, mote_keras_node(k, &node));
}

MOTE_KERAS_FUNCTION(conv1d_transpose)
{
    add_transposed(k, 1);
}

MOTE_KERAS_FUNCTION(conv2d_transpose)
{
    add_transposed(k, 2);
}
