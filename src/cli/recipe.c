/* A model's recipe, as it travels in files: how samples are prepared, what outputs are called, and what else it says.
 *
 * Both forms come from the text of mote_model_recipe_json, so that a member it gains is shown without a change here.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

json_t *cli_json_recipe(const mote_model *model, mote_error *err)
{
    char   *text = mote_model_recipe_json(model, err);
    json_t *object = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    if (text && !object)
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    free(text);
    return object;
}

/* ---- the table ---- */

/* What stands once for each channel, or each column of a table. */
static const char *const per_channel[] = {"mean", "std"};
enum { PER_CHANNEL = sizeof per_channel / sizeof *per_channel };

static bool is_per_channel(const char *key)
{
    int i;

    for (i = 0; i < PER_CHANNEL; i++)
        if (strcmp(per_channel[i], key) == 0)
            return true;
    return false;
}

/* One number, in the shortest form that reads back to the same float. */
static void number_cell(cli_table *table, const json_t *value)
{
    cli_cell(table, "%.9g", json_number_value(value));
}

static const char *item_text(const json_t *item, char *room, size_t bytes)
{
    if (json_is_string(item))
        return json_string_value(item);
    snprintf(room, bytes, "%.9g", json_number_value(item));
    return room;
}

/* A list, one after the other, in lines that are not too wide. */
static void list_cells(cli_table *table, const char *key, const json_t *list)
{
    enum { LINE = 56, LINES_MAX = 6 };
    const size_t count = json_array_size(list);
    mote_text    line = {0};
    size_t       i;
    int          lines = 0;

    for (i = 0; i < count && lines < LINES_MAX; i++) {
        char number[32];
        mote_text_printf(&line, "%s%s", item_text(json_array_get(list, i), number, sizeof number),
                         i + 1 < count ? ", " : "");
        if (line.count < LINE && i + 1 < count)
            continue;
        cli_cell(table, "%s", lines == 0 ? key : "");
        cli_cell(table, "%s", mote_text_status(&line, &table->failure) == MOTE_OK ? line.bytes : "");
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
    if (is_per_channel(key) && json_array_size(value) > 1)
        return; /* channels have a table of their own */
    if (json_is_array(value)) {
        list_cells(table, key, value);
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

/* Channels by their number, columns of a table by their name. */
static mote_status print_channels(const json_t *object, mote_error *err)
{
    enum { SHOWN_MAX = 64 };
    const char   *headings[1 + PER_CHANNEL] = {"channel", per_channel[0], per_channel[1]};
    const size_t  count = json_array_size(json_object_get(object, per_channel[0]));
    const json_t *names = json_object_get(object, "columns");
    const bool    has_names = json_array_size(names) == count;
    cli_table     table = {.headings = headings, .column_count = 1 + PER_CHANNEL};
    size_t        i;
    int           c;

    if (count < 2)
        return MOTE_OK;
    headings[0] = has_names ? "column" : "channel";
    for (i = 0; i < count && i < SHOWN_MAX; i++) {
        if (has_names)
            cli_cell(&table, "%s", json_string_value(json_array_get(names, i)));
        else
            cli_cell(&table, "%zu", i);
        for (c = 0; c < PER_CHANNEL; c++)
            number_cell(&table, json_array_get(json_object_get(object, per_channel[c]), i));
    }
    puts("");
    MOTE_TRY(cli_table_print(&table, err));
    if (count > SHOWN_MAX)
        printf("and %zu more; --json lists all\n", count - SHOWN_MAX);
    return MOTE_OK;
}

static mote_status print_one(const json_t *object, mote_error *err)
{
    MOTE_TRY(print_members(object, err));
    MOTE_TRY(print_channels(object, err));
    puts("");
    return MOTE_OK;
}

/* Each input (output) below its name; those of which nothing is known are left out. */
static mote_status print_list(const json_t *list, const mote_model *model, bool are_inputs, mote_error *err)
{
    size_t i;

    for (i = 0; i < json_array_size(list); i++) {
        const json_t          *item = json_array_get(list, i);
        const mote_tensor_info end = are_inputs ? mote_model_input(model, (int32_t)i) : mote_model_output(model, (int32_t)i);
        if (json_object_size(item) == 0)
            continue;
        printf("%s %s\n", are_inputs ? "input" : "output", mote_show_string(end.name).text);
        MOTE_TRY(print_one(item, err));
    }
    return MOTE_OK;
}

static mote_status print_recipe(const json_t *object, const mote_model *model, mote_error *err)
{
    const json_t *inputs = json_object_get(object, "inputs"), *outputs = json_object_get(object, "outputs");

    if (!json_is_object(object))
        return MOTE_OK;
    if (!inputs && !outputs)
        return print_one(object, err);
    MOTE_TRY(print_list(inputs, model, true, err));
    return print_list(outputs, model, false, err);
}

mote_status cli_print_recipe(const mote_model *model, mote_error *err)
{
    json_t *object = cli_json_recipe(model, err);

    if (!object)
        return err->code;
    print_recipe(object, model, err);
    json_decref(object);
    return err->code;
}
