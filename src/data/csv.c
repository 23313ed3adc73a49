/* CSV tables: rows of numbers, one column (or several) of which is the target.
 *
 * Two passes over the text: the first counts rows, checks that all have as many cells, and learns what the target column
 * holds; the second reads the numbers straight into their arrays. Cells are spans of the mapped file, never copied, except
 * class names. Grammar: RFC 4180, plus ';' and tab as separators, blank lines passed over, blanks around cells cut.
 * SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "data/array.h"
#include "data/raw.h"

enum { NUMBER_MAX = 64, CLASS_MAX = 65536 };

typedef struct cell {
    const char *text; /* without the outer quotes; quotes inside are still doubled */
    size_t      count;
    size_t      line, column; /* of its first character, from 1 */
    bool        is_quoted, ends_row;
} cell;

typedef struct cursor {
    const char *at, *end, *line_start;
    size_t      line;
    char        separator;
} cursor;

typedef struct table {
    const char        *path;  /* for messages */
    cursor             start; /* of the first data row */
    locale_t           c_locale;
    size_t             row_count, column_count;
    const char *const *names;     /* [column_count], NULL without a header */
    bool              *is_target; /* [column_count] */
    size_t             target_count;
    bool               has_text_target; /* the one target column holds words */
    bool               has_real_target; /* some target number is written with a point or an exponent, or is not an int32 */
} table;

/* ---- cells ---- */

static mote_status fail_at(const table *t, const cell *c, mote_error *err, const char *what)
{
    return mote_fail(err, MOTE_ERR_FORMAT, "%s:%zu:%zu: %s", t->path, c->line, c->column, what);
}

static void next_line(cursor *c)
{
    c->at++;
    c->line++;
    c->line_start = c->at;
}

/* "\n", "\r\n" or "\r", or the end. */
static bool take_line_end(cursor *c)
{
    if (c->at == c->end)
        return true;
    if (*c->at == '\r' && c->at + 1 < c->end && c->at[1] == '\n')
        c->at++;
    if (*c->at != '\n' && *c->at != '\r')
        return false;
    next_line(c);
    return true;
}

static bool is_blank(const cursor *c, char letter)
{
    return letter == ' ' || (letter == '\t' && c->separator != '\t');
}

static void skip_blanks(cursor *c)
{
    while (c->at < c->end && is_blank(c, *c->at))
        c->at++;
}

/* After the opening quote: to the closing one; "" is a quote inside. */
static mote_status read_quoted(const table *t, cursor *c, cell *out, mote_error *err)
{
    out->is_quoted = true;
    out->text = c->at;
    for (; c->at < c->end; c->at++) {
        if (*c->at == '\n') {
            c->line++;
            c->line_start = c->at + 1;
        }
        if (*c->at != '"')
            continue;
        if (c->at + 1 < c->end && c->at[1] == '"') {
            c->at++;
            continue;
        }
        out->count = (size_t)(c->at++ - out->text);
        skip_blanks(c);
        if (c->at < c->end && *c->at != c->separator && *c->at != '\n' && *c->at != '\r')
            return fail_at(t, out, err, "text after the closing quote; double a quote that belongs to the text");
        return MOTE_OK;
    }
    return fail_at(t, out, err, "the quote that begins here is never closed");
}

static void read_plain(cursor *c, cell *out)
{
    out->text = c->at;
    while (c->at < c->end && *c->at != c->separator && *c->at != '\n' && *c->at != '\r')
        c->at++;
    out->count = (size_t)(c->at - out->text);
    while (out->count > 0 && is_blank(c, out->text[out->count - 1]))
        out->count--;
}

static mote_status next_cell(const table *t, cursor *c, cell *out, mote_error *err)
{
    skip_blanks(c);
    *out = (cell){.line = c->line, .column = (size_t)(c->at - c->line_start) + 1};
    if (c->at < c->end && *c->at == '"') {
        c->at++;
        MOTE_TRY(read_quoted(t, c, out, err));
    } else {
        read_plain(c, out);
    }
    out->ends_row = take_line_end(c);
    if (!out->ends_row)
        c->at++; /* the separator */
    return MOTE_OK;
}

/* Passes over blank lines; false at the end of the file. */
static bool find_row(cursor *c)
{
    for (;;) {
        const char *line = c->at;
        skip_blanks(c);
        if (c->at == c->end)
            return false;
        if (*c->at != '\n' && *c->at != '\r') {
            c->at = line;
            return true;
        }
        take_line_end(c);
    }
}

/* ---- numbers ---- */

/* What strtod takes, less hexadecimal, "inf" and "nan". */
static bool has_number_letters(const cell *c)
{
    size_t i;

    for (i = 0; i < c->count; i++)
        if (!strchr("0123456789+-.eE", c->text[i]) || c->text[i] == '\0')
            return false;
    return c->count > 0 && c->count < NUMBER_MAX;
}

static bool parse_number(const table *t, const cell *c, double *value)
{
    char   text[NUMBER_MAX], *end;
    long   small = 0;
    size_t i;

    for (i = 0; i < c->count && i < 9 && c->text[i] >= '0' && c->text[i] <= '9'; i++)
        small = small * 10 + (c->text[i] - '0');
    if (i == c->count && i > 0) { /* most cells of most tables */
        *value = (double)small;
        return true;
    }
    if (!has_number_letters(c))
        return false;
    memcpy(text, c->text, c->count);
    text[c->count] = '\0';
    *value = strtod_l(text, &end, t->c_locale);
    return *end == '\0';
}

static bool is_number(const table *t, const cell *c)
{
    double value;

    return parse_number(t, c, &value);
}

/* NaN and infinity, as tables write them: so that the message can say so. */
static bool is_not_finite_word(const cell *c)
{
    static const char *const words[] = {"nan", "inf", "infinity", "null", "na", "n/a", "none"};
    const char              *text = c->text;
    size_t                   count = c->count, i;

    if (count > 0 && (*text == '+' || *text == '-')) {
        text++;
        count--;
    }
    for (i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == count && strncasecmp(text, words[i], count) == 0)
            return true;
    return false;
}

static mote_status bad_number(const table *t, const cell *c, size_t column, mote_error *err)
{
    char       name[MOTE_SHOWN_TEXT + 40];
    mote_shown shown = mote_show(c->text, c->count);

    snprintf(name, sizeof name, t->names ? "column %zu (%s)" : "column %zu", column + 1,
             t->names ? mote_show_string(t->names[column]).text : "");
    if (c->count == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s:%zu:%zu: %s is empty; fill it or remove the row", t->path, c->line,
                         c->column, name);
    if (is_not_finite_word(c))
        return mote_fail(err, MOTE_ERR_NUMERIC, "%s:%zu:%zu: %s is \"%s\", not a finite number; fill it or remove the row",
                         t->path, c->line, c->column, name, shown.text);
    return mote_fail(err, MOTE_ERR_FORMAT, "%s:%zu:%zu: %s: \"%s\" is not a number%s", t->path, c->line, c->column, name,
                     shown.text, memchr(c->text, ',', c->count) ? "; write a decimal point, not a comma" : "");
}

static mote_status read_f32(const table *t, const cell *c, size_t column, float *out, mote_error *err)
{
    double value;

    if (!parse_number(t, c, &value))
        return bad_number(t, c, column, err);
    *out = (float)value;
    if (!isfinite(*out))
        return fail_at(t, c, err, "this number is out of float32's range");
    return MOTE_OK;
}

/* ---- the header and the columns ---- */

static char guess_separator(const cursor *c)
{
    const char *at;
    bool        is_quoted = false;
    char        found = ',';

    for (at = c->at; at < c->end && (is_quoted || (*at != '\n' && *at != '\r')); at++) {
        if (*at == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && *at == '\t')
            return '\t';
        else if (!is_quoted && *at == ';')
            found = ';';
    }
    return found;
}

/* A copy without the doubling of quotes. */
static char *unquoted(mote_arena *arena, const cell *c, mote_error *err)
{
    char  *text = mote_arena_alloc(arena, c->count + 1, 1, err);
    size_t used = 0, i;

    for (i = 0; text && i < c->count; i++) {
        text[used++] = c->text[i];
        if (c->is_quoted && c->text[i] == '"')
            i++;
    }
    return text;
}

/* The first row is a header when none of its cells is a number and one holds text. */
static mote_status look_at_first_row(table *t, bool *is_header, mote_error *err)
{
    cursor c = t->start;
    cell   one = {0};
    bool   has_number = false, has_text = false;

    for (t->column_count = 0; !one.ends_row; t->column_count++) {
        MOTE_TRY(next_cell(t, &c, &one, err));
        has_number = has_number || is_number(t, &one);
        has_text = has_text || one.count > 0;
    }
    *is_header = has_text && !has_number;
    return MOTE_OK;
}

static mote_status read_header(table *t, mote_arena *arena, mote_error *err)
{
    const char **names = MOTE_NEW(arena, const char *, t->column_count, err);
    cell         one;
    size_t       i;

    if (!names)
        return err->code;
    for (i = 0; i < t->column_count; i++) {
        MOTE_TRY(next_cell(t, &t->start, &one, err));
        names[i] = unquoted(arena, &one, err);
        if (!names[i])
            return err->code;
    }
    t->names = names;
    if (!find_row(&t->start))
        return mote_fail(err, MOTE_ERR_FORMAT, "has a header line, but no rows");
    return MOTE_OK;
}

static mote_status find_column(const table *t, const char *name, size_t *column, mote_error *err)
{
    const char *nearest;

    for (*column = 0; *column < t->column_count; (*column)++)
        if (strcmp(t->names[*column], name) == 0)
            return MOTE_OK;
    nearest = mote_nearest_word(name, t->names, t->column_count);
    return mote_fail(err, MOTE_ERR_USAGE, "has no column \"%s\"%s%s%s", mote_show_string(name).text,
                     nearest ? "; did you mean \"" : "", nearest ? mote_show_string(nearest).text : "",
                     nearest ? "\"?" : "");
}

static mote_status choose_targets(table *t, mote_arena *arena, const mote_data_options *options, mote_error *err)
{
    size_t wanted = options->target_count > 0 ? (size_t)options->target_count : 1, i, column;

    t->is_target = MOTE_NEW(arena, bool, t->column_count, err);
    if (!t->is_target)
        return err->code;
    if (options->targets == MOTE_TARGETS_NONE)
        return MOTE_OK;
    if (options->target_names && !t->names)
        return mote_fail(err, MOTE_ERR_USAGE, "target columns are named, but the table has no header line");
    for (i = 0; i < wanted; i++) {
        if (options->target_names)
            MOTE_TRY(find_column(t, options->target_names[i], &column, err));
        else if (wanted >= t->column_count)
            break;
        else
            column = t->column_count - wanted + i;
        t->target_count += !t->is_target[column];
        t->is_target[column] = true;
    }
    if (t->target_count == t->column_count || t->target_count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "of %zu columns, %zu as targets leave none as inputs", t->column_count,
                         wanted);
    return MOTE_OK;
}

/* ---- first pass ---- */

/* Whether a target number is anything but a plain int32. */
static bool is_real(const table *t, const cell *c)
{
    double value;

    return !parse_number(t, c, &value) || memchr(c->text, '.', c->count) || memchr(c->text, 'e', c->count) ||
           memchr(c->text, 'E', c->count) || fabs(value) > INT32_MAX;
}

/* The first row decides whether the target column holds words or numbers; CLASSES with a fraction are words, too. */
static void learn_target(table *t, const cell *c, const mote_data_options *options)
{
    if (t->row_count == 0)
        t->has_text_target = t->target_count == 1 && options->targets != MOTE_TARGETS_VALUES && c->count > 0 &&
                             !is_number(t, c) && !is_not_finite_word(c);
    t->has_real_target = t->has_real_target || is_real(t, c);
}

static mote_status scan_row(table *t, cursor *c, const mote_data_options *options, mote_error *err)
{
    size_t column;
    cell   one = {0};

    for (column = 0; !one.ends_row; column++) {
        MOTE_TRY(next_cell(t, c, &one, err));
        if (column < t->column_count && t->is_target[column])
            learn_target(t, &one, options);
    }
    if (column != t->column_count)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s:%zu:%zu: the row has %zu cells; the first row has %zu", t->path, one.line,
                         one.column, column, t->column_count);
    return MOTE_OK;
}

static mote_status scan(table *t, mote_arena *arena, const mote_data_options *options, mote_error *err)
{
    cursor c;
    bool   is_header;

    if (!find_row(&t->start))
        return mote_fail(err, MOTE_ERR_FORMAT, "is empty");
    t->start.separator = guess_separator(&t->start);
    MOTE_TRY(look_at_first_row(t, &is_header, err));
    if (is_header)
        MOTE_TRY(read_header(t, arena, err));
    MOTE_TRY(choose_targets(t, arena, options, err));
    for (c = t->start; find_row(&c); t->row_count++)
        MOTE_TRY(scan_row(t, &c, options, err));
    return MOTE_OK;
}

/* ---- classes by name ---- */

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The target cell of every row, as its own string. */
static mote_status collect_words(const table *t, char **words, mote_arena *arena, mote_error *err)
{
    cursor c;
    size_t row = 0, column;
    cell   one;

    for (c = t->start; find_row(&c); row++)
        for (column = 0; column < t->column_count; column++) {
            MOTE_TRY(next_cell(t, &c, &one, err));
            if (!t->is_target[column])
                continue;
            if (one.count == 0)
                return bad_number(t, &one, column, err);
            words[row] = unquoted(arena, &one, err);
            if (!words[row])
                return err->code;
        }
    return MOTE_OK;
}

/* Their sorted distinct words become the class names. */
static mote_status name_classes(const table *t, char **words, mote_raw_set *raw, mote_arena *scratch, mote_error *err)
{
    const char **sorted = mote_arena_copy(scratch, words, t->row_count, sizeof *sorted, err), **names;
    size_t       count = 0, i;

    if (!sorted)
        return err->code;
    qsort(sorted, t->row_count, sizeof *sorted, compare_text);
    for (i = 0; i < t->row_count; i++)
        if (i == 0 || strcmp(sorted[i], sorted[count - 1]) != 0)
            sorted[count++] = sorted[i];
    if (count > CLASS_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "the target column holds %zu different words; at most %d classes", count,
                         CLASS_MAX);
    names = mote_arena_copy(&raw->arena, sorted, count, sizeof *names, err);
    for (i = 0; names && i < count; i++)
        if ((names[i] = mote_arena_strdup(&raw->arena, sorted[i], err)) == NULL)
            return err->code;
    raw->class_names = names;
    raw->class_count = (int)count;
    return err->code;
}

static mote_status label_words(const table *t, mote_raw_set *raw, int32_t *labels, mote_arena *scratch, mote_error *err)
{
    char **words = MOTE_NEW(scratch, char *, t->row_count, err);
    size_t row;

    if (!words)
        return err->code;
    MOTE_TRY(collect_words(t, words, scratch, err));
    MOTE_TRY(name_classes(t, words, raw, scratch, err));
    for (row = 0; row < t->row_count; row++) {
        const char *const *place =
            bsearch(&words[row], raw->class_names, (size_t)raw->class_count, sizeof *raw->class_names, compare_text);
        labels[row] = (int32_t)(place - raw->class_names);
    }
    return MOTE_OK;
}

static mote_status read_words(const table *t, mote_raw_set *raw, int32_t *labels, mote_error *err)
{
    mote_arena scratch = {.cap_bytes = raw->max_bytes};

    label_words(t, raw, labels, &scratch, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

/* ---- second pass ---- */

static mote_status read_target(const table *t, const cell *c, size_t column, mote_array *y, size_t *used, mote_error *err)
{
    double value;

    if (y->dtype == MOTE_F32)
        return read_f32(t, c, column, (float *)y->bytes + (*used)++, err);
    if (!parse_number(t, c, &value))
        return bad_number(t, c, column, err);
    ((int32_t *)y->bytes)[(*used)++] = (int32_t)value;
    return MOTE_OK;
}

static mote_status read_numbers(const table *t, mote_array *x, mote_array *y, mote_error *err)
{
    cursor c;
    size_t x_used = 0, y_used = 0, column;
    cell   one;

    for (c = t->start; find_row(&c);)
        for (column = 0; column < t->column_count; column++) {
            MOTE_TRY(next_cell(t, &c, &one, err));
            if (!t->is_target[column])
                MOTE_TRY(read_f32(t, &one, column, (float *)x->bytes + x_used++, err));
            else if (!t->has_text_target)
                MOTE_TRY(read_target(t, &one, column, y, &y_used, err));
        }
    return MOTE_OK;
}

static mote_status name_inputs(const table *t, mote_raw_set *raw, mote_error *err)
{
    const char **names = MOTE_NEW(&raw->arena, const char *, t->column_count, err);
    size_t       used = 0, i;

    if (!names)
        return err->code;
    for (i = 0; i < t->column_count; i++)
        if (!t->is_target[i])
            names[used++] = t->names[i];
    raw->column_names = names;
    return MOTE_OK;
}

static mote_status allocate(mote_array *array, mote_raw_set *raw, mote_dtype dtype, size_t rows, size_t columns,
                            mote_error *err)
{
    *array = (mote_array){.dtype = dtype, .rank = 2, .dim = {(int64_t)rows, (int64_t)columns}};
    MOTE_TRY(mote_array_allocate(array, raw->max_bytes, err));
    mote_raw_set_spend(raw, array);
    return MOTE_OK;
}

static mote_status read_table(const table *t, mote_raw_set *raw, mote_error *err)
{
    mote_raw_split *split = &raw->split[MOTE_TRAIN];
    mote_dtype      y_type = t->has_text_target || !t->has_real_target ? MOTE_I32 : MOTE_F32;

    split->x_name = "the inputs";
    split->y_name = "the targets";
    MOTE_TRY(allocate(&split->x, raw, MOTE_F32, t->row_count, t->column_count - t->target_count, err));
    if (t->target_count > 0)
        MOTE_TRY(allocate(&split->y, raw, y_type, t->row_count, t->target_count, err));
    if (t->names)
        MOTE_TRY(name_inputs(t, raw, err));
    MOTE_TRY(read_numbers(t, &split->x, &split->y, err));
    return t->has_text_target ? read_words(t, raw, split->y.bytes, err) : MOTE_OK;
}

mote_status mote_raw_read_csv_bytes(mote_raw_set *raw, const uint8_t *bytes, size_t count, const char *path,
                                    const mote_data_options *options, mote_error *err)
{
    static const char byte_order_mark[3] = {'\xef', '\xbb', '\xbf'};
    const char       *text = (const char *)bytes;
    table             t = {.path = path, .start = {text, text + count, text, 1, 0}};

    raw->source = "CSV table";
    if (memchr(bytes, '\0', count))
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: is not a text file: it holds zero bytes", path);
    if (count >= 3 && memcmp(text, byte_order_mark, 3) == 0)
        t.start.at = t.start.line_start = text + 3;
    t.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (t.c_locale == (locale_t)0)
        return mote_fail(err, MOTE_ERR_MEMORY, "%s: out of memory", path);
    if (scan(&t, &raw->arena, options, err) == MOTE_OK)
        read_table(&t, raw, err);
    if (err->code != MOTE_OK && strncmp(err->text, path, strlen(path)) != 0)
        mote_context(err, "%s", path); /* those with a line and column have it already */
    freelocale(t.c_locale);
    return err->code;
}

mote_status mote_raw_read_csv(mote_raw_set *raw, const char *path, const mote_data_options *options, mote_error *err)
{
    mote_file file;

    if (mote_file_open(&file, path, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    mote_raw_read_csv_bytes(raw, file.bytes, file.count, path, options, err);
    mote_file_close(&file);
    return err->code;
}
