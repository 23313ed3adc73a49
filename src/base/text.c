/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static bool reserve(mote_text *text, size_t more)
{
    size_t wanted = text->count + more + 1, capacity = text->capacity ? text->capacity : 256;
    char  *bytes;

    if (text->failed || more > SIZE_MAX / 4 - text->count) {
        text->failed = true;
        return false;
    }
    if (wanted <= text->capacity)
        return true;
    while (capacity < wanted)
        capacity *= 2;
    bytes = realloc(text->bytes, capacity);
    if (!bytes) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void mote_text_add(mote_text *text, const char *bytes, size_t count)
{
    if (!reserve(text, count))
        return;
    if (count > 0) /* else there may be no bytes to point to */
        memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
    text->bytes[text->count] = '\0';
}

void mote_text_puts(mote_text *text, const char *string)
{
    mote_text_add(text, string, strlen(string));
}

void mote_text_vprintf(mote_text *text, const char *format, va_list args)
{
    va_list again;
    int     length;

    va_copy(again, args);
    length = mote_format_list(NULL, 0, format, again);
    va_end(again);
    if (length < 0 || !reserve(text, (size_t)length)) {
        text->failed = true;
        return;
    }
    mote_format_list(text->bytes + text->count, (size_t)length + 1, format, args);
    text->count += (size_t)length;
}

void mote_text_printf(mote_text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mote_text_vprintf(text, format, args);
    va_end(args);
}

void mote_text_put_csv(mote_text *text, const char *field)
{
    if (!strpbrk(field, ",\"\r\n")) {
        mote_text_puts(text, field);
        return;
    }
    mote_text_puts(text, "\"");
    for (; *field != '\0'; field++)
        mote_text_add(text, *field == '"' ? "\"\"" : field, *field == '"' ? 2 : 1);
    mote_text_puts(text, "\"");
}

mote_status mote_text_status(const mote_text *text, mote_error *err)
{
    return text->failed ? mote_fail(err, MOTE_ERR_MEMORY, "out of memory while writing text") : MOTE_OK;
}

void mote_text_free(mote_text *text)
{
    free(text->bytes);
    *text = (mote_text){0};
}

/* ---- numbers ---- */

/* The C locale is a constant of the C library: to ask for it takes no memory and cannot fail. */
static locale_t c_locale(void)
{
    return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

int mote_format_list(char *out, size_t size, const char *format, va_list args)
{
    const locale_t c = c_locale(), users = uselocale(c);
    const int      length = vsnprintf(out, size, format, args);

    uselocale(users);
    freelocale(c);
    return length;
}

int mote_format(char *out, size_t size, const char *format, ...)
{
    va_list args;
    int     length;

    va_start(args, format);
    length = mote_format_list(out, size, format, args);
    va_end(args);
    return length;
}

bool mote_parse_number(const char *string, double *number)
{
    locale_t c;
    char    *end;

    if (string[0] == '\0' || strspn(string, "0123456789+-.eE") != strlen(string))
        return false;
    c = c_locale();
    *number = strtod_l(string, &end, c);
    freelocale(c);
    return *end == '\0';
}

/* ---- UTF-8 ---- */

/* What has a character's form but may not be is passed over as one; a stray byte alone. */
static size_t malformed_length(const unsigned char *at)
{
    const size_t wanted = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc0 ? 2 : 1;
    size_t       length = 1;

    while (length < wanted && at[length] >> 6 == 2)
        length++;
    return length == wanted ? length : 1;
}

/* The next code point, moving *cursor behind it; 0 at the end; MALFORMED where there is none. */
enum { MALFORMED = -1 };

static int32_t decode(const char **cursor)
{
    enum { BYTES_MAX = 4 }; /* a NUL among them ends the character, so that nothing behind it is read */
    const unsigned char *at = (const unsigned char *)*cursor;
    uint32_t             code = 0;
    size_t               length = at[0] == '\0' ? 0 : mote_utf8_length(*cursor, BYTES_MAX, &code);
    bool                 is_good = length > 0 || at[0] == '\0';

    if (!is_good)
        length = malformed_length(at);
    *cursor += length;
    return is_good ? (int32_t)code : MALFORMED;
}

static bool is_control(int32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

uint32_t mote_utf8_next(const char **cursor)
{
    const int32_t code = decode(cursor);

    return code == 0 ? 0 : is_control(code) || code == 0xfffe || code == 0xffff ? 0xfffd : (uint32_t)code;
}

/* Marks that change the direction of what follows, and so what a line seems to say; and line ends of Unicode's own. */
static bool is_direction_mark(int32_t code)
{
    return code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

typedef struct shown_character {
    char   text[17];
    size_t count;
} shown_character;

/* What the next character is shown as, moving *cursor behind it. */
static shown_character show_character(const char **cursor)
{
    const char     *from = *cursor;
    const int32_t   code = decode(cursor);
    shown_character shown = {.count = (size_t)(*cursor - from)};

    if (code == 0) /* a NUL, where the text is known not to end */
        ++*cursor;
    if (code < 0x20)
        for (shown.count = 0; from < *cursor; from++)
            shown.count += (size_t)snprintf(shown.text + shown.count, 5, "\\x%02x", (unsigned char)*from);
    else if (is_control(code) || is_direction_mark(code))
        shown.count = (size_t)snprintf(shown.text, sizeof shown.text, "\\u%04x", (unsigned)code);
    else
        memcpy(shown.text, from, shown.count);
    return shown;
}

static bool is_blank(char c)
{
    return c == '\n' || c == '\r' || c == '\t';
}

void mote_clean_line(char *out, size_t size, const char *string)
{
    size_t used = 0, whole = 0; /* whole: where "..." still fits behind */

    while (*string) {
        const bool      blank = is_blank(*string);
        shown_character shown = show_character(&string);
        if (blank)
            shown = (shown_character){" ", 1};
        if (used + shown.count + 1 > size) {
            memcpy(out + whole, "...", 3);
            used = whole + 3;
            break;
        }
        memcpy(out + used, shown.text, shown.count);
        used += shown.count;
        if (used + 4 <= size)
            whole = used;
    }
    out[used] = '\0';
}

void mote_text_add_escaped(mote_text *text, const char *bytes, size_t count)
{
    const char *at = bytes, *end = bytes + count;

    while (at < end) {
        if (*at == '\n' || *at == '\t') {
            mote_text_add(text, at++, 1);
        } else {
            const shown_character shown = show_character(&at);
            mote_text_add(text, shown.text, shown.count);
        }
    }
}

/* ---- names from files ---- */

mote_shown mote_show(const char *bytes, size_t count)
{
    mote_shown  shown = {{0}};
    char        text[MOTE_SHOWN_TEXT + 1] = ""; /* no more than this can be shown */
    const char *at = text, *end;
    size_t      used = 0;

    end = text + (count < MOTE_SHOWN_TEXT ? count : MOTE_SHOWN_TEXT);
    if (end > text) /* no bytes may be NULL */
        memcpy(text, bytes, (size_t)(end - text));
    while (at < end) {
        const shown_character next = show_character(&at);
        if (used + next.count + 4 > sizeof shown.text) {
            memcpy(shown.text + used, "...", 3);
            break;
        }
        memcpy(shown.text + used, next.text, next.count);
        used += next.count;
    }
    return shown;
}

mote_shown mote_show_string(const char *string)
{
    return string ? mote_show(string, strlen(string)) : mote_show("(none)", 6);
}

enum { WORD_MAX = 48 };

static size_t min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters to add, leave out, replace, or swap with the next one (optimal string alignment): rows of the last two
 * letters and this one; words are short names. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1], a_length = strlen(a), b_length = strlen(b), i, j;

    if (a_length > WORD_MAX || b_length > WORD_MAX)
        return SIZE_MAX;
    for (j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (i = 1; i <= a_length; i++) {
        const size_t *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        size_t       *row = rows[i % 3];
        row[0] = i;
        for (j = 1; j <= b_length; j++) {
            row[j] = min_of(last[j - 1] + (a[i - 1] != b[j - 1]), min_of(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = min_of(row[j], before[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

const char *mote_nearest_word(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t      limit = strlen(word) / 3, best, i;

    best = (limit > 1 ? limit : 1) + 1;
    for (i = 0; i < count; i++) {
        size_t distance = edit_distance(word, candidates[i]);
        if (distance < best) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
