/* Keras' Conv, DepthwiseConv, SeparableConv and ConvTranspose of one and two dimensions, channels last. Those of one
 * dimension are of images of height 1: a reshape before and behind them, which moves nothing. SPDX-License-Identifier:
 * Apache-2.0 */
#include "layers/builder.h"
#include "layers/parts.h"

/* What all have in common; the options' names differ. Sizes are [height, width]. */
typedef struct window {
    int          n; /* dimensions */
    int32_t      kernel[2], strides[2], dilation[2];
    mote_padding padding;
    mote_id      x; /* an image */
} window;

static window window_of_image(const mote_layer_call *call, const int32_t *kernel, const int32_t *strides,
                              const int32_t *dilation, mote_padding padding)
{
    return (window){.n = 2,
                    .kernel = {kernel[0], kernel[1]},
                    .strides = {strides[0], strides[1]},
                    .dilation = {dilation[0], dilation[1]},
                    .padding = padding,
                    .x = call->in[0]};
}

static window window_of_sequence(int32_t kernel, int32_t strides, int32_t dilation, mote_padding padding)
{
    return (window){.n = 1,
                    .kernel = {1, kernel},
                    .strides = {1, strides},
                    .dilation = {1, dilation},
                    .padding = padding,
                    .x = MOTE_NONE};
}

/* ---- what a window must keep to ---- */

/* What a file has, some backend of Keras computes. */
static bool is_read(const mote_layer_call *call)
{
    return call->builder->source != NULL;
}

static int64_t reach(const window *w, int axis)
{
    return ((int64_t)w->kernel[axis] - 1) * w->dilation[axis] + 1;
}

static void fail_size(const mote_layer_call *call, const window *w)
{
    const char     *dilated = w->dilation[0] > 1 || w->dilation[1] > 1 ? ", dilated," : "";
    mote_shape_text shape = mote_layer_shape(call, 0);

    if (w->n == 1)
        mote_layer_fail(call, MOTE_ERR_USAGE,
                        "kernel [%d]%s is larger than its input %s; use padding: same or a smaller kernel", w->kernel[1],
                        dilated, shape.text);
    else
        mote_layer_fail(call, MOTE_ERR_USAGE,
                        "kernel [%d,%d]%s is larger than its input %s; use padding: same or a smaller kernel", w->kernel[0],
                        w->kernel[1], dilated, shape.text);
}

static mote_status check_window(const mote_layer_call *call, const window *w)
{
    const mote_tensor *in = mote_layer_in(call, 0);
    const int32_t      height = w->n == 1 ? 1 : in->dim[1], width = in->dim[in->rank - 2];
    const bool         is_dilated = w->dilation[0] > 1 || w->dilation[1] > 1;

    if (!is_read(call) && is_dilated && (w->strides[0] > 1 || w->strides[1] > 1))
        mote_layer_fail(call, MOTE_ERR_USAGE, "strides and dilation_rate over 1 do not go together");
    else if (w->padding == MOTE_PADDING_VALID && (reach(w, 0) > height || reach(w, 1) > width))
        fail_size(call, w);
    else
        return MOTE_OK;
    return MOTE_ERR_USAGE;
}

static mote_status check_depthwise(const mote_layer_call *call, const window *w, int32_t multiplier)
{
    const int64_t channels = (int64_t)mote_layer_channels(call) * multiplier;

    MOTE_TRY(check_window(call, w));
    if (!is_read(call) && w->n == 2 && w->strides[0] != w->strides[1])
        mote_layer_fail(call, MOTE_ERR_USAGE, "strides [%d,%d]: a depthwise convolution's must be equal", w->strides[0],
                        w->strides[1]);
    else if (channels > MOTE_LAYER_CHANNEL_MAX)
        mote_layer_fail(call, MOTE_ERR_LIMIT, "depth_multiplier %d makes %lld channels, more than %d", multiplier,
                        (long long)channels, MOTE_LAYER_CHANNEL_MAX);
    else
        return MOTE_OK;
    return MOTE_ERR_USAGE;
}

/* ---- the image that it goes over ---- */

/* Of a sequence; what lies before its first step is zero where the window is causal. */
static mote_layer_id enter(const mote_layer_call *call, const window *w)
{
    const int32_t before = w->padding == MOTE_PADDING_CAUSAL ? (int32_t)(reach(w, 1) - 1) : 0;
    const int32_t pads[4][2] = {{0, 0}, {0, 0}, {before, 0}, {0, 0}};
    mote_layer_id x = w->n == 2 ? w->x : mote_layer_image_of_sequence(call, call->in[0]);

    return before > 0 ? mote_layer_padded(call, x, pads, "causal") : x;
}

/* The last node, and back to a sequence. */
static mote_layer_id leave(const mote_layer_call *call, const window *w, const mote_node *node, mote_activation activation)
{
    if (w->n == 2)
        return mote_layer_activated_node(call, node, activation);
    return mote_layer_sequence_of_image(call, mote_layer_inner_activated_node(call, node, activation, "row"));
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

/* ---- kernels ---- */

static const mote_regularizer no_regularizer;

/* In Keras of one dimension [kernel, before last, last], of two with the height in front. */
static mote_weight_layout lies(const window *w, int32_t before_last, int32_t last, const char *one, const char *two)
{
    mote_weight_layout layout = {.rank = w->n + 2};
    const char        *order = w->n == 1 ? one : two;
    int32_t            i;

    for (i = 0; i < layout.rank; i++) {
        layout.order[i] = order[i];
        layout.dim[i] = i == w->n + 1 ? last : i == w->n ? before_last : w->kernel[2 - w->n + i];
    }
    return layout;
}

static double taps_of(const window *w)
{
    return (double)w->kernel[0] * w->kernel[1];
}

static mote_id conv_kernel(const mote_layer_call *call, const char *name, const window *w, int32_t depth, int32_t filters,
                           mote_initializer initializer, mote_regularizer regularizer)
{
    return mote_layer_weight(call, &(mote_weight){.name = name,
                                                  .rank = 4,
                                                  .dim = {filters, w->kernel[0], w->kernel[1], depth},
                                                  .initializer = initializer,
                                                  .regularizer = regularizer,
                                                  .fan_in = taps_of(w) * depth,
                                                  .fan_out = taps_of(w) * filters,
                                                  .keras = lies(w, depth, filters, "201", "3012")});
}

static mote_id depthwise_kernel(const mote_layer_call *call, const char *name, const window *w, int32_t multiplier,
                                mote_initializer initializer, mote_regularizer regularizer)
{
    const int32_t channels = mote_layer_channels(call);

    return mote_layer_weight(call, &(mote_weight){.name = name,
                                                  .rank = 4,
                                                  .dim = {1, w->kernel[0], w->kernel[1], channels * multiplier},
                                                  .initializer = initializer,
                                                  .regularizer = regularizer,
                                                  .fan_in = taps_of(w) * channels,
                                                  .fan_out = taps_of(w) * multiplier,
                                                  .keras = lies(w, channels, multiplier, "012", "0123")});
}

/* Keras [.., out, in], whose last axis counts as that of outputs where fans are concerned. */
static mote_id transposed_kernel(const mote_layer_call *call, const window *w, int32_t filters, mote_initializer initializer)
{
    const int32_t channels = mote_layer_channels(call);

    return mote_layer_weight(call, &(mote_weight){.name = "kernel",
                                                  .rank = 4,
                                                  .dim = {filters, w->kernel[0], w->kernel[1], channels},
                                                  .initializer = initializer,
                                                  .fan_in = taps_of(w) * filters,
                                                  .fan_out = taps_of(w) * channels,
                                                  .keras = lies(w, filters, channels, "102", "2013")});
}

static mote_id bias_of(const mote_layer_call *call, mote_switch use_bias, int32_t count, mote_initializer initializer,
                       mote_regularizer regularizer)
{
    return use_bias == MOTE_SWITCH_ON ? mote_layer_bias(call, count, initializer, regularizer) : MOTE_NONE;
}

/* ---- conv ---- */

static mote_layer_id add_conv(const mote_layer_call *call, const window *w, const mote_conv2d_options *o)
{
    const int32_t channels = mote_layer_channels(call);
    mote_id       operands[3] = {MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node     node = {.op = MOTE_OP_CONV_2D, .in = operands, .in_count = 3, .as.conv_2d = attributes(w, 0)};

    if (check_window(call, w) != MOTE_OK)
        return MOTE_NO_LAYER;
    if (channels % o->groups != 0 || o->filters % o->groups != 0)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "%d groups do not divide %d channels and %d filters", o->groups,
                               channels, o->filters);
    operands[0] = enter(call, w);
    operands[1] =
        conv_kernel(call, "kernel", w, channels / o->groups, o->filters, o->kernel_initializer, o->kernel_regularizer);
    operands[2] = bias_of(call, o->use_bias, o->filters, o->bias_initializer, o->bias_regularizer);
    return leave(call, w, &node, o->activation);
}

static mote_layer_id add_conv2d(const mote_layer_call *call, const void *options)
{
    const mote_conv2d_options *o = options;
    const window               w = window_of_image(call, o->kernel_size, o->strides, o->dilation_rate, o->padding);

    return add_conv(call, &w, o);
}

static mote_layer_id add_conv1d(const mote_layer_call *call, const void *options)
{
    const mote_conv1d_options *o = options;
    const window               w = window_of_sequence(o->kernel_size, o->strides, o->dilation_rate, o->padding);

    return add_conv(call, &w,
                    &(mote_conv2d_options){.filters = o->filters,
                                           .groups = o->groups,
                                           .activation = o->activation,
                                           .use_bias = o->use_bias,
                                           .kernel_initializer = o->kernel_initializer,
                                           .bias_initializer = o->bias_initializer});
}

/* ---- depthwise ---- */

static mote_layer_id add_depthwise(const mote_layer_call *call, const window *w, const mote_depthwise_conv2d_options *o)
{
    mote_id   operands[3] = {MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node node = {.op = MOTE_OP_DEPTHWISE_CONV_2D, .in = operands, .in_count = 3};

    if (check_depthwise(call, w, o->depth_multiplier) != MOTE_OK)
        return MOTE_NO_LAYER;
    operands[0] = enter(call, w);
    operands[1] =
        depthwise_kernel(call, "kernel", w, o->depth_multiplier, o->depthwise_initializer, o->depthwise_regularizer);
    operands[2] = bias_of(call, o->use_bias, mote_layer_channels(call) * o->depth_multiplier, o->bias_initializer,
                          o->bias_regularizer);
    node.as.depthwise_conv_2d = attributes(w, o->depth_multiplier);
    return leave(call, w, &node, o->activation);
}

static mote_layer_id add_depthwise_conv2d(const mote_layer_call *call, const void *options)
{
    const mote_depthwise_conv2d_options *o = options;
    const window                         w = window_of_image(call, o->kernel_size, o->strides, o->dilation_rate, o->padding);

    return add_depthwise(call, &w, o);
}

static mote_layer_id add_depthwise_conv1d(const mote_layer_call *call, const void *options)
{
    const mote_depthwise_conv1d_options *o = options;
    const window                         w = window_of_sequence(o->kernel_size, o->strides, o->dilation_rate, o->padding);

    return add_depthwise(call, &w,
                         &(mote_depthwise_conv2d_options){.depth_multiplier = o->depth_multiplier,
                                                          .activation = o->activation,
                                                          .use_bias = o->use_bias,
                                                          .depthwise_initializer = o->depthwise_initializer,
                                                          .bias_initializer = o->bias_initializer});
}

/* ---- separable ---- */

static mote_layer_id add_separable(const mote_layer_call *call, const window *w, const mote_separable_conv2d_options *o)
{
    const window point = {
        .n = w->n, .kernel = {1, 1}, .strides = {1, 1}, .dilation = {1, 1}, .padding = MOTE_PADDING_VALID, .x = MOTE_NONE};
    const int32_t depth = mote_layer_channels(call) * o->depth_multiplier;
    mote_id       by_channel[2] = {MOTE_NONE, MOTE_NONE}, operands[3] = {MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node     first = {.op = MOTE_OP_DEPTHWISE_CONV_2D, .in = by_channel, .in_count = 2},
              second = {.op = MOTE_OP_CONV_2D, .in = operands, .in_count = 3, .as.conv_2d = attributes(&point, 0)};

    if (check_depthwise(call, w, o->depth_multiplier) != MOTE_OK)
        return MOTE_NO_LAYER;
    by_channel[0] = enter(call, w);
    by_channel[1] =
        depthwise_kernel(call, "depthwise_kernel", w, o->depth_multiplier, o->depthwise_initializer, no_regularizer);
    first.as.depthwise_conv_2d = attributes(w, o->depth_multiplier);
    operands[0] = mote_layer_inner_node(call, &first, "depthwise");
    operands[1] = conv_kernel(call, "pointwise_kernel", &point, depth, o->filters, o->pointwise_initializer, no_regularizer);
    operands[2] = bias_of(call, o->use_bias, o->filters, o->bias_initializer, no_regularizer);
    return leave(call, w, &second, o->activation);
}

static mote_layer_id add_separable_conv2d(const mote_layer_call *call, const void *options)
{
    const mote_separable_conv2d_options *o = options;
    const window                         w = window_of_image(call, o->kernel_size, o->strides, o->dilation_rate, o->padding);

    return add_separable(call, &w, o);
}

static mote_layer_id add_separable_conv1d(const mote_layer_call *call, const void *options)
{
    const mote_separable_conv1d_options *o = options;
    const window                         w = window_of_sequence(o->kernel_size, o->strides, o->dilation_rate, o->padding);

    return add_separable(call, &w,
                         &(mote_separable_conv2d_options){.filters = o->filters,
                                                          .depth_multiplier = o->depth_multiplier,
                                                          .activation = o->activation,
                                                          .use_bias = o->use_bias,
                                                          .depthwise_initializer = o->depthwise_initializer,
                                                          .pointwise_initializer = o->pointwise_initializer,
                                                          .bias_initializer = o->bias_initializer});
}

/* ---- transposed ---- */

/* Keras' rule for one dimension; padding: of the output, -1 for none. */
static int64_t grown(const window *w, int axis, int64_t size, int32_t padding)
{
    const bool    is_same = w->padding == MOTE_PADDING_SAME;
    const int64_t stride = w->strides[axis], kernel = w->kernel[axis];

    if (padding >= 0)
        return (size - 1) * stride + kernel - (is_same ? 2 * (kernel / 2) : 0) + padding;
    return size * stride + (is_same || kernel <= stride ? 0 : kernel - stride);
}

static int32_t output_padding_of(const window *w, const mote_numbers *given, int axis)
{
    if (given->count == 0)
        return -1;
    return w->n == 1 ? (axis == 0 ? 0 : given->values[0]) : given->values[given->count > 1 ? axis : 0];
}

static mote_status find_grown(const mote_layer_call *call, const window *w, const mote_numbers *output_padding,
                              int32_t *shape)
{
    const mote_tensor *in = mote_layer_in(call, 0);
    int                axis;

    for (axis = 0; axis < 2; axis++) {
        const int32_t size = w->n == 1 ? (axis == 0 ? 1 : in->dim[1]) : in->dim[axis + 1];
        const int32_t padding = output_padding_of(w, output_padding, axis);
        const int64_t out = w->n == 1 && axis == 0 ? 1 : grown(w, axis, size, padding);
        if (padding >= 0 && padding >= w->strides[axis] && (w->n == 2 || axis == 1))
            return mote_layer_fail(call, MOTE_ERR_USAGE, "output_padding %d is not below strides, which are %d", padding,
                                   w->strides[axis]),
                   MOTE_ERR_USAGE;
        if (out < 1 || out > INT32_MAX)
            return mote_layer_fail(call, MOTE_ERR_LIMIT, "its output would have %lld rows or columns", (long long)out),
                   MOTE_ERR_LIMIT;
        shape[axis + 1] = (int32_t)out;
    }
    return MOTE_OK;
}

static mote_layer_id add_transposed(const mote_layer_call *call, const window *w, const mote_conv2d_transpose_options *o)
{
    int32_t   shape[4] = {mote_layer_in(call, 0)->dim[0], 0, 0, o->filters};
    mote_id   operands[4] = {MOTE_NONE, MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node node = {.op = MOTE_OP_TRANSPOSE_CONV, .in = operands, .in_count = 4, .as.transpose_conv = attributes(w, 0)};

    if (find_grown(call, w, &o->output_padding, shape) != MOTE_OK)
        return MOTE_NO_LAYER;
    operands[0] = mote_layer_integers(call, "size", shape, 4);
    operands[2] = enter(call, w);
    operands[1] = transposed_kernel(call, w, o->filters, o->kernel_initializer);
    operands[3] = bias_of(call, o->use_bias, o->filters, o->bias_initializer, no_regularizer);
    return leave(call, w, &node, o->activation);
}

static mote_layer_id add_conv2d_transpose(const mote_layer_call *call, const void *options)
{
    const mote_conv2d_transpose_options *o = options;
    const window w = window_of_image(call, o->kernel_size, o->strides, (const int32_t[]){1, 1}, o->padding);

    return add_transposed(call, &w, o);
}

static mote_layer_id add_conv1d_transpose(const mote_layer_call *call, const void *options)
{
    const mote_conv1d_transpose_options *o = options;
    const window                         w = window_of_sequence(o->kernel_size, o->strides, 1, o->padding);

    return add_transposed(call, &w,
                          &(mote_conv2d_transpose_options){.filters = o->filters,
                                                           .output_padding = o->output_padding,
                                                           .activation = o->activation,
                                                           .use_bias = o->use_bias,
                                                           .kernel_initializer = o->kernel_initializer,
                                                           .bias_initializer = o->bias_initializer});
}

/* ---- tables ---- */

#define SIZE(key, T, ...)   MOTE_KEY(#key, T, key, .min = 1, .max = MOTE_LAYER_SIZE_MAX, __VA_ARGS__)
#define FILTERS(T)          MOTE_KEY("filters", T, filters, .min = 1, .max = MOTE_LAYER_CHANNEL_MAX, .is_required = true)
#define GROUPS(T)           MOTE_KEY("groups", T, groups, .min = 1, .max = MOTE_LAYER_CHANNEL_MAX, .standard = 1)
#define PADDING(T, allowed) MOTE_KEY("padding", T, padding, .words = allowed)
#define OUTPUT_PADDING(T, count)                                                                                            \
    MOTE_KEY("output_padding", T, output_padding, .min = 0, .max = MOTE_LAYER_SIZE_MAX, .most = count)
#define INITIALIZER(key, T, usual)                                                                                          \
    MOTE_KEY(#key, T, key, .standard = MOTE_INITIALIZER_##usual, .words = mote_initializer_words)
#define ACTIVATION_AND_BIAS(T)                                                                                              \
    MOTE_KEY("activation", T, activation, .words = mote_activation_words),                                                  \
        MOTE_KEY("use_bias", T, use_bias, .words = mote_switch_words, .standard = MOTE_SWITCH_ON)

static const mote_key conv2d_keys[] = {
    FILTERS(mote_conv2d_options),
    SIZE(kernel_size, mote_conv2d_options, .is_required = true),
    SIZE(strides, mote_conv2d_options, .standard = 1),
    PADDING(mote_conv2d_options, mote_padding_words),
    SIZE(dilation_rate, mote_conv2d_options, .standard = 1),
    GROUPS(mote_conv2d_options),
    ACTIVATION_AND_BIAS(mote_conv2d_options),
    INITIALIZER(kernel_initializer, mote_conv2d_options, GLOROT_UNIFORM),
    INITIALIZER(bias_initializer, mote_conv2d_options, ZEROS),
    MOTE_KEY("kernel_regularizer", mote_conv2d_options, kernel_regularizer),
    MOTE_KEY("bias_regularizer", mote_conv2d_options, bias_regularizer),
    {0},
};

static const mote_key conv1d_keys[] = {
    FILTERS(mote_conv1d_options),
    SIZE(kernel_size, mote_conv1d_options, .is_required = true),
    SIZE(strides, mote_conv1d_options, .standard = 1),
    PADDING(mote_conv1d_options, mote_causal_padding_words),
    SIZE(dilation_rate, mote_conv1d_options, .standard = 1),
    GROUPS(mote_conv1d_options),
    ACTIVATION_AND_BIAS(mote_conv1d_options),
    INITIALIZER(kernel_initializer, mote_conv1d_options, GLOROT_UNIFORM),
    INITIALIZER(bias_initializer, mote_conv1d_options, ZEROS),
    {0},
};

#define DEPTHWISE_KEYS(T)                                                                                                   \
    {                                                                                                                       \
        SIZE(kernel_size, T, .is_required = true), SIZE(strides, T, .standard = 1), PADDING(T, mote_padding_words),         \
            SIZE(depth_multiplier, T, .standard = 1), SIZE(dilation_rate, T, .standard = 1), ACTIVATION_AND_BIAS(T),        \
            INITIALIZER(depthwise_initializer, T, GLOROT_UNIFORM), INITIALIZER(bias_initializer, T, ZEROS),                 \
        {                                                                                                                   \
            0                                                                                                               \
        }                                                                                                                   \
    }
#define SEPARABLE_KEYS(T)                                                                                                   \
    {                                                                                                                       \
        FILTERS(T), SIZE(kernel_size, T, .is_required = true), SIZE(strides, T, .standard = 1),                             \
            PADDING(T, mote_padding_words), SIZE(dilation_rate, T, .standard = 1),                                          \
            SIZE(depth_multiplier, T, .standard = 1), ACTIVATION_AND_BIAS(T),                                               \
            INITIALIZER(depthwise_initializer, T, GLOROT_UNIFORM), INITIALIZER(pointwise_initializer, T, GLOROT_UNIFORM),   \
            INITIALIZER(bias_initializer, T, ZEROS),                                                                        \
        {                                                                                                                   \
            0                                                                                                               \
        }                                                                                                                   \
    }
#define TRANSPOSED_KEYS(T, count)                                                                                           \
    {                                                                                                                       \
        FILTERS(T), SIZE(kernel_size, T, .is_required = true), SIZE(strides, T, .standard = 1),                             \
            PADDING(T, mote_padding_words), OUTPUT_PADDING(T, count), ACTIVATION_AND_BIAS(T),                               \
            INITIALIZER(kernel_initializer, T, GLOROT_UNIFORM), INITIALIZER(bias_initializer, T, ZEROS),                    \
        {                                                                                                                   \
            0                                                                                                               \
        }                                                                                                                   \
    }

static const mote_key depthwise_conv2d_keys[] = DEPTHWISE_KEYS(mote_depthwise_conv2d_options),
                      depthwise_conv1d_keys[] = DEPTHWISE_KEYS(mote_depthwise_conv1d_options),
                      separable_conv2d_keys[] = SEPARABLE_KEYS(mote_separable_conv2d_options),
                      separable_conv1d_keys[] = SEPARABLE_KEYS(mote_separable_conv1d_options),
                      conv2d_transpose_keys[] = TRANSPOSED_KEYS(mote_conv2d_transpose_options, 2),
                      conv1d_transpose_keys[] = TRANSPOSED_KEYS(mote_conv1d_transpose_options, 1);

#define TYPE(layer, class_name, ...)                                                                                        \
    const mote_layer_type mote_layer_type_##layer = {.name = #layer,                                                        \
                                                     .keras_class = class_name,                                             \
                                                     .options_bytes = sizeof(mote_##layer##_options),                       \
                                                     .keys = layer##_keys,                                                  \
                                                     .add = add_##layer,                                                    \
                                                     __VA_ARGS__}
#define IMAGE_TYPE(layer, class_name)    TYPE(layer, class_name, .is_image = true)
#define SEQUENCE_TYPE(layer, class_name) TYPE(layer, class_name, .is_sequence = true, .has_format = true)

IMAGE_TYPE(conv2d, "Conv2D");
SEQUENCE_TYPE(conv1d, "Conv1D");
IMAGE_TYPE(depthwise_conv2d, "DepthwiseConv2D");
SEQUENCE_TYPE(depthwise_conv1d, "DepthwiseConv1D");
IMAGE_TYPE(separable_conv2d, "SeparableConv2D");
SEQUENCE_TYPE(separable_conv1d, "SeparableConv1D");
IMAGE_TYPE(conv2d_transpose, "Conv2DTranspose");
SEQUENCE_TYPE(conv1d_transpose, "Conv1DTranspose");
