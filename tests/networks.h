/* Small networks with weights that are nobody's initializer, and samples for them: what the tests of passes, quantize, plan,
 * emit and compare share. All is drawn from the network's number: the same number, the same network.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_NETWORKS_H
#define MOTE_TESTS_NETWORKS_H

#include "testing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mote/array.h>
#include <mote/convert.h>
#include <mote/dataset.h>
#include <mote/layers.h>
#include <mote/run.h>

#include "base/file.h"
#include "base/random.h"
#include "ops/op.h"
#include "running.h"

#define NETWORK_UNUSED __attribute__((unused)) static

/* A stream of random numbers. */
typedef struct network_dice {
    mote_random_key key;
    uint64_t        next;
} network_dice;

NETWORK_UNUSED network_dice network_dice_of(uint64_t number)
{
    return (network_dice){mote_random_make(number, MOTE_RANDOM_TEST, 7, 0), 0};
}

/* 0 .. sides - 1 */
NETWORK_UNUSED int roll(network_dice *dice, int sides)
{
    return (int)(mote_random_u32(dice->key, dice->next++) % (uint32_t)sides);
}

NETWORK_UNUSED float roll_between(network_dice *dice, float low, float high)
{
    return low + (high - low) * mote_random_unit_f32(dice->key, dice->next++);
}

NETWORK_UNUSED bool network_name_ends(const char *name, const char *end)
{
    size_t length = strlen(name), wanted = strlen(end);
    return length >= wanted && strcmp(name + length - wanted, end) == 0;
}

/* Biases that are not 0, moving statistics that do something. */
NETWORK_UNUSED void network_randomize(mote_model *model, network_dice *dice)
{
    mote_graph *graph = &model->graphs[0];
    int32_t     i;

    for (i = 0; i < graph->tensor_count; i++) {
        mote_tensor *tensor = &graph->tensors[i];
        float       *values = tensor->data, low = -0.5f, high = 0.5f;
        size_t       k;
        if (tensor->kind != MOTE_CONST || tensor->dtype != MOTE_F32 || network_name_ends(tensor->name, "kernel"))
            continue;
        if (network_name_ends(tensor->name, "gamma") || network_name_ends(tensor->name, "moving_variance")) {
            low = 0.5f;
            high = 1.5f;
        }
        for (k = 0; k < mote_tensor_count(tensor); k++)
            values[k] = roll_between(dice, low, high);
    }
}

NETWORK_UNUSED mote_model *network_finish(mote_builder *builder, const mote_layer_id *outputs, int count, network_dice *dice)
{
    mote_model *model;
    mote_error  err = {0};

    if (mote_builder_finish(&model, builder, outputs, count, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    network_randomize(model, dice);
    return model;
}

NETWORK_UNUSED mote_layer_id network_image_layer(mote_builder *b, mote_layer_id x, network_dice *dice)
{
    static const mote_activation activations[] = {MOTE_ACTIVATION_LINEAR, MOTE_ACTIVATION_RELU, MOTE_ACTIVATION_RELU6,
                                                  MOTE_ACTIVATION_TANH, MOTE_ACTIVATION_SIGMOID};
    const mote_padding           padding = roll(dice, 2) ? MOTE_PADDING_SAME : MOTE_PADDING_VALID;
    const mote_shape             shape = mote_builder_shape(b, x);

    switch (roll(dice, 8)) {
    case 0:
    case 1:
        return mote_layer_conv2d(b, x,
                                 &(mote_conv2d_options){.filters = 2 + roll(dice, 5),
                                                        .kernel_size = {1 + roll(dice, 2), 1 + roll(dice, 3)},
                                                        .padding = MOTE_PADDING_SAME,
                                                        .activation = activations[roll(dice, 3)],
                                                        .use_bias = roll(dice, 2) ? MOTE_SWITCH_ON : MOTE_SWITCH_OFF});
    case 2:
        return mote_layer_depthwise_conv2d(
            b, x,
            &(mote_depthwise_conv2d_options){.kernel_size = {3, 2},
                                             .padding = MOTE_PADDING_SAME,
                                             .depth_multiplier = 1 + (shape.dims[2] < 6 && roll(dice, 3) == 0),
                                             .use_bias = roll(dice, 2) ? MOTE_SWITCH_ON : MOTE_SWITCH_OFF});
    case 3:
        x = mote_layer_batch_normalization(b, x, NULL);
        return mote_layer_activation(
            b, x, &(mote_activation_options){.activation = roll(dice, 2) ? MOTE_ACTIVATION_RELU : MOTE_ACTIVATION_RELU6});
    case 4:
        return shape.dims[0] < 4 || shape.dims[1] < 4
                   ? x
                   : mote_layer_max_pooling2d(b, x, &(mote_pooling2d_options){.padding = padding});
    case 5:
        return shape.dims[0] < 4 || shape.dims[1] < 4
                   ? x
                   : mote_layer_average_pooling2d(b, x, &(mote_pooling2d_options){.padding = padding});
    case 6: { /* a branch that comes back */
        mote_layer_id both[2] = {x, mote_layer_conv2d(b, x,
                                                      &(mote_conv2d_options){.filters = shape.dims[2],
                                                                             .kernel_size = {3},
                                                                             .padding = MOTE_PADDING_SAME,
                                                                             .use_bias = MOTE_SWITCH_OFF})};
        both[1] = mote_layer_batch_normalization(b, both[1], NULL);
        x = mote_layer_add(b, both, 2, NULL);
        return roll(dice, 2) ? mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU})
                             : x;
    }
    default:
        return mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.25f});
    }
}

NETWORK_UNUSED mote_layer_id network_vector_layer(mote_builder *b, mote_layer_id x, network_dice *dice)
{
    static const mote_activation activations[] = {MOTE_ACTIVATION_LINEAR, MOTE_ACTIVATION_RELU, MOTE_ACTIVATION_SIGMOID,
                                                  MOTE_ACTIVATION_TANH, MOTE_ACTIVATION_RELU6};

    switch (roll(dice, 4)) {
    case 0:
        return mote_layer_batch_normalization(b, x, NULL);
    case 1:
        return mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.5f});
    default:
        return mote_layer_dense(b, x,
                                &(mote_dense_options){.units = 3 + roll(dice, 12),
                                                      .activation = activations[roll(dice, 5)],
                                                      .use_bias = roll(dice, 3) ? MOTE_SWITCH_ON : MOTE_SWITCH_OFF});
    }
}

/* A random network at stage TRAIN: an image (even numbers) or a vector comes in, 1 to 8 layers, probabilities come out. */
NETWORK_UNUSED mote_model *network_random(uint64_t number)
{
    network_dice  dice = network_dice_of(number);
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = number, .name = "random"}, &err);
    bool          is_image = number % 2 == 0;
    int           dims[3] = {5 + roll(&dice, 6), 4 + roll(&dice, 7), 1 + roll(&dice, 3)}, layers = 1 + roll(&dice, 8), i;
    mote_layer_id x = mote_layer_input(b, is_image ? 3 : 1, dims);

    for (i = 0; i < layers; i++)
        x = is_image ? network_image_layer(b, x, &dice) : network_vector_layer(b, x, &dice);
    if (is_image && roll(&dice, 2))
        x = mote_layer_global_average_pooling2d(b, x, NULL);
    else if (is_image)
        x = mote_layer_flatten(b, x, NULL);
    if (roll(&dice, 2))
        x = mote_layer_batch_normalization(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 2 + roll(&dice, 5), .activation = MOTE_ACTIVATION_SOFTMAX});
    return network_finish(b, &x, 1, &dice);
}

NETWORK_UNUSED mote_model *network_infer(mote_model *trained)
{
    mote_model *model;
    mote_error  err = {0};

    if (mote_model_freeze(&model, trained, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_model_destroy(trained);
    return model;
}

/* Samples in [-1, 2) for the model's input, as a data set's training split; class labels below class_count where it is not
 * 0. The caller destroys it. The file goes below build/tests. */
NETWORK_UNUSED mote_dataset *network_data(const mote_model *model, int count, int class_count, uint64_t number)
{
    mote_tensor_info     in = mote_model_input(model, 0);
    network_dice         dice = network_dice_of(number);
    float               *x = calloc((size_t)count * in.count, sizeof *x);
    int32_t             *y = calloc((size_t)count, sizeof *y);
    int64_t              dim[2] = {count, (int64_t)in.count};
    char                 folder[64] = "build/tests/networks", x_path[96], y_path[96];
    mote_dataset_options options = {.flatten = true, .class_count = class_count};
    mote_dataset        *set;
    mote_error           err = {0};
    size_t               i;

    for (i = 0; i < (size_t)count * in.count; i++)
        x[i] = roll_between(&dice, -1, 2);
    for (i = 0; i < (size_t)count; i++)
        y[i] = class_count ? roll(&dice, class_count) : 0;
    snprintf(x_path, sizeof x_path, "%s/%d-%llu-x.npy", folder, (int)getpid(), (unsigned long long)number);
    snprintf(y_path, sizeof y_path, "%s/%d-%llu-y.npy", folder, (int)getpid(), (unsigned long long)number);
    mote_make_dirs(folder, &err);
    mote_npy_save(
        &(mote_array){.dtype = MOTE_F32, .rank = 2, .dim = {dim[0], dim[1]}, .count = (size_t)count * in.count, .bytes = x},
        x_path, &err);
    mote_npy_save(&(mote_array){.dtype = MOTE_I32, .rank = 1, .dim = {dim[0]}, .count = (size_t)count, .bytes = y}, y_path,
                  &err);
    options.targets_path = class_count ? y_path : NULL;
    if (mote_dataset_load(&set, x_path, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    remove(x_path);
    remove(y_path);
    free(x);
    free(y);
    return set;
}

/* Samples for all inputs of a model that has several. */
NETWORK_UNUSED mote_dataset *network_data_of_many(const mote_model *model, int count, uint64_t number)
{
    mote_feature_options inputs[MOTE_FEATURES_MAX] = {{0}};
    mote_dataset_file    files[MOTE_FEATURES_MAX];
    mote_dataset_options options = {.inputs = inputs, .input_count = mote_model_input_count(model)};
    char                 paths[MOTE_FEATURES_MAX][96];
    network_dice         dice = network_dice_of(number);
    mote_dataset        *set;
    mote_error           err = {0};
    int                  i;
    size_t               k;

    mote_make_dirs("build/tests/networks", &err);
    for (i = 0; i < options.input_count; i++) {
        const mote_tensor_info in = mote_model_input(model, i);
        mote_array             x;
        snprintf(paths[i], sizeof paths[i], "build/tests/networks/%d-%llu-x%d.npy", (int)getpid(),
                 (unsigned long long)number, i);
        mote_array_create(&x, MOTE_F32, 2, (int64_t[]){count, (int64_t)in.count}, &err);
        for (k = 0; k < x.count; k++)
            ((float *)x.bytes)[k] = roll_between(&dice, -1, 2);
        mote_npy_save(&x, paths[i], &err);
        mote_array_free(&x);
        inputs[i].name = in.name;
        files[i] = (mote_dataset_file){in.name, paths[i]};
    }
    if (mote_dataset_load_files(&set, files, options.input_count, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (i = 0; i < options.input_count; i++)
        remove(paths[i]);
    return set;
}

NETWORK_UNUSED mote_model *network_quantize(const mote_model *model, const mote_quantize_options *options)
{
    mote_dataset *set =
        mote_model_input_count(model) > 1 ? network_data_of_many(model, 60, 5) : network_data(model, 60, 0, 5);
    mote_model *quantized;
    mote_error  err = {0};

    if (mote_model_quantize(&quantized, model, &set->split[MOTE_SPLIT_TRAIN], options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_dataset_destroy(set);
    return quantized;
}

/* int8, with channels that no input changes, since their biases lie far below RELU: two of the first convolution's six, one
 * of the last's five; the depthwise convolution between them has the two as well. */
NETWORK_UNUSED mote_model *network_with_constant_channels(void)
{
    network_dice  dice = network_dice_of(11);
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 11, .name = "constant"}, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){6, 5, 2});
    mote_model   *model, *quantized;
    mote_graph   *graph;

    x = mote_layer_conv2d(
        b, x,
        &(mote_conv2d_options){
            .filters = 6, .kernel_size = {3}, .padding = MOTE_PADDING_SAME, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_depthwise_conv2d(b, x,
                                    &(mote_depthwise_conv2d_options){.kernel_size = {3},
                                                                     .padding = MOTE_PADDING_SAME,
                                                                     .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.filters = 5, .kernel_size = {2}, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, mote_layer_flatten(b, x, NULL), &(mote_dense_options){.units = 4});
    model = network_infer(network_finish(b, &x, 1, &dice));
    graph = &model->graphs[0];
    ((float *)graph->tensors[graph->nodes[0].in[2]].data)[1] = -1000;
    ((float *)graph->tensors[graph->nodes[0].in[2]].data)[4] = -1000;
    ((float *)graph->tensors[graph->nodes[2].in[2]].data)[2] = -1000;
    quantized = network_quantize(model, &(mote_quantize_options){.io = MOTE_I8});
    mote_model_destroy(model);
    return quantized;
}

NETWORK_UNUSED mote_runner *network_runner(const mote_model *model, const mote_runner_options *options)
{
    mote_runner *runner;
    mote_error   err = {0};

    if (mote_runner_create(&runner, model, options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return runner;
}

/* Number `number`'s k-th input in the model's own type: float in [-1, 2), integers over their range. */
NETWORK_UNUSED void network_fill_input(const mote_tensor_info *info, network_dice *dice, void *input)
{
    size_t i;

    for (i = 0; i < info->bytes; i++)
        ((uint8_t *)input)[i] = (uint8_t)roll(dice, 256);
    for (i = 0; info->dtype == MOTE_F32 && i < info->count; i++)
        ((float *)input)[i] = roll_between(dice, -1, 2);
}

/* Two runners of one model give the same bytes for the next drawn input. */
NETWORK_UNUSED void network_same_answers(mote_runner *one, mote_runner *other, const mote_model *model, network_dice *dice)
{
    const mote_tensor_info in = mote_model_input(model, 0), out = mote_model_output(model, 0);

    network_fill_input(&in, dice, mote_runner_input(one, 0));
    memcpy(mote_runner_input(other, 0), mote_runner_input(one, 0), in.bytes);
    invoke_model(one);
    invoke_model(other);
    assert_memory_equal(mote_runner_output(one, 0), mote_runner_output(other, 0), out.bytes);
}

#endif
