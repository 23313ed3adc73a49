/* SPDX-License-Identifier: Apache-2.0 */
#include <mote/table.h>

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "report/font.h"

#define GAP "  "

typedef struct column_format {
    int  width;
    int  cell; /* the widest, without the heading */
    bool is_numeric;
} column_format;

/* Combining marks take no place of their own on a terminal, East Asian letters two. */
static int letter_width(uint32_t code)
{
    bool is_combining = code >= 0x300 && code < 0x370;
    bool is_wide = (code >= 0x1100 && code < 0x1160) || (code >= 0x2e80 && code < 0xd7a4) ||
                   (code >= 0xf900 && code < 0xfb00) || (code >= 0xff00 && code < 0xff61) ||
                   (code >= 0x1f300 && code < 0x1f900);

    return is_combining ? 0 : is_wide ? 2 : 1;
}

/* The width of a cell, and in *end where it is cut. */
static int cell_width(const char *cell, const char **end)
{
    const char *cursor = cell;
    int         width = 0;

    *end = cell;
    for (;;) {
        uint32_t code = mote_utf8_next(&cursor);
        int      more = letter_width(code);
        if (code == 0 || width + more > MOTE_TABLE_CELL_MAX)
            return width;
        width += more;
        *end = cursor;
    }
}

static const char *cell_at(const mote_table *table, size_t row, int column)
{
    const char *cell = table->cells[row * (size_t)table->column_count + (size_t)column];

    return cell ? cell : "";
}

/* "12", "-3.5", "1,234", "1e-5", "97.1 %", "64 KiB", "nan", "-". */
static bool is_number(const char *cell)
{
    static const char minus[] = "\xe2\x88\x92";
    size_t            length;

    if (strcmp(cell, "nan") == 0 || strcmp(cell, "inf") == 0 || strcmp(cell, "-inf") == 0 || strcmp(cell, "-") == 0)
        return true;
    if (strncmp(cell, minus, 3) == 0)
        cell += 3;
    else if (*cell == '-' || *cell == '+')
        cell++;
    if (!isdigit((unsigned char)*cell))
        return false;
    length = strspn(cell, "0123456789.,eE+-");
    cell += length;
    if (cell[0] == '%')
        return cell[1] == '\0';
    return cell[0] == '\0' ||
           (cell[0] == ' ' && strlen(cell + 1) <= 5 && !strchr(cell + 1, ' ') && !isdigit((unsigned char)cell[1]));
}

static column_format measure(const mote_table *table, int column)
{
    column_format format = {0, 0, true};
    bool          has_any = false;
    const char   *end;
    size_t        row;

    if (table->headings)
        format.width = cell_width(table->headings[column] ? table->headings[column] : "", &end);
    for (row = 0; row < table->row_count; row++) {
        const char *cell = cell_at(table, row, column);
        int         width = cell_width(cell, &end);
        format.cell = width > format.cell ? width : format.cell;
        if (cell[0] != '\0') {
            has_any = true;
            format.is_numeric = format.is_numeric && is_number(cell);
        }
    }
    format.width = format.cell > format.width ? format.cell : format.width;
    format.is_numeric = format.is_numeric && has_any;
    return format;
}

/* ---- fitting a width ---- */

enum { GAP_WIDTH = sizeof GAP - 1, WORD_MIN = 14, WORD_LEAST = 6, PROSE_MIN = 24 };

static int heading_width(const mote_table *table, int column)
{
    const char *end;

    return table->headings && table->headings[column] ? cell_width(table->headings[column], &end) : 0;
}

/* How narrow a column can be made: numbers are never cut, words keep more than half, prose goes on below. */
static int least_width(const mote_table *table, int column, column_format format)
{
    const int word = 3 * format.width / 5 > WORD_MIN ? 3 * format.width / 5 : WORD_MIN,
              heading = heading_width(table, column);
    const int least = !table->headings && column == table->column_count - 1 ? PROSE_MIN : word > heading ? word : heading;

    return format.is_numeric || format.width < least ? format.width : least;
}

/* A run of columns that stand side by side; column 0 stands before them in every block. */
typedef struct block {
    int first, end;
} block;

static int block_width(const column_format *formats, block b)
{
    int width = formats[0].width, c;

    for (c = b.first > 0 ? b.first : 1; c < b.end; c++)
        width += GAP_WIDTH + formats[c].width;
    return width;
}

/* The widest column that can still give a letter gives it, until the block fits. */
static void narrow(column_format *formats, const int *least, block b, int width)
{
    int over, c, widest;

    for (over = block_width(formats, b) - width; over > 0; over--) {
        for (widest = -1, c = 0; c < b.end; c++)
            if ((c == 0 || c >= b.first) && formats[c].width > least[c] &&
                (widest < 0 || formats[c].width > formats[widest].width))
                widest = c;
        if (widest < 0)
            return;
        formats[widest].width--;
    }
}

/* As many columns as fit from first on, at least one. */
static block next_block(const column_format *formats, const mote_table *table, int first)
{
    block b = {first, first + 1};

    while (b.end < table->column_count && block_width(formats, (block){first, b.end + 1}) <= table->width)
        b.end++;
    return b;
}

/* ---- printing ---- */

static void put_repeated(mote_text *text, char letter, int count)
{
    for (; count > 0; count--)
        mote_text_add(text, &letter, 1);
}

static void put_clean(mote_text *text, const char *bytes, size_t count)
{
    mote_text piece = {0};

    mote_text_add(&piece, bytes, count);
    if (piece.bytes)
        mote_utf8_add_clean(text, piece.bytes, false);
    text->failed = text->failed || piece.failed;
    mote_text_free(&piece);
}

/* The first letters of a cell, or with from_end the last, of at most this width: where they end, or begin. */
static const char *take_letters(const char *cell, int width, bool from_end)
{
    const char *cursor = cell, *end;
    int         skip = from_end ? cell_width(cell, &end) - width : width, used = 0;

    while (used < skip) {
        const char *before = cursor;
        uint32_t    code = mote_utf8_next(&cursor);
        if (code == 0 || (!from_end && used + letter_width(code) > skip))
            return before;
        used += letter_width(code);
    }
    return cursor;
}

/* A cell in a column: in full, or without its middle. Returns the width it took. */
static int put_letters(mote_text *text, const char *cell, int room)
{
    const char *end, *head_end, *tail;
    int         width = cell_width(cell, &end), head = (room - 2) / 2, tail_width = room - 2 - head;

    if (width <= room || room < 4) {
        put_clean(text, cell, (size_t)(end - cell));
        return width;
    }
    head_end = take_letters(cell, head, false);
    tail = take_letters(cell, tail_width, true);
    put_clean(text, cell, (size_t)(head_end - cell));
    mote_text_puts(text, "..");
    put_clean(text, tail, (size_t)(end > tail ? end - tail : 0));
    return room;
}

/* Blanks are owed until something follows them, so that no line ends in blanks. */
static void put_cell(mote_text *text, const char *cell, column_format format, int *owed)
{
    const char *end;
    int         width = cell_width(cell, &end), pad = format.width > width ? format.width - width : 0;

    if (width == 0) {
        *owed += format.width;
        return;
    }
    put_repeated(text, ' ', *owed + (format.is_numeric ? pad : 0));
    width = put_letters(text, cell, format.width);
    *owed = format.is_numeric || width >= format.width ? 0 : format.width - width;
}

static bool is_in(block b, int column)
{
    return column == 0 || (column >= b.first && column < b.end);
}

static void put_rule(mote_text *text, const column_format *formats, block b)
{
    int c;

    for (c = 0; c < b.end; c++) {
        if (!is_in(b, c) || formats[c].width == 0)
            continue;
        mote_text_puts(text, c > 0 ? GAP : "");
        put_repeated(text, '-', formats[c].width);
    }
    mote_text_puts(text, "\n");
}

/* Where a line of prose ends: behind the last word that fits, or in a word that is too long by itself. */
static const char *end_of_line(const char *prose, int width)
{
    const char *end = take_letters(prose, width, false), *at;

    if (*end == '\0' || *end == ' ')
        return end;
    for (at = end; at > prose; at--)
        if (at[-1] == ' ')
            return at;
    return end;
}

static bool fits(const char *prose, int width)
{
    return *take_letters(prose, width, false) == '\0';
}

void mote_wrap_put(mote_text *text, const char *prose, mote_wrap wrap)
{
    const char *joint = wrap.joint ? wrap.joint : "", *end;
    int         room = wrap.width - wrap.column;
    size_t      count;

    while (wrap.width > 0 && !fits(prose, room)) {
        end = end_of_line(prose, room - (int)strlen(joint));
        if (end == prose)
            break;
        for (count = (size_t)(end - prose); count > 0 && prose[count - 1] == ' ';)
            count--;
        put_clean(text, prose, count);
        mote_text_printf(text, "%s\n%*s", joint, wrap.indent, "");
        for (prose = end; *prose == ' ';)
            prose++;
        room = wrap.width - wrap.indent;
    }
    put_clean(text, prose, strlen(prose));
}

/* Of the last column. */
static mote_wrap prose_of(const column_format *formats, block b, int column)
{
    const int indent = block_width(formats, (block){b.first, column}) + GAP_WIDTH;

    return (mote_wrap){.column = indent, .indent = indent, .width = indent + formats[column].width};
}

static void put_line(mote_text *text, const char *const *cells, const column_format *formats, block b, bool ends_in_prose)
{
    int owed = 0, c;

    for (c = 0; c < b.end; c++) {
        const char *cell = cells[c] ? cells[c] : "", *end;
        if (!is_in(b, c))
            continue;
        owed += c > 0 ? GAP_WIDTH : 0;
        if (ends_in_prose && c == b.end - 1 && cell_width(cell, &end) > formats[c].width) {
            put_repeated(text, ' ', owed);
            mote_wrap_put(text, cell, prose_of(formats, b, c));
        } else {
            put_cell(text, cell, formats[c], &owed);
        }
    }
    mote_text_puts(text, "\n");
}

static bool is_rule(const mote_table *table, size_t row)
{
    int c;

    for (c = 0; c < table->column_count; c++)
        if (cell_at(table, row, c)[0] != '\0')
            return false;
    return true;
}

static void put_block(mote_text *text, const mote_table *table, const column_format *formats, block b)
{
    const bool ends_in_prose = !table->headings && b.end == table->column_count;
    size_t     row;

    if (table->headings) {
        put_line(text, table->headings, formats, b, false);
        put_rule(text, formats, b);
    }
    for (row = 0; row < table->row_count; row++)
        if (is_rule(table, row))
            put_rule(text, formats, b);
        else
            put_line(text, table->cells + row * (size_t)table->column_count, formats, b, ends_in_prose);
}

/* As narrow as the width asks for; two columns that want more than all of it are cut further. */
static void fit_block(column_format *formats, const mote_table *table, const int *least, block b)
{
    int last_resort[MOTE_TABLE_COLUMNS_MAX] = {0}, c;

    narrow(formats, least, b, table->width);
    for (c = 0; c < table->column_count; c++)
        last_resort[c] = formats[c].is_numeric && formats[c].cell > WORD_LEAST ? formats[c].cell : WORD_LEAST;
    if (b.end - b.first < 2)
        narrow(formats, last_resort, b, table->width);
}

/* Side by side where that can be, else in blocks. */
static void put_fitted(mote_text *text, const mote_table *table, column_format *formats)
{
    const block   all = {0, table->column_count};
    int           least[MOTE_TABLE_COLUMNS_MAX] = {0}, c;
    column_format narrowed[MOTE_TABLE_COLUMNS_MAX];
    block         b = {0, 0};

    for (c = 0; c < table->column_count; c++)
        least[c] = least_width(table, c, formats[c]);
    memcpy(narrowed, formats, sizeof narrowed);
    if (table->column_count < 3)
        fit_block(narrowed, table, least, all.end > 1 ? (block){1, 2} : all);
    else
        narrow(narrowed, least, all, table->width);
    if (block_width(narrowed, all) <= table->width || table->column_count < 3) {
        put_block(text, table, narrowed, all);
        return;
    }
    for (c = 1; c < table->column_count; c = b.end) {
        b = next_block(formats, table, c);
        memcpy(narrowed, formats, sizeof narrowed);
        fit_block(narrowed, table, least, b);
        mote_text_puts(text, c > 1 ? "\n" : "");
        put_block(text, table, narrowed, b);
    }
}

void mote_table_put(mote_text *text, const mote_table *table)
{
    column_format formats[MOTE_TABLE_COLUMNS_MAX] = {{0, 0, false}};
    int           c;

    assert(table->column_count >= 0 && table->column_count <= MOTE_TABLE_COLUMNS_MAX);
    for (c = 0; c < table->column_count; c++)
        formats[c] = measure(table, c);
    if (table->width > 0)
        put_fitted(text, table, formats);
    else
        put_block(text, table, formats, (block){0, table->column_count});
}
