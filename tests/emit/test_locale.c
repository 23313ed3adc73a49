/* A program that uses the library may have set a locale whose decimal point is a comma: neither what mote writes nor what it
 * reads changes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <mote/compile.h>
#include <mote/model.h>

#include "base/file.h"
#include "base/text.h"
#include "build/spec.h"

#define ROOT  "build/tests/locale"
#define MODEL "tests/golden/ops/add_i8_batch_2.tflite"

static const char spec[] = "name: sine\ndata: {generate: {sine: {samples: 100, noise: 0.1}}}\n"
                           "model:\n  layers:\n    - dense: 1\ntrain: {loss: mse, epochs: 1}\n";

/* Of the machine, or made here where it can be made. */
static bool set_comma_locale(void)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "fr_FR.UTF-8"))
        return true;
    if (system("localedef --no-archive -i de_DE -f UTF-8 " ROOT "/de_DE.UTF-8 >/dev/null 2>&1") > 1)
        return false;
    setenv("LOCPATH", ROOT, 1);
    return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

static void compile_to(const char *folder)
{
    mote_error  err = {0};
    mote_model *model;

    assert_int_equal(mote_model_load(&model, MODEL, NULL, &err), MOTE_OK);
    assert_int_equal(mote_compile(NULL, model, folder, &(mote_compile_options){.name = "add"}, &err), MOTE_OK);
    mote_model_destroy(model);
}

static void assert_same(const char *name)
{
    mote_error err = {0};
    mote_file  a, b;
    char       path[200];

    snprintf(path, sizeof path, ROOT "/plain/%s", name);
    assert_int_equal(mote_file_open(&a, path, &err), MOTE_OK);
    snprintf(path, sizeof path, ROOT "/comma/%s", name);
    assert_int_equal(mote_file_open(&b, path, &err), MOTE_OK);
    assert_int_equal(a.count, b.count);
    assert_memory_equal(a.bytes, b.bytes, a.count);
    mote_file_close(&a);
    mote_file_close(&b);
}

static void compiled_code_has_no_commas_in_numbers(void **state)
{
    (void)state;
    setlocale(LC_ALL, "C");
    compile_to(ROOT "/plain");
    if (!set_comma_locale())
        skip();
    compile_to(ROOT "/comma");
    setlocale(LC_ALL, "C");
    assert_same("add.h"); /* has the scales of inputs and outputs */
    assert_same("add.c");
    assert_same("add_selftest.c");
}

static void specs_are_read_with_points(void **state)
{
    mote_error err = {0};
    mote_spec *read;
    (void)state;
    if (!set_comma_locale())
        skip();
    mote_spec_parse(&read, "sine.yaml", spec, strlen(spec), &err);
    setlocale(LC_ALL, "C");
    assert_string_equal(err.text, "");
    mote_spec_destroy(read);
}

static void numbers_as_text_have_points(void **state)
{
    mote_text text = {0};
    char      out[20];
    double    number = 0;
    bool      is_read;
    (void)state;
    if (!set_comma_locale())
        skip();
    mote_text_printf(&text, "%.2f", 1.25);
    mote_format(out, sizeof out, "%g", 0.5);
    is_read = mote_parse_number("2.5", &number);
    assert_string_equal(localeconv()->decimal_point, ","); /* the program's locale is as it was */
    setlocale(LC_ALL, "C");
    assert_string_equal(text.bytes, "1.25");
    assert_string_equal(out, "0.5");
    assert_true(is_read && number == 2.5);
    mote_text_free(&text);
}

static int set_up(void **state)
{
    mote_error err = {0};
    (void)state;
    return mote_remove_tree(ROOT, &err) == MOTE_OK && mote_make_dirs(ROOT, &err) == MOTE_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compiled_code_has_no_commas_in_numbers),
        cmocka_unit_test(specs_are_read_with_points),
        cmocka_unit_test(numbers_as_text_have_points),
    };
    return cmocka_run_group_tests_name("locale", tests, set_up, NULL);
}
