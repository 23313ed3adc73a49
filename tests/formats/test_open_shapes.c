/* Files whose inputs leave dimensions open: with shapes that the caller gives they answer as Keras does
 * (tests/golden/gen_open.py); shapes that cannot be are refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/array.h>
#include <mote/run.h>

#include "running.h"

static mote_input_shape shape_of(const mote_array *x)
{
    mote_input_shape shape = {.rank = (int32_t)x->rank};
    int32_t          i;

    for (i = 0; i < shape.rank; i++)
        shape.dim[i] = (int32_t)x->dim[i];
    return shape;
}

static void check_answer(const mote_model *model, const char *target, const mote_array *x, const mote_array *y)
{
    mote_error   err = {0};
    mote_runner *runner;
    float        largest = 1.0f;
    const float *wanted = (const float *)(const void *)y->bytes, *got;
    size_t       i;

    assert_int_equal(mote_model_input(model, 0).count, x->count);
    assert_int_equal(mote_model_output(model, 0).count, y->count);
    assert_int_equal(mote_runner_create(&runner, model, &(mote_runner_options){.target = target}, &err), MOTE_OK);
    memcpy(mote_runner_input(runner, 0), x->bytes, x->count * sizeof(float));
    invoke_model(runner);
    got = mote_runner_output(runner, 0);
    for (i = 0; i < y->count; i++)
        largest = fmaxf(largest, fabsf(wanted[i]));
    for (i = 0; i < y->count; i++)
        assert_true(fabsf(got[i] - wanted[i]) <= 1e-5f * largest);
    mote_runner_destroy(runner);
}

/* Returns how many shapes there are. */
static int check_net(const char *name)
{
    char       path[100], array[16];
    mote_error err = {0};
    mote_npz  *npz;
    mote_array x, y;
    int        k;

    snprintf(path, sizeof path, "tests/golden/open/%s.npz", name);
    assert_int_equal(mote_npz_open(&npz, path, &err), MOTE_OK);
    snprintf(path, sizeof path, "tests/golden/open/%s.tflite", name);
    for (k = 0;; k++) {
        mote_input_shape shape;
        mote_model      *model;
        snprintf(array, sizeof array, "x%d", k);
        if (mote_npz_load(&x, npz, array, 0, &err) != MOTE_OK)
            break;
        array[0] = 'y';
        assert_int_equal(mote_npz_load(&y, npz, array, 0, &err), MOTE_OK);
        shape = shape_of(&x);
        if (mote_model_load(&model, path, &(mote_load_options){.shapes = &shape, .shape_count = 1}, &err) != MOTE_OK)
            fail_msg("%s", err.text);
        check_answer(model, "host", &x, &y);
        check_answer(model, "portable", &x, &y);
        mote_model_destroy(model);
        mote_array_free(&x);
        mote_array_free(&y);
    }
    mote_npz_close(npz);
    return k;
}

static void rows_that_loops_write_answer_as_keras_does(void **state)
{
    mote_model *model;
    mote_error  err = {0};

    (void)state;
    assert_int_equal(check_net("rows"), 5);
    assert_int_not_equal(mote_model_load(&model, "tests/golden/open/steps_of_two.tflite", NULL, &err), MOTE_OK);
    assert_non_null(strstr(err.text, "(CONCATENATION): [1,1,2] does not go beside [1,1,1]"));
}

static void given_shapes_answer_as_keras_does(void **state)
{
    (void)state;
    assert_int_equal(check_net("sequence"), 6);
    assert_int_equal(check_net("image"), 4);
    assert_int_equal(check_net("flattened"), 2);
}

static void a_shape_that_cannot_be_is_refused(void **state)
{
    static const struct {
        const char      *file;
        mote_input_shape shape;
        const char      *says;
    } cases[] = {
        {"sequence", {NULL, 0, {0}}, "it has 3 dimensions, and a shape of 0 was given"},
        {"sequence", {"x", 3, {1, 16, 7}}, "dimension 2 is 6 in the file, and 7 was given"},
        {"sequence", {"z", 3, {1, 16, 6}}, "a shape for input z, which the model does not have"},
        {"sequence", {NULL, 3, {1, 0, 6}}, "dimension 1 is"},
        {"flattened", {NULL, 4, {1, 7, 5, 2}}, "dimension 1 is 6 in the file, and 7 was given"},
        {"image", {"image", 4, {1, 3, 3, 3}}, ""}, /* too small for its windows */
        {"image", {"image", 4, {1, 2147483647, 2147483647, 3}}, ""},
    };
    mote_model *model;
    size_t      i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_error err = {0};
        char       path[100];
        snprintf(path, sizeof path, "tests/golden/open/%s.tflite", cases[i].file);
        assert_int_not_equal(
            mote_model_load(&model, path, &(mote_load_options){.shapes = &cases[i].shape, .shape_count = 1}, &err), MOTE_OK);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s", err.text);
        assert_null(model);
    }
}

static void an_open_dimension_is_told_and_an_open_batch_is_one_sample(void **state)
{
    mote_error  err = {0};
    mote_model *model;

    (void)state;
    assert_int_equal(mote_model_load(&model, "tests/golden/open/sequence.tflite", NULL, &err), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "dimension 1 is open"));
    assert_non_null(strstr(err.text, "--input-shape"));
    mote_error_clear(&err);
    assert_int_equal(mote_model_load(&model, "tests/golden/open/flattened.tflite", NULL, &err), MOTE_OK);
    assert_true(mote_model_input(model, 0).is_batched);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_shapes_answer_as_keras_does),
        cmocka_unit_test(rows_that_loops_write_answer_as_keras_does),
        cmocka_unit_test(a_shape_that_cannot_be_is_refused),
        cmocka_unit_test(an_open_dimension_is_told_and_an_open_batch_is_one_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
