/* What is said of a model that was trained elsewhere, and which values are told of.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>

#include <mote/convert.h>
#include <mote/recipe.h>

#include "build/foreign.h"
#include "exec/values.h"

static mote_model *load(const char *path)
{
    mote_error  err = {0};
    mote_model *model = NULL;

    assert_int_equal(mote_model_load(&model, path, NULL, &err), MOTE_OK);
    return model;
}

static void what_is_said_becomes_the_recipe_of_all_inputs(void **state)
{
    mote_model                *model = load("tests/golden/ends/two.tflite");
    const mote_dataset_options said = {.scale = 4, .offset = -1};
    mote_preparation           got;
    mote_error                 err = {0};
    int32_t                    i;

    (void)state;
    assert_int_equal(mote_model_set_recipe(model, &said, false, &err), MOTE_OK);
    for (i = 0; i < 2; i++) {
        assert_true(mote_model_preparation(&got, model, i));
        assert_true(got.scale == 4 && got.offset == -1 && got.channels == 0);
    }
    mote_model_destroy(model);
}

static void what_a_file_says_is_not_contradicted_unless_it_is_replaced(void **state)
{
    mote_model                *model = load("tests/golden/names/cnn3.keras");
    static const float         mean[] = {1, 2, 3}, std[] = {4, 4, 4}, one_std[] = {4};
    const mote_dataset_options first = {.scale = 255, .channels = 3, .mean = mean, .std = std};
    const mote_dataset_options other = {.scale = 255, .channels = 1, .mean = mean, .std = one_std};
    mote_preparation           got;
    mote_error                 err = {0};

    (void)state;
    assert_int_equal(mote_model_set_recipe(model, &first, false, &err), MOTE_OK);
    assert_int_equal(mote_model_set_recipe(model, &first, false, &err), MOTE_OK);
    assert_int_equal(mote_model_set_recipe(model, &other, false, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "(stored / 255 - mean) / std of 3 channels"));
    mote_error_clear(&err);
    assert_int_equal(mote_model_set_recipe(model, &other, true, &err), MOTE_OK);
    assert_true(mote_model_preparation(&got, model, 0));
    assert_int_equal(got.channels, 1);
    assert_int_equal(mote_model_set_recipe(NULL, &other, true, &err), MOTE_ERR_USAGE);
    mote_model_destroy(model);
}

static void mean_and_std_are_as_many_as_the_last_axis(void **state)
{
    const mote_tensor_info image = {.name = "x", .rank = 4, .dim = {1, 32, 32, 3}, .is_batched = true, .count = 3072};
    const mote_tensor_info first = {.name = "x", .rank = 4, .dim = {1, 3, 32, 32}, .is_batched = true, .count = 3072};
    const mote_tensor_info flat = {.name = "x", .rank = 2, .dim = {1, 3072}, .is_batched = true, .count = 3072};
    const mote_preparation three = {.channels = 3}, one = {.channels = 1}, seven = {.channels = 7};
    mote_error             err = {0};

    (void)state;
    assert_int_equal(mote_check_channels(&image, &three, 0, &err), MOTE_OK);
    assert_int_equal(mote_check_channels(&image, &one, 0, &err), MOTE_OK);
    assert_int_equal(mote_check_channels(&flat, &three, 0, &err), MOTE_OK);
    assert_int_equal(mote_check_channels(&first, &three, 0, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "its last axis has 32 numbers, and mean and std are 3"));
    mote_error_clear(&err);
    assert_int_equal(mote_check_channels(&first, &three, 3, &err), MOTE_OK); /* samples are stored so */
    assert_int_equal(mote_check_channels(&flat, &seven, 0, &err), MOTE_ERR_USAGE);
}

/* Samples of four numbers from low to high. */
static mote_values_text tell(double min, double max, float low, float high, int samples)
{
    mote_values values = {.min = 1e300, .max = -1e300};
    float       first[8], sample[8];
    int         s, i;

    values.expected.min = min;
    values.expected.max = max;
    values.expected.is_known = max > min;
    for (s = 0; s < samples; s++) {
        for (i = 0; i < 8; i++)
            sample[i] = low + (high - low) * (float)((i + s) % 8) / 7;
        if (s == 0)
            memcpy(first, sample, sizeof first);
        mote_values_add(&values, first, sample, 8);
    }
    return mote_values_tell(&values);
}

static void values_that_the_model_was_not_made_for_are_told(void **state)
{
    (void)state;
    assert_string_equal(tell(0, 1, 0, 1, 8).text, "");
    assert_string_equal(tell(0, 1, -0.05f, 1.2f, 8).text, ""); /* a little more than calibration saw */
    assert_string_equal(tell(-2.1, 2.6, 0, 1, 8).text, "");
    assert_non_null(strstr(tell(0, 1, 0, 255, 1).text, "reach the model as 0 to 255, and the model was made for 0 to 1"));
    assert_non_null(strstr(tell(0, 255, 0, 1, 8).text, "reach the model as 0 to 1, and the model was made for 0 to 255"));
    assert_string_equal(tell(0, 255, 0, 1, 2).text, ""); /* two dark pictures */
    assert_non_null(strstr(tell(0, 1, -1, 1, 8).text, "50 % of them beyond"));
    assert_non_null(strstr(tell(0, 1, 0.5f, 0.5f, 16).text, "are the same in all samples, 0.5 to 0.5"));
    assert_non_null(strstr(tell(0, 0, 7, 7, 16).text, "are the same in all samples"));
    assert_string_equal(tell(0, 0, 0, 255, 8).text, ""); /* nothing is known */
    assert_string_equal(tell(0, 1, 0, 0, 1).text, "");
    assert_string_equal(tell(0, 0, 7, 7, 15).text, ""); /* a few may be alike */
}

static void names_lead_to_what_became_of_them(void **state)
{
    mote_model   *given = load("tests/golden/names/cnn3.keras"), *lean;
    mote_name_map map;
    mote_error    err = {0};
    int32_t       i, kept = 0;

    (void)state;
    assert_int_equal(mote_model_optimize(&lean, given, NULL, &err), MOTE_OK);
    assert_int_equal(mote_model_map_names(&map, given, lean, &err), MOTE_OK);
    assert_int_equal(map.count, 14);
    for (i = 0; i < map.count; i++)
        kept += map.rows[i].fate == MOTE_FATE_KEPT;
    assert_int_equal(kept, 9);
    assert_string_equal(map.rows[1].source, "stem_bn");
    assert_int_equal(map.rows[1].fate, MOTE_FATE_FUSED);
    assert_string_equal(map.rows[1].ours, "stem_relu");
    mote_name_map_free(&map);
    mote_name_map_free(&map);
    assert_int_equal(mote_model_map_names(&map, given, NULL, &err), MOTE_ERR_USAGE);
    mote_model_destroy(lean);
    mote_model_destroy(given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_becomes_the_recipe_of_all_inputs),
        cmocka_unit_test(what_a_file_says_is_not_contradicted_unless_it_is_replaced),
        cmocka_unit_test(mean_and_std_are_as_many_as_the_last_axis),
        cmocka_unit_test(values_that_the_model_was_not_made_for_are_told),
        cmocka_unit_test(names_lead_to_what_became_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
