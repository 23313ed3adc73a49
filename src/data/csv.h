/* CSV tables: cells (csv_cells.c), what the columns are (csv_columns.c), their numbers and words (csv.c).
 *
 * Grammar: RFC 4180, plus other separators, lines that begin with # (passed over), blank lines (passed over), blanks around
 * cells (cut). Cells are spans of the text, never copies.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_CSV_H
#define MOTE_DATA_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

#include "base/arena.h"
#include "data/raw.h"

/* What stands in a cell. */
typedef enum mote_cell_kind {
    MOTE_CELL_EMPTY,
    MOTE_CELL_WHOLE,      /* 12, -3 */
    MOTE_CELL_REAL,       /* 1.5, 2., 1e3 */
    MOTE_CELL_COMMA,      /* 1,5: a decimal comma, for it can be nothing else */
    MOTE_CELL_GROUP,      /* 1,234: a decimal comma, or one between thousands */
    MOTE_CELL_NOT_FINITE, /* nan, NA, None, null, inf */
    MOTE_CELL_WORD,
    MOTE_CELL_KIND_COUNT
} mote_cell_kind;

typedef struct mote_cell {
    const char *text; /* without the outer quotes; quotes inside are still doubled */
    size_t      count;
    size_t      line;              /* of its first character, from 1 */
    const char *line_start, *from; /* of that line, and of the cell with its quote */
    bool        is_quoted, ends_row;
} mote_cell;

/* A place in the text. separator ' ' stands for any run of blanks and tabs. */
typedef struct mote_cell_cursor {
    const char *at, *end, *line_start;
    size_t      line;
    char        separator;
} mote_cell_cursor;

/* The next cell of a row; afterwards the cursor stands behind its separator, or behind the row. path is for messages. */
mote_status mote_cell_next(mote_cell_cursor *c, mote_cell *out, const char *path, mote_error *err);

/* To the next row: passes over blank lines and comments, the last of which goes to *comment (NULL: not wanted) when it
 * stands right above the row, without its #. false at the end of the text. */
bool mote_cell_find_row(mote_cell_cursor *c, mote_cell_cursor *comment);

mote_cell_kind mote_cell_classify(const mote_cell *c);
bool           mote_cell_is_number(mote_cell_kind kind, bool decimal_comma);

/* What to do about dates and times. */
#define MOTE_DATE_ADVICE                                                                                                    \
    "write numbers for it, as days or seconds since some moment, or columns for the year, the weekday, the hour"

/* The number of a cell whose kind is one (mote_cell_is_number). */
double mote_cell_number(const mote_cell *c, mote_cell_kind kind);

/* "2024-01-31", "31.1.24 12:30", "12:30:05.5": a date, a time, or both. */
bool mote_is_date(const char *text, size_t count);

/* A copy without the doubling of quotes. */
char *mote_cell_copy(mote_arena *arena, const mote_cell *c, mote_error *err);

/* "path:line:column: " and the words. The column counts characters, from 1. */
mote_status mote_cell_fail(const mote_cell *c, const char *path, mote_status code, mote_error *err, const char *format, ...)
    MOTE_PRINTF(5, 6);

/* The separator of the first rows: of those that part every row alike, the one that leaves most numbers. */
char mote_cell_find_separator(mote_cell_cursor start, const char *path);

/* ---- the table ---- */

/* One word of a column of categories, and the input that is 1 where the column has it. */
typedef struct mote_csv_category {
    const char *word;
    size_t      input;
} mote_csv_category;

typedef struct mote_csv_column {
    const char    *name;                        /* NULL without a header */
    mote_cell_kind first;                       /* in the first row */
    size_t         count[MOTE_CELL_KIND_COUNT]; /* in the rows of data; before the header is decided, below the first row */
    double         first_number, last_number;   /* of whole numbers */
    double         largest;                     /* whole number, without its sign */
    bool           counts_up;                   /* each cell one more than the cell above, below the first row */
    bool           is_left_out;
    int            target; /* its place among the targets, or -1 */
    size_t         input;  /* else its place among the inputs */
    bool           is_category;
    bool           is_known;       /* its words are those that a model was trained on */
    mote_csv_category *categories; /* [category_count], sorted by their words */
    size_t             category_count;
} mote_csv_column;

typedef struct mote_csv_table {
    const char                 *path;    /* for messages */
    mote_cell_cursor            start;   /* of the first data row */
    mote_cell_cursor            second;  /* of the row below the first */
    mote_cell_cursor            comment; /* right above the first row; .at NULL: none */
    mote_arena                 *scratch;
    const mote_dataset_options *options;
    size_t                      row_count, column_count, input_count, counting_rows;
    mote_csv_column            *columns;
    const char *const          *target_names; /* asked for; NULL: none, but the last columns */
    size_t                      wanted_count;
    size_t                      target_count; /* columns that are targets */
    bool                        has_names, decimal_comma;
    bool                        has_text_target; /* the one target column holds words */
    mote_cell                   short_row; /* the last cell of the first row that lacks the first row's empty last one */
} mote_csv_table;

static inline size_t mote_csv_count_numbers(const mote_csv_column *c)
{
    return c->count[MOTE_CELL_WHOLE] + c->count[MOTE_CELL_REAL] + c->count[MOTE_CELL_COMMA] + c->count[MOTE_CELL_GROUP];
}

static inline mote_status mote_csv_next(const mote_csv_table *t, mote_cell_cursor *c, mote_cell *out, mote_error *err)
{
    return mote_cell_next(c, out, t->path, err);
}

/* From path, scratch, options and start, which begins at the first byte, all else. */
mote_status mote_csv_learn(mote_csv_table *t, mote_raw_set *raw, mote_error *err);

#endif
