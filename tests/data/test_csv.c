/* data/: CSV tables.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "csv"
#include "files.h"

#include <locale.h>
#include <stdlib.h>

#include <mote/dataset.h>

#define PATH SCRATCH "/t.csv"

static mote_status load_with(mote_dataset **set, const char *text, const mote_data_options *options, mote_error *err)
{
    put_file(PATH, text, strlen(text));
    return mote_dataset_load(set, PATH, options, err);
}

static mote_status load(mote_dataset **set, const char *text, mote_error *err)
{
    return load_with(set, text, NULL, err);
}

static float input(const mote_dataset *set, size_t row, size_t column)
{
    return ((const float *)set->split[MOTE_TRAIN].x)[row * set->sample_count + column];
}

static void a_header_names_columns_and_words_become_classes(void **state)
{
    mote_dataset *set;
    (void)state;
    assert_works(load(
        &set, "\xef\xbb\xbflength, width ,species\r\n5.1,3.5,setosa\r\n\r\n7,3.2e0,\"virginica\"\r\n-4.9,.5,setosa", err));
    assert_int_equal(set->split[MOTE_TRAIN].count, 3);
    assert_int_equal(set->sample_count, 2);
    assert_string_equal(set->column_names[1], "width");
    assert_int_equal(set->targets, MOTE_TARGETS_CLASSES);
    assert_int_equal(set->class_count, 2);
    assert_string_equal(set->class_names[0], "setosa");
    assert_string_equal(set->class_names[1], "virginica");
    assert_int_equal(set->split[MOTE_TRAIN].labels[1], 1);
    assert_int_equal(set->split[MOTE_TRAIN].labels[2], 0);
    assert_true(input(set, 0, 0) == 5.1f && input(set, 1, 1) == 3.2f && input(set, 2, 0) == -4.9f);
    mote_dataset_destroy(set);
}

static void separators_and_quotes_are_understood(void **state)
{
    static const char *const texts[] = {"1,2,3\n4,5,6\n", "1;2;3\n4;5;6", "1\t2\t3\r4\t5\t6\r", " 1 , \"2\" ,3\n4,5 ,6\n\n"};
    mote_dataset            *set;
    size_t                   i;
    (void)state;
    for (i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_works(load(&set, texts[i], err));
        assert_int_equal(set->split[MOTE_TRAIN].count, 2);
        assert_null(set->column_names);
        assert_true(input(set, 0, 1) == 2 && input(set, 1, 0) == 4);
        assert_int_equal(set->split[MOTE_TRAIN].labels[1], 6);
        assert_int_equal(set->class_count, 7);
        mote_dataset_destroy(set);
    }
    assert_works(load(&set, "x,\"the \"\"class\"\"\nname\"\n1,\"a,\"\"b\"\"\"\n", err));
    assert_string_equal(set->class_names[0], "a,\"b\"");
    mote_dataset_destroy(set);
}

static void targets_are_chosen_by_name_or_count(void **state)
{
    static const char *const names[] = {"a", "c"}, *const typo[] = {"wdth"};
    mote_data_options by_name = {.target_names = names, .target_count = 2}, by_count = {.target_count = 2};
    mote_data_options wrong = {.target_names = typo, .target_count = 1}, all = {.target_count = 3}, one = {0};
    mote_data_options none = {.targets = MOTE_TARGETS_NONE};
    mote_dataset     *set;
    (void)state;
    assert_works(load_with(&set, "a,b,c\n1,2,3\n4,5,6.5\n", &by_name, err));
    assert_int_equal(set->targets, MOTE_TARGETS_VALUES);
    assert_int_equal(set->target_width, 2);
    assert_int_equal(set->sample_count, 1);
    assert_string_equal(set->column_names[0], "b");
    assert_true(set->split[MOTE_TRAIN].values[1] == 3 && set->split[MOTE_TRAIN].values[3] == 6.5f);
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "1,2,3\n4,5,6.5\n", &by_count, err));
    assert_int_equal(set->target_width, 2);
    assert_true(set->split[MOTE_TRAIN].values[2] == 5);
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "1,2,3\n4,5,6.5\n", &none, err));
    assert_int_equal(set->sample_count, 3);
    mote_dataset_destroy(set);
    assert_fails(load_with(&set, "a,width\n1,2\n", &wrong, err), MOTE_ERR_USAGE, "did you mean \"width\"?");
    assert_fails(load_with(&set, "1,2\n", &wrong, err), MOTE_ERR_USAGE, "no header line");
    assert_fails(load_with(&set, "1,2,3\n", &all, err), MOTE_ERR_USAGE, "leave none as inputs");
    assert_fails(load_with(&set, "1\n2\n", &one, err), MOTE_ERR_USAGE, "of 1 columns");
}

static void large_or_fractional_targets_are_values(void **state)
{
    mote_data_options classes = {.targets = MOTE_TARGETS_CLASSES};
    mote_dataset     *set;
    (void)state;
    assert_works(load(&set, "1,250000\n2,180000\n", err));
    assert_int_equal(set->targets, MOTE_TARGETS_VALUES);
    assert_true(set->split[MOTE_TRAIN].values[0] == 250000);
    mote_dataset_destroy(set);
    assert_works(load(&set, "1,-1\n2,1\n", err));
    assert_int_equal(set->targets, MOTE_TARGETS_VALUES);
    mote_dataset_destroy(set);
    assert_works(load(&set, "1,1.0\n2,0.0\n", err));
    assert_int_equal(set->targets, MOTE_TARGETS_VALUES);
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "1,1.0\n2,0.0\n", &classes, err));
    assert_int_equal(set->targets, MOTE_TARGETS_CLASSES);
    mote_dataset_destroy(set);
    assert_fails(load_with(&set, "1,1.5\n2,0.0\n", &classes, err), MOTE_ERR_FORMAT, "must be an integer");
}

static void what_is_wrong_is_named_with_line_and_column(void **state)
{
    static const struct {
        const char *text;
        mote_status status;
        const char *words;
    } cases[] = {
        {"a,b\n1,2\n3,\n", MOTE_ERR_FORMAT, PATH ":3:3: column 2 (b) is empty"},
        {"a,b\n1,2\n ,4\n", MOTE_ERR_FORMAT, PATH ":3:2: column 1 (a) is empty"},
        {"a,b\n1,2\nnan,4\n", MOTE_ERR_NUMERIC, PATH ":3:1: column 1 (a) is \"nan\", not a finite number"},
        {"1,2\n-INF,4\n", MOTE_ERR_NUMERIC, PATH ":2:1: column 1 is \"-INF\""},
        {"1,2\n3,4,5\n", MOTE_ERR_FORMAT, PATH ":2:5: the row has 3 cells; the first row has 2"},
        {"1,2\n\n\n3\n", MOTE_ERR_FORMAT, PATH ":4:1: the row has 1 cells"},
        {"1,2\nx,4\n", MOTE_ERR_FORMAT, PATH ":2:1: column 1: \"x\" is not a number"},
        {"1,2\n0x10,4\n", MOTE_ERR_FORMAT, "\"0x10\" is not a number"},
        {"1,2\n1e,4\n", MOTE_ERR_FORMAT, "\"1e\" is not a number"},
        {"1,2\n1e39,4\n", MOTE_ERR_FORMAT, PATH ":2:1: this number is out of float32's range"},
        {"1;2\n1,500;4\n", MOTE_ERR_FORMAT, PATH ":2:1: column 1: \"1,500\" is not a number; it may be a decimal comma"},
        {"1.5;2\n1,5;4\n", MOTE_ERR_FORMAT, "write a decimal point, not a comma"},
        {"1,2\n3,word\n", MOTE_ERR_FORMAT, PATH ":2:3: column 2: \"word\" is not a number"},
        {"a,b\n1,word\n2,\n", MOTE_ERR_FORMAT, PATH ":3:3: column 2 (b) is empty"},
        {"a,b\n1,\"word\n2,3\n", MOTE_ERR_FORMAT, PATH ":2:3: the quote that begins here is never closed"},
        {"a,b\n1,\"word\"x\n", MOTE_ERR_FORMAT, "text after the closing quote"},
        {"a,b\n", MOTE_ERR_FORMAT, PATH ": has a header line, but no rows"},
        {" \n\n", MOTE_ERR_FORMAT, PATH ": is empty"},
        {"", MOTE_ERR_FORMAT, PATH ": is empty"},
    };
    mote_dataset *set;
    size_t        i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_fails(load(&set, cases[i].text, err), cases[i].status, cases[i].words);
        assert_null(set);
    }
    put_file(PATH, "1,2\0003,4", 7);
    assert_fails(mote_dataset_load(&set, PATH, NULL, err), MOTE_ERR_FORMAT, "not a text file");
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
    mote_dataset *set;
    (void)state;
    (void)(setlocale(LC_ALL, "de_DE.UTF-8") || setlocale(LC_ALL, "fr_FR.UTF-8")); /* where the machine has one */
    assert_works(load(&set, "1.5,0.25\n", err));
    assert_true(input(set, 0, 0) == 1.5f);
    mote_dataset_destroy(set);
    setlocale(LC_ALL, "C");
}

static void the_memory_limit_holds_for_tables(void **state)
{
    mote_data_options small = {.max_bytes = 128};
    mote_text         text = {0};
    mote_dataset     *set;
    int               i;
    (void)state;
    for (i = 0; i < 100; i++)
        mote_text_puts(&text, "1,2,3\n");
    assert_fails(load_with(&set, text.bytes, &small, err), MOTE_ERR_LIMIT, PATH ": needs more than the memory limit");
    mote_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_names_columns_and_words_become_classes),
        cmocka_unit_test(separators_and_quotes_are_understood),
        cmocka_unit_test(targets_are_chosen_by_name_or_count),
        cmocka_unit_test(large_or_fractional_targets_are_values),
        cmocka_unit_test(what_is_wrong_is_named_with_line_and_column),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(the_memory_limit_holds_for_tables),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
