/* The published networks. Where each is from, and where it differs:
 *
 *   mobilenet_v1       keras.applications.MobileNet: names, shapes and parameters
 *   mobilenet_v2       keras.applications.MobileNetV2, the same
 *   mobilenet_v1_tiny  MLPerf Tiny's visual wake words: biases, "same" padding, a dense layer at the end
 *   resnet8            MLPerf Tiny's image classification; Keras' default initializers
 *   ds_cnn             MLPerf Tiny's keyword spotting
 *   autoencoder        MLPerf Tiny's anomaly detection
 *   tcn                Bai, Kolter, Koltun 2018 (arXiv:1803.01271), four blocks of two causal convolutions, without the
 *                      normalization of weights; the mean over time in the place of the last step
 *   crnn               Zhang et al. 2017 (arXiv:1711.07128), the small one: a convolution, two GRUs, two dense layers
 *
 * (github.com/mlcommons/tiny, benchmark/training.) SPDX-License-Identifier: Apache-2.0 */
#include "build/architectures.h"

#include <stdio.h>
#include <string.h>

/* A network while it is written: the shape that layers so far lead to. */
typedef struct drawing {
    mote_text               *out;
    const mote_architecture *of;
    int32_t                  height, width, channels;
    int32_t                  classes;
} drawing;

/* ---- what they are made of ---- */

/* int(channels * alpha) of Keras, at least one. */
static int32_t scaled(const drawing *d, int32_t channels)
{
    const int32_t count = (int32_t)((double)channels * (double)d->of->alpha + 1e-6);

    return count > 1 ? count : 1;
}

/* The nearest multiple of 8, not more than a tenth below. */
static int32_t divisible(double channels)
{
    int32_t count = (int32_t)(channels + 4 + 1e-6) / 8 * 8;

    if (count < 8)
        count = 8;
    return (double)count < 0.9 * channels ? count + 8 : count;
}

static int32_t halved(int32_t size)
{
    return (size + 1) / 2;
}

static double rate_of(const drawing *d, double published)
{
    return d->of->dropout < 0 ? published : (double)d->of->dropout;
}

static const char *last_activation(const drawing *d)
{
    return d->of->activation ? d->of->activation : "softmax";
}

/* A convolution with a square window and "same" padding. */
static void conv(drawing *d, const char *name, int32_t filters, int32_t size, int32_t strides, const char *more)
{
    mote_text_printf(d->out, "- conv2d: {name: %s, filters: %d, kernel_size: %d, ", name, (int)filters, (int)size);
    if (strides > 1)
        mote_text_printf(d->out, "strides: %d, ", (int)strides);
    mote_text_printf(d->out, "padding: same%s}\n", more);
    d->channels = filters;
    if (strides > 1) {
        d->height = halved(d->height);
        d->width = halved(d->width);
    }
}

static void activate(drawing *d, const char *name, const char *activation)
{
    mote_text_printf(d->out, "- activation: {activation: %s, name: %s}\n", activation, name);
}

static void normalize_as(drawing *d, const char *name, const char *more)
{
    mote_text_printf(d->out, "- batch_normalization: {name: %s%s}\n", name, more);
}

#define NO_BIAS ", use_bias: false"

/* ---- MobileNet ---- */

static void pad(drawing *d, const char *name, int32_t top, int32_t left)
{
    mote_text_printf(d->out, "- zero_padding2d: {padding: [[%d, 1], [%d, 1]], name: %s}\n", (int)top, (int)left, name);
    d->height += top + 1;
    d->width += left + 1;
}

/* 3x3; of stride 2 behind a pad. */
static void depthwise(drawing *d, const char *name, int32_t strides)
{
    mote_text_printf(d->out, "- depthwise_conv2d: {name: %s, kernel_size: 3, ", name);
    mote_text_puts(d->out, strides > 1 ? "strides: 2, " : "padding: same, ");
    mote_text_puts(d->out, "use_bias: false}\n");
    if (strides > 1) {
        d->height = (d->height - 3) / 2 + 1;
        d->width = (d->width - 3) / 2 + 1;
    }
}

static void finish_v1(drawing *d, const char *name)
{
    char full[64];

    snprintf(full, sizeof full, "%s_bn", name);
    normalize_as(d, full, "");
    snprintf(full, sizeof full, "%s_relu", name);
    activate(d, full, "relu6");
}

/* Filters and strides of the thirteen blocks. */
static const int32_t v1_blocks[][2] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                                       {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};

enum { V1_BLOCKS = sizeof v1_blocks / sizeof *v1_blocks };

static void write_mobilenet_v1(drawing *d)
{
    char name[64];
    int  i;

    conv(d, "conv1", scaled(d, 32), 3, 2, NO_BIAS);
    finish_v1(d, "conv1");
    for (i = 0; i < V1_BLOCKS; i++) {
        snprintf(name, sizeof name, "conv_pad_%d", i + 1);
        if (v1_blocks[i][1] > 1)
            pad(d, name, 0, 0);
        snprintf(name, sizeof name, "conv_dw_%d", i + 1);
        depthwise(d, name, v1_blocks[i][1]);
        finish_v1(d, name);
        snprintf(name, sizeof name, "conv_pw_%d", i + 1);
        conv(d, name, scaled(d, v1_blocks[i][0]), 1, 1, NO_BIAS);
        finish_v1(d, name);
    }
    mote_text_puts(d->out, "- global_average_pooling2d: {keepdims: true}\n");
    mote_text_printf(d->out, "- dropout: {rate: %g, name: dropout}\n", rate_of(d, 1e-3));
    conv(d, "conv_preds", d->classes, 1, 1, "");
    mote_text_printf(d->out, "- reshape: {target_shape: [%d], name: reshape_2}\n", (int)d->classes);
    if (strcmp(last_activation(d), "linear") != 0)
        activate(d, "predictions", last_activation(d));
}

static void write_mobilenet_v1_tiny(drawing *d)
{
    int i;

    mote_text_printf(d->out,
                     "- conv2d: {filters: %d, kernel_size: 3, strides: 2, padding: same}\n- batch_normalization\n"
                     "- activation: relu\n",
                     (int)scaled(d, 32));
    d->height = halved(d->height);
    d->width = halved(d->width);
    for (i = 0; i < V1_BLOCKS; i++) {
        const bool is_smaller = v1_blocks[i][1] > 1;
        mote_text_printf(d->out,
                         "- depthwise_conv2d: {kernel_size: 3, %spadding: same}\n- batch_normalization\n"
                         "- activation: relu\n- conv2d: {filters: %d, kernel_size: 1, padding: same}\n"
                         "- batch_normalization\n- activation: relu\n",
                         is_smaller ? "strides: 2, " : "", (int)scaled(d, v1_blocks[i][0]));
        d->height = is_smaller ? halved(d->height) : d->height;
        d->width = is_smaller ? halved(d->width) : d->width;
    }
    mote_text_printf(d->out, "- average_pooling2d: {pool_size: [%d, %d]}\n- flatten\n- dense: {units: %d, activation: %s}\n",
                     (int)d->height, (int)d->width, (int)d->classes, last_activation(d));
}

/* ---- MobileNetV2 ---- */

#define V2_NORM ", epsilon: 0.001, momentum: 0.999"

/* Filters, stride. */
static const int32_t v2_blocks[][2] = {{16, 1}, {24, 2}, {24, 1}, {32, 2}, {32, 1},  {32, 1},  {64, 2},  {64, 1}, {64, 1},
                                       {64, 1}, {96, 1}, {96, 1}, {96, 1}, {160, 2}, {160, 1}, {160, 1}, {320, 1}};

static void normalize_v2(drawing *d, const char *prefix, const char *what, bool is_activated)
{
    char name[64];

    snprintf(name, sizeof name, "%s%s_BN", prefix, what);
    normalize_as(d, name, V2_NORM);
    snprintf(name, sizeof name, "%s%s_relu", prefix, what);
    if (is_activated)
        activate(d, name, "relu6");
}

/* The block's input is the layer called `from`; `from` becomes its output. */
static void inverted_residual(drawing *d, int id, int32_t filters, int32_t strides, char from[64])
{
    const int32_t in = d->channels, out = divisible((double)scaled(d, filters));
    char          prefix[32], name[64];

    snprintf(prefix, sizeof prefix, id > 0 ? "block_%d_" : "expanded_conv_", id);
    if (id > 0) {
        snprintf(name, sizeof name, "%sexpand", prefix);
        conv(d, name, 6 * in, 1, 1, NO_BIAS);
        normalize_v2(d, prefix, "expand", true);
    }
    snprintf(name, sizeof name, "%spad", prefix);
    if (strides > 1)
        pad(d, name, d->height % 2, d->width % 2);
    snprintf(name, sizeof name, "%sdepthwise", prefix);
    depthwise(d, name, strides);
    normalize_v2(d, prefix, "depthwise", true);
    snprintf(name, sizeof name, "%sproject", prefix);
    conv(d, name, out, 1, 1, NO_BIAS);
    normalize_v2(d, prefix, "project", false);
    if (in == out && strides == 1)
        mote_text_printf(d->out, "- add: {inputs: [%s, %sproject_BN], name: %sadd}\n", from, prefix, prefix);
    snprintf(from, 64, "%s%s", prefix, in == out && strides == 1 ? "add" : "project_BN");
}

static void write_mobilenet_v2(drawing *d)
{
    char from[64] = "Conv1_relu";
    int  i;

    conv(d, "Conv1", divisible(32 * (double)d->of->alpha), 3, 2, NO_BIAS);
    normalize_as(d, "bn_Conv1", V2_NORM);
    activate(d, "Conv1_relu", "relu6");
    for (i = 0; i < (int)(sizeof v2_blocks / sizeof *v2_blocks); i++)
        inverted_residual(d, i, v2_blocks[i][0], v2_blocks[i][1], from);
    conv(d, "Conv_1", d->of->alpha > 1 ? divisible(1280 * (double)d->of->alpha) : 1280, 1, 1, NO_BIAS);
    normalize_as(d, "Conv_1_bn", V2_NORM);
    activate(d, "out_relu", "relu6");
    mote_text_printf(d->out, "- global_average_pooling2d\n- dense: {units: %d, activation: %s, name: predictions}\n",
                     (int)d->classes, last_activation(d));
}

/* ---- MLPerf Tiny ---- */

/* Two 3x3 convolutions around which the input goes; past the first stack it is made as large as they are. */
static void residual(drawing *d, int stack, int32_t filters)
{
    const int strides = stack > 1 ? 2 : 1;
    char      name[64];

    snprintf(name, sizeof name, "stack_%d_conv_1", stack);
    conv(d, name, filters, 3, strides, "");
    mote_text_puts(d->out, "- batch_normalization\n- activation: relu\n");
    snprintf(name, sizeof name, "stack_%d_conv_2", stack);
    conv(d, name, filters, 3, 1, "");
    mote_text_printf(d->out, "- batch_normalization: {name: stack_%d_bn}\n", stack);
    if (stack > 1)
        mote_text_printf(d->out,
                         "- conv2d: {inputs: stack_%d, name: stack_%d_shortcut, filters: %d, kernel_size: 1, strides: 2, "
                         "padding: same}\n",
                         stack - 1, stack, (int)filters);
    mote_text_printf(d->out, "- add: {inputs: [%s%d%s, stack_%d_bn]}\n", "stack_", stack > 1 ? stack : 0,
                     stack > 1 ? "_shortcut" : "", stack);
    mote_text_printf(d->out, "- activation: {activation: relu, name: stack_%d}\n", stack);
}

static void write_resnet8(drawing *d)
{
    int32_t least;

    conv(d, "conv", scaled(d, 16), 3, 1, "");
    mote_text_puts(d->out, "- batch_normalization\n- activation: {activation: relu, name: stack_0}\n");
    residual(d, 1, scaled(d, 16));
    residual(d, 2, scaled(d, 32));
    residual(d, 3, scaled(d, 64));
    least = d->height < d->width ? d->height : d->width;
    mote_text_printf(d->out, "- average_pooling2d: {pool_size: %d}\n- flatten\n- dense: {units: %d, activation: %s}\n",
                     (int)least, (int)d->classes, last_activation(d));
}

static void write_ds_cnn(drawing *d)
{
    const int32_t filters = scaled(d, 64), rows = d->height / 2, columns = d->width / 2;
    int           i;

    mote_text_printf(d->out, "- conv2d: {filters: %d, kernel_size: [10, 4], strides: 2, padding: same}\n", (int)filters);
    mote_text_puts(d->out, "- batch_normalization\n- activation: relu\n");
    mote_text_printf(d->out, "- dropout: %g\n", rate_of(d, 0.2));
    for (i = 0; i < 4; i++) {
        mote_text_puts(d->out, "- depthwise_conv2d: {kernel_size: 3, padding: same}\n- batch_normalization\n"
                               "- activation: relu\n");
        mote_text_printf(d->out, "- conv2d: {filters: %d, kernel_size: 1, padding: same}\n", (int)filters);
        mote_text_puts(d->out, "- batch_normalization\n- activation: relu\n");
    }
    mote_text_printf(d->out, "- dropout: %g\n", rate_of(d, 0.4));
    mote_text_printf(d->out, "- average_pooling2d: {pool_size: [%d, %d]}\n- flatten\n", (int)rows, (int)columns);
    mote_text_printf(d->out, "- dense: {units: %d, activation: %s}\n", (int)d->classes, last_activation(d));
}

static void write_autoencoder(drawing *d)
{
    int i;

    for (i = 0; i < 9; i++)
        mote_text_printf(d->out, "- dense: %d\n- batch_normalization\n- activation: relu\n",
                         i == 4 ? 8 : (int)scaled(d, 128));
    mote_text_printf(d->out, "- dense: {units: %d}\n", (int)d->width);
}

/* ---- sequences ---- */

/* inputs: "", or "inputs: NAME, " where it does not follow the layer before it. */
static void causal(drawing *d, const char *inputs, int block, int which, int32_t filters)
{
    mote_text_printf(d->out,
                     "- conv1d: {%sname: block_%d_conv_%d, filters: %d, kernel_size: 3, dilation_rate: %d, padding: causal, "
                     "activation: relu}\n- spatial_dropout1d: {rate: %g, name: block_%d_dropout_%d}\n",
                     inputs, block, which, (int)filters, 1 << block, rate_of(d, 0.2), block, which);
}

/* The first block reads what the network is given, and its shortcut is as wide as the blocks. */
static void write_tcn(drawing *d)
{
    const int32_t filters = scaled(d, 32);
    char          from[32] = "shortcut";
    int           i;

    mote_text_printf(d->out, "- conv1d: {name: shortcut, filters: %d, kernel_size: 1}\n", (int)filters);
    for (i = 0; i < 4; i++) {
        causal(d, i == 0 ? "inputs: input, " : "", i, 1, filters);
        causal(d, "", i, 2, filters);
        mote_text_printf(d->out, "- add: {inputs: [%s, block_%d_dropout_2]}\n", from, i);
        snprintf(from, sizeof from, "block_%d", i);
        activate(d, from, "relu");
    }
    mote_text_printf(d->out, "- global_average_pooling1d\n- dense: {units: %d, activation: %s}\n", (int)d->classes,
                     last_activation(d));
}

static void write_crnn(drawing *d)
{
    const int32_t filters = scaled(d, 48), units = scaled(d, 60);

    mote_text_printf(d->out,
                     "- conv2d: {filters: %d, kernel_size: [10, 4], strides: 2, padding: same}\n- batch_normalization\n"
                     "- activation: relu\n- reshape: {target_shape: [%d, %d]}\n",
                     (int)filters, (int)halved(d->height), (int)(halved(d->width) * filters));
    mote_text_printf(d->out, "- gru: {units: %d, return_sequences: true}\n- gru: {units: %d}\n", (int)units, (int)units);
    mote_text_printf(d->out, "- dropout: %g\n- dense: {units: %d, activation: relu}\n- dense: {units: %d, activation: %s}\n",
                     rate_of(d, 0.2), (int)scaled(d, 84), (int)d->classes, last_activation(d));
}

/* ---- all of them ---- */

typedef struct architecture_row {
    void (*write)(drawing *d);
    int         rank;  /* of a sample */
    int32_t     least; /* of its height and width */
    mote_shape  usual;
    const char *wants, *example;
} architecture_row;

const char *const mote_architecture_names[] = {
    "mobilenet_v1", "mobilenet_v1_tiny", "mobilenet_v2", "resnet8", "ds_cnn", "autoencoder", "tcn", "crnn", NULL};

#define PICTURES "pictures [height, width, channels]"

static const architecture_row rows[] = {
    {write_mobilenet_v1, 3, 32, {3, {96, 96, 3}}, PICTURES " of 32 by 32 or more", "[96, 96, 3]"},
    {write_mobilenet_v1_tiny, 3, 32, {3, {96, 96, 3}}, PICTURES " of 32 by 32 or more", "[96, 96, 3]"},
    {write_mobilenet_v2, 3, 32, {3, {96, 96, 3}}, PICTURES " of 32 by 32 or more", "[96, 96, 3]"},
    {write_resnet8, 3, 4, {3, {32, 32, 3}}, PICTURES " of 4 by 4 or more", "[32, 32, 3]"},
    {write_ds_cnn, 3, 4, {3, {49, 10, 1}}, "[steps, features, 1] of 4 by 4 or more", "[49, 10, 1]"},
    {write_autoencoder, 1, 1, {1, {640}}, "[numbers]", "[640]"},
    {write_tcn, 2, 1, {2, {100, 1}}, "[steps, channels]", "[100, 1]"},
    {write_crnn, 3, 4, {3, {49, 10, 1}}, "[steps, features, 1] of 4 by 4 or more", "[49, 10, 1]"},
};

static const architecture_row *find(const char *name)
{
    int i;

    for (i = 0; strcmp(mote_architecture_names[i], name) != 0; i++)
        ;
    return &rows[i];
}

mote_shape mote_architecture_usual_input(const char *name)
{
    return find(name)->usual;
}

mote_status mote_architecture_write(mote_text *out, const mote_architecture *architecture, const mote_shape *input,
                                    int32_t classes, mote_error *err)
{
    const architecture_row *row = find(architecture->name);
    drawing                 d = {.out = out, .of = architecture, .classes = classes};

    if (input->rank != row->rank || (input->rank == 3 && (input->dims[0] < row->least || input->dims[1] < row->least)))
        return mote_fail(err, MOTE_ERR_USAGE, "model: %s takes %s; say the shape, as in input: %s", architecture->name,
                         row->wants, row->example);
    d.height = row->rank == 1 ? 1 : input->dims[0];
    d.width = row->rank == 1 ? input->dims[0] : row->rank == 2 ? 1 : input->dims[1];
    d.channels = row->rank == 1 ? 1 : input->dims[row->rank - 1];
    row->write(&d);
    return mote_text_status(out, err);
}
