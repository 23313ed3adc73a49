/* CSV tables: rows of numbers, one column (or several) of which is the target. Once csv_columns.c has learned what the
 * columns are, one pass over the text reads numbers straight into their arrays, and words into classes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/utf8.h"
#include "data/array.h"
#include "data/words.h"

/* ---- what cannot be read ---- */

/* Why a word stands where numbers are expected, and what to do. */
static const char *advise_word(const mote_csv_table *t, const mote_csv_column *c, const mote_cell *cell, mote_cell_kind kind)
{
    if (mote_is_date(cell->text, cell->count))
        return "; it is a date or a time: " MOTE_DATE_ADVICE;
    if (kind == MOTE_CELL_GROUP)
        return "; it may be a decimal comma or one between thousands: write a decimal point";
    if (kind == MOTE_CELL_COMMA)
        return "; write a decimal point, not a comma";
    if (c->target >= 0)
        return t->target_count == 1 && t->options->targets == MOTE_TARGETS_AUTO
                   ? "; --target-kind classes, in a spec target_kind: classes, takes each different text for a class"
                   : "";
    if (mote_csv_count_numbers(c) == 0)
        return t->has_names
                   ? "; no cell of this column is: write numbers for its words, remove it, name it as the target, or among "
                     "the categories (--categories, in a spec categories: [...])"
                   : "; no cell of this column is: write numbers for its words, or remove it";
    return "";
}

static mote_status bad_number(const mote_csv_table *t, const mote_cell *c, size_t index, mote_cell_kind kind,
                              mote_error *err)
{
    const mote_csv_column *col = &t->columns[index];
    char                   name[MOTE_SHOWN_TEXT + 40];
    mote_shown             shown = mote_show(c->text, c->count);

    snprintf(name, sizeof name, col->name ? "column %zu (%s)" : "column %zu", index + 1,
             col->name ? mote_show_string(col->name).text : "");
    if (kind == MOTE_CELL_EMPTY)
        return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err, "%s is empty; fill it or remove the row", name);
    if (kind == MOTE_CELL_NOT_FINITE)
        return mote_cell_fail(c, t->path, MOTE_ERR_NUMERIC, err,
                              "%s is \"%s\", not a finite number; fill it or remove the row%s", name, shown.text,
                              col->target >= 0 && t->target_count == 1 && mote_csv_count_numbers(col) == 0
                                  ? " (--target-kind classes, in a spec target_kind: classes, takes it for a class)"
                                  : "");
    return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err, "%s: \"%s\" is not a number%s", name, shown.text,
                          advise_word(t, col, c, kind));
}

static mote_status read_f32(const mote_csv_table *t, const mote_cell *c, size_t index, float *out, mote_error *err)
{
    const mote_cell_kind kind = mote_cell_classify(c);

    if (!mote_cell_is_number(kind, t->decimal_comma))
        return bad_number(t, c, index, kind, err);
    *out = (float)mote_cell_number(c, kind);
    if (!isfinite(*out))
        return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err, "this number is out of float32's range");
    return MOTE_OK;
}

/* ---- classes by name ---- */

static mote_status take_word(const mote_csv_table *t, const mote_cell *c, size_t index, char **word, mote_error *err)
{
    if (c->count == 0)
        return bad_number(t, c, index, MOTE_CELL_EMPTY, err);
    if (!mote_is_utf8(c->text, c->count))
        return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err, "\"%s\" is no UTF-8; save the table as UTF-8",
                              mote_show(c->text, c->count).text);
    *word = mote_cell_copy(t->scratch, c, err);
    return err->code;
}

/* A column of nothing but dates would make a class of each. */
static mote_status refuse_dates(const mote_csv_table *t, char *const *words, mote_error *err)
{
    size_t row;

    for (row = 0; row < t->row_count && mote_is_date(words[row], strlen(words[row])); row++)
        ;
    if (row < t->row_count || t->options->targets != MOTE_TARGETS_AUTO)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_FORMAT,
                     "the target column holds dates or times (\"%s\"): " MOTE_DATE_ADVICE "; or say that each is a class: "
                     "--target-kind classes, in a spec target_kind: classes",
                     mote_show_string(words[0]).text);
}

/* Their sorted distinct words become the class names. */
static mote_status label_words(const mote_csv_table *t, mote_raw_set *raw, char **words, int32_t *labels, mote_error *err)
{
    size_t row;

    MOTE_TRY(refuse_dates(t, words, err));
    if (mote_words_sort(&raw->classes[0], (const char *const *)words, t->row_count, MOTE_CLASS_MAX, &raw->arena, t->scratch,
                        err) != MOTE_OK)
        return mote_context(err, "the target column");
    for (row = 0; row < t->row_count; row++)
        labels[row] = mote_words_find(&raw->classes[0], words[row]);
    return MOTE_OK;
}

/* ---- second pass ---- */

/* What the second pass fills. */
typedef struct reading {
    float      *x; /* of this row */
    mote_array *y;
    char      **words; /* of a text target, one a row */
    size_t      row;
} reading;

/* Classes may be written 0.0 and 1.0, not 1.5. */
static mote_status read_real_target(const mote_csv_table *t, const mote_cell *c, size_t index, float *out, mote_error *err)
{
    MOTE_TRY(read_f32(t, c, index, out, err));
    if (t->options->targets == MOTE_TARGETS_CLASSES && t->target_count == 1 && (*out < 0 || *out != floorf(*out)))
        return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err,
                              "column %zu is %g: a class label must be an integer from 0 on", index + 1, (double)*out);
    return MOTE_OK;
}

static mote_status read_target(const mote_csv_table *t, const mote_cell *c, size_t index, const reading *r, mote_error *err)
{
    const size_t   place = r->row * t->target_count + (size_t)t->columns[index].target;
    mote_cell_kind kind;

    if (t->has_text_target)
        return take_word(t, c, index, &r->words[r->row], err);
    if (r->y->dtype == MOTE_F32)
        return read_real_target(t, c, index, (float *)r->y->bytes + place, err);
    kind = mote_cell_classify(c);
    if (kind != MOTE_CELL_WHOLE)
        return bad_number(t, c, index, kind, err);
    ((int32_t *)r->y->bytes)[place] = (int32_t)mote_cell_number(c, kind);
    return MOTE_OK;
}

static int compare_category(const void *word, const void *category)
{
    return strcmp(word, ((const mote_csv_category *)category)->word);
}

/* A 1 at the input of the cell's word; the others of the column stay 0. */
static mote_status read_category(const mote_csv_table *t, const mote_cell *c, size_t index, float *x, mote_error *err)
{
    const mote_csv_column   *col = &t->columns[index];
    const mote_arena_mark    mark = mote_arena_get_mark(t->scratch);
    const mote_csv_category *found;
    char                    *word = NULL;

    MOTE_TRY(take_word(t, c, index, &word, err));
    found = bsearch(word, col->categories, col->category_count, sizeof *found, compare_category);
    mote_arena_release(t->scratch, mark);
    if (!found)
        return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err,
                              "column %zu (%s): \"%s\" is none of the words that the model was trained on", index + 1,
                              mote_show_string(col->name).text, mote_show(c->text, c->count).text);
    x[found->input] = 1;
    return MOTE_OK;
}

static mote_status read_row(const mote_csv_table *t, mote_cell_cursor *c, reading *r, mote_error *err)
{
    mote_cell one = {0};
    size_t    i;

    for (i = 0; !one.ends_row; i++) {
        const mote_csv_column *col = i < t->column_count ? &t->columns[i] : NULL;
        MOTE_TRY(mote_csv_next(t, c, &one, err));
        if (!col || col->is_left_out)
            continue;
        if (col->target >= 0)
            MOTE_TRY(read_target(t, &one, i, r, err));
        else if (col->is_category)
            MOTE_TRY(read_category(t, &one, i, r->x, err));
        else
            MOTE_TRY(read_f32(t, &one, i, r->x + col->input, err));
    }
    return MOTE_OK;
}

static mote_status name_categories(const mote_csv_column *c, const char **inputs, mote_raw_set *raw, mote_error *err)
{
    size_t k;

    for (k = 0; k < c->category_count; k++) {
        inputs[c->categories[k].input] = mote_arena_printf(&raw->arena, err, "%s=%s", c->name, c->categories[k].word);
        MOTE_TRY(err->code);
    }
    return MOTE_OK;
}

static mote_status name_columns(const mote_csv_table *t, mote_raw_set *raw, mote_error *err)
{
    const char **inputs = MOTE_NEW(&raw->arena, const char *, t->input_count, err);
    const char **targets = MOTE_NEW(&raw->arena, const char *, t->target_count + 1, err);
    size_t       i;

    if (!inputs || !targets)
        return err->code;
    for (i = 0; i < t->column_count; i++) {
        const mote_csv_column *c = &t->columns[i];
        const char            *name = c->is_left_out ? NULL : mote_arena_strdup(&raw->arena, c->name, err);
        MOTE_TRY(err->code);
        if (c->target >= 0)
            targets[c->target] = name;
        else if (c->is_category)
            MOTE_TRY(name_categories(c, inputs, raw, err));
        else if (name)
            inputs[c->input] = name;
    }
    raw->column_names = inputs;
    raw->target_names = t->target_count > 0 ? targets : NULL;
    raw->target_column_count = (int)t->target_count;
    return MOTE_OK;
}

/* int32 where all targets are whole numbers that it holds. */
static mote_dtype target_type(const mote_csv_table *t)
{
    size_t i;

    for (i = 0; i < t->column_count; i++) {
        const mote_csv_column *c = &t->columns[i];
        if (c->target >= 0 && (c->count[MOTE_CELL_WHOLE] != t->row_count || c->largest > INT32_MAX))
            return t->has_text_target ? MOTE_I32 : MOTE_F32;
    }
    return MOTE_I32;
}

static mote_status allocate(mote_array *array, mote_raw_set *raw, mote_dtype dtype, size_t rows, size_t columns,
                            mote_error *err)
{
    *array = (mote_array){.dtype = dtype, .rank = 2, .dim = {(int64_t)rows, (int64_t)columns}};
    MOTE_TRY(mote_array_allocate(array, raw->max_bytes, err));
    mote_raw_set_spend(raw, array);
    return MOTE_OK;
}

static mote_status read_table(const mote_csv_table *t, mote_raw_set *raw, mote_error *err)
{
    mote_raw_split  *split = &raw->split[MOTE_SPLIT_TRAIN];
    reading          r = {.y = &split->y[0]};
    mote_cell_cursor c;

    split->x_name[0] = "the inputs";
    split->y_name[0] = "the targets";
    MOTE_TRY(allocate(&split->x[0], raw, MOTE_F32, t->row_count, t->input_count, err));
    if (t->target_count > 0)
        MOTE_TRY(allocate(&split->y[0], raw, target_type(t), t->row_count, t->target_count, err));
    if (t->has_names)
        MOTE_TRY(name_columns(t, raw, err));
    if (t->has_text_target && (r.words = MOTE_NEW(t->scratch, char *, t->row_count, err)) == NULL)
        return err->code;
    r.x = split->x[0].bytes;
    for (c = t->start; mote_cell_find_row(&c, NULL); r.row++, r.x += t->input_count)
        MOTE_TRY(read_row(t, &c, &r, err));
    return t->has_text_target ? label_words(t, raw, r.words, split->y[0].bytes, err) : MOTE_OK;
}

/* ---- the text ---- */

/* Its byte order mark, or letters of ASCII beside zeros. */
static bool is_utf16(const uint8_t *b, size_t count)
{
    if (count >= 2 && ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff)))
        return true;
    return count >= 4 && ((b[0] && !b[1] && b[2] && !b[3]) || (!b[0] && b[1] && !b[2] && b[3]));
}

static mote_status check_text(const uint8_t *bytes, size_t count, mote_error *err)
{
    if (is_utf16(bytes, count))
        return mote_fail(err, MOTE_ERR_FORMAT, "is text in UTF-16; save it as UTF-8");
    if (memchr(bytes, '\0', count))
        return mote_fail(err, MOTE_ERR_FORMAT, "is not a text file: it holds zero bytes");
    return MOTE_OK;
}

mote_status mote_raw_read_csv_bytes(mote_raw_set *raw, const uint8_t *bytes, size_t count, const char *path,
                                    const mote_dataset_options *options, mote_error *err)
{
    static const char byte_order_mark[3] = {'\xef', '\xbb', '\xbf'};
    const char       *text = (const char *)bytes;
    const bool        has_mark = count >= 3 && memcmp(text, byte_order_mark, 3) == 0;
    mote_arena        scratch = {.cap_bytes = raw->max_bytes};
    mote_csv_table    t = {.path = path, .scratch = &scratch, .options = options};

    raw->source = "CSV table";
    t.start = (mote_cell_cursor){text + (has_mark ? 3 : 0), text + count, text + (has_mark ? 3 : 0), 1, 0};
    if (check_text(bytes, count, err) == MOTE_OK && mote_csv_learn(&t, raw, err) == MOTE_OK)
        read_table(&t, raw, err);
    if (err->code != MOTE_OK && strncmp(err->text, path, strlen(path)) != 0)
        mote_context(err, "%s", path); /* those with a line and column have it already */
    mote_arena_destroy(&scratch);
    return err->code;
}

static mote_status read_packed(mote_raw_set *raw, const mote_file *file, const char *path,
                               const mote_dataset_options *options, mote_error *err)
{
    uint8_t *bytes;
    size_t   count;

    if (mote_gunzip(&bytes, &count, file->bytes, file->count, raw->max_bytes, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    mote_raw_read_csv_bytes(raw, bytes, count, path, options, err);
    free(bytes);
    return err->code;
}

mote_status mote_raw_read_csv(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err)
{
    mote_file file;

    if (mote_file_open(&file, path, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    if (mote_is_gzip(file.bytes, file.count))
        read_packed(raw, &file, path, options, err);
    else
        mote_raw_read_csv_bytes(raw, file.bytes, file.count, path, options, err);
    mote_file_close(&file);
    return err->code;
}
