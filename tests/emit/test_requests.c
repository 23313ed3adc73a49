/* What is asked of the compiler: arrays by name, and requests that make no sense.
 * SPDX-License-Identifier: Apache-2.0 */
#define ROOT "build/tests/requests"
#include "compiling.h"

static mote_model *make_model(void)
{
    mote_model *real = network_infer(network_random(1)), *model = network_quantize(real, NULL);

    mote_model_destroy(real);
    return model;
}

#define TWO_ARRAYS                                                                                                          \
    "#include \"left/left.h\"\n#include \"right/right.h\"\nint main(void)\n{\n"                                             \
    "    return left_model_len < 100 || left_model_len != right_model_len || &left_model[0] == &right_model[0] ||\n"        \
    "           left_model[4] != 'T' || right_model[4] != 'T' || (unsigned long)&left_model[0] % 16 != 0;\n}\n"

/* Two models in one firmware, called from C and from C++. */
static void arrays_of_two_names_link_together(void **state)
{
    static const char *const names[] = {"left", "right"};
    mote_model              *model = make_model();
    int                      i;

    (void)state;
    for (i = 0; i < 2; i++) {
        compiled c = compile(model, names[i], &(mote_compile_options){.target = "array", .name = names[i]});
        assert_string_equal(c.result.name, names[i]);
        run("cmp %s/%s.cc %s/%s.cc", c.folder, names[i], c.folder, names[i]);
        run("test $(ls %s | wc -l) = 2 && ! grep -E 'g_model|MOTE_MODEL_H' %s/*", c.folder, c.folder);
        run("gcc -std=c11 " STRICT " -x c -c %s/%s.cc -o " ROOT "/%s.o", c.folder, names[i], names[i]);
        if (has_tool("g++"))
            run("g++ -std=c++17 " STRICT " -c %s/%s.cc -o " ROOT "/%s.oo", c.folder, names[i], names[i]);
    }
    assert_int_equal(mote_file_write(ROOT "/two.c", TWO_ARRAYS, strlen(TWO_ARRAYS), &(mote_error){0}), MOTE_OK);
    run("gcc -std=c99 " STRICT " -I" ROOT " -c " ROOT "/two.c -o " ROOT "/two.o");
    run("gcc " ROOT "/two.o " ROOT "/left.o " ROOT "/right.o -o " ROOT "/two && " ROOT "/two");
    if (has_tool("g++")) {
        run("g++ " ROOT "/two.o " ROOT "/left.oo " ROOT "/right.oo -o " ROOT "/two && " ROOT "/two");
        run("g++ -std=c++17 " STRICT " -I" ROOT " -x c++ " ROOT "/two.c -x none " ROOT "/left.o " ROOT "/right.oo -o " ROOT
            "/two && " ROOT "/two");
    }
    mote_model_destroy(model);
}

static void requests_that_make_no_sense_are_refused(void **state)
{
    static const uint8_t       byte = 0;
    const mote_compile_options bad[] = {
        {.optimize = (mote_optimize)2},
        {.optimize = (mote_optimize)-1},
        {.golden_count = 1},
        {.golden_count = -1, .golden = &byte},
        {.target = "rom"},
        {.file = &byte, .file_bytes = 0, .target = "interpreter"},
    };
    mote_model *model = make_model();
    mote_error  err = {0};
    size_t      i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (mote_error){0};
        if (mote_compile(NULL, model, ROOT "/refused", &bad[i], &err) != MOTE_ERR_USAGE)
            fail_msg("request %zu: %s", i, err.text);
        assert_false(mote_path_exists(ROOT "/refused"));
    }
    assert_int_equal(mote_compile(NULL, NULL, ROOT "/refused", NULL, &(mote_error){0}), MOTE_ERR_USAGE);
    assert_int_equal(mote_compile(NULL, model, NULL, NULL, &(mote_error){0}), MOTE_ERR_USAGE);
    assert_int_equal(mote_compile(NULL, model, "", NULL, &(mote_error){0}), MOTE_ERR_USAGE);
    assert_null(mote_compiled_for(NULL, NULL));
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_of_two_names_link_together),
        cmocka_unit_test(requests_that_make_no_sense_are_refused),
    };

    return cmocka_run_group_tests_name("requests", tests, find_compilers, NULL);
}
