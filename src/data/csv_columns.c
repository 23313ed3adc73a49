/* What the columns of a table are. One survey of the text counts rows, checks that all have as many cells, and learns what
 * each column holds; from that follow header, left-out columns, targets, and whether commas are decimal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/csv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "data/words.h"

enum { COUNTING_MIN = 3 };

/* ---- the survey ---- */

/* A first line "sep=;", as Excel writes and reads it. */
static void take_excel_separator(mote_cell_cursor *c)
{
    if (c->end - c->at < 5 || memcmp(c->at, "sep=", 4) != 0 || c->at[4] == '\n' || c->at[4] == '\r' ||
        (c->end - c->at > 5 && c->at[5] != '\n' && c->at[5] != '\r'))
        return;
    c->separator = c->at[4];
    while (c->at < c->end && *c->at != '\n' && *c->at != '\r')
        c->at++;
}

static mote_status survey_first_row(mote_csv_table *t, mote_error *err)
{
    mote_cell_cursor c = t->start;
    mote_cell        one = {0};
    size_t           i;

    for (t->column_count = 0; !one.ends_row; t->column_count++)
        MOTE_TRY(mote_csv_next(t, &c, &one, err));
    t->second = c;
    t->columns = MOTE_NEW(t->scratch, mote_csv_column, t->column_count, err);
    if (!t->columns)
        return err->code;
    for (i = 0, c = t->start; i < t->column_count; i++) {
        mote_csv_column *col = &t->columns[i];
        MOTE_TRY(mote_csv_next(t, &c, &one, err));
        *col = (mote_csv_column){.first = mote_cell_classify(&one), .counts_up = true, .target = -1};
        if (col->first == MOTE_CELL_WHOLE)
            col->first_number = mote_cell_number(&one, col->first);
    }
    return MOTE_OK;
}

static void survey_cell(mote_csv_column *col, const mote_cell *c)
{
    const mote_cell_kind kind = mote_cell_classify(c);
    double               number;

    if (kind == MOTE_CELL_WHOLE) {
        number = mote_cell_number(c, kind);
        col->counts_up = col->counts_up && (mote_csv_count_numbers(col) == 0 || number == col->last_number + 1);
        col->last_number = number;
        col->largest = fabs(number) > col->largest ? fabs(number) : col->largest;
    } else {
        col->counts_up = false;
    }
    col->count[kind]++;
}

static bool ends_empty(const mote_csv_table *t)
{
    return t->column_count > 1 && t->columns[t->column_count - 1].first == MOTE_CELL_EMPTY;
}

/* A row may end in a separator where the first does not, and lack the one in which the first row ends. */
static mote_status check_width(mote_csv_table *t, const mote_cell *last, size_t cells, mote_error *err)
{
    const bool is_empty = last->count == 0 && !last->is_quoted;

    if (cells == t->column_count || (cells == t->column_count + 1 && is_empty))
        return MOTE_OK;
    if (cells + 1 == t->column_count && ends_empty(t)) {
        t->short_row = t->short_row.from ? t->short_row : *last;
        return MOTE_OK;
    }
    return mote_cell_fail(last, t->path, MOTE_ERR_FORMAT, err, "the row has %zu cells; the first row has %zu%s", cells,
                          t->column_count,
                          t->column_count == 1 ? " (columns are parted by , ; | tabs or blanks; # begins a comment)" : "");
}

static mote_status survey_row(mote_csv_table *t, mote_cell_cursor *c, mote_error *err)
{
    mote_cell one = {0};
    size_t    i;
    bool      counts = true;

    for (i = 0; !one.ends_row; i++) {
        MOTE_TRY(mote_csv_next(t, c, &one, err));
        if (i >= t->column_count)
            continue;
        survey_cell(&t->columns[i], &one);
        counts = counts && mote_cell_classify(&one) == MOTE_CELL_WHOLE &&
                 (i == 0 || t->columns[i].last_number == t->columns[i - 1].last_number + 1);
    }
    t->counting_rows += counts;
    return check_width(t, &one, i, err);
}

static mote_status survey(mote_csv_table *t, mote_error *err)
{
    mote_cell_cursor c;

    take_excel_separator(&t->start);
    if (!mote_cell_find_row(&t->start, &t->comment))
        return mote_fail(err, MOTE_ERR_FORMAT, "is empty");
    if (!t->start.separator)
        t->start.separator = mote_cell_find_separator(t->start, t->path);
    t->comment.separator = t->start.separator;
    MOTE_TRY(survey_first_row(t, err));
    for (c = t->second; mote_cell_find_row(&c, NULL); t->row_count++)
        MOTE_TRY(survey_row(t, &c, err));
    return MOTE_OK;
}

/* ---- a separator at the end of every row ---- */

static mote_status drop_trailing(mote_csv_table *t, mote_error *err)
{
    const mote_csv_column *last = &t->columns[t->column_count - 1];
    size_t                 below = 0, kind;

    if (!ends_empty(t))
        return MOTE_OK;
    for (kind = 0; kind < MOTE_CELL_KIND_COUNT; kind++)
        below += kind == MOTE_CELL_EMPTY ? 0 : last->count[kind];
    if (below == 0)
        t->column_count--;
    else if (t->short_row.from)
        return mote_cell_fail(&t->short_row, t->path, MOTE_ERR_FORMAT, err, "the row has %zu cells; the first row has %zu",
                              t->column_count - 1, t->column_count);
    return MOTE_OK;
}

/* ---- the header ---- */

static mote_status read_names(const mote_csv_table *t, mote_cell_cursor from, const char **names, mote_error *err)
{
    mote_cell one;
    size_t    i;

    for (i = 0; i < t->column_count; i++) {
        MOTE_TRY(mote_csv_next(t, &from, &one, err));
        if (!mote_is_utf8(one.text, one.count))
            return mote_cell_fail(&one, t->path, MOTE_ERR_FORMAT, err, "\"%s\" is no UTF-8; save the table as UTF-8",
                                  mote_show(one.text, one.count).text);
        if ((names[i] = mote_cell_copy(t->scratch, &one, err)) == NULL)
            return err->code;
    }
    return MOTE_OK;
}

static bool has_name(const char *const *names, size_t count, const char *name)
{
    size_t i;

    for (i = 0; i < count && strcmp(names[i], name) != 0; i++)
        ;
    return i < count;
}

/* Those that a model knows, where this table has at least one of them. */
static void learn_known_targets(mote_csv_table *t, const char *const *names)
{
    const mote_dataset_options *o = t->options;
    int                         i;

    t->wanted_count = (size_t)o->known_target_count;
    for (i = 0; i < o->known_target_count; i++)
        if (has_name(names, t->column_count, o->known_targets[i]))
            t->target_names = o->known_targets;
}

/* A count of targets beyond the columns is a name where a column is called so: 2021. */
static mote_status learn_target_names(mote_csv_table *t, const char *const *names, mote_error *err)
{
    const mote_dataset_options *o = t->options;
    const char                **number;

    t->target_names = o->target_count > 0 ? o->target_names : NULL;
    t->wanted_count = o->target_count > 0 ? (size_t)o->target_count : 1;
    if (o->target_count == 0 && o->known_target_count > 0) {
        learn_known_targets(t, names);
        return MOTE_OK;
    }
    if (t->target_names || t->wanted_count <= t->column_count || t->row_count == 0)
        return MOTE_OK;
    number = MOTE_NEW(t->scratch, const char *, 1, err);
    if (!number || (*number = mote_arena_printf(t->scratch, err, "%zu", t->wanted_count)) == NULL)
        return err->code;
    if (has_name(names, t->column_count, *number)) {
        t->target_names = number;
        t->wanted_count = 1;
    }
    return MOTE_OK;
}

static bool are_targets_named(const mote_csv_table *t, const char *const *names)
{
    size_t i;

    for (i = 0; t->target_names && i < t->wanted_count; i++)
        if (!has_name(names, t->column_count, t->target_names[i]))
            return false;
    return t->target_names != NULL;
}

static bool is_word_name(const char *name)
{
    for (; *name; name++)
        if (*name == '_' || (*name >= 'A' && *name <= 'Z') || (*name >= 'a' && *name <= 'z') || (unsigned char)*name >= 0x80)
            return true;
    return false;
}

/* What the kinds of the first row's cells say against it being a row of data. */
typedef struct first_row {
    size_t words, numbers;
    bool   is_whole;     /* its numbers are whole */
    bool   counts;       /* a, a + 1, a + 2, ... */
    bool   is_larger;    /* each than all below it */
    bool   misfits;      /* a word above an input's numbers, or nothing above a count of rows */
    bool   above_reals;  /* every input's cells are written with a fraction */
    bool   has_odd_word; /* a word without a letter: rather a missing number */
} first_row;

static first_row look_at_first_row(const mote_csv_table *t, const char *const *names)
{
    first_row f = {.is_whole = true, .counts = true, .is_larger = true, .above_reals = t->row_count > 0};
    size_t    i, inputs = t->column_count > 1 ? t->column_count - 1 : 1;

    for (i = 0; i < t->column_count; i++) {
        const mote_csv_column *c = &t->columns[i];
        const bool             is_number = mote_cell_is_number(c->first, true);
        f.words += c->first == MOTE_CELL_WORD;
        f.numbers += is_number;
        f.is_whole = f.is_whole && (!is_number || c->first == MOTE_CELL_WHOLE);
        f.counts =
            f.counts && c->first == MOTE_CELL_WHOLE && (i == 0 || c->first_number == t->columns[i - 1].first_number + 1);
        f.is_larger = f.is_larger && mote_csv_count_numbers(c) == c->count[MOTE_CELL_WHOLE] && c->first_number > c->largest;
        f.has_odd_word = f.has_odd_word || (c->first == MOTE_CELL_WORD && !is_word_name(names[i]));
        f.misfits = f.misfits || (t->row_count > 0 &&
                                  ((c->first == MOTE_CELL_WORD && i < inputs && mote_csv_count_numbers(c) == t->row_count) ||
                                   (c->first == MOTE_CELL_EMPTY && i == 0 && c->counts_up && t->row_count > 1)));
        f.above_reals =
            f.above_reals && (i >= inputs || c->count[MOTE_CELL_REAL] + c->count[MOTE_CELL_COMMA] == t->row_count);
    }
    return f;
}

static mote_status note_first_row(const mote_csv_table *t, mote_raw_set *raw, const char *const *names, bool is_header,
                                  mote_error *err)
{
    char   shown[128] = "";
    size_t used = 0, i;

    for (i = 0; i < t->column_count && i < 4 && used < sizeof shown - 24; i++)
        used += (size_t)snprintf(shown + used, sizeof shown - used, "%s%.16s", i > 0 ? ", " : "",
                                 mote_show_string(names[i]).text);
    return mote_raw_note(
        raw, err,
        is_header
            ? "line %zu (%s%s) is taken for the header; --header false, in a spec header: false, makes it a row of data"
            : "line %zu (%s%s) is taken for a row of data; --header true, in a spec header: true, makes it the header",
        t->start.line, shown, i < t->column_count ? ", ..." : "");
}

/* The rules of mote_header. */
static mote_status find_header(const mote_csv_table *t, mote_raw_set *raw, const char *const *names, bool *is_header,
                               mote_error *err)
{
    const first_row f = look_at_first_row(t, names);
    const bool      counts = f.counts && t->column_count >= COUNTING_MIN && t->counting_rows == 0 && t->row_count > 0;

    *is_header = t->options->header == MOTE_HEADER_YES;
    if (t->options->header != MOTE_HEADER_AUTO)
        return MOTE_OK;
    *is_header = are_targets_named(t, names) || (f.words > 0 && f.numbers == 0);
    if (*is_header)
        return MOTE_OK;
    *is_header = f.is_whole && ((f.misfits && !f.has_odd_word) || (f.numbers == t->column_count && f.above_reals) ||
                                (counts && (t->columns[0].first_number == 0 || f.is_larger)));
    return *is_header || counts ? note_first_row(t, raw, names, *is_header, err) : MOTE_OK;
}

/* A comment right above the first row names the columns when it has as many cells, none a number: NumPy's savetxt writes
 * so. */
static mote_status read_comment(mote_csv_table *t, const char **names, bool *has_names, mote_error *err)
{
    mote_error       ignored = {0};
    mote_cell        one = {0};
    mote_cell_cursor c = t->comment;
    size_t           cells = 0;

    *has_names = false;
    if (!c.at || t->column_count < 2 || t->options->header == MOTE_HEADER_NO)
        return MOTE_OK;
    for (; !one.ends_row; cells++)
        if (mote_cell_next(&c, &one, t->path, &ignored) != MOTE_OK || mote_cell_classify(&one) != MOTE_CELL_WORD)
            return MOTE_OK;
    if (cells != t->column_count)
        return MOTE_OK;
    *has_names = true;
    return read_names(t, t->comment, names, err);
}

/* The first row becomes a row of data like the others. */
static void count_first_row(mote_csv_table *t)
{
    size_t i;

    for (i = 0; i < t->column_count; i++) {
        mote_csv_column *c = &t->columns[i];
        if (c->first == MOTE_CELL_WHOLE)
            c->largest = fabs(c->first_number) > c->largest ? fabs(c->first_number) : c->largest;
        c->count[c->first]++;
    }
    t->row_count++;
}

static mote_status decide_header(mote_csv_table *t, mote_raw_set *raw, mote_error *err)
{
    const char **names = MOTE_NEW(t->scratch, const char *, t->column_count, err);
    bool         is_header = false;
    size_t       i;

    if (!names)
        return err->code;
    MOTE_TRY(read_names(t, t->start, names, err));
    MOTE_TRY(learn_target_names(t, names, err));
    MOTE_TRY(find_header(t, raw, names, &is_header, err));
    t->has_names = is_header;
    if (is_header)
        t->start = t->second;
    else
        MOTE_TRY(read_comment(t, names, &t->has_names, err));
    if (is_header && t->row_count == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "has a header line, but no rows");
    if (!is_header)
        count_first_row(t);
    for (i = 0; t->has_names && i < t->column_count; i++)
        t->columns[i].name = names[i];
    return MOTE_OK;
}

/* ---- which columns are what ---- */

/* pandas' to_csv puts a column without a name in front that counts the rows; read again and written again, it is called
 * "Unnamed: 0". As an input it would tell the order of the file. */
static mote_status leave_out_index(mote_csv_table *t, mote_raw_set *raw, mote_error *err)
{
    mote_csv_column *first = t->columns;

    if (!t->has_names || t->column_count < 3 || t->row_count < 2 || !first->counts_up ||
        (first->name[0] != '\0' && strncmp(first->name, "Unnamed: ", 9) != 0))
        return MOTE_OK;
    first->is_left_out = true;
    return mote_raw_note(raw, err, "column 1 has no name and counts the rows: it is left out");
}

static mote_status find_column(const mote_csv_table *t, const char *name, size_t *found, mote_error *err)
{
    const char **names = MOTE_NEW(t->scratch, const char *, t->column_count, err);
    const char  *nearest;
    size_t       i, places = 0;

    if (!names)
        return err->code;
    for (i = 0; i < t->column_count; i++) {
        names[i] = t->columns[i].name;
        if (strcmp(names[i], name) == 0) {
            *found = i;
            places++;
        }
    }
    if (places > 1)
        return mote_fail(err, MOTE_ERR_USAGE, "has %zu columns named \"%s\"; rename all but one", places,
                         mote_show_string(name).text);
    if (places == 1)
        return MOTE_OK;
    nearest = mote_nearest_word(name, names, t->column_count);
    return mote_fail(err, MOTE_ERR_USAGE, "has no column \"%s\"%s%s%s", mote_show_string(name).text,
                     nearest ? "; did you mean \"" : "", nearest ? mote_show_string(nearest).text : "",
                     nearest ? "\"?" : "");
}

static mote_status choose_named(mote_csv_table *t, mote_error *err)
{
    size_t index = 0;

    if (!t->has_names)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "target columns are named, but the table has no header line (--header true, in a spec header: "
                         "true, takes the first for one)");
    for (; t->target_count < t->wanted_count; t->target_count++) {
        const char *name = t->target_names[t->target_count];
        MOTE_TRY(find_column(t, name, &index, err));
        if (t->columns[index].target >= 0)
            return mote_fail(err, MOTE_ERR_USAGE, "column \"%s\" is named twice as a target", mote_show_string(name).text);
        t->columns[index].target = (int)t->target_count;
        t->columns[index].is_left_out = false;
    }
    return MOTE_OK;
}

static void choose_last(mote_csv_table *t, size_t wanted, size_t kept)
{
    size_t i = t->column_count;

    t->target_count = wanted < kept ? wanted : kept;
    for (kept = t->target_count; kept > 0; kept--)
        t->columns[--i].target = (int)kept - 1;
}

/* A table for a model that knows its columns may hold samples alone: none of the known targets, or no column beside the
 * inputs. */
static bool has_samples_alone(const mote_csv_table *t)
{
    const mote_dataset_options *o = t->options;

    if (o->target_count > 0 || o->known_target_count == 0 || t->target_names)
        return false;
    return t->has_names || t->column_count == (size_t)o->known_column_count;
}

static mote_status choose_targets(mote_csv_table *t, mote_error *err)
{
    size_t kept = 0, i;

    if (t->options->targets != MOTE_TARGETS_NONE && t->target_names)
        MOTE_TRY(choose_named(t, err));
    for (i = 0; i < t->column_count; i++)
        kept += !t->columns[i].is_left_out;
    if (t->options->targets != MOTE_TARGETS_NONE && t->target_count == 0 && !has_samples_alone(t))
        choose_last(t, t->wanted_count, kept);
    t->input_count = kept - t->target_count;
    if (t->input_count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "of %zu columns, %zu as targets leave none as inputs%s", kept, t->wanted_count,
                         kept == 1 ? "; columns are parted by , ; | tabs or blanks" : "");
    return MOTE_OK;
}

/* ---- columns of categories ---- */

enum { CATEGORIES_MAX = 1024 };

static mote_status take_category(const mote_csv_table *t, mote_cell_cursor *c, size_t index, const char **word,
                                 mote_error *err)
{
    mote_cell one = {0};
    size_t    i;

    for (i = 0; !one.ends_row; i++) {
        MOTE_TRY(mote_csv_next(t, c, &one, err));
        if (i != index)
            continue;
        if (one.count == 0)
            return mote_cell_fail(&one, t->path, MOTE_ERR_FORMAT, err, "column %zu (%s) is empty; fill it or remove the row",
                                  index + 1, mote_show_string(t->columns[index].name).text);
        if (!mote_is_utf8(one.text, one.count))
            return mote_cell_fail(&one, t->path, MOTE_ERR_FORMAT, err, "\"%s\" is no UTF-8; save the table as UTF-8",
                                  mote_show(one.text, one.count).text);
        if (mote_is_date(one.text, one.count))
            return mote_cell_fail(&one, t->path, MOTE_ERR_FORMAT, err,
                                  "column %zu (%s): \"%s\" is a date or a time, not a category: " MOTE_DATE_ADVICE,
                                  index + 1, mote_show_string(t->columns[index].name).text,
                                  mote_show(one.text, one.count).text);
        if ((*word = mote_cell_copy(t->scratch, &one, err)) == NULL)
            return err->code;
    }
    return MOTE_OK;
}

static mote_status learn_words(mote_csv_table *t, size_t index, mote_error *err)
{
    mote_csv_column *col = &t->columns[index];
    const char     **words = MOTE_NEW(t->scratch, const char *, t->row_count, err);
    mote_class_list  list = {0};
    mote_cell_cursor c = t->start;
    size_t           row = 0;
    int              k;

    for (; words && mote_cell_find_row(&c, NULL); row++)
        MOTE_TRY(take_category(t, &c, index, &words[row], err));
    if (!words)
        return err->code;
    if (mote_words_sort(&list, words, t->row_count, CATEGORIES_MAX, t->scratch, t->scratch, err) != MOTE_OK)
        return mote_context(err, "column %zu (%s)", index + 1, mote_show_string(col->name).text);
    col->categories = MOTE_NEW(t->scratch, mote_csv_category, list.count, err);
    for (k = 0; col->categories && k < list.count; k++)
        col->categories[k].word = list.names[k];
    col->category_count = (size_t)list.count;
    return err->code;
}

static mote_status choose_categories(mote_csv_table *t, mote_error *err)
{
    const mote_dataset_options *o = t->options;
    size_t                      index = 0;
    int                         i;

    if (o->category_count > 0 && !t->has_names)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "columns of categories are named, but the table has no header line (--header true, in a spec "
                         "header: true, takes the first for one)");
    for (i = 0; i < o->category_count; i++) {
        MOTE_TRY(find_column(t, o->categories[i], &index, err));
        if (t->columns[index].target >= 0)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "column \"%s\" is a target; its words are classes without being categories",
                             mote_show_string(o->categories[i]).text);
        t->columns[index].is_category = !t->columns[index].is_left_out;
    }
    return MOTE_OK;
}

/* The column of a known input "COLUMN=WORD": the one of the longest name, for words may hold a = as well. NULL: none. */
static mote_csv_column *category_of(const mote_csv_table *t, const char *known, const char **word)
{
    mote_csv_column *found = NULL;
    size_t           i, longest = 0;

    for (i = 0; i < t->column_count; i++) {
        const char  *name = t->columns[i].name;
        const size_t count = strlen(name);
        if (strncmp(known, name, count) == 0 && known[count] == '=' && (!found || count > longest)) {
            found = &t->columns[i];
            longest = count;
            *word = known + count + 1;
        }
    }
    return found;
}

static int compare_categories(const void *a, const void *b)
{
    return strcmp(((const mote_csv_category *)a)->word, ((const mote_csv_category *)b)->word);
}

/* A word that the model knows of a column, at the input that it has there. */
static mote_status add_known_word(mote_csv_table *t, mote_csv_column *col, const char *word, size_t input, mote_error *err)
{
    if (!col->is_known) {
        col->is_known = col->is_category = true;
        col->category_count = 0;
        col->categories = MOTE_NEW(t->scratch, mote_csv_category, t->options->known_column_count, err);
    }
    if (!col->categories)
        return err->code;
    col->categories[col->category_count++] = (mote_csv_category){word, input};
    qsort(col->categories, col->category_count, sizeof *col->categories, compare_categories);
    return MOTE_OK;
}

/* ---- the inputs' places ---- */

static mote_status leave_out_strangers(mote_csv_table *t, mote_raw_set *raw, mote_error *err)
{
    const mote_dataset_options *o = t->options;
    size_t                      i;

    for (i = 0; i < t->column_count; i++) {
        mote_csv_column *c = &t->columns[i];
        if (c->is_left_out || c->target >= 0 || c->is_known ||
            has_name(o->known_columns, (size_t)o->known_column_count, c->name))
            continue;
        c->is_left_out = true;
        MOTE_TRY(mote_raw_note(raw, err, "column \"%s\" is none of those that the model was trained on: it is left out",
                               mote_show_string(c->name).text));
    }
    return MOTE_OK;
}

static bool is_column(const mote_csv_table *t, const char *name)
{
    size_t i;

    for (i = 0; i < t->column_count && strcmp(t->columns[i].name, name) != 0; i++)
        ;
    return i < t->column_count;
}

static mote_status place_known(mote_csv_table *t, mote_raw_set *raw, mote_error *err)
{
    const mote_dataset_options *o = t->options;
    size_t                      index = 0, i;

    for (i = 0; i < t->column_count; i++)
        t->columns[i].is_category = false; /* the model knows which are */
    for (i = 0; i < (size_t)o->known_column_count; i++) {
        const char      *word = NULL;
        mote_csv_column *col = category_of(t, o->known_columns[i], &word);
        if (col && col->target < 0 && !is_column(t, o->known_columns[i])) {
            MOTE_TRY(add_known_word(t, col, word, i, err));
            continue;
        }
        if (find_column(t, o->known_columns[i], &index, err) != MOTE_OK)
            return mote_context(err, "the model's inputs");
        if (t->columns[index].target >= 0)
            return mote_fail(err, MOTE_ERR_USAGE, "column \"%s\" is a target, and the model takes it as an input",
                             mote_show_string(o->known_columns[i]).text);
        t->columns[index].input = i;
    }
    t->input_count = (size_t)o->known_column_count;
    return leave_out_strangers(t, raw, err);
}

/* A column of categories has an input for each of its words. */
static mote_status place_words(mote_csv_table *t, size_t index, size_t *used, mote_error *err)
{
    mote_csv_column *c = &t->columns[index];
    size_t           k;

    MOTE_TRY(learn_words(t, index, err));
    for (k = 0; k < c->category_count; k++)
        c->categories[k].input = (*used)++;
    return MOTE_OK;
}

static mote_status place_inputs(mote_csv_table *t, mote_raw_set *raw, mote_error *err)
{
    size_t used = 0, i;

    if (t->has_names && t->options->known_column_count > 0)
        return place_known(t, raw, err);
    for (i = 0; i < t->column_count; i++) {
        if (t->columns[i].is_left_out || t->columns[i].target >= 0)
            continue;
        if (t->columns[i].is_category)
            MOTE_TRY(place_words(t, i, &used, err));
        else
            t->columns[i].input = used++;
    }
    t->input_count = used;
    return MOTE_OK;
}

/* Words beside words are classes, "None" and "NA" among them; a few words among numbers are mistakes. */
static bool is_text(const mote_csv_column *c, mote_target_kind kind)
{
    const size_t words = c->count[MOTE_CELL_WORD], missing = c->count[MOTE_CELL_NOT_FINITE],
                 numbers = mote_csv_count_numbers(c);

    if (kind == MOTE_TARGETS_CLASSES)
        return words > 0 || (missing > 0 && numbers == 0);
    return kind == MOTE_TARGETS_AUTO && words > 0 && words + missing > numbers;
}

/* Decimal commas are read where some cell can be nothing else and none has a decimal point. */
static void learn_numbers(mote_csv_table *t)
{
    size_t i, commas = 0, points = 0;

    for (i = 0; i < t->column_count; i++) {
        const mote_csv_column *c = &t->columns[i];
        if (c->target == 0 && t->target_count == 1)
            t->has_text_target = is_text(c, t->options->targets);
        if ((c->target == 0 && t->has_text_target) || c->is_category)
            continue;
        commas += c->count[MOTE_CELL_COMMA];
        points += c->count[MOTE_CELL_REAL];
    }
    t->decimal_comma = commas > 0 && points == 0;
}

mote_status mote_csv_learn(mote_csv_table *t, mote_raw_set *raw, mote_error *err)
{
    MOTE_TRY(survey(t, err));
    MOTE_TRY(drop_trailing(t, err));
    MOTE_TRY(decide_header(t, raw, err));
    MOTE_TRY(leave_out_index(t, raw, err));
    MOTE_TRY(choose_targets(t, err));
    MOTE_TRY(choose_categories(t, err));
    MOTE_TRY(place_inputs(t, raw, err));
    learn_numbers(t);
    return MOTE_OK;
}
