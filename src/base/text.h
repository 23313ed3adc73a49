/* Text: a growing buffer, numbers, UTF-8, escaping what came from files, and the nearest word for "did you mean".
 *
 * Numbers are written and read with '.' as the decimal point, whatever the locale of the program that uses the library:
 * here and nowhere else are printf and strtod used for what files hold.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_TEXT_H
#define MOTE_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

/* Grows as needed; on failure (out of memory) it stays as it is and remembers, and mote_text_status says so once at the
 * end. Zeroed is empty. Owns its bytes. */
typedef struct mote_text {
    char  *bytes; /* NUL-terminated once anything was added; else NULL */
    size_t count, capacity;
    bool   failed;
} mote_text;

void mote_text_add(mote_text *text, const char *bytes, size_t count);
void mote_text_puts(mote_text *text, const char *string);
void mote_text_printf(mote_text *text, const char *format, ...) MOTE_PRINTF(2, 3);
void mote_text_vprintf(mote_text *text, const char *format, va_list args);
/* A field of a CSV row (RFC 4180): with a comma, a quote or a line end it stands in quotes, quotes inside are doubled. */
void        mote_text_put_csv(mote_text *text, const char *field);
mote_status mote_text_status(const mote_text *text, mote_error *err);
void        mote_text_free(mote_text *text);

/* snprintf without the locale. mote_text_printf is without it, too. */
int mote_format(char *out, size_t size, const char *format, ...) MOTE_PRINTF(3, 4);
int mote_format_list(char *out, size_t size, const char *format, va_list args);
/* The whole string as a decimal number ("1", "-0.5", ".5", "1e-3"): no blanks, no hexadecimal, no "inf"; but infinity where
 * it is too large for a double. */
bool mote_parse_number(const char *string, double *number);

/* The next code point, moving *cursor behind it; 0 at the end. Malformed bytes, control characters and what XML 1.0 does
 * not allow come out as U+FFFD. */
uint32_t mote_utf8_next(const char **cursor);

/* The string fit for one line of a terminal: UTF-8 stays, line ends and tabs become blanks, and whatever else could steer a
 * terminal stands as \xNN or \uNNNN, and bytes that are not UTF-8 as \xNN. Cut with "..." where it is longer than size - 1,
 * which is at least 3. */
void mote_clean_line(char *out, size_t size, const char *string);
/* The same for whole texts, in which lines and tabs stay; JSON stays JSON. bytes[count] is a NUL. */
void mote_text_add_escaped(mote_text *text, const char *bytes, size_t count);

enum { MOTE_SHOWN_TEXT = 80 };
typedef struct mote_shown {
    char text[MOTE_SHOWN_TEXT];
} mote_shown;
/* Bytes from a file made fit for a message: as mote_clean_line, but line ends and tabs as \xNN, and shorter.
 * Used in place: mote_fail(err, ..., "tensor %s", mote_show(name, n).text). */
mote_shown mote_show(const char *bytes, size_t count);
mote_shown mote_show_string(const char *string); /* NULL shows as "(none)" */

/* The candidate nearest to word, or NULL: at most a third of its length, at least 1, of letters added, left out, wrong, or
 * changed places with the next. */
const char *mote_nearest_word(const char *word, const char *const *candidates, size_t count);

#endif
