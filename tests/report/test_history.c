/* report/: training history as CSV, JSON and a chart.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include <mote/history.h>

#include "base/file.h"
#include "report/history.h"

static const double epoch[] = {1, 2, 10}, loss[] = {0.1, NAN, 1e-7}, val_loss[] = {2.5, INFINITY, -3};

static const char *const   names[] = {"epoch", "loss", "val_loss"};
static const double *const columns[] = {epoch, loss, val_loss};
static const mote_history  history = {.names = names, .columns = columns, .column_count = 3, .row_count = 3};

static void expect_file(const char *path, const char *expected)
{
    mote_error err = {0};
    mote_file  file;

    assert_int_equal(mote_file_open(&file, path, &err), MOTE_OK);
    assert_int_equal(file.count, strlen(expected));
    assert_memory_equal(file.bytes, expected, file.count);
    mote_file_close(&file);
    unlink(path);
}

static void csv_has_the_exact_numbers(void **state)
{
    mote_error err = {0};
    (void)state;
    assert_int_equal(mote_history_save_csv(&history, "build/tests/history.csv", &err), MOTE_OK);
    expect_file("build/tests/history.csv", "epoch,loss,val_loss\n1,0.1,2.5\n2,nan,inf\n10,1e-07,-3\n");
}

static void csv_quotes_names(void **state)
{
    static const char *const quoted[] = {"a,b", "say \"hi\"", "plain"};
    const mote_history       empty = {.names = quoted, .columns = columns, .column_count = 3, .row_count = 0};
    mote_error               err = {0};
    (void)state;
    assert_int_equal(mote_history_save_csv(&empty, "build/tests/quoted.csv", &err), MOTE_OK);
    expect_file("build/tests/quoted.csv", "\"a,b\",\"say \"\"hi\"\"\",plain\n");
}

static void json_has_keras_shape(void **state)
{
    mote_error err = {0};
    (void)state;
    assert_int_equal(mote_history_save_json(&history, "build/tests/history.json", &err), MOTE_OK);
    expect_file("build/tests/history.json", "{\n"
                                            "  \"epoch\": [1, 2, 10],\n"
                                            "  \"loss\": [0.1, null, 1e-07],\n"
                                            "  \"val_loss\": [2.5, null, -3]\n"
                                            "}\n");
}

static void json_escapes_names_and_refuses_bytes(void **state)
{
    static const char *const odd[] = {"a\"\\\n", "\xff"};
    const mote_history       escaped = {.names = odd, .columns = columns, .column_count = 1, .row_count = 1},
                       broken = {.names = odd, .columns = columns, .column_count = 2, .row_count = 1},
                       none = {.names = NULL, .columns = NULL, .column_count = 0, .row_count = 0};
    mote_error err = {0};
    (void)state;
    assert_int_equal(mote_history_save_json(&escaped, "build/tests/odd.json", &err), MOTE_OK);
    expect_file("build/tests/odd.json", "{\n  \"a\\\"\\\\\\n\": [1]\n}\n");
    assert_int_equal(mote_history_save_json(&none, "build/tests/odd.json", &err), MOTE_OK);
    expect_file("build/tests/odd.json", "{}\n");
    assert_int_equal(mote_history_save_json(&broken, "build/tests/odd.json", &err), MOTE_ERR_FORMAT);
    assert_string_equal(err.text, "build/tests/odd.json: history: column name \\xff is not UTF-8");
    assert_false(mote_path_exists("build/tests/odd.json"));
}

static void chart_has_a_panel_a_metric(void **state)
{
    static const char *const   four[] = {"val_loss", "epoch", "loss", "accuracy"};
    static const double *const values[] = {val_loss, epoch, loss, epoch};
    const mote_history         mixed = {.names = four, .columns = values, .column_count = 4, .row_count = 3};
    mote_error                 err = {0};
    mote_file                  file;
    (void)state;
    assert_int_equal(mote_history_save_chart(&mixed, "Run", "build/tests/history.svg", &err), MOTE_OK);
    assert_int_equal(mote_file_open(&file, "build/tests/history.svg", &err), MOTE_OK);
    assert_non_null(memmem(file.bytes, file.count, "width=\"1120\" height=\"380\"", 25));
    assert_non_null(memmem(file.bytes, file.count, ">val_loss<", 10));
    assert_null(memmem(file.bytes, file.count, ">val_accuracy<", 14));
    mote_file_close(&file);
    unlink("build/tests/history.svg");
}

static void missing_columns_are_refused(void **state)
{
    const mote_history no_columns = {.names = names, .columns = NULL, .column_count = 3, .row_count = 3},
                       negative = {.names = names, .columns = columns, .column_count = -1, .row_count = 3};
    mote_error err = {0};
    (void)state;
    assert_int_equal(mote_history_save_csv(&no_columns, "build/tests/x.csv", &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_history_save_json(&negative, "build/tests/x.json", &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_history_save_csv(&history, "build/tests/no/such/folder.csv", &err), MOTE_ERR_IO);
}

static int make_folder(void **state)
{
    mote_error err = {0};
    (void)state;
    return mote_make_dirs("build/tests", &err) == MOTE_OK ? 0 : -1;
}

/* What JSON cannot say comes back as NaN; CSV says all. */
static void what_was_saved_is_read_back(void **state)
{
    static const char *const paths[] = {"build/tests/read_back.csv", "build/tests/read_back.json"};
    mote_arena               arena = {0};
    mote_error               err = {0};
    mote_history             read;
    int                      p, c, r;

    (void)state;
    assert_int_equal(mote_history_save_csv(&history, paths[0], &err), MOTE_OK);
    assert_int_equal(mote_history_save_json(&history, paths[1], &err), MOTE_OK);
    for (p = 0; p < 2; p++) {
        assert_int_equal(mote_history_load(&read, paths[p], &arena, &err), MOTE_OK);
        assert_true(read.column_count == 3 && read.row_count == 3);
        for (c = 0; c < 3; c++) {
            assert_string_equal(read.names[c], names[c]);
            for (r = 0; r < 3; r++)
                if (isnan(columns[c][r]) || (p == 1 && isinf(columns[c][r])))
                    assert_true(isnan(read.columns[c][r]));
                else
                    assert_true(read.columns[c][r] == columns[c][r]);
        }
        unlink(paths[p]);
    }
    mote_arena_destroy(&arena);
}

/* A name may hold what parts cells, and an editor may have left out the last line's end. */
static void csv_is_read_with_quotes_and_without_a_last_line_end(void **state)
{
    static const char  text[] = "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\n1,2,3\n4,5,\"6\"";
    static const char *path = "build/tests/quoted.csv", *const quoted[] = {"a,b", "say \"hi\"", "two\nlines"};
    mote_arena   arena = {0};
    mote_error   err = {0};
    mote_history read;
    int          c;

    (void)state;
    assert_int_equal(mote_file_write(path, text, strlen(text), &err), MOTE_OK);
    if (mote_history_load(&read, path, &arena, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_true(read.column_count == 3 && read.row_count == 2);
    for (c = 0; c < 3; c++) {
        assert_string_equal(read.names[c], quoted[c]);
        assert_true(read.columns[c][0] == c + 1 && read.columns[c][1] == c + 4);
    }
    mote_arena_destroy(&arena);
    unlink(path);
}

static void a_damaged_history_is_refused(void **state)
{
    static const struct {
        const char *path, *text, *told;
    } cases[] = {
        {"build/tests/bad.csv", "epoch,loss\n1,zero\n", "\"zero\" is no number"},
        {"build/tests/bad.csv", "epoch,loss\n1\n", "line 2"},
        {"build/tests/bad.csv", "epoch,loss\n1,2,3\n", "line 2"},
        {"build/tests/bad.csv", "\"epoch,loss\n1,2\n", "a quote is not closed"},
        {"build/tests/bad.csv", "\"epoch\"s,loss\n1,2\n", "\"epoch\": a comma"},
        {"build/tests/bad.csv", "epo\"ch,loss\n1,2\n", "a quote stands within a cell"},
        {"build/tests/bad.json", "{\"epoch\": [1, 2]", "line 1"},
        {"build/tests/bad.json", "[1, 2]", "an object is expected"},
        {"build/tests/bad.json", "{\"epoch\": [1, 2], \"loss\": [1]}", "\"loss\" has not as many rows"},
        {"build/tests/bad.json", "{\"epoch\": 1}", "\"epoch\""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_arena   arena = {0};
        mote_error   err = {0};
        mote_history read;
        assert_int_equal(mote_file_write(cases[i].path, cases[i].text, strlen(cases[i].text), &err), MOTE_OK);
        assert_int_equal(mote_history_load(&read, cases[i].path, &arena, &err), MOTE_ERR_FORMAT);
        if (!strstr(err.text, cases[i].told) || !strstr(err.text, cases[i].path))
            fail_msg("%s", err.text);
        mote_arena_destroy(&arena);
        unlink(cases[i].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_has_the_exact_numbers),
        cmocka_unit_test(csv_quotes_names),
        cmocka_unit_test(json_has_keras_shape),
        cmocka_unit_test(json_escapes_names_and_refuses_bytes),
        cmocka_unit_test(chart_has_a_panel_a_metric),
        cmocka_unit_test(missing_columns_are_refused),
        cmocka_unit_test(what_was_saved_is_read_back),
        cmocka_unit_test(a_damaged_history_is_refused),
        cmocka_unit_test(csv_is_read_with_quotes_and_without_a_last_line_end),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
