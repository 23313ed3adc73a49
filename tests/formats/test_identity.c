/* A board and the host must agree on what a model is called, however it came to each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "formats/formats.h"
#include "formats/identity.h"

static const char *const paths[] = {
    "tests/fuzz/corpus/tflite/ops_svdf.tflite",
    "tests/fuzz/corpus/tflite/ops_variables.tflite",
    "tests/fuzz/corpus/tflite/control_variable_i8_9.tflite",
    "tests/fuzz/corpus/tflite/ops_circular_buffer.tflite",
};

static uint32_t identity_of(const mote_model *model)
{
    mote_error err = {0};
    uint32_t   identity = 0;

    assert_int_equal(mote_model_identity(&identity, model, &err), MOTE_OK);
    assert_int_not_equal(identity, 0);
    return identity;
}

static mote_model *load(const char *path)
{
    mote_error  err = {0};
    mote_model *model;

    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static mote_model *write_and_read(const mote_model *model)
{
    mote_error  err = {0};
    mote_text   file = {0};
    mote_model *again;

    assert_int_equal(mote_tflite_write(&file, model, &err), MOTE_OK);
    assert_int_equal(mote_model_read(&again, (const uint8_t *)file.bytes, file.count, NULL, &err), MOTE_OK);
    mote_text_free(&file);
    return again;
}

static void model_that_was_saved_is_the_same(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof paths / sizeof *paths; i++) {
        mote_model *model = load(paths[i]), *again = write_and_read(model);
        assert_int_equal(identity_of(model), identity_of(again));
        mote_model_destroy(model);
        mote_model_destroy(again);
    }
}

static void words_are_not_what_a_model_is(void **state)
{
    mote_model    *model = load(paths[0]);
    const uint32_t identity = identity_of(model);

    (void)state;
    model->name = "another";
    model->description = "by another version";
    model->recipe.input[0].is_prepared = true;
    model->recipe.input[0].preparation.scale = 255;
    assert_int_equal(identity_of(model), identity);
    mote_model_destroy(model);
}

static void constant_that_differs_makes_another_model(void **state)
{
    mote_model    *model = load(paths[0]);
    const uint32_t identity = identity_of(model);
    mote_graph    *graph = &model->graphs[0];
    int32_t        i = 0;

    (void)state;
    while (graph->tensors[i].kind != MOTE_CONST)
        i++;
    ((uint8_t *)(uintptr_t)graph->tensors[i].data)[0] ^= 1;
    assert_int_not_equal(identity_of(model), identity);
    mote_model_destroy(model);
}

static void model_in_training_has_none(void **state)
{
    mote_model *model = load(paths[0]);
    mote_error  err = {0};
    uint32_t    identity;

    (void)state;
    model->stage = MOTE_STAGE_TRAIN;
    assert_int_equal(mote_model_identity(&identity, model, &err), MOTE_ERR_USAGE);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(model_that_was_saved_is_the_same),
        cmocka_unit_test(words_are_not_what_a_model_is),
        cmocka_unit_test(constant_that_differs_makes_another_model),
        cmocka_unit_test(model_in_training_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
