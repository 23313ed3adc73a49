/* The grammar of tables; see csv.h. SPDX-License-Identifier: Apache-2.0 */
#include "data/csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { NUMBER_MAX = 64, ROWS_TRIED = 30 };

mote_status mote_cell_fail(const mote_cell *c, const char *path, mote_status code, mote_error *err, const char *format, ...)
{
    char        text[MOTE_ERROR_TEXT];
    const char *p;
    size_t      column = 1;
    va_list     args;

    for (p = c->line_start; p < c->from; p++)
        column += ((unsigned char)*p & 0xc0) != 0x80; /* the bytes that begin a UTF-8 character */
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return mote_fail(err, code, "%s:%zu:%zu: %s", path, c->line, column, text);
}

/* ---- cells ---- */

static bool is_line_end(char letter)
{
    return letter == '\n' || letter == '\r';
}

/* "\n", "\r\n" or "\r", or the end. */
static bool take_line_end(mote_cell_cursor *c)
{
    if (c->at == c->end)
        return true;
    if (!is_line_end(*c->at))
        return false;
    if (*c->at == '\r' && c->at + 1 < c->end && c->at[1] == '\n')
        c->at++;
    c->line_start = ++c->at;
    c->line++;
    return true;
}

static bool is_blank(const mote_cell_cursor *c, char letter)
{
    return letter == ' ' || (letter == '\t' && c->separator != '\t');
}

static void skip_blanks(mote_cell_cursor *c)
{
    while (c->at < c->end && is_blank(c, *c->at))
        c->at++;
}

static bool ends_cell(const mote_cell_cursor *c)
{
    return c->at == c->end || is_line_end(*c->at) || (c->separator == ' ' ? is_blank(c, *c->at) : *c->at == c->separator);
}

/* After the opening quote: to the closing one; "" is a quote inside. */
static mote_status read_quoted(mote_cell_cursor *c, mote_cell *out, const char *path, mote_error *err)
{
    out->is_quoted = true;
    out->text = c->at;
    while (c->at < c->end) {
        if (take_line_end(c))
            continue;
        if (*c->at++ != '"')
            continue;
        if (c->at < c->end && *c->at == '"') {
            c->at++;
            continue;
        }
        out->count = (size_t)(c->at - 1 - out->text);
        if (c->separator != ' ')
            skip_blanks(c);
        if (!ends_cell(c))
            return mote_cell_fail(out, path, MOTE_ERR_FORMAT, err,
                                  "text after the closing quote; double a quote that belongs to the text");
        return MOTE_OK;
    }
    return mote_cell_fail(out, path, MOTE_ERR_FORMAT, err, "the quote that begins here is never closed");
}

static void read_plain(mote_cell_cursor *c, mote_cell *out)
{
    out->text = c->at;
    while (!ends_cell(c))
        c->at++;
    out->count = (size_t)(c->at - out->text);
    while (out->count > 0 && is_blank(c, out->text[out->count - 1]))
        out->count--;
}

mote_status mote_cell_next(mote_cell_cursor *c, mote_cell *out, const char *path, mote_error *err)
{
    skip_blanks(c);
    *out = (mote_cell){.line = c->line, .line_start = c->line_start, .from = c->at};
    if (c->at < c->end && *c->at == '"') {
        c->at++;
        MOTE_TRY(read_quoted(c, out, path, err));
    } else {
        read_plain(c, out);
    }
    if (c->separator == ' ')
        skip_blanks(c); /* a run is one separator, and none at the end of the row */
    out->ends_row = take_line_end(c);
    if (!out->ends_row && c->separator != ' ')
        c->at++;
    return MOTE_OK;
}

bool mote_cell_find_row(mote_cell_cursor *c, mote_cell_cursor *comment)
{
    if (comment)
        comment->at = NULL;
    for (;;) {
        const char *line = c->at;
        skip_blanks(c);
        if (c->at == c->end)
            return false;
        if (!is_line_end(*c->at) && *c->at != '#') {
            c->at = line;
            return true;
        }
        if (comment)
            comment->at = NULL; /* only the line right above counts */
        if (comment && *c->at == '#') {
            *comment = *c;
            comment->at++;
        }
        while (c->at < c->end && !is_line_end(*c->at))
            c->at++;
        take_line_end(c);
    }
}

char *mote_cell_copy(mote_arena *arena, const mote_cell *c, mote_error *err)
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

/* ---- what a cell holds ---- */

static size_t count_digits(const char *text, size_t count)
{
    size_t i;

    for (i = 0; i < count && text[i] >= '0' && text[i] <= '9'; i++)
        ;
    return i;
}

static bool is_exponent(const char *text, size_t count)
{
    const size_t sign = count > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1;

    return count > sign && (text[0] == 'e' || text[0] == 'E') && count_digits(text + sign, count - sign) == count - sign;
}

/* What strtod takes, less hexadecimal, "inf" and "nan"; and the same with a comma in place of the point. */
static mote_cell_kind classify_number(const char *text, size_t count)
{
    const size_t   sign = count > 0 && (*text == '+' || *text == '-') ? 1 : 0;
    const size_t   whole = count_digits(text + sign, count - sign);
    size_t         at = sign + whole, part = 0;
    mote_cell_kind kind = MOTE_CELL_WHOLE;

    if (count >= NUMBER_MAX)
        return MOTE_CELL_WORD;
    if (at < count && (text[at] == '.' || text[at] == ',')) {
        part = count_digits(text + at + 1, count - at - 1);
        kind = text[at] == '.' ? MOTE_CELL_REAL : MOTE_CELL_COMMA;
        if (kind == MOTE_CELL_COMMA && (whole == 0 || part == 0))
            return MOTE_CELL_WORD;
        if (kind == MOTE_CELL_COMMA && part == 3 && whole <= 3 && text[sign] != '0' && at + 4 == count)
            kind = MOTE_CELL_GROUP;
        at += part + 1;
    }
    if (whole + part == 0)
        return MOTE_CELL_WORD;
    if (at == count)
        return kind;
    if (!is_exponent(text + at, count - at))
        return MOTE_CELL_WORD;
    return kind == MOTE_CELL_COMMA ? kind : MOTE_CELL_REAL;
}

/* NaN, infinity and what is missing, as tables write them. */
static bool is_not_finite(const char *text, size_t count)
{
    static const char *const words[] = {"nan", "inf", "infinity", "null", "na", "n/a", "none"};
    size_t                   i;

    if (count > 0 && (*text == '+' || *text == '-')) {
        text++;
        count--;
    }
    for (i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == count && strncasecmp(text, words[i], count) == 0)
            return true;
    return false;
}

mote_cell_kind mote_cell_classify(const mote_cell *c)
{
    mote_cell_kind kind;

    if (c->count == 0)
        return MOTE_CELL_EMPTY;
    kind = classify_number(c->text, c->count);
    if (kind != MOTE_CELL_WORD)
        return kind;
    return is_not_finite(c->text, c->count) ? MOTE_CELL_NOT_FINITE : MOTE_CELL_WORD;
}

bool mote_cell_is_number(mote_cell_kind kind, bool decimal_comma)
{
    return kind == MOTE_CELL_WHOLE || kind == MOTE_CELL_REAL ||
           (decimal_comma && (kind == MOTE_CELL_COMMA || kind == MOTE_CELL_GROUP));
}

double mote_cell_number(const mote_cell *c, mote_cell_kind kind)
{
    char   text[NUMBER_MAX], *comma;
    double number;
    long   small = 0;
    size_t i;

    if (kind == MOTE_CELL_WHOLE && c->count < 10 && c->text[0] >= '0') { /* most cells of most tables */
        for (i = 0; i < c->count; i++)
            small = small * 10 + (c->text[i] - '0');
        return (double)small;
    }
    memcpy(text, c->text, c->count);
    text[c->count] = '\0';
    if ((comma = strchr(text, ',')) != NULL)
        *comma = '.';
    return mote_parse_number(text, &number) ? number : 0; /* the kind says that it is one */
}

/* ---- dates ---- */

/* How many digits begin the text: at least 1, at most `most`; 0: they are not so many. */
static size_t take_number(const char *text, size_t count, size_t most)
{
    const size_t digits = count_digits(text, count);

    return digits <= most ? digits : 0;
}

/* Numbers of at most `most` digits, `parts` of them, parted by one and the same of the marks; 0: the text does not begin so,
 * else how far they go. */
static size_t take_parts(const char *text, size_t count, const char *marks, int parts, size_t most)
{
    size_t at = take_number(text, count, most), digits;
    char   mark = at > 0 && at < count ? text[at] : '\0';
    int    i;

    if (mark == '\0' || !strchr(marks, mark))
        return 0;
    for (i = 1; i < parts; i++) {
        if (at >= count || text[at] != mark)
            return 0;
        digits = take_number(text + at + 1, count - at - 1, most);
        if (digits == 0)
            return 0;
        at += 1 + digits;
    }
    return at;
}

bool mote_is_date(const char *text, size_t count)
{
    size_t at = take_parts(text, count, "-/.", 3, 4);

    if (at == count && at > 0)
        return true;
    if (at > 0 && text[at] != 'T' && text[at] != ' ')
        return false;
    at += at > 0;
    return take_parts(text + at, count - at, ":", 2, 2) > 0;
}

/* ---- the separator ---- */

static const char separators[] = "\t;|, "; /* where numbers do not decide: the earlier */

typedef struct parting {
    size_t cells;          /* a row; 0: rows differ */
    size_t numbers, total; /* of all rows tried */
} parting;

/* Cells of one row less an empty one at its end, which a trailing separator leaves; 0 when it cannot be read. */
static size_t part_row(parting *p, mote_cell_cursor *c, const char *path)
{
    mote_error     ignored = {0};
    mote_cell      one = {0};
    mote_cell_kind kind = MOTE_CELL_EMPTY;
    size_t         cells = 0;

    while (!one.ends_row) {
        if (mote_cell_next(c, &one, path, &ignored) != MOTE_OK)
            return 0;
        kind = mote_cell_classify(&one);
        p->numbers += mote_cell_is_number(kind, true);
        cells++;
    }
    cells -= kind == MOTE_CELL_EMPTY && cells > 1;
    p->total += cells;
    return cells;
}

static parting part(mote_cell_cursor c, char separator, const char *path)
{
    parting p = {0};
    size_t  row, cells;

    c.separator = separator;
    for (row = 0; row < ROWS_TRIED && mote_cell_find_row(&c, NULL); row++) {
        cells = part_row(&p, &c, path);
        if (cells < 2 || (row > 0 && cells != p.cells))
            return (parting){0};
        p.cells = cells;
    }
    return p;
}

/* Whether b leaves a larger part of its cells numbers than a. */
static bool is_better(const parting *b, const parting *a)
{
    return b->cells > 0 && (a->cells == 0 || b->numbers * a->total > a->numbers * b->total);
}

/* Where no separator parts all rows alike, the one that stands in the first row; its message then names the row. */
static char first_in_row(mote_cell_cursor c)
{
    bool   is_quoted = false;
    size_t best = sizeof separators - 2;

    skip_blanks(&c);
    for (; c.at < c.end && (is_quoted || !is_line_end(*c.at)); c.at++) {
        const char *place = *c.at ? strchr(separators, *c.at) : NULL;
        if (*c.at == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && place && (size_t)(place - separators) < best)
            best = (size_t)(place - separators);
    }
    return separators[best];
}

/* 0: none parts all rows alike. */
static char best_separator(mote_cell_cursor start, const char *path)
{
    parting best = {0}, tried;
    char    found = '\0';
    size_t  i;

    for (i = 0; separators[i]; i++) {
        tried = part(start, separators[i], path);
        if (is_better(&tried, &best)) {
            best = tried;
            found = separators[i];
        }
    }
    return found;
}

char mote_cell_find_separator(mote_cell_cursor start, const char *path)
{
    mote_cell_cursor below = start;
    char             found = best_separator(start, path);

    if (found)
        return found;
    while (below.at < below.end && !take_line_end(&below))
        below.at++;
    found = best_separator(below, path); /* a first line that is no row: the survey names the second */
    return found ? found : first_in_row(start);
}
