/* data/: CSV tables.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "csv"
#include "files.h"

#include <locale.h>
#include <stdlib.h>

#include <mote/dataset.h>

#define PATH SCRATCH "/t.csv"

static mote_status load_with(mote_dataset **set, const char *text, const mote_dataset_options *options, mote_error *err)
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
    return ((const float *)set->split[MOTE_SPLIT_TRAIN].x[0])[row * set->feature[0].width + column];
}

static void a_header_names_columns_and_words_become_classes(void **state)
{
    mote_dataset *set;
    (void)state;
    assert_works(load(
        &set, "\xef\xbb\xbflength, width ,species\r\n5.1,3.5,setosa\r\n\r\n7,3.2e0,\"virginica\"\r\n-4.9,.5,setosa", err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 3);
    assert_int_equal(set->feature[0].width, 2);
    assert_string_equal(set->feature[0].column_names[1], "width");
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_CLASSES);
    assert_int_equal(set->target[0].class_count, 2);
    assert_string_equal(set->target[0].class_names[0], "setosa");
    assert_string_equal(set->target[0].class_names[1], "virginica");
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].labels[0][1], 1);
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].labels[0][2], 0);
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
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 2);
        assert_null(set->feature[0].column_names);
        assert_true(input(set, 0, 1) == 2 && input(set, 1, 0) == 4);
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].labels[0][1], 6);
        assert_int_equal(set->target[0].class_count, 7);
        mote_dataset_destroy(set);
    }
    assert_works(load(&set, "x,\"the \"\"class\"\"\nname\"\n1,\"a,\"\"b\"\"\"\n", err));
    assert_string_equal(set->target[0].class_names[0], "a,\"b\"");
    mote_dataset_destroy(set);
}

static void targets_are_chosen_by_name_or_count(void **state)
{
    static const char *const names[] = {"a", "c"}, *const typo[] = {"wdth"};
    mote_dataset_options by_name = {.target_names = names, .target_count = 2}, by_count = {.target_count = 2};
    mote_dataset_options wrong = {.target_names = typo, .target_count = 1}, all = {.target_count = 3}, one = {0};
    mote_dataset_options none = {.targets = MOTE_TARGETS_NONE};
    mote_dataset        *set;
    (void)state;
    assert_works(load_with(&set, "a,b,c\n1,2,3\n4,5,6.5\n", &by_name, err));
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_VALUES);
    assert_int_equal(set->target[0].width, 2);
    assert_int_equal(set->feature[0].width, 1);
    assert_string_equal(set->feature[0].column_names[0], "b");
    assert_true(set->split[MOTE_SPLIT_TRAIN].values[0][1] == 3 && set->split[MOTE_SPLIT_TRAIN].values[0][3] == 6.5f);
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "1,2,3\n4,5,6.5\n", &by_count, err));
    assert_int_equal(set->target[0].width, 2);
    assert_true(set->split[MOTE_SPLIT_TRAIN].values[0][2] == 5);
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "1,2,3\n4,5,6.5\n", &none, err));
    assert_int_equal(set->feature[0].width, 3);
    mote_dataset_destroy(set);
    assert_fails(load_with(&set, "a,width\n1,2\n", &wrong, err), MOTE_ERR_USAGE, "did you mean \"width\"?");
    assert_fails(load_with(&set, "1,2\n", &wrong, err), MOTE_ERR_USAGE, "no header line");
    assert_fails(load_with(&set, "1,2,3\n", &all, err), MOTE_ERR_USAGE, "leave none as inputs");
    assert_fails(load_with(&set, "1\n2\n", &one, err), MOTE_ERR_USAGE, "of 1 columns");
}

static void large_or_fractional_targets_are_values(void **state)
{
    mote_dataset_options classes = {.targets = MOTE_TARGETS_CLASSES};
    mote_dataset        *set;
    (void)state;
    assert_works(load(&set, "1,250000\n2,180000\n", err));
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_VALUES);
    assert_true(set->split[MOTE_SPLIT_TRAIN].values[0][0] == 250000);
    mote_dataset_destroy(set);
    assert_works(load(&set, "1,-1\n2,1\n", err));
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_VALUES);
    mote_dataset_destroy(set);
    assert_works(load(&set, "1,1.0\n2,0.0\n", err));
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_VALUES);
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "1,1.0\n2,0.0\n", &classes, err));
    assert_int_equal(set->target[0].kind, MOTE_TARGETS_CLASSES);
    mote_dataset_destroy(set);
    assert_fails(load_with(&set, "1,1.5\n2,0.0\n", &classes, err), MOTE_ERR_FORMAT,
                 "t.csv:1:3: column 2 is 1.5: a class label must be an integer");
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

/* Each is the table 1 2 0, 3 4 1. */
static void tables_are_read_however_they_were_written(void **state)
{
    static const char *const texts[] = {
        "# made by a logger\n#\n1,2,0\n3,4,1\n", /* comments above, */
        "1,2,0\n# between\n3,4,1\n# and below\n",
        "1|2|0\n3|4|1\n",
        "1 | 2 | 0\n3 | 4 | 1\n",
        " 1  2 0\n 3\t4   1 \n",  /* runs of blanks, also around the row */
        "1,2,0,\n3,4,1,\n",       /* a separator at the end of every row, */
        "1,2,0\n3,4,1,\n",        /* of some, */
        "a;b;c;\n1;2;0\n3;4;1\n", /* of the header only, */
        "a;b;c\n1;2;0;\n3;4;1;\n",
        "sep=;\n1;2;0\n3;4;1\n",                /* as Excel says it */
        ",a,b,c\n7,1,2,0\n8,3,4,1\n",           /* pandas' index */
        "Unnamed: 0,a,b,c\n0,1,2,0\n1,3,4,1\n", /* the same, read and written again */
        "\"1\",\"2\",\"0\"\n\"3\",\"4\",\"1\"\n",
        "1,2,0\r\r3,4,1\r",
    };
    mote_dataset *set;
    size_t        i;
    (void)state;
    for (i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_works(load(&set, texts[i], err));
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 2);
        assert_int_equal(set->feature[0].width, 2);
        assert_true(input(set, 0, 0) == 1 && input(set, 0, 1) == 2 && input(set, 1, 0) == 3 && input(set, 1, 1) == 4);
        assert_int_equal(set->target[0].class_count, 2);
        assert_memory_equal(set->split[MOTE_SPLIT_TRAIN].labels[0], ((int32_t[2]){0, 1}), 8);
        mote_dataset_destroy(set);
    }
}

/* What parts the cells shows in what is between them, not in which sign comes first. */
static void a_separator_inside_words_does_not_part_them(void **state)
{
    mote_dataset *set;
    (void)state;
    assert_works(load(&set, "1,2,a;b\n3,4,c;d\n", err));
    assert_int_equal(set->feature[0].width, 2);
    assert_string_equal(set->target[0].class_names[1], "c;d");
    mote_dataset_destroy(set);
    assert_works(load(&set, "18.0   8   307.0\t\"chevy nova\"\n15.0   8   350.0\t\"buick\"\n", err)); /* UCI's auto-mpg */
    assert_int_equal(set->feature[0].width, 3);
    assert_string_equal(set->target[0].class_names[1], "chevy nova");
    mote_dataset_destroy(set);
}

static void decimal_commas_are_read_where_they_can_be_nothing_else(void **state)
{
    static const char *const texts[] = {"x;y;z\n1,5;-2,25;0\n1,234;1e3;1\n", "1,5|-2,25|0\n1,234|1000|1\n",
                                        "\"1,5\",\"-2,25\",\"0\"\n\"1,234\",\"1000\",\"1\"\n",
                                        "1,5 -2,25 0\n1,234 1000 1\n"};
    mote_dataset            *set;
    size_t                   i;
    (void)state;
    assert_works(load(&set, "1,5;-2,25;0\n1,234;1000;1\n", err));
    assert_true(input(set, 0, 0) == 1.5f && input(set, 0, 1) == -2.25f && input(set, 1, 0) == 1.234f);
    mote_dataset_destroy(set);
    for (i = 1; i < sizeof texts / sizeof *texts; i++) {
        assert_works(load(&set, texts[i], err));
        assert_true(input(set, 0, 0) == 1.5f && input(set, 0, 1) == -2.25f && input(set, 1, 0) == 1.234f);
        mote_dataset_destroy(set);
    }
    assert_fails(load(&set, texts[0], err), MOTE_ERR_FORMAT, "t.csv:2:1: column 1 (x): \"1,5\" is not a number");
    assert_fails(load(&set, "1,234;5\n2,500;6\n", err), MOTE_ERR_FORMAT, "t.csv:1:1: column 1: \"1,234\" is not a number");
    assert_fails(load(&set, "1.234,5;5\n2,5;6\n", err), MOTE_ERR_FORMAT, "t.csv:1:1: column 1: \"1.234,5\" is not a number");
}

static void numbers_name_columns_where_they_are_no_data(void **state)
{
    static const struct {
        const char *text;
        size_t      rows;
        const char *name; /* of the first column; NULL: no header */
        const char *note;
    } cases[] = {
        {"0,1,2\n5,6,0\n7,8,1\n", 2, "0", "line 1 (0, 1, 2) is taken for the header"},          /* pandas without names, */
        {",0,1,2\n0,1.5,2,0\n1,2.5,1,1\n", 2, "0", "column 1 has no name and counts the rows"}, /* with its index */
        {"2019;2020;2021\n1,5;2,25;0\n2,5;3,75;1\n", 2, "2019", "taken for the header"},        /* fractions below */
        {"2019,2020,2021\n5,6,0\n7,9,1\n", 2, "2019", "taken for the header"},                  /* smaller numbers below */
        {"id,2019,2020,label\n1,5,6,0\n2,7,8,1\n", 2, "id", "taken for the header"},            /* a word above numbers */
        {"120,4,setosa,versicolor,virginica\n6.4,2.8,5.6,2.2,2\n5,2.3,3.3,1,1\n", 2, "120", "taken for the header"},
        {"1,2,3\n4,5,6\n", 2, NULL, NULL}, /* every row counts */
        {"1,2,3\n4,5,9\n", 2, NULL, "line 1 (1, 2, 3) is taken for a row of data"},
        {"0,0,0\n0,1,1\n1,0,1\n", 3, NULL, NULL},
        {"5.1,3.5,setosa\n4.9,3,setosa\n", 2, NULL, NULL},
    };
    mote_dataset_options yes = {.header = MOTE_HEADER_YES}, no = {.header = MOTE_HEADER_NO};
    mote_dataset        *set;
    size_t               i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_works(load(&set, cases[i].text, err));
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, cases[i].rows);
        assert_int_equal(set->feature[0].column_names != NULL, cases[i].name != NULL);
        if (cases[i].name)
            assert_string_equal(set->feature[0].column_names[0], cases[i].name);
        if (cases[i].note && !has_note(set, cases[i].note))
            fail_msg("%zu: no note with \"%s\"", i, cases[i].note);
        if (!cases[i].note && has_note(set, "line 1"))
            fail_msg("%zu: a note on line 1", i);
        mote_dataset_destroy(set);
    }
    assert_works(load_with(&set, cases[0].text, &no, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 3);
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "1,2,3\n4,5,6\n", &yes, err));
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 1);
    assert_string_equal(set->target[0].column_names[0], "3");
    mote_dataset_destroy(set);
    assert_fails(load(&set, "5.1,?,0\n4.9,3.0,1\n", err), MOTE_ERR_FORMAT, "t.csv:1:5: column 2: \"?\" is not a number");
}

static void a_comment_with_a_word_a_column_is_a_header(void **state)
{
    static const char *const names[] = {"label"};
    mote_dataset_options     named = {.target_names = names, .target_count = 1};
    mote_dataset            *set;
    (void)state;
    assert_works(load_with(&set, "# x,label,y\n1,0,2\n3,1,4\n", &named, err)); /* numpy.savetxt(header="x,label,y") */
    assert_int_equal(set->target[0].class_count, 2);
    assert_string_equal(set->feature[0].column_names[1], "y");
    mote_dataset_destroy(set);
    assert_works(load(&set, "# made, by a logger\n1,0,2\n3,1,4\n", err));
    assert_null(set->feature[0].column_names);
    mote_dataset_destroy(set);
}

static void targets_stand_in_the_order_in_which_they_are_named(void **state)
{
    static const char *const names[] = {"c", "a"}, *const twice[] = {"a", "a"}, *const one[] = {"2020"};
    mote_dataset_options order = {.target_names = names, .target_count = 2};
    mote_dataset_options same = {.target_names = twice, .target_count = 2}, year = {.target_names = one, .target_count = 1};
    mote_dataset_options number = {.target_count = 2020};
    mote_dataset        *set;
    (void)state;
    assert_works(load_with(&set, "a,b,c\n1,2,3.5\n4,5,6.5\n", &order, err));
    assert_int_equal(set->target[0].column_count, 2);
    assert_string_equal(set->target[0].column_names[0], "c");
    assert_string_equal(set->target[0].column_names[1], "a");
    assert_true(set->split[MOTE_SPLIT_TRAIN].values[0][0] == 3.5f && set->split[MOTE_SPLIT_TRAIN].values[0][1] == 1);
    mote_dataset_destroy(set);
    assert_fails(load_with(&set, "a,b,c\n1,2,3.5\n", &same, err), MOTE_ERR_USAGE, "\"a\" is named twice");
    assert_fails(load_with(&set, "a,b,a\n1,2,3.5\n", &order, err), MOTE_ERR_USAGE, "has no column \"c\"");
    assert_fails(load_with(&set, "a,c,a\n1,2,3.5\n", &order, err), MOTE_ERR_USAGE, "2 columns named \"a\"");
    assert_works(
        load_with(&set, "2019,2020\n1900,3.5\n2100,4\n", &year, err)); /* a name that is there makes it the header */
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 2);
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "2019,2020\n1900,3.5\n2100,4\n", &number, err));
    assert_string_equal(set->target[0].column_names[0], "2020");
    mote_dataset_destroy(set);
}

/* The same rows in any order have the same classes. */
static void words_for_nothing_are_classes_beside_other_words(void **state)
{
    static const char *const texts[] = {"h,d\n7,None\n6,Apnea\n5,None\n4,Insomnia\n",
                                        "h,d\n6,Apnea\n7,None\n4,Insomnia\n5,None\n",
                                        "7,None\n6,Apnea\n5,None\n4,Insomnia\n"};
    mote_dataset_options     classes = {.targets = MOTE_TARGETS_CLASSES};
    mote_dataset            *set;
    size_t                   i;
    (void)state;
    for (i = 0; i < 3; i++) {
        assert_works(load(&set, texts[i], err));
        assert_int_equal(set->target[0].class_count, 3);
        assert_string_equal(set->target[0].class_names[2], "None");
        mote_dataset_destroy(set);
    }
    assert_works(load_with(&set, "1,NA\n2,None\n3,NA\n", &classes, err));
    assert_string_equal(set->target[0].class_names[0], "NA");
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "1,2b\n2,3\n3,4\n", &classes, err));
    assert_int_equal(set->target[0].class_count, 3);
    mote_dataset_destroy(set);
    assert_works(load_with(&set, "1,1.0\n2,0.0\n", &classes, err));
    assert_int_equal(set->target[0].class_count, 2);
    assert_int_equal(set->split[MOTE_SPLIT_TRAIN].labels[0][0], 1);
    mote_dataset_destroy(set);
    assert_fails(load(&set, "1,NA\n2,3.5\n3,4\n", err), MOTE_ERR_NUMERIC,
                 "t.csv:1:3: column 2 is \"NA\", not a finite number");
    assert_fails(load(&set, "1,2b\n2,3\n3,4\n", err), MOTE_ERR_FORMAT,
                 "t.csv:1:3: column 2: \"2b\" is not a number; --target-kind");
    assert_fails(load_with(&set, "1,NA\n2,0\n3,1\n", &classes, err), MOTE_ERR_NUMERIC, "column 2 is \"NA\"");
    assert_fails(load(&set, "x,city,y\n1,Rome,0\n2,Paris,1\n", err), MOTE_ERR_FORMAT,
                 "t.csv:2:3: column 2 (city): \"Rome\" is not a number; no cell of this column is");
}

static void rows_that_do_not_fit_are_named_by_line_and_column(void **state)
{
    static const char *const names[] = {"a"};
    mote_dataset_options     named = {.target_names = names, .target_count = 1};
    mote_dataset            *set;
    (void)state;
    assert_fails(load(&set, "made by me\n1,2,3\n4,5,6\n", err), MOTE_ERR_FORMAT,
                 "t.csv:2:5: the row has 3 cells; the first row has 1");
    assert_fails(load(&set, "1,2,0\n3,4\n", err), MOTE_ERR_FORMAT, "t.csv:2:3: the row has 2 cells; the first row has 3");
    assert_fails(load(&set, "a,b,\n1,2,0\n3,4\n", err), MOTE_ERR_FORMAT, "t.csv:3:3: the row has 2 cells");
    assert_fails(load(&set, "# only\n# comments\n", err), MOTE_ERR_FORMAT, "t.csv: is empty");
    assert_fails(load(&set, "a,\"two\nlines\"\n1,2\nx,3\n", err), MOTE_ERR_FORMAT, "t.csv:4:1: column 1 (a): \"x\"");
    /* columns count characters, not bytes */
    assert_fails(load_with(&set, "a,b\n\xc3\xa4\xc3\xb6,1\n\xc3\xa4\xc3\xb6,?\n", &named, err), MOTE_ERR_FORMAT,
                 "t.csv:3:4: column 2 (b): \"?\"");
}

static void other_encodings_are_told_as_such(void **state)
{
    mote_dataset *set;
    (void)state;
    put_file(PATH,
             "\xff\xfe"
             "1\0,\0"
             "2\0\n\0",
             10);
    assert_fails(mote_dataset_load(&set, PATH, NULL, err), MOTE_ERR_FORMAT, "is text in UTF-16; save it as UTF-8");
    put_file(PATH,
             "1\0,\0"
             "2\0\n\0",
             8);
    assert_fails(mote_dataset_load(&set, PATH, NULL, err), MOTE_ERR_FORMAT, "is text in UTF-16");
    assert_fails(load(&set, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", err), MOTE_ERR_UNSUPPORTED,
                 "is a Git LFS pointer (the file itself was not fetched)");
    assert_fails(load(&set, "1,caf\xe9\n2,bar\n", err), MOTE_ERR_FORMAT, "t.csv:1:3: \"caf\\xe9\" is no UTF-8");
    assert_fails(load(&set,
                      "gr\xf6\xdf"
                      "e,y\n2,1\n",
                      err),
                 MOTE_ERR_FORMAT, "t.csv:1:1: \"gr\\xf6\\xdfe\" is no UTF-8");
}

static void put_table(const char *path, const char *table, size_t cut)
{
    mote_text plain = {0}, packed;

    mote_text_puts(&plain, table);
    packed = gzip(&plain);
    put_file(path, packed.bytes, packed.count - cut);
    mote_text_free(&plain);
    mote_text_free(&packed);
}

static void packed_tables_are_read_under_any_name(void **state)
{
    static const char *const paths[] = {SCRATCH "/p.csv.gz", SCRATCH "/p.csv", SCRATCH "/p.TSV.GZ"};
    mote_dataset_options     small = {.max_bytes = 1000};
    mote_dataset            *set;
    mote_text                text = {0};
    size_t                   i;
    (void)state;
    for (i = 0; i < 3; i++) {
        put_table(paths[i], "a,b,y\n1,2,x\n3,4,z\n", 0);
        assert_works(mote_dataset_load(&set, paths[i], NULL, err));
        assert_int_equal(set->split[MOTE_SPLIT_TRAIN].count, 2);
        assert_string_equal(set->target[0].class_names[1], "z");
        mote_dataset_destroy(set);
    }
    put_table(paths[0], "a,b,y\n1,2,x\n3,4,z\n", 5);
    assert_fails(mote_dataset_load(&set, paths[0], NULL, err), MOTE_ERR_FORMAT,
                 "p.csv.gz: truncated: the gzip stream stops");
    for (i = 0; i < 1000; i++)
        mote_text_puts(&text, "1,2,3\n");
    put_table(paths[0], text.bytes, 0);
    assert_fails(mote_dataset_load(&set, paths[0], &small, err), MOTE_ERR_LIMIT,
                 "p.csv.gz: unpacked it needs more than the memory limit");
    mote_text_free(&text);
    put_file(SCRATCH "/w.csv", "PK\3\4xxxx", 8);
    assert_fails(mote_dataset_load(&set, SCRATCH "/w.csv", NULL, err), MOTE_ERR_FORMAT, "save the table as CSV");
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
    mote_dataset_options small = {.max_bytes = 128};
    mote_text            text = {0};
    mote_dataset        *set;
    int                  i;
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
        cmocka_unit_test(tables_are_read_however_they_were_written),
        cmocka_unit_test(a_separator_inside_words_does_not_part_them),
        cmocka_unit_test(decimal_commas_are_read_where_they_can_be_nothing_else),
        cmocka_unit_test(numbers_name_columns_where_they_are_no_data),
        cmocka_unit_test(a_comment_with_a_word_a_column_is_a_header),
        cmocka_unit_test(targets_stand_in_the_order_in_which_they_are_named),
        cmocka_unit_test(words_for_nothing_are_classes_beside_other_words),
        cmocka_unit_test(rows_that_do_not_fit_are_named_by_line_and_column),
        cmocka_unit_test(other_encodings_are_told_as_such),
        cmocka_unit_test(packed_tables_are_read_under_any_name),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(the_memory_limit_holds_for_tables),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
