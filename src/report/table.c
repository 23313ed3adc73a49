/* SPDX-License-Identifier: Apache-2.0 */
#include "report/table.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "report/font.h"

#define GAP "  "

typedef struct column_format {
    int  width;
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
    column_format format = {0, true};
    bool          has_any = false;
    const char   *end;
    size_t        row;

    if (table->headings)
        format.width = cell_width(table->headings[column] ? table->headings[column] : "", &end);
    for (row = 0; row < table->row_count; row++) {
        const char *cell = cell_at(table, row, column);
        int         width = cell_width(cell, &end);
        if (width > format.width)
            format.width = width;
        if (cell[0] != '\0') {
            has_any = true;
            format.is_numeric = format.is_numeric && is_number(cell);
        }
    }
    format.is_numeric = format.is_numeric && has_any;
    return format;
}

static void put_repeated(mote_text *text, char letter, int count)
{
    for (; count > 0; count--)
        mote_text_add(text, &letter, 1);
}

/* Blanks are owed until something follows them, so that no line ends in blanks. */
static void put_cell(mote_text *text, const char *cell, column_format format, int *owed)
{
    const char *end;
    int         width = cell_width(cell, &end), pad = format.width - width;
    mote_text   cut = {0};

    if (width == 0) {
        *owed += format.width;
        return;
    }
    put_repeated(text, ' ', *owed + (format.is_numeric ? pad : 0));
    mote_text_add(&cut, cell, (size_t)(end - cell));
    if (cut.bytes)
        mote_utf8_add_clean(text, cut.bytes, false);
    text->failed = text->failed || cut.failed;
    mote_text_free(&cut);
    *owed = format.is_numeric ? 0 : pad;
}

static void put_rule(mote_text *text, const column_format *formats, int count)
{
    int c;

    for (c = 0; c < count; c++) {
        mote_text_puts(text, c > 0 ? GAP : "");
        put_repeated(text, '-', formats[c].width);
    }
    mote_text_puts(text, "\n");
}

static void put_line(mote_text *text, const char *const *cells, const column_format *formats, int count)
{
    int owed = 0, c;

    for (c = 0; c < count; c++) {
        owed += c > 0 ? (int)strlen(GAP) : 0;
        put_cell(text, cells[c] ? cells[c] : "", formats[c], &owed);
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

void mote_table_put(mote_text *text, const mote_table *table)
{
    column_format formats[MOTE_TABLE_COLUMNS_MAX];
    size_t        row;
    int           c;

    assert(table->column_count >= 0 && table->column_count <= MOTE_TABLE_COLUMNS_MAX);
    for (c = 0; c < table->column_count; c++)
        formats[c] = measure(table, c);
    if (table->headings) {
        put_line(text, table->headings, formats, table->column_count);
        put_rule(text, formats, table->column_count);
    }
    for (row = 0; row < table->row_count; row++)
        if (is_rule(table, row))
            put_rule(text, formats, table->column_count);
        else
            put_line(text, table->cells + row * (size_t)table->column_count, formats, table->column_count);
}
