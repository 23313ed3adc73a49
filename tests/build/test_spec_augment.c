/* train.augment: Keras' ways of writing ranges, the order of steps, mistakes told by line. SPDX-License-Identifier:
 * Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "build/spec.h"

static mote_status parse(mote_spec **out, const char *augment, mote_error *err)
{
    char text[1000];

    *err = (mote_error){0};
    snprintf(text, sizeof text, "model: {input: [3], layers: [dense: 1]}\ntrain: {loss: mse, augment: %s}\n", augment);
    return mote_spec_parse(out, "x.yaml", text, strlen(text), err);
}

static mote_spec *parsed(const char *augment)
{
    mote_error err;
    mote_spec *spec;

    if (parse(&spec, augment, &err) != MOTE_OK)
        fail_msg("%s: %s", augment, err.text);
    return spec;
}

static void assert_range(mote_augment_range range, double low, double high)
{
    assert_true(fabs((double)range.low - low) < 1e-6 && fabs((double)range.high - high) < 1e-6);
}

static void one_number_means_what_it_means_in_keras(void **state)
{
    mote_spec *spec = parsed("[random_rotation: 0.1, random_contrast: 0.2, random_hue: {factor: 0.3}, scaling: 0.25, "
                             "random_translation: 0.4, random_zoom: {height_factor: [0.2, -0.1]}, random_erasing, "
                             "random_brightness: {factor: 0.2, value_range: [1, -1]}]");
    const mote_augment_step *s = spec->train.augment->steps;

    (void)state;
    assert_int_equal(spec->train.augment->step_count, 8);
    assert_range(s[0].factor, -0.1, 0.1);
    assert_range(s[1].factor, 0, 0.2);
    assert_range(s[2].factor, 0, 0.3);
    assert_range(s[3].factor, 0.75, 1.25);
    assert_range(s[4].height, -0.4, 0.4);
    assert_range(s[4].width, -0.4, 0.4);
    assert_range(s[5].height, -0.1, 0.2);
    assert_false(s[5].has_width);
    assert_range(s[6].factor, 0, 1);
    assert_range(s[6].scale, 0.02, 0.33);
    assert_false(s[6].has_fill);
    assert_range(s[7].value_range, -1, 1);
    mote_spec_destroy(spec);
}

static void a_maps_steps_run_in_the_tables_order_and_a_lists_in_its_own(void **state)
{
    mote_spec *map = parsed("{mix_up: 0.3, gaussian_noise: 0.1, random_flip: vertical, time_shift: {factor: 0.1, fill_mode: "
                            "wrap}}");
    mote_spec *list = parsed("[gaussian_noise: 0.1, random_flip, gaussian_noise: {stddev: 0.2}]");
    const mote_augment_step *m = map->train.augment->steps, *l = list->train.augment->steps;

    (void)state;
    assert_int_equal(map->train.augment->step_count, 4);
    assert_int_equal(m[0].kind, MOTE_AUGMENT_FLIP);
    assert_int_equal(m[0].flip, MOTE_FLIP_VERTICAL);
    assert_int_equal(m[1].kind, MOTE_AUGMENT_TIME_SHIFT);
    assert_int_equal(m[1].fill_mode, MOTE_FILL_WRAP);
    assert_int_equal(m[2].kind, MOTE_AUGMENT_NOISE);
    assert_int_equal(m[3].kind, MOTE_AUGMENT_MIX_UP);
    assert_int_equal(l[0].kind, MOTE_AUGMENT_NOISE);
    assert_int_equal(l[1].flip, MOTE_FLIP_BOTH);
    assert_true(l[2].stddev > 0.19f);
    mote_spec_destroy(map);
    mote_spec_destroy(list);
}

static void mistakes_are_told_by_line(void **state)
{
    static const struct {
        const char *augment, *says;
    } cases[] = {
        {"{random_flips: horizontal}", "x.yaml:2: augment: unknown step \"random_flips\"; did you mean \"random_flip\"?"},
        {"{random_flip: sideways}", "random_flip: unknown mode \"sideways\""},
        {"{random_rotation: 2}", "random_rotation: factor is 2"},
        {"{random_rotation: [0.1]}", "random_rotation: factor: a number or two numbers are expected"},
        {"{random_rotation: {}}", "random_rotation: factor is missing"},
        {"{random_contrast: -0.1}", "random_contrast: factor is -0.1"},
        {"{random_translation: {height_factor: 0.1}}", "random_translation: width_factor is missing"},
        {"{random_crop: {}}", "padding is missing"},
        {"{random_brightness: {factor: 0.1, value_range: 255}}", "value_range: two numbers are expected"},
        {"{random_brightness: {factor: 0.1, value_range: [1, 1]}}", "two different numbers"},
        {"{random_zoom: {factor: 0.1}}", "unknown key \"factor\""},
        {"{gaussian_noise: {}}", "stddev is missing"},
        {"{mix_up: 0}", "mix_up: alpha is 0"},
        {"{}", "1 to 32 steps are expected"},
        {"often", "1 to 32 steps are expected"},
        {"[[random_flip]]", "one step is expected"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_error err;
        mote_spec *spec;
        if (parse(&spec, cases[i].augment, &err) != MOTE_ERR_USAGE || !strstr(err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].augment, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_number_means_what_it_means_in_keras),
        cmocka_unit_test(a_maps_steps_run_in_the_tables_order_and_a_lists_in_its_own),
        cmocka_unit_test(mistakes_are_told_by_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
