/* Models of Keras, as Keras 3 and 2 saved them (tests/golden/gen_keras.py): every layer and small networks answer as Keras
 * does, sample by sample.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>

#include <mote/array.h>
#include <mote/convert.h>
#include <mote/run.h>

#include "formats/formats.h"
#include "formats/keras/keras.h"
#include "formats/tflite/operators.h"
#include "running.h"

static mote_npz *files;
static int       wrong, looked_at;

/* By name and number; false where there is none. */
static bool load(mote_array *out, const char *name, char kind, int index)
{
    char       full[100];
    mote_error err = {0};

    snprintf(full, sizeof full, "%s.%c%d", name, kind, index);
    return mote_npz_find(files, full) >= 0 && mote_npz_load(out, files, full, 0, &err) == MOTE_OK;
}

static void tell(const char *name, const char *what)
{
    print_message("%s: %s\n", name, what);
    wrong++;
}

static size_t sample_bytes(const mote_array *array, size_t *count)
{
    *count = array->count / 2;
    return *count * (array->dtype == MOTE_U8 ? 1 : 4);
}

static void give_inputs(mote_runner *runner, const mote_model *model, const char *name, int sample)
{
    mote_array x;
    size_t     count, bytes;
    int        i;

    for (i = 0; load(&x, name, 'x', i); i++) {
        bytes = sample_bytes(&x, &count);
        assert_int_equal(mote_model_input(model, i).count, count);
        memcpy(mote_runner_input(runner, i), (const uint8_t *)x.bytes + (size_t)sample * bytes, bytes);
        mote_array_free(&x);
    }
    assert_int_equal(i, mote_model_input_count(model));
}

static bool agrees(const float *got, const float *wanted, size_t count, double *largest_error)
{
    double largest = 1, error = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double)wanted[i]));
        if (!(fabs((double)got[i] - (double)wanted[i]) <= error))
            error = fabs((double)got[i] - (double)wanted[i]);
    }
    *largest_error = error;
    return error <= 1e-5 * largest;
}

static void check_outputs(const mote_runner *runner, const mote_model *model, const char *name, const char *what, char kind,
                          int sample)
{
    char       text[160];
    mote_array y;
    size_t     count;
    double     error;
    int        j;

    for (j = 0; load(&y, name, kind, j); j++) {
        sample_bytes(&y, &count);
        if (j < mote_model_output_count(model) && mote_model_output(model, j).count != count) {
            snprintf(text, sizeof text, "%s: output %d has %zu values, %zu wanted", what, j,
                     mote_model_output(model, j).count, count);
            tell(name, text);
        } else if (!agrees(mote_runner_output(runner, j), (const float *)y.bytes + (size_t)sample * count, count, &error)) {
            snprintf(text, sizeof text, "%s: output %d of sample %d is off by %g", what, j, sample, error);
            tell(name, text);
        }
        mote_array_free(&y);
    }
    assert_int_equal(j, mote_model_output_count(model));
}

static void check_model(const mote_model *model, const char *name, const char *what, char kind)
{
    mote_error   err = {0};
    mote_runner *runner;
    int          sample;

    if (mote_runner_create(&runner, model, NULL, &err) != MOTE_OK) {
        tell(name, err.text);
        return;
    }
    for (sample = 0; sample < 2; sample++) {
        give_inputs(runner, model, name, sample);
        invoke_model(runner);
        check_outputs(runner, model, name, what, kind, sample);
    }
    mote_runner_destroy(runner);
}

/* What is written as .tflite answers the same. */
static void check_written(const mote_model *model, const char *name, char kind)
{
    mote_text   text = {0};
    mote_error  err = {0};
    mote_model *again, *lean;

    if (mote_model_optimize(&lean, model, NULL, &err) == MOTE_OK && mote_tflite_write(&text, lean, &err) == MOTE_OK &&
        mote_model_read(&again, (const uint8_t *)text.bytes, text.count, NULL, &err) == MOTE_OK) {
        check_model(again, name, "as .tflite", kind);
        mote_model_destroy(again);
    } else
        tell(name, err.text);
    mote_model_destroy(lean);
    mote_text_free(&text);
}

static void check_file(const char *array, const char *name, const char *suffix, char kind)
{
    mote_array  file;
    mote_error  err = {0};
    mote_model *model;

    assert_int_equal(mote_npz_load(&file, files, array, 0, &err), MOTE_OK);
    looked_at++;
    if (mote_model_read(&model, file.bytes, file.count, NULL, &err) == MOTE_OK) {
        check_model(model, name, suffix, kind);
        if (strcmp(suffix, "keras") == 0)
            check_written(model, name, kind);
        mote_model_destroy(model);
    } else
        tell(array, err.text);
    mote_array_free(&file);
}

static void check_all(const char *suffix, char kind)
{
    const size_t length = strlen(suffix);
    char         name[100];
    int32_t      i;

    wrong = looked_at = 0;
    for (i = 0; i < mote_npz_count(files); i++) {
        const char  *array = mote_npz_name(files, i);
        const size_t all = strlen(array);
        if (all <= length + 1 || strcmp(array + all - length, suffix) != 0 || array[all - length - 1] != '.')
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(all - length - 1), array);
        check_file(array, name, suffix, kind);
    }
    print_message("%d files\n", looked_at);
    assert_true(looked_at > 100);
    assert_int_equal(wrong, 0);
}

static void keras_3_archives_answer_as_keras_does(void **state)
{
    (void)state;
    check_all("keras", 'y');
}

static void keras_3_h5_answers_as_keras_does(void **state)
{
    (void)state;
    check_all("h5", 'y');
}

static void keras_2_h5_answers_as_keras_does(void **state)
{
    (void)state;
    check_all("k2", 'z');
}

/* How many operators TensorFlow's converter makes of them, or fewer (tests/golden/check_convert_size.py asks it). */
static const struct {
    const char *name;
    int32_t     operators;
} small_ones[] = {
    {"batch_norm", 1},
    {"batch_norm_vector", 2},
    {"batch_norm_series", 2},
    {"batch_norm_axis1", 2},
    {"batch_norm_axis2", 2},
    {"net_nested", 13},
    {"conv2d_transpose", 1},
    {"conv1d_transpose", 3},
    {"elu_alpha", 2},
    {"activation_selu", 3},
    {"activation_mish", 5},
    {"activation_log_sigmoid", 4},
    {"activation_softplus", 5}, /* two more than TensorFlow's, which overflow */
    {"crop2d", 1},
    {"center_crop", 1},
    {"masking_nothing", 3},
    {"first_global", 1},
    {"net_operators", 12},
};

static void models_become_as_few_operators_as_there_can_be(void **state)
{
    char   full[100];
    size_t i;

    (void)state;
    wrong = 0;
    for (i = 0; i < sizeof small_ones / sizeof *small_ones; i++) {
        mote_array  file;
        mote_error  err = {0};
        mote_model *model, *lean;
        snprintf(full, sizeof full, "%s.keras", small_ones[i].name);
        assert_int_equal(mote_npz_load(&file, files, full, 0, &err), MOTE_OK);
        assert_int_equal(mote_model_read(&model, file.bytes, file.count, NULL, &err), MOTE_OK);
        assert_int_equal(mote_model_optimize(&lean, model, NULL, &err), MOTE_OK);
        if (lean->graphs[0].node_count != small_ones[i].operators) {
            snprintf(full, sizeof full, "%d operators", (int)lean->graphs[0].node_count);
            tell(small_ones[i].name, full);
        }
        mote_model_destroy(lean);
        mote_model_destroy(model);
        mote_array_free(&file);
    }
    assert_int_equal(wrong, 0);
}

/* Runtimes that do not know the activation must refuse the file. */
static void an_activation_in_a_transposed_convolution_makes_it_version_4(void **state)
{
    static const char *const names[] = {"conv2d_transpose.keras", "conv2d_transpose_same.keras"};
    int                      i;

    (void)state;
    for (i = 0; i < 2; i++) {
        mote_array  file;
        mote_error  err = {0};
        mote_model *model, *lean;
        assert_int_equal(mote_npz_load(&file, files, names[i], 0, &err), MOTE_OK);
        assert_int_equal(mote_model_read(&model, file.bytes, file.count, NULL, &err), MOTE_OK);
        assert_int_equal(mote_model_optimize(&lean, model, NULL, &err), MOTE_OK);
        assert_int_equal(lean->graphs[0].nodes[0].op, MOTE_OP_TRANSPOSE_CONV);
        assert_int_equal(lean->graphs[0].nodes[0].activation, i == 0 ? MRT_ACT_RELU : MRT_ACT_NONE);
        assert_int_equal(mote_tflite_operator_version(&lean->graphs[0], &lean->graphs[0].nodes[0]), i == 0 ? 4 : 1);
        mote_model_destroy(lean);
        mote_model_destroy(model);
        mote_array_free(&file);
    }
}

static int normalizations(const mote_model *model)
{
    int32_t n;
    int     count = 0;

    for (n = 0; n < model->graphs[0].node_count; n++)
        count += model->graphs[0].nodes[n].op == MOTE_OP_BATCH_NORMALIZATION;
    return count;
}

/* As training wants it: weights as they were trained, normalization a node of its own; it becomes the same as it runs. */
static void models_as_trained_keep_their_layers(void **state)
{
    static const char *const names[] = {"net_cnn", "net_mlp", "net_nested", "net_ds_cnn"};
    size_t                   i;

    (void)state;
    wrong = 0;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        mote_array  file;
        mote_error  err = {0};
        mote_model *trained, *frozen;
        char        full[100];
        snprintf(full, sizeof full, "%s.keras", names[i]);
        assert_int_equal(mote_npz_load(&file, files, full, 0, &err), MOTE_OK);
        assert_int_equal(mote_keras_read_trained(&trained, file.bytes, file.count, NULL, &err), MOTE_OK);
        assert_int_equal(trained->stage, MOTE_STAGE_TRAIN);
        assert_true(trained->params.count > 0);
        assert_int_equal(mote_model_freeze(&frozen, trained, &err), MOTE_OK);
        assert_true(normalizations(trained) > 0);
        assert_int_equal(normalizations(frozen), 0);
        check_model(frozen, names[i], "frozen", 'y');
        mote_model_destroy(frozen);
        mote_model_destroy(trained);
        mote_array_free(&file);
    }
    assert_int_equal(wrong, 0);
}

/* ---- files that lie ---- */

static void load_bytes(mote_array *out, const char *name)
{
    mote_error err = {0};

    assert_int_equal(mote_npz_load(out, files, name, 0, &err), MOTE_OK);
}

static void read_and_forget(const uint8_t *bytes, size_t count)
{
    mote_error  err = {0};
    mote_model *model;

    if (mote_keras_read(&model, bytes, count, NULL, &err) == MOTE_OK) {
        mote_model_destroy(model);
        return;
    }
    assert_null(model);
    assert_true(err.code != MOTE_OK && err.text[0] != '\0' && !strchr(err.text, '\n'));
}

static void files_cut_anywhere_are_refused(void **state)
{
    static const char *const names[] = {"net_cnn.keras", "net_cnn.h5", "net_nested.k2"};
    mote_array               file;
    size_t                   i, n;

    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        load_bytes(&file, names[i]);
        for (n = 0; n < file.count; n += n < 200 ? 1 : 389) {
            uint8_t *part = malloc(n + 1);
            assert_non_null(part);
            memcpy(part, file.bytes, n);
            read_and_forget(part, n);
            free(part);
        }
        mote_array_free(&file);
    }
}

static void changed_bytes_do_no_harm(void **state)
{
    static const char *const names[] = {"net_cnn.h5", "net_two_inputs.k2", "bidirectional.h5"};
    mote_array               file;
    size_t                   i, at;

    (void)state;
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        load_bytes(&file, names[i]);
        for (at = 0; at < file.count; at += 131) {
            uint8_t *bytes = file.bytes, before = bytes[at];
            bytes[at] = (uint8_t)(before ^ (1 + at % 255));
            read_and_forget(bytes, file.count);
            bytes[at] = before;
        }
        mote_array_free(&file);
    }
}

/* Of a file every place with `from` says `to`, which is as long. */
static void replace(mote_array *file, const char *from, const char *to)
{
    const size_t length = strlen(from);
    uint8_t     *at = file->bytes;
    size_t       i, count = 0;

    if (strlen(to) != length)
        fail_msg("%s is not as long as %s", to, from);
    for (i = 0; i + length <= file->count; i++)
        if (memcmp(at + i, from, length) == 0) {
            memcpy(at + i, to, length);
            count++;
        }
    assert_true(count > 0);
}

static void configurations_that_lie_are_refused_in_one_line(void **state)
{
    static const struct {
        const char *file, *from, *to, *says;
    } lies[] = {
        {"net_cnn.h5", "\"units\": 3", "\"units\": 4",
         "layer \"dense\": its kernel has shape [6,3] in the file, which does not make [4,6]"},
        {"net_cnn.h5", "\"filters\": 4", "\"filters\": 5", "layer \"conv2d\": its kernel has shape [3,3,1,4]"},
        {"net_cnn.h5", "\"filters\": 4", "\"filters\":-5", "filters is -5; 1 to"},
        {"net_cnn.h5", "\"filters\": 4", "\"filters\":\"\"", "filters is no whole number"},
        {"net_cnn.h5", "\"DepthwiseConv2D\"", "\"DepthwiseConv3D\"",
         "layers that mote does not have: depthwise_conv2d (DepthwiseConv3D)"},
        {"net_cnn.h5", "\"padding\": \"same\"", "\"padding\": \"sane\"", "padding sane is unknown"},
        {"net_cnn.h5", "\"strides\": [2, 2]", "\"strides\": [0, 2]", "strides is 0; 1 to"},
        {"net_cnn.h5", "\"pool_size\": [2, 2]", "\"pool_size\": [2,2,2", "model_config is no JSON"},
        {"net_cnn.h5", "[\"flatten\", 0, 0]", "[\"flattem\", 0, 0]", "is computed by no layer that can be called"},
        {"net_cnn.h5", "[\"flatten\", 0, 0]", "[\"flatten\", 0, 9]", "is called on a tensor that there is not"},
        {"net_cnn.h5", "[\"flatten\", 0, 0]", "[\"dense\",   0, 0]", "is computed by no layer that can be called"},
        {"net_cnn.h5", "\"float32\"", "\"float16\"", "does not compute in float32"},
        {"net_cnn.h5", "[null, 12, 12, 1]", "[null, 9999, 999]", "layer \""},
        {"net_cnn.h5", "model_config", "model_konfig", "without the attribute model_config"},
        {"net_cnn.h5", "weight_names", "weight_nemes", "the file has 0 arrays for it, and no kernel"},
        {"net_two_inputs.k2", "\"inbound_nodes\"", "\"inbound_nudes\"", "is computed by no layer that can be called"},
        {"lstm.k2", "\"units\": 5", "\"units\": 4",
         "its input_kernel has shape [4,20] in the file, which does not make [4,4]"},
        {"gru.k2", "\"activation\": \"tanh\"", "\"activation\": \"tant\"", "activation tant is not supported"},
        {"add.h5", "\"Add\"", "\"Dot\"", "it needs two inputs and axes"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof lies / sizeof *lies; i++) {
        mote_array  file;
        mote_model *model = NULL;
        mote_error  err = {0};
        load_bytes(&file, lies[i].file);
        replace(&file, lies[i].from, lies[i].to);
        if (mote_keras_read(&model, file.bytes, file.count, NULL, &err) == MOTE_OK)
            fail_msg("%s with %s is read", lies[i].file, lies[i].to);
        if (!strstr(err.text, lies[i].says))
            fail_msg("%s with %s: %s", lies[i].file, lies[i].to, err.text);
        assert_null(model);
        mote_array_free(&file);
    }
}

static int open_files(void **state)
{
    mote_error err = {0};

    (void)state;
    return mote_npz_open(&files, "tests/golden/keras/files.npz", &err) == MOTE_OK ? 0 : -1;
}

static int close_files(void **state)
{
    (void)state;
    mote_npz_close(files);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keras_3_archives_answer_as_keras_does),
        cmocka_unit_test(keras_3_h5_answers_as_keras_does),
        cmocka_unit_test(keras_2_h5_answers_as_keras_does),
        cmocka_unit_test(models_become_as_few_operators_as_there_can_be),
        cmocka_unit_test(an_activation_in_a_transposed_convolution_makes_it_version_4),
        cmocka_unit_test(models_as_trained_keep_their_layers),
        cmocka_unit_test(files_cut_anywhere_are_refused),
        cmocka_unit_test(changed_bytes_do_no_harm),
        cmocka_unit_test(configurations_that_lie_are_refused_in_one_line),
    };

    return cmocka_run_group_tests(tests, open_files, close_files);
}
