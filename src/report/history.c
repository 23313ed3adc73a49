/* Training history as CSV, JSON and charts. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/history.h>
#include <mote/text.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "report/chart.h"

static mote_status check(const mote_history *history, mote_error *err)
{
    int c;

    if (history->column_count < 0 || (history->column_count > 0 && (!history->names || !history->columns)))
        return mote_fail(err, MOTE_ERR_USAGE, "history: column_count must not be negative, names and columns not NULL");
    for (c = 0; c < history->column_count; c++)
        if (!history->names[c] || (history->row_count > 0 && !history->columns[c]))
            return mote_fail(err, MOTE_ERR_USAGE, "history: column %d has no name or no values", c);
    return MOTE_OK;
}

/* Writes text to path when it is whole, and frees it. */
static mote_status write_text(mote_text *text, const char *path, mote_error *err)
{
    mote_status status = mote_text_status(text, err);

    status = status == MOTE_OK ? mote_file_write(path, text->bytes, text->count, err) : mote_context(err, "%s", path);
    mote_text_free(text);
    return status;
}

mote_status mote_history_save_csv(const mote_history *history, const char *path, mote_error *err)
{
    mote_text text = {0};
    size_t    row;
    int       c;

    MOTE_TRY(check(history, err));
    for (c = 0; c < history->column_count; c++) {
        mote_text_puts(&text, c > 0 ? "," : "");
        mote_text_put_csv(&text, history->names[c]);
    }
    mote_text_puts(&text, "\n");
    for (row = 0; row < history->row_count; row++) {
        for (c = 0; c < history->column_count; c++)
            mote_text_printf(&text, "%s%s", c > 0 ? "," : "", mote_number_shortest(history->columns[c][row]).text);
        mote_text_puts(&text, "\n");
    }
    return write_text(&text, path, err);
}

/* jansson quotes the names; the numbers are written here, because its real numbers have 17 digits or the shortest form
 * depending on its version. */
static mote_status put_json_name(mote_text *text, const char *name, mote_error *err)
{
    char *quoted;

    if (!mote_json_can_hold(name))
        return mote_fail(err, MOTE_ERR_FORMAT, "history: column name %s is not UTF-8", mote_show_string(name).text);
    quoted = mote_json_print(mote_json_text(name), JSON_ENCODE_ANY, err);
    if (quoted)
        mote_text_puts(text, quoted);
    free(quoted);
    return err->code;
}

static void put_json_column(mote_text *text, const double *column, size_t count)
{
    size_t row;

    mote_text_puts(text, "[");
    for (row = 0; row < count; row++)
        mote_text_printf(text, "%s%s", row > 0 ? ", " : "",
                         isfinite(column[row]) ? mote_number_shortest(column[row]).text : "null");
    mote_text_puts(text, "]");
}

mote_status mote_history_save_json(const mote_history *history, const char *path, mote_error *err)
{
    mote_text   text = {0};
    mote_status status = check(history, err);
    int         c;

    mote_text_puts(&text, "{");
    for (c = 0; c < history->column_count && status == MOTE_OK; c++) {
        mote_text_puts(&text, c > 0 ? ",\n  " : "\n  ");
        status = put_json_name(&text, history->names[c], err);
        mote_text_puts(&text, ": ");
        if (status == MOTE_OK)
            put_json_column(&text, history->columns[c], history->row_count);
    }
    mote_text_puts(&text, history->column_count > 0 ? "\n}\n" : "}\n");
    if (status == MOTE_OK)
        return write_text(&text, path, err);
    mote_text_free(&text);
    return mote_context(err, "%s", path);
}

static int find_column(const mote_history *history, const char *prefix, const char *name)
{
    size_t length = strlen(prefix);
    int    c;

    for (c = 0; c < history->column_count; c++)
        if (strncmp(history->names[c], prefix, length) == 0 && strcmp(history->names[c] + length, name) == 0)
            return c;
    return -1;
}

/* The name without "val_". */
static const char *metric_of(const char *name)
{
    return strncmp(name, "val_", 4) == 0 ? name + 4 : name;
}

/* A panel for each metric at its first column; a "val_" column whose own metric stands elsewhere joins that one's panel. */
static bool begins_panel(const mote_history *history, int column)
{
    const char *name = history->names[column], *metric = metric_of(name);

    return strcmp(name, "epoch") != 0 && (metric == name || find_column(history, "", metric) < 0);
}

static mote_series series_of(const mote_history *history, int column)
{
    int epoch = find_column(history, "", "epoch");

    return (mote_series){.name = history->names[column],
                         .x = epoch >= 0 ? history->columns[epoch] : NULL,
                         .y = history->columns[column],
                         .count = history->row_count};
}

static mote_chart panel_of(const mote_history *history, int column, mote_series *series)
{
    int        other = find_column(history, "val_", history->names[column]);
    mote_chart chart = {
        .x_title = "epoch", .y_title = metric_of(history->names[column]), .series = series, .series_count = 1};

    series[0] = series_of(history, column);
    if (other >= 0) {
        series[1] = series_of(history, other);
        chart.series_count = 2;
    }
    chart.width = 560;
    chart.height = 380;
    return chart;
}

mote_status mote_history_save_chart(const mote_history *history, const char *title, const char *path, mote_error *err)
{
    mote_arena   arena = {0};
    mote_chart  *charts;
    mote_series *series;
    mote_status  status;
    int          count = 0, c;

    MOTE_TRY(check(history, err));
    charts = MOTE_NEW(&arena, mote_chart, history->column_count + 1, err);
    series = charts ? MOTE_NEW(&arena, mote_series, 2 * (size_t)history->column_count, err) : NULL;
    if (!series) {
        mote_arena_destroy(&arena);
        return mote_context(err, "%s", path);
    }
    for (c = 0; c < history->column_count; c++)
        if (begins_panel(history, c)) {
            charts[count] = panel_of(history, c, &series[2 * count]);
            charts[count].title = count == 0 ? title : title ? " " : NULL; /* an empty line: the plots stand level */
            count++;
        }
    if (count == 0)
        charts[count++] = (mote_chart){.title = title, .x_title = "epoch"};
    status = mote_charts_save(charts, count, count > 1 ? 2 : 1, path, err);
    mote_arena_destroy(&arena);
    return status;
}
