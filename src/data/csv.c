/* CSV tables: rows of numbers, one column (or several) of which is the target.
 *
 * Two passes over the text: the survey counts rows, checks that all have as many cells, and learns what each column holds;
 * from that follow header, left-out columns, decimal commas and what the target is. The second pass reads the numbers
 * straight into their arrays. The grammar is in csv.h. SPDX-License-Identifier: Apache-2.0 */
#include "data/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/utf8.h"
#include "data/array.h"
#include "data/raw.h"

enum { CLASS_MAX = 65536, COUNTING_MIN = 3 };

typedef struct column {
    const char    *name;                        /* NULL without a header */
    mote_cell_kind first;                       /* in the first row */
    size_t         count[MOTE_CELL_KIND_COUNT]; /* in the rows of data; before the header is decided, below the first row */
    double         first_number, last_number;   /* of whole numbers */
    double         largest;                     /* whole number, without its sign */
    bool           counts_up;                   /* each cell one more than the cell above, below the first row */
    bool           is_left_out;
    int            target; /* its place among the targets, or -1 */
    size_t         input;  /* else its place among the inputs */
} column;

typedef struct table {
    const char              *path;    /* for messages */
    mote_cell_cursor         start;   /* of the first data row */
    mote_cell_cursor         second;  /* of the row below the first */
    mote_cell_cursor         comment; /* right above the first row; .at NULL: none */
    mote_arena              *scratch;
    locale_t                 c_locale;
    const mote_data_options *options;
    size_t                   row_count, column_count, input_count, counting_rows;
    column                  *columns;
    const char *const       *target_names; /* asked for; NULL: none, but the last columns */
    size_t                   wanted_count;
    size_t                   target_count; /* columns that are targets */
    bool                     has_names, decimal_comma;
    bool                     has_text_target; /* the one target column holds words */
    mote_cell                short_row;       /* the last cell of the first row that lacks the first row's empty last one */
} table;

static mote_status next_cell(const table *t, mote_cell_cursor *c, mote_cell *out, mote_error *err)
{
    return mote_cell_next(c, out, t->path, err);
}

/* ---- what cannot be read ---- */

static size_t count_numbers(const column *c)
{
    return c->count[MOTE_CELL_WHOLE] + c->count[MOTE_CELL_REAL] + c->count[MOTE_CELL_COMMA] + c->count[MOTE_CELL_GROUP];
}

/* Why a word stands where numbers are expected, and what to do. */
static const char *advise_word(const table *t, const column *c, mote_cell_kind kind)
{
    if (kind == MOTE_CELL_GROUP)
        return "; it may be a decimal comma or one between thousands: write a decimal point";
    if (kind == MOTE_CELL_COMMA)
        return "; write a decimal point, not a comma";
    if (c->target >= 0)
        return t->target_count == 1 && t->options->targets == MOTE_TARGETS_AUTO
                   ? "; --target-kind classes, in a spec target_kind: classes, takes each different text for a class"
                   : "";
    if (count_numbers(c) == 0)
        return t->has_names ? "; no cell of this column is: write numbers for its words, remove it, or name it as the target"
                            : "; no cell of this column is: write numbers for its words, or remove it";
    return "";
}

static mote_status bad_number(const table *t, const mote_cell *c, size_t index, mote_cell_kind kind, mote_error *err)
{
    const column *col = &t->columns[index];
    char          name[MOTE_SHOWN_TEXT + 40];
    mote_shown    shown = mote_show(c->text, c->count);

    snprintf(name, sizeof name, col->name ? "column %zu (%s)" : "column %zu", index + 1,
             col->name ? mote_show_string(col->name).text : "");
    if (kind == MOTE_CELL_EMPTY)
        return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err, "%s is empty; fill it or remove the row", name);
    if (kind == MOTE_CELL_NOT_FINITE)
        return mote_cell_fail(c, t->path, MOTE_ERR_NUMERIC, err,
                              "%s is \"%s\", not a finite number; fill it or remove the row%s", name, shown.text,
                              col->target >= 0 && t->target_count == 1 && count_numbers(col) == 0
                                  ? " (--target-kind classes, in a spec target_kind: classes, takes it for a class)"
                                  : "");
    return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err, "%s: \"%s\" is not a number%s", name, shown.text,
                          advise_word(t, col, kind));
}

static mote_status read_f32(const table *t, const mote_cell *c, size_t index, float *out, mote_error *err)
{
    const mote_cell_kind kind = mote_cell_classify(c);

    if (!mote_cell_is_number(kind, t->decimal_comma))
        return bad_number(t, c, index, kind, err);
    *out = (float)mote_cell_number(c, kind, t->c_locale);
    if (!isfinite(*out))
        return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err, "this number is out of float32's range");
    return MOTE_OK;
}

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

static mote_status survey_first_row(table *t, mote_error *err)
{
    mote_cell_cursor c = t->start;
    mote_cell        one = {0};
    size_t           i;

    for (t->column_count = 0; !one.ends_row; t->column_count++)
        MOTE_TRY(next_cell(t, &c, &one, err));
    t->second = c;
    t->columns = MOTE_NEW(t->scratch, column, t->column_count, err);
    if (!t->columns)
        return err->code;
    for (i = 0, c = t->start; i < t->column_count; i++) {
        column *col = &t->columns[i];
        MOTE_TRY(next_cell(t, &c, &one, err));
        *col = (column){.first = mote_cell_classify(&one), .counts_up = true, .target = -1};
        if (col->first == MOTE_CELL_WHOLE)
            col->first_number = mote_cell_number(&one, col->first, t->c_locale);
    }
    return MOTE_OK;
}

static void survey_cell(table *t, column *col, const mote_cell *c)
{
    const mote_cell_kind kind = mote_cell_classify(c);
    double               number;

    if (kind == MOTE_CELL_WHOLE) {
        number = mote_cell_number(c, kind, t->c_locale);
        col->counts_up = col->counts_up && (count_numbers(col) == 0 || number == col->last_number + 1);
        col->last_number = number;
        col->largest = fabs(number) > col->largest ? fabs(number) : col->largest;
    } else {
        col->counts_up = false;
    }
    col->count[kind]++;
}

static bool ends_empty(const table *t)
{
    return t->column_count > 1 && t->columns[t->column_count - 1].first == MOTE_CELL_EMPTY;
}

/* A row may end in a separator where the first does not, and lack the one in which the first row ends. */
static mote_status check_width(table *t, const mote_cell *last, size_t cells, mote_error *err)
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

static mote_status survey_row(table *t, mote_cell_cursor *c, mote_error *err)
{
    mote_cell one = {0};
    size_t    i;
    bool      counts = true;

    for (i = 0; !one.ends_row; i++) {
        MOTE_TRY(next_cell(t, c, &one, err));
        if (i >= t->column_count)
            continue;
        survey_cell(t, &t->columns[i], &one);
        counts = counts && mote_cell_classify(&one) == MOTE_CELL_WHOLE &&
                 (i == 0 || t->columns[i].last_number == t->columns[i - 1].last_number + 1);
    }
    t->counting_rows += counts;
    return check_width(t, &one, i, err);
}

static mote_status survey(table *t, mote_error *err)
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

static mote_status drop_trailing(table *t, mote_error *err)
{
    const column *last = &t->columns[t->column_count - 1];
    size_t        below = 0, kind;

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

static mote_status read_names(const table *t, mote_cell_cursor from, const char **names, mote_error *err)
{
    mote_cell one;
    size_t    i;

    for (i = 0; i < t->column_count; i++) {
        MOTE_TRY(next_cell(t, &from, &one, err));
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
static void learn_known_targets(table *t, const char *const *names)
{
    const mote_data_options *o = t->options;
    int                      i;

    t->wanted_count = (size_t)o->known_target_count;
    for (i = 0; i < o->known_target_count; i++)
        if (has_name(names, t->column_count, o->known_targets[i]))
            t->target_names = o->known_targets;
}

/* A count of targets beyond the columns is a name where a column is called so: 2021. */
static mote_status learn_target_names(table *t, const char *const *names, mote_error *err)
{
    const mote_data_options *o = t->options;
    const char             **number;

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

static bool are_targets_named(const table *t, const char *const *names)
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

static first_row look_at_first_row(const table *t, const char *const *names)
{
    first_row f = {.is_whole = true, .counts = true, .is_larger = true, .above_reals = t->row_count > 0};
    size_t    i, inputs = t->column_count > 1 ? t->column_count - 1 : 1;

    for (i = 0; i < t->column_count; i++) {
        const column *c = &t->columns[i];
        const bool    is_number = mote_cell_is_number(c->first, true);
        f.words += c->first == MOTE_CELL_WORD;
        f.numbers += is_number;
        f.is_whole = f.is_whole && (!is_number || c->first == MOTE_CELL_WHOLE);
        f.counts =
            f.counts && c->first == MOTE_CELL_WHOLE && (i == 0 || c->first_number == t->columns[i - 1].first_number + 1);
        f.is_larger = f.is_larger && count_numbers(c) == c->count[MOTE_CELL_WHOLE] && c->first_number > c->largest;
        f.has_odd_word = f.has_odd_word || (c->first == MOTE_CELL_WORD && !is_word_name(names[i]));
        f.misfits = f.misfits ||
                    (t->row_count > 0 && ((c->first == MOTE_CELL_WORD && i < inputs && count_numbers(c) == t->row_count) ||
                                          (c->first == MOTE_CELL_EMPTY && i == 0 && c->counts_up && t->row_count > 1)));
        f.above_reals =
            f.above_reals && (i >= inputs || c->count[MOTE_CELL_REAL] + c->count[MOTE_CELL_COMMA] == t->row_count);
    }
    return f;
}

static mote_status note_first_row(const table *t, mote_raw_set *raw, const char *const *names, bool is_header,
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
static mote_status find_header(const table *t, mote_raw_set *raw, const char *const *names, bool *is_header, mote_error *err)
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
static mote_status read_comment(table *t, const char **names, bool *has_names, mote_error *err)
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
static void count_first_row(table *t)
{
    size_t i;

    for (i = 0; i < t->column_count; i++) {
        column *c = &t->columns[i];
        if (c->first == MOTE_CELL_WHOLE)
            c->largest = fabs(c->first_number) > c->largest ? fabs(c->first_number) : c->largest;
        c->count[c->first]++;
    }
    t->row_count++;
}

static mote_status decide_header(table *t, mote_raw_set *raw, mote_error *err)
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
static mote_status leave_out_index(table *t, mote_raw_set *raw, mote_error *err)
{
    column *first = t->columns;

    if (!t->has_names || t->column_count < 3 || t->row_count < 2 || !first->counts_up ||
        (first->name[0] != '\0' && strncmp(first->name, "Unnamed: ", 9) != 0))
        return MOTE_OK;
    first->is_left_out = true;
    return mote_raw_note(raw, err, "column 1 has no name and counts the rows: it is left out");
}

static mote_status find_column(const table *t, const char *name, size_t *found, mote_error *err)
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

static mote_status choose_named(table *t, mote_error *err)
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

static void choose_last(table *t, size_t wanted, size_t kept)
{
    size_t i = t->column_count;

    t->target_count = wanted < kept ? wanted : kept;
    for (kept = t->target_count; kept > 0; kept--)
        t->columns[--i].target = (int)kept - 1;
}

/* A table for a model that knows its columns may hold samples alone: none of the known targets, or no column beside the
 * inputs. */
static bool has_samples_alone(const table *t)
{
    const mote_data_options *o = t->options;

    if (o->target_count > 0 || o->known_target_count == 0 || t->target_names)
        return false;
    return t->has_names || t->column_count == (size_t)o->known_column_count;
}

static mote_status choose_targets(table *t, mote_error *err)
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

/* ---- the inputs' places ---- */

static mote_status leave_out_strangers(table *t, mote_raw_set *raw, mote_error *err)
{
    const mote_data_options *o = t->options;
    size_t                   i;

    for (i = 0; i < t->column_count; i++) {
        column *c = &t->columns[i];
        if (c->is_left_out || c->target >= 0 || has_name(o->known_columns, (size_t)o->known_column_count, c->name))
            continue;
        c->is_left_out = true;
        MOTE_TRY(mote_raw_note(raw, err, "column \"%s\" is none of those that the model was trained on: it is left out",
                               mote_show_string(c->name).text));
    }
    return MOTE_OK;
}

static mote_status place_known(table *t, mote_raw_set *raw, mote_error *err)
{
    const mote_data_options *o = t->options;
    size_t                   index = 0, i;

    for (i = 0; i < (size_t)o->known_column_count; i++) {
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

static mote_status place_inputs(table *t, mote_raw_set *raw, mote_error *err)
{
    size_t used = 0, i;

    if (t->has_names && t->options->known_column_count > 0)
        return place_known(t, raw, err);
    for (i = 0; i < t->column_count; i++)
        if (!t->columns[i].is_left_out && t->columns[i].target < 0)
            t->columns[i].input = used++;
    return MOTE_OK;
}

/* Words beside words are classes, "None" and "NA" among them; a few words among numbers are mistakes. */
static bool is_text(const column *c, mote_target_kind kind)
{
    const size_t words = c->count[MOTE_CELL_WORD], missing = c->count[MOTE_CELL_NOT_FINITE], numbers = count_numbers(c);

    if (kind == MOTE_TARGETS_CLASSES)
        return words > 0 || (missing > 0 && numbers == 0);
    return kind == MOTE_TARGETS_AUTO && words > 0 && words + missing > numbers;
}

/* Decimal commas are read where some cell can be nothing else and none has a decimal point. */
static void learn_numbers(table *t)
{
    size_t i, commas = 0, points = 0;

    for (i = 0; i < t->column_count; i++) {
        const column *c = &t->columns[i];
        if (c->target == 0 && t->target_count == 1)
            t->has_text_target = is_text(c, t->options->targets);
        if (c->target == 0 && t->has_text_target)
            continue;
        commas += c->count[MOTE_CELL_COMMA];
        points += c->count[MOTE_CELL_REAL];
    }
    t->decimal_comma = commas > 0 && points == 0;
}

/* ---- classes by name ---- */

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static mote_status take_word(const table *t, const mote_cell *c, size_t index, char **word, mote_error *err)
{
    if (c->count == 0)
        return bad_number(t, c, index, MOTE_CELL_EMPTY, err);
    if (!mote_is_utf8(c->text, c->count))
        return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err, "\"%s\" is no UTF-8; save the table as UTF-8",
                              mote_show(c->text, c->count).text);
    *word = mote_cell_copy(t->scratch, c, err);
    return err->code;
}

/* Their sorted distinct words become the class names. */
static mote_status name_classes(const table *t, char **words, mote_raw_set *raw, mote_error *err)
{
    const char **sorted = mote_arena_copy(t->scratch, words, t->row_count, sizeof *sorted, err), **names;
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

static mote_status label_words(const table *t, mote_raw_set *raw, char **words, int32_t *labels, mote_error *err)
{
    size_t row;

    MOTE_TRY(name_classes(t, words, raw, err));
    for (row = 0; row < t->row_count; row++) {
        const char *const *place =
            bsearch(&words[row], raw->class_names, (size_t)raw->class_count, sizeof *raw->class_names, compare_text);
        labels[row] = (int32_t)(place - raw->class_names);
    }
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
static mote_status read_real_target(const table *t, const mote_cell *c, size_t index, float *out, mote_error *err)
{
    MOTE_TRY(read_f32(t, c, index, out, err));
    if (t->options->targets == MOTE_TARGETS_CLASSES && t->target_count == 1 && (*out < 0 || *out != floorf(*out)))
        return mote_cell_fail(c, t->path, MOTE_ERR_FORMAT, err,
                              "column %zu is %g: a class label must be an integer from 0 on", index + 1, (double)*out);
    return MOTE_OK;
}

static mote_status read_target(const table *t, const mote_cell *c, size_t index, const reading *r, mote_error *err)
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
    ((int32_t *)r->y->bytes)[place] = (int32_t)mote_cell_number(c, kind, t->c_locale);
    return MOTE_OK;
}

static mote_status read_row(const table *t, mote_cell_cursor *c, reading *r, mote_error *err)
{
    mote_cell one = {0};
    size_t    i;

    for (i = 0; !one.ends_row; i++) {
        const column *col = i < t->column_count ? &t->columns[i] : NULL;
        MOTE_TRY(next_cell(t, c, &one, err));
        if (!col || col->is_left_out)
            continue;
        if (col->target >= 0)
            MOTE_TRY(read_target(t, &one, i, r, err));
        else
            MOTE_TRY(read_f32(t, &one, i, r->x + col->input, err));
    }
    return MOTE_OK;
}

static mote_status name_columns(const table *t, mote_raw_set *raw, mote_error *err)
{
    const char **inputs = MOTE_NEW(&raw->arena, const char *, t->input_count, err);
    const char **targets = MOTE_NEW(&raw->arena, const char *, t->target_count + 1, err);
    size_t       i;

    if (!inputs || !targets)
        return err->code;
    for (i = 0; i < t->column_count; i++) {
        const column *c = &t->columns[i];
        const char   *name = c->is_left_out ? NULL : mote_arena_strdup(&raw->arena, c->name, err);
        MOTE_TRY(err->code);
        if (c->target >= 0)
            targets[c->target] = name;
        else if (name)
            inputs[c->input] = name;
    }
    raw->column_names = inputs;
    raw->target_names = t->target_count > 0 ? targets : NULL;
    raw->target_count = (int)t->target_count;
    return MOTE_OK;
}

/* int32 where all targets are whole numbers that it holds. */
static mote_dtype target_type(const table *t)
{
    size_t i;

    for (i = 0; i < t->column_count; i++) {
        const column *c = &t->columns[i];
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

static mote_status read_table(const table *t, mote_raw_set *raw, mote_error *err)
{
    mote_raw_split  *split = &raw->split[MOTE_TRAIN];
    reading          r = {.y = &split->y};
    mote_cell_cursor c;

    split->x_name = "the inputs";
    split->y_name = "the targets";
    MOTE_TRY(allocate(&split->x, raw, MOTE_F32, t->row_count, t->input_count, err));
    if (t->target_count > 0)
        MOTE_TRY(allocate(&split->y, raw, target_type(t), t->row_count, t->target_count, err));
    if (t->has_names)
        MOTE_TRY(name_columns(t, raw, err));
    if (t->has_text_target && (r.words = MOTE_NEW(t->scratch, char *, t->row_count, err)) == NULL)
        return err->code;
    r.x = split->x.bytes;
    for (c = t->start; mote_cell_find_row(&c, NULL); r.row++, r.x += t->input_count)
        MOTE_TRY(read_row(t, &c, &r, err));
    return t->has_text_target ? label_words(t, raw, r.words, split->y.bytes, err) : MOTE_OK;
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

static mote_status read_text(table *t, mote_raw_set *raw, mote_error *err)
{
    MOTE_TRY(survey(t, err));
    MOTE_TRY(drop_trailing(t, err));
    MOTE_TRY(decide_header(t, raw, err));
    MOTE_TRY(leave_out_index(t, raw, err));
    MOTE_TRY(choose_targets(t, err));
    MOTE_TRY(place_inputs(t, raw, err));
    learn_numbers(t);
    return read_table(t, raw, err);
}

mote_status mote_raw_read_csv_bytes(mote_raw_set *raw, const uint8_t *bytes, size_t count, const char *path,
                                    const mote_data_options *options, mote_error *err)
{
    static const char byte_order_mark[3] = {'\xef', '\xbb', '\xbf'};
    const char       *text = (const char *)bytes;
    const bool        has_mark = count >= 3 && memcmp(text, byte_order_mark, 3) == 0;
    mote_arena        scratch = {.cap_bytes = raw->max_bytes};
    table             t = {.path = path, .scratch = &scratch, .options = options};

    raw->source = "CSV table";
    t.start = (mote_cell_cursor){text + (has_mark ? 3 : 0), text + count, text + (has_mark ? 3 : 0), 1, 0};
    t.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (t.c_locale == (locale_t)0)
        return mote_fail(err, MOTE_ERR_LIMIT, "%s: out of memory", path);
    if (check_text(bytes, count, err) == MOTE_OK)
        read_text(&t, raw, err);
    if (err->code != MOTE_OK && strncmp(err->text, path, strlen(path)) != 0)
        mote_context(err, "%s", path); /* those with a line and column have it already */
    mote_arena_destroy(&scratch);
    freelocale(t.c_locale);
    return err->code;
}

static mote_status read_packed(mote_raw_set *raw, const mote_file *file, const char *path, const mote_data_options *options,
                               mote_error *err)
{
    uint8_t *bytes;
    size_t   count;

    if (mote_gunzip(&bytes, &count, file->bytes, file->count, raw->max_bytes, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    mote_raw_read_csv_bytes(raw, bytes, count, path, options, err);
    free(bytes);
    return err->code;
}

mote_status mote_raw_read_csv(mote_raw_set *raw, const char *path, const mote_data_options *options, mote_error *err)
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
