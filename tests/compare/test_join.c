/* Which layer of one model is which of another, when both come from one network by different ways. Files: gen_names.py.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <mote/convert.h>
#include <mote/evaluate.h>

#include "compare/join.h"

enum { LAYERS_MAX = 256 };

static mote_model *load(const char *path)
{
    mote_error  err = {0};
    mote_model *model = NULL;

    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        print_error("%s\n", err.text);
    assert_int_equal(err.code, MOTE_OK);
    return model;
}

/* How many are joined; the largest error, as a part of the layer's signal, goes to *gap. */
static int32_t compare(double *gap, const mote_model *a, const mote_model *b)
{
    mote_dataset         *set = network_data(a, 16, 0, 7);
    mote_layer_difference layers[LAYERS_MAX];
    mote_error            err = {0};
    int32_t               count, i;

    assert_int_equal(mote_compare_layers(layers, LAYERS_MAX, &count, a, b, &set->split[MOTE_SPLIT_TRAIN], 0, &err), MOTE_OK);
    *gap = 0;
    for (i = 0; i < count; i++)
        *gap = fmax(*gap, layers[i].root_mean_square / fmax(1e-9, layers[i].signal));
    mote_dataset_destroy(set);
    return count;
}

/* name_in_b of the layer of that name, "" where it has none. */
static void partner(char out[256], const mote_model *a, const mote_model *b, const char *name)
{
    mote_arena arena = {0};
    mote_join  joined;
    mote_error err = {0};
    mote_id    id;

    out[0] = '\0';
    assert_int_equal(mote_join_tensors(&joined, a, b, &arena, &err), MOTE_OK);
    for (id = 0; id < a->graphs[0].tensor_count; id++)
        if (strcmp(a->graphs[0].tensors[id].name, name) == 0 && joined.b[id] != MOTE_NONE)
            snprintf(out, 256, "%s", b->graphs[0].tensors[joined.b[id]].name);
    mote_arena_destroy(&arena);
}

typedef struct golden {
    const char *name;
    int32_t     keras3, keras2; /* layers joined with what TensorFlow's converter made of it; of floats and of integers */
} golden;

/* All operators of Keras' model but one: the converter puts the bias of plain's third layer into the fourth's. */
static const golden goldens[] = {{"cnn", 10, 10}, {"plain", 5, 5}, {"nested", 6, 6}, {"heads", 8, 8}};

static void check_golden(const char *name, const char *suffix, int32_t count)
{
    char        path[128];
    mote_model *keras, *real, *int8;
    double      gap;

    snprintf(path, sizeof path, "tests/golden/names/%s.%s", name, suffix);
    keras = load(path);
    snprintf(path, sizeof path, "tests/golden/names/%s.tflite", name);
    real = load(path);
    snprintf(path, sizeof path, "tests/golden/names/%s_int8.tflite", name);
    int8 = load(path);
    assert_int_equal(compare(&gap, keras, real), count);
    assert_true(gap <= 1e-5); /* the right ones: each layer's numbers are the same */
    assert_int_equal(compare(&gap, real, keras), count);
    assert_true(gap <= 1e-5);
    assert_int_equal(compare(&gap, keras, int8), count);
    assert_true(gap <= 0.6); /* samples reach beyond those of its calibration; other layers differ by more than a signal */
    assert_int_equal(compare(&gap, int8, keras), count);
    mote_model_destroy(keras);
    mote_model_destroy(real);
    mote_model_destroy(int8);
}

static void layers_of_keras_are_found_in_what_tensorflow_converted(void **state)
{
    char   name[64];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof goldens / sizeof *goldens; i++) {
        snprintf(name, sizeof name, "%s3", goldens[i].name);
        check_golden(name, "keras", goldens[i].keras3);
        snprintf(name, sizeof name, "%s2", goldens[i].name);
        check_golden(name, "h5", goldens[i].keras2);
    }
}

static void paths_are_read_by_the_numbers_of_their_keras(void **state)
{
    mote_model *keras3 = load("tests/golden/names/plain3.keras"), *real3 = load("tests/golden/names/plain3.tflite"),
               *keras2 = load("tests/golden/names/plain2.h5"), *real2 = load("tests/golden/names/plain2.tflite");
    char found[256];

    (void)state;
    partner(found, keras3, real3, "dense_1");
    assert_string_equal(found, "sequential_1/dense_1_2/Sigmoid");
    partner(found, keras2, real2, "dense_1");
    assert_string_equal(found, "sequential/dense_1/Sigmoid");
    partner(found, keras3, real3, "dense_2"); /* its bias has become another layer's */
    assert_string_equal(found, "");
    mote_model_destroy(keras3);
    mote_model_destroy(real3);
    mote_model_destroy(keras2);
    mote_model_destroy(real2);
}

static void what_mote_converted_keeps_its_names(void **state)
{
    static const struct {
        const char *path;
        int32_t     joined, operators; /* of what optimizing left */
    } rows[] = {{"tests/golden/names/cnn3.keras", 10, 10},
                {"tests/golden/names/nested3.keras", 6, 6},
                {"tests/golden/names/heads2.h5", 8, 8},
                {"tests/fuzz/corpus/onnx/cnn_script_fixed.onnx", 6, 6},
                {"tests/fuzz/corpus/onnx/cnn_dynamo_fixed.onnx", 6, 6},
                {"tests/fuzz/corpus/onnx/mixed_dynamo_open.onnx", 37, 37},
                {"tests/fuzz/corpus/onnx/sequence_script_fixed.onnx", 14, 14}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        mote_model *given = load(rows[i].path), *lean, *int8;
        mote_error  err = {0};
        double      gap;
        assert_int_equal(mote_model_optimize(&lean, given, NULL, &err), MOTE_OK);
        assert_int_equal(lean->graphs[0].node_count, rows[i].operators);
        assert_int_equal(compare(&gap, given, lean), rows[i].joined);
        assert_true(!(gap > 0));
        int8 = network_quantize(lean, NULL);
        assert_int_equal(compare(&gap, given, int8), rows[i].joined);
        mote_model_destroy(given);
        mote_model_destroy(lean);
        mote_model_destroy(int8);
    }
}

static void outputs_in_another_order_are_matched(void **state)
{
    mote_model *keras = load("tests/golden/names/heads3.keras"), *numbered = load("tests/golden/names/heads3.tflite"),
               *named = load("tests/golden/names/heads2.tflite"), *other = load("tests/golden/names/plain3.keras");
    int32_t order[2];

    (void)state;
    assert_true(mote_match_outputs(order, keras, numbered)); /* output_1, output_0 */
    assert_true(order[0] == 1 && order[1] == 0);
    assert_true(mote_match_outputs(order, numbered, keras));
    assert_true(order[0] == 1 && order[1] == 0);
    assert_true(mote_match_outputs(order, keras, named)); /* price, kind */
    assert_true(order[0] == 1 && order[1] == 0);
    assert_true(mote_match_outputs(order, keras, keras));
    assert_true(order[0] == 0 && order[1] == 1);
    assert_false(mote_match_outputs(order, keras, other));
    mote_model_destroy(keras);
    mote_model_destroy(numbered);
    mote_model_destroy(named);
    mote_model_destroy(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_of_keras_are_found_in_what_tensorflow_converted),
        cmocka_unit_test(paths_are_read_by_the_numbers_of_their_keras),
        cmocka_unit_test(what_mote_converted_keeps_its_names),
        cmocka_unit_test(outputs_in_another_order_are_matched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
