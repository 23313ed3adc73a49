/* Training that begins with a file ends where Keras ends: with new layers on a body, with frozen layers, with an optimizer
 * that goes on; and 2 epochs and 2 more are 4. tests/golden/gen_transfer.py made the files and Keras' answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/mote.h>

#include "base/file.h"
#include "build/keys.h"
#include "build/spec.h"

#define GOLDEN "tests/golden/transfer/"
#define ROOT   "build/tests/transfer/"

/* The same batches as Keras': samples in their order. */
#define AS_KERAS "loss: sparse_categorical_crossentropy, shuffle: false, batch_size: 16"
#define OLD      "data: {path: " GOLDEN "old.npz}\n"
#define NEW      "data: {path: " GOLDEN "new.npz}\n"
#define HEAD(file)                                                                                                          \
    NEW "model:\n  start: " file "\n  until: pool\n  layers:\n"                                                             \
        "    - dense: {units: 3, activation: softmax, kernel_initializer: zeros, name: kind}\n"

/* ---- helpers ---- */

static mote_spec *parse(const char *text)
{
    mote_spec *spec = NULL;
    mote_error err = {0};

    if (mote_spec_parse(&spec, "x.yaml", text, strlen(text), &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return spec;
}

/* The network as it begins; trained where epochs are. *warning: what training said. */
static mote_model *run(const char *text, bool is_trained)
{
    mote_spec     *spec = parse(text);
    mote_error     err = {0};
    mote_dataset  *set = NULL;
    mote_model    *model = NULL;
    mote_training *training = NULL;

    if (mote_spec_load_data(&set, spec, &err) != MOTE_OK || mote_spec_build_model(&model, spec, set, &err) != MOTE_OK ||
        (is_trained && mote_train(&training, model, set, &spec->train, &err) != MOTE_OK))
        fail_msg("%s", err.text);
    mote_training_destroy(training);
    mote_dataset_destroy(set);
    mote_spec_destroy(spec);
    return model;
}

static const mote_tensor *weight_of(const mote_model *model, const char *name)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_CONST && strcmp(graph->tensors[i].name, name) == 0)
            return &graph->tensors[i];
    return NULL;
}

/* ---- Keras' answers ---- */

/* ||w - w_keras|| / ||w_keras|| over all arrays CASE:NAME that the model has to have. */
static double distance(const mote_model *model, const char *answers, bool without_variances)
{
    mote_error err = {0};
    mote_npz  *npz;
    double     gap = 0, size = 0;
    int        i, met = 0;
    size_t     k;

    if (mote_npz_open(&npz, GOLDEN "weights.npz", &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (i = 0; i < mote_npz_count(npz); i++) {
        const char        *name = mote_npz_name(npz, i), *colon = strchr(name, ':');
        const mote_tensor *tensor;
        mote_array         wanted;
        if ((size_t)(colon - name) != strlen(answers) || strncmp(name, answers, strlen(answers)) != 0 ||
            (without_variances && strstr(name, "moving_variance")))
            continue;
        if (!(tensor = weight_of(model, colon + 1)))
            fail_msg("no weight %s", colon + 1);
        assert_int_equal(mote_npz_load(&wanted, npz, name, 0, &err), MOTE_OK);
        assert_int_equal(wanted.count, mote_tensor_count(tensor));
        for (k = 0; k < wanted.count; k++) {
            const double keras = (double)((const float *)wanted.bytes)[k];
            gap += pow((double)((const float *)tensor->data)[k] - keras, 2);
            size += keras * keras;
        }
        mote_array_free(&wanted);
        met++;
    }
    mote_npz_close(npz);
    assert_true(met >= 10);
    return sqrt(gap / size);
}

typedef struct trajectory {
    const char *answers, *spec;
} trajectory;

static const trajectory trajectories[] = {
    {"frozen", HEAD(GOLDEN "adam.keras") "train: {" AS_KERAS ", epochs: 5, freeze: body, "
                                         "optimizer: {sgd: {learning_rate: 0.05, momentum: 0.9}}}\n"},
    {"trained",
     HEAD(GOLDEN "adam.keras") "train: {" AS_KERAS ", epochs: 5, optimizer: {rmsprop: {learning_rate: 0.002}}}\n"},
    {"inferring", NEW "train: {start: " GOLDEN "inferring.keras, " AS_KERAS ", epochs: 4, optimizer: sgd, "
                      "learning_rate: 0.02}\n"},
    {"inferring_2", NEW "train: {start: " GOLDEN "inferring_2.h5, " AS_KERAS ", epochs: 4, optimizer: sgd, "
                        "learning_rate: 0.02}\n"},
    {"tuned", OLD "train: {start: " GOLDEN "adam.keras, " AS_KERAS ", epochs: 4, freeze: [conv1*, block_bn], "
                  "optimizer: sgd, learning_rate: 0.03}\n"},
    {"adam", OLD "train: {start: " GOLDEN "adam.keras, " AS_KERAS ", epochs: 2, optimizer: adam, learning_rate: 0.01}\n"},
    {"adam_2", OLD "train: {start: " GOLDEN "adam_2.h5, " AS_KERAS ", epochs: 2, optimizer: adam, learning_rate: 0.01}\n"},
    {"rmsprop", OLD "train: {start: " GOLDEN "rmsprop.h5, " AS_KERAS ", epochs: 2, optimizer: {rmsprop: "
                    "{learning_rate: 0.003, momentum: 0.5, centered: true}}}\n"},
    {"sgd_2", OLD "train: {start: " GOLDEN "sgd_2.h5, " AS_KERAS ", epochs: 2, optimizer: {sgd: {learning_rate: 0.03, "
                  "momentum: 0.9, nesterov: true}}}\n"},
};

/* Keras 2 moves its variances by those of samples (divided by n - 1), Keras 3 and mote by those of the batch (by n). */
static bool has_other_variances(const char *answers)
{
    return strcmp(answers, "adam_2") == 0 || strcmp(answers, "sgd_2") == 0;
}

static void training_from_a_file_ends_at_keras_weights(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof trajectories / sizeof *trajectories; i++) {
        mote_model  *model = run(trajectories[i].spec, true);
        const double gap = distance(model, trajectories[i].answers, has_other_variances(trajectories[i].answers));
        print_message("%s: %.2e\n", trajectories[i].answers, gap);
        assert_true(gap <= 2e-6); /* as tests/train/test_trajectories.c */
        mote_model_destroy(model);
    }
}

static void frozen_layers_keep_every_byte(void **state)
{
    static const mote_load_options to_train = {.to_train = true};
    mote_error                     err = {0};
    mote_model                    *file, *model = run(trajectories[0].spec, true);
    int32_t                        i, met = 0;

    (void)state;
    assert_int_equal(mote_model_load(&file, GOLDEN "adam.keras", &to_train, &err), MOTE_OK);
    for (i = 0; i < model->graphs[0].tensor_count; i++) {
        const mote_tensor *tensor = &model->graphs[0].tensors[i], *before = weight_of(file, tensor->name);
        if (tensor->kind != MOTE_CONST || tensor->dtype != MOTE_F32 || !before || strncmp(tensor->name, "kind", 4) == 0)
            continue;
        assert_memory_equal(tensor->data, before->data, mote_tensor_bytes(tensor));
        met++;
    }
    assert_true(met >= 12);
    mote_model_destroy(file);
    mote_model_destroy(model);
}

/* ---- 2 and 2 are 4 ---- */

#define CHAIN                                                                                                               \
    OLD "model:\n  layers:\n    - conv2d: {filters: 4, kernel_size: 3, activation: relu}\n    - batch_normalization\n"      \
        "    - flatten\n    - dropout: 0.3\n    - dense: {units: 4, activation: softmax}\n"

static void two_epochs_and_two_are_four(void **state)
{
    static const char *const optimizers[] = {"{sgd: {momentum: 0.9}}", "sgd", "rmsprop",
                                             "{rmsprop: {momentum: 0.4, centered: true}}", "adam"};
    static const char *const files[] = {ROOT "two.keras", ROOT "two.h5"};
    char                     text[1200];
    mote_error               err = {0};
    size_t                   o, f;

    (void)state;
    assert_int_equal(mote_make_dirs(ROOT, &err), MOTE_OK);
    for (o = 0; o < sizeof optimizers / sizeof *optimizers; o++)
        for (f = 0; f < 2; f++) {
            mote_model *two, *four, *more;
            snprintf(text, sizeof text,
                     CHAIN "train: {loss: sparse_categorical_crossentropy, epochs: 4, seed: 3, "
                           "optimizer: %s}\n",
                     optimizers[o]);
            four = run(text, true);
            snprintf(text, sizeof text,
                     CHAIN "train: {loss: sparse_categorical_crossentropy, epochs: 2, seed: 3, "
                           "optimizer: %s}\n",
                     optimizers[o]);
            two = run(text, true);
            if (mote_model_save(two, files[f], &err) != MOTE_OK)
                fail_msg("%s", err.text);
            snprintf(text, sizeof text,
                     OLD "train: {start: %s, loss: sparse_categorical_crossentropy, epochs: 2, seed: 3, "
                         "optimizer: %s}\n",
                     files[f], optimizers[o]);
            more = run(text, true);
            assert_int_equal(more->params.count, four->params.count);
            assert_memory_equal(more->params.values, four->params.values, four->params.count * sizeof(float));
            assert_memory_equal(weight_of(more, "batch_normalization/moving_variance")->data,
                                weight_of(four, "batch_normalization/moving_variance")->data, 4 * sizeof(float));
            assert_true(memcmp(two->params.values, four->params.values, four->params.count * sizeof(float)) != 0);
            mote_model_destroy(two);
            mote_model_destroy(four);
            mote_model_destroy(more);
        }
}

/* In C: the same training, called again. */
static void training_that_goes_on_is_one_training(void **state)
{
    mote_spec         *spec = parse(CHAIN "train: {loss: sparse_categorical_crossentropy, optimizer: adam}\n");
    mote_train_options options = spec->train;
    mote_model        *one, *both;
    mote_dataset      *set;
    mote_training     *training;
    mote_error         err = {0};

    (void)state;
    assert_int_equal(mote_spec_load_data(&set, spec, &err), MOTE_OK);
    assert_int_equal(mote_spec_build_model(&one, spec, set, &err), MOTE_OK);
    assert_int_equal(mote_spec_build_model(&both, spec, set, &err), MOTE_OK);
    options.epochs = 3;
    assert_int_equal(mote_train(&training, one, set, &options, &err), MOTE_OK);
    mote_training_destroy(training);
    options.epochs = 1;
    assert_int_equal(mote_train(&training, both, set, &options, &err), MOTE_OK);
    mote_training_destroy(training);
    options.epochs = 2;
    options.goes_on = true;
    assert_int_equal(mote_train(&training, both, set, &options, &err), MOTE_OK);
    assert_null(training->warning);
    mote_training_destroy(training);
    assert_memory_equal(one->params.values, both->params.values, one->params.count * sizeof(float));
    options.optimizer.kind = MOTE_OPTIMIZER_SGD;
    assert_int_equal(mote_train(&training, both, set, &options, &err), MOTE_OK);
    assert_string_equal(training->warning, "the optimizer begins anew: the training before had another one");
    mote_training_destroy(training);
    mote_model_destroy(one);
    mote_model_destroy(both);
    mote_dataset_destroy(set);
    mote_spec_destroy(spec);
}

/* ---- weights alone ---- */

#define SMALL                                                                                                               \
    OLD "model:\n  layers:\n"                                                                                               \
        "    - conv2d: {filters: 6, kernel_size: 3, strides: 2, padding: same, use_bias: false, name: conv1}\n"             \
        "    - batch_normalization: {name: conv1_bn}\n    - activation: relu6\n"                                            \
        "    - depthwise_conv2d: {kernel_size: 3, strides: 2, padding: same, use_bias: false, name: block_dw}\n"            \
        "    - batch_normalization: {name: block_bn}\n    - activation: relu6\n"                                            \
        "    - conv2d: {filters: 8, kernel_size: 1, activation: relu, name: point}\n    - global_average_pooling2d\n"       \
        "    - dense: {units: 4, activation: softmax, name: %s}\n"                                                          \
        "train: {start: %s, loss: sparse_categorical_crossentropy}\n"

static void weights_of_files_come_into_a_specs_layers(void **state)
{
    static const struct {
        const char *file, *last, *answers;
    } cases[] = {{GOLDEN "small.weights.h5", "another_name", NULL},
                 {GOLDEN "small.weights.h5", "old", "weights"},
                 {GOLDEN "adam.keras", "old", "weights"},
                 {GOLDEN "small_2.h5", "old", "weights_2"},
                 {GOLDEN "sgd_2.h5", "old", "weights_2"}};
    char   text[1500];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_model *model;
        snprintf(text, sizeof text, SMALL, cases[i].last, cases[i].file);
        model = run(text, false);
        if (cases[i].answers)
            assert_true(distance(model, cases[i].answers, false) == 0);
        assert_int_equal(mote_model_note_count(model), 0);
        mote_model_destroy(model);
    }
    snprintf(text, sizeof text, SMALL, "mine", GOLDEN "adam.keras");
    {
        mote_model *model = run(text, false);
        assert_int_equal(mote_model_note_count(model), 1);
        assert_string_equal(mote_model_note(model, 0),
                            GOLDEN "adam.keras has no weights for mine: they begin with initial ones");
        mote_model_destroy(model);
    }
}

/* ---- bodies without layers ---- */

/* BatchNormalization is folded there, so the last bits differ. */
static void a_body_of_operators_gives_the_head_the_same(void **state)
{
    const mote_tensor *kernel, *wanted;
    mote_model        *body, *model, *keras;
    mote_error         err = {0};
    float              gap = 0;
    size_t             i;

    (void)state;
    assert_int_equal(mote_make_dirs(ROOT, &err), MOTE_OK);
    assert_int_equal(mote_model_load(&body, GOLDEN "adam.keras", NULL, &err), MOTE_OK);
    assert_int_equal(mote_model_save(body, ROOT "body.tflite", &err), MOTE_OK);
    model = run(HEAD(ROOT "body.tflite") "train: {" AS_KERAS ", epochs: 5, freeze: body, "
                                         "optimizer: {sgd: {learning_rate: 0.05, momentum: 0.9}}}\n",
                true);
    keras = run(trajectories[0].spec, true);
    kernel = weight_of(model, "kind/kernel");
    wanted = weight_of(keras, "kind/kernel");
    for (i = 0; i < mote_tensor_count(kernel); i++)
        gap = fmaxf(gap, fabsf(((float *)kernel->data)[i] - ((float *)wanted->data)[i]));
    assert_true(gap < 1e-5f && ((float *)kernel->data)[0] != 0);
    assert_int_equal(mote_model_save(model, ROOT "none.keras", &err), MOTE_ERR_UNSUPPORTED);
    mote_model_destroy(body);
    mote_model_destroy(model);
    mote_model_destroy(keras);
}

/* ---- what is written again ---- */

static void a_network_with_a_body_is_written_and_read(void **state)
{
    static const char *const       files[] = {ROOT "again.keras", ROOT "again.h5"};
    static const mote_load_options to_train = {.to_train = true};
    mote_model                    *model = run(trajectories[0].spec, true), *again, *ran, *frozen;
    mote_error                     err = {0};
    size_t                         f;

    (void)state;
    assert_int_equal(mote_make_dirs(ROOT, &err), MOTE_OK);
    assert_int_equal(mote_model_freeze(&frozen, model, &err), MOTE_OK);
    for (f = 0; f < 2; f++) {
        if (mote_model_save(model, files[f], &err) != MOTE_OK ||
            mote_model_load(&again, files[f], &to_train, &err) != MOTE_OK)
            fail_msg("%s", err.text);
        assert_int_equal(again->params.count, model->params.count); /* what is frozen is frozen there */
        assert_memory_equal(again->params.values, model->params.values, model->params.count * sizeof(float));
        assert_true(again->memory.is_there && again->memory.step == 30 && again->memory.slot_count == 1);
        assert_memory_equal(again->memory.slot[0], model->memory.slot[0], model->params.count * sizeof(float));
        assert_int_equal(mote_model_load(&ran, files[f], NULL, &err), MOTE_OK);
        assert_int_equal(ran->graphs[0].node_count, frozen->graphs[0].node_count);
        mote_model_destroy(ran);
        mote_model_destroy(again);
    }
    mote_model_destroy(frozen);
    mote_model_destroy(model);
}

/* ---- when a build trains again ---- */

static void another_file_of_the_same_name_trains_again(void **state)
{
    static const char text[] = OLD "train: {start: " ROOT "start.keras, loss: mse}\n";
    mote_build_keys   first, second, third;
    mote_spec        *spec;
    mote_error        err = {0};
    mote_file         file;

    (void)state;
    assert_int_equal(mote_make_dirs(ROOT, &err), MOTE_OK);
    assert_int_equal(mote_file_open(&file, GOLDEN "adam.keras", &err), MOTE_OK);
    assert_int_equal(mote_file_write(ROOT "start.keras", file.bytes, file.count, &err), MOTE_OK);
    spec = parse(text);
    assert_int_equal(mote_build_keys_find(&first, spec, &err), MOTE_OK);
    assert_int_equal(mote_file_write(ROOT "start.keras", file.bytes, file.count, &err), MOTE_OK);
    assert_int_equal(mote_build_keys_find(&second, spec, &err), MOTE_OK);
    assert_string_equal(first.train, second.train);
    assert_int_equal(mote_file_write(ROOT "start.keras", file.bytes, file.count - 1, &err), MOTE_OK);
    assert_int_equal(mote_build_keys_find(&third, spec, &err), MOTE_OK);
    assert_string_not_equal(first.train, third.train);
    mote_file_close(&file);
    mote_spec_destroy(spec);
}

/* ---- what is refused ---- */

typedef struct refusal {
    const char *spec, *text; /* the text begins so */
} refusal;

static const refusal refusals[] = {
    {OLD "train: {loss: mse}\n", "x.yaml:1: model is missing"},
    {OLD "train: {start: nothing.keras, loss: mse}\n", "x.yaml:2: nothing.keras: No such file"},
    {NEW "model: {start: " GOLDEN "adam.keras, until: nowhere, layers: [dense: 3]}\n",
     "x.yaml:2: model: until: " GOLDEN "adam.keras has no layer \"nowhere\"; it has rescaling, conv1, conv1_bn, conv1_relu"},
    {NEW "model: {until: pool, layers: [dense: 3]}\n", "x.yaml:2: model: until goes with start: FILE"},
    {NEW "model: {start: " GOLDEN "adam.keras, input: [3], layers: [dense: 3]}\n",
     "x.yaml:2: model: input: with start the inputs are the file's; leave it out"},
    {NEW "model: {start: " GOLDEN "adam.keras, until: pool, layers: [dense: {units: 3, name: conv1}]}\n",
     "x.yaml:2: \"conv1\" is a layer of " GOLDEN "adam.keras; give the new layer another name"},
    {NEW "model: {start: " GOLDEN "adam.keras, layers: [dense: 3]}\ntrain: {start: " GOLDEN "adam.keras, loss: mse}\n",
     "x.yaml:3: train: start: the network begins with " GOLDEN "adam.keras already (model: start)"},
    {OLD "train: {start: tests/golden/transfer/old.npz, loss: mse}\n", "x.yaml:2: tests/golden/transfer/old.npz: "},
};

static void specs_are_refused_in_a_line(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        mote_spec *spec;
        mote_error err = {0};
        assert_int_not_equal(mote_spec_parse(&spec, "x.yaml", refusals[i].spec, strlen(refusals[i].spec), &err), MOTE_OK);
        if (strncmp(err.text, refusals[i].text, strlen(refusals[i].text)) != 0)
            fail_msg("%s\ninstead of\n%s", err.text, refusals[i].text);
    }
}

static const refusal late_refusals[] = {
    {OLD "train: {start: " GOLDEN "adam.keras, freeze: [conv*, denes], loss: mse}\n",
     "x.yaml:2: train: freeze: no layer is called \"denes\"; there are rescaling, conv1, conv1_bn"},
    {OLD "model: {layers: [flatten, dense: {units: 5, name: old}]}\ntrain: {start: " GOLDEN "adam.keras, loss: mse}\n",
     "x.yaml:3: train: start: " GOLDEN "adam.keras: old/kernel has shape [4,8] in the file, and [5,162] in the network"},
    {OLD "model: {layers: [flatten, dense: 5]}\ntrain: {start: " GOLDEN "adam.keras, loss: mse}\n",
     "x.yaml:3: train: start: " GOLDEN "adam.keras: none of the network's layers has a name and weights in it"},
    {OLD "model: {layers: [flatten, dense: 5]}\ntrain: {start: " GOLDEN "small.weights.h5, loss: mse}\n",
     "x.yaml:3: train: start: " GOLDEN "small.weights.h5: layer \"dense\": layers/dense/vars/0 has shape [8,4] in the file, "
     "[162,5] expected"},
    {OLD "model: {layers: [flatten, dense: 5, dense: 5]}\ntrain: {start: " GOLDEN "small_2.h5, loss: mse}\n",
     "x.yaml:3: train: start: " GOLDEN "small_2.h5: it has no weights for layer \"dense\""},
};

static void networks_are_refused_in_a_line(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof late_refusals / sizeof *late_refusals; i++) {
        mote_spec    *spec = parse(late_refusals[i].spec);
        mote_error    err = {0};
        mote_dataset *set;
        mote_model   *model;
        assert_int_equal(mote_spec_load_data(&set, spec, &err), MOTE_OK);
        assert_int_not_equal(mote_spec_build_model(&model, spec, set, &err), MOTE_OK);
        assert_null(model);
        if (strncmp(err.text, late_refusals[i].text, strlen(late_refusals[i].text)) != 0)
            fail_msg("%s\ninstead of\n%s", err.text, late_refusals[i].text);
        mote_dataset_destroy(set);
        mote_spec_destroy(spec);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_from_a_file_ends_at_keras_weights),
        cmocka_unit_test(frozen_layers_keep_every_byte),
        cmocka_unit_test(two_epochs_and_two_are_four),
        cmocka_unit_test(training_that_goes_on_is_one_training),
        cmocka_unit_test(weights_of_files_come_into_a_specs_layers),
        cmocka_unit_test(a_body_of_operators_gives_the_head_the_same),
        cmocka_unit_test(a_network_with_a_body_is_written_and_read),
        cmocka_unit_test(another_file_of_the_same_name_trains_again),
        cmocka_unit_test(specs_are_refused_in_a_line),
        cmocka_unit_test(networks_are_refused_in_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
