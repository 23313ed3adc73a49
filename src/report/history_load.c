/* A training's history read back from the .json or .csv that report/history.c writes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report/history.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

enum { COLUMNS_MAX = 64 };

/* What is read grows into this. */
typedef struct reading {
    mote_arena  *arena;
    const char **names;
    double     **columns;
    int          column_count;
    size_t       row_count;
} reading;

static mote_status begin(reading *r, mote_error *err)
{
    r->names = MOTE_NEW(r->arena, const char *, COLUMNS_MAX, err);
    r->columns = MOTE_NEW(r->arena, double *, COLUMNS_MAX, err);
    return err->code;
}

static mote_status add_column(reading *r, const char *name, size_t length, mote_error *err)
{
    if (r->column_count == COLUMNS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "more than %d columns", COLUMNS_MAX);
    r->names[r->column_count] = mote_arena_strndup(r->arena, name, length, err);
    r->columns[r->column_count++] = MOTE_NEW(r->arena, double, r->row_count, err);
    return err->code;
}

/* ---- JSON ---- */

static mote_status take_object(reading *r, json_t *root, mote_error *err)
{
    const char *name;
    json_t     *values;
    size_t      i;

    json_object_foreach(root, name, values)
    {
        if (r->column_count == 0)
            r->row_count = json_array_size(values);
        if (!json_is_array(values) || json_array_size(values) != r->row_count)
            return mote_fail(err, MOTE_ERR_FORMAT, "column \"%s\" has not as many rows as the first",
                             mote_show_string(name).text);
        MOTE_TRY(add_column(r, name, strlen(name), err));
        for (i = 0; i < r->row_count; i++) {
            const json_t *value = json_array_get(values, i);
            r->columns[r->column_count - 1][i] = json_is_number(value) ? json_number_value(value) : (double)NAN;
        }
    }
    return MOTE_OK;
}

static mote_status read_json(reading *r, const mote_file *file, mote_error *err)
{
    json_error_t problem;
    json_t      *root = json_loadb((const char *)file->bytes, file->count, JSON_REJECT_DUPLICATES, &problem);

    if (!root)
        return mote_fail(err, MOTE_ERR_FORMAT, "line %d: %s", problem.line, mote_show_string(problem.text).text);
    if (json_is_object(root))
        take_object(r, root, err);
    else
        mote_fail(err, MOTE_ERR_FORMAT, "an object is expected, with a list of numbers for each column");
    json_decref(root);
    return err->code;
}

/* ---- CSV ---- */

typedef struct cell {
    const char *text;
    size_t      length;
    bool        ends_row;
} cell;

/* Behind the first quote: what stands up to the last one, where two quotes are one. */
static mote_status unquote(cell *c, const char **at, const char *end, mote_arena *arena, mote_error *err)
{
    char *text = MOTE_NEW(arena, char, end - *at + 1, err);

    if (!text)
        return err->code;
    for (; *at < end; (*at)++) {
        if (**at == '"' && (*at + 1 == end || (*at)[1] != '"'))
            break;
        *at += **at == '"';
        text[c->length++] = **at;
    }
    if (*at == end)
        return mote_fail(err, MOTE_ERR_FORMAT, "a quote is not closed");
    ++*at;
    if (*at < end && **at != ',' && **at != '\n')
        return mote_fail(err, MOTE_ERR_FORMAT, "\"%s\": a comma or the line's end is expected behind its last quote",
                         mote_show(text, c->length).text);
    c->text = text;
    return MOTE_OK;
}

/* Moves at to where the next cell begins. */
static mote_status next_cell(cell *c, const char **at, const char *end, mote_arena *arena, mote_error *err)
{
    *c = (cell){.text = *at};
    if (*at < end && **at == '"') {
        ++*at;
        MOTE_TRY(unquote(c, at, end, arena, err));
    } else {
        while (*at < end && **at != ',' && **at != '\n')
            ++*at;
        c->length = (size_t)(*at - c->text);
    }
    c->ends_row = *at == end || **at == '\n';
    *at += *at < end;
    return MOTE_OK;
}

/* jansson reads numbers alike in every locale. */
static mote_status read_number(double *out, const cell *c, mote_error *err)
{
    json_t *value = json_loadb(c->text, c->length, JSON_DECODE_ANY, NULL);

    if (json_is_number(value))
        *out = json_number_value(value);
    else if (c->length == 3 && strncmp(c->text, "nan", 3) == 0)
        *out = (double)NAN;
    else if (c->length == 3 && strncmp(c->text, "inf", 3) == 0)
        *out = (double)INFINITY;
    else if (c->length == 4 && strncmp(c->text, "-inf", 4) == 0)
        *out = -(double)INFINITY;
    else
        mote_fail(err, MOTE_ERR_FORMAT, "\"%s\" is no number", mote_show(c->text, c->length).text);
    json_decref(value);
    return err->code;
}

/* Quoted line ends are no ends; the last line may lack its own. */
static size_t count_lines(const char *at, const char *end)
{
    bool   is_quoted = false, is_open = false;
    size_t lines = 0;

    for (; at < end; at++) {
        is_quoted ^= *at == '"';
        is_open = is_quoted || *at != '\n';
        lines += !is_open;
    }
    return lines + is_open;
}

static mote_status read_row(reading *r, size_t row, const char **at, const char *end, mote_error *err)
{
    cell c;
    int  i;

    for (i = 0; i < r->column_count; i++) {
        MOTE_TRY(next_cell(&c, at, end, r->arena, err));
        MOTE_TRY(read_number(&r->columns[i][row], &c, err));
        if (c.ends_row != (i + 1 == r->column_count))
            return mote_fail(err, MOTE_ERR_FORMAT, "line %zu has not as many columns as the first", row + 2);
    }
    return MOTE_OK;
}

static mote_status read_csv(reading *r, const mote_file *file, mote_error *err)
{
    const char *at = (const char *)file->bytes, *end = at + file->count;
    size_t      row;
    cell        c;

    r->row_count = count_lines(at, end);
    r->row_count -= r->row_count > 0; /* the names */
    do {
        MOTE_TRY(next_cell(&c, &at, end, r->arena, err));
        MOTE_TRY(add_column(r, c.text, c.length, err));
    } while (!c.ends_row);
    for (row = 0; row < r->row_count; row++)
        MOTE_TRY(read_row(r, row, &at, end, err));
    return at == end ? MOTE_OK : mote_fail(err, MOTE_ERR_FORMAT, "a quote stands within a cell that none begins");
}

mote_status mote_history_load(mote_history *out, const char *path, mote_arena *arena, mote_error *err)
{
    reading   r = {.arena = arena};
    mote_file file = {0};

    *out = (mote_history){0};
    if (begin(&r, err) == MOTE_OK && mote_file_open(&file, path, err) == MOTE_OK)
        (void)(mote_path_has_suffix(path, ".json") ? read_json(&r, &file, err) : read_csv(&r, &file, err));
    mote_file_close(&file);
    if (err->code != MOTE_OK)
        return mote_context(err, "%s", path);
    *out = (mote_history){.names = r.names,
                          .columns = (const double *const *)r.columns,
                          .column_count = r.column_count,
                          .row_count = r.row_count};
    return MOTE_OK;
}
