/* The whole way in C: make data, build a network, train it, quantize it, run it, write it, compile it.
 *
 *     cc sine.c $(pkg-config --cflags --libs mote) -o sine && ./sine
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include <mote/mote.h>

static mote_model *build_network(mote_error *err)
{
    mote_model   *model = NULL;
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 7, .name = "sine"}, err);
    mote_layer_id x = mote_layer_input(b, 1, (int32_t[]){1});

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 16, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 16, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 1});
    mote_builder_finish(&model, b, &x, 1, err);
    return model;
}

static void show(const mote_model *model, mote_error *err)
{
    mote_runner *runner;
    float        x, y;

    if (mote_runner_create(&runner, model, NULL, err) != MOTE_OK)
        return;
    for (x = 0.0f; x < 6.3f; x += 0.9f) {
        mote_runner_set_real(runner, 0, &x);
        if (mote_runner_invoke(runner, err) != MOTE_OK)
            break;
        mote_runner_get_real(runner, 0, &y);
        printf("  sin(%.1f) = %6.3f   network: %6.3f\n", (double)x, sin((double)x), (double)y);
    }
    mote_runner_destroy(runner);
}

int main(void)
{
    const mote_sine_options  wave = {.count = 1000, .noise = 0.1f, .seed = 1};
    const mote_train_options options = {
        .loss = MOTE_LOSS_MSE, .metrics = MOTE_METRIC_MAE, .batch_size = 16, .epochs = 600, .seed = 1};
    const mote_quantize_options int8 = {.io = MOTE_I8};
    mote_error                  err = {0};
    mote_dataset               *data = NULL;
    mote_model                 *trained = NULL, *network = NULL, *small = NULL;
    mote_training              *training = NULL;
    mote_compile_result         compiled;

    if (mote_dataset_sine(&data, &wave, &err) == MOTE_OK && (trained = build_network(&err)) != NULL &&
        mote_train(&training, trained, data, &options, &err) == MOTE_OK &&
        mote_model_freeze(&network, trained, &err) == MOTE_OK &&
        mote_model_quantize(&small, network, &data->split[MOTE_SPLIT_TRAIN], &int8, &err) == MOTE_OK &&
        mote_model_save(small, "sine_int8.tflite", &err) == MOTE_OK &&
        mote_compile(&compiled, small, "sine_firmware", NULL, &err) == MOTE_OK) {
        printf("trained in %.2f s\nfloat32:\n", training->seconds);
        show(network, &err);
        printf("int8:\n");
        show(small, &err);
        printf("sine_int8.tflite, and as C in sine_firmware/: on a Cortex-M4 %zu bytes of memory, %zu of constants\n",
               mote_compiled_for(&compiled, "arm-dsp")->arena_bytes,
               mote_compiled_for(&compiled, "arm-dsp")->constant_bytes);
    }
    if (err.code != MOTE_OK)
        fprintf(stderr, "sine: %s\n", err.text);
    mote_training_destroy(training);
    mote_model_destroy(small);
    mote_model_destroy(network);
    mote_model_destroy(trained);
    mote_dataset_destroy(data);
    return err.code != MOTE_OK;
}
