/* A model's recipe, as it travels in files: how samples are prepared, what outputs are called, and what else it says.
 *
 * Both forms come from the text that formats/recipe.h writes, so that a member it gains is shown without a change here.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "formats/recipe.h"

json_t *cli_json_recipe(const mote_recipe *recipe, mote_error *err)
{
    mote_arena  arena = {0};
    const char *text = mote_recipe_is_empty(recipe) ? "null" : mote_recipe_encode(recipe, &arena, err);
    json_t     *object = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    mote_arena_destroy(&arena);
    if (text && !object)
        mote_fail(err, MOTE_ERR_LIMIT, "out of memory");
    return object;
}

/* ---- the table ---- */

static bool is_channels(const json_t *value)
{
    return json_is_array(value) && json_is_number(json_array_get(value, 0));
}

/* One number of a channel, shortest form that reads back to the same float. */
static void number_cell(cli_table *table, const json_t *value)
{
    cli_cell(table, "%.9g", json_number_value(value));
}

/* Names one after the other, in lines that are not too wide. */
static void names_cells(cli_table *table, const char *key, const json_t *names)
{
    enum { LINE = 56, LINES_MAX = 6 };
    const size_t count = json_array_size(names);
    mote_text    line = {0};
    size_t       i;
    int          lines = 0;

    for (i = 0; i < count && lines < LINES_MAX; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        mote_text_printf(&line, "%s%s", name ? name : "?", i + 1 < count ? ", " : "");
        if (line.count < LINE && i + 1 < count)
            continue;
        cli_cell(table, "%s", lines == 0 ? key : "");
        cli_cell(table, "%s", line.bytes ? line.bytes : "");
        mote_text_free(&line);
        line = (mote_text){0};
        lines++;
    }
    if (i < count) {
        cli_cell(table, "%s", "");
        cli_cell(table, "and %zu more; --json lists all", count - i);
    }
    mote_text_free(&line);
}

static void member_cells(cli_table *table, const char *key, const json_t *value)
{
    if (is_channels(value)) {
        if (json_array_size(value) > 1)
            return; /* channels have a table of their own */
        cli_cell(table, "%s", key);
        number_cell(table, json_array_get(value, 0));
    } else if (json_is_array(value)) {
        names_cells(table, key, value);
    } else {
        cli_cell(table, "%s", key);
        if (json_is_string(value))
            cli_cell(table, "%s", json_string_value(value));
        else if (json_is_number(value))
            number_cell(table, value);
        else
            cli_cell(table, "%s", json_is_true(value) ? "yes" : "no");
    }
}

static mote_status print_members(const json_t *object, mote_error *err)
{
    cli_table   table = {.column_count = 2};
    const char *key;
    json_t     *value;

    if (json_object_get(object, "scale")) {
        cli_cell(&table, "prepared");
        cli_cell(&table, "%s",
                 json_object_get(object, "mean") ? "(stored / scale + offset - mean) / std" : "stored / scale + offset");
    }
    json_object_foreach((json_t *)(uintptr_t)object, key, value) member_cells(&table, key, value);
    return cli_table_print(&table, err);
}

static mote_status print_channels(const json_t *object, const char *const *column_names, mote_error *err)
{
    enum { SHOWN_MAX = 64, COLUMNS_MAX = 8 };
    const char   *headings[COLUMNS_MAX] = {column_names ? "column" : "channel"}, *key;
    const json_t *columns[COLUMNS_MAX] = {NULL};
    cli_table     table = {.headings = headings, .column_count = 1};
    size_t        count = 0, i;
    json_t       *value;
    int           c;

    json_object_foreach((json_t *)(uintptr_t)object, key,
                        value) if (is_channels(value) && json_array_size(value) > 1 && table.column_count < COLUMNS_MAX)
    {
        columns[table.column_count] = value;
        headings[table.column_count++] = key;
        count = json_array_size(value);
    }
    if (count == 0)
        return MOTE_OK;
    for (i = 0; i < count && i < SHOWN_MAX; i++) {
        if (column_names)
            cli_cell(&table, "%s", column_names[i]);
        else
            cli_cell(&table, "%zu", i);
        for (c = 1; c < table.column_count; c++)
            number_cell(&table, json_array_get(columns[c], i));
    }
    puts("");
    MOTE_TRY(cli_table_print(&table, err));
    if (count > SHOWN_MAX)
        printf("and %zu more; --json lists all\n", count - SHOWN_MAX);
    return MOTE_OK;
}

mote_status cli_print_recipe(const mote_recipe *recipe, const char *const *column_names, mote_error *err)
{
    json_t *object = cli_json_recipe(recipe, err);

    if (!object)
        return err->code;
    if (json_is_object(object) && print_members(object, err) == MOTE_OK &&
        print_channels(object, column_names, err) == MOTE_OK)
        puts("");
    json_decref(object);
    return err->code;
}
